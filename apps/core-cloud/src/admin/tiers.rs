//! `/admin/tiers`: what customers have to buy and keep for a tier.

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_money::Money;
use leptos::prelude::*;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::customers::REPORTED;
use crate::modules::customers::tiers::Tier;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::count;
use crate::page::{
    Act, Empty, Failed, Field, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect,
};

const PATH: &str = "/admin/tiers";
/// The entry of the menu that it belongs to.
const MENU: &str = "/admin/customers";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Customers);
    vec![
        Route::new(Method::GET, PATH, access, get(list_tiers), services.clone()),
        Route::new(Method::POST, PATH, access, post(change_tier), services.clone()),
    ]
}

async fn list_tiers(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = match list.done.as_str() {
        "set" => Some("Kept. Customers are counted anew in the next minutes."),
        "removed" => Some("Taken away. Who had it has the tier below in the next minutes."),
        _ => None,
    };
    page(&services, &member, FormState::default(), done).await
}

async fn change_tier(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let name = fields.text("name");
    let (changed, done) = if fields.text("act") == "remove" {
        (services.customers.remove_tier(&member, name).await, "removed")
    } else {
        let asked = (fields.text("value"), fields.text("orders"));
        (services.customers.set_tier(&member, name, asked).await, "set")
    };
    match changed {
        Ok(()) => Ok(redirect(&format!("{PATH}?done={done}"))),
        Err(error) => page(&services, &member, FormState::refused(fields, error)?, None).await,
    }
}

async fn page(
    services: &Services,
    member: &Member,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let tiers = services.customers.list_tiers().await?;
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let empty = tiers.is_empty();
    let rows = tiers.into_iter().map(row).collect_view();
    let table = view! {
        <table class="stack">
            <thead><tr><th scope="col">"Tier"</th><th scope="col" class="num">"Bought and kept"</th>
                <th scope="col" class="num">"Orders"</th><th scope="col">"Do"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["name", "value", "orders"])}
        <p class="lead">{format!("A customer has the highest tier whose thresholds were both met within twelve months, in {} by \
            the rates of the day of each order.", REPORTED.code())}</p>
        <div class="card">
            {if empty { view! { <Empty text="There are no tiers." /> }.into_any() } else { table.into_any() }}
        </div>
        <h2>"Add or change a tier"</h2>
        <form class="form card" method="post" action=PATH>
            <Field form=form.clone() name="name" label="Name" required=true hint="Such as gold; a name that is there is changed." />
            <div class="pair">
                <Field form=form.clone() name="value" label="Bought and kept" required=true hint="Such as 1500.00" />
                <Field form=form.clone() name="orders" label="Orders" kind="number" required=true hint="Of which something was kept." />
            </div>
            <button type="submit">"Keep it"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Tiers", MENU), body))
}

fn row(tier: Tier) -> impl IntoView {
    let text = format!("Remove {}", tier.name);
    let name = tier.name.clone();
    view! {
        <tr>
            <td class="head" data-label="Tier">{tier.name}</td>
            <td class="num" data-label="Bought and kept">{Money::new(tier.value_min, REPORTED).to_string()}</td>
            <td class="num" data-label="Orders">{count(tier.orders_min)}</td>
            <td data-label="Do"><Act to=PATH text danger=true>
                <input type="hidden" name="act" value="remove" />
                <input type="hidden" name="name" value=name />
            </Act></td>
        </tr>
    }
}
