//! The last steps of the saga: one batch makes the order or leaves nothing; then the provider begins the payment, where
//! the order has to be paid before it counts.

use http::StatusCode;
use kiosk_edge_platform::DbError;
use kiosk_ids::{EventId, OrderId, PaymentId};
use kiosk_money::Money;
use kiosk_payments::STRIPE_PAGE_MINUTES_MIN;
use kiosk_payments::bank::CreditorReference;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::CartState;
use kiosk_pop_store::checkout::{self as store, Awaits, BlockedCheckout, NewOrder};
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::idempotency::Remembered;
use kiosk_pop_store::orders;
use kiosk_privacy::anonymise;
use kiosk_problem::Problem;
use kiosk_risk::{Decision, Outcome};
use kiosk_wire::{CLOCK_SKEW_MS_MAX, OrderRecord, PaymentRecord};

use super::fraud;
use super::methods::PaymentMethod;
use super::price::Priced;
use super::service::{Answer, Answered, Checkout, Step};
use super::sums::{Paid, Sums, Used};
use super::view::{OrderBody, OrderLineBody, OrderSums};
use crate::error::{Result, too_many_payments};

/// How long a shopper has to pay, in milliseconds: a little more than the least that Stripe's page stays open.
pub const PAY_WITHIN_MS: i64 = (STRIPE_PAGE_MINUTES_MIN + 5) * 60_000;
/// A payment that was not begun after this long, in milliseconds, was left behind by a crash.
const BEGIN_WITHIN_MS: i64 = 30_000;

/// What the saga found out before it acts.
pub struct Decided {
    pub state: CartState,
    pub priced: Priced,
    pub sums: Sums,
    pub decision: Decision,
}

fn done(answer: Answer) -> Step {
    Step::Done(Answered { answer, replayed: false })
}

/// Places the order.
pub async fn place(checkout: &Checkout<'_>, decided: Decided) -> Result<Step> {
    let (pop, order) = (checkout.pop, &checkout.order);
    let now_ms = pop.now_ms();
    let id = OrderId::fresh(now_ms, &pop.edge.random_bytes());
    let payment = PaymentId::fresh(now_ms, &pop.edge.random_bytes());
    let record = record(checkout, &decided, &id, &payment, now_ms)?;
    let provider = order.payment.method.provider().filter(|_| decided.sums.due.amount > 0);
    let awaits = provider.map(|provider| Awaits {
        provider,
        expires_ms: now_ms + PAY_WITHIN_MS,
        due_ms: now_ms + BEGIN_WITHIN_MS,
    });
    let status = match (awaits, decided.decision.outcome) {
        (Some(_), _) => "awaiting_payment",
        (None, Outcome::Allow | Outcome::StepUp) => "placed",
        (None, _) => "in_review",
    };
    let body = body(&record, status, &decided)?;
    let new_order = NewOrder {
        lines: serde_json::to_string(&body.lines)?,
        sums: serde_json::to_string(&body.sums)?,
        answer: answer_of(checkout, StatusCode::CREATED, serde_json::to_string(&body)?),
        record,
        status,
        shopper: &checkout.shopper,
        buyer: checkout.buyer(),
        event: EventId::fresh(now_ms, &pop.edge.random_bytes()),
        cart_version: decided.state.cart.version,
        leases_until_ms: now_ms + CLOCK_SKEW_MS_MAX,
        keys: &checkout.keys,
        key: checkout.key,
        awaits,
    };
    match store::place(&*pop.edge.db, new_order).await {
        Ok(()) => {}
        Err(error) if committed_after_all(checkout, &id, &error).await? => {}
        Err(error) => return undone(error),
    }
    tracing::debug!(order = %id, outcome = decided.decision.outcome.as_str(), "order committed");
    Ok(done(Answer::Placed(Box::new(checkout.answer(body).await?))))
}

/// A failure of the host leaves open whether the commit took place; a constraint does not.
async fn committed_after_all(checkout: &Checkout<'_>, id: &OrderId, error: &StoreError) -> Result<bool> {
    match error {
        StoreError::Db(DbError::Host(_)) => {
            tracing::error!(%error, order = %id, "it is open whether the order was committed");
            // When this fails too, nothing is undone: the same request again finds out.
            Ok(orders::exists(&*checkout.pop.edge.db, id).await?)
        }
        _ => Ok(false),
    }
}

