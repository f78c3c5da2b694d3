//! What was seen at a provider that nobody here asked for: disputes, and refunds made on its own pages.

use super::happened::SEEN_BY_HAND;
use super::{Book, GIVEN_UP, OUTCOME_UNKNOWN};
use crate::modules::bus::fact::Fact;
use crate::modules::payments::state::{Kind, Movement, Step};

/// The reason of a refund that came back from the payer's bank.
pub const REFUND_FAILED: &str = "refund_failed";
/// The same, once another refund was made in its place.
const REFUNDED_ANEW: &str = "refunded_anew";

/// What a payment calls attention with whose money a payer wants back.
const DISPUTED: &str = "disputed";
/// The same, where more was taken than was left of it.
const OVER_CAPTURED: &str = "dispute_over_captured";

/// The reason of a dispute that was lost.
const LOST: &str = "lost";

/// What became of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
    /// The provider took the money back.
    Opened,
    /// It gave it to us again.
    Won,
    /// It stays with the payer.
    Lost,
}

impl Book {
    /// A dispute is where a webhook says, in whatever order webhooks come. `capture` is the provider's name of what is
    /// disputed, `amount` and what the provider takes for it are minor units.
    pub fn dispute(&mut self, reference: &str, capture: &str, (amount, fee): (i64, i64), now: Dispute) {
        let id = format!("dsp_{}_{reference}", self.payment.provider.name());
        let known = self.movement(&id).map(|dispute| dispute.step);
        match (known, now) {
            (None, Dispute::Opened) => self.charge_back(id, reference, capture, (amount, fee)),
            (None, Dispute::Lost) => {
                self.charge_back(id.clone(), reference, capture, (amount, fee));
                self.lose(&id);
            }
            // It was decided for us before we heard of it: it began too, for a fee, and a late "opened" changes nothing.
            (None, Dispute::Won) => {
                self.charge_back(id.clone(), reference, capture, (amount, fee));
                if self.movement(&id).is_some() {
                    self.dispute(reference, capture, (amount, fee), Dispute::Won);
                }
            }
            (Some(Step::Done), Dispute::Won) => {
                let Some(dispute) = self.movement_mut(&id) else { return };
                dispute.step = Step::Won;
                dispute.short = 0;
                let was_lost = std::mem::take(&mut dispute.reason) == LOST;
                // What the provider took for it was told when it began, and stays taken.
                let dispute = Movement { fee: 0, ..dispute.clone() };
                self.payment.charged_back -= dispute.amount.amount;
                if self.payment.attention == DISPUTED {
                    self.payment.attention.clear();
                }
                if was_lost {
                    self.tell(Fact::ChargebackReopened, &dispute);
                }
                self.tell(Fact::ChargebackWon, &dispute);
                for part in self.parts_of(&id) {
                    self.dispute(&part, capture, (amount, fee), Dispute::Won);
                }
                self.charge_what_was_short();
                self.spread();
            }
            (Some(Step::Done), Dispute::Lost) => {
                self.lose(&id);
                for part in self.parts_of(&id) {
                    self.dispute(&part, capture, (amount, fee), Dispute::Lost);
                }
            }
            // What was won stays won, also where an older webhook comes late.
            (Some(_), Dispute::Opened | Dispute::Won | Dispute::Lost) => {}
        }
    }

    /// What a dispute took stays with the payer, which is told once.
    fn lose(&mut self, id: &str) {
        let Some(dispute) = self.movement_mut(id).filter(|dispute| dispute.reason != LOST) else { return };
        LOST.clone_into(&mut dispute.reason);
        // What the provider took for it was told when it began.
        let dispute = Movement { fee: 0, ..dispute.clone() };
        self.tell(Fact::ChargebackLost, &dispute);
    }

