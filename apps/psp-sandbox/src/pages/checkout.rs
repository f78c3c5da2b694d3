//! The page of Stripe Checkout, and the bank's page of 3-D Secure.

use std::fmt::Write as _;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{attribute, notice, page, price, text};
use crate::Sandbox;
use crate::world::cards::{TEST_CARDS, read_number};
use crate::world::payment::{Payment, Provider, Status};
use crate::world::{Paid, Refusal};

/// What a shopper typed.
#[derive(Deserialize)]
pub(super) struct Card {
    #[serde(default)]
    number: String,
    #[serde(default)]
    expiry: String,
    #[serde(default)]
    cvc: String,
    #[serde(default)]
    name: String,
}

/// What is wrong with it: field and words.
type Errors = Vec<(&'static str, &'static str)>;

#[derive(Deserialize)]
pub(super) struct Proof {
    outcome: String,
}

pub(super) async fn show(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match find(&sandbox, &id) {
        Err(answer) => *answer,
        Ok(payment) if payment.status == Status::Challenge => {
            Redirect::to(&format!("/c/pay/{id}/challenge")).into_response()
        }
        Ok(payment) => form(StatusCode::OK, &payment, &Errors::new(), ""),
    }
}

pub(super) async fn pay(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(card): Form<Card>,
) -> Response {
    let payment = match find(&sandbox, &id) {
        Ok(payment) => payment,
        Err(answer) => return *answer,
    };
    let number = match check(&card, sandbox.now_ms()) {
        Ok(number) => number,
        Err(errors) => return form(StatusCode::UNPROCESSABLE_ENTITY, &payment, &errors, &card.name),
    };
    let paid = sandbox.world().pay_by_card(&id, &number, sandbox.now_ms());
    match paid {
        Ok(Paid::Authorised) => done(&payment),
        Ok(Paid::Challenge) => Redirect::to(&format!("/c/pay/{id}/challenge")).into_response(),
        Err(refusal) => refused(&sandbox, &id, &refusal),
    }
}

pub(super) async fn challenge(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match find(&sandbox, &id) {
        Err(answer) => *answer,
        Ok(payment) if payment.status == Status::Challenge => bank(&payment),
        Ok(_) => Redirect::to(&format!("/c/pay/{id}")).into_response(),
    }
}

pub(super) async fn answer(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(proof): Form<Proof>,
) -> Response {
    let payment = match find(&sandbox, &id) {
        Ok(payment) => payment,
        Err(answer) => return *answer,
    };
    let proved = proof.outcome == "complete";
    let answered = sandbox.world().answer_challenge(&id, proved, sandbox.now_ms());
    match answered {
        Ok(()) => done(&payment),
        Err(refusal) => refused(&sandbox, &id, &refusal),
    }
}

/// A payment that can still be paid; else the page that says what became of it.
fn find(sandbox: &Sandbox, id: &str) -> Result<Payment, Box<Response>> {
    let mut world = sandbox.world();
    world.touch(Provider::Stripe, id, sandbox.now_ms());
    let found = world.find(Provider::Stripe, id).filter(|payment| payment.reference == id).cloned();
    let say = |status, title: &str, words: &str| Err(Box::new(notice(status, title, words)));
    let Some(payment) = found else {
        return say(
            StatusCode::NOT_FOUND,
            "Page not found",
            "There is no such payment. Go back to the shop.",
        );
    };
    match payment.status {
        Status::Open | Status::Challenge | Status::Approved => Ok(payment),
        Status::Expired | Status::Voided => {
            say(StatusCode::GONE, "This payment was closed", "Go back to the shop and begin again.")
        }
        Status::Authorised | Status::Captured => Err(Box::new(done(&payment))),
    }
}

fn done(payment: &Payment) -> Response {
    Redirect::to(&payment.return_url.replace("{CHECKOUT_SESSION_ID}", &payment.reference)).into_response()
}

fn refused(sandbox: &Sandbox, id: &str, refusal: &Refusal) -> Response {
    match (find(sandbox, id), refusal) {
        (Ok(payment), Refusal::Declined(decline)) => {
            form(StatusCode::PAYMENT_REQUIRED, &payment, &vec![("card", decline.message())], "")
        }
        (Ok(_), _) => Redirect::to(&format!("/c/pay/{id}")).into_response(),
        (Err(answer), _) => *answer,
    }
}

/// The number, or what is wrong.
fn check(card: &Card, now_ms: i64) -> Result<String, Errors> {
    let mut errors = Errors::new();
    let number = read_number(&card.number);
    if number.is_none() {
        errors.push(("number", "Your card number is not valid."));
    }
    match expiry(&card.expiry) {
        None => errors.push(("expiry", "Write the date as month and year, such as 12 / 34.")),
        Some(month) if month < months_since_1970(now_ms) => {
            errors.push(("expiry", "Your card has expired."));
        }
        Some(_) => {}
    }
    let cvc = card.cvc.trim();
    if !(3..=4).contains(&cvc.len()) || !cvc.bytes().all(|b| b.is_ascii_digit()) {
        errors.push(("cvc", "The security code has three or four digits."));
    }
    if card.name.trim().is_empty() || card.name.len() > 200 {
        errors.push(("name", "Write the name on the card."));
    }
    number.filter(|_| errors.is_empty()).ok_or(errors)
}

