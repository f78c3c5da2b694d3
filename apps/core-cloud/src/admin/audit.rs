//! `/admin/audit`: what admins did, and whether the log is whole.

use axum::extract::{Query, State};
use axum::routing::get;
use http::Method;
use leptos::prelude::*;
use serde::Deserialize;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::audit::service::Entry;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::{query_value, time};
use crate::page::{Empty, Frame, Notice, Page, Pager, Search, Tone, html};

const PATH: &str = "/admin/audit";
/// Rows on one page.
const ROWS_PER_PAGE: u32 = 50;

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![Route::new(Method::GET, PATH, Access::Desk(Permission::Audit), get(list_audit), services.clone())]
}

#[derive(Debug, Default, Deserialize)]
struct AuditQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
}

async fn list_audit(
    State(services): State<Services>,
    member: Member,
    Query(query): Query<AuditQuery>,
) -> Page {
    let search: String = query.q.trim().chars().take(64).collect();
    let before = query.cursor.parse().unwrap_or(i64::MAX);
    let mut entries = services.audit.list(before, &search, ROWS_PER_PAGE + 1).await?;
    let more = entries.len() > ROWS_PER_PAGE as usize;
    entries.truncate(ROWS_PER_PAGE as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.seq.to_string());
    let (tone, state) = match services.audit.find_break().await? {
        None => (Tone::Good, "The chain of hashes is whole: no entry was changed or taken away.".to_owned()),
        Some(seq) => (Tone::Bad, format!("The chain of hashes breaks at entry {seq}: the log was changed.")),
    };
    let path = if search.is_empty() { PATH.to_owned() } else { format!("{PATH}?q={}", query_value(&search)) };
    let empty = entries.is_empty();
    let rows = entries.into_iter().map(row).collect_view();
    let body = view! {
        <Notice tone text=state />
        <Search path=PATH value=search label="Who, what, or to what" />
        <div class="card">
            {if empty { view! { <Empty text="Nothing was done yet." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col" class="num">"Entry"</th><th scope="col">"When"</th><th scope="col">"Who"</th>
                        <th scope="col">"What"</th><th scope="col">"To what"</th><th scope="col">"Detail"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pager path paged=before < i64::MAX next />
    };
    Ok(html(Frame::of(&member, "Audit log", PATH), body))
}

fn row(entry: Entry) -> impl IntoView {
    view! {
        <tr>
            <td data-label="Entry" class="num">{entry.seq.to_string()}</td>
            <td data-label="When">{time(entry.at_ms)}</td>
            <td data-label="Who" class="mono">{entry.actor}</td>
            <td data-label="What">{entry.action}</td>
            <td data-label="To what" class="mono">{entry.subject}</td>
            <td data-label="Detail"><span class="stacked">{entry.detail}</span></td>
        </tr>
    }
}
