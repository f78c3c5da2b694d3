//! `/vendor`: where a vendor stands, and what is missing.

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::vendors::service::Dossier;
use crate::modules::vendors::state::{Item, State as Standing, Verdict};
use crate::page::format::time;
use crate::page::{
    Act, Badge, Failed, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect,
};

const PATH: &str = "/vendor";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    vec![
        Route::new(Method::GET, PATH, Access::Vendor, get(show_home), services.clone()),
        Route::new(Method::POST, "/vendor/submit", Access::Vendor, post(submit), services.clone()),
    ]
}

async fn show_home(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = match list.done.as_str() {
        "handed-in" => Some("Thank you: it is kept."),
        "submitted" => Some("Your papers are on their way to us."),
        _ => None,
    };
    page(&services, &member, StatusCode::OK, FormState::default(), done).await
}

async fn submit(State(services): State<Services>, member: Member) -> Page {
    match services.vendors.submit(&member, own(&member)?).await {
        Ok(()) => Ok(redirect("/vendor?done=submitted")),
        Err(error) => {
            let form = FormState::refused(Fields::default(), error)?;
            page(&services, &member, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
        }
    }
}

/// The page, which a document that was refused leads back to.
pub async fn page(
    services: &Services,
    member: &Member,
    status: StatusCode,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let dossier = services.vendors.get(own(member)?).await?;
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        <Standings dossier=dossier.clone() />
        {(dossier.profile.state != Standing::Approved && dossier.profile.state != Standing::Suspended)
            .then(|| view! { <Checklist dossier=dossier.clone() /> })}
    };
    Ok(html_with(status, Frame::of(member, &dossier.profile.name, PATH), body))
}

#[component]
fn Standings(dossier: Dossier) -> impl IntoView {
    let reason = dossier.profile.reason.clone();
    let (tone, text) = match dossier.profile.state {
        Standing::Draft => (
            Tone::Warn,
            "You cannot sell yet. Hand in what the list below asks for, then submit it.".to_owned(),
        ),
        Standing::Submitted => {
            (Tone::Plain, "Your papers are being looked at. You will get a mail.".to_owned())
        }
        Standing::Rejected => (Tone::Bad, format!("Your papers need another look: {reason}")),
        Standing::Approved => (Tone::Good, "You are approved: you can sell.".to_owned()),
        Standing::Suspended => {
            (Tone::Bad, format!("Your shop is suspended and its products are off the shop: {reason}"))
        }
    };
    let approved = dossier.profile.state == Standing::Approved;
    view! {
        <Notice tone text />
        {approved.then(|| view! {
            <p class="acts">
                <a class="button" href="/vendor/products">"Your products"</a>
                <a class="button" href="/vendor/promotions">"Promote one"</a>
            </p>
        })}
    }
}

#[component]
fn Checklist(dossier: Dossier) -> impl IntoView {
    let open = dossier.profile.state.is_open();
    let ready = open && dossier.missing().is_empty();
    let rows = Item::ALL.map(|item| row(&dossier, item, open)).collect_view();
    view! {
        <h2>"What we ask for"</h2>
        <div class="card">
            <table class="stack">
                <thead><tr>
                    <th scope="col">"What"</th><th scope="col">"State"</th><th scope="col">"Handed in"</th><th scope="col">"Do"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {ready.then(|| view! {
            <div class="acts"><Act to="/vendor/submit" text="Submit for review" /></div>
        })}
    }
}

fn row(dossier: &Dossier, item: Item, open: bool) -> impl IntoView + use<> {
    let handed = dossier.get(item).cloned();
    let (tone, state) = match handed.as_ref().map(|handed| handed.verdict) {
        None => (Tone::Warn, "missing"),
        Some(Verdict::Open) => (Tone::Plain, "handed in"),
        Some(Verdict::Accepted) => (Tone::Good, "accepted"),
        Some(Verdict::Refused) => (Tone::Bad, "mend this"),
    };
    let reason = handed.as_ref().map(|handed| handed.reason.clone()).filter(|reason| !reason.is_empty());
    let since = handed.as_ref().map_or_else(String::new, |handed| time(handed.changed_ms));
    let path = format!("/vendor/documents/{}", item.name());
    let document = handed.is_some_and(|handed| handed.document.is_some());
    let action = if item == Item::Business {
        open.then(|| view! { <a href="/vendor/business">"Fill in"</a> }.into_any())
    } else {
        open.then(|| {
            let label = format!("File: {}", item.title());
            view! {
                <form class="act" method="post" action=path.clone() enctype="multipart/form-data">
                    <input type="file" name="file" accept="application/pdf,image/png,image/jpeg" aria-label=label required=true />
                    <button type="submit" class="quiet">"Upload"</button>
                </form>
            }
            .into_any()
        })
    };
    view! {
        <tr>
            <td class="head" data-label="What">{item.title()}<span class="sub">{item.hint()}</span></td>
            <td data-label="State"><span class="stacked"><Badge tone text=state />{reason.map(|reason| view! { <span class="sub">{reason}</span> })}</span></td>
            <td data-label="Handed in"><span class="stacked">{since}{document.then(|| view! { <a class="sub" href=path>"Your file"</a> })}</span></td>
            <td data-label="Do">{action}</td>
        </tr>
    }
}
