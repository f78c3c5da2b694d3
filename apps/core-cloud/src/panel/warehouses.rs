//! `/vendor/warehouses`: where a vendor's goods lie.

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::WarehouseId;
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::warehouse::service::Shelf;
use crate::page::format::count;
use crate::page::{Badge, Empty, Failed, Field, Fields, FormState, Frame, Page, Tone, html_with, redirect};

const PATH: &str = "/vendor/warehouses";
/// The entry of the menu that these pages belong to.
const MENU: &str = "/vendor/parcels";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let one = "/vendor/warehouses/{id}";
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list), services.clone()),
        Route::new(Method::POST, PATH, Access::Vendor, post(add), services.clone()),
        Route::new(Method::GET, one, Access::Vendor, get(show), services.clone()),
        Route::new(Method::POST, one, Access::Vendor, post(set_stock), services.clone()),
    ]
}

async fn list(State(services): State<Services>, member: Member) -> Page {
    list_page(&services, &member, StatusCode::OK, FormState::default()).await
}

async fn list_page(
    services: &Services,
    member: &Member,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let warehouses = services.warehouse.list(own(member)?).await?;
    let rows = warehouses.into_iter().map(|warehouse| {
        let href = format!("{PATH}/{}", warehouse.id);
        view! {
            <tr>
                <td class="head" data-label="Name">
                    <a href=href>{warehouse.name}</a>
                    {warehouse.main.then(|| view! { " "<Badge tone=Tone::Good text="main" /> })}
                </td>
                <td data-label="Country">{warehouse.country}</td>
            </tr>
        }
    });
    let body = view! {
        <p>"An order is sent from the nearest warehouse that has all of it. What lies in no other lies in the main one."</p>
        <div class="card"><table class="stack">
            <thead><tr><th scope="col">"Name"</th><th scope="col">"Country"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
        <h2>"Add a warehouse"</h2>
        {form.rest(&["name", "country"])}
        <form class="form card" method="post" action=PATH>
            <div class="pair">
                <Field form=form.clone() name="name" label="Name" required=true />
                <Field form=form.clone() name="country" label="Country" hint="Two letters, such as DE" required=true />
            </div>
            <button type="submit">"Add"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Warehouses", MENU), body))
}

async fn add(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let added = services.warehouse.add(own(&member)?, fields.text("name"), fields.text("country")).await;
    match added {
        Ok(()) => Ok(redirect(PATH)),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            list_page(&services, &member, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

fn warehouse_of(id: &str) -> Result<WarehouseId, Error> {
    WarehouseId::parse(id).map_err(|_| Error::NotFound("warehouse"))
}

async fn show(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    show_page(&services, &member, &warehouse_of(&id)?, StatusCode::OK, FormState::default()).await
}

async fn show_page(
    services: &Services,
    member: &Member,
    id: &WarehouseId,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let (warehouse, shelves) = services.warehouse.get(own(member)?, id).await?;
    let main = warehouse.main;
    let empty = shelves.is_empty();
    let rows = shelves.into_iter().map(|shelf| row(shelf, main)).collect_view();
    let to = format!("{PATH}/{id}");
    let change = (!main).then(|| {
        view! {
            <h2>"What lies here"</h2>
            {form.rest(&["item", "units"])}
            <form class="form card" method="post" action=to>
                <div class="pair">
                    <Field form=form.clone() name="item" label="Stock item" hint="The SKU that holds the stock" required=true />
                    <Field form=form.clone() name="units" label="Units" kind="number" required=true />
                </div>
                <button type="submit">"Set"</button>
            </form>
        }
    });
    let body = view! {
        <p class="lead">{warehouse.country}</p>
        {main.then(|| view! { <p>"It holds all of your stock that is in no other warehouse."</p> })}
        <div class="card">
            {if empty { view! { <Empty text="Nothing is noted here." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Stock item"</th><th scope="col" class="num">"Units"</th>
                        <th scope="col" class="num">"For parcels"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        {change}
    };
    Ok(html_with(status, Frame::of(member, &warehouse.name, MENU), body))
}

fn row(shelf: Shelf, main: bool) -> impl IntoView {
    let units = if main { "the rest".to_owned() } else { count(shelf.units) };
    view! {
        <tr>
            <td class="head mono" data-label="Stock item">{shelf.item}</td>
            <td data-label="Units" class="num">{units}</td>
            <td data-label="For parcels" class="num">{count(shelf.reserved)}</td>
        </tr>
    }
}

async fn set_stock(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let id = warehouse_of(&id)?;
    let set =
        services.warehouse.set_stock(own(&member)?, &id, fields.text("item"), fields.text("units")).await;
    match set {
        Ok(()) => Ok(redirect(&format!("{PATH}/{id}"))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            show_page(&services, &member, &id, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}
