//! `GET /v1/orders`, `GET /v1/orders/{id}`.

use axum::extract::{Path, State};
use axum::routing::get;
use http::Method;
use kiosk_ids::{OrderId, PopId};
use kiosk_problem::{Json, Problem, Query};
use serde::{Deserialize, Serialize};

use super::service::{Cursor, ORDERS_PER_PAGE_MAX, OrderView, Service};
use crate::http::{Access, Route, page_limit};

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/v1/orders", Access::Operator, get(list_orders), service.clone()),
        Route::new(Method::GET, "/v1/orders/{id}", Access::Operator, get(get_order), service.clone()),
    ]
}

#[derive(Debug, Deserialize)]
struct ListQuery {
    limit: Option<u32>,
    cursor: Option<String>,
    pop: Option<String>,
}

#[derive(Debug, Serialize)]
struct OrderPage {
    items: Vec<OrderView>,
    next: Option<String>,
}

async fn list_orders(
    State(service): State<Service>,
    Query(query): Query<ListQuery>,
) -> Result<Json<OrderPage>, Problem> {
    let limit = page_limit(query.limit, ORDERS_PER_PAGE_MAX)?;
    let after = match query.cursor.as_deref().unwrap_or("") {
        "" => Cursor::start(),
        text => Cursor::parse(text).ok_or_else(|| Problem::invalid("cursor", "not a cursor of this list"))?,
    };
    let pop: String = match query.pop.as_deref().unwrap_or("") {
        "" => String::new(),
        text => PopId::parse(text).map_err(|error| Problem::invalid("pop", error.to_string()))?.into(),
    };
    let mut items = service.list_orders(&pop, &after, limit + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| Cursor::after(last).to_text());
    Ok(Json(OrderPage { items, next }))
}

async fn get_order(
    State(service): State<Service>,
    Path(id): Path<String>,
) -> Result<Json<OrderView>, Problem> {
    let id = OrderId::parse(&id).map_err(|_| Problem::not_found("order"))?;
    Ok(Json(service.get_order(&id).await?))
}
