//! `/admin/ledger`: the trial balance, the journal and its entries, and what accountants take away.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, Method, header};
use kiosk_money::{Currency, Money};
use leptos::prelude::*;
use serde::Deserialize;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::accounting::export::{Period, date, decimal};
use crate::modules::accounting::journal::Entry;
use crate::modules::accounting::service::Balance;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::{query_value, time};
use crate::page::{Empty, Fact, Frame, Notice, Page, Pager, Search, Tone, html};

const PATH: &str = "/admin/ledger";
const JOURNAL: &str = "/admin/ledger/journal";
/// Rows on one page.
const ROWS_PER_PAGE: u32 = 50;
/// Longest search text, in characters: an id.
const SEARCH_CHARS_MAX: usize = 96;
/// What totals of several currencies are told in.
const REPORTED_IN: Currency = Currency::EUR;

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Books);
    vec![
        Route::new(Method::GET, PATH, access, get(show_balance), services.clone()),
        Route::new(Method::GET, JOURNAL, access, get(list_entries), services.clone()),
        Route::new(Method::GET, "/admin/ledger/entries/{seq}", access, get(show_entry), services.clone()),
        Route::new(Method::GET, "/admin/ledger/export/{format}", access, get(export), services.clone()),
    ]
}

async fn show_balance(State(services): State<Services>, member: Member) -> Page {
    let balances = services.accounting.trial_balance().await?;
    let (tone, chain) = match services.accounting.find_break().await? {
        None => (Tone::Good, "The chain of hashes is whole: no entry was changed or taken away.".to_owned()),
        Some(seq) => {
            (Tone::Bad, format!("The chain of hashes breaks at entry {seq}: the journal was changed."))
        }
    };
    let debits: Vec<Money> = balances.iter().map(|balance| balance.debit).collect();
    let volume = match services.accounting.total(&debits, REPORTED_IN).await {
        Ok(total) => format!("All that was booked comes to {total} at the last rates."),
        Err(_) => "There is no rate of exchange of today for a currency that was booked in.".to_owned(),
    };
    let today = date(services.clock.now_ms());
    let first = format!("{}-01", today.get(..7).unwrap_or("1970-01"));
    let body = view! {
        <Notice tone text=chain />
        <p class="lead">{volume}" "<a href=JOURNAL>"Journal"</a>" · "<a href="/admin/documents">"Invoices"</a>" · "
            <a href="/admin/commissions">"Commission"</a>" · "<a href="/admin/rates">"Rates of exchange"</a></p>
        <h2>"Trial balance"</h2>
        <div class="card"><BalanceTable balances /></div>
        <h2>"Take the journal away"</h2>
        <ExportForm format="csv" name="CSV" from=first.clone() to=today.clone() />
        <ExportForm format="beancount" name="beancount" from=first to=today />
    };
    Ok(html(Frame::of(&member, "Ledger", PATH), body))
}

#[component]
fn BalanceTable(balances: Vec<Balance>) -> impl IntoView {
    if balances.is_empty() {
        return view! { <Empty text="Nothing was booked yet." /> }.into_any();
    }
    let mut currencies: Vec<Currency> = Vec::new();
    for balance in &balances {
        if !currencies.contains(&balance.debit.currency) {
            currencies.push(balance.debit.currency);
        }
    }
    let sums = currencies.into_iter().map(|currency| {
        let of = balances.iter().filter(|balance| balance.debit.currency == currency);
        let left = |balance: &Balance| balance.debit.amount - balance.credit.amount;
        let debit: i64 = of.clone().map(left).filter(|left| *left > 0).sum();
        let credit: i64 = of.map(|balance| -left(balance)).filter(|left| *left > 0).sum();
        let amount = |sum| decimal(Money::new(sum, currency));
        view! {
            <tr>
                <td class="head" data-label="Account">"Sum"</td><td data-label="Number"></td>
                <td data-label="Currency">{currency.code()}</td>
                <td class="num" data-label="Debit">{amount(debit)}</td><td class="num" data-label="Credit">{amount(credit)}</td>
            </tr>
        }
    });
    let sums = sums.collect_view();
    let rows = balances.into_iter().map(|balance| {
        let left = balance.debit.amount - balance.credit.amount;
        let amount = decimal(Money::new(left.abs(), balance.debit.currency));
        let (debit, credit) = if left >= 0 { (amount, String::new()) } else { (String::new(), amount) };
        view! {
            <tr>
                <td class="head" data-label="Account">{balance.account.title()}<span class="sub">{balance.account.class().name()}</span></td>
                <td data-label="Number">{balance.account.number().to_string()}</td>
                <td data-label="Currency">{balance.debit.currency.code()}</td>
                <td class="num" data-label="Debit">{debit}</td><td class="num" data-label="Credit">{credit}</td>
            </tr>
        }
    });
    view! {
        <table class="stack">
            <thead><tr>
                <th scope="col">"Account"</th><th scope="col">"Number"</th><th scope="col">"Currency"</th>
                <th scope="col" class="num">"Debit"</th><th scope="col" class="num">"Credit"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}{sums}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn ExportForm(format: &'static str, name: &'static str, from: String, to: String) -> impl IntoView {
    view! {
        <form class="tools" method="get" action=format!("{PATH}/export/{format}")>
            <label>"First day"<input type="date" name="from" value=from required=true /></label>
            <label>"Last day"<input type="date" name="to" value=to required=true /></label>
            <button type="submit">{format!("As {name}")}</button>
        </form>
    }
}

#[derive(Debug, Default, Deserialize)]
struct JournalQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
}

