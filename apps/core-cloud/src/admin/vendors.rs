//! `/admin/vendors`: who wants to sell, what they handed in, and what is decided about them.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::VendorId;
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::vendors::service::{Dossier, Profile, method_name};
use crate::modules::vendors::state::{Item, State as Standing, Verdict};
use crate::page::format::time;
use crate::page::{
    Badge, Column, Fact, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Reasoned, Tone, html,
    html_with, redirect, with_all,
};
use crate::panel::papers::document_response;

const PATH: &str = "/admin/vendors";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Vendors);
    let document = "/admin/vendors/{id}/documents/{item}";
    vec![
        Route::new(Method::GET, PATH, access, get(list_vendors), services.clone()),
        Route::new(Method::GET, "/admin/vendors/{id}", access, get(show_vendor), services.clone()),
        Route::new(Method::POST, "/admin/vendors/{id}", access, post(decide), services.clone()),
        Route::new(Method::POST, "/admin/vendors/{id}/items/{item}", access, post(judge), services.clone()),
        Route::new(Method::GET, document, access, get(get_document), services.clone()),
    ]
}

/// How a vendor's state looks.
fn tone_of(state: Standing) -> Tone {
    match state {
        Standing::Draft => Tone::Plain,
        Standing::Submitted => Tone::Warn,
        Standing::Approved => Tone::Good,
        Standing::Rejected | Standing::Suspended => Tone::Bad,
    }
}

