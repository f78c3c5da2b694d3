//! What becomes of a subject that somebody looked into.

use kiosk_ids::{ReviewId, VendorId};

use super::SubjectKind;
use crate::error::Error;
use crate::modules::fraud::service::{Around, Finding, Service};
use crate::modules::members::service::Member;
use crate::modules::reviews::service::Decision;
use crate::modules::vendors::state::State;

impl Service {
    /// Takes a subject that is fraud out of the shop. What is gone already stays gone.
    pub(in crate::modules::fraud) async fn end_subject(
        &self,
        by: &Member,
        kind: SubjectKind,
        around: &Around,
        finding: Finding,
        reason: &str,
    ) -> Result<(), Error> {
        if finding == Finding::Rejected {
            return Err(Error::invalid("act", "choose honest or fraud"));
        }
        let about = around.links.iter().find(|link| link.kind == kind.name());
        let Some(about) = about.filter(|_| finding == Finding::Fraud) else { return Ok(()) };
        let no_id = |_| Error::NotFound("case");
        let done = match kind {
            SubjectKind::Review => {
                let id = ReviewId::parse(&about.key).map_err(no_id)?;
                let taken = self.others.reviews.decide(by, &id, Decision::Refuse, reason).await;
                // An earlier form of it may be shown beside the one that waits.
                tolerate(taken, "review_state")?;
                self.others.reviews.decide(by, &id, Decision::Remove, reason).await
            }
            SubjectKind::Vendor => {
                let id = VendorId::parse(&about.key).map_err(no_id)?;
                self.others.vendors.decide(by, &id, State::Suspended, reason).await
            }
            SubjectKind::Discount => self.others.discounts.end(by, None, &about.key).await,
        };
        tolerate(done, kind.gone())
    }
}

/// Done, or refused with `code` since there was nothing to do.
pub(in crate::modules::fraud) fn tolerate(done: Result<(), Error>, code: &str) -> Result<(), Error> {
    match done {
        Err(Error::Refused(problem)) if problem.code == code => Ok(()),
        done => done,
    }
}
