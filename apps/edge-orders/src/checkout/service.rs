//! The saga: what is tried in which order, and what starts it again.

use http::StatusCode;
use kiosk_ids::OrderId;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::{Asked, CartState};
use kiosk_pop_store::idempotency::Remembered;
use kiosk_pop_store::payments as store;
use kiosk_pop_store::standings::Buyer;
use kiosk_privacy::Shopper;
use kiosk_problem::{Problem, idempotency_key_reused, parse_json};
use kiosk_risk::{IdentityKeys, Outcome, ScoreRequest};
use kiosk_session::Who;
use kiosk_wire::CLOCK_SKEW_MS_MAX;

use super::commit::{self, Decided};
use super::price::{Priced, price};
use super::request::PlaceOrder;
use super::step_up::{self, Stepped};
use super::sums::Sums;
use super::supply::{self, Shortage};
use super::tax::AddedTax;
use super::terms::Terms;
use super::view::{OrderBody, PlacedOrder};
use super::{fraud, methods};
use crate::app::Pop;
use crate::auth::Token;
use crate::carts;
use crate::error::{Result, busy, cart_closed, cart_version_stale, customer_blocked};
use crate::payments;
use crate::payments::view::PaymentBody;

/// Most times that one checkout asks the core for stock: others may be given what it asked for.
const ASKS_MAX: u32 = 10;
/// Most times that one checkout starts again because another one was faster.
const RACES_MAX: u32 = 20;

/// A checkout that runs.
pub struct Checkout<'a> {
    pub pop: &'a Pop,
    pub token: &'a Token,
    /// Who is logged in; none for a guest.
    pub who: Option<&'a Who>,
    /// The idempotency key.
    pub key: &'a str,
    /// Tells this request from another one under the same key.
    pub request_hash: String,
    pub order: PlaceOrder,
    pub shopper: Shopper,
    /// Whom the fraud check counts by.
    pub keys: IdentityKeys,
}

/// How a checkout ended.
pub enum Answer {
    /// There is an order.
    Placed(Box<PlacedOrder>),
    /// It was refused for fraud.
    Blocked(Box<Problem>),
}

/// An answer, and whether it was given before.
pub struct Answered {
    pub answer: Answer,
    pub replayed: bool,
}

/// Where an attempt ended.
pub enum Step {
    /// There is an answer.
    Done(Answered),
    /// The core was asked for stock; look again.
    Asked,
    /// Another request was faster; look again.
    Raced,
}

/// Places the order of `body`, once for each idempotency key.
pub async fn place_order(
    pop: &Pop,
    token: &Token,
    who: Option<&Who>,
    key: &str,
    body: &[u8],
) -> Result<Answered> {
    let (shopper, order) = parse_json::<PlaceOrder>(body)?.checked()?;
    let request_hash = pop.config.request_hash(body);
    let keys = fraud::identity_keys(&pop.config.pseudonym_key, &shopper, order.device.as_ref());
    let checkout = Checkout { pop, token, who, key, request_hash, order, shopper, keys };
    let (mut asks, mut races) = (0, 0);
    while races < RACES_MAX {
        match checkout.attempt(asks).await? {
            Step::Done(answered) => return Ok(answered),
            Step::Asked => asks += 1,
            Step::Raced => races += 1,
        }
    }
    Err(busy().into())
}

