//! `/admin/products`: what vendors sell, and what is taken off the shop.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::ProductId;
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::catalog::listing::{Listing, Mover};
use crate::modules::catalog::products::Listed;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::time;
use crate::page::{
    Badge, Column, Fact, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Reasoned, Tone, html,
    html_with, redirect, with_all,
};
use crate::panel::product::get_picture;
use crate::panel::products::{price_of, tone_of};

const PATH: &str = "/admin/products";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Products);
    let look = Access::Desk(Permission::Look);
    vec![
        Route::new(Method::GET, PATH, access, get(list_products), services.clone()),
        Route::new(Method::GET, "/admin/products/{id}", access, get(show_product), services.clone()),
        Route::new(Method::POST, "/admin/products/{id}", access, post(moderate), services.clone()),
        Route::new(Method::GET, "/admin/pictures/{hash}", look, get(get_picture), services.clone()),
    ]
}

async fn list_products(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let mut products = services.listings.list(None, &list).await?;
    let more = list.cut(&mut products);
    let empty = products.is_empty();
    let rows = products.into_iter().map(row).collect_view();
    let columns = vec![
        Column::sorted("Product", "title"),
        Column::sorted("Vendor", "vendor"),
        Column::sorted("Category", "category"),
        Column::sorted("State", "state"),
        Column::numbers("Price", ""),
        Column::sorted("Changed", "changed"),
    ];
    let states = Listing::ALL.map(Listing::name).to_vec();
    let empty = empty.then_some("No product fits.");
    let body = view! {
        <Listed path=PATH list label="Name, SKU or number" states=with_all(states) columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Products", PATH), body))
}

fn row(listed: Listed) -> impl IntoView {
    let href = format!("{PATH}/{}", listed.product.id);
    let price = price_of(&listed);
    view! {
        <tr>
            <td class="head" data-label="Product"><a href=href>{listed.product.title}</a></td>
            <td class="mono" data-label="Vendor">{listed.product.vendor.to_string()}</td>
            <td data-label="Category">{listed.product.category}</td>
            <td data-label="State"><Badge tone=tone_of(listed.state) text=listed.state.name() /></td>
            <td class="num" data-label="Price">{price}</td>
            <td data-label="Changed">{time(listed.changed_ms)}</td>
        </tr>
    }
}

async fn show_product(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let done = (list.done == "moved").then_some("Done.");
    page(&services, &member, &id, FormState::default(), done).await
}

async fn moderate(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let product = ProductId::parse(&id).map_err(|_| Error::NotFound("product"))?;
    let reason = match fields.text("act") {
        "suspend" => Some(fields.text("reason")),
        "restore" => None,
        _ => return Err(Error::invalid("act", "choose one").into()),
    };
    match services.listings.moderate(&member, &product, reason).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{product}?done=moved"))),
        Err(error) => page(&services, &member, &id, FormState::refused(fields, error)?, None).await,
    }
}

async fn page(
    services: &Services,
    member: &Member,
    id: &str,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let id = ProductId::parse(id).map_err(|_| Error::NotFound("product"))?;
    let listed = services.listings.get_any(&id).await?;
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let price = price_of(&listed);
    let Listed { product, state, reason, changed_ms, .. } = listed;
    let to = format!("{PATH}/{}", product.id);
    let act = if state.may_become(Listing::Suspended, Mover::Admin) {
        view! { <Reasoned to act="suspend" text="Suspend" reason="Reason for the vendor" danger=true /> }
            .into_any()
    } else if state.may_become(Listing::Listed, Mover::Admin) {
        view! { <Reasoned to act="restore" text="Restore" /> }.into_any()
    } else {
        view! { <span class="sub">"It is not in the shop."</span> }.into_any()
    };
    let facts: Vec<String> =
        product.attributes.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
    let pictures = product.pictures.iter().map(|picture| {
        let shown = picture.widths.first().map_or(&picture.hash, |size| &size.hash);
        view! {
            <li>
                <img src=format!("/admin/pictures/{shown}") alt="" width="160" height="160" loading="lazy" />
                <span class="sub">{picture.alt.clone()}</span>
            </li>
        }
    });
    let pictures = pictures.collect_view();
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        {(!reason.is_empty()).then(|| view! { <Notice tone=Tone::Bad text=format!("Suspended: {reason}") /> })}
        <div class="acts"><Badge tone=tone_of(state) text=state.name() />{act}</div>
        <div class="card"><dl class="facts">
            <Fact name="Vendor" value=product.vendor.to_string() />
            <Fact name="Category" value=product.category />
            <Fact name="Price" value=price />
            <Fact name="Facts" value=facts.join("; ") />
            <Fact name="Changed" value=time(changed_ms) />
        </dl></div>
        <h2>"Description"</h2>
        <p class="card form text">{product.description_html}</p>
        <h2>"Pictures"</h2>
        <ul class="pictures">{pictures}</ul>
    };
    Ok(html_with(status, Frame::of(member, &product.title, PATH), body))
}
