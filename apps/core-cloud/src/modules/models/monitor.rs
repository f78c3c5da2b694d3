//! How well models do: what they say at each POP, whether their scores are true, and whether what they see changes.

use std::collections::BTreeMap;

use super::figures::{
    Agreement, BINS, Cell, Drift, Role, Tally, agreements, calibration, drift, models_of, tallies,
};
use super::scores_store;
use super::service::Service;
use crate::error::Error;

/// Days that can be looked back on; labels of chargebacks come weeks later.
pub const DAYS: [i64; 3] = [7, 30, 90];
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What monitors show.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor {
    /// Days that it looks back on.
    pub days: i64,
    /// What models said, by model, role and POP.
    pub tallies: BTreeMap<(String, Role, String), Tally>,
    /// Of each model what it said by bin of its score, and its drift.
    pub models: Vec<Watched>,
    /// What models said of the same orders.
    pub agreements: Vec<Agreement>,
    /// POPs whose orders since the last change of the plan came without the candidate, with their number.
    pub without_candidate: Vec<(String, i64)>,
}

/// A model as monitors show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its version.
    pub version: String,
    /// What it said by bin of its score.
    pub bins: [Tally; BINS],
    /// How far its last day is from the week before.
    pub drift: Drift,
}

impl Service {
    /// The figures of the last `days`, one of [`DAYS`]. Drift is that of the last day, whatever is looked back on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn monitor(&self, days: i64) -> Result<Monitor, Error> {
        let now_ms = self.clock.now_ms();
        let from_ms = now_ms - days * DAY_MS;
        let (last_day_ms, last_week_ms) = (now_ms - DAY_MS, now_ms - 8 * DAY_MS);
        let plan = self.list_plans().await?.into_iter().next().unwrap_or_default();
        let conn = &mut *self.db.read().await?;
        let (mut cells, mut drifting): (Vec<Cell>, Vec<Cell>) = (Vec::new(), Vec::new());
        for role in Role::ALL {
            let parts = (last_day_ms, last_week_ms);
            cells.extend(scores_store::count_cells(conn, role, from_ms, parts).await?);
            drifting.extend(scores_store::count_cells(conn, role, last_week_ms, parts).await?);
        }
        let models = models_of(&cells).into_iter().map(|version| Watched {
            version: version.to_owned(),
            bins: calibration(&cells, version),
            drift: drift(&drifting, version),
        });
        let without_candidate = if plan.candidate.is_empty() {
            Vec::new()
        } else {
            scores_store::list_pops_without(conn, &plan.candidate, plan.changed_ms).await?
        };
        Ok(Monitor {
            days,
            tallies: tallies(&cells),
            models: models.collect(),
            agreements: agreements(&scores_store::count_pairs(conn, from_ms).await?),
            without_candidate,
        })
    }
}
