//! Events and where they are sent. An event is written with what it tells in the same step; `due` hands out the requests,
//! `sent` takes what became of them.

use bytes::Bytes;
use http::{Request, header};
use serde::{Deserialize, Serialize};

use super::World;
use super::cards::Scenario;
use super::payment::Provider;
use crate::{paypal, stripe};

/// Events that are kept; the oldest go first, sent or not.
pub const EVENTS_MAX: usize = 5_000;
/// Tries of one delivery.
pub const ATTEMPTS_MAX: u32 = 8;
/// The first pause after a try that failed, in milliseconds; each later one is four times as long.
const PAUSE_MS: i64 = 1_000;
/// Deliveries that are handed out at once.
const BATCH_MAX: usize = 64;

/// What happened to a payment. A number is the place of the movement among the payment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The page was closed.
    Expired,
    /// A card was not taken.
    AttemptFailed,
    /// The money is reserved.
    Authorised,
    /// The shopper is done.
    Completed,
    /// Reserved money was given back, nothing was captured.
    Voided,
    /// What was not captured was given back.
    Released,
    /// Money was taken.
    Captured(usize),
    /// Money was given back.
    Refunded(usize),
    /// Money that was given back came back.
    RefundFailed(usize),
    /// A dispute began.
    DisputeOpened(usize),
    /// A dispute was decided.
    DisputeClosed(usize),
}

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Whose events.
    pub provider: Provider,
    /// Where to.
    pub url: String,
    /// Stripe: `whsec_…`; PayPal: the webhook's id.
    pub secret: String,
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Waits for its time.
    Waiting,
    /// Is being sent.
    Sending,
    /// Was taken.
    Done,
    /// Was tried as often as it is.
    GivenUp,
    /// The payment's scenario keeps it back.
    Lost,
}

/// An event to one place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sending {
    /// Identifier.
    pub id: u64,
    /// Where to.
    pub hook: Hook,
    /// How far it is.
    pub state: Delivery,
    /// Tries so far.
    pub attempts: u32,
    /// When it is tried next, Unix milliseconds.
    pub next_ms: i64,
    /// What the last try came to: a status, or why there was none.
    pub outcome: String,
}

/// An event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Identifier.
    pub id: String,
    /// `checkout.session.completed`, `PAYMENT.CAPTURE.COMPLETED` …
    pub kind: String,
    /// The payment.
    pub reference: String,
    /// The body that is sent.
    pub body: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Where it goes.
    pub sendings: Vec<Sending>,
}

impl World {
    /// Writes the events that tell of `what`.
    pub(super) fn tell(&mut self, reference: &str, what: What, now_ms: i64) {
        let Some(payment) = self.payments.get(reference).cloned() else { return };
        let told = match payment.provider {
            Provider::Stripe => stripe::events::of(&payment, what),
            Provider::Paypal => paypal::events::of(&payment, what),
        };
        for (kind, resource) in told {
            let id = match payment.provider {
                Provider::Stripe => self.fresh("evt_1", 23),
                Provider::Paypal => format!("WH-{}-{}", self.fresh_upper(17), self.fresh_upper(17)),
            };
            let body = match payment.provider {
                Provider::Stripe => stripe::events::write(&id, kind, resource, now_ms),
                Provider::Paypal => paypal::events::write(&id, kind, resource, now_ms),
            };
            let copies = if payment.scenario == Scenario::WebhookTwice { 2 } else { 1 };
            let state =
                if payment.scenario == Scenario::WebhookLost { Delivery::Lost } else { Delivery::Waiting };
            let hooks: Vec<_> =
                self.hooks.iter().filter(|hook| hook.provider == payment.provider).cloned().collect();
            let sendings = hooks.iter().flat_map(|hook| vec![hook.clone(); copies]).map(|hook| {
                self.counter += 1;
                Sending {
                    id: self.counter,
                    hook,
                    state,
                    attempts: 0,
                    next_ms: now_ms,
                    outcome: String::new(),
                }
            });
            let sendings = sendings.collect();
            let reference = payment.reference.clone();
            self.events.push_back(Event {
                id,
                kind: kind.to_owned(),
                reference,
                body,
                at_ms: now_ms,
                sendings,
            });
            if self.events.len() > EVENTS_MAX {
                self.events.pop_front();
            }
        }
    }

    fn sendings(&mut self) -> impl Iterator<Item = &mut Sending> {
        self.events.iter_mut().flat_map(|event| event.sendings.iter_mut())
    }

    /// The requests whose time has come, signed.
    pub(crate) fn due(&mut self, now_ms: i64) -> Vec<(u64, Request<Bytes>)> {
        let mut due = Vec::new();
        for event in &mut self.events {
            let body = &event.body;
            for sending in &mut event.sendings {
                if sending.state != Delivery::Waiting || sending.next_ms > now_ms || due.len() >= BATCH_MAX {
                    continue;
                }
                sending.state = Delivery::Sending;
                sending.attempts += 1;
                let Hook { provider, url, secret } = &sending.hook;
                let headers = match provider {
                    Provider::Stripe => stripe::events::headers(secret, body, now_ms),
                    Provider::Paypal => paypal::events::headers(secret, sending.id, body, now_ms),
                };
                let mut request = Request::post(url.as_str())
                    .header(header::CONTENT_TYPE, "application/json; charset=utf-8");
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                match request.body(Bytes::from(body.clone())) {
                    Ok(request) => due.push((sending.id, request)),
                    Err(error) => {
                        sending.state = Delivery::GivenUp;
                        sending.outcome = error.to_string();
                    }
                }
            }
        }
        due
    }

    /// Takes what became of a request: a status, or why there was none.
    pub(crate) fn sent(&mut self, id: u64, outcome: Result<u16, String>, now_ms: i64) {
        let Some(sending) = self.sendings().find(|sending| sending.id == id) else { return };
        let taken = matches!(outcome, Ok(200..=299));
        sending.outcome = match outcome {
            Ok(status) => status.to_string(),
            Err(reason) => reason.chars().take(120).collect(),
        };
        sending.state = match sending.attempts {
            _ if taken => Delivery::Done,
            ATTEMPTS_MAX.. => Delivery::GivenUp,
            _ => Delivery::Waiting,
        };
        sending.next_ms = now_ms + PAUSE_MS * 4_i64.pow(sending.attempts.saturating_sub(1).min(ATTEMPTS_MAX));
    }

    /// Sends an event once more to all its places, those that were kept back too.
    pub(crate) fn redeliver(&mut self, event: &str, now_ms: i64) -> bool {
        let Some(event) = self.events.iter_mut().find(|found| found.id == event) else { return false };
        for sending in event.sendings.iter_mut().filter(|sending| sending.state != Delivery::Sending) {
            sending.state = Delivery::Waiting;
            sending.attempts = 0;
            sending.next_ms = now_ms;
        }
        true
    }

    /// What was being sent when the process ended waits again.
    pub(crate) fn take_up_sendings(&mut self) {
        for sending in self.sendings().filter(|sending| sending.state == Delivery::Sending) {
            sending.state = Delivery::Waiting;
        }
    }
}
