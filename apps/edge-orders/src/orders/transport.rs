//! `GET /v1/orders`, `GET /v1/orders/{id}`.

use http::HeaderMap;
use kiosk_pop_store::order_states::PAGE_ORDERS_MAX;
use kiosk_problem::{Json, Path, Query};

use super::service;
use super::view::{OrderPage, OwnOrder};
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;
use crate::paging::PageQuery;

/// Orders on a page when the caller names no `limit`.
const PAGE_ORDERS: u32 = 20;

/// The orders of the account that is logged in, from all of the region, newest first.
#[utoipa::path(get, path = "/v1/orders", tag = "orders", params(
    ("limit" = Option<u32>, Query, description = "1 to 50, 20 if not given"),
    ("cursor" = Option<String>, Query, description = "`next` of the page before"),
), responses(
    (status = 200, description = "A page", body = OrderPage),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn list_orders(
    pop: Pop,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<OrderPage>> {
    let who = kiosk_session::require(&pop.edge, &headers).await?;
    let query = PageQuery::read(pairs, PAGE_ORDERS, PAGE_ORDERS_MAX)?;
    Ok(Json(service::list_orders(&pop, &who, query).await?))
}

/// An order, for whoever has its token, and for the account that placed it. One that was placed at another POP of the
/// region has neither contact nor address.
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "orders", params(
    ("id" = String, Path, description = "`ord_…`"),
), responses(
    (status = 200, description = "The order", body = OwnOrder),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`order_not_found`, also for somebody else's"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("order_token" = []), ("session" = [])))]
pub async fn get_order(
    pop: Pop,
    headers: HeaderMap,
    token: Option<Token>,
    Path(id): Path<String>,
) -> Result<Json<OwnOrder>> {
    Ok(Json(service::get_order(&pop, &id, token.as_ref(), &headers).await?))
}
