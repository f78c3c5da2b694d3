//! What was seen at a provider that nobody here asked for: disputes, and refunds made on its own pages.

use super::Book;
use crate::modules::bus::fact::Fact;
use crate::modules::payments::state::{Kind, Movement, Step};

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
            (None, Dispute::Opened | Dispute::Lost) => {
                self.charge_back(id, reference, capture, (amount, fee))
            }
            // It was decided for us before we heard of it: nothing moved in the end, and a late "opened" changes nothing.
            (None, Dispute::Won) => {
                if let Some(dispute) = self.add(id, Kind::Chargeback, reference, amount, Step::Won) {
                    reference.clone_into(&mut dispute.reference);
                }
            }
            (Some(Step::Done), Dispute::Won) => {
                let Some(dispute) = self.movement_mut(&id) else { return };
                dispute.step = Step::Won;
                let dispute = dispute.clone();
                self.payment.charged_back -= dispute.amount.amount;
                if self.payment.attention == "disputed" {
                    self.payment.attention.clear();
                }
                self.tell(Fact::ChargebackWon, &dispute);
                self.spread();
            }
            (Some(_), Dispute::Lost) => {
                if let Some(dispute) = self.movement_mut(&id) {
                    "lost".clone_into(&mut dispute.reason);
                }
            }
            (Some(_), Dispute::Opened | Dispute::Won) => {}
        }
    }

    fn charge_back(&mut self, id: String, reference: &str, capture: &str, (amount, fee): (i64, i64)) {
        let room = self.payment.captured - self.payment.refunded - self.payment.charged_back;
        let taken = amount.min(room).max(0);
        if taken < amount {
            // More than what we have of this order: what is beyond is for a person to book.
            "dispute_over_captured".clone_into(&mut self.payment.attention);
        }
        let source = self.find_source(capture);
        let Some(dispute) = self.add(id, Kind::Chargeback, reference, taken, Step::Done) else { return };
        dispute.source = source;
        dispute.fee = fee;
        reference.clone_into(&mut dispute.reference);
        let dispute = dispute.clone();
        self.payment.charged_back += taken;
        self.call_attention("disputed");
        self.tell(Fact::ChargebackOpened, &dispute);
    }

    /// A refund is at the provider. Our own are known by their reference; another was made on the provider's pages.
    ///
    /// Whether it could be placed: not while one of ours is without its answer, since it could be that one.
    #[must_use]
    pub fn saw_refund(&mut self, reference: &str, capture: &str, amount: i64) -> bool {
        let known = |movement: &Movement| movement.kind == Kind::Refund && movement.reference == reference;
        if self.movements.iter().any(known) {
            return true;
        }
        if self.waits_for(Kind::Refund) {
            return false;
        }
        let room = self.payment.captured - self.payment.refunded - self.payment.charged_back;
        if amount > room {
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

    /// The capture that the provider calls so; of several of one name, the one with most room.
    fn find_source(&self, capture: &str) -> String {
        let named = self.of_kind(Kind::Capture).filter(|movement| movement.reference == capture);
        named.max_by_key(|movement| self.room_of(movement)).map(|found| found.id.clone()).unwrap_or_default()
    }
}
