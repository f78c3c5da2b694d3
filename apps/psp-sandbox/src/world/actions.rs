//! What can be done with a payment. Each action is done whole or refused, and writes the events that tell of it.

use std::collections::BTreeMap;

use kiosk_money::{Currency, Money};

use super::cards::{Behaviour, Decline, Scenario, look_up};
use super::events::What;
use super::payment::{Capture, Dispute, DisputeStatus, Payment, Provider, Refund, Status};
use super::{PAYMENTS_MAX, PAYPAL_AUTHORISATION_MS, Refusal, STRIPE_AUTHORISATION_MS, Transfer, World};

/// Captures of one payment.
const CAPTURES_MAX: usize = 50;
/// What a dispute costs, in minor units.
const DISPUTE_FEE: i64 = 1_500;

/// A payment to begin.
pub struct NewPayment {
    /// Whose.
    pub provider: Provider,
    /// What is to be paid.
    pub amount: Money,
    /// What the page says it is for.
    pub description: String,
    /// What the shop keeps there.
    pub metadata: BTreeMap<String, String>,
    /// Stripe: metadata of the intent.
    pub intent_metadata: BTreeMap<String, String>,
    /// Stripe: what its transfers share.
    pub transfer_group: Option<String>,
    /// Where the shopper goes afterwards.
    pub return_url: String,
    /// Where a shopper goes who gives up.
    pub cancel_url: String,
    /// When the page closes, Unix milliseconds.
    pub expires_ms: i64,
    /// Whether several captures are asked for.
    pub multicapture_asked: bool,
}

/// How paying went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// The money is reserved.
    Authorised,
    /// The shopper has to prove who it is first.
    Challenge,
}

