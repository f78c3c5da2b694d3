//! What moves money: captures, refunds, transfers, disputes. Each is done whole or refused, and writes the events that tell
//! of it.

use kiosk_money::{Currency, Money};

use super::events::What;
use super::payment::{Capture, Dispute, DisputeStatus, Provider, Refund, Status};
use super::{Refusal, Transfer, World};

/// Captures of one payment.
const CAPTURES_MAX: usize = 50;
/// What a dispute costs, in minor units.
const DISPUTE_FEE: i64 = 1_500;

impl World {
    /// Takes reserved money; tells the place of the capture among the payment's.
    ///
    /// # Errors
    /// A state, or an amount that does not fit.
    pub fn capture(
        &mut self,
        provider: Provider,
        authorisation: &str,
        amount: Option<Money>,
        last: bool,
        now_ms: i64,
    ) -> Result<usize, Refusal> {
        self.touch(provider, authorisation, now_ms);
        let transaction = match provider {
            Provider::Stripe => self.fresh("txn_3", 23),
            Provider::Paypal => self.fresh_upper(17),
        };
        let payment = self.find_mut(provider, authorisation)?;
        if payment.status != Status::Authorised || payment.authorisation.as_deref() != Some(authorisation) {
            return Err(Refusal::State(payment.status));
        }
        let rest = payment.sums().capturable;
        let amount = amount.unwrap_or(payment.of(rest));
        if amount.currency != payment.amount.currency {
            return Err(Refusal::Currency);
        }
        if amount.amount > rest || amount.amount <= 0 {
            return Err(Refusal::TooMuch(rest));
        }
        if !last && (!payment.multicapture || payment.captures.len() + 1 >= CAPTURES_MAX) {
            return Err(Refusal::OnceOnly);
        }
        let last = last || amount.amount == rest;
        let fee = payment.of(fee(provider, amount));
        let reference = payment.charge.clone().unwrap_or_else(|| transaction.clone());
        payment.captures.push(Capture {
            reference: reference.clone(),
            transaction,
            amount,
            fee,
            last,
            at_ms: now_ms,
        });
        if last {
            payment.status = Status::Captured;
        }
        let place = payment.captures.len() - 1;
        let name = payment.reference.clone();
        self.aliases.insert(reference, name.clone());
        self.move_balance(provider, Money::new(amount.amount - fee.amount, amount.currency));
        self.tell(&name, What::Captured(place), now_ms);
        Ok(place)
    }

    /// Gives captured money back; tells the place of the refund among the payment's.
    ///
    /// # Errors
    /// An amount that does not fit, or a dispute.
    pub fn refund(
        &mut self,
        provider: Provider,
        capture: &str,
        amount: Option<Money>,
        now_ms: i64,
    ) -> Result<usize, Refusal> {
        let id = match provider {
            Provider::Stripe => self.fresh("re_3", 23),
            Provider::Paypal => self.fresh_upper(17),
        };
        let payment = self.find_mut(provider, capture)?;
        let taken = payment.captured_as(capture);
        if taken == 0 {
            return Err(Refusal::State(payment.status));
        }
        let disputed = payment.disputed_of(capture);
        let rest = taken - payment.refunded_of(capture) - disputed;
        let amount = amount.unwrap_or(payment.of(rest));
        if amount.currency != payment.amount.currency {
            return Err(Refusal::Currency);
        }
        if rest == 0 {
            return Err(if disputed > 0 { Refusal::Disputed } else { Refusal::NothingLeft });
        }
        if amount.amount > rest || amount.amount <= 0 {
            return Err(if disputed > 0 { Refusal::Disputed } else { Refusal::TooMuch(rest) });
        }
        let capture = capture.to_owned();
        payment.refunds.push(Refund { id: id.clone(), capture, amount, at_ms: now_ms, failed: false });
        let place = payment.refunds.len() - 1;
        let name = payment.reference.clone();
        self.aliases.insert(id, name.clone());
        self.move_balance(provider, Money::new(-amount.amount, amount.currency));
        self.tell(&name, What::Refunded(place), now_ms);
        Ok(place)
    }