    fn charge_back(&mut self, id: String, reference: &str, capture: &str, (amount, fee): (i64, i64)) {
        let taken = amount.min(self.left()).max(0);
        if taken < amount {
            // More than what we have of this order: a person has to know.
            OVER_CAPTURED.clone_into(&mut self.payment.attention);
        }
        let source = self.find_source(capture);
        let Some(dispute) = self.add(id, Kind::Chargeback, reference, taken, Step::Done) else { return };
        dispute.source = source;
        dispute.short = amount - taken;
        dispute.fee = fee;
        reference.clone_into(&mut dispute.reference);
        let dispute = dispute.clone();
        self.payment.charged_back += taken;
        self.call_attention(DISPUTED);
        self.tell(Fact::ChargebackOpened, &dispute);
    }

    /// What is left of the payment, minor units. A refund that was asked for and has no answer may have been made.
    fn left(&self) -> i64 {
        let perhaps = |refund: &&Movement| refund.asked_ms > 0 && refund.is_undecided();
        let refunding: i64 =
            self.of_kind(Kind::Refund).filter(perhaps).map(|refund| refund.amount.amount).sum();
        self.payment.captured - self.payment.refunded - refunding - self.payment.charged_back
    }

    /// A dispute may be told before another one gave its money back, before a capture is here, or before a refund failed.
    /// What it took beyond what was left is charged once there is more, as a part of its own.
    pub(super) fn charge_what_was_short(&mut self) {
        let short =
            self.of_kind(Kind::Chargeback).filter(|dispute| dispute.step == Step::Done && dispute.short > 0);
        for dispute in short.cloned().collect::<Vec<_>>() {
            let taken = dispute.short.min(self.left());
            if taken <= 0 {
                return;
            }
            if let Some(dispute) = self.movement_mut(&dispute.id) {
                dispute.short -= taken;
            }
            let place = self.parts_of(&dispute.id).len() + 2;
            let (reference, source) = (format!("{}_{place}", dispute.reference), dispute.source);
            let id = format!("{}_{place}", dispute.id);
            let Some(part) = self.add(id.clone(), Kind::Chargeback, &dispute.subject, taken, Step::Done)
            else {
                return;
            };
            part.source = source;
            part.reference = reference;
            let part = part.clone();
            self.payment.charged_back += taken;
            self.tell(Fact::ChargebackOpened, &part);
            if dispute.reason == LOST {
                self.lose(&id);
            }
        }
        let is_short = self.of_kind(Kind::Chargeback).any(|dispute| dispute.short > 0);
        if self.payment.attention == OVER_CAPTURED && !is_short {
            DISPUTED.clone_into(&mut self.payment.attention);
        }
    }

    /// The provider's name, with the place of the part, of what was charged later for the dispute `id`.
    fn parts_of(&self, id: &str) -> Vec<String> {
        let is_part = |part: &&Movement| part.id.strip_prefix(id).is_some_and(|place| place.starts_with('_'));
        self.of_kind(Kind::Chargeback).filter(is_part).map(|part| part.reference.clone()).collect()
    }

    /// A refund is at the provider. Our own are known by their reference; another was made on the provider's pages.
    ///
    /// Whether it could be placed: not while one of ours is without its answer, since it could be that one.
    #[must_use]
    pub fn saw_refund(&mut self, reference: &str, capture: &str, amount: i64) -> bool {
        if self.recognise(reference, amount).is_some() {
            return true;
        }
        if self.waits_for(Kind::Refund) {
            return false;
        }
        if let Some(ours) = self.find_undecided_refund(amount) {
            // The one whose answer was lost and that nobody asks for any more.
            self.refunded(&ours, reference);
            return true;
        }
        if amount > self.left() {
            // The capture is on its way here too, or the provider gave back what we never had: it is asked again, and
            // shown to a person in the end.
            return false;
        }
        let (id, source) = (format!("ext_{reference}"), self.find_source(capture));
        let Some(refund) = self.add(id, Kind::Refund, reference, amount, Step::Done) else { return true };
        refund.source = source;
        reference.clone_into(&mut refund.reference);
        let refund = refund.clone();
        self.payment.refunded += amount;
        self.call_attention("refunded_elsewhere");
        self.tell(Fact::PaymentRefunded, &refund);
        true
    }

