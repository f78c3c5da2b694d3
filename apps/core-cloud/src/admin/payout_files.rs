//! `/admin/payouts/files`: payouts by bank transfer as files for the bank.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, Method, StatusCode, header};
use leptos::prelude::*;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::payouts::files::PayoutFile;
use crate::page::format::{count, time};
use crate::page::{
    Act, Empty, Failed, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect,
};

const PATH: &str = "/admin/payouts/files";
/// The entry of the menu that it belongs to.
const MENU: &str = "/admin/payouts";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Books);
    vec![
        Route::new(Method::GET, PATH, access, get(list_files), services.clone()),
        Route::new(Method::POST, PATH, access, post(make_file), services.clone()),
        Route::new(Method::GET, "/admin/payouts/files/{id}", access, get(get_file), services.clone()),
    ]
}

async fn list_files(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = (list.done == "made").then_some("Made. Download it below, and hand it in at the bank once.");
    page(&services, &member, (StatusCode::OK, FormState::default()), done).await
}

async fn make_file(State(services): State<Services>, member: Member) -> Page {
    match services.payout_files.make(&member).await {
        Ok(_) => Ok(redirect("/admin/payouts/files?done=made")),
        Err(error) => {
            let form = FormState::refused(Fields::default(), error)?;
            page(&services, &member, (StatusCode::CONFLICT, form), None).await
        }
    }
}

async fn get_file(State(services): State<Services>, Path(id): Path<String>) -> Page {
    let text = services.payout_files.get(&id).await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{id}.xml\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/xml")),
        (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, text).into_response())
}

async fn page(
    services: &Services,
    member: &Member,
    (status, form): (StatusCode, FormState),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let files = services.payout_files.list().await?;
    let empty = files.is_empty();
    let rows = files.into_iter().map(row).collect_view();
    let table = view! {
        <table class="stack">
            <thead><tr><th scope="col">"File"</th><th scope="col">"Made"</th><th scope="col">"By"</th>
                <th scope="col" class="num">"Payouts"</th><th scope="col" class="num">"Wait for the statement"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let unknown = (!services.payout_files.has_account()).then(|| {
        let text =
            "The account that payouts are made from is not known: set KIOSK_BANK_HOLDER and KIOSK_BANK_IBAN.";
        view! { <Notice tone=Tone::Warn text /> }
    });
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        {unknown}
        <p class="lead">"A file (pain.001) has all approved payouts by bank transfer that are in none yet. They stay due until the
            statement has them."</p>
        <div class="acts"><Act to=PATH text="Make a file" /></div>
        <div class="card">
            {if empty { view! { <Empty text="There are no files yet." /> }.into_any() } else { table.into_any() }}
        </div>
        <p><a href=MENU>"All payouts"</a></p>
    };
    Ok(html_with(status, Frame::of(member, "Files for the bank", MENU), body))
}

fn row(file: PayoutFile) -> impl IntoView {
    let href = format!("{PATH}/{}", file.id);
    view! {
        <tr>
            <td class="head" data-label="File"><a class="mono" href=href download="">{file.id}</a></td>
            <td data-label="Made">{time(file.made_ms)}</td>
            <td class="mono" data-label="By">{file.made_by}</td>
            <td class="num" data-label="Payouts">{count(file.payouts)}</td>
            <td class="num" data-label="Wait for the statement">{count(file.waiting)}</td>
        </tr>
    }
}
