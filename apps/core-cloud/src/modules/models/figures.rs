//! The monitors' figures: pure sums over counted cells.

use std::collections::{BTreeMap, BTreeSet};

/// Where one bin of scores ends and the next begins. Fraud is rare, so most scores are near 0 and bins are about three
/// times as wide as the one before.
pub const BIN_EDGES: [f64; 8] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7];
/// Bins of scores.
pub const BINS: usize = BIN_EDGES.len() + 1;
/// Drift is worth a look above this population stability index.
pub const PSI_WARN: f64 = 0.2;
/// Fewer scores than this, on either side, say nothing of drift: the index of equal populations is about
/// (bins - 1) (1/n + 1/m) by chance alone (B. Yurdakul, "Statistical Properties of Population Stability Index", 2018).
pub const PSI_SCORES_MIN: i64 = 200;

/// Whether a model decided or was watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It decided.
    Decides,
    /// It was watched.
    Shadows,
}

impl Role {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Decides, Self::Shadows];

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decides => "decided",
            Self::Shadows => "watched",
        }
    }
}

/// How long ago an order was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recency {
    /// Within the last day.
    LastDay,
    /// Within the seven days before that.
    WeekBefore,
    /// Earlier.
    Earlier,
}

impl Recency {
    /// Of the number that a statement gives it.
    #[must_use]
    pub const fn of(number: i64) -> Self {
        match number {
            2 => Self::LastDay,
            1 => Self::WeekBefore,
            _ => Self::Earlier,
        }
    }
}

/// Scores that have all of this in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Whether the model decided.
    pub role: Role,
    /// The model's version.
    pub model: String,
    /// The POP.
    pub pop: String,
    /// What it said.
    pub outcome: String,
    /// The bin of its scores; none where it gave none.
    pub bin: Option<usize>,
    /// How long ago.
    pub recency: Recency,
    /// How many.
    pub scored: i64,
    /// Sum of the scores.
    pub score_sum: f64,
    /// Those whose truth is known.
    pub labelled: i64,
    /// Those that were fraud.
    pub fraud: i64,
}

/// What a model said of a number of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Orders and refused checkouts.
    pub scored: i64,
    /// Those with a score.
    pub with_score: i64,
    /// Sum of the scores.
    pub score_sum: f64,
    /// By outcome: `allow`, `step_up`, `review`, `block`.
    pub outcomes: [i64; 4],
    /// Those whose truth is known.
    pub labelled: i64,
    /// Those that were fraud.
    pub fraud: i64,
}

/// Outcomes in the order of [`Tally::outcomes`].
pub const OUTCOMES: [&str; 4] = ["allow", "step_up", "review", "block"];

impl Tally {
    fn add(&mut self, cell: &Cell) {
        self.scored += cell.scored;
        if cell.bin.is_some() {
            self.with_score += cell.scored;
            self.score_sum += cell.score_sum;
        }
        if let Some(place) = OUTCOMES.iter().position(|outcome| *outcome == cell.outcome) {
            self.outcomes[place] += cell.scored;
        }
        self.labelled += cell.labelled;
        self.fraud += cell.fraud;
    }

    /// Mean of the scores; none where there are none.
    #[must_use]
    pub fn mean_score(&self) -> Option<f64> {
        share(self.score_sum, self.with_score)
    }

    /// Share of known fraud among all that was scored: what the mean score of a calibrated model comes near to, once
    /// labels are in.
    #[must_use]
    pub fn fraud_share(&self) -> Option<f64> {
        share(self.fraud as f64, self.scored)
    }
}

/// `part` of `whole`; none of nothing.
#[must_use]
pub fn share(part: f64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part / whole as f64)
}

/// What models said, by model, role and POP.
#[must_use]
pub fn tallies(cells: &[Cell]) -> BTreeMap<(String, Role, String), Tally> {
    let mut tallies: BTreeMap<_, Tally> = BTreeMap::new();
    for cell in cells {
        tallies.entry((cell.model.clone(), cell.role, cell.pop.clone())).or_default().add(cell);
    }
    tallies
}

/// What a model said by bin of its score, wherever it scored.
#[must_use]
pub fn calibration(cells: &[Cell], model: &str) -> [Tally; BINS] {
    let mut bins = [Tally::default(); BINS];
    for cell in cells.iter().filter(|cell| cell.model == model) {
        if let Some(bin) = cell.bin.filter(|bin| *bin < BINS) {
            bins[bin].add(cell);
        }
    }
    bins
}

/// How far the last day's scores of a model are from those of the week before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Scores of the last day.
    pub last_day: i64,
    /// Scores of the seven days before.
    pub week_before: i64,
    /// The population stability index; none when there are too few scores.
    pub psi: Option<f64>,
}

impl Drift {
    /// Whether somebody should look.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.psi.is_some_and(|psi| psi > PSI_WARN)
    }
}