    /// The refund that the provider calls so: by its reference, or one of that amount which a person has said is done.
    fn recognise(&mut self, reference: &str, amount: i64) -> Option<&mut Movement> {
        let named = |movement: &Movement| movement.kind == Kind::Refund && movement.reference == reference;
        let fits = |movement: &Movement| {
            movement.kind == Kind::Refund
                && movement.step == Step::Done
                && movement.reason == SEEN_BY_HAND
                && movement.amount.amount == amount
        };
        let place = self.movements.iter().position(named);
        let place = place.or_else(|| self.movements.iter().position(fits))?;
        let refund = &mut self.movements[place];
        if refund.reason == SEEN_BY_HAND {
            reference.clone_into(&mut refund.reference);
            refund.reason.clear();
        }
        Some(refund)
    }

    /// A refund that the provider was asked for, of which nobody knows whether it was done.
    fn find_undecided_refund(&self, amount: i64) -> Option<String> {
        let fits = |refund: &&Movement| {
            refund.step == Step::Failed
                && refund.asked_ms > 0
                && refund.amount.amount == amount
                && matches!(&*refund.reason, OUTCOME_UNKNOWN | GIVEN_UP)
        };
        self.of_kind(Kind::Refund).find(fits).map(|refund| refund.id.clone())
    }

    /// A refund failed after it was made: the money is with the provider again, and the customer is owed it still. One
    /// that nobody has heard of moved nothing in the end, and what comes late of it changes nothing.
    ///
    /// Whether it could be placed: not while one of ours is without its answer, since it could be that one.
    #[must_use]
    pub fn saw_refund_fail(&mut self, reference: &str, capture: &str, amount: i64) -> bool {
        if let Some(refund) = self.recognise(reference, amount) {
            if refund.step != Step::Done {
                return true;
            }
            refund.step = Step::Failed;
            REFUND_FAILED.clone_into(&mut refund.reason);
            let refund = refund.clone();
            self.payment.refunded -= refund.amount.amount;
            self.call_attention(REFUND_FAILED);
            self.tell(Fact::RefundFailed, &refund);
            self.charge_what_was_short();
            return true;
        }
        if self.waits_for(Kind::Refund) {
            return false;
        }
        let (id, source) = (format!("ext_{reference}"), self.find_source(capture));
        if let Some(refund) = self.add(id, Kind::Refund, reference, amount, Step::Failed) {
            refund.source = source;
            reference.clone_into(&mut refund.reference);
            REFUND_FAILED.clone_into(&mut refund.reason);
        }
        true
    }

    /// Makes another refund in place of one that failed after it was made: the provider would answer to the same key with
    /// the one that failed. Whether it can be: not twice, and not one that was made on the provider's pages.
    pub(super) fn refund_anew(&mut self, id: &str) -> bool {
        let Some(failed) = self.movement(id).filter(|refund| refund.reason == REFUND_FAILED).cloned() else {
            return false;
        };
        let source = self.movement(&failed.source);
        let room = source.map_or(0, |source| self.room_of(source)).min(self.refundable_at_most());
        let claim = self.claims.iter_mut().find(|claim| claim.id == failed.subject);
        let Some(claim) = claim.filter(|_| failed.amount.amount <= room) else { return false };
        claim.parts += 1;
        let anew = format!("{}_{}", claim.id, claim.parts);
        let added = self.add(anew, Kind::Refund, &failed.subject, failed.amount.amount, Step::Due);
        if let Some(refund) = added {
            refund.source = failed.source;
        }
        if let Some(failed) = self.movement_mut(id) {
            REFUNDED_ANEW.clone_into(&mut failed.reason);
        }
        self.payment.attention.clear();
        true
    }

    /// Whether a capture that the provider calls so is here.
    #[must_use]
    pub fn knows_capture(&self, capture: &str) -> bool {
        !self.find_source(capture).is_empty()
    }

    /// The capture that the provider calls so; of several of one name, the one with most room.
    fn find_source(&self, capture: &str) -> String {
        let named = self.of_kind(Kind::Capture).filter(|movement| movement.reference == capture);
        named.max_by_key(|movement| self.room_of(movement)).map(|found| found.id.clone()).unwrap_or_default()
    }
}
