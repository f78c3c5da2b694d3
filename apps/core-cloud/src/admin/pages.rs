//! The addresses of the operators' pages.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::{Method, StatusCode, header};
use kiosk_ids::OrderId;
use kiosk_problem::Problem;
use leptos::prelude::*;
use serde::Deserialize;

use super::charts;
use super::imports::{ImportPage, ImportPageData, ImportsPage};
use super::layout::{Frame, render};
use super::orders::{OrderPage, OrdersPage, OrdersPageData};
use super::overview::{Overview, OverviewPage};
use super::stock::{LeasesPage, StockPage, StockPageData};
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::inventory::service::StockLevel;
use crate::modules::orders::service::Cursor;

/// Rows on one page.
const ROWS_PER_PAGE: u32 = 50;
/// Longest search text, in characters.
const SEARCH_CHARS_MAX: usize = 64;

/// Nothing but this origin's style sheet and the page itself.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of the operators' pages.
#[must_use]
pub fn routes(services: &Services) -> Vec<Route> {
    let page = |path, handler: MethodRouter<Services>| {
        Route::new(Method::GET, path, Access::OperatorPage, handler, services.clone())
    };
    vec![
        page("/admin", get(overview)),
        page("/admin/orders", get(list_orders)),
        page("/admin/orders/{id}", get(get_order)),
        page("/admin/stock", get(list_stock)),
        page("/admin/leases", get(list_leases)),
        page("/admin/imports", get(list_imports)),
        page("/admin/imports/{id}", get(get_import)),
        page("/admin/style.css", get(style)),
    ]
}

/// A page that could not be made, as a page.
struct Failed(Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let problem = Problem::from(self.0);
        let frame = Frame { title: problem.title.clone(), menu: "" };
        let body = view! { <p><a href="/admin">"Back to the overview"</a></p> };
        let mut response = html(frame, body);
        *response.status_mut() = problem.status_code();
        response
    }
}

type Page = Result<Response, Failed>;

fn html(frame: Frame, body: impl IntoView + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::OK, headers, render(frame, body)).into_response()
}

fn frame(title: &str, menu: &'static str) -> Frame {
    Frame { title: title.to_owned(), menu }
}

async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=60")];
    (headers, include_str!("style.css")).into_response()
}

async fn overview(State(services): State<Services>) -> Page {
    let now_ms = services.clock.now_ms();
    let now_minute = now_ms / 60_000;
    let from_ms = (now_minute - charts::MINUTES_SHOWN) * 60_000;
    let (_, stock) = services.inventory.get_totals().await?;
    let minutes = services.orders.count_by_minute(from_ms).await?;
    let lag = services.sync.list_lag(from_ms).await?;
    let pops = services.sync.list_pops().await?;
    let names: Vec<&str> = pops.iter().map(|pop| pop.pop.as_str()).collect();
    let data = Overview {
        now_ms,
        orders: services.orders.count_orders().await?,
        catalogue: services.catalog.count_records().await?,
        stock,
        orders_chart: charts::orders_per_minute(now_minute, &minutes),
        lag_chart: charts::sync_lag(now_minute, &names, &lag),
        fraud_chart: charts::fraud_decisions(now_minute, &minutes),
        pops,
    };
    Ok(html(frame("Overview", "/admin"), view! { <OverviewPage data /> }))
}

#[derive(Debug, Default, Deserialize)]
struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
    #[serde(default)]
    pop: String,
}

impl ListQuery {
    fn search(&self) -> String {
        self.q.trim().chars().take(SEARCH_CHARS_MAX).collect()
    }
}

async fn list_orders(State(services): State<Services>, Query(query): Query<ListQuery>) -> Page {
    let after = Cursor::parse(&query.cursor);
    let paged = after.is_some();
    let after = after.unwrap_or_else(Cursor::start);
    let mut orders = services.orders.list_orders(&query.pop, &after, ROWS_PER_PAGE + 1).await?;
    let more = orders.len() > ROWS_PER_PAGE as usize;
    orders.truncate(ROWS_PER_PAGE as usize);
    let next = orders.last().filter(|_| more).map(|last| Cursor::after(last).to_text());
    let pops = services.sync.list_pops().await?.into_iter().map(|pop| pop.pop).collect();
    let data = OrdersPageData { orders, pops, pop: query.pop, paged, next };
    Ok(html(frame("Orders", "/admin/orders"), view! { <OrdersPage data /> }))
}

async fn get_order(State(services): State<Services>, Path(id): Path<String>) -> Page {
    let id = OrderId::parse(&id).map_err(|_| Error::NotFound("order"))?;
    let order = services.orders.get_order(&id).await?;
    Ok(html(frame(&order.id.clone(), "/admin/orders"), view! { <OrderPage order /> }))
}

async fn list_stock(State(services): State<Services>, Query(query): Query<ListQuery>) -> Page {
    let search = query.search();
    let items = services.inventory.list_stock(&query.cursor, &search, ROWS_PER_PAGE + 1).await?;
    let data = stock_page(&services, items, query, search).await?;
    Ok(html(frame("Stock", "/admin/stock"), view! { <StockPage data /> }))
}

async fn list_leases(State(services): State<Services>, Query(query): Query<ListQuery>) -> Page {
    let search = query.search();
    let items = services.inventory.list_leased(&query.cursor, &search, ROWS_PER_PAGE + 1).await?;
    let mut data = stock_page(&services, items, query, search).await?;
    let names: Vec<&str> = data.items.iter().map(|item| item.sku.as_str()).collect();
    data.leases = services.inventory.list_leases(&names).await?;
    Ok(html(frame("Leases", "/admin/leases"), view! { <LeasesPage data /> }))
}

async fn stock_page(
    services: &Services,
    mut items: Vec<StockLevel>,
    query: ListQuery,
    search: String,
) -> Result<StockPageData, Error> {
    let more = items.len() > ROWS_PER_PAGE as usize;
    items.truncate(ROWS_PER_PAGE as usize);
    let next = items.last().filter(|_| more).map(|last| last.sku.clone());
    let names: Vec<&str> = items.iter().map(|item| item.sku.as_str()).collect();
    let titles = services.catalog.list_titles(&names).await?;
    Ok(StockPageData { items, titles, leases: Vec::new(), search, paged: !query.cursor.is_empty(), next })
}

async fn list_imports(State(services): State<Services>) -> Page {
    let runs = services.imports.list_runs(ROWS_PER_PAGE).await?;
    Ok(html(frame("Imports", "/admin/imports"), view! { <ImportsPage runs /> }))
}

async fn get_import(
    State(services): State<Services>,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Page {
    let after: i64 = query.cursor.parse().unwrap_or(0);
    let (run, mut issues) = services.imports.get_run(&id, after, ROWS_PER_PAGE + 1).await?;
    let more = issues.len() > ROWS_PER_PAGE as usize;
    issues.truncate(ROWS_PER_PAGE as usize);
    let next = issues.last().filter(|_| more).map(|(number, _)| number.to_string());
    let issues = issues.into_iter().map(|(_, issue)| issue).collect();
    let title = run.source.clone();
    let data = ImportPageData { run, issues, paged: after > 0, next };
    Ok(html(frame(&title, "/admin/imports"), view! { <ImportPage data /> }))
}
