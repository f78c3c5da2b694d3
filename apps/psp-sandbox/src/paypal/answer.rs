//! Who may call, answers that are given again for their key, and errors in PayPal's words.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use kiosk_money::{Currency, Money};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Sandbox;
use crate::faults::no_answer;
use crate::world::payment::Status;
use crate::world::{Refusal, Remembered, World};

/// The longest `PayPal-Request-Id`.
const KEY_CHARS_MAX: usize = 108;
/// PayPal's largest amount has seven digits before the point, in most currencies.
const VALUE_CHARS_MAX: usize = 32;
/// What PayPal takes.
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR",
    "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
/// Of them without decimals.
const WHOLE: [&str; 3] = ["HUF", "JPY", "TWD"];

/// An answer that is no success.
pub(super) struct Problem {
    pub status: StatusCode,
    pub body: Value,
}

/// The request as such is right, and cannot be done.
pub(super) fn unprocessable(issue: &str, description: &str) -> Problem {
    problem(
        StatusCode::UNPROCESSABLE_ENTITY,
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
        issue,
        description,
    )
}

/// The request is not well-formed.
pub(super) fn invalid(issue: &str, description: &str) -> Problem {
    problem(
        StatusCode::BAD_REQUEST,
        "INVALID_REQUEST",
        "Request is not well-formed, syntactically incorrect, or violates schema.",
        issue,
        description,
    )
}

/// There is no such thing.
pub(super) fn missing() -> Problem {
    problem(
        StatusCode::NOT_FOUND,
        "RESOURCE_NOT_FOUND",
        "The specified resource does not exist.",
        "INVALID_RESOURCE_ID",
        "Specified resource ID does not exist. Please check the resource ID and try again.",
    )
}

fn problem(status: StatusCode, name: &str, message: &str, issue: &str, description: &str) -> Problem {
    let body = json!({
        "name": name,
        "message": message,
        "debug_id": "f0a1b2c3d4e5f",
        "details": [{ "issue": issue, "description": description }],
        "links": [{
            "href": format!("https://developer.paypal.com/docs/api/orders/v2/#error-{issue}"),
            "rel": "information_link",
            "method": "GET",
        }],
    });
    Problem { status, body }
}

/// A refusal of an action on an authorisation or a capture.
pub(super) fn refused(refusal: &Refusal) -> Problem {
    let (issue, description) = match refusal {
        Refusal::Unknown => return missing(),
        Refusal::State(Status::Voided) => {
            ("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized.")
        }
        Refusal::State(Status::Captured) => {
            ("AUTHORIZATION_ALREADY_CAPTURED", "Authorization has already been captured.")
        }
        Refusal::State(_) => ("AUTHORIZATION_EXPIRED", "An expired authorization cannot be captured."),
        Refusal::TooMuch(_) => (
            "MAX_CAPTURE_AMOUNT_EXCEEDED",
            "Capture amount specified exceeded allowable limit. Please contact PayPal Customer Service at 1 402-935-7733.",
        ),
        Refusal::NothingLeft => ("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded."),
        Refusal::Disputed => (
            "CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED",
            "Refund for an amount less than the remaining transaction amount cannot be processed at this time because of \
             an open dispute on the capture.",
        ),
        Refusal::OnceOnly => ("MAX_NUMBER_OF_CAPTURES_EXCEEDED", "Too many captures of this authorization."),
        Refusal::Currency => (
            "AUTH_CAPTURE_CURRENCY_MISMATCH",
            "Currency of capture must be the same as currency of authorization.",
        ),
        Refusal::Balance => ("INSUFFICIENT_FUNDS", "The sender does not have sufficient funds."),
        Refusal::Declined(_) => (
            "INSTRUMENT_DECLINED",
            "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.",
        ),
    };
    unprocessable(issue, description)
}

/// An amount of a request.
#[derive(Deserialize)]
pub(super) struct Amount {
    #[serde(alias = "currency")]
    currency_code: String,
    value: String,
}

