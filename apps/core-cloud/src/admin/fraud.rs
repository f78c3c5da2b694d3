//! `/admin/fraud`: what the score doubted or refused, what is around it, and what somebody finds.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use leptos::prelude::*;
use serde::Deserialize;

use super::fraud_graph::draw;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::fraud::service::{Around, Case, Finding, Link};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::{query_value, time};
use crate::page::{
    Badge, Column, Empty, Fact, Fields, Frame, List, Listed, Notice, Page, Reasoned, Tone, html, redirect,
};

const PATH: &str = "/admin/fraud";
/// What the list is filtered by; the first is what an analyst has to do.
const STATES: &[(&str, &str)] = &[
    ("open", "To look at"),
    ("", "All"),
    ("fraud", "Found to be fraud"),
    ("honest", "Found to be honest"),
    ("rejected", "Rejected"),
    ("step_up", "Stepped up by the score"),
    ("review", "Doubted by the score"),
    ("block", "Refused by the score"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Fraud);
    vec![
        Route::new(Method::GET, PATH, access, get(list_cases), services.clone()),
        Route::new(Method::GET, "/admin/fraud/{id}", access, get(get_case), services.clone()),
        Route::new(Method::POST, "/admin/fraud/{id}", access, post(decide), services.clone()),
    ]
}

async fn list_cases(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-at");
    let (cases, more) = services.fraud.list_cases(&list).await?;
    let empty = cases.is_empty().then_some("Nothing here.");
    let rows = cases.into_iter().map(case_row).collect_view();
    let columns = vec![
        Column::plain("Case"),
        Column::sorted("When", "at"),
        Column::plain("POP"),
        Column::sorted("Score", "score"),
        Column::plain("Why"),
        Column::numbers("Total", "total"),
        Column::plain("State"),
    ];
    let body = view! {
        <p class="lead">"Orders that the score doubted and checkouts that it refused. "
            <a href="/admin/fraud?state=open">"Those to look at"</a>"."</p>
        <Listed path=PATH list label="Order, event or pseudonym, as a whole" states=STATES.to_vec() columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Fraud", PATH), body))
}

async fn get_case(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let around = services.fraud.get_case(&id).await?;
    let done = (list.done == "decided").then_some("Decided.");
    Ok(html(Frame::of(&member, "Case", PATH), view! { <CasePage around done /> }))
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let finding = Finding::parse(fields.text("act"));
    let finding = finding.ok_or_else(|| Error::invalid("act", "choose honest, rejected or fraud"))?;
    services.fraud.decide(&member, &id, finding, fields.text("reason")).await?;
    Ok(redirect(&format!("{}?done=decided", link(&id))))
}

fn link(id: &str) -> String {
    format!("{PATH}/{}", query_value(id))
}

fn score_of(case: &Case) -> String {
    case.score.map_or_else(|| "none".to_owned(), |score| format!("{score:.3}"))
}

fn case_row(case: Case) -> impl IntoView {
    let (href, score) = (link(&case.id), score_of(&case));
    let why = case.reasons.first().map(|code| words(code)).unwrap_or_default();
    view! {
        <tr>
            <td class="head" data-label="Case"><a class="mono" href=href>{case.id}</a></td>
            <td data-label="When">{time(case.at_ms)}</td>
            <td data-label="POP">{case.pop}</td>
            <td data-label="Score"><Outcome outcome=case.outcome />" "{score}</td>
            <td data-label="Why">{why}</td>
            <td data-label="Total" class="num">{case.total.to_string()}</td>
            <td data-label="State"><StateOf state=case.state /></td>
        </tr>
    }
}

#[component]
fn Outcome(outcome: String) -> impl IntoView {
    let (tone, text) = match outcome.as_str() {
        "allow" => (Tone::Good, "allowed"),
        "step_up" => (Tone::Plain, "stepped up, passed"),
        "review" => (Tone::Warn, "doubted"),
        _ => (Tone::Bad, "refused"),
    };
    view! { <Badge tone text=text /> }
}

#[component]
fn StateOf(state: String) -> impl IntoView {
    let (tone, text) = match state.as_str() {
        "open" => (Tone::Warn, "to look at"),
        "honest" => (Tone::Good, "honest"),
        "rejected" => (Tone::Bad, "rejected"),
        "fraud" => (Tone::Bad, "fraud"),
        _ => (Tone::Plain, "nothing to do"),
    };
    view! { <Badge tone text=text /> }
}

/// The words of a card that are read here.
#[derive(Deserialize)]
struct Words {
    rules: Vec<Worded>,
    reasons: Vec<Worded>,
}

#[derive(Deserialize)]
struct Worded {
    code: String,
    text: String,
}

/// What a code of a reason says: as the models' cards have it, and for the reasons that are none of a model.
fn words(code: &str) -> String {
    static WORDS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let card = include_str!("../../../../ml/fraud/models/fraud-v2.json");
        let words = serde_json::from_str::<Words>(card).ok();
        let worded = words.into_iter().flat_map(|words| words.rules.into_iter().chain(words.reasons));
        worded.map(|worded| (worded.code, worded.text)).collect()
    });
    match (WORDS.get(code), code) {
        (Some(text), _) => text.clone(),
        (None, "model_unavailable") => "No fraud model could judge this order".to_owned(),
        (None, "input_implausible") => "Something of the order is outside what is plausible".to_owned(),
        (None, "velocity_unavailable") => "Earlier orders of this buyer could not be counted".to_owned(),
        (None, "scorer_unavailable") => "The fraud check did not answer in time".to_owned(),
        (None, "watched_account") => "The account is new and its registration was doubtful".to_owned(),
        (None, code) => code.replace('_', " "),
    }
}

