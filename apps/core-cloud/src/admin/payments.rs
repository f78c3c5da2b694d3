//! `/admin/payments`: how orders are paid, what hangs, and what is to be paid by hand.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::payments::service::{Decision, Desk, Dossier};
use crate::modules::payments::state::{Claim, Kind, Movement, Payment, State as Standing, Step};
use crate::modules::payments::webhooks::Heard;
use crate::page::format::{query_value, time};
use crate::page::{
    Badge, Column, Empty, Fact, Failed, Fields, FormState, Frame, List, Listed, Notice, Page, Reasoned, Tile,
    Tone, html_with, redirect,
};

const PATH: &str = "/admin/payments";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("", "All"),
    ("attention", "To look at"),
    ("awaiting", "Awaiting money"),
    ("authorised", "Authorised"),
    ("partly_paid", "Partly paid"),
    ("paid", "Paid"),
    ("partly_refunded", "Partly refunded"),
    ("refunded", "Refunded"),
    ("disputed", "Disputed"),
    ("cancelled", "Cancelled"),
    ("failed", "Failed"),
    ("stripe", "By card (Stripe)"),
    ("paypal", "By PayPal"),
    ("bank", "To the bank account"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Payments);
    vec![
        Route::new(Method::GET, PATH, access, get(list_payments), services.clone()),
        Route::new(Method::GET, "/admin/payments/{order}", access, get(get_payment), services.clone()),
        Route::new(Method::POST, "/admin/payments/{order}", access, post(looked_at), services.clone()),
        Route::new(Method::POST, "/admin/movements/{id}", access, post(decide), services.clone()),
    ]
}

/// A stored code for people.
fn words(code: &str) -> String {
    code.replace('_', " ")
}

const fn tone_of(state: Standing) -> Tone {
    match state {
        Standing::Awaiting | Standing::Authorised | Standing::PartlyPaid => Tone::Warn,
        Standing::Paid => Tone::Good,
        Standing::Disputed | Standing::Failed => Tone::Bad,
        Standing::PartlyRefunded | Standing::Refunded | Standing::Cancelled => Tone::Plain,
    }
}

const fn tone_of_step(step: Step) -> Tone {
    match step {
        Step::Due | Step::Payable => Tone::Warn,
        Step::Done | Step::Won => Tone::Good,
        Step::Failed => Tone::Bad,
    }
}

async fn list_payments(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-placed");
    let done = (list.done == "decided").then_some("Done.");
    page_of_list(&services, &member, list, done, StatusCode::OK, FormState::default()).await
}

async fn page_of_list(
    services: &Services,
    member: &Member,
    list: List,
    done: Option<&'static str>,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let (payments, more) = services.payments.list(&list).await?;
    let desk = services.payments.desk().await?;
    let body = view! {
        {form.rest(&[])}
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        <ListPage payments list more desk />
    };
    Ok(html_with(status, Frame::of(member, "Payments", PATH), body))
}

#[component]
fn ListPage(payments: Vec<Payment>, list: List, more: bool, desk: Desk) -> impl IntoView {
    let empty = payments.is_empty();
    let all = list.q.is_empty() && list.state.is_empty();
    let rows = payments.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Order"),
        Column::sorted("Placed", "placed"),
        Column::plain("Paid by"),
        Column::plain("State"),
        Column::numbers("Total", "total"),
        Column::numbers("Taken", "captured"),
        Column::numbers("Refunded", "refunded"),
        Column::plain("Attention"),
    ];
    let Desk { attention, waiting, payable, failed, stray } = desk;
    let to_pay = i64::try_from(payable.len()).unwrap_or(i64::MAX);
    let empty = empty.then_some(if all { "No payments yet." } else { "No such payment." });
    view! {
        <dl class="tiles">
            <Tile name="To look at" number=attention alert=true />
            <Tile name="Waiting for a provider" number=waiting />
            <Tile name="To pay by hand" number=to_pay />
        </dl>
        <h2>"Payments"</h2>
        <Listed path=PATH list label="Part of the order's number or reference" states=STATES.to_vec() columns empty more>{rows}</Listed>
        <Waiting title="To pay by hand" movements=payable />
        <Waiting title="Payouts that failed" movements=failed />
        <Strays stray />
    }
}

fn row(payment: Payment) -> impl IntoView {
    let href = format!("{PATH}/{}", query_value(&payment.order));
    let state = payment.state();
    let attention = (!payment.attention.is_empty())
        .then(|| view! { <Badge tone=Tone::Bad text=words(&payment.attention) /> });
    let money = |amount| payment.money(amount).to_string();
    let (total, captured, refunded) =
        (money(payment.total), money(payment.captured), money(payment.refunded + payment.charged_back));
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=href>{payment.order}</a></td>
            <td data-label="Placed">{time(payment.placed_ms)}</td>
            <td data-label="Paid by">{words(&payment.method)}<span class="sub">{payment.provider.name()}</span></td>
            <td data-label="State"><Badge tone=tone_of(state) text=words(state.name()) /></td>
            <td data-label="Total" class="num">{total}</td>
            <td data-label="Taken" class="num">{captured}</td>
            <td data-label="Refunded" class="num">{refunded}</td>
            <td data-label="Attention">{attention}</td>
        </tr>
    }
}

