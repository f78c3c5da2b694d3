//! `/admin/customers`: who bought, by pseudonym, and who may not.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_money::Money;
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::customers::service::{Block, Customer};
use crate::modules::customers::tiers::TierChange;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::orders::service::OrderView;
use crate::page::format::{count, query_value, time};
use crate::page::{
    Area, Badge, Column, Empty, Fact, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Tone,
    html, html_with, redirect,
};

const PATH: &str = "/admin/customers";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("", "All"),
    ("blocked", "Blocked"),
    ("watched", "Watched"),
    ("account", "Accounts"),
    ("guest", "Addresses"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Customers);
    vec![
        Route::new(Method::GET, PATH, access, get(list_customers), services.clone()),
        Route::new(Method::GET, "/admin/customers/{id}", access, get(get_customer), services.clone()),
        Route::new(Method::POST, "/admin/customers/{id}/block", access, post(block), services.clone()),
        Route::new(Method::POST, "/admin/customers/{id}/unblock", access, post(unblock), services.clone()),
    ]
}

async fn list_customers(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-last");
    let (customers, more) = services.customers.list_customers(&list).await?;
    let empty = customers.is_empty();
    let rows = customers.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Customer"),
        Column::plain("Kind"),
        Column::numbers("Orders", "orders"),
        Column::numbers("Kept", "value"),
        Column::plain("Tier"),
        Column::sorted("Last order", "last"),
        Column::sorted("Standing", "since"),
    ];
    let empty = empty.then_some("No such customer.");
    let body = view! {
        <p class="lead">"Pseudonyms of accounts, and of the e-mail addresses that orders were placed with. "
            <a href="/admin/tiers">"Tiers"</a>" go by what was kept within twelve months."</p>
        <Listed path=PATH list label="Part of a pseudonym" states=STATES.to_vec() columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Customers", PATH), body))
}

fn kind_of(customer: &Customer) -> &'static str {
    if customer.is_account { "account" } else { "address" }
}

fn listed(amounts: impl Iterator<Item = Money>) -> String {
    amounts.map(|amount| amount.to_string()).collect::<Vec<_>>().join(", ")
}

fn tier_of(tier: &str) -> String {
    if tier.is_empty() { "none".to_owned() } else { tier.to_owned() }
}

/// What a code of watching says.
fn reason_of(code: &str) -> &'static str {
    match code {
        "chargeback" => "A payment of the last twelve months was disputed.",
        "returns_refused" => "Several returns of the last twelve months were refused, in whole or in part.",
        "returns_many" => "Something came back of at least half of the orders of the last twelve months.",
        _ => "Look at the orders.",
    }
}

fn row(customer: Customer) -> impl IntoView {
    let href = link(&customer.pseudonym);
    let (kind, tier, standing) = (kind_of(&customer), tier_of(&customer.tier), customer.standing());
    view! {
        <tr>
            <td class="head" data-label="Customer"><a class="mono" href=href>{customer.pseudonym}</a></td>
            <td data-label="Kind">{kind}</td>
            <td data-label="Orders" class="num">{count(customer.orders)}</td>
            <td data-label="Kept" class="num">{customer.value.to_string()}</td>
            <td data-label="Tier">{tier}</td>
            <td data-label="Last order">{time(customer.last_ms)}</td>
            <td data-label="Standing"><Standing standing /></td>
        </tr>
    }
}

#[component]
fn Standing(standing: &'static str) -> impl IntoView {
    let tone = match standing {
        "blocked" => Tone::Bad,
        "watched" => Tone::Warn,
        _ => Tone::Good,
    };
    view! { <Badge tone text=standing /> }
}

fn link(pseudonym: &str) -> String {
    format!("{PATH}/{}", query_value(pseudonym))
}

async fn get_customer(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let done = match list.done.as_str() {
        "blocked" => Some("Blocked. The region's POPs refuse the next checkout as soon as they hear of it."),
        "unblocked" => Some("This customer may buy again."),
        _ => None,
    };
    page(&services, &member, &id, StatusCode::OK, FormState::default(), done).await
}

async fn block(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let done = services.customers.block(&member, &id, fields.text("reason")).await;
    answer(&services, &member, &id, done, "blocked", fields).await
}

async fn unblock(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let done = services.customers.unblock(&member, &id, fields.text("reason")).await;
    answer(&services, &member, &id, done, "unblocked", fields).await
}

