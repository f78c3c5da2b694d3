//! `/admin/statements`: importing statements of the bank account, and deciding about lines that fit no order.

use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::payments::STATEMENT_BYTES_MAX;
use crate::modules::payments::statements::{Imported, Stored};
use crate::page::format::{count, query_value, time};
use crate::page::{
    Empty, Failed, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, read_upload, redirect,
};

const PATH: &str = "/admin/statements";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Payments);
    vec![
        Route::new(Method::GET, PATH, access, get(list_statements), services.clone()),
        Route::new(Method::POST, PATH, access, post(import_statements), services.clone()),
        Route::new(Method::POST, "/admin/statements/lines/{id}", access, post(decide), services.clone()),
    ]
}

async fn list_statements(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = match list.done.as_str() {
        "imported" => Some("The statement was imported."),
        "decided" => Some("Done."),
        _ => None,
    };
    page(&services, &member, done, StatusCode::OK, FormState::default()).await
}

async fn import_statements(State(services): State<Services>, member: Member, request: Request) -> Page {
    let imported = match read_upload(request, STATEMENT_BYTES_MAX, 1).await {
        Ok(upload) => {
            let file = upload.files.into_iter().next().unwrap_or_default();
            services.payments.import_statements(&member.id, &file).await.map(|_| ())
        }
        Err(unread) => Err(unread.into()),
    };
    match imported {
        Ok(()) => Ok(redirect(&format!("{PATH}?done=imported"))),
        Err(error) => {
            let form = FormState::refused(Fields::default(), error)?;
            page(&services, &member, None, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let decided = match fields.text("act") {
        "assign" => services.payments.assign_line(&member, &id, fields.text("order")).await,
        "return" => services.payments.return_line(&member, &id, fields.text("reason")).await,
        _ => Err(Error::invalid("act", "choose one")),
    };
    match decided {
        Ok(()) => Ok(redirect(&format!("{PATH}?done=decided"))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(&services, &member, None, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    done: Option<&'static str>,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let (statements, open) = services.payments.list_statements().await?;
    let (none, settled) = (statements.is_empty(), open.is_empty());
    let statements = statements.into_iter().map(statement_row).collect_view();
    let open = open.into_iter().map(line_row).collect_view();
    let body = view! {
        {form.rest(&[])}
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        <form class="form card" method="post" action=PATH enctype="multipart/form-data">
            <div class="field">
                <label for="file">"Statement of the bank account"</label>
                <span class="sub">"CAMT.053 (XML), version .02 or .08, up to 16 MiB. What was imported before is passed over."</span>
                <input id="file" name="file" type="file" accept=".xml,application/xml,text/xml" required=true />
            </div>
            <div class="acts"><button type="submit">"Import"</button></div>
        </form>
        <h2>"Lines to decide"</h2>
        <p class="sub">"Names and words of payers stay in the bank's own statement: look an entry up there by its number."</p>
        <div class="card">
            {if settled { view! { <Empty text="Every line has found its order." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Entry"</th><th scope="col">"Booked"</th><th scope="col" class="num">"Amount"</th>
                        <th scope="col">"Says"</th><th scope="col">"Why it is open"</th><th scope="col">"Decide"</th>
                    </tr></thead>
                    <tbody>{open}</tbody>
                </table>
            }.into_any() }}
        </div>
        <h2>"Imported"</h2>
        <div class="card">
            {if none { view! { <Empty text="No statement yet." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Statement"</th><th scope="col">"Account"</th><th scope="col">"Imported"</th>
                        <th scope="col">"By"</th><th scope="col" class="num">"Lines"</th><th scope="col" class="num">"Known before"</th>
                    </tr></thead>
                    <tbody>{statements}</tbody>
                </table>
            }.into_any() }}
        </div>
    };
    Ok(html_with(status, Frame::of(member, "Bank statements", PATH), body))
}

fn statement_row(statement: Imported) -> impl IntoView {
    view! {
        <tr>
            <td class="head" data-label="Statement">{statement.name}</td>
            <td data-label="Account" class="mono">{statement.account}</td>
            <td data-label="Imported">{time(statement.imported_ms)}</td>
            <td data-label="By" class="mono">{statement.imported_by}</td>
            <td data-label="Lines" class="num">{count(statement.lines)}</td>
            <td data-label="Known before" class="num">{count(statement.known)}</td>
        </tr>
    }
}

fn line_row(line: Stored) -> impl IntoView {
    let to = format!("{PATH}/lines/{}", query_value(&line.id));
    let back = to.clone();
    let credit = line.way == "credit";
    let sign = if credit { "" } else { "-" };
    view! {
        <tr>
            <td class="head" data-label="Entry"><span class="mono">{line.entry}</span><span class="sub mono">{line.account}</span></td>
            <td data-label="Booked">{line.booked}</td>
            <td data-label="Amount" class="num">{format!("{sign}{}", line.amount)}</td>
            <td data-label="Says" class="mono">{line.said}</td>
            <td data-label="Why it is open">{line.reason.replace('_', " ")}</td>
            <td data-label="Decide"><div class="acts">
                {credit.then(|| view! {
                    <form class="act" method="post" action=to>
                        <input type="hidden" name="act" value="assign" />
                        <input name="order" aria-label="Order" placeholder="ord_…" required=true maxlength="96" />
                        <button type="submit" class="quiet">"Assign"</button>
                    </form>
                })}
                <form class="act" method="post" action=back>
                    <input type="hidden" name="act" value="return" />
                    <input name="reason" aria-label="Reason" placeholder="Why" required=true maxlength="500" />
                    <button type="submit" class="danger">{if credit { "Mark as returned" } else { "Mark as settled" }}</button>
                </form>
            </div></td>
        </tr>
    }
}