/// What follows from a commit that failed and left nothing.
fn undone(error: StoreError) -> Result<Step> {
    if Guard::PaymentsHaveRoom.broke(&error) {
        return Err(too_many_payments().into());
    }
    match error {
        StoreError::Db(DbError::Constraint(cause)) => {
            tracing::debug!(cause, "another request was faster");
            Ok(Step::Raced)
        }
        error => Err(error.into()),
    }
}

/// The order as it may leave the region.
fn record(
    checkout: &Checkout<'_>,
    decided: &Decided,
    order: &OrderId,
    payment: &PaymentId,
    now_ms: i64,
) -> Result<OrderRecord> {
    let config = &checkout.pop.config;
    let method = checkout.order.payment.method;
    let is_transfer = method == PaymentMethod::BankTransfer && decided.sums.due.amount > 0;
    let transfer = is_transfer.then(|| CreditorReference::of_order(order));
    let sums = &decided.sums;
    let taxed = |amount: Money, tax: Option<Money>| tax.map_or(Ok(amount), |tax| amount.checked_add(tax));
    let (goods_tax, delivery_tax) = sums.tax.as_ref().map(|tax| (tax.goods, tax.delivery)).unzip();
    let facts = OrderRecord {
        id: order.clone(),
        cart: decided.state.cart.id.clone(),
        region: config.region.clone(),
        placed_ms: now_ms,
        customer: String::new(),
        account: checkout.who.map(|who| who.account.clone()),
        country: String::new(),
        area: String::new(),
        lines: decided.priced.order_lines()?,
        takes: decided.priced.takes()?,
        subtotal: taxed(decided.priced.subtotal, goods_tax)?,
        delivery: taxed(sums.delivery, delivery_tax)?,
        delivery_tax,
        discounts: sums.used.iter().map(Used::record).collect(),
        gift_cards: sums.cards.iter().map(Paid::record).collect(),
        total: sums.total,
        delivery_kind: checkout.order.delivery.as_str().to_owned(),
        payment: PaymentRecord {
            id: payment.clone(),
            method: method.as_str().to_owned(),
            provider: None,
            reference: transfer.map(|reference| reference.as_str().to_owned()),
            started: None,
        },
        fraud: fraud::record(checkout, &decided.decision),
    };
    Ok(anonymise(&checkout.shopper, facts, &config.pseudonym_key))
}

fn body(record: &OrderRecord, status: &str, decided: &Decided) -> Result<OrderBody> {
    Ok(OrderBody {
        id: record.id.to_string(),
        status: status.to_owned(),
        placed_ms: record.placed_ms,
        lines: OrderLineBody::of(&decided.priced)?,
        subtotal: decided.priced.subtotal,
        delivery: decided.sums.delivery,
        total: record.total,
        delivery_kind: record.delivery_kind.clone(),
        payment_method: record.payment.method.clone(),
        sums: OrderSums::of(&decided.sums),
    })
}

fn answer_of(checkout: &Checkout<'_>, status: StatusCode, response: String) -> Remembered {
    Remembered { request_hash: checkout.request_hash.clone(), status: status.as_u16(), response }
}

/// Refuses the order for fraud: it is counted and told, and nothing is sold.
pub async fn block(checkout: &Checkout<'_>, decided: Decided) -> Result<Step> {
    let pop = checkout.pop;
    let now_ms = pop.now_ms();
    // Says nothing of why: that would teach how to get through.
    let problem = Problem::new(StatusCode::FORBIDDEN, "checkout_blocked", "We cannot take this order")
        .detail("Please contact our support if you think that this is a mistake.");
    let event = EventId::fresh(now_ms, &pop.edge.random_bytes());
    let blocked = BlockedCheckout {
        attempt: event.as_str(),
        cart: decided.state.cart.id.as_str(),
        keys: &checkout.keys,
        total: decided.sums.total,
        fraud: fraud::record(checkout, &decided.decision),
        event: event.clone(),
        key: checkout.key,
        answer: answer_of(checkout, StatusCode::FORBIDDEN, serde_json::to_string(&problem)?),
        now_ms,
    };
    match store::block(&*pop.edge.db, blocked).await {
        Ok(()) => Ok(done(Answer::Blocked(Box::new(problem)))),
        // The same key was answered meanwhile.
        Err(StoreError::Db(DbError::Constraint(_))) => Ok(Step::Raced),
        Err(error) => Err(error.into()),
    }
}
