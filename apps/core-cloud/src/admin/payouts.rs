//! `/admin/payouts`: settling with vendors, and what they are paid.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::VendorId;
use kiosk_money::Money;
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::accounting::export::decimal;
use crate::modules::accounting::plans::percent;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::payouts::service::{Payout, State as Stage};
use crate::modules::payouts::settle::{StatementLine, line_title};
use crate::modules::payouts::terms::{PROVIDERS, Schedule, TermsDraft};
use crate::page::format::time;
use crate::page::{
    Act, Badge, Choice, Column, Empty, Fact, Failed, Field, Fields, FormState, Frame, List, Listed, Notice,
    Page, Tone, html, html_with, redirect, with_all,
};

const PATH: &str = "/admin/payouts";
const TERMS: &str = "/admin/payouts/terms/{vendor}";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Books);
    vec![
        Route::new(Method::GET, PATH, access, get(list_payouts), services.clone()),
        Route::new(Method::POST, "/admin/payouts/run", access, post(run), services.clone()),
        Route::new(Method::GET, "/admin/payouts/{id}", access, get(show_payout), services.clone()),
        Route::new(Method::POST, "/admin/payouts/{id}", access, post(decide), services.clone()),
        Route::new(Method::GET, TERMS, access, get(show_terms), services.clone()),
        Route::new(Method::POST, TERMS, access, post(set_terms), services.clone()),
    ]
}

/// How a payout's state looks.
pub fn tone_of(state: Stage) -> Tone {
    match state {
        Stage::Open | Stage::Due => Tone::Warn,
        Stage::Sent => Tone::Good,
        Stage::Failed => Tone::Bad,
        Stage::Cancelled => Tone::Plain,
    }
}

async fn list_payouts(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done =
        (list.done == "run").then_some("Settled. What is enough to be paid waits below to be approved.");
    let list = list.sorted("-created");
    let mut payouts = services.payouts.list(None, &list).await?;
    let more = list.cut(&mut payouts);
    let empty = payouts.is_empty();
    let rows = payouts.into_iter().map(|payout| row(payout, PATH)).collect_view();
    let columns = vec![
        Column::plain("Payout"),
        Column::sorted("Vendor", "vendor"),
        Column::sorted("State", "state"),
        Column::sorted("Made", "created"),
        Column::numbers("Amount", "amount"),
    ];
    let empty = empty.then_some("No payout fits.");
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        <p class="lead">"Each vendor is settled with when its week or month is over. A payout is sent once it is approved."</p>
        <div class="acts"><Act to="/admin/payouts/run" text="Settle with all vendors now" /></div>
        <p><a href="/admin/payouts/files">"Files for the bank"</a></p>
        <Listed path=PATH list label="Payout or vendor" states=with_all(Stage::ALL.map(Stage::name)) columns empty more>{rows}</Listed>
    };
    Ok(html(Frame::of(&member, "Payouts", PATH), body))
}

/// A payout in a list; the vendor's own list does not name the vendor.
pub fn row(payout: Payout, path: &'static str) -> impl IntoView + use<> {
    let href = format!("{path}/{}", payout.id);
    let vendor = (path == PATH).then(|| view! { <td class="mono" data-label="Vendor">{payout.vendor}</td> });
    view! {
        <tr>
            <td class="head" data-label="Payout"><a class="mono" href=href>{payout.id}</a></td>
            {vendor}
            <td data-label="State"><Badge tone=tone_of(payout.state) text=payout.state.name() /></td>
            <td data-label="Made">{time(payout.created_ms)}</td>
            <td class="num" data-label="Amount">{payout.amount.to_string()}</td>
        </tr>
    }
}

async fn run(State(services): State<Services>, member: Member) -> Page {
    services.payouts.run_now(&member).await?;
    Ok(redirect("/admin/payouts?done=run"))
}

async fn show_payout(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let done = (list.done == "decided").then_some("Done.");
    page(&services, &member, &id, (StatusCode::OK, FormState::default()), done).await
}

