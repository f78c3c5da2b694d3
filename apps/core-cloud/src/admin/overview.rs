//! `/admin`: the POPs, and what happened in the last hour.

use leptos::prelude::*;

use crate::modules::catalog::service::Counts;
use crate::modules::inventory::service::StockLevel;
use crate::modules::sync::service::{ACTIVE_MS_MAX, IncarnationView, PopView};
use crate::page::format::{count, distance, time};
use crate::page::{Badge, Empty, Tile, Tone};

/// A POP is late when it was not heard of for this long, in milliseconds.
const LATE_MS: i64 = 60_000;

/// What the page shows.
pub struct Overview {
    pub now_ms: i64,
    pub orders: (i64, i64),
    pub catalogue: Counts,
    pub stock: StockLevel,
    pub pops: Vec<PopView>,
    pub orders_chart: String,
    pub lag_chart: String,
    pub fraud_chart: String,
}

#[component]
pub fn OverviewPage(data: Overview) -> impl IntoView {
    let Overview { now_ms, orders, catalogue, stock, pops, .. } = data;
    let legend: Vec<_> =
        pops.iter().map(|pop| pop.pop.clone()).zip(["c1", "c2", "c3", "c4"].into_iter().cycle()).collect();
    let legend =
        legend.into_iter().map(|(pop, class)| view! { <span class=class>{pop}</span> }).collect_view();
    view! {
        <p><a href="/admin">"Load again"</a></p>
        <dl class="tiles">
            <Tile name="Orders" number=orders.0 />
            <Tile name="Need attention" number=orders.1 alert=true />
            <Tile name="Products" number=catalogue.products />
            <Tile name="Units on hand" number=stock.on_hand />
            <Tile name="Available" number=stock.available />
            <Tile name="Leased to POPs" number=stock.leased />
            <Tile name="Sold, not shipped" number=stock.sold />
        </dl>
        <div class="charts">
            <figure>
                <figcaption>"Orders per minute"</figcaption>
                <div class="chart" role="img" aria-label="Orders placed in each minute of the last hour" inner_html=data.orders_chart></div>
            </figure>
            <figure>
                <figcaption>"Sync lag, events"<span class="legend">{legend}</span></figcaption>
                <div class="chart" role="img" aria-label="Events not applied yet, by POP, over the last hour" inner_html=data.lag_chart></div>
            </figure>
            <figure>
                <figcaption>
                    "Fraud decisions"
                    <span class="legend"><span class="c1">"allow"</span><span class="c2">"review"</span><span class="c3">"block"</span></span>
                </figcaption>
                <div class="chart" role="img" aria-label="Fraud decisions in each minute of the last hour" inner_html=data.fraud_chart></div>
            </figure>
        </div>
        <h2>"Points of presence"</h2>
        <div class="card"><Pops pops now_ms /></div>
    }
}

#[component]
fn Pops(pops: Vec<PopView>, now_ms: i64) -> impl IntoView {
    if pops.is_empty() {
        return view! { <Empty text="No POP is configured." /> }.into_any();
    }
    let rows = pops.into_iter().flat_map(|pop| {
        let incarnations = match pop.incarnations.clone() {
            known if known.is_empty() => vec![None],
            known => known.into_iter().map(Some).collect(),
        };
        incarnations
            .into_iter()
            .enumerate()
            .map(move |(place, incarnation)| pop_row(&pop, incarnation, place == 0, now_ms))
    });
    view! {
        <table class="stack">
            <thead><tr>
                <th scope="col">"POP"</th><th scope="col">"State"</th><th scope="col">"Last seen"</th>
                <th scope="col">"Database"</th><th scope="col" class="num">"Events applied"</th>
                <th scope="col" class="num">"Lag"</th><th scope="col">"Leases until"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn pop_row(
    pop: &PopView,
    incarnation: Option<IncarnationView>,
    current: bool,
    now_ms: i64,
) -> impl IntoView + use<> {
    let (tone, state) = state_of(pop, incarnation.as_ref(), current, now_ms);
    let seen_ms =
        incarnation.as_ref().filter(|_| !current).map_or(pop.last_seen_ms, |known| known.last_seen_ms);
    let seen = if seen_ms == 0 { "never".to_owned() } else { distance(now_ms, seen_ms) };
    let known = incarnation.map(|known| {
        let lag = (known.last_seq - known.applied_through).max(0);
        let lease = match known.lease_expires_ms {
            0 => "none".to_owned(),
            ms if ms < now_ms => format!("lapsed {}", distance(now_ms, ms)),
            ms => distance(now_ms, ms),
        };
        (known.incarnation, count(known.applied_through), lag, lease, time(known.lease_expires_ms))
    });
    let none = || "–".to_owned();
    let (database, applied, lag, lease, lease_time) =
        known.unwrap_or_else(|| (none(), none(), 0, none(), String::new()));
    view! {
        <tr>
            <td class="head" data-label="POP">{pop.pop.clone()}<span class="sub">{pop.region.clone()}</span></td>
            <td data-label="State"><Badge tone text=state /></td>
            <td data-label="Last seen" title=time(seen_ms)>{seen}</td>
            <td data-label="Database" class="mono"><span class="stacked">{database}</span></td>
            <td data-label="Events applied" class="num">{applied}</td>
            <td data-label="Lag" class="num">{count(lag)}</td>
            <td data-label="Leases until" title=lease_time>{lease}</td>
        </tr>
    }
}

fn state_of(
    pop: &PopView,
    incarnation: Option<&IncarnationView>,
    current: bool,
    now_ms: i64,
) -> (Tone, &'static str) {
    match incarnation {
        Some(known) if known.written_off_ms.is_some() => (Tone::Plain, "written off"),
        Some(known) if known.lease_expires_ms > 0 && known.lease_expires_ms < now_ms => (Tone::Bad, "lapsed"),
        Some(_) if !current => (Tone::Warn, "older database"),
        _ if pop.last_seen_ms == 0 => (Tone::Plain, "never seen"),
        _ if now_ms - pop.last_seen_ms > ACTIVE_MS_MAX => (Tone::Bad, "away"),
        _ if now_ms - pop.last_seen_ms > LATE_MS => (Tone::Warn, "quiet"),
        _ => (Tone::Good, "in touch"),
    }
}