async fn list_vendors(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let mut vendors = services.vendors.list(&list).await?;
    let more = list.cut(&mut vendors);
    let waiting = services.vendors.count(Standing::Submitted).await?;
    let empty = vendors.is_empty();
    let rows = vendors.into_iter().map(row).collect_view();
    let columns = vec![
        Column::sorted("Vendor", "name"),
        Column::sorted("Country", "country"),
        Column::sorted("State", "state"),
        Column::sorted("Since", "changed"),
    ];
    let states = Standing::ALL.map(Standing::name).to_vec();
    let empty = empty.then_some("No vendor fits.");
    let body = view! {
        <p class="lead">{format!("{waiting} wait to be looked at.")}</p>
        <Listed path=PATH list label="Name or number" states=with_all(states) columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Vendors", PATH), body))
}

fn row(vendor: Profile) -> impl IntoView {
    let href = format!("{PATH}/{}", vendor.id);
    view! {
        <tr>
            <td class="head" data-label="Vendor"><a href=href>{vendor.name}</a><span class="sub mono">{vendor.id}</span></td>
            <td data-label="Country">{vendor.country}</td>
            <td data-label="State"><Badge tone=tone_of(vendor.state) text=vendor.state.name() /></td>
            <td data-label="Since">{time(vendor.changed_ms)}</td>
        </tr>
    }
}

fn vendor_of(id: &str) -> Result<VendorId, Error> {
    VendorId::parse(id).map_err(|_| Error::NotFound("vendor"))
}

async fn show_vendor(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let done = match list.done.as_str() {
        "judged" => Some("Noted."),
        "decided" => Some("Done; the vendor gets a mail."),
        _ => None,
    };
    page(&services, &member, &vendor_of(&id)?, FormState::default(), done).await
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let vendor = vendor_of(&id)?;
    let next = match fields.text("act") {
        "approve" | "restore" => Standing::Approved,
        "reject" => Standing::Rejected,
        "suspend" => Standing::Suspended,
        _ => return Err(Error::invalid("act", "choose one").into()),
    };
    match services.vendors.decide(&member, &vendor, next, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{vendor}?done=decided"))),
        Err(error) => page(&services, &member, &vendor, FormState::refused(fields, error)?, None).await,
    }
}

async fn judge(
    State(services): State<Services>,
    member: Member,
    Path((id, item)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    let vendor = vendor_of(&id)?;
    let item = Item::parse(&item).ok_or(Error::NotFound("item"))?;
    let verdict = match fields.text("act") {
        "accept" => Verdict::Accepted,
        "refuse" => Verdict::Refused,
        _ => return Err(Error::invalid("act", "choose one").into()),
    };
    match services.vendors.judge(&member, &vendor, item, verdict, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{vendor}?done=judged"))),
        Err(error) => page(&services, &member, &vendor, FormState::refused(fields, error)?, None).await,
    }
}

async fn get_document(
    State(services): State<Services>,
    _member: Member,
    Path((id, item)): Path<(String, String)>,
) -> Page {
    let item = Item::parse(&item).ok_or(Error::NotFound("document"))?;
    let (ext, bytes) = services.vendors.get_document(&vendor_of(&id)?, item).await?;
    Ok(document_response(item, &ext, bytes))
}

async fn page(
    services: &Services,
    member: &Member,
    id: &VendorId,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let dossier = services.vendors.get(id).await?;
    let people = services.members.list_of_vendor(id).await?;
    let people: Vec<String> =
        people.into_iter().map(|person| format!("{} <{}>", person.name, person.email)).collect();
    let Profile { name, country, state, reason, business, about, methods, .. } = dossier.profile.clone();
    let accepted: Vec<_> = methods.iter().map(|method| method_name(method)).collect();
    let items = Item::ALL.map(|item| item_row(&dossier, item)).collect_view();
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let address = format!("{}, {} {}", business.street, business.postcode, business.city);
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        <p class="acts"><Badge tone=tone_of(state) text=state.name() /></p>
        {(!reason.is_empty()).then(|| view! { <Notice tone=Tone::Warn text=format!("Reason: {reason}") /> })}
        <Decisions dossier=dossier.clone() />
        <h2>"Business"</h2>
        <div class="card"><dl class="facts">
            <Fact name="Country" value=country />
            <Fact name="Legal name" value=business.legal_name />
            <Fact name="Register number" value=business.register_number />
            <Fact name="VAT number" value=business.vat_id />
            <Fact name="Address" value=address />
            <Fact name="Phone" value=business.phone />
            <Fact name="Accepts" value=accepted.join(", ") />
            <Fact name="People" value=people.join(", ") />
            <Fact name="About" value=about />
        </dl></div>
        <h2>"Checklist"</h2>
        <div class="card">
            <table class="stack">
                <thead><tr><th scope="col">"What"</th><th scope="col">"State"</th><th scope="col">"Handed in"</th><th scope="col">"Decide"</th></tr></thead>
                <tbody>{items}</tbody>
            </table>
        </div>
    };
    Ok(html_with(status, Frame::of(member, &name, PATH), body))
}

/// What can be decided about the vendor now.
#[component]
fn Decisions(dossier: Dossier) -> impl IntoView {
    let to = format!("{PATH}/{}", dossier.profile.id);
    match dossier.profile.state {
        Standing::Submitted => view! {
            <div class="acts">
                <Reasoned to=to.clone() act="approve" text="Approve" />
                <Reasoned to act="reject" text="Reject" reason="Reason for the vendor" danger=true />
            </div>
        }
        .into_any(),
        Standing::Approved => view! {
            <div class="acts"><Reasoned to act="suspend" text="Suspend" reason="Reason for the vendor" danger=true /></div>
        }
        .into_any(),
        Standing::Suspended => {
            view! { <div class="acts"><Reasoned to act="restore" text="Restore" /></div> }.into_any()
        }
        Standing::Draft | Standing::Rejected => {
            view! { <p class="lead">"The vendor is still handing in."</p> }.into_any()
        }
    }
}

fn item_row(dossier: &Dossier, item: Item) -> impl IntoView + use<> {
    let handed = dossier.get(item).cloned();
    let path = format!("{PATH}/{}", dossier.profile.id);
    let (tone, state) = match handed.as_ref().map(|handed| handed.verdict) {
        None => (Tone::Plain, "missing"),
        Some(Verdict::Open) => (Tone::Warn, "open"),
        Some(Verdict::Accepted) => (Tone::Good, "accepted"),
        Some(Verdict::Refused) => (Tone::Bad, "refused"),
    };
    let reason = handed.as_ref().map(|handed| handed.reason.clone()).unwrap_or_default();
    let since = handed.as_ref().map_or_else(String::new, |handed| time(handed.changed_ms));
    let document = handed.as_ref().filter(|handed| handed.document.is_some()).map(|handed| {
        let text = format!("{}, {} KiB", handed.ext, handed.size_bytes / 1024 + 1);
        view! { <a class="sub" href=format!("{path}/documents/{}", item.name())>{text}</a> }
    });
    let decides = (dossier.profile.state == Standing::Submitted && handed.is_some()).then(|| {
        let to = format!("{path}/items/{}", item.name());
        view! {
            <div class="acts">
                <Reasoned to=to.clone() act="accept" text="Accept" />
                <Reasoned to act="refuse" text="Refuse" reason="Reason" danger=true />
            </div>
        }
    });
    view! {
        <tr>
            <td class="head" data-label="What">{item.title()}</td>
            <td data-label="State"><span class="stacked"><Badge tone text=state /><span class="sub">{reason}</span></span></td>
            <td data-label="Handed in"><span class="stacked">{since}{document}</span></td>
            <td data-label="Decide">{decides}</td>
        </tr>
    }
}