    /// A refund comes back from the payer's bank, some time after it was made.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] when there is no such refund that has not failed.
    pub fn fail_refund(&mut self, provider: Provider, id: &str, now_ms: i64) -> Result<(), Refusal> {
        let payment = self.find_mut(provider, id)?;
        let good = |refund: &Refund| refund.id == id && !refund.failed;
        let place = payment.refunds.iter().position(good).ok_or(Refusal::Unknown)?;
        let refund = &mut payment.refunds[place];
        refund.failed = true;
        let (amount, name) = (refund.amount, payment.reference.clone());
        self.move_balance(provider, amount);
        self.tell(&name, What::RefundFailed(place), now_ms);
        Ok(())
    }

    /// Pays a vendor.
    ///
    /// # Errors
    /// [`Refusal::Balance`].
    pub fn transfer(&mut self, mut transfer: Transfer) -> Result<Transfer, Refusal> {
        if transfer.amount.amount > self.balance(transfer.provider, transfer.amount.currency) {
            return Err(Refusal::Balance);
        }
        transfer.id = match transfer.provider {
            Provider::Stripe => self.fresh("tr_1", 23),
            Provider::Paypal => self.fresh_upper(13),
        };
        self.move_balance(transfer.provider, Money::new(-transfer.amount.amount, transfer.amount.currency));
        self.transfers.push(transfer.clone());
        Ok(transfer)
    }

    /// The payer disputes all that is left of a capture.
    ///
    /// # Errors
    /// [`Refusal::NothingLeft`].
    pub fn open_dispute(
        &mut self,
        provider: Provider,
        capture: &str,
        now_ms: i64,
    ) -> Result<String, Refusal> {
        let id = match provider {
            Provider::Stripe => self.fresh("dp_1", 23),
            Provider::Paypal => format!("PP-R-{}", self.fresh_upper(12)),
        };
        let payment = self.find_mut(provider, capture)?;
        let rest = payment.captured_as(capture) - payment.refunded_of(capture) - payment.disputed_of(capture);
        if rest <= 0 {
            return Err(Refusal::NothingLeft);
        }
        let (amount, fee) = (payment.of(rest), payment.of(DISPUTE_FEE));
        let status = DisputeStatus::Open;
        let capture = capture.to_owned();
        payment.disputes.push(Dispute { id: id.clone(), capture, amount, fee, status, at_ms: now_ms });
        let place = payment.disputes.len() - 1;
        let name = payment.reference.clone();
        self.aliases.insert(id.clone(), name.clone());
        self.move_balance(provider, Money::new(-rest - DISPUTE_FEE, amount.currency));
        self.tell(&name, What::DisputeOpened(place), now_ms);
        Ok(id)
    }

    /// A dispute is decided.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] when there is no such open dispute.
    pub fn close_dispute(
        &mut self,
        provider: Provider,
        id: &str,
        shop_wins: bool,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let payment = self.find_mut(provider, id)?;
        let open = |dispute: &Dispute| dispute.id == id && dispute.status == DisputeStatus::Open;
        let place = payment.disputes.iter().position(open).ok_or(Refusal::Unknown)?;
        let dispute = &mut payment.disputes[place];
        dispute.status = if shop_wins { DisputeStatus::Won } else { DisputeStatus::Lost };
        let (amount, name) = (dispute.amount, payment.reference.clone());
        if shop_wins {
            self.move_balance(provider, amount);
        }
        self.tell(&name, What::DisputeClosed(place), now_ms);
        Ok(())
    }
}

/// What a provider keeps of a capture: a share, half up, and a fixed part; never more than was captured.
fn fee(provider: Provider, captured: Money) -> i64 {
    let (share_bp, fixed) = match provider {
        Provider::Stripe => (150, 25),
        Provider::Paypal => (249, 35),
    };
    let share = (i128::from(captured.amount) * share_bp + 5_000) / 10_000;
    let fee = captured.amount.min(i64::try_from(share).unwrap_or(i64::MAX).saturating_add(fixed));
    // PayPal has no decimals in these.
    let whole = provider == Provider::Paypal && matches!(captured.currency, Currency::HUF | Currency::TWD);
    if whole { fee / 100 * 100 } else { fee }
}
