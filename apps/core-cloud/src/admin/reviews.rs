//! `/admin/reviews`: what customers wrote about products, and what the shop shows of it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::ReviewId;
use kiosk_wire::people::Party;
use leptos::prelude::*;

use super::fraud_words::words;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::fraud::subjects::{Doubt, SubjectKind};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::reviews::service::{Decision, Titled};
use crate::modules::reviews::{Entry, State as ReviewState};
use crate::page::format::{query_value, time};
use crate::page::{
    Act, Area, Badge, Column, Fact, Failed, Fields, FormState, Frame, List, Listed, Page, ReviewText, Stars,
    Tone, html, html_with, redirect,
};

const PATH: &str = "/admin/reviews";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("pending", "To decide"),
    ("published", "Published"),
    ("refused", "Refused"),
    ("removed", "Taken down"),
    ("withdrawn", "Taken back"),
    ("all", "All"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Reviews);
    vec![
        Route::new(Method::GET, PATH, access, get(list_reviews), services.clone()),
        Route::new(Method::GET, "/admin/reviews/{id}", access, get(get_review), services.clone()),
        Route::new(Method::POST, "/admin/reviews/{id}/publish", access, post(publish), services.clone()),
        Route::new(Method::POST, "/admin/reviews/{id}/refuse", access, post(refuse), services.clone()),
        Route::new(Method::POST, "/admin/reviews/{id}/remove", access, post(remove), services.clone()),
    ]
}