async fn answer(
    services: &Services,
    member: &Member,
    id: &str,
    done: Result<(), Error>,
    what: &str,
    fields: Fields,
) -> Page {
    match done {
        Ok(()) => Ok(redirect(&format!("{}?done={what}", link(id)))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(services, member, id, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    id: &str,
    status: StatusCode,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let (customer, linked) = services.customers.get_customer(id).await?;
    let changes = services.customers.list_tier_changes(id).await?;
    let orders = List { q: id.to_owned(), ..List::default() }.sorted("-placed");
    let (orders, more) = services.orders.find_orders(&orders).await?;
    let rows = orders.into_iter().map(order_row).collect_view();
    let all = format!("/admin/orders?q={}", query_value(id));
    let linked = linked.into_iter().map(|linked| {
        let href = link(&linked);
        view! { <li><a class="mono" href=href>{linked}</a></li> }
    });
    let linked = linked.collect_view();
    let kind = kind_of(&customer);
    let bought = listed(customer.sums.iter().map(|spent| spent.bought));
    let kept = listed(customer.sums.iter().map(|spent| spent.kept));
    let recent = format!("{} in {} orders", customer.recent_value, count(customer.recent_orders));
    let watched =
        customer.watched.iter().map(|code| view! { <Notice tone=Tone::Warn text=reason_of(code) /> });
    let watched = watched.collect_view();
    let standing = customer.standing();
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["reason"])}
        <p class="lead"><Standing standing /></p>
        {watched}
        <div class="card"><dl class="facts">
            <Fact name="Kind" value=kind />
            <Fact name="Region" value=if customer.region.is_empty() { "several".to_owned() } else { customer.region.clone() } />
            <Fact name="Orders" value=count(customer.orders) />
            <Fact name="Bought" value=bought />
            <Fact name="Kept" value=kept />
            <Fact name="Kept of all, in one currency" value=customer.value.to_string() />
            <Fact name="Kept within twelve months" value=recent />
            <Fact name="Tier" value=tier_of(&customer.tier) />
            <Fact name="First order" value=time(customer.first_ms) />
            <Fact name="Last order" value=time(customer.last_ms) />
        </dl></div>
        <BlockForm id=id.to_owned() block=customer.block form />
        <h2>"Tiers"</h2>
        <TierChanges changes />
        <h2>"Linked by orders"</h2>
        <ul>{linked}</ul>
        <h2>"Orders"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Order"</th><th scope="col">"Placed"</th><th scope="col">"State"</th>
                <th scope="col" class="num">"Total"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        {more.then(|| view! { <p class="pager"><a href=all>"All orders"</a></p> })}
    };
    Ok(html_with(status, Frame::of(member, "Customer", PATH), body))
}

/// Tiers that a customer got and lost.
#[component]
fn TierChanges(changes: Vec<TierChange>) -> impl IntoView {
    if changes.is_empty() {
        return view! { <div class="card"><Empty text="This customer never had a tier." /></div> }.into_any();
    }
    let rows = changes.into_iter().map(|change| {
        view! {
            <tr>
                <td class="head" data-label="Tier">{tier_of(&change.tier)}</td>
                <td data-label="Since">{time(change.changed_ms)}</td>
            </tr>
        }
    });
    view! {
        <div class="card"><table class="stack">
            <thead><tr><th scope="col">"Tier"</th><th scope="col">"Since"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

/// Blocks, or says why it is blocked and unblocks.
#[component]
fn BlockForm(id: String, block: Option<Block>, form: FormState) -> impl IntoView {
    let (act, text) = if block.is_some() { ("unblock", "Unblock") } else { ("block", "Block") };
    let action = format!("{}/{act}", link(&id));
    let class = if block.is_some() { "quiet" } else { "danger" };
    let why = block.map(|block| {
        let via = block.via.map(|via| format!(", for the sake of {via}")).unwrap_or_default();
        let text = format!("Blocked {} by {}{via}: {}", time(block.since_ms), block.by, block.reason);
        view! { <Notice tone=Tone::Bad text /> }
    });
    view! {
        <h2>{text}</h2>
        {why}
        <form class="form card" method="post" action=action>
            <Area form name="reason" label="Reason" rows=2 required=true hint="Kept in the core and in the audit log; nothing personal." />
            <button type="submit" class=class>{text}</button>
        </form>
    }
}

fn order_row(order: OrderView) -> impl IntoView {
    let href = format!("/admin/orders/{}", order.id);
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=href>{order.id}</a></td>
            <td data-label="Placed">{time(order.placed_ms)}</td>
            <td data-label="State">{order.status}</td>
            <td data-label="Total" class="num">{order.total.to_string()}</td>
        </tr>
    }
}
