//! What facts ask of a payment.

use kiosk_wire::OrderRecord;

use super::Book;
use crate::modules::bus::fact::{Fact, GoodsMoved, PaymentFailed, RefundDue};
use crate::modules::payments::reference::reference_of;
use crate::modules::payments::state::{Claim, Hold, Kind, Payment, Provider, Step};

/// How long card networks keep an authorisation at Stripe, in milliseconds: seven days.
const STRIPE_HOLD_MS: i64 = 7 * DAY_MS;
/// How long PayPal keeps an authorisation, in milliseconds: 29 days.
const PAYPAL_HOLD_MS: i64 = 29 * DAY_MS;
/// How long a bank transfer is waited for before its order is given up, in milliseconds.
const TRANSFER_MS_MAX: i64 = 14 * DAY_MS;
/// How long before an authorisation lapses the provider is asked for it, in milliseconds.
pub const LAPSE_NOTICE_MS: i64 = DAY_MS;
const DAY_MS: i64 = 86_400_000;
/// Begins the name of what is owed back for goods that were paid for and cancelled.
const CANCELLED: &str = "can_";

/// The payment of an order that was placed. One whose authorisation is missing, or is another order's already (`taken`),
/// has failed from the start, which the fact tells.
pub fn payment_of(order: &OrderRecord, taken: bool, now_ms: i64) -> (Payment, Option<Fact>) {
    let record = &order.payment;
    let provider = record.provider.as_deref().and_then(Provider::parse).unwrap_or(Provider::Bank);
    let needs_provider = matches!(record.method.as_str(), "card" | "paypal");
    let reference = match provider {
        Provider::Bank => reference_of(order.id.as_str()),
        Provider::Stripe | Provider::Paypal => record.reference.clone().unwrap_or_default(),
    };
    let failed = if taken {
        Some("authorisation_taken")
    } else if (needs_provider && provider == Provider::Bank) || reference.is_empty() {
        Some("authorisation_missing")
    } else {
        None
    };
    let held_ms = match provider {
        Provider::Stripe => STRIPE_HOLD_MS,
        Provider::Paypal => PAYPAL_HOLD_MS,
        Provider::Bank if record.method == "bank_transfer" => TRANSFER_MS_MAX,
        // Credit of the shop is waited for by people, not by a clock.
        Provider::Bank => 0,
    };
    let lapses_ms = if failed.is_some() || held_ms == 0 { 0 } else { order.placed_ms + held_ms };
    let look_ms = match (provider, lapses_ms) {
        (_, 0) => 0,
        (Provider::Bank, lapses_ms) => lapses_ms,
        (_, lapses_ms) => lapses_ms - LAPSE_NOTICE_MS,
    };
    let hold = match (failed, provider) {
        (Some(_), _) => Hold::Lapsed,
        (None, Provider::Bank) => Hold::None,
        (None, _) => Hold::Held,
    };
    let payment = Payment {
        order: order.id.to_string(),
        id: record.id.to_string(),
        provider,
        method: record.method.clone(),
        started: record.started.clone().unwrap_or_else(|| reference.clone()),
        reference,
        currency: order.total.currency,
        total: order.total.amount,
        cancelled: 0,
        authorised: if hold == Hold::Held { order.total.amount } else { 0 },
        captured: 0,
        refunded: 0,
        charged_back: 0,
        hold,
        attention: failed.unwrap_or_default().to_owned(),
        placed_ms: order.placed_ms,
        changed_ms: now_ms,
        lapses_ms,
        look_ms,
    };
    let fact = failed.map(|reason| {
        let (payment, order) = (record.id.clone(), order.id.clone());
        Fact::PaymentFailed(PaymentFailed { payment, order, reason: reason.to_owned() })
    });
    (payment, fact)
}

impl Book {
    /// A parcel left: what is in it is captured; the last one gives the rest back.
    pub fn ship(&mut self, goods: &GoodsMoved) {
        // What goes out in exchange is paid already.
        if !self.at_provider() || goods.total.amount == 0 {
            return;
        }
        let left = self.payment.authorised - self.payment.captured - self.due_captures();
        let amount = goods.total.amount.min(left).max(0);
        let parcel = goods.parcel.as_ref().map_or(goods.order.as_str(), |parcel| parcel.as_str());
        if goods.total.currency != self.payment.currency {
            return self.call_attention("currency_differs");
        }
        if self.payment.hold != Hold::Held || self.waits_for(Kind::Void) {
            // Goods left without money behind them: the capture is on record, and a person looks.
            self.refuse_capture(parcel, goods.total.amount);
            return;
        }
        if goods.total.amount > left {
            self.call_attention("capture_over_authorised");
        }
        if amount > 0 {
            let added = self.add(format!("cap_{parcel}"), Kind::Capture, parcel, amount, Step::Due);
            if let Some(capture) = added {
                capture.last = goods.last;
            }
        } else if goods.last {
            self.release();
        }
    }

