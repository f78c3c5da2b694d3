//! `GET /v1/inventory`, `GET /v1/inventory/{sku}`.

use axum::extract::{Path, State};
use axum::routing::get;
use http::Method;
use kiosk_ids::Sku;
use kiosk_problem::{Json, Problem, Query};
use serde::{Deserialize, Serialize};

use super::service::{ITEMS_PER_PAGE_MAX, Service, StockLevel};
use crate::http::{Access, Route, page_limit};

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/v1/inventory", Access::Operator, get(list_stock), service.clone()),
        Route::new(Method::GET, "/v1/inventory/{sku}", Access::Operator, get(get_stock), service.clone()),
    ]
}

#[derive(Debug, Deserialize)]
struct ListQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct StockPage {
    items: Vec<StockLevel>,
    next: Option<String>,
}

async fn list_stock(
    State(service): State<Service>,
    Query(query): Query<ListQuery>,
) -> Result<Json<StockPage>, Problem> {
    let limit = page_limit(query.limit, ITEMS_PER_PAGE_MAX)?;
    let after = match query.cursor.as_deref().unwrap_or("") {
        "" => String::new(),
        cursor => {
            Sku::parse(cursor).map_err(|_| Problem::invalid("cursor", "not a cursor of this list"))?.into()
        }
    };
    let mut items = service.list_stock(&after, "", limit + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| last.sku.clone());
    Ok(Json(StockPage { items, next }))
}

async fn get_stock(
    State(service): State<Service>,
    Path(sku): Path<String>,
) -> Result<Json<StockLevel>, Problem> {
    let sku = Sku::parse(&sku).map_err(|_| Problem::not_found("sku"))?;
    Ok(Json(service.get_stock(&sku).await?))
}
