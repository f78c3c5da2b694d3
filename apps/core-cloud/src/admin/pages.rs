//! What the core does: stock, leases, imports.

use axum::extract::{Path, Query, State};
use axum::routing::{MethodRouter, get};
use http::Method;
use leptos::prelude::*;
use serde::Deserialize;

use super::charts;
use super::imports::{ImportPage, ImportPageData, ImportsPage};
use super::overview::{Overview, OverviewPage};
use super::stock::{LeasesPage, StockPage, StockPageData};
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::inventory::service::StockLevel;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::{Frame, Page, html};

/// Rows on one page.
const ROWS_PER_PAGE: u32 = 50;
/// Longest search text, in characters.
const SEARCH_CHARS_MAX: usize = 64;

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let page = |path, permission, handler: MethodRouter<Services>| {
        Route::new(Method::GET, path, Access::Desk(permission), handler, services.clone())
    };
    vec![
        page("/admin", Permission::Look, get(overview)),
        page("/admin/stock", Permission::Stock, get(list_stock)),
        page("/admin/leases", Permission::Stock, get(list_leases)),
        page("/admin/imports", Permission::Stock, get(list_imports)),
        page("/admin/imports/{id}", Permission::Stock, get(get_import)),
    ]
}

async fn overview(State(services): State<Services>, member: Member) -> Page {
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
    Ok(html(Frame::of(&member, "Overview", "/admin"), view! { <OverviewPage data /> }))
}

#[derive(Debug, Default, Deserialize)]
struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
}

impl ListQuery {
    fn search(&self) -> String {
        self.q.trim().chars().take(SEARCH_CHARS_MAX).collect()
    }
}

async fn list_stock(
    State(services): State<Services>,
    member: Member,
    Query(query): Query<ListQuery>,
) -> Page {
    let search = query.search();
    let items = services.inventory.list_stock(&query.cursor, &search, ROWS_PER_PAGE + 1).await?;
    let data = stock_page(&services, items, query, search).await?;
    Ok(html(Frame::of(&member, "Stock", "/admin/stock"), view! { <StockPage data /> }))
}

async fn list_leases(
    State(services): State<Services>,
    member: Member,
    Query(query): Query<ListQuery>,
) -> Page {
    let search = query.search();
    let items = services.inventory.list_leased(&query.cursor, &search, ROWS_PER_PAGE + 1).await?;
    let mut data = stock_page(&services, items, query, search).await?;
    let names: Vec<&str> = data.items.iter().map(|item| item.sku.as_str()).collect();
    data.leases = services.inventory.list_leases(&names).await?;
    Ok(html(Frame::of(&member, "Leases", "/admin/leases"), view! { <LeasesPage data /> }))
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

async fn list_imports(State(services): State<Services>, member: Member) -> Page {
    let runs = services.imports.list_runs(ROWS_PER_PAGE).await?;
    Ok(html(Frame::of(&member, "Imports", "/admin/imports"), view! { <ImportsPage runs /> }))
}

async fn get_import(
    State(services): State<Services>,
    member: Member,
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
    Ok(html(Frame::of(&member, &title, "/admin/imports"), view! { <ImportPage data /> }))
}
