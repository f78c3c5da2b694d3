//! `/vendor/reviews`: what customers say about a vendor's products, and the vendor's answers.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::ReviewId;
use kiosk_wire::people::Party;
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::reviews::service::Titled;
use crate::page::format::time;
use crate::page::{
    Area, Column, Failed, Fields, FormState, Frame, List, Listed, Page, ReviewText, Stars, html, html_with,
    redirect,
};

const PATH: &str = "/vendor/reviews";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list_reviews), services.clone()),
        Route::new(Method::GET, "/vendor/reviews/{id}", Access::Vendor, get(get_review), services.clone()),
        Route::new(Method::POST, "/vendor/reviews/{id}", Access::Vendor, post(answer), services.clone()),
    ]
}

async fn list_reviews(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let mut list = list.sorted("-changed");
    list.state.clear();
    let (reviews, more) = services.reviews.list_reviews(Some(own(&member)?), &list).await?;
    let empty = reviews.is_empty();
    let rows = reviews.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Review"),
        Column::plain("Product"),
        Column::sorted("Stars", "stars"),
        Column::sorted("Since", "changed"),
        Column::plain("Answer"),
    ];
    let empty = empty.then_some("No such review.");
    let body = view! {
        <Listed path=PATH list label="Part of the text" states=vec![("", "All")] columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Reviews", PATH), body))
}

fn row((entry, product): Titled) -> impl IntoView {
    let href = format!("{PATH}/{}", entry.id);
    let stars = entry.stars().unwrap_or(0);
    let title = entry.shown.map(|shown| shown.title).filter(|title| !title.is_empty());
    let answered = if entry.answer.is_some() { "answered" } else { "not yet" };
    view! {
        <tr>
            <td class="head" data-label="Review"><a href=href>{title.unwrap_or_else(|| "(no title)".to_owned())}</a></td>
            <td data-label="Product">{product}</td>
            <td data-label="Stars"><Stars stars /></td>
            <td data-label="Since">{time(entry.changed_ms)}</td>
            <td data-label="Answer">{answered}</td>
        </tr>
    }
}

fn parse(id: &str) -> Result<ReviewId, Error> {
    ReviewId::parse(id).map_err(|_| Error::NotFound("review"))
}

async fn get_review(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    page(&services, &member, &parse(&id)?, StatusCode::OK, None).await
}

async fn answer(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let id = parse(&id)?;
    match services.reviews.answer(own(&member)?, &id, fields.text("answer")).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{id}"))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(&services, &member, &id, StatusCode::UNPROCESSABLE_ENTITY, Some(form)).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    id: &ReviewId,
    status: StatusCode,
    form: Option<FormState>,
) -> Result<Response, Failed> {
    let (entry, product) = services.reviews.get_review(id).await?;
    // What waits, or another vendor's, is not theirs to see.
    let mine = entry.vendor == own(member)?.as_str();
    let shown = entry.shown.filter(|_| mine).ok_or(Error::NotFound("review"))?;
    let form =
        form.unwrap_or_else(|| FormState::of(vec![("answer", entry.answer.clone().unwrap_or_default())]));
    let body = view! {
        {form.rest(&["answer"])}
        <p class="lead">{product}</p>
        <div class="form card"><ReviewText content=shown reader=Party::Vendor /></div>
        <h2>"Your answer"</h2>
        <form class="form card" method="post" action=format!("{PATH}/{id}")>
            <Area form name="answer" label="Answer" hint="Everybody sees it below the review. Leave it empty to take it back." />
            <button type="submit">"Save"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Review", PATH), body))
}
