//! `/vendor/parcels`: what is to be fetched, packed and sent, and where it is.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use kiosk_ids::ParcelId;
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::orders::acts::{CARRIER_CHARS_MAX, NOTE_CHARS_MAX, TRACKING_CHARS_MAX};
use crate::modules::orders::flow::ParcelState;
use crate::modules::orders::fulfilment::ParcelAct;
use crate::modules::orders::purchase::Parcel;
use crate::modules::orders::shipments::{ParcelEntry, Part, Track};
use crate::page::format::{count, time};
use crate::page::goods::{ParcelBadge, numbers_of, read_pieces};
use crate::page::{Act, Badge, Column, Fact, Fields, Frame, List, Listed, Page, Tone, html, redirect};

const PATH: &str = "/vendor/parcels";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("open", "To send"),
    ("", "All"),
    ("planned", "Planned"),
    ("picking", "Picking"),
    ("packed", "Packed"),
    ("shipped", "On the way"),
    ("delivered", "Delivered"),
    ("returned", "Came back"),
    ("lost", "Lost"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(list_parcels), services.clone()),
        Route::new(Method::GET, "/vendor/parcels/{id}", Access::Vendor, get(get_parcel), services.clone()),
        Route::new(Method::POST, "/vendor/parcels/{id}", Access::Vendor, post(act), services.clone()),
    ]
}

fn parcel_of(id: &str) -> Result<ParcelId, Error> {
    ParcelId::parse(id).map_err(|_| Error::NotFound("parcel"))
}

async fn list_parcels(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("planned");
    let vendor = own(&member)?;
    let (parcels, more) = services.orders.list_shipments(vendor, &list).await?;
    let names = services.warehouse.list_names(vendor).await?;
    let empty = parcels.is_empty();
    let rows = parcels.into_iter().map(|parcel| {
        let warehouse = names.get(&parcel.warehouse).cloned().unwrap_or_default();
        row(parcel, warehouse)
    });
    let rows = rows.collect_view();
    let columns = vec![
        Column::plain("Parcel"),
        Column::plain("Warehouse"),
        Column::plain("Delivery"),
        Column::numbers("Pieces", ""),
        Column::plain("State"),
        Column::sorted("Since", "since"),
    ];
    let empty = empty.then_some("No such parcel.");
    let body = view! {
        <Listed path=PATH list label="Part of an order's number" states=STATES.to_vec() columns empty more>{rows}</Listed>
        <p class="acts"><a href="/vendor/warehouses">"Your warehouses"</a><a href="/vendor/freight">"Freight"</a></p>
    };
    Ok(html(Frame::of(&member, "Parcels", PATH), body))
}

fn row(parcel: ParcelEntry, warehouse: String) -> impl IntoView {
    let href = format!("{PATH}/{}", parcel.id);
    view! {
        <tr>
            <td class="head" data-label="Parcel">
                <a class="mono" href=href>{parcel.order}</a>
                {parcel.freight.then(|| view! { " "<Badge tone=Tone::Plain text="freight" /> })}
            </td>
            <td data-label="Warehouse">{warehouse}</td>
            <td data-label="Delivery">{parcel.delivery_kind}" to "{parcel.country}</td>
            <td data-label="Pieces" class="num">{count(parcel.pieces)}</td>
            <td data-label="State"><ParcelBadge state=parcel.state /></td>
            <td data-label="Since">{time(parcel.changed_ms)}</td>
        </tr>
    }
}

async fn get_parcel(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let vendor = own(&member)?;
    let (parcel, part, tracks) = services.orders.get_shipment(vendor, &parcel_of(&id)?).await?;
    let names = services.warehouse.list_names(vendor).await?;
    let warehouse = names.get(&parcel.warehouse).cloned().unwrap_or_default();
    let order = format!("/vendor/orders/{}", part.order);
    let title = if parcel.state.is_open() { "Pick list" } else { "Parcel" };
    let sent = [parcel.carrier.as_str(), parcel.tracking.as_str()].join(" ").trim().to_owned();
    let body = view! {
        <p class="lead"><ParcelBadge state=parcel.state />{parcel.freight.then(|| view! { " "<Badge tone=Tone::Plain text="freight" /> })}</p>
        <div class="card"><dl class="facts">
            <Fact name="Parcel" value=parcel.id.to_string() />
            <div><dt>"Order"</dt><dd><a class="mono" href=order>{part.order.to_string()}</a></dd></div>
            <Fact name="From" value=warehouse />
            <Fact name="Delivery" value=format!("{} to {}", part.delivery_kind, part.country) />
            {(!sent.is_empty()).then(|| view! { <Fact name="Carrier" value=sent /> })}
        </dl></div>
        <h2>"In it"</h2>
        <Contents parcel=parcel.clone() part=part.clone() />
        <Next parcel part />
        <Way tracks />
    };
    Ok(html(Frame::of(&member, title, PATH), body))
}

