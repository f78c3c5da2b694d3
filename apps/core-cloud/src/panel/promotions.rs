//! `/vendor/promotions`: what a vendor promotes, and what it owes for that.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::ProductId;
use kiosk_problem::Problem;
use leptos::prelude::*;

use super::{own, promotion_payment};
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::catalog::listing::Listing;
use crate::modules::members::service::Member;
use crate::modules::promotions::service::{Booking, FILTERS};
use crate::modules::promotions::terms::{DAYS_MAX, DAYS_MIN, DUE_DAYS, fees_per_day};
use crate::page::format::time;
use crate::page::{
    Act, Badge, Choice, Column, Empty, Failed, Field, Fields, FormState, Frame, List, Listed, Notice, Page,
    Tone, html_with, redirect, with_all,
};

const PATH: &str = "/vendor/promotions";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    vec![
        Route::new(Method::GET, PATH, access, get(list_promotions), services.clone()),
        Route::new(Method::POST, PATH, access, post(book), services.clone()),
        Route::new(Method::POST, "/vendor/promotions/{id}/cancel", access, post(cancel), services.clone()),
    ]
}

/// How a promotion's phase looks.
pub fn tone_of(phase: &str) -> Tone {
    match phase {
        "running" => Tone::Good,
        "coming" => Tone::Warn,
        "ended" => Tone::Bad,
        _ => Tone::Plain,
    }
}

/// When a fee is due, or what became of it.
pub fn due_of(booking: &Booking) -> String {
    match (booking.waived, booking.paid, booking.paying) {
        (true, ..) => "nothing is owed".to_owned(),
        (_, true, _) => "paid".to_owned(),
        (.., true) => "being paid by card".to_owned(),
        _ => time(booking.due_ms),
    }
}

/// Sums by currency, `€14.00, £3.60`; a dash when nothing is owed.
pub fn sums(dues: &[kiosk_money::Money]) -> String {
    let sums: Vec<String> = dues.iter().map(ToString::to_string).collect();
    if sums.is_empty() { "nothing".to_owned() } else { sums.join(", ") }
}

async fn list_promotions(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = match list.done.as_str() {
        "booked" => Some("Booked. Every shop shows it from its first day on."),
        "ended" => Some("Taken back. Nothing is owed for one that had not begun."),
        _ => None,
    };
    // From the page of a product one comes to promote that one.
    let chosen = FormState::of(vec![("product", list.q.clone())]);
    page(&services, &member, list, (StatusCode::OK, chosen), done).await
}

async fn book(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let booked = match ProductId::parse(fields.text("product")) {
        Ok(product) => {
            let period = (fields.text("from"), fields.text("days"));
            services.promotions.book(&member, own(&member)?, &product, period).await.map(|_| ())
        }
        Err(_) => Err(Error::invalid("product", "choose one")),
    };
    match booked {
        Ok(()) => Ok(redirect("/vendor/promotions?done=booked")),
        Err(error) => refused(&services, &member, fields, error).await,
    }
}

async fn cancel(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    match services.promotions.cancel(&member, own(&member)?, &id).await {
        Ok(()) => Ok(redirect("/vendor/promotions?done=ended")),
        Err(error) => refused(&services, &member, Fields::default(), error).await,
    }
}

