//! `/admin/stock` and `/admin/leases`: what is where.

use std::collections::HashMap;

use leptos::prelude::*;

use crate::modules::inventory::service::{Lease, StockLevel};
use crate::page::format::{count, query_value};
use crate::page::{Badge, Empty, Pager, Search, Tone};

/// One page of items.
pub struct StockPageData {
    pub items: Vec<StockLevel>,
    /// What items are called.
    pub titles: HashMap<String, String>,
    /// Accounts of the items; empty on the stock page.
    pub leases: Vec<Lease>,
    pub search: String,
    pub paged: bool,
    pub next: Option<String>,
}

impl StockPageData {
    fn path(&self, page: &str) -> String {
        if self.search.is_empty() {
            page.to_owned()
        } else {
            format!("{page}?q={}", query_value(&self.search))
        }
    }

    fn title(&self, item: &str) -> String {
        self.titles.get(item).cloned().unwrap_or_default()
    }
}

#[component]
pub fn StockPage(data: StockPageData) -> impl IntoView {
    let path = data.path("/admin/stock");
    let rows = data.items.iter().map(|item| stock_row(item, data.title(&item.sku))).collect_view();
    let empty = data.items.is_empty();
    view! {
        <p class="lead">"On hand = available + leased to POPs + sold and not yet shipped."</p>
        <Search path="/admin/stock" value=data.search.clone() label="SKU contains" />
        <div class="card">
            {if empty { view! { <Empty text="No such item." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Item"</th><th scope="col" class="num">"On hand"</th>
                        <th scope="col" class="num">"Available"</th><th scope="col" class="num">"Leased"</th>
                        <th scope="col" class="num">"Sold"</th>
                        <th scope="col"><span class="legend"><span class="c1">"available"</span><span class="c4">"leased"</span><span class="c2">"sold"</span></span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pager path paged=data.paged next=data.next />
    }
}

fn stock_row(item: &StockLevel, title: String) -> impl IntoView + use<> {
    let leases = format!("/admin/leases?q={}", query_value(&item.sku));
    let level = item.clone();
    view! {
        <tr>
            <td class="head" data-label="Item"><a class="mono" href=leases>{level.sku.clone()}</a><span class="sub">{title}</span></td>
            <td data-label="On hand" class="num">{count(level.on_hand)}</td>
            <td data-label="Available" class="num">
                {if level.available == 0 { view! { <Badge tone=Tone::Warn text="none" /> }.into_any() } else { count(level.available).into_any() }}
            </td>
            <td data-label="Leased" class="num">{count(level.leased)}</td>
            <td data-label="Sold" class="num">{count(level.sold)}</td>
            <td data-label="Where"><Meter level /></td>
        </tr>
    }
}

/// A bar of what is available, leased and sold. SVG, since the page allows no inline styles.
#[component]
fn Meter(level: StockLevel) -> impl IntoView {
    let whole = level.on_hand.max(1);
    let part = |units: i64| units * 1_000 / whole;
    let (available, leased, sold) = (part(level.available), part(level.leased), part(level.sold));
    let label = format!("{} available, {} leased, {} sold", level.available, level.leased, level.sold);
    view! {
        <svg class="meter" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=label>
            <rect class="c1" x="0" y="0" height="10" width=available.to_string() />
            <rect class="c4" x=available.to_string() y="0" height="10" width=leased.to_string() />
            <rect class="c2" x=(available + leased).to_string() y="0" height="10" width=sold.to_string() />
        </svg>
    }
}

#[component]
pub fn LeasesPage(data: StockPageData) -> impl IntoView {
    let path = data.path("/admin/leases");
    let rows = data.items.iter().map(|item| {
        let leases = data.leases.iter().filter(|lease| lease.item == item.sku).cloned().collect::<Vec<_>>();
        lease_rows(item, data.title(&item.sku), leases)
    });
    let rows = rows.collect_view();
    let empty = data.items.is_empty();
    view! {
        <p class="lead">"What each POP may sell without asking the core."</p>
        <Search path="/admin/leases" value=data.search.clone() label="SKU contains" />
        <div class="card">
            {if empty { view! { <Empty text="No POP holds stock of such an item." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Item"</th><th scope="col">"POP"</th><th scope="col" class="num">"Epoch"</th>
                        <th scope="col" class="num">"Granted"</th><th scope="col" class="num">"Sold"</th>
                        <th scope="col" class="num">"Returned"</th><th scope="col" class="num">"Left there"</th>
                        <th scope="col" class="num">"In the core"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pager path paged=data.paged next=data.next />
    }
}

fn lease_rows(item: &StockLevel, title: String, leases: Vec<Lease>) -> impl IntoView + use<> {
    let StockLevel { sku, available, .. } = item.clone();
    if leases.is_empty() {
        return view! {
            <tr>
                <td class="head" data-label="Item"><span class="mono">{sku}</span><span class="sub">{title}</span></td>
                <td data-label="POP" colspan="6"><span class="sub">"no POP holds any"</span></td>
                <td data-label="In the core" class="num">{count(available)}</td>
            </tr>
        }
        .into_any();
    }
    let rows = leases.into_iter().map(move |lease| {
        let account = lease.account;
        let rest = account.rest();
        view! {
            <tr>
                <td class="head" data-label="Item"><span class="mono">{sku.clone()}</span><span class="sub">{title.clone()}</span></td>
                <td data-label="POP"><span class="stacked">{lease.pop}<span class="sub mono">{lease.incarnation}</span></span></td>
                <td data-label="Epoch" class="num">
                    {if account.fenced { view! { <Badge tone=Tone::Warn text=format!("{} fenced", account.epoch) /> }.into_any() } else { count(account.epoch).into_any() }}
                </td>
                <td data-label="Granted" class="num">{count(account.granted)}</td>
                <td data-label="Sold" class="num">{count(account.sold)}</td>
                <td data-label="Returned" class="num">{count(account.returned)}</td>
                <td data-label="Left there" class="num"><strong>{count(rest)}</strong></td>
                <td data-label="In the core" class="num">{count(available)}</td>
            </tr>
        }
    });
    rows.collect_view().into_any()
}
