//! Registering models, and deciding which of them run. Functions on a [`Tx`] take part in another module's transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::FraudRecord;

use super::plan::{Act, Plan};
use super::scores_store::Scored;
pub use super::store::ModelRow;
use super::{scores_store, store, upload};
use crate::clock::Clock;
use crate::config::Pops;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::audit::service as audit;
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::customers::service::checked_reason;
use crate::modules::members::service::Member;
use crate::modules::orders::service::Blocked;

/// Most models that are listed.
const MODELS_LISTED_MAX: i64 = 200;
/// Revisions of the plan that are listed.
const PLANS_LISTED_MAX: i64 = 20;
/// How long scores and labels are kept, in milliseconds: half a year, since disputes come late.
const KEPT_MS: i64 = 183 * 86_400_000;

/// Fraud models.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pops: Arc<Pops>,
}

impl Service {
    /// Over this database; `pops` are those that a canary may be at.
    #[must_use]
    pub fn new(db: Db, clock: Clock, pops: Arc<Pops>) -> Self {
        Self { db, clock, pops }
    }

    /// All models, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_models(&self) -> Result<Vec<ModelRow>, Error> {
        Ok(store::list_models(&mut *self.db.read().await?, MODELS_LISTED_MAX).await?)
    }

    /// A model.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_model(&self, version: &str) -> Result<ModelRow, Error> {
        let found = store::get_model(&mut *self.db.read().await?, version).await?;
        found.ok_or(Error::NotFound("model"))
    }

    /// The network of a model.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_onnx(&self, version: &str) -> Result<Vec<u8>, Error> {
        let found = store::get_onnx(&mut *self.db.read().await?, version).await?;
        found.ok_or(Error::NotFound("model"))
    }

    /// The last revisions of the plan, the one that holds first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_plans(&self) -> Result<Vec<Plan>, Error> {
        Ok(store::list_plans(&mut *self.db.read().await?, PLANS_LISTED_MAX).await?)
    }

    /// Registers a model, and returns its version. The same model twice is registered once.
    ///
    /// # Errors
    /// 422 that names `card` or `file`, 409 `version_registered` when another model has its version.
    pub async fn register(&self, actor: &Member, card: Vec<u8>, onnx: Vec<u8>) -> Result<String, Error> {
        // A file that makes the runtime panic ends its own task and nothing else.
        let read = tokio::task::spawn_blocking(move || upload::read(card, onnx)).await;
        let model = read.map_err(|_| Error::invalid("file", "the ONNX runtime fails on it"))??;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        if !store::insert_model(&mut tx, &model, &actor.id, now_ms).await? {
            let known = store::get_model(&mut tx, &model.version).await?;
            if known.is_some_and(|known| known.card == model.card) {
                return Ok(model.version);
            }
            let problem = Problem::new(
                StatusCode::CONFLICT,
                "version_registered",
                "Another model has this version, and a version never changes",
            );
            return Err(problem.param("card").into());
        }
        let detail = format!("network {}, data {}", model.onnx_sha256, model.data_hash);
        let act = audit::Act { action: "model.register", subject: &model.version, detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        tx.commit().await?;
        Ok(model.version)
    }

    /// Changes the plan that has this revision, and tells every POP.
    ///
    /// # Errors
    /// 422 without a reason, for a model that is not registered (`version`) or a POP that is none (`pops`); 409
    /// `plan_changed` when somebody was quicker, and what [`Plan::after`] refuses.
    pub async fn decide(
        &self,
        actor: &Member,
        act: &Act,
        revision: i64,
        reason: &str,
    ) -> Result<Plan, Error> {
        let reason = checked_reason(reason)?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let plan = store::list_plans(&mut tx, 1).await?.pop().ok_or(Error::NotFound("plan"))?;
        if plan.revision != revision {
            let title = "Somebody else changed the plan meanwhile";
            return Err(Problem::new(StatusCode::CONFLICT, "plan_changed", title).into());
        }
        self.check(&mut tx, act).await?;
        let next = Plan {
            reason: reason.to_owned(),
            changed_ms: now_ms,
            changed_by: actor.id.clone(),
            ..plan.after(act)?
        };
        store::insert_plan(&mut tx, &next).await?;
        feed::publish(&mut tx, None, &[next.told()]).await?;
        let subject = match act {
            Act::Candidate(_) | Act::Canary(_) => &next.candidate,
            Act::Drop => &plan.candidate,
            Act::Promote | Act::RollBack => &next.champion,
        };
        let action = format!("model.{}", act.name());
        let pops = next.canary_pops.join(", ");
        let detail = if pops.is_empty() { next.reason.clone() } else { format!("{} ({pops})", next.reason) };
        audit::append(&mut tx, &actor.id, &audit::Act { action: &action, subject, detail }, now_ms).await?;
        tx.commit().await?;
        Ok(next)
    }

    async fn check(&self, tx: &mut Tx, act: &Act) -> Result<(), Error> {
        match act {
            Act::Candidate(version) if store::get_model(tx, version).await?.is_none() => {
                Err(Error::invalid("version", "is not registered"))
            }
            Act::Canary(pops) => {
                let known: BTreeSet<&str> = self.pops.iter().map(|(id, _)| id.as_str()).collect();
                match pops.iter().find(|pop| !known.contains(pop.as_str())) {
                    Some(unknown) => Err(Error::invalid("pops", format!("there is no POP {unknown}"))),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Forgets scores and labels that are of no more use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        scores_store::delete_before(&mut tx, self.clock.now_ms() - KEPT_MS).await?;
        Ok(tx.commit().await?)
    }
}

/// Keeps what models said of checkouts that were refused.
///
/// # Errors
/// When the database fails.
pub async fn insert_blocked(tx: &mut Tx, pop: &str, blocked: &[Blocked<'_>]) -> Result<(), Error> {
    let scored: Vec<_> = blocked
        .iter()
        .map(|blocked| scored(blocked.event, pop, blocked.occurred_ms, blocked.fraud))
        .collect();
    Ok(scores_store::insert_scores(tx, &scored).await?)
}

/// Keeps whether an order was fraud, by what somebody decided or a bank did. The last word holds.
///
/// # Errors
/// When the database fails.
pub async fn label(tx: &mut Tx, order: &str, fraud: bool, now_ms: i64) -> Result<(), Error> {
    Ok(scores_store::put_label(tx, order, fraud, now_ms).await?)
}

/// A decision as it is kept.
pub(super) fn scored<'a>(id: &'a str, pop: &'a str, at_ms: i64, fraud: &'a FraudRecord) -> Scored<'a> {
    Scored { id, pop, at_ms, fraud }
}
