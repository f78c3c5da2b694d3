//! What facts ask of a payment.

use kiosk_wire::OrderRecord;
use sha2::{Digest, Sha256};

use super::Book;
use crate::modules::bus::fact::{Fact, GoodsMoved, PaymentFailed, RefundDue};
use crate::modules::payments::reference::reference_of;
use crate::modules::payments::state::{Claim, Hold, Kind, Movement, Payment, Provider, Step};

/// How long card networks keep an authorisation at Stripe, in milliseconds: seven days.
const STRIPE_HOLD_MS: i64 = 7 * DAY_MS;
/// How long PayPal keeps an authorisation, in milliseconds: 29 days.
const PAYPAL_HOLD_MS: i64 = 29 * DAY_MS;
/// How long a bank transfer is waited for before its order is given up, in milliseconds.
const TRANSFER_MS_MAX: i64 = 14 * DAY_MS;
/// How long before an authorisation lapses the provider is asked for it, in milliseconds.
pub const LAPSE_NOTICE_MS: i64 = DAY_MS;
const DAY_MS: i64 = 86_400_000;
/// Hexadecimal digits of an id, as those of all others.
const ID_DIGITS: usize = 32;
/// The reason of a capture that another one made too.
const CAPTURED_TOGETHER: &str = "captured_together";
/// Begins the name of what is owed back for goods that were paid for and cancelled.
const CANCELLED: &str = "can_";

/// The payment of an order that was placed: for what gift cards do not pay of it. When nothing is left to pay, no
/// provider is needed. One whose authorisation is missing, or is another order's already (`taken`),
/// has failed from the start, which the fact tells.
pub fn payment_of(order: &OrderRecord, taken: bool, now_ms: i64) -> (Payment, Option<Fact>) {
    let record = &order.payment;
    let gift = order.paid_by_gift_cards().amount;
    let due = order.total.amount - gift;
    let provider = record.provider.as_deref().and_then(Provider::parse).filter(|_| due > 0);
    let provider = provider.unwrap_or(Provider::Bank);
    let needs_provider = due > 0 && matches!(record.method.as_str(), "card" | "paypal");
    let reference = match provider {
        Provider::Bank => reference_of(order.id.as_str()),
        Provider::Stripe | Provider::Paypal => record.reference.clone().unwrap_or_default(),
    };
    let failed = if taken && due > 0 {
        Some("authorisation_taken")
    } else if (needs_provider && provider == Provider::Bank) || reference.is_empty() {
        Some("authorisation_missing")
    } else {
        None
    };
    let held_ms = match provider {
        Provider::Stripe => STRIPE_HOLD_MS,
        Provider::Paypal => PAYPAL_HOLD_MS,
        Provider::Bank if due > 0 && record.method == "bank_transfer" => TRANSFER_MS_MAX,
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
        total: due,
        cancelled: 0,
        gift,
        gift_returned: 0,
        to_come: order.total.amount,
        kept: 0,
        authorised: if hold == Hold::Held { due } else { 0 },
        captured: 0,
        refunded: 0,
        charged_back: 0,
        prepaid: provider == Provider::Bank,
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

/// The name of what is owed back for goods of an order that will not come, its claim of this number: the order's own
/// would be too long for a bank transfer, which [`crate::modules::payments::end_to_end`] names by it.
fn cancelled_id(order: &str, number: usize) -> String {
    let mut name = hex::encode(Sha256::digest(format!("{order}/{number}")));
    name.truncate(ID_DIGITS);
    format!("{CANCELLED}{name}")
}

impl Book {
    /// A parcel left: what is in it is captured; the last one gives the rest back.
    pub fn ship(&mut self, goods: &GoodsMoved) {
        // What goes out in exchange is paid already; what costs nothing may be the last that was waited for.
        if goods.total.amount == 0 && !goods.last {
            return;
        }
        if goods.total.currency != self.payment.currency {
            return self.call_attention("currency_differs");
        }
        let owed = self.keep(goods.total.amount);
        if self.payment.prepaid {
            return;
        }
        let left = self.payment.authorised - self.payment.captured - self.due_captures();
        let amount = owed.min(left).max(0);
        let parcel = goods.parcel.as_ref().map_or(goods.order.as_str(), |parcel| parcel.as_str());
        if self.payment.hold != Hold::Held || self.waits_for(Kind::Void) {
            // Goods left without money behind them: the capture is on record, and a person looks.
            if owed > 0 {
                self.refuse_capture(parcel, owed);
            }
            return;
        }
        if owed > left {
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

    /// The card of a capture that is due can be captured once only, so it takes all that is still owed: what is not sent
    /// in the end goes back as a refund. Whether there was such a capture.
    #[must_use]
    pub fn capture_whole(&mut self, id: &str) -> bool {
        let is_due = |movement: &Movement| movement.kind == Kind::Capture && movement.step == Step::Due;
        if !self.movement(id).is_some_and(|capture| is_due(capture) && !capture.last) {
            return false;
        }
        self.payment.prepaid = true;
        let left = self.payment.authorised - self.payment.captured;
        let whole = (self.owed_ahead() + self.unspread() - self.refundable_at_most()).min(left);
        for capture in self.movements.iter_mut().filter(|movement| is_due(movement)) {
            if capture.id == id {
                capture.amount.amount = whole;
                capture.last = true;
            } else {
                capture.step = Step::Failed;
                CAPTURED_TOGETHER.clone_into(&mut capture.reason);
            }
        }
        true
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
        let less = self.drop_rest(goods.total.amount);
        let payment = &mut self.payment;
        payment.cancelled = (payment.cancelled + less).clamp(0, payment.total);
        if goods.last {
            self.release();
        }
        self.owe_cancelled();
        self.spread();
    }

    /// What was paid beforehand for goods that will not come is owed back, whichever of both came first.
    pub(super) fn owe_cancelled(&mut self) {
        if !self.payment.prepaid {
            return;
        }
        let claimed = self.claims.iter().filter(|claim| claim.id.starts_with(CANCELLED));
        let unclaimed = self.payment.cancelled - claimed.map(|claim| claim.amount).sum::<i64>();
        // What is owed back for other reasons comes first.
        let amount = unclaimed.min(self.refundable() - self.unspread());
        if amount > 0 {
            let id = cancelled_id(&self.payment.order, self.claims.len() + 1);
            self.claims.push(Claim { id, amount, spread: 0, parts: 0 });
        }
    }

    /// What customers are owed and has not become movements.
    fn unspread(&self) -> i64 {
        self.claims.iter().map(|claim| claim.amount - claim.spread).sum()
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
            let amount = self.take_back(due.total.amount);
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
        if self.unspread() > 0 && self.at_provider() && self.is_ended() {
            self.call_attention("refund_over_captured");
        }
    }

    /// What may become refunds now. Of what is paid beforehand, only what came beyond what is owed: a customer who is owed
    /// something back before having paid pays less.
    pub(super) fn refundable(&self) -> i64 {
        let owed = if self.payment.prepaid { self.owed_ahead() } else { 0 };
        (self.refundable_at_most() - owed).max(0)
    }

    /// What is to be paid, beyond what gift cards pay, for all that the customer has, keeps and waits for.
    fn owed_ahead(&self) -> i64 {
        (self.payment.kept + self.payment.to_come - self.payment.gift).max(0)
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
        (self.payment.total - self.payment.cancelled - self.unspread() - self.payment.captured).max(0)
    }
}
