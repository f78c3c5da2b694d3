//! Appeals of blocked accounts: one for each block, decided by somebody who says why.

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::people::{APPEAL_CHARS_MAX, AppealRecord, AppealState};

use super::appeals_store as store;
use super::service::Service;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::customers::service::{self as customers, Block, checked_reason};
use crate::modules::members::service::Member;
use crate::page::List;

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// Identifier.
    pub id: String,
    /// Pseudonym of the account.
    pub account: String,
    /// What it says, masked.
    pub text: String,
    /// Unix milliseconds.
    pub made_ms: i64,
    /// `open`, `upheld` or `refused`.
    pub state: String,
    /// Who decided; empty while nobody has.
    pub decided_by: String,
    /// When, Unix milliseconds.
    pub decided_ms: i64,
    /// Why.
    pub reason: String,
}

/// Takes appeals in. One of an account that is not blocked, or that has one that waits, is passed over. The feed's writers
/// are locked out by then.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &mut Tx, region: &str, made: &[&AppealRecord], now_ms: i64) -> Result<(), Error> {
    for record in made {
        if !customers::is_blocked(tx, &record.account).await? {
            tracing::warn!(id = %record.id, "an appeal of an account that may buy is passed over");
            continue;
        }
        let text: String = record.text.chars().filter(|c| *c != '\0').take(APPEAL_CHARS_MAX).collect();
        store::insert(tx, (record.id.as_str(), &record.account), (region, &text), now_ms).await?;
        customers::tell_appeal(tx, &record.account, AppealState::Open).await?;
    }
    Ok(())
}

impl Service {
    /// Appeals of a list, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_appeals(&self, list: &List) -> Result<(Vec<Appeal>, bool), Error> {
        let mut appeals = store::list(&mut *self.db.read().await?, list).await?;
        let more = list.cut(&mut appeals);
        Ok((appeals, more))
    }

    /// An appeal, and the block that it is against; none any more once it was lifted.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_appeal(&self, id: &str) -> Result<(Appeal, Option<Block>), Error> {
        let found = store::get(&mut *self.db.read().await?, id).await?;
        let appeal = found.ok_or(Error::NotFound("appeal"))?;
        let block = self.block_of(&appeal.account).await?;
        Ok((appeal, block))
    }

    /// Upholds an appeal, which lifts the block and all that was blocked for its sake, or refuses it.
    ///
    /// # Errors
    /// 422 without a reason, 409 `appeal_decided`, [`Error::NotFound`].
    pub async fn decide_appeal(
        &self,
        by: &Member,
        id: &str,
        uphold: bool,
        reason: &str,
    ) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let (appeal, block) = self.get_appeal(id).await?;
        if appeal.state != "open" {
            let title = "This appeal is decided";
            return Err(Problem::new(StatusCode::CONFLICT, "appeal_decided", title).into());
        }
        if uphold && let Some(block) = block {
            // Whoever was blocked first: the others were for its sake.
            let root = block.via.unwrap_or_else(|| appeal.account.clone());
            match self.customers.unblock(by, &root, reason).await {
                Err(Error::Refused(problem)) if problem.code == "not_blocked" => {}
                done => done?,
            }
        }
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        if !uphold {
            crate::modules::catalog::service::lock_writers(&mut tx).await?;
            customers::tell_appeal(&mut tx, &appeal.account, AppealState::Refused).await?;
        }
        let state = if uphold { "upheld" } else { "refused" };
        store::decide(&mut tx, id, state, (&by.id, reason), now_ms).await?;
        let act = Act { action: "appeal.decide", subject: id, detail: format!("{state}: {reason}") };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}