async fn list_reviews(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let mut list = list.sorted("changed");
    if list.state.is_empty() {
        "pending".clone_into(&mut list.state);
    }
    let mut asked = list.clone();
    if asked.state == "all" {
        asked.state.clear();
    }
    let (reviews, more) = services.reviews.list_reviews(None, &asked).await?;
    let empty = reviews.is_empty();
    let ids: Vec<&str> = reviews.iter().map(|(entry, _)| &*entry.id).collect();
    let mut doubts = services.fraud.list_doubts(SubjectKind::Review, &ids).await?;
    let rows = reviews.into_iter().map(|review| {
        let doubt = doubts.remove(&review.0.id);
        row(review, doubt)
    });
    let rows = rows.collect_view();
    let columns = vec![
        Column::plain("Review"),
        Column::plain("Product"),
        Column::sorted("Shown stars", "stars"),
        Column::sorted("Since", "changed"),
        Column::plain("State"),
    ];
    let empty = empty.then_some("No such review.");
    let body = view! {
        <Listed path=PATH list label="Part of the text, product or customer" states=STATES.to_vec() columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Reviews", PATH), body))
}

fn row((entry, product): Titled, doubt: Option<Doubt>) -> impl IntoView {
    let href = format!("{PATH}/{}", entry.id);
    let content = entry.draft.as_ref().or(entry.shown.as_ref());
    let title = content.map(|content| content.title.clone()).filter(|title| !title.is_empty());
    let stars = entry.stars();
    view! {
        <tr>
            <td class="head" data-label="Review"><a href=href>{title.unwrap_or_else(|| "(no title)".to_owned())}</a></td>
            <td data-label="Product">{product}</td>
            <td data-label="Shown stars">{stars.map(|stars| view! { <Stars stars /> })}</td>
            <td data-label="Since">{time(entry.changed_ms)}</td>
            <td data-label="State"><StateBadge state=entry.state />" "{doubt.map(|_| view! { <Badge tone=Tone::Bad text="doubtful" /> })}</td>
        </tr>
    }
}

#[component]
fn StateBadge(state: ReviewState) -> impl IntoView {
    let tone = match state {
        ReviewState::Pending => Tone::Warn,
        ReviewState::Published => Tone::Good,
        ReviewState::Refused | ReviewState::Removed => Tone::Bad,
        ReviewState::Withdrawn => Tone::Plain,
    };
    view! { <Badge tone text=state.name() /> }
}

fn parse(id: &str) -> Result<ReviewId, Error> {
    ReviewId::parse(id).map_err(|_| Error::NotFound("review"))
}

async fn get_review(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    page(&services, &member, &parse(&id)?, StatusCode::OK, FormState::default()).await
}

async fn publish(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    decide(&services, &member, &id, Decision::Publish, fields).await
}

async fn refuse(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    decide(&services, &member, &id, Decision::Refuse, fields).await
}

async fn remove(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    decide(&services, &member, &id, Decision::Remove, fields).await
}

async fn decide(services: &Services, member: &Member, id: &str, decision: Decision, fields: Fields) -> Page {
    let id = parse(id)?;
    match services.reviews.decide(member, &id, decision, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{id}"))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(services, member, &id, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    id: &ReviewId,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let (entry, product) = services.reviews.get_review(id).await?;
    let base = format!("{PATH}/{id}");
    let doubt = services.fraud.list_doubts(SubjectKind::Review, &[&entry.id]).await?.remove(&entry.id);
    let doubt = doubt.map(|doubt| view! { <Doubted doubt /> });
    let acts = view! { <Acts base entry=entry.clone() form=form.clone() /> };
    let Entry { account, vendor, state, reason, draft, shown, answer, changed_ms, .. } = entry;
    let body = view! {
        {form.rest(&["reason"])}
        <p class="lead"><StateBadge state />" "{reason}</p>
        {doubt}
        <div class="card"><dl class="facts">
            <Fact name="Product" value=product />
            <Fact name="Vendor" value=vendor />
            <Fact name="Customer" value=account />
            <Fact name="Since" value=time(changed_ms) />
        </dl></div>
        {draft.map(|content| view! {
            <h2>{if state == ReviewState::Pending { "Waits" } else { "Was not taken" }}</h2>
            <div class="form card"><ReviewText content reader=Party::Moderator /></div>
        })}
        {shown.map(|content| view! { <h2>"The shop shows"</h2><div class="form card"><ReviewText content reader=Party::Moderator /></div> })}
        {answer.map(|answer| view! { <h2>"The vendor answers"</h2><div class="form card"><p class="text">{answer}</p></div> })}
        {acts}
    };
    Ok(html_with(status, Frame::of(member, "Review", PATH), body))
}

/// Why the fraud score doubts it, and the case about it.
#[component]
fn Doubted(doubt: Doubt) -> impl IntoView {
    let why = doubt.reasons.iter().map(|code| words(code)).collect::<Vec<_>>().join("; ");
    let score = doubt.score.map(|score| format!(" ({score:.2})"));
    let case = doubt.case.map(|case| format!("/admin/fraud/{}", query_value(&case)));
    view! {
        <p class="notice warn" role="status">
            "It may be fake"{score}": "{why}". "{case.map(|href| view! { <a href=href>"The case"</a> })}
        </p>
    }
}

/// What can be decided.
#[component]
fn Acts(base: String, entry: Entry, form: FormState) -> impl IntoView {
    let waits = entry.state == ReviewState::Pending;
    let shown = entry.shown.is_some();
    let publish = format!("{base}/publish");
    let remove = format!("{base}/remove");
    let action = if waits { format!("{base}/refuse") } else { remove.clone() };
    view! {
        {waits.then(|| view! { <div class="acts"><Act to=publish text="Publish" /></div> })}
        {(waits || shown).then(|| view! {
            <h2>{if waits { "Refuse or take down" } else { "Take down" }}</h2>
            <form class="form card" method="post" action=action>
                <Area form name="reason" label="Reason" rows=2 required=true />
                <div class="acts">
                    <button type="submit" class="danger">{if waits { "Refuse" } else { "Take down" }}</button>
                    {(waits && shown).then(|| view! { <button type="submit" class="danger" formaction=remove>"Take what is shown down"</button> })}
                </div>
            </form>
        })}
    }
}