    fn refuse_capture(&mut self, parcel: &str, amount: i64) {
        let added = self.add(format!("cap_{parcel}"), Kind::Capture, parcel, amount, Step::Failed);
        if let Some(capture) = added {
            "authorisation_gone".clone_into(&mut capture.reason);
            self.call_attention("capture_refused");
            self.tell_failed("authorisation_gone");
        }
    }

    /// Pieces will not come. When nothing is left to ship, what is still reserved goes back to the payer.
    pub fn cancel(&mut self, goods: &GoodsMoved) {
        let payment = &mut self.payment;
        payment.cancelled = (payment.cancelled + goods.total.amount).clamp(0, payment.total);
        if goods.last {
            self.release();
        }
        if !self.at_provider() {
            self.owe_paid_for(goods.total.amount);
        }
        self.spread();
    }

    /// What was paid to the bank account for goods that will not come is owed back.
    fn owe_paid_for(&mut self, cancelled: i64) {
        let amount = self.refundable().min(cancelled);
        let id = format!("{CANCELLED}{}_{}", self.payment.order, self.claims.len() + 1);
        if amount > 0 {
            self.claims.push(Claim { id, amount, spread: 0, parts: 0 });
        }
    }

    /// Gives back what is reserved and was not captured, after the captures that are due.
    fn release(&mut self) {
        if self.at_provider() && self.payment.hold == Hold::Held {
            let order = self.payment.order.clone();
            self.add(format!("void_{order}"), Kind::Void, &order, 0, Step::Due);
        }
    }

    /// A customer is owed money back.
    pub fn refund(&mut self, due: &RefundDue) {
        if due.total.currency != self.payment.currency || due.total.amount < 0 {
            return self.call_attention("currency_differs");
        }
        let id = due.refund.as_str();
        if self.claims.iter().all(|claim| claim.id != id) {
            let amount = due.total.amount;
            self.claims.push(Claim { id: id.to_owned(), amount, spread: 0, parts: 0 });
        }
        self.spread();
    }

    /// Makes refunds of what customers are owed, as far as captures have room: one that is due before its capture waits.
    pub(super) fn spread(&mut self) {
        let mut allowed = self.refundable();
        for place in 0..self.claims.len() {
            while allowed > 0 {
                let claim = &self.claims[place];
                let rest = claim.amount - claim.spread;
                let source = self.movements.iter().find_map(|movement| {
                    let takes = matches!(movement.kind, Kind::Capture | Kind::Receipt);
                    let room = if takes { self.room_of(movement) } else { 0 };
                    (room > 0).then(|| (movement.id.clone(), room))
                });
                let Some((source, room)) = source.filter(|_| rest > 0) else { break };
                let part = rest.min(room).min(allowed);
                allowed -= part;
                let (id, subject) = (format!("{}_{}", claim.id, claim.parts + 1), claim.id.clone());
                let step = if self.at_provider() { Step::Due } else { Step::Payable };
                if let Some(refund) = self.add(id, Kind::Refund, &subject, part, step) {
                    refund.source = source;
                }
                self.claims[place].spread += part;
                self.claims[place].parts += 1;
            }
        }
        let waiting: i64 = self.claims.iter().map(|claim| claim.amount - claim.spread).sum();
        if waiting > 0 && self.at_provider() && self.is_ended() {
            self.call_attention("refund_over_captured");
        }
    }

    /// What may become refunds now. Of what was to be paid to the bank account, only what came beyond what is owed: a
    /// customer who is owed something back before having paid pays less.
    fn refundable(&self) -> i64 {
        let most = self.refundable_at_most();
        if self.at_provider() {
            return most;
        }
        // What is owed back for cancelled goods is among the cancelled already.
        let returned = self.claims.iter().filter(|claim| !claim.id.starts_with(CANCELLED));
        let returned: i64 = returned.map(|claim| claim.amount).sum();
        let owed = (self.payment.total - self.payment.cancelled - returned).max(0);
        (most - owed).max(0)
    }

    /// What is here and is not about to go back.
    pub(super) fn refundable_at_most(&self) -> i64 {
        let kept = self.payment.captured - self.payment.charged_back - self.payment.refunded;
        let due = self.of_kind(Kind::Refund);
        let due = due.filter(|refund| matches!(refund.step, Step::Due | Step::Payable));
        (kept - due.map(|refund| refund.amount.amount).sum::<i64>()).max(0)
    }

    /// What is still to come on the bank account.
    #[must_use]
    pub fn outstanding(&self) -> i64 {
        let unpaid: i64 = self.claims.iter().map(|claim| claim.amount - claim.spread).sum();
        (self.payment.total - self.payment.cancelled - unpaid - self.payment.captured).max(0)
    }
}
