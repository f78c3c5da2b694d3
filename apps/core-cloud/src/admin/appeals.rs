//! `/admin/appeals`: what blocked accounts say for themselves, and what becomes of it.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::fraud::appeals::Appeal;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::{query_value, time};
use crate::page::{
    Badge, Column, Fact, Fields, Frame, List, Listed, Notice, Page, Reasoned, Tone, html, redirect,
};

const PATH: &str = "/admin/appeals";
/// What the list is filtered by.
const STATES: &[(&str, &str)] =
    &[("open", "To decide"), ("", "All"), ("upheld", "Upheld"), ("refused", "Refused")];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Fraud);
    vec![
        Route::new(Method::GET, PATH, access, get(list_appeals), services.clone()),
        Route::new(Method::GET, "/admin/appeals/{id}", access, get(get_appeal), services.clone()),
        Route::new(Method::POST, "/admin/appeals/{id}", access, post(decide), services.clone()),
    ]
}

async fn list_appeals(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-made");
    let (appeals, more) = services.fraud.list_appeals(&list).await?;
    let empty = appeals.is_empty().then_some("No appeals.");
    let rows = appeals.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Appeal"),
        Column::sorted("Made", "made"),
        Column::plain("Account"),
        Column::plain("State"),
    ];
    let body = view! {
        <p class="lead">"What blocked accounts say for themselves. An appeal that is upheld lifts the block everywhere."</p>
        <Listed path=PATH list label="Appeal or account, as a whole" states=STATES.to_vec() columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Appeals", PATH), body))
}

fn link(id: &str) -> String {
    format!("{PATH}/{}", query_value(id))
}

#[component]
fn StateOf(state: String) -> impl IntoView {
    let tone = match state.as_str() {
        "open" => Tone::Warn,
        "upheld" => Tone::Good,
        _ => Tone::Bad,
    };
    view! { <Badge tone text=state /> }
}

fn row(appeal: Appeal) -> impl IntoView {
    let href = link(&appeal.id);
    view! {
        <tr>
            <td class="head" data-label="Appeal"><a class="mono" href=href>{appeal.id}</a></td>
            <td data-label="Made">{time(appeal.made_ms)}</td>
            <td data-label="Account" class="mono">{appeal.account}</td>
            <td data-label="State"><StateOf state=appeal.state /></td>
        </tr>
    }
}

async fn get_appeal(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let (appeal, block) = services.fraud.get_appeal(&id).await?;
    let done = (list.done == "decided").then_some("Decided. The account's region is told.");
    let why =
        block.map(|block| format!("Blocked {} by {}: {}", time(block.since_ms), block.by, block.reason));
    let why = why.unwrap_or_else(|| "The account is not blocked any more.".to_owned());
    let to = link(&appeal.id);
    let acts = (appeal.state == "open").then(|| {
        view! {
            <div class="acts">
                <Reasoned to=to.clone() act="uphold" text="Uphold and unblock" reason="Why it is upheld" />
                <Reasoned to act="refuse" text="Refuse" reason="Why it is refused" danger=true />
            </div>
        }
    });
    let decided = (!appeal.decided_by.is_empty()).then(|| {
        let text = format!("Decided {} by {}: {}", time(appeal.decided_ms), appeal.decided_by, appeal.reason);
        view! { <Notice tone=Tone::Plain text /> }
    });
    let customer = format!("/admin/customers/{}", query_value(&appeal.account));
    let cases = format!("/admin/fraud?q={}", query_value(&appeal.account));
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {decided}
        <p class="lead"><StateOf state=appeal.state.clone() /></p>
        {acts}
        <div class="card"><dl class="facts">
            <div><dt>"Account"</dt><dd><a class="mono" href=customer>{appeal.account.clone()}</a></dd></div>
            <div><dt>"Cases"</dt><dd><a href=cases>"What it ordered"</a></dd></div>
            <Fact name="Made" value=time(appeal.made_ms) />
            <Fact name="The block" value=why />
        </dl></div>
        <h2>"What they say"</h2>
        <div class="card"><p class="text">{appeal.text}</p></div>
    };
    Ok(html(Frame::of(&member, "Appeal", PATH), body))
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let uphold = match fields.text("act") {
        "uphold" => true,
        "refuse" => false,
        _ => return Err(Error::invalid("act", "choose uphold or refuse").into()),
    };
    services.fraud.decide_appeal(&member, &id, uphold, fields.text("reason")).await?;
    Ok(redirect(&format!("{}?done=decided", link(&id))))
}
