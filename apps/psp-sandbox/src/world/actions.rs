//! What can be done with a payment until its money is reserved. Each action is done whole or refused, and writes the
//! events that tell of it.

use std::collections::BTreeMap;

use kiosk_money::Money;

use super::cards::{Behaviour, Decline, Scenario, look_up};
use super::events::What;
use super::payment::{Payment, Provider, Status};
use super::{PAYMENTS_MAX, PAYPAL_AUTHORISATION_MS, Refusal, STRIPE_AUTHORISATION_MS, World};

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
    /// Whether the holder has to be asked by the card's bank, whatever that thinks.
    pub challenge_asked: bool,
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
            challenge_asked: new.challenge_asked,
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
        let challenge_asked = payment.challenge_asked;
        self.aliases.insert(intent, reference.to_owned());
        match behaviour {
            Behaviour::Takes(scenario) if challenge_asked => {
                let payment = self.find_mut(Provider::Stripe, reference)?;
                (payment.scenario, payment.status) = (scenario, Status::Challenge);
                Ok(Paid::Challenge)
            }
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