impl World {
    /// Begins a payment and tells its reference.
    pub fn start(&mut self, new: NewPayment, now_ms: i64) -> String {
        let reference = match new.provider {
            Provider::Stripe => self.fresh("cs_test_a1", 56),
            Provider::Paypal => self.fresh_upper(17),
        };
        let payment = Payment {
            provider: new.provider,
            reference: reference.clone(),
            authorisation: None,
            charge: None,
            status: Status::Open,
            scenario: Scenario::Fine,
            amount: new.amount,
            description: new.description,
            metadata: new.metadata,
            intent_metadata: new.intent_metadata,
            transfer_group: new.transfer_group,
            return_url: new.return_url,
            cancel_url: new.cancel_url,
            created_ms: now_ms,
            expires_ms: new.expires_ms,
            authorised_ms: None,
            card: None,
            failure: None,
            multicapture: new.provider == Provider::Paypal,
            multicapture_asked: new.multicapture_asked,
            captures: Vec::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
        };
        self.payments.insert(reference.clone(), payment);
        self.order.push_back(reference.clone());
        if self.order.len() > PAYMENTS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.payments.remove(&oldest);
            self.aliases.retain(|_, named| *named != oldest);
        }
        reference
    }

    /// Lets time pass for one payment: pages close, authorisations lapse.
    pub(crate) fn touch(&mut self, provider: Provider, name: &str, now_ms: i64) {
        let Ok(payment) = self.find_mut(provider, name) else { return };
        let reference = payment.reference.clone();
        let lapse_ms = match payment.provider {
            Provider::Stripe => STRIPE_AUTHORISATION_MS,
            Provider::Paypal => PAYPAL_AUTHORISATION_MS,
        };
        let lapsed = payment.authorised_ms.is_some_and(|since_ms| now_ms - since_ms >= lapse_ms);
        match payment.status {
            Status::Open | Status::Challenge | Status::Approved if now_ms >= payment.expires_ms => {
                payment.status = Status::Expired;
                self.tell(&reference, What::Expired, now_ms);
            }
            Status::Authorised if lapsed => self.release(&reference, now_ms),
            _ => {}
        }
    }

    /// Lets time pass for all of them.
    pub(crate) fn touch_all(&mut self, now_ms: i64) {
        let waiting = self.payments.values().filter(|payment| {
            matches!(payment.status, Status::Open | Status::Challenge | Status::Approved | Status::Authorised)
        });
        let names: Vec<_> = waiting.map(|payment| (payment.provider, payment.reference.clone())).collect();
        for (provider, name) in names {
            self.touch(provider, &name, now_ms);
        }
    }

    /// A card is tried on Stripe's page. `digits` passed its check.
    ///
    /// # Errors
    /// [`Refusal::Declined`], or a state.
    pub fn pay_by_card(&mut self, reference: &str, digits: &str, now_ms: i64) -> Result<Paid, Refusal> {
        self.touch(Provider::Stripe, reference, now_ms);
        let intent = self.fresh("pi_3", 23);
        let (behaviour, multicapture, shown) = look_up(digits);
        let payment = self.find_mut(Provider::Stripe, reference)?;
        if !matches!(payment.status, Status::Open | Status::Challenge) {
            return Err(Refusal::State(payment.status));
        }
        let intent = payment.authorisation.get_or_insert(intent).clone();
        payment.card = Some(shown);
        payment.multicapture = multicapture && payment.multicapture_asked;
        payment.failure = None;
        payment.status = Status::Open;
        self.aliases.insert(intent, reference.to_owned());
        match behaviour {
            Behaviour::Takes(scenario) => {
                self.find_mut(Provider::Stripe, reference)?.scenario = scenario;
                self.authorise_card(reference, now_ms)?;
                Ok(Paid::Authorised)
            }
            Behaviour::Challenges => {
                self.find_mut(Provider::Stripe, reference)?.status = Status::Challenge;
                Ok(Paid::Challenge)
            }
            Behaviour::Declines(decline) => Err(self.fail(reference, decline, now_ms)),
        }
    }

    /// The shopper comes back from the bank's page (3-D Secure).
    ///
    /// # Errors
    /// [`Refusal::Declined`] when it was not proved, or a state.
    pub fn answer_challenge(&mut self, reference: &str, proved: bool, now_ms: i64) -> Result<(), Refusal> {
        self.touch(Provider::Stripe, reference, now_ms);
        let payment = self.find_mut(Provider::Stripe, reference)?;
        if payment.status != Status::Challenge {
            return Err(Refusal::State(payment.status));
        }
        payment.status = Status::Open;
        if proved {
            self.authorise_card(reference, now_ms)
        } else {
            Err(self.fail(reference, Decline::Authentication, now_ms))
        }
    }

    fn fail(&mut self, reference: &str, decline: Decline, now_ms: i64) -> Refusal {
        if let Ok(payment) = self.find_mut(Provider::Stripe, reference) {
            payment.failure = Some(decline);
            self.tell(reference, What::AttemptFailed, now_ms);
        }
        Refusal::Declined(decline)
    }

    fn authorise_card(&mut self, reference: &str, now_ms: i64) -> Result<(), Refusal> {
        let charge = self.fresh("ch_3", 23);
        let payment = self.find_mut(Provider::Stripe, reference)?;
        payment.status = Status::Authorised;
        payment.authorised_ms = Some(now_ms);
        payment.charge = Some(charge.clone());
        self.aliases.insert(charge, reference.to_owned());
        self.tell(reference, What::Authorised, now_ms);
        self.tell(reference, What::Completed, now_ms);
        Ok(())
    }

    /// The shopper approves on PayPal's page.
    ///
    /// # Errors
    /// A state.
    pub fn approve(&mut self, reference: &str, scenario: Scenario, now_ms: i64) -> Result<(), Refusal> {
        self.touch(Provider::Paypal, reference, now_ms);
        let payment = self.find_mut(Provider::Paypal, reference)?;
        if !matches!(payment.status, Status::Open | Status::Approved) {
            return Err(Refusal::State(payment.status));
        }
        payment.status = Status::Approved;
        payment.scenario = scenario;
        self.tell(reference, What::Completed, now_ms);
        Ok(())
    }

    /// The shop has an approved order authorised.
    ///
    /// # Errors
    /// [`Refusal::Declined`], or a state.
    pub fn authorise(&mut self, reference: &str, now_ms: i64) -> Result<(), Refusal> {
        self.touch(Provider::Paypal, reference, now_ms);
        let authorisation = self.fresh_upper(17);
        let payment = self.find_mut(Provider::Paypal, reference)?;
        if payment.status != Status::Approved {
            return Err(Refusal::State(payment.status));
        }
        if payment.scenario == Scenario::InstrumentDeclined {
            return Err(Refusal::Declined(Decline::Generic));
        }
        payment.status = Status::Authorised;
        payment.authorised_ms = Some(now_ms);
        payment.authorisation = Some(authorisation.clone());
        self.aliases.insert(authorisation, reference.to_owned());
        self.tell(reference, What::Authorised, now_ms);
        Ok(())
    }

    /// Closes a page that nobody paid on.
    ///
    /// # Errors
    /// A state.
    pub fn expire(&mut self, provider: Provider, reference: &str, now_ms: i64) -> Result<(), Refusal> {
        self.touch(provider, reference, now_ms);
        let payment = self.find_mut(provider, reference)?;
        if !matches!(payment.status, Status::Open | Status::Challenge) {
            return Err(Refusal::State(payment.status));
        }
        payment.status = Status::Expired;
        self.tell(reference, What::Expired, now_ms);
        Ok(())
    }

    /// Gives reserved money back.
    ///
    /// # Errors
    /// A state.
    pub fn void(&mut self, provider: Provider, name: &str, now_ms: i64) -> Result<(), Refusal> {
        self.touch(provider, name, now_ms);
        let payment = self.find_mut(provider, name)?;
        if payment.status != Status::Authorised {
            return Err(Refusal::State(payment.status));
        }
        let reference = payment.reference.clone();
        self.release(&reference, now_ms);
        Ok(())
    }

    fn release(&mut self, reference: &str, now_ms: i64) {
        let Some(payment) = self.payments.get_mut(reference) else { return };
        let partly = !payment.captures.is_empty();
        payment.status = if partly { Status::Captured } else { Status::Voided };
        self.tell(reference, if partly { What::Released } else { What::Voided }, now_ms);
    }

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
        payment.refunds.push(Refund { id: id.clone(), capture: capture.to_owned(), amount, at_ms: now_ms });
        let place = payment.refunds.len() - 1;
        let name = payment.reference.clone();
        self.aliases.insert(id, name.clone());
        self.move_balance(provider, Money::new(-amount.amount, amount.currency));
        self.tell(&name, What::Refunded(place), now_ms);
        Ok(place)
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

    /// Writes the mark of the shop anew (PayPal's PATCH).
    ///
    /// # Errors
    /// A state.
    pub fn mark(&mut self, reference: &str, name: &str, value: &str, now_ms: i64) -> Result<(), Refusal> {
        self.touch(Provider::Paypal, reference, now_ms);
        let payment = self.find_mut(Provider::Paypal, reference)?;
        if !matches!(payment.status, Status::Open | Status::Approved) {
            return Err(Refusal::State(payment.status));
        }
        payment.metadata.insert(name.to_owned(), value.to_owned());
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