async fn refused(
    services: &Services,
    member: &Member,
    fields: Fields,
    error: Error,
) -> Result<Response, Failed> {
    let status = match &error {
        Error::Refused(problem) => Problem::status_code(problem),
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let form = FormState::refused(fields, error)?;
    page(services, member, List::default(), (status, form), None).await
}

async fn page(
    services: &Services,
    member: &Member,
    list: List,
    (status, form): (StatusCode, FormState),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let vendor = own(member)?;
    let now_ms = services.clock.now_ms();
    let mut bookings = services.promotions.list(Some(vendor), &list).await?;
    let more = list.cut(&mut bookings);
    let dues = services.promotions.sum_dues(Some(vendor)).await?;
    let listed = List { state: Listing::Listed.name().to_owned(), ..List::default() };
    let products = services.listings.list(Some(vendor), &listed).await?;
    let mut options: Vec<(String, String)> =
        products.into_iter().map(|one| (one.product.id.to_string(), one.product.title)).collect();
    // One beyond the first page of listed products is offered when it was come from.
    if let Ok(id) = ProductId::parse(form.values.text("product"))
        && !options.iter().any(|(known, _)| known == id.as_str())
        && let Ok(one) = services.listings.get(vendor, &id).await
    {
        options.push((id.to_string(), one.product.title));
    }
    let empty = bookings.is_empty();
    let cards = services.fees.takes_cards();
    let rows = bookings.into_iter().map(|booking| row(booking, now_ms, cards)).collect_view();
    let columns = vec![
        Column::sorted("Product", "title"),
        Column::plain("State"),
        Column::sorted("From", "from"),
        Column::sorted("Until before", "until"),
        Column::numbers("Fee", "amount"),
        Column::plain("Due"),
        Column::plain("Do"),
    ];
    let empty = empty.then_some("No promotion fits.");
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["product", "from", "days"])}
        <p class="lead">{format!("You owe {} for promotions.", sums(&dues))}</p>
        <Listed path=PATH list label="Product" states=with_all(FILTERS) columns empty more>{rows}</Listed>
        <h2>"Promote a product"</h2>
        <BookForm form options />
    };
    Ok(html_with(status, Frame::of(member, "Promotions", PATH), body))
}

#[component]
fn BookForm(form: FormState, options: Vec<(String, String)>) -> impl IntoView {
    if options.is_empty() {
        return view! { <div class="card"><Empty text="Only what is for sale can be promoted: list a product first." /></div> }.into_any();
    }
    let fees: Vec<String> = fees_per_day().map(|fee| fee.to_string()).collect();
    let terms = format!(
        "A day costs {}, by the currency of the product. The fee is due {DUE_DAYS} days after the promotion begins; you can \
         cancel for nothing before it begins. Days begin and end at midnight UTC.",
        fees.join(" or ")
    );
    view! {
        <form class="form card" method="post" action=PATH>
            <Choice form=form.clone() name="product" label="Product" options />
            <div class="pair">
                <Field form=form.clone() name="from" label="First day" kind="date" required=true />
                <div class="field">
                    <label for="days">"Days"</label>
                    <input id="days" name="days" type="number" min=DAYS_MIN.to_string() max=DAYS_MAX.to_string() value=form.values.text("days").to_owned() required=true />
                    {form.error.clone().filter(|(param, _)| param == "days").map(|(_, why)| view! { <p class="error" role="alert">{why}</p> })}
                </div>
            </div>
            <p class="sub">{terms}</p>
            <button type="submit">"Book it and owe the fee"</button>
        </form>
    }
    .into_any()
}

fn row(booking: Booking, now_ms: i64, cards: bool) -> impl IntoView {
    let phase = booking.phase(now_ms);
    let due = due_of(&booking);
    let pay = (cards && booking.is_due()).then(|| {
        let text = format!("Pay {} now", booking.fee);
        view! { <Act to=promotion_payment::link(&booking.id) text /> }
    });
    let see =
        booking.paying.then(|| view! { <a href=promotion_payment::link(&booking.id)>"See the payment"</a> });
    let word = match phase {
        "coming" => Some("Cancel"),
        "running" => Some("End it now"),
        _ => None,
    };
    let cancel = word.map(|text| {
        view! { <Act to=format!("{PATH}/{}/cancel", booking.id) text danger=true /> }
    });
    view! {
        <tr>
            <td class="head" data-label="Product"><a href=format!("/vendor/products/{}", booking.product)>{booking.title}</a></td>
            <td data-label="State"><Badge tone=tone_of(phase) text=phase /></td>
            <td data-label="From">{time(booking.from_ms)}</td>
            <td data-label="Until before">{time(booking.until_ms)}</td>
            <td class="num" data-label="Fee">{booking.fee.to_string()}</td>
            <td data-label="Due">{due}</td>
            <td data-label="Do">{pay}{see}{cancel}</td>
        </tr>
    }
}