impl Checkout<'_> {
    async fn attempt(&self, asks: u32) -> Result<Step> {
        let asked = Asked { idempotency_key: Some(self.key), buyer: self.buyer() };
        let state = carts::service::load(self.pop, &self.order.cart, self.token, asked).await?;
        if let Some(remembered) = &state.remembered {
            return Ok(Step::Done(self.repeat(remembered).await?));
        }
        if state.buyer_blocked {
            return Err(customer_blocked().into());
        }
        let now_ms = self.pop.now_ms();
        let until_ms = now_ms + CLOCK_SKEW_MS_MAX;
        let terms = Terms::load(self.pop, &state, asks).await?.with_tax(self.added_tax(now_ms)?);
        let (priced, sums) = self.priced(&state, &terms)?;
        methods::check(self.order.payment.method, &self.pop.config.payments, &state.cart, sums.due)?;
        match supply::shortage(&priced, &sums, &state.supply, asks > 0, now_ms, until_ms) {
            Shortage::None => {}
            Shortage::Ask if asks < ASKS_MAX => {
                supply::ask(self.pop, &priced, &sums, asks == 0).await?;
                return Ok(Step::Asked);
            }
            _ => return Err(supply::insufficient_stock(&priced, &state.supply, until_ms).into()),
        }
        let order = fraud::facts(self, &priced, &sums, &state.cart, now_ms);
        let request = ScoreRequest { order, keys: self.keys.clone(), now_ms };
        let mut decision = fraud::score(self.pop, &request).await;
        fraud::doubt_watched(&mut decision, self.who);
        let mut decided = Decided { state, priced, sums, decision };
        step_up::settle_outcome(self, &mut decided);
        match decided.decision.outcome {
            Outcome::Block => commit::block(self, decided).await,
            Outcome::StepUp => match step_up::step_up(self, &decided).await? {
                Stepped::Passed => commit::place(self, decided).await,
                Stepped::Asked(problem) => Err((*problem).into()),
            },
            Outcome::Allow | Outcome::Review => commit::place(self, decided).await,
        }
    }

    /// The tax that comes on top where it goes.
    fn added_tax(&self, now_ms: i64) -> Result<Option<AddedTax>, Problem> {
        let address = &self.shopper.address;
        let to = (address.country.as_str(), address.postcode.reveal().as_str());
        AddedTax::of(self.pop.config.sales_tax, to, "address.postcode", now_ms)
    }

    /// What the shopper is known by.
    pub fn buyer(&self) -> Buyer<'_> {
        Buyer {
            customer: self.keys.customer.as_deref(),
            account: self.who.map(|who| who.account.as_str()),
            account_customer: self.who.map(|who| who.customer.as_str()),
        }
    }

    /// The cart at today's prices, as the shopper expects it: lines, delivery, total, and what is due of it.
    fn priced(&self, state: &CartState, terms: &Terms) -> Result<(Priced, Sums)> {
        let cart = &state.cart;
        if !cart.is_open() {
            return Err(cart_closed(cart.order_id.as_deref()).into());
        }
        if cart.version != self.order.cart_version {
            return Err(cart_version_stale(cart.version).into());
        }
        let priced = price(cart, terms)?;
        let sums = priced.sums(self.order.delivery, terms)?;
        let expected = self.order.expected_total;
        let expected_due = self.order.expected_due.unwrap_or(expected);
        // An article that is no longer sold is told as such, not as another price.
        if priced.gone.is_empty() && (sums.total != expected || sums.due != expected_due) {
            return Err(priced.price_changed(expected, &sums).into());
        }
        Ok((priced, sums))
    }

    /// The answer that was given before; another body under the same key is refused. How far the payment is, is told as
    /// it is now, and a provider that was not asked before the answer broke off is asked.
    async fn repeat(&self, remembered: &Remembered) -> Result<Answered> {
        if remembered.request_hash != self.request_hash {
            return Err(idempotency_key_reused().into());
        }
        let answer = if remembered.status == StatusCode::CREATED.as_u16() {
            Answer::Placed(Box::new(self.answer(serde_json::from_str(&remembered.response)?).await?))
        } else {
            Answer::Blocked(Box::new(serde_json::from_str(&remembered.response)?))
        };
        Ok(Answered { answer, replayed: true })
    }

    /// Adds what is not stored with an answer: the token, and how far the payment is.
    pub async fn answer(&self, mut order: OrderBody) -> Result<PlacedOrder> {
        let pop = self.pop;
        let id = OrderId::parse(&order.id).map_err(StoreError::from)?;
        let mut payment = store::of_order(&*pop.edge.db, &id).await?;
        if let Some(begun) = &payment {
            payment = payments::begin(pop, &begun.id).await?;
        }
        let payment = match payment {
            // Another request was told that the provider is away, and gave the order up.
            Some(payment) if !payment.state.stands() => return Err(payments::view::unavailable().into()),
            Some(payment) => {
                payments::view::status(&payment).clone_into(&mut order.status);
                Some(PaymentBody::of(&payment))
            }
            None => {
                let (method, due) = (&order.payment_method, order.sums.due.unwrap_or(order.total));
                PaymentBody::of_order(pop, &id, method, due, order.placed_ms).await?
            }
        };
        Ok(PlacedOrder { token: pop.config.order_token(&id), order, payment })
    }
}