async fn list_entries(
    State(services): State<Services>,
    member: Member,
    Query(query): Query<JournalQuery>,
) -> Page {
    let search: String = query.q.trim().chars().take(SEARCH_CHARS_MAX).collect();
    let before = query.cursor.parse().unwrap_or(i64::MAX);
    let mut entries = services.accounting.list_entries(before, &search, ROWS_PER_PAGE + 1).await?;
    let more = entries.len() > ROWS_PER_PAGE as usize;
    entries.truncate(ROWS_PER_PAGE as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.seq.to_string());
    let path =
        if search.is_empty() { JOURNAL.to_owned() } else { format!("{JOURNAL}?q={}", query_value(&search)) };
    let empty = entries.is_empty();
    let rows = entries.into_iter().map(row).collect_view();
    let body = view! {
        <Search path=JOURNAL value=search label="Number of an order, vendor, promotion or fact, or a kind" />
        <div class="card">
            {if empty { view! { <Empty text="No entry fits." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col" class="num">"Entry"</th><th scope="col">"When"</th><th scope="col">"What"</th>
                        <th scope="col">"About"</th><th scope="col" class="num">"Debits"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pager path paged=before < i64::MAX next />
        <p><a href=PATH>"Back to the ledger"</a></p>
    };
    Ok(html(Frame::of(&member, "Journal", PATH), body))
}

fn row(entry: Entry) -> impl IntoView {
    let debits = entry.legs().into_iter().filter(|(_, leg)| leg.amount > 0);
    let debits: Vec<String> = debits.map(|(_, leg)| leg.to_string()).collect();
    view! {
        <tr>
            <td data-label="Entry" class="num"><a href=format!("{PATH}/entries/{}", entry.seq)>{entry.seq.to_string()}</a></td>
            <td data-label="When">{time(entry.at_ms)}</td>
            <td data-label="What">{entry.kind}</td>
            <td data-label="About"><span class="stacked mono">{entry.subject}</span></td>
            <td data-label="Debits" class="num">{debits.join(" + ")}</td>
        </tr>
    }
}

async fn show_entry(State(services): State<Services>, member: Member, Path(seq): Path<String>) -> Page {
    let seq = seq.parse().map_err(|_| Error::NotFound("entry"))?;
    let entry = services.accounting.get_entry(seq).await?;
    let rows = entry.postings.clone().into_iter().map(|posting| {
        view! {
            <tr>
                <td data-label="Debit">{posting.debit.account.title()}<span class="sub mono">{posting.debit.party}</span></td>
                <td data-label="Credit">{posting.credit.account.title()}<span class="sub mono">{posting.credit.party}</span></td>
                <td class="num" data-label="Amount">{posting.amount.to_string()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let body = view! {
        <div class="card"><dl class="facts">
            <Fact name="When" value=time(entry.at_ms) />
            <Fact name="What" value=entry.kind />
            <Fact name="About" value=entry.subject />
            <Fact name="Booked for" value=entry.source />
            <Fact name="Note" value=entry.note />
            <Fact name="Hash" value=entry.hash />
        </dl></div>
        <div class="card">
            <table class="stack">
                <thead><tr><th scope="col">"Debit"</th><th scope="col">"Credit"</th><th scope="col" class="num">"Amount"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p><a href=JOURNAL>"Back to the journal"</a></p>
    };
    Ok(html(Frame::of(&member, &format!("Entry {seq}"), PATH), body))
}

#[derive(Debug, Default, Deserialize)]
struct ExportQuery {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

async fn export(
    State(services): State<Services>,
    _member: Member,
    Path(format): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Page {
    let period = || Period::parse(&query.from, &query.to);
    let (text, media_type) = match format.as_str() {
        "csv" => (services.accounting.export_csv(period()?).await?, "text/csv; charset=utf-8"),
        "beancount" => (services.accounting.export_beancount(period()?).await?, "text/plain; charset=utf-8"),
        _ => return Err(Error::NotFound("format").into()),
    };
    let name = format!("journal-{}-{}.{format}", query.from.trim(), query.to.trim());
    Ok(file(&name, media_type, text.into_bytes()))
}

/// A file to save: a browser never shows it as a page of this origin.
pub fn file(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