/// Movements of several orders that wait for a person.
#[component]
fn Waiting(title: &'static str, movements: Vec<Movement>) -> impl IntoView {
    (!movements.is_empty()).then(|| {
        let rows = movements.into_iter().map(|movement| movement_row(&movement)).collect_view();
        view! { <h2>{title}</h2><div class="card"><MovementTable rows /></div> }
    })
}

#[component]
fn MovementTable(rows: impl IntoView + 'static) -> impl IntoView {
    view! {
        <table class="stack">
            <thead><tr>
                <th scope="col">"Movement"</th><th scope="col">"For"</th><th scope="col" class="num">"Amount"</th>
                <th scope="col">"State"</th><th scope="col">"Since"</th><th scope="col">"Decide"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn movement_row(movement: &Movement) -> impl IntoView + use<> {
    let order = movement.order.clone();
    let to = format!("/admin/movements/{}", query_value(&movement.id));
    let reason = if movement.reason.is_empty() { String::new() } else { words(&movement.reason) };
    let tries =
        (movement.tries > 0).then(|| format!("{} tries, next {}", movement.tries, time(movement.next_ms)));
    let hangs = movement.tries > 0;
    let unknown = movement.reason == "outcome_unknown";
    let replaced = movement.reason == "refunded_anew";
    let transfer = movement.kind == Kind::Transfer;
    let name = match (movement.kind.name(), movement.last) {
        (kind, true) => format!("{kind}, the last"),
        (kind, false) => kind.to_owned(),
    };
    let href = format!("{PATH}/{}", query_value(&order));
    view! {
        <tr>
            <td class="head" data-label="Movement">
                {name}<span class="sub mono">{movement.id.clone()}</span>
                <span class="sub mono">{movement.reference.clone()}</span>
            </td>
            <td data-label="For">
                <span class="stacked">
                    <span class="mono">{movement.subject.clone()}</span>
                    {(!movement.destination.is_empty()).then(|| view! { <span class="sub mono">{movement.destination.clone()}</span> })}
                    {(!order.is_empty()).then(|| view! { <span class="sub"><a class="mono" href=href>{order}</a></span> })}
                </span>
            </td>
            <td data-label="Amount" class="num">{movement.amount.to_string()}</td>
            <td data-label="State"><span class="stacked">
                <Badge tone=tone_of_step(movement.step) text=movement.step.name() />
                <span class="sub">{reason}</span>
            </span></td>
            <td data-label="Since"><span class="stacked">{time(movement.changed_ms)}<span class="sub">{tries}</span></span></td>
            <td data-label="Decide"><Acts to step=movement.step hangs unknown transfer replaced /></td>
        </tr>
    }
}

/// What can be decided about a movement.
#[component]
fn Acts(to: String, step: Step, hangs: bool, unknown: bool, transfer: bool, replaced: bool) -> impl IntoView {
    let (pays, retries, ends) = match step {
        Step::Payable => (true, false, true),
        Step::Due => (false, hangs, hangs),
        // A transfer is not asked for twice: what was not done, its payout is taken back for.
        Step::Failed => (false, !transfer && !replaced, transfer && unknown),
        Step::Done | Step::Won => (false, false, false),
    };
    let (pay, done, retry) = (to.clone(), to.clone(), to.clone());
    view! {
        <div class="acts">
            {pays.then(|| view! { <Reasoned to=pay act="paid" text="Mark as paid" reason="How it was paid" /> })}
            {unknown.then(|| view! { <Reasoned to=done act="paid" text="It was done" reason="The provider's name of it" /> })}
            {retries.then(|| view! { <Reasoned to=retry act="retry" text="Try again" reason="Why" /> })}
            {ends.then(|| view! { <Reasoned to act="give-up" text="Give up" reason="Why" danger=true /> })}
        </div>
    }
}

#[component]
fn Strays(stray: Vec<Heard>) -> impl IntoView {
    (!stray.is_empty()).then(|| view! {
        <h2>"Money at a provider without an order"</h2>
        <p class="sub">"A provider told of these, and no order came within a day. Look there, and at the POP that sold."</p>
        <div class="card"><Webhooks webhooks=stray /></div>
    })
}

#[component]
fn Webhooks(webhooks: Vec<Heard>) -> impl IntoView {
    let rows = webhooks.into_iter().map(|heard| {
        let amount = heard.currency.map(|currency| kiosk_money::Money::new(heard.amount, currency).to_string());
        let named = [heard.payment, heard.started, heard.authorisation, heard.capture, heard.subject];
        let named: Vec<String> = named.into_iter().filter(|name| !name.is_empty()).collect();
        view! {
            <tr>
                <td class="head" data-label="Webhook">{words(heard.what.name())}<span class="sub mono">{heard.event}</span></td>
                <td data-label="Provider">{heard.provider.name()}</td>
                <td data-label="About"><span class="mono">{named.join(" ")}</span></td>
                <td data-label="Amount" class="num">{amount}</td>
                <td data-label="Received">{time(heard.received_ms)}</td>
                <td data-label="State">{heard.state}</td>
            </tr>
        }
    });
    view! {
        <table class="stack">
            <thead><tr>
                <th scope="col">"Webhook"</th><th scope="col">"Provider"</th><th scope="col">"About"</th>
                <th scope="col" class="num">"Amount"</th><th scope="col">"Received"</th><th scope="col">"State"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

async fn get_payment(
    State(services): State<Services>,
    member: Member,
    Path(order): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let done = (list.done == "decided").then_some("Done.");
    page(&services, &member, &order, done, StatusCode::OK, FormState::default()).await
}

async fn looked_at(
    State(services): State<Services>,
    member: Member,
    Path(order): Path<String>,
    fields: Fields,
) -> Page {
    match services.payments.settle_attention(&member, &order, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/{}?done=decided", query_value(&order)))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(&services, &member, &order, None, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
    }
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let decision = Decision::parse(fields.text("act")).ok_or_else(|| Error::invalid("act", "choose one"))?;
    let order = services.payments.order_of(&id).await?;
    let at = |order: &str| {
        if order.is_empty() { PATH.to_owned() } else { format!("{PATH}/{}", query_value(order)) }
    };
    match services.payments.decide(&member, &id, decision, fields.text("reason")).await {
        Ok(()) => Ok(redirect(&format!("{}?done=decided", at(&order)))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            if order.is_empty() {
                let list = List::default().sorted("-placed");
                return page_of_list(&services, &member, list, None, status, form).await;
            }
            page(&services, &member, &order, None, status, form).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    order: &str,
    done: Option<&'static str>,
    status: StatusCode,
    form: FormState,
) -> Result<Response, Failed> {
    let Dossier { payment, movements, claims, webhooks } = services.payments.get(order).await?;
    let (no_movements, no_webhooks) = (movements.is_empty(), webhooks.is_empty());
    let rows = movements.iter().map(movement_row).collect_view();
    let owed = claims.iter().map(|claim| claim_text(&payment, claim)).collect::<Vec<_>>();
    let body = view! {
        {form.rest(&[])}
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        <Summary payment owed />
        <h2>"Movements"</h2>
        <div class="card">
            {if no_movements { view! { <Empty text="Nothing has moved yet." /> }.into_any() }
            else { view! { <MovementTable rows /> }.into_any() }}
        </div>
        <h2>"What the provider told"</h2>
        <div class="card">
            {if no_webhooks { view! { <Empty text="Nothing." /> }.into_any() }
            else { view! { <Webhooks webhooks /> }.into_any() }}
        </div>
    };
    Ok(html_with(status, Frame::of(member, "Payment", PATH), body))
}

fn claim_text(payment: &Payment, claim: &Claim) -> String {
    let rest = claim.amount - claim.spread;
    let waits = if rest > 0 { format!(", {} of it waits", payment.money(rest)) } else { String::new() };
    format!("{} for {}{waits}", payment.money(claim.amount), claim.id)
}

#[component]
fn Summary(payment: Payment, owed: Vec<String>) -> impl IntoView {
    let state = payment.state();
    let money = |amount| payment.money(amount).to_string();
    let order = format!("/admin/orders/{}", query_value(&payment.order));
    let to = format!("{PATH}/{}", query_value(&payment.order));
    let attention = (!payment.attention.is_empty()).then(|| {
        view! {
            <div class="acts">
                <Badge tone=Tone::Bad text=words(&payment.attention) />
                <Reasoned to act="looked-at" text="I have looked" reason="What came of it" />
            </div>
        }
    });
    view! {
        <p class="lead"><Badge tone=tone_of(state) text=words(state.name()) /></p>
        {attention}
        <div class="card"><dl class="facts">
            <div><dt>"Order"</dt><dd><a class="mono" href=order>{payment.order.clone()}</a></dd></div>
            <Fact name="Placed" value=time(payment.placed_ms) />
            <Fact name="Paid by" value=format!("{} ({})", words(&payment.method), payment.provider.name()) />
            <Fact name="Payment" value=payment.id.clone() />
            <Fact name="Reference" value=payment.reference.clone() />
            <Fact name="Reservation" value=payment.hold.name() />
            <Fact name="Lapses" value=time(payment.lapses_ms) />
            <Fact name="To pay" value=money(payment.total) />
            {(payment.gift > 0).then(|| view! {
                <Fact name="Gift cards pay" value=money(payment.gift) />
                <Fact name="Gift cards got back" value=money(payment.gift_returned) />
            })}
            <Fact name="Cancelled" value=money(payment.cancelled) />
            <Fact name="Reserved or received" value=money(payment.authorised) />
            <Fact name="Taken" value=money(payment.captured) />
            <Fact name="Refunded" value=money(payment.refunded) />
            <Fact name="Charged back" value=money(payment.charged_back) />
            <Fact name="Owed to the customer" value=if owed.is_empty() { "nothing".to_owned() } else { owed.join("; ") } />
        </dl></div>
    }
}
