//! What a provider answered, what came on the bank account, and what people decided.

use kiosk_money::Money;

use super::Book;
use crate::modules::bus::fact::Fact;
use crate::modules::payments::retry::OUTCOME_UNKNOWN;
use crate::modules::payments::state::{Hold, Kind, Movement, Provider, Step};

/// The reason of a movement that a person gave up. An answer that comes after all counts.
pub const GIVEN_UP: &str = "given_up";
/// The reason of a refund that is done by a person's word. Its reference is what the person wrote.
pub const SEEN_BY_HAND: &str = "seen_by_hand";

impl Movement {
    /// Whether its result is not known, so that one which comes late counts.
    pub(in crate::modules::payments) fn is_undecided(&self) -> bool {
        let given_up = matches!(&*self.reason, OUTCOME_UNKNOWN | GIVEN_UP);
        matches!(self.step, Step::Due | Step::Payable) || (self.step == Step::Failed && given_up)
    }
}

impl Book {
    /// A movement that waits for its result. One that has it already is not given another.
    fn due(&mut self, id: &str, kind: Kind) -> Option<&mut Movement> {
        self.movement_mut(id).filter(|movement| movement.kind == kind && movement.is_undecided())
    }

    /// Money was captured.
    pub fn captured(&mut self, id: &str, reference: &str, fee: Option<Money>) {
        let Some(capture) = self.due(id, Kind::Capture) else { return };
        capture.step = Step::Done;
        reference.clone_into(&mut capture.reference);
        capture.reason.clear();
        capture.fee = fee.filter(|fee| fee.currency == capture.amount.currency).map_or(0, |fee| fee.amount);
        let capture = capture.clone();
        self.payment.captured += capture.amount.amount;
        if capture.last || self.payment.captured == self.payment.authorised {
            self.end(Hold::Released);
        }
        self.tell(Fact::PaymentCaptured, &capture);
        self.charge_what_was_short();
        self.owe_cancelled();
        self.spread();
    }

    /// What was left of the reservation went back to the payer.
    pub fn voided(&mut self, id: &str) {
        let Some(void) = self.due(id, Kind::Void) else { return };
        void.step = Step::Done;
        void.reason.clear();
        self.end(Hold::Released);
        self.spread();
    }

    /// Money went back to the payer.
    pub fn refunded(&mut self, id: &str, reference: &str) {
        let Some(refund) = self.due(id, Kind::Refund) else { return };
        refund.step = Step::Done;
        reference.clone_into(&mut refund.reference);
        refund.reason.clear();
        let refund = refund.clone();
        self.payment.refunded += refund.amount.amount;
        self.tell(Fact::PaymentRefunded, &refund);
    }

    /// The provider does not do it, or a person gave it up.
    pub fn failed(&mut self, id: &str, reason: &str) {
        let Some(movement) = self.movement_mut(id) else { return };
        if !matches!(movement.step, Step::Due | Step::Payable) {
            return;
        }
        movement.step = Step::Failed;
        reason.clone_into(&mut movement.reason);
        match movement.kind {
            Kind::Capture => {
                self.call_attention("capture_refused");
                if !matches!(reason, OUTCOME_UNKNOWN | GIVEN_UP) {
                    self.tell_failed(reason);
                }
            }
            Kind::Refund => {
                self.call_attention("refund_refused");
                self.charge_what_was_short();
            }
            Kind::Void => self.call_attention("void_refused"),
            Kind::Chargeback | Kind::Receipt | Kind::Transfer => {}
        }
    }

    /// A person has seen at the provider that a movement was done whose outcome was not known. Whether it was such a one.
    #[must_use]
    pub fn seen_done(&mut self, id: &str, reference: &str) -> bool {
        let Some(movement) = self.movement(id) else { return false };
        if movement.step != Step::Failed || movement.reason != OUTCOME_UNKNOWN {
            return false;
        }
        match movement.kind {
            Kind::Capture => {
                self.captured(id, reference, None);
                if self.payment.hold == Hold::Held {
                    // What became of the rest meanwhile, the provider tells.
                    self.payment.look_ms = self.now_ms;
                }
            }
            Kind::Refund => {
                self.refunded(id, reference);
                if let Some(refund) = self.movement_mut(id) {
                    SEEN_BY_HAND.clone_into(&mut refund.reason);
                }
            }
            Kind::Void | Kind::Chargeback | Kind::Receipt | Kind::Transfer => return false,
        }
        true
    }

