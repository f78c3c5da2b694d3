//! `/admin/commissions`: what the marketplace keeps of sales. `/admin/rates`: rates of exchange.

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::accounting::export::date;
use crate::modules::accounting::plans::{Plan, percent};
use crate::modules::accounting::rates::{RATE_AGE_DAYS_MAX, Rate, shown};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::{
    Area, Empty, Failed, Field, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect,
};

const COMMISSIONS: &str = "/admin/commissions";
const RATES: &str = "/admin/rates";
/// The entry of the menu that both belong to.
const MENU: &str = "/admin/ledger";
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Books);
    vec![
        Route::new(Method::GET, COMMISSIONS, access, get(list_plans), services.clone()),
        Route::new(Method::POST, COMMISSIONS, access, post(add_plan), services.clone()),
        Route::new(Method::GET, RATES, access, get(list_rates), services.clone()),
        Route::new(Method::POST, RATES, access, post(import_rates), services.clone()),
    ]
}

async fn list_plans(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = (list.done == "added").then_some("Added. What is sold from that day on goes by it.");
    plans_page(&services, &member, FormState::default(), done).await
}

async fn add_plan(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let who = (fields.text("vendor"), fields.text("category"));
    let terms = (fields.text("percent"), fields.text("from"));
    match services.accounting.add_plan(&member, who, terms).await {
        Ok(()) => Ok(redirect("/admin/commissions?done=added")),
        Err(error) => plans_page(&services, &member, FormState::refused(fields, error)?, None).await,
    }
}

fn status_of(form: &FormState) -> StatusCode {
    if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

async fn plans_page(
    services: &Services,
    member: &Member,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let plans = services.accounting.list_plans().await?;
    let rows = plans.into_iter().map(plan_row).collect_view();
    let status = status_of(&form);
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["vendor", "category", "percent", "from"])}
        <p class="lead">"The plan that says most goes first: of a vendor's goods in a category, of a vendor, of a category, of all.
            It is taken of prices without tax, and frozen when an order is placed."</p>
        <div class="card">
            <table class="stack">
                <thead><tr><th scope="col">"Vendor"</th><th scope="col">"Category"</th><th scope="col">"From"</th>
                    <th scope="col" class="num">"Commission"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <h2>"Add a plan"</h2>
        <form class="form card" method="post" action=COMMISSIONS>
            <div class="pair">
                <Field form=form.clone() name="vendor" label="Vendor" hint="Its number, ven_…; nothing for all." />
                <Field form=form.clone() name="category" label="Category" hint="Its short name; nothing for all." />
            </div>
            <div class="pair">
                <Field form=form.clone() name="percent" label="Percent" required=true hint="Such as 12.5" />
                <Field form=form.clone() name="from" label="From" kind="date" required=true hint="Today or later." />
            </div>
            <button type="submit">"Add it"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Commission", MENU), body))
}

fn plan_row(plan: Plan) -> impl IntoView {
    let all = |text: String| if text.is_empty() { "all".to_owned() } else { text };
    let from = if plan.from_ms == 0 { "always".to_owned() } else { date(plan.from_ms) };
    view! {
        <tr>
            <td class="mono" data-label="Vendor">{all(plan.vendor)}</td>
            <td class="mono" data-label="Category">{all(plan.category)}</td>
            <td data-label="From">{from}</td>
            <td class="num" data-label="Commission">{format!("{} %", percent(plan.ppm))}</td>
        </tr>
    }
}

async fn list_rates(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = (list.done == "imported").then_some("Imported.");
    rates_page(&services, &member, FormState::default(), done).await
}

async fn import_rates(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let imported = match fields.text("rates") {
        "" => Err(Error::invalid("rates", "is missing")),
        text => services.accounting.import_rates(&member, text).await,
    };
    match imported {
        Ok(_) => Ok(redirect("/admin/rates?done=imported")),
        Err(error) => rates_page(&services, &member, FormState::refused(fields, error)?, None).await,
    }
}

async fn rates_page(
    services: &Services,
    member: &Member,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let rates = services.accounting.list_rates().await?;
    let empty = rates.is_empty();
    let rows = rates.into_iter().map(rate_row).collect_view();
    let status = status_of(&form);
    let lead = format!(
        "What a euro was worth, as the European Central Bank says. A day without a rate takes the last one that is not older \
         than {RATE_AGE_DAYS_MAX} days; without one, sums in that currency wait."
    );
    let table = view! {
        <table class="stack">
            <thead><tr><th scope="col">"Currency"</th><th scope="col">"Day"</th><th scope="col" class="num">"For one euro"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["rates"])}
        <p class="lead">{lead}</p>
        <div class="card">
            {if empty { view! { <Empty text="There are no rates yet." /> }.into_any() } else { table.into_any() }}
        </div>
        <h2>"Import rates"</h2>
        <form class="form card" method="post" action=RATES>
            <Area form=form.clone() name="rates" label="Rates" rows=8 required=true
                hint="Lines of the bank's eurofxref-hist.csv with its head: Date,USD,GBP, then 2027-01-29,1.0843,0.8391" />
            <button type="submit">"Import them"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Rates of exchange", MENU), body))
}

fn rate_row(rate: Rate) -> impl IntoView {
    view! {
        <tr>
            <td data-label="Currency">{rate.currency.code()}</td>
            <td data-label="Day">{date(rate.day * DAY_MS)}</td>
            <td class="num" data-label="For one euro">{shown(rate.micros)}</td>
        </tr>
    }
}
