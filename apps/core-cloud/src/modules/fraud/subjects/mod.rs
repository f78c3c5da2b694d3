//! What is scored besides orders: reviews before they are shown, vendors and discounts by the orders behind them. What the
//! score doubts becomes a case; nothing is decided without a person.
//!
//! Facts are gathered where the system of record is: a POP sees a part of them only. Of orders they are what the bus tells,
//! kept here for the purpose. They are scored by the code and the kind of model that POPs score orders with.

mod crowds;
mod crowds_store;
mod findings;
mod judges;
mod reviews;
mod reviews_store;
mod risks;
mod store;

use std::collections::HashMap;

use kiosk_risk::Outcome;
use serde::Serialize;

pub(super) use crowds_store::{insert_orders, set_delivered, set_disputed, set_returned};
pub(super) use findings::tolerate;
pub use judges::Judges;
pub use store::Doubt;

use super::service::Service;
use crate::db::Tx;
use crate::error::Error;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Reviews that are scored in one go; more wait for the next.
const BATCH: usize = 50;
/// A subject about which a case was decided is left alone for this long, in milliseconds.
const SETTLED_MS: i64 = 30 * DAY_MS;

/// What is scored besides orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    /// A review that waits for a moderator.
    Review,
    /// A vendor, by who buys.
    Vendor,
    /// A discount, by who uses it.
    Discount,
}

impl SubjectKind {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Vendor => "vendor",
            Self::Discount => "discount",
        }
    }

    /// The refusal that says that it is out of the shop already.
    pub(super) const fn gone(self) -> &'static str {
        match self {
            Self::Review => "review_state",
            Self::Vendor => "vendor_state",
            Self::Discount => "discount_over",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Review, Self::Vendor, Self::Discount].into_iter().find(|kind| kind.name() == name)
    }
}

/// A subject with its score.
struct Scored {
    kind: SubjectKind,
    id: String,
    /// Which state of it was scored.
    of_ms: i64,
    decision: kiosk_risk::Decision,
    /// JSON.
    facts: String,
    /// Pseudonyms and ids that a case is found by.
    links: Vec<(&'static str, String)>,
}

impl Scored {
    fn new(
        kind: SubjectKind,
        id: &str,
        of_ms: i64,
        decision: kiosk_risk::Decision,
        facts: &impl Serialize,
    ) -> Self {
        let facts = serde_json::to_string(facts).unwrap_or_default();
        Self { kind, id: id.to_owned(), of_ms, decision, facts, links: vec![(kind.name(), id.to_owned())] }
    }
}

impl Service {
    /// Scores what is new or due: reviews that wait, vendors and discounts whose last score is six hours old. How many were
    /// scored.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn score_subjects(&self) -> Result<usize, Error> {
        Ok(self.score_reviews().await? + self.score_crowds().await?)
    }

    /// What the score said of these subjects, of those that it doubts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_doubts(
        &self,
        kind: SubjectKind,
        ids: &[&str],
    ) -> Result<HashMap<String, Doubt>, Error> {
        Ok(store::list_doubts(&mut *self.db.read().await?, kind, ids).await?)
    }

    /// Keeps scores, and opens a case for each subject that is doubted, unless one is open or was decided lately.
    async fn keep(&self, tx: &mut Tx, scored: &[Scored]) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        store::put_scores(tx, scored).await?;
        let doubted: Vec<&Scored> =
            scored.iter().filter(|one| one.decision.outcome >= Outcome::Review).collect();
        let known = store::list_settled(tx, &doubted, now_ms - SETTLED_MS).await?;
        let new: Vec<&Scored> = doubted.into_iter().filter(|one| !known.contains(&one.id)).collect();
        Ok(store::insert_cases(tx, &new, now_ms).await?)
    }
}

/// A part of a whole, 0 to 1; 0 of nothing. What is counted of a whole in another place may be more than it.
#[allow(clippy::cast_precision_loss)]
fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { (part as f64 / whole as f64).clamp(0.0, 1.0) }
}
