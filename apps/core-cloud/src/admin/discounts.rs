//! `/admin/discounts`: what the marketplace takes off prices, and what vendors do.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::discounts::service::{FILTERS, Spent};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::discount::{DiscountForm, FIELDS, cells, read};
use crate::page::{
    Act, Area, Column, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Tone, html_with,
    redirect, with_all,
};
use crate::panel::discounts::{done_text, status_of};

const PATH: &str = "/admin/discounts";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Discounts);
    vec![
        Route::new(Method::GET, PATH, access, get(list_discounts), services.clone()),
        Route::new(Method::POST, PATH, access, post(create), services.clone()),
        Route::new(Method::POST, "/admin/discounts/{id}/end", access, post(end), services.clone()),
    ]
}

async fn list_discounts(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = done_text(&list.done);
    page(&services, &member, list.sorted("-from"), (StatusCode::OK, FormState::default()), done).await
}

async fn create(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    match services.discounts.create(&member, None, &read(&fields)).await {
        Ok(_) => Ok(redirect("/admin/discounts?done=made")),
        Err(error) => refused(&services, &member, fields, error).await,
    }
}

async fn end(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    match services.discounts.end(&member, None, &id).await {
        Ok(()) => Ok(redirect("/admin/discounts?done=ended")),
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
    let now_ms = services.clock.now_ms();
    let (discounts, more) = services.discounts.list(None, &list).await?;
    let categories = services.shelves.list().await?;
    let categories = categories.into_iter().map(|category| (category.slug, category.name)).collect();
    let empty = discounts.is_empty().then_some("No discount fits.");
    let rows = discounts.iter().map(|spent| row(spent, now_ms)).collect_view();
    let products = view! {
        <Area form=form.clone() name="products" label="Products" hint="Their numbers, prd_…, one a line; nothing for all." />
    };
    let columns = vec![
        Column::sorted("Discount", "name"),
        Column::plain("Takes off"),
        Column::plain("State"),
        Column::sorted("From", "from"),
        Column::sorted("Until before", "until"),
        Column::numbers("Took off", ""),
        Column::numbers("Left", ""),
        Column::sorted("Borne by", "vendor"),
        Column::plain("Do"),
    ];
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&FIELDS)}
        <p class="lead">"A discount that is made here is the marketplace's: vendors are paid as if there were none."</p>
        <Listed path=PATH list label="Name, code or vendor" states=with_all(FILTERS) columns empty more>{rows}</Listed>
        <h2>"Make a discount of the marketplace"</h2>
        <DiscountForm to=PATH form categories products=products.into_any() delivery=true />
    };
    Ok(html_with(status, Frame::of(member, "Discounts", PATH), body))
}

fn row(spent: &Spent, now_ms: i64) -> impl IntoView + use<> {
    let open = matches!(spent.made.phase(now_ms), "coming" | "running");
    let to = format!("{PATH}/{}/end", spent.made.discount.id);
    let by =
        spent.made.discount.vendor.as_ref().map_or_else(|| "the marketplace".to_owned(), ToString::to_string);
    view! {
        <tr>
            {cells(spent, now_ms)}
            <td data-label="Borne by">{by}</td>
            <td data-label="Do">{open.then(|| view! { <Act to text="End it now" danger=true /> })}</td>
        </tr>
    }
}