impl Amount {
    pub fn read(&self) -> Result<Money, Problem> {
        let code = self.currency_code.as_str();
        let currency = Currency::from_code(code).filter(|_| CURRENCIES.contains(&code)).ok_or_else(|| {
            unprocessable("CURRENCY_NOT_SUPPORTED", "Currency code is invalid or is not currently supported.")
        })?;
        let odd = || {
            unprocessable(
                "DECIMAL_PRECISION",
                "The value of the field should not be more than two decimal places.",
            )
        };
        if self.value.len() > VALUE_CHARS_MAX {
            return Err(invalid(
                "INVALID_STRING_LENGTH",
                "The value of a field is either too short or too long.",
            ));
        }
        if WHOLE.contains(&code) && self.value.contains('.') {
            return Err(unprocessable("DECIMALS_NOT_SUPPORTED", "Currency does not support decimals."));
        }
        let money = Money::parse_decimal(&self.value, currency).map_err(|_| odd())?;
        if money.amount <= 0 {
            return Err(unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero."));
        }
        Ok(money)
    }
}

/// A decimal amount.
pub(super) fn amount(money: Money) -> Value {
    let code = money.currency.code();
    let text = money.to_decimal();
    let value =
        if WHOLE.contains(&code) { text.split('.').next().unwrap_or_default().to_owned() } else { text };
    json!({ "currency_code": code, "value": value })
}

/// The body of a request.
pub(super) fn read<T: for<'a> Deserialize<'a>>(body: &str) -> Result<T, Problem> {
    let body = if body.trim().is_empty() { "{}" } else { body };
    serde_json::from_str(body)
        .map_err(|_| invalid("MALFORMED_REQUEST_JSON", "The request JSON is not well formed."))
}

/// What a call makes: the name of it, and whether the answer is to be lost on its way.
pub(super) struct Made {
    pub name: String,
    pub unanswered: bool,
}

impl From<String> for Made {
    fn from(name: String) -> Self {
        Self { name, unanswered: false }
    }
}

/// A call that reads.
pub(super) fn see(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    show: impl FnOnce(&mut World, i64) -> Result<Value, Problem>,
) -> Response {
    let now_ms = sandbox.now_ms();
    let mut world = sandbox.world();
    let seen = authenticate(&world, headers, now_ms).and_then(|()| show(&mut world, now_ms));
    match seen {
        Ok(body) => write(StatusCode::OK, &body),
        Err(problem) => write(problem.status, &problem.body),
    }
}

/// A call that makes something. What was made before for its key is shown as it is now.
pub(super) fn call(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    target: &str,
    body: &str,
    act: impl FnOnce(&mut World, i64) -> Result<Made, Problem>,
    show: impl FnOnce(&World, &str) -> Result<Value, Problem>,
) -> Response {
    let now_ms = sandbox.now_ms();
    let mut world = sandbox.world();
    if let Err(problem) = authenticate(&world, headers, now_ms) {
        return write(problem.status, &problem.body);
    }
    let key = headers.get("paypal-request-id").and_then(|key| key.to_str().ok()).unwrap_or_default();
    if key.len() > KEY_CHARS_MAX {
        let problem = invalid("INVALID_STRING_LENGTH", "PayPal-Request-Id has at most 108 characters.");
        return write(problem.status, &problem.body);
    }
    let name = format!("paypal {target} {key}");
    let request = hex::encode(Sha256::digest(body));
    let known = world.remembered(&name, now_ms).filter(|_| !key.is_empty()).cloned();
    let (status, made) = match known {
        Some(known) if known.request == request => (StatusCode::OK, Ok(known.body.into())),
        Some(_) => {
            let told =
                "The value of PayPal-Request-Id header has already been used. Specify a different value.";
            (StatusCode::UNPROCESSABLE_ENTITY, Err(unprocessable("DUPLICATE_REQUEST_ID", told)))
        }
        None => {
            let made = act(&mut world, now_ms);
            if let Ok(Made { name: made, .. }) = &made
                && !key.is_empty()
            {
                let answer = Remembered { request, status: 201, body: made.clone(), at_ms: now_ms };
                world.remember(name, answer);
            }
            (StatusCode::CREATED, made)
        }
    };
    let shown = made.and_then(|made| Ok((show(&world, &made.name)?, made.unanswered)));
    match shown {
        Ok((_, true)) => no_answer(),
        Ok((body, false)) => write(status, &body),
        Err(problem) => write(problem.status, &problem.body),
    }
}

fn authenticate(world: &World, headers: &HeaderMap, now_ms: i64) -> Result<(), Problem> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if world.token_is_good(token, now_ms) {
        return Ok(());
    }
    let body = json!({ "error": "invalid_token", "error_description": "Access Token not found in cache" });
    Err(Problem { status: StatusCode::UNAUTHORIZED, body })
}

/// An answer.
pub(super) fn write(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
