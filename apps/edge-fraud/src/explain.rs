//! Why the model said so, in groups of features that people understand.
//!
//! A group's contribution is the mean of two differences in log-odds: what the order loses when the group is put back to
//! the honest average (occlusion), and what an average honest order gains when it is given the group. The second sees
//! what the first cannot: two groups that each suffice alone. It is the two-end approximation of the Shapley value
//! (Lundberg and Lee 2017), and all its rows are one run of the network.

use kiosk_risk::{REASONS_MAX, Reason};

use crate::card::ModelCard;
use crate::network::{Network, NetworkError, Prediction};

/// Least contribution that is worth telling, log-odds.
const CONTRIBUTION_MIN: f32 = 0.1;

/// Gives reasons with one card. Keeps its buffers from one order to the next.
pub(crate) struct Explainer {
    /// Per reason group, the indexes of its features.
    groups: Vec<Vec<usize>>,
    /// Rows for the network: the honest average, then two for each group that may be told.
    rows: Vec<f32>,
    /// The log-odds of the rows.
    logits: Vec<f32>,
    /// Groups that may be told, and their contributions.
    told: Vec<(usize, f32)>,
}

impl Explainer {
    pub(crate) fn new<S>(card: &ModelCard<S>) -> Self {
        let listed = &card.features.features;
        let index = |name: &String| listed.iter().position(|feature| feature.name == *name);
        let groups: Vec<Vec<usize>> =
            card.reasons.iter().map(|group| group.features.iter().filter_map(index).collect()).collect();
        let row_count = 1 + 2 * groups.len();
        Self {
            rows: Vec::with_capacity(row_count * listed.len()),
            logits: Vec::with_capacity(row_count),
            told: Vec::with_capacity(groups.len()),
            groups,
        }
    }

    /// The strongest reasons for the prediction of `row`, at most [`REASONS_MAX`].
    ///
    /// # Errors
    /// [`NetworkError`] when the network fails.
    pub(crate) fn explain<S>(
        &mut self,
        card: &ModelCard<S>,
        network: &mut Network,
        row: &[f32],
        prediction: Prediction,
    ) -> Result<Vec<Reason>, NetworkError> {
        self.lay_out(card, row);
        self.logits.clear();
        network.predict(&self.rows, |_, prediction| self.logits.push(prediction.logit))?;
        let average = self.logits[0];
        for (place, (_, contribution)) in self.told.iter_mut().enumerate() {
            let (without, alone) = (self.logits[1 + 2 * place], self.logits[2 + 2 * place]);
            *contribution = (prediction.logit - without).midpoint(alone - average);
        }
        self.told.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
        let strongest = self.told.iter().take(REASONS_MAX);
        Ok(strongest
            .filter(|(_, contribution)| *contribution >= CONTRIBUTION_MIN)
            .map(|&(group, contribution)| {
                let group = &card.reasons[group];
                Reason { code: group.code.clone(), text: group.text.clone(), contribution }
            })
            .collect())
    }

    fn lay_out<S>(&mut self, card: &ModelCard<S>, row: &[f32]) {
        let average = &card.baseline[..];
        self.rows.clear();
        self.told.clear();
        self.rows.extend_from_slice(average);
        for (number, group) in self.groups.iter().enumerate() {
            // A group that is as the average contributes nothing, so its two rows need no run.
            let may_be_told = |&index: &usize| match card.reasons[number].above_baseline {
                true => row[index] > average[index],
                false => (row[index] - average[index]).abs() > 0.0,
            };
            if !group.iter().any(may_be_told) {
                continue;
            }
            self.told.push((number, 0.0));
            let start = self.rows.len();
            self.rows.extend_from_slice(row);
            self.rows.extend_from_slice(average);
            let (without, alone) = self.rows[start..].split_at_mut(row.len());
            for &index in group {
                without[index] = average[index];
                alone[index] = row[index];
            }
        }
    }
}