#[component]
fn CasePage(around: Around, done: Option<&'static str>) -> impl IntoView {
    let graph = draw(&around);
    let Around { case, links, others, shared } = around;
    let reasons = case.reasons.iter().map(|code| view! { <li>{words(code)}</li> }).collect_view();
    let order = (case.kind == "order").then(|| format!("/admin/orders/{}", case.id));
    let decided = (!case.decided_by.is_empty()).then(|| {
        let text = format!("Decided {} by {}: {}", time(case.decided_ms), case.decided_by, case.reason);
        view! { <Notice tone=Tone::Plain text /> }
    });
    let open = matches!(case.state.as_str(), "open" | "none") || case.decided_by == "chargeback";
    let acts = open.then(|| view! { <Acts case=case.clone() /> });
    let keys = links.iter().map(key_fact).collect_view();
    let rows = others.into_iter().map(|other| other_row(other, &shared)).collect_view();
    view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {decided}
        <p class="lead"><Outcome outcome=case.outcome.clone() />" "<StateOf state=case.state.clone() /></p>
        {acts}
        <h2>"Why"</h2>
        <div class="card">
            <dl class="facts">
                <Fact name="Score" value=format!("{} by {}", score_of(&case), case.model) />
                <Fact name="When" value=time(case.at_ms) />
                <Fact name="POP" value=format!("{} ({})", case.pop, case.region) />
                <Fact name="Total" value=case.total.to_string() />
                {order.map(|href| view! { <div><dt>"Order"</dt><dd><a class="mono" href=href>{case.id.clone()}</a></dd></div> })}
                {keys}
            </dl>
            {if case.reasons.is_empty() { view! { <p>"The score had no doubt."</p> }.into_any() } else { view! { <ul>{reasons}</ul> }.into_any() }}
        </div>
        <h2>"What is around it"</h2>
        {if graph.is_empty() { view! { <div class="card"><Empty text="No other order shares anything with it." /></div> }.into_any() } else { view! {
            <figure class="card graph" inner_html=graph></figure>
            <div class="card"><table class="stack">
                <thead><tr>
                    <th scope="col">"Case"</th><th scope="col">"When"</th><th scope="col">"Shares"</th>
                    <th scope="col">"Score"</th><th scope="col">"State"</th><th scope="col" class="num">"Total"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }.into_any() }}
    }
}

/// What can be found of a case.
#[component]
fn Acts(case: Case) -> impl IntoView {
    let to = link(&case.id);
    let held = case.kind == "order" && case.outcome == "review";
    view! {
        {held.then(|| view! { <Notice tone=Tone::Warn text="Nothing of this order is sent until somebody decides." /> })}
        <div class="acts">
            <Reasoned to=to.clone() act=Finding::Honest.name() text="It is honest" reason="Why it is honest" />
            {held.then(|| view! { <Reasoned to=to.clone() act=Finding::Rejected.name() text="Reject and cancel" reason="Why it is rejected" danger=true /> })}
            <Reasoned to act=Finding::Fraud.name() text="It is fraud: block who ordered" reason="Why it is fraud" danger=true />
        </div>
    }
}

fn key_fact(link: &Link) -> impl IntoView + use<> {
    let (name, key) = (key_name(&link.kind), link.key.clone());
    let href = match link.kind.as_str() {
        "customer" | "account" => format!("/admin/customers/{}", query_value(&key)),
        _ => format!("{PATH}?q={}", query_value(&key)),
    };
    view! { <div><dt>{name}</dt><dd><a class="mono" href=href>{key}</a></dd></div> }
}

/// What a kind of pseudonym is called.
pub fn key_name(kind: &str) -> &'static str {
    match kind {
        "customer" => "E-mail address",
        "account" => "Account",
        "device" => "Device",
        _ => "Place",
    }
}

fn other_row(other: Case, shared: &[Link]) -> impl IntoView + use<> {
    let of = shared.iter().filter(|link| link.case == other.id);
    let shares: Vec<&str> = of.map(|link| key_name(&link.kind)).collect();
    let (href, score) = (link(&other.id), score_of(&other));
    view! {
        <tr>
            <td class="head" data-label="Case"><a class="mono" href=href>{other.id}</a></td>
            <td data-label="When">{time(other.at_ms)}</td>
            <td data-label="Shares">{shares.join(", ")}</td>
            <td data-label="Score"><Outcome outcome=other.outcome />" "{score}</td>
            <td data-label="State"><StateOf state=other.state /></td>
            <td data-label="Total" class="num">{other.total.to_string()}</td>
        </tr>
    }
}