    /// Tries a movement once more that was refused or given up.
    ///
    /// Whether it can be: a refund needs room in its capture again, and a capture a reservation.
    #[must_use]
    pub fn retry(&mut self, id: &str) -> bool {
        let Some(movement) = self.movement(id).cloned() else { return false };
        if movement.kind == Kind::Refund && !movement.reference.is_empty() {
            return self.refund_anew(id);
        }
        let hangs = movement.step == Step::Due && movement.tries > 0;
        let fits = match movement.kind {
            Kind::Capture => {
                let left = self.payment.authorised - self.payment.captured - self.due_captures();
                // Of a card that can be captured once only, just the one that takes all.
                let fits = movement.last || !self.payment.prepaid;
                fits && self.payment.hold == Hold::Held && movement.amount.amount <= left
            }
            Kind::Refund => {
                let source = self.movement(&movement.source);
                source.is_some_and(|source| self.room_of(source) >= movement.amount.amount)
                    && movement.amount.amount <= self.refundable_at_most()
            }
            Kind::Void => self.payment.hold == Hold::Held,
            Kind::Chargeback | Kind::Receipt | Kind::Transfer => false,
        };
        let refused = movement.step == Step::Failed;
        if !(hangs || (refused && fits)) {
            return false;
        }
        let (now_ms, by_hand) = (self.now_ms, !self.at_provider());
        if let Some(movement) = self.movement_mut(id) {
            movement.step = if by_hand { Step::Payable } else { Step::Due };
            movement.next_ms = now_ms;
            // With a person's decision the provider's memory of the key begins anew. What it was asked for once it may
            // have done, whoever asks again.
            if refused && movement.asked_ms > 0 {
                movement.asked_ms = now_ms;
            }
        }
        self.payment.attention.clear();
        true
    }

    /// The authorisation is gone at the provider, or the bank transfer is waited for no longer.
    pub fn lapsed(&mut self, reason: &str) {
        self.end(Hold::Lapsed);
        let due: Vec<String> = self
            .of_kind(Kind::Capture)
            .chain(self.of_kind(Kind::Void))
            .filter(|movement| movement.step == Step::Due)
            .map(|movement| movement.id.clone())
            .collect();
        for id in due {
            if let Some(movement) = self.movement_mut(&id) {
                // What should have been given back is with the payer.
                movement.step = if movement.kind == Kind::Void { Step::Done } else { Step::Failed };
                reason.clone_into(&mut movement.reason);
            }
        }
        self.call_attention(reason);
        self.tell_failed(reason);
        self.spread();
    }

    /// Money came on the bank account: a line of a statement settles the order or a part of it.
    pub fn received(&mut self, line: &str, entry: &str, amount: i64) {
        if self.payment.provider != Provider::Bank {
            return;
        }
        let added = self.add(format!("rcv_{line}"), Kind::Receipt, line, amount, Step::Done);
        let Some(receipt) = added else { return };
        entry.clone_into(&mut receipt.reference);
        let receipt = receipt.clone();
        self.payment.authorised += amount;
        self.payment.captured += amount;
        if self.payment.hold == Hold::Lapsed {
            // It came after all, and somebody said that it is this order's.
            self.payment.hold = Hold::None;
            self.payment.attention.clear();
        }
        if self.outstanding() == 0 {
            self.payment.lapses_ms = 0;
            self.payment.look_ms = 0;
        }
        self.tell(Fact::PaymentReceived, &receipt);
        self.owe_cancelled();
        self.spread();
        if self.refundable() > 0 {
            self.call_attention("overpaid");
        }
    }

    fn end(&mut self, hold: Hold) {
        self.payment.hold = hold;
        self.payment.lapses_ms = 0;
        self.payment.look_ms = 0;
    }
}