/// The drift of a model's scores, wherever it scored.
#[must_use]
pub fn drift(cells: &[Cell], model: &str) -> Drift {
    let mut counts = [[0; BINS]; 2];
    for cell in cells.iter().filter(|cell| cell.model == model) {
        let side = match cell.recency {
            Recency::LastDay => 0,
            Recency::WeekBefore => 1,
            Recency::Earlier => continue,
        };
        if let Some(bin) = cell.bin.filter(|bin| *bin < BINS) {
            counts[side][bin] += cell.scored;
        }
    }
    let [last_day, week_before] = counts.map(|bins| bins.iter().sum::<i64>());
    let enough = last_day.min(week_before) >= PSI_SCORES_MIN;
    Drift { last_day, week_before, psi: enough.then(|| psi(&counts[0], &counts[1])) }
}

/// The population stability index of two histograms: the sum over bins of (p - q) ln(p / q). N. Siddiqi, "Credit Risk
/// Scorecards" (Wiley 2006), calls up to 0.1 no change and above 0.25 a shift of the population. Half a score is added
/// to each bin, so that an empty one is no infinity.
#[must_use]
pub fn psi(counts: &[i64; BINS], others: &[i64; BINS]) -> f64 {
    let shares = |counts: &[i64; BINS]| {
        let all = counts.iter().sum::<i64>() as f64 + BINS as f64 / 2.0;
        counts.map(|count| (count as f64 + 0.5) / all)
    };
    let (p, q) = (shares(counts), shares(others));
    p.iter().zip(q).map(|(p, q)| (p - q) * (p / q).ln()).sum()
}

/// Orders of which the model that decided and the one that was watched said this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Who decided, and who was watched.
    pub models: [String; 2],
    /// What each said.
    pub outcomes: [String; 2],
    /// How many.
    pub orders: i64,
}

/// What two models said of the same orders, whichever of them decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The models, in the order of their versions.
    pub models: [String; 2],
    /// Orders that both judged.
    pub orders: i64,
    /// Those of which they said the same.
    pub same: i64,
    /// Those that one blocks and the other does not.
    pub only_blocks: [i64; 2],
}

/// Sums pairs up, each two models once.
#[must_use]
pub fn agreements(pairs: &[Pair]) -> Vec<Agreement> {
    let mut sums: BTreeMap<[String; 2], Agreement> = BTreeMap::new();
    for Pair { models, outcomes, orders } in pairs {
        let (mut models, mut outcomes) = (models.clone(), outcomes.clone());
        if models[0] > models[1] {
            models.reverse();
            outcomes.reverse();
        }
        let nothing = Agreement { models: models.clone(), orders: 0, same: 0, only_blocks: [0; 2] };
        let sum = sums.entry(models).or_insert(nothing);
        let blocks = outcomes.clone().map(|outcome| outcome == "block");
        sum.orders += orders;
        sum.same += if outcomes[0] == outcomes[1] { *orders } else { 0 };
        sum.only_blocks[0] += if blocks == [true, false] { *orders } else { 0 };
        sum.only_blocks[1] += if blocks == [false, true] { *orders } else { 0 };
    }
    sums.into_values().collect()
}

/// The models of cells, each once.
#[must_use]
pub fn models_of(cells: &[Cell]) -> BTreeSet<&str> {
    cells.iter().map(|cell| cell.model.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_known_histograms() {
        let even = [1_000; BINS];
        assert!(psi(&even, &even).abs() < 1e-12);
        assert!(psi(&even, &[10; BINS]).abs() < 1e-12, "it goes by shares");
        // Two bins: (0.6 - 0.4) ln(0.6 / 0.4) twice, less what half a score changes.
        let (mut many, mut few) = ([0; BINS], [0; BINS]);
        (many[0], many[1], few[0], few[1]) = (600_000, 400_000, 400_000, 600_000);
        assert!((psi(&many, &few) - 0.4 * 1.5_f64.ln()).abs() < 1e-4);
        assert!(psi(&many, &[0, 0, 0, 0, 0, 0, 0, 0, 1_000]).is_finite());
    }

    #[test]
    fn two_models_are_compared_whichever_decides() {
        let pair = |models: [&str; 2], outcomes: [&str; 2], orders| Pair {
            models: models.map(str::to_owned),
            outcomes: outcomes.map(str::to_owned),
            orders,
        };
        let pairs = [
            pair(["a", "b"], ["allow", "allow"], 90),
            pair(["a", "b"], ["allow", "block"], 3),
            pair(["b", "a"], ["block", "review"], 2),
            pair(["b", "a"], ["allow", "block"], 5),
        ];
        let [sum] = &agreements(&pairs)[..] else { panic!() };
        assert_eq!((sum.orders, sum.same, sum.only_blocks), (100, 90, [5, 5]));
    }
}
