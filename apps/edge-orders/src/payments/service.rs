//! What a shopper does with the payment of an order.

use http::HeaderMap;
use kiosk_ids::PaymentId;
use kiosk_payments::PayError;
use kiosk_pop_store::payments::{self as store, Payment};

use super::settle::{self, Trouble, Wish};
use super::view;
use crate::app::Pop;
use crate::auth::Token;
use crate::error::{ApiError, Result};
use crate::orders::service::{Found, find};
use crate::orders::view::OwnOrder;

/// Has the provider begin the payment `id`, unless it has: then it is as it was.
pub async fn begin(pop: &Pop, id: &PaymentId) -> Result<Option<Payment>> {
    let db = &*pop.edge.db;
    if let Some(payment) = store::get(db, id).await?
        && payment.state == store::State::Starting
    {
        settle::start(pop, &payment).await?;
    }
    Ok(store::get(db, id).await?)
}

/// Settles the payment of an order, as its owner who comes back from the provider does.
pub async fn settle_payment(
    pop: &Pop,
    order: &str,
    token: Option<&Token>,
    headers: &HeaderMap,
) -> Result<OwnOrder> {
    step(pop, order, token, headers, Wish::Settle).await
}

/// Gives the payment of an order up, and the order with it; one that was paid meanwhile is placed.
pub async fn cancel_payment(
    pop: &Pop,
    order: &str,
    token: Option<&Token>,
    headers: &HeaderMap,
) -> Result<OwnOrder> {
    step(pop, order, token, headers, Wish::GiveUp).await
}

async fn step(
    pop: &Pop,
    order: &str,
    token: Option<&Token>,
    headers: &HeaderMap,
    wish: Wish,
) -> Result<OwnOrder> {
    let found = find(pop, order, token, headers).await?;
    // An order of another POP is paid or given up there.
    if let Found::Here(stored) = &found
        && let Some(payment) = store::of_order(&*pop.edge.db, &stored.id).await?
        && payment.state.waits()
    {
        settle::settle(pop, &payment, wish).await?;
        return find(pop, order, token, headers).await?.own(pop).await;
    }
    found.own(pop).await
}

impl From<Trouble> for ApiError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Store(error) => error.into(),
            Trouble::Provider(PayError::Declined(_)) => view::declined("The provider declined it.").into(),
            Trouble::Provider(error @ PayError::Away(_)) => {
                tracing::warn!(%error, "a provider is away");
                view::unavailable().into()
            }
            Trouble::Provider(error) => {
                tracing::error!(%error, "a provider does not do what it should");
                view::unavailable().into()
            }
        }
    }
}
