//! `/vendor/discounts`: what a vendor takes off its prices.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_problem::Problem;
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::catalog::listing::Listing;
use crate::modules::discounts::service::{FILTERS, Spent};
use crate::modules::members::service::Member;
use crate::page::discount::{DiscountForm, FIELDS, cells, read};
use crate::page::{
    Act, Column, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Several, Tone, html_with,
    redirect, with_all,
};

const PATH: &str = "/vendor/discounts";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    vec![
        Route::new(Method::GET, PATH, access, get(list_discounts), services.clone()),
        Route::new(Method::POST, PATH, access, post(create), services.clone()),
        Route::new(Method::POST, "/vendor/discounts/{id}/end", access, post(end), services.clone()),
    ]
}

/// What was just done, in a sentence.
pub fn done_text(code: &str) -> Option<&'static str> {
    match code {
        "made" => Some("Made. Every shop takes it off from its first day on."),
        "ended" => Some("Ended. Carts that are paid for in this moment may still have it."),
        _ => None,
    }
}

/// The status of a page that says why something was refused.
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Refused(problem) => Problem::status_code(problem),
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

async fn list_discounts(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = done_text(&list.done);
    page(&services, &member, list.sorted("-from"), (StatusCode::OK, FormState::default()), done).await
}

async fn create(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    match services.discounts.create(&member, Some(own(&member)?), &read(&fields)).await {
        Ok(_) => Ok(redirect("/vendor/discounts?done=made")),
        Err(error) => refused(&services, &member, fields, error).await,
    }
}

async fn end(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    match services.discounts.end(&member, Some(own(&member)?), &id).await {
        Ok(()) => Ok(redirect("/vendor/discounts?done=ended")),
        Err(error) => refused(&services, &member, Fields::default(), error).await,
    }
}

async fn refused(
    services: &Services,
    member: &Member,
    fields: Fields,
    error: Error,
) -> Result<Response, Failed> {
    let status = status_of(&error);
    let form = FormState::refused(fields, error)?;
    page(services, member, List::default().sorted("-from"), (status, form), None).await
}

async fn page(
    services: &Services,
    member: &Member,
    list: List,
    (status, form): (StatusCode, FormState),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let vendor = own(member)?;
    let now_ms = services.clock.now_ms();
    let (discounts, more) = services.discounts.list(Some(vendor), &list).await?;
    let categories = services.shelves.list().await?;
    let categories = categories.into_iter().map(|category| (category.slug, category.name)).collect();
    let listed = List { state: Listing::Listed.name().to_owned(), ..List::default() };
    let products = services.listings.list(Some(vendor), &listed).await?;
    let products = products.into_iter().map(|one| (one.product.id.to_string(), one.product.title)).collect();
    let empty = discounts.is_empty().then_some("No discount fits.");
    let rows = discounts.iter().map(|spent| row(spent, now_ms)).collect_view();
    let products = view! {
        <Several form=form.clone() name="products" label="Products" options=products hint="None chosen means all of yours." />
    };
    let columns = vec![
        Column::sorted("Discount", "name"),
        Column::plain("Takes off"),
        Column::plain("State"),
        Column::sorted("From", "from"),
        Column::sorted("Until before", "until"),
        Column::numbers("Took off", ""),
        Column::numbers("Left", ""),
        Column::plain("Do"),
    ];
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&FIELDS)}
        <p class="lead">"Your discounts are for your goods alone, and you bear them: customers pay you less."</p>
        <Listed path=PATH list label="Name or code" states=with_all(FILTERS) columns empty more>{rows}</Listed>
        <h2>"Make a discount"</h2>
        <DiscountForm to=PATH form categories products=products.into_any() delivery=false />
    };
    Ok(html_with(status, Frame::of(member, "Discounts", PATH), body))
}

fn row(spent: &Spent, now_ms: i64) -> impl IntoView + use<> {
    let open = matches!(spent.made.phase(now_ms), "coming" | "running");
    let to = format!("{PATH}/{}/end", spent.made.discount.id);
    view! {
        <tr>
            {cells(spent, now_ms)}
            <td data-label="Do">{open.then(|| view! { <Act to text="End it now" danger=true /> })}</td>
        </tr>
    }
}