/// `12 / 34` as months since 1970.
fn expiry(typed: &str) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '/' | '-')).collect();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (month, year) = (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?);
    (1..=12).contains(&month).then(|| (2000 + year - 1970) * 12 + month - 1)
}

fn months_since_1970(now_ms: i64) -> i64 {
    let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    (i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1
}

/// Name, label, attributes.
const FIELDS: [(&str, &str, &str); 4] = [
    (
        "number",
        "Card number",
        "inputmode=\"numeric\" autocomplete=\"cc-number\" placeholder=\"1234 1234 1234 1234\" maxlength=\"40\"",
    ),
    (
        "expiry",
        "Expiry date (MM / YY)",
        "inputmode=\"numeric\" autocomplete=\"cc-exp\" placeholder=\"MM / YY\" maxlength=\"9\"",
    ),
    (
        "cvc",
        "Security code (CVC)",
        "inputmode=\"numeric\" autocomplete=\"cc-csc\" placeholder=\"CVC\" maxlength=\"4\"",
    ),
    ("name", "Name on card", "autocomplete=\"cc-name\" maxlength=\"200\""),
];

/// The form. What was typed into it is not shown again, but for the name.
fn form(status: StatusCode, payment: &Payment, errors: &Errors, name: &str) -> Response {
    let error_of = |field: &str| errors.iter().find(|(of, _)| *of == field).map(|(_, words)| *words);
    let mut fields = String::new();
    for (field, label, attributes) in FIELDS {
        let error = error_of(field);
        let described = error.map(|_| format!(" aria-invalid=\"true\" aria-describedby=\"{field}-error\""));
        let words = error.map(|words| format!("<p class=\"error\" id=\"{field}-error\">{}</p>", text(words)));
        let value = if field == "name" { format!(" value=\"{}\"", attribute(name)) } else { String::new() };
        // Writing to a string does not fail.
        let _ = write!(
            fields,
            "<div class=\"field {field}\"><label for=\"{field}\">{label}</label>\
             <input id=\"{field}\" name=\"{field}\" {attributes}{value}{} required>{}</div>",
            described.unwrap_or_default(),
            words.unwrap_or_default()
        );
    }
    let alert = match (error_of("card"), errors.is_empty()) {
        (Some(words), _) => format!("<p class=\"alert\" role=\"alert\">{}</p>", text(words)),
        (None, false) => "<p class=\"alert\" role=\"alert\">Please look at the marked fields.</p>".to_owned(),
        (None, true) => String::new(),
    };
    let amount = price(payment.amount);
    let body = format!(
        "<main class=\"checkout\"><section class=\"summary\" aria-label=\"Summary\">\
         <p class=\"badge\">Test mode</p><p class=\"what\">{}</p><p class=\"amount\">{amount}</p>\
         <p><a class=\"back\" href=\"{}\">Pay another way</a></p></section>\
         <section class=\"card\"><h1>Pay with card</h1>{alert}\
         <form method=\"post\" action=\"/c/pay/{}\">{fields}\
         <button type=\"submit\">Pay {amount}</button></form>\
         <p class=\"small\">The amount is reserved now and taken when your goods are sent.</p>{}</section></main>",
        text(&payment.description),
        attribute(&payment.cancel_url),
        attribute(&payment.reference),
        test_cards()
    );
    page(status, "Checkout", "stripe", &body, &[&payment.return_url])
}

fn test_cards() -> String {
    let mut rows = String::new();
    for card in TEST_CARDS {
        let grouped: Vec<&str> = (0..4).filter_map(|part| card.number.get(part * 4..part * 4 + 4)).collect();
        let _ =
            write!(rows, "<tr><td><code>{}</code></td><td>{}</td></tr>", grouped.join(" "), text(card.note));
    }
    format!(
        "<details><summary>Test cards</summary><p class=\"small\">With any date to come and any code.</p>\
         <table><thead><tr><th scope=\"col\">Number</th><th scope=\"col\">What happens</th></tr></thead>\
         <tbody>{rows}</tbody></table></details>"
    )
}

fn bank(payment: &Payment) -> Response {
    let card = payment.card.as_ref().map_or("", |card| card.last4.as_str());
    let body = format!(
        "<main class=\"card narrow\"><p class=\"badge\">3-D Secure</p><h1>Is it you?</h1>\
         <p>Your bank asks you to confirm a payment of <strong>{}</strong> with the card that ends in \
         <strong>{}</strong>.</p><form method=\"post\" action=\"/c/pay/{}/challenge\" class=\"pair\">\
         <button type=\"submit\" name=\"outcome\" value=\"complete\">Complete authentication</button>\
         <button type=\"submit\" name=\"outcome\" value=\"fail\" class=\"quiet\">Fail authentication</button>\
         </form></main>",
        price(payment.amount),
        text(card),
        attribute(&payment.reference)
    );
    page(StatusCode::OK, "Confirm your payment", "plain", &body, &[&payment.return_url])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_months() {
        assert_eq!(expiry("01/70"), Some(100 * 12));
        assert_eq!(expiry("12 / 34"), expiry("1234"));
        for bad in ["", "13/30", "0030", "1/3", "ab/cd", "１２/３４"] {
            assert_eq!(expiry(bad), None, "{bad}");
        }
        assert_eq!(months_since_1970(1_700_000_000_000), 53 * 12 + 10);
    }
}