async fn decide(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let decided = match fields.text("act") {
        "approve" => services.payouts.approve(&member, &id).await,
        "cancel" => services.payouts.cancel(&member, &id).await,
        "sent" => services.payouts.note_sent(&member, &id, fields.text("reference")).await,
        _ => Err(Error::invalid("act", "choose one")),
    };
    match decided {
        Ok(()) => Ok(redirect(&format!("{PATH}/{id}?done=decided"))),
        Err(error) => {
            let status = match &error {
                Error::Refused(problem) => problem.status_code(),
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let form = FormState::refused(fields, error)?;
            page(&services, &member, &id, (status, form), None).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    id: &str,
    (status, form): (StatusCode, FormState),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let (payout, lines) = services.payouts.get(None, id).await?;
    let revocable = services.payouts.is_revocable(&payout).await?;
    let terms = format!("{PATH}/terms/{}", payout.vendor);
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        <p class="acts"><Badge tone=tone_of(payout.state) text=payout.state.name() /></p>
        <Decisions payout=payout.clone() revocable />
        <PayoutFacts payout />
        <h2>"Statement"</h2>
        <Statement lines />
        <p><a href=terms>"Terms of this vendor"</a></p>
    };
    Ok(html_with(status, Frame::of(member, "Payout", PATH), body))
}

/// What can be decided about a payout now.
#[component]
fn Decisions(payout: Payout, revocable: bool) -> impl IntoView {
    let to = format!("{PATH}/{}", payout.id);
    let act = |act: &'static str, text: &'static str, danger: bool| {
        view! { <Act to=to.clone() text danger><input type="hidden" name="act" value=act /></Act> }
    };
    let approve = payout.state.may_become(Stage::Due).then(|| act("approve", "Approve", false));
    let cancel = revocable.then(|| act("cancel", "Take it back", true));
    let by_hand = payout.provider == "bank" && payout.state == Stage::Due;
    let sent = by_hand.then(|| {
        view! {
            <Act to=to.clone() text="It was sent">
                <input type="hidden" name="act" value="sent" />
                <label class="sub">"Reference of the transfer"<input name="reference" required=true maxlength="120" /></label>
            </Act>
        }
    });
    view! { <div class="acts">{approve}{cancel}{sent}</div> }
}

/// What a payout is.
#[component]
pub fn PayoutFacts(payout: Payout) -> impl IntoView {
    view! {
        <div class="card"><dl class="facts">
            <Fact name="Payout" value=payout.id />
            <Fact name="Vendor" value=payout.vendor />
            <Fact name="Amount" value=payout.amount.to_string() />
            <Fact name="Through" value=format!("{} {}", payout.provider, payout.destination) />
            <Fact name="Reference" value=payout.reference />
            <Fact name="Made" value=time(payout.created_ms) />
            <Fact name="Changed" value=time(payout.changed_ms) />
            {(!payout.error.is_empty()).then(|| view! { <Fact name="Trouble" value=payout.error /> })}
        </dl></div>
    }
}

/// What a payout is made of.
#[component]
pub fn Statement(lines: Vec<StatementLine>) -> impl IntoView {
    if lines.is_empty() {
        return view! { <div class="card"><Empty text="Nothing was settled." /></div> }.into_any();
    }
    let rows = lines.into_iter().map(|StatementLine { kind, subject, amount }| {
        view! {
            <tr>
                <td class="head" data-label="What">{line_title(&kind)}<span class="sub mono">{subject}</span></td>
                <td class="num" data-label="Amount">{amount.to_string()}</td>
            </tr>
        }
    });
    view! {
        <div class="card"><table class="stack">
            <thead><tr><th scope="col">"What"</th><th scope="col" class="num">"Amount"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

fn vendor_of(text: &str) -> Result<VendorId, Error> {
    VendorId::parse(text).map_err(|_| Error::NotFound("vendor"))
}

async fn show_terms(
    State(services): State<Services>,
    member: Member,
    Path(vendor): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let vendor = vendor_of(&vendor)?;
    let terms = services.payouts.get_terms(&vendor).await?;
    let form = FormState::of(vec![
        ("schedule", terms.schedule.name().to_owned()),
        ("currency", terms.minimum.currency.code().to_owned()),
        ("minimum", decimal(terms.minimum)),
        ("reserve", percent(terms.reserve_ppm)),
        ("reserve_days", terms.reserve_days.to_string()),
        ("provider", terms.provider),
        ("destination", terms.destination),
    ]);
    let done = (list.done == "saved").then_some("Saved. It holds from the next settlement on.");
    terms_page(&services, &member, &vendor, (StatusCode::OK, form), done).await
}

async fn set_terms(
    State(services): State<Services>,
    member: Member,
    Path(vendor): Path<String>,
    fields: Fields,
) -> Page {
    let vendor = vendor_of(&vendor)?;
    let draft = TermsDraft {
        schedule: fields.text("schedule"),
        currency: fields.text("currency"),
        minimum: fields.text("minimum"),
        reserve: fields.text("reserve"),
        reserve_days: fields.text("reserve_days"),
        provider: fields.text("provider"),
        destination: fields.text("destination"),
    };
    match services.payouts.set_terms(&member, &vendor, &draft).await {
        Ok(()) => Ok(redirect(&format!("{PATH}/terms/{vendor}?done=saved"))),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            terms_page(&services, &member, &vendor, (StatusCode::UNPROCESSABLE_ENTITY, form), None).await
        }
    }
}

async fn terms_page(
    services: &Services,
    member: &Member,
    vendor: &VendorId,
    (status, form): (StatusCode, FormState),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let standing = services.payouts.get_standing(vendor).await?;
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let schedules = Schedule::ALL.map(|schedule| same(schedule.name())).to_vec();
    let providers = PROVIDERS.map(same).to_vec();
    let names = ["schedule", "currency", "minimum", "reserve", "reserve_days", "provider", "destination"];
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&names)}
        <div class="card"><dl class="facts">
            <Fact name="Vendor" value=vendor.to_string() />
            <Fact name="Is owed" value=sums(&standing.payable) />
            <Fact name="Of that held back" value=sums(&standing.held) />
            <Fact name="Owes for promotions" value=sums(&standing.dues) />
        </dl></div>
        <form class="form card" method="post" action=format!("{PATH}/terms/{vendor}")>
            <div class="pair">
                <Choice form=form.clone() name="schedule" label="Schedule" options=schedules />
                <Field form=form.clone() name="currency" label="Currency" required=true hint="The vendor is paid in it." />
            </div>
            <div class="pair">
                <Field form=form.clone() name="minimum" label="Minimum" required=true hint="Less is carried over." />
                <Field form=form.clone() name="reserve" label="Reserve in percent" required=true hint="Held back of what was earned." />
            </div>
            <Field form=form.clone() name="reserve_days" label="Days it is held" required=true />
            <div class="pair">
                <Choice form=form.clone() name="provider" label="Paid through" options=providers />
                <Field form=form.clone() name="destination" label="Account there" />
            </div>
            <button type="submit">"Save"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Terms of payouts", PATH), body))
}

/// Sums by currency, `€14.00, £3.60`.
pub fn sums(sums: &[Money]) -> String {
    let sums: Vec<String> = sums.iter().map(ToString::to_string).collect();
    if sums.is_empty() { "nothing".to_owned() } else { sums.join(", ") }
}