/// What is fetched for a parcel, or is in it: a list to print and tick off.
#[component]
fn Contents(parcel: Parcel, part: Part) -> impl IntoView {
    let rows = parcel.contents.iter().filter(|(_, pieces)| *pieces > 0).map(|(number, pieces)| {
        let (title, sku) = part.name_of(*number);
        let line = part.seller.lines.iter().find(|line| line.number == *number);
        let take = line.map(|line| format!("{} × {}", line.units * pieces, line.item)).unwrap_or_default();
        view! {
            <tr>
                <td class="head" data-label="Product"><span class="box" aria-hidden="true"></span>{title}<span class="sub mono">{sku}</span></td>
                <td data-label="From the shelf" class="mono">{take}</td>
                <td data-label="Pieces" class="num">{count(*pieces)}</td>
            </tr>
        }
    });
    view! {
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Product"</th><th scope="col">"From the shelf"</th>
                <th scope="col" class="num">"Pieces"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
}

/// What can be done with a parcel.
#[component]
fn Next(parcel: Parcel, part: Part) -> impl IntoView {
    let to = format!("{PATH}/{}", parcel.id);
    let hidden = |act: &'static str| view! { <input type="hidden" name="act" value=act /> };
    let acts = match parcel.state {
        ParcelState::Planned | ParcelState::Picking => view! {
            {(parcel.state == ParcelState::Planned).then(|| view! {
                <div class="acts"><Act to=to.clone() text="Start picking">{hidden("pick")}</Act></div>
            })}
            <h2>"Pack it"</h2>
            <form class="form card" method="post" action=to.clone()>
                {hidden("pack")}
                <PackFields parcel=parcel.clone() part />
                <p class="sub">"What you leave out goes in another parcel."</p>
                <button type="submit">"Close the parcel"</button>
            </form>
        }
        .into_any(),
        ParcelState::Packed => view! {
            <h2>"Hand it over"</h2>
            <form class="form card" method="post" action=to.clone()>
                {hidden("ship")}
                <div class="pair">
                    <div class="field">
                        <label for="carrier">"Carrier"</label>
                        <input id="carrier" name="carrier" maxlength=CARRIER_CHARS_MAX.to_string() required=true />
                    </div>
                    <div class="field">
                        <label for="tracking">"Tracking number"</label>
                        <input id="tracking" name="tracking" maxlength=TRACKING_CHARS_MAX.to_string() />
                    </div>
                </div>
                <button type="submit">"It left"</button>
            </form>
        }
        .into_any(),
        ParcelState::Shipped => view! {
            <div class="acts">
                <Act to=to.clone() text="It arrived">{hidden("deliver")}</Act>
                <Act to=to.clone() text="Came back, sellable" danger=true>{hidden("back-sellable")}</Act>
                <Act to=to.clone() text="Came back, damaged" danger=true>{hidden("back-damaged")}</Act>
                <Act to=to.clone() text="It is lost" danger=true>{hidden("lose")}</Act>
            </div>
            <form class="act" method="post" action=to.clone()>
                {hidden("note")}
                <input name="note" aria-label="Where it is" placeholder="Where it is" required=true maxlength=NOTE_CHARS_MAX.to_string() />
                <button type="submit" class="quiet">"Note it"</button>
            </form>
        }
        .into_any(),
        ParcelState::Delivered | ParcelState::Returned | ParcelState::Lost | ParcelState::Cancelled => {
            ().into_any()
        }
    };
    view! { <div class="doing">{acts}</div> }
}

#[component]
fn PackFields(parcel: Parcel, part: Part) -> impl IntoView {
    let fields = parcel.contents.into_iter().filter(|(_, pieces)| *pieces > 0).map(move |(number, pieces)| {
        let (title, sku) = part.name_of(number);
        let name = format!("pack-{number}");
        view! {
            <div class="field">
                <label for=name.clone()>{title}" "<span class="mono">{sku}</span></label>
                <input id=name.clone() name=name type="number" min="0" max=pieces.to_string() value=pieces.to_string() inputmode="numeric" />
            </div>
        }
    });
    fields.collect_view()
}

#[component]
fn Way(tracks: Vec<Track>) -> impl IntoView {
    let empty = tracks.is_empty();
    let items = tracks.into_iter().map(|track| {
        view! { <li><span class="sub">{time(track.at_ms)}</span>{track.text}</li> }
    });
    let items = items.collect_view();
    (!empty).then(|| view! { <h2>"Its way"</h2><ol class="way">{items}</ol> })
}

async fn act(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let (vendor, id) = (own(&member)?, parcel_of(&id)?);
    let act = match fields.text("act") {
        "pick" => ParcelAct::Pick,
        "pack" => {
            let (_, part, _) = services.orders.get_shipment(vendor, &id).await?;
            ParcelAct::Pack(read_pieces(&fields, "pack", &numbers_of(&part))?)
        }
        "ship" => ParcelAct::Ship(fields.text("carrier").to_owned(), fields.text("tracking").to_owned()),
        "deliver" => ParcelAct::Deliver,
        "lose" => ParcelAct::Lose,
        "back-sellable" => ParcelAct::TakeBack(true),
        "back-damaged" => ParcelAct::TakeBack(false),
        "note" => ParcelAct::Note(fields.text("note").to_owned()),
        _ => return Err(Error::invalid("act", "choose what is done").into()),
    };
    services.orders.act_on_parcel(&member, (vendor, &id), act).await?;
    Ok(redirect(&format!("{PATH}/{id}")))
}
