//! Reads orders.

use http::HeaderMap;
use kiosk_ids::OrderId;
use kiosk_pop_store::orders::StoredOrder;
use kiosk_pop_store::{order_states, orders, returns};
use kiosk_problem::Problem;
use kiosk_session::Who;
use kiosk_wire::people::OrderState;

use super::view::{Names, OrderEntry, OrderPage, OwnOrder};
use crate::app::Pop;
use crate::auth::{Token, token_required};
use crate::checkout::view::{OrderLineBody, OrderSums};
use crate::error::Result;
use crate::paging::{self, PageQuery};
use crate::payments::view::PaymentBody;

/// A page of the orders of `who`.
pub async fn list_orders(pop: &Pop, who: &Who, query: PageQuery) -> Result<OrderPage> {
    let db = &*pop.edge.db;
    let page = order_states::page(db, &who.account, query.before.as_ref(), query.limit).await?;
    let names = Names::of(db, page.orders.iter().filter_map(|order| order.told.as_ref())).await?;
    Ok(OrderPage {
        items: page.orders.into_iter().map(|order| OrderEntry::of(order, &names)).collect::<Result<_>>()?,
        next: paging::next(page.next)?,
    })
}

/// An order, as far as this POP has it.
pub enum Found {
    /// It was placed here.
    Here(Box<StoredOrder>),
    /// It was placed at another POP of the region.
    Told(Box<OrderState>),
}

impl Found {
    /// Its identifier, how far it is as the core told it, and its lines.
    pub async fn parts(self, pop: &Pop) -> Result<(OrderId, Option<OrderState>, Vec<OrderLineBody>)> {
        match self {
            Self::Here(order) => {
                let StoredOrder { id, told, lines, .. } = *order;
                Ok((id, told, serde_json::from_str(&lines)?))
            }
            Self::Told(told) => {
                let lines = Names::of(&*pop.edge.db, [&*told]).await?.lines(&told)?;
                Ok((told.id.clone(), Some(*told), lines))
            }
        }
    }

    /// As its owner sees it.
    pub async fn own(self, pop: &Pop) -> Result<OwnOrder> {
        let db = &*pop.edge.db;
        match self {
            Self::Here(order) => {
                let names = Names::of(db, order.told.as_ref()).await?;
                let StoredOrder { id, payment_method, total, placed_ms, .. } = &*order;
                let due = serde_json::from_str::<OrderSums>(&order.sums)?.due.unwrap_or(*total);
                let payment = PaymentBody::of_order(pop, id, payment_method, due, *placed_ms).await?;
                let asked = returns::list(db, id).await?;
                OwnOrder::of(*order, payment, &asked, &names)
            }
            Self::Told(told) => {
                let names = Names::of(db, [&*told]).await?;
                let asked = returns::list(db, &told.id).await?;
                OwnOrder::told(*told, &asked, &names)
            }
        }
    }
}

/// The order `id`, for whoever has its token or is logged in to its account: somebody else's is not there.
pub async fn get_order(pop: &Pop, id: &str, token: Option<&Token>, headers: &HeaderMap) -> Result<OwnOrder> {
    find(pop, id, token, headers).await?.own(pop).await
}

/// Finds an order for its owner, as [`get_order`].
pub async fn find(pop: &Pop, id: &str, token: Option<&Token>, headers: &HeaderMap) -> Result<Found> {
    let not_found = || Problem::not_found("order");
    let db = &*pop.edge.db;
    let id = OrderId::parse(id).map_err(|_| not_found());
    let has_token = |id: &OrderId| token.is_some_and(|token| token.is(&pop.config.order_token(id)));
    if let Ok(id) = &id
        && has_token(id)
    {
        let order = orders::get(db, id).await?.ok_or_else(not_found)?;
        return Ok(Found::Here(Box::new(order)));
    }
    let who = match (kiosk_session::who(&pop.edge, headers).await?, token) {
        (Some(who), _) => who,
        (None, Some(_)) => return Err(not_found().into()),
        (None, None) => return Err(token_required().into()),
    };
    let id = id?;
    if let Some(order) = orders::get(db, &id).await? {
        if order.account.as_ref() != Some(&who.account) {
            return Err(not_found().into());
        }
        return Ok(Found::Here(Box::new(order)));
    }
    let told = order_states::get(db, &id).await?.filter(|told| told.account == who.account);
    Ok(Found::Told(Box::new(told.ok_or_else(not_found)?)))
}
