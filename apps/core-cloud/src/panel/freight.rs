//! `/vendor/freight`: what is too big for a parcel, how it is brought, and what pieces measure.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_money::{Currency, Money};
use leptos::prelude::*;

use super::orders::order_of;
use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::freight::rates::Size;
use crate::modules::freight::service::{Shipment, WINDOWS};
use crate::modules::members::service::Member;
use crate::page::format::{count, time};
use crate::page::{Column, Failed, Field, Fields, FormState, Frame, List, Listed, Page, html_with, redirect};

const PATH: &str = "/vendor/freight";
/// The entry of the menu that these pages belong to.
const MENU: &str = "/vendor/parcels";
const STATES: &[(&str, &str)] = &[("", "All"), ("open", "Without a time")];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list), services.clone()),
        Route::new(Method::POST, "/vendor/freight/sizes", Access::Vendor, post(put_size), services.clone()),
        Route::new(
            Method::POST,
            "/vendor/freight/{order}/{line}",
            Access::Vendor,
            post(arrange),
            services.clone(),
        ),
    ]
}

async fn list(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    page(&services, &member, list, StatusCode::OK, FormState::default()).await
}

async fn page(
    services: &Services,
    member: &Member,
    list: List,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let list = list.sorted("-since");
    let vendor = own(member)?;
    let (shipments, more) = services.freight.list(vendor, &list).await?;
    let sizes = services.freight.list_sizes(vendor).await?;
    let empty = shipments.is_empty();
    let rows = shipments.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Order"),
        Column::numbers("Pieces", ""),
        Column::plain("Weight"),
        Column::plain("Class"),
        Column::numbers("Quote", "quote"),
        Column::plain("Delivery"),
    ];
    let empty = empty.then_some("Nothing goes by freight.");
    let body = view! {
        {form.rest(&["sku", "length", "width", "height"])}
        <Listed path=PATH list label="Part of an order's number" states=STATES.to_vec() columns empty more>{rows}</Listed>
        <h2>"What pieces measure"</h2>
        <p class="sub">"Room counts as weight: a carrier asks for the larger of both."</p>
        <Sizes sizes />
        <form class="form card" method="post" action="/vendor/freight/sizes">
            <Field form=form.clone() name="sku" label="SKU" required=true />
            <div class="pair">
                <Field form=form.clone() name="length" label="Length in mm" kind="number" required=true />
                <Field form=form.clone() name="width" label="Width in mm" kind="number" required=true />
                <Field form=form.clone() name="height" label="Height in mm" kind="number" required=true />
            </div>
            <button type="submit">"Keep"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Freight", MENU), body))
}

fn kilograms(grams: i64) -> String {
    format!("{}.{} kg", count(grams / 1_000), grams % 1_000 / 100)
}

fn row(shipment: Shipment) -> impl IntoView {
    let order = format!("/vendor/orders/{}", shipment.order);
    let quote = Money::new(shipment.quote, Currency::EUR).to_string();
    let weight = kilograms(shipment.weight_g);
    let room = format!("as {}", kilograms(shipment.volumetric_g));
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=order>{shipment.order.clone()}</a><span class="sub mono">{shipment.sku.clone()}</span></td>
            <td data-label="Pieces" class="num">{count(shipment.quantity)}</td>
            <td data-label="Weight"><span class="stacked">{weight}<span class="sub">{room}</span></span></td>
            <td data-label="Class"><span class="stacked">{shipment.class.name()}<span class="sub">{shipment.zone.name()}</span></span></td>
            <td data-label="Quote" class="num">{quote}</td>
            <td data-label="Delivery"><Terms shipment /></td>
        </tr>
    }
}

/// How a shipment is brought.
#[component]
fn Terms(shipment: Shipment) -> impl IntoView {
    let to = format!("{PATH}/{}/{}", shipment.order, shipment.line);
    let window = match shipment.window {
        Some((from, until)) => format!("{} to {}", time(from), time(until)),
        None => "no time yet".to_owned(),
    };
    let parts = WINDOWS.map(|(name, from, until)| {
        view! { <option value=name>{format!("{name}, {from} to {until} UTC")}</option> }
    });
    view! {
        <span class="stacked">{window}
            <form class="act" method="post" action=to>
                <input type="date" name="day" aria-label="Day" />
                <select name="part" aria-label="Part of the day">{parts.into_iter().collect_view()}</select>
                <label class="tick"><input type="checkbox" name="lift_gate" value="yes" checked=shipment.lift_gate />"lift-gate"</label>
                <button type="submit" class="quiet">"Arrange"</button>
            </form>
        </span>
    }
}

#[component]
fn Sizes(sizes: Vec<(String, Size)>) -> impl IntoView {
    let empty = sizes.is_empty();
    let rows = sizes.into_iter().map(|(sku, size)| {
        let sides = format!("{} × {} × {} mm", size.length_mm, size.width_mm, size.height_mm);
        view! {
            <tr>
                <td class="head mono" data-label="SKU">{sku}</td>
                <td data-label="Size">{sides}</td>
                <td data-label="Counts as" class="num">{kilograms(size.volumetric_g())}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!empty).then(|| view! {
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"SKU"</th><th scope="col">"Size"</th><th scope="col" class="num">"Counts as"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    })
}

async fn put_size(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let sides = [fields.text("length"), fields.text("width"), fields.text("height")];
    let kept = services.freight.put_size(own(&member)?, fields.text("sku"), sides).await;
    match kept {
        Ok(()) => Ok(redirect(PATH)),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(&services, &member, List::default(), StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

async fn arrange(
    State(services): State<Services>,
    member: Member,
    Path((order, line)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    let order = order_of(&order)?;
    let line = line.parse().map_err(|_| Error::NotFound("freight"))?;
    let window = (fields.text("day"), fields.text("part"));
    let lift_gate = fields.text("lift_gate") == "yes";
    services.freight.arrange(own(&member)?, (&order, line), lift_gate, window).await?;
    Ok(redirect(PATH))
}
