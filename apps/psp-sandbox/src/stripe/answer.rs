//! Who may call, answers that are given again for their key, and errors in Stripe's words.

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::API_VERSION;
use crate::Sandbox;
use crate::faults::no_answer;
use crate::world::payment::Status;
use crate::world::{Refusal, Remembered, World};

/// The longest idempotency key.
const KEY_CHARS_MAX: usize = 255;

/// An answer that is no success.
pub(super) struct Problem {
    status: StatusCode,
    error: Value,
}

/// What a call comes to: a body, and whether the answer is to be lost on its way.
pub(super) struct Done {
    pub body: Value,
    pub unanswered: bool,
}

impl From<Value> for Done {
    fn from(body: Value) -> Self {
        Self { body, unanswered: false }
    }
}

/// An `invalid_request_error`.
pub(super) fn invalid(message: &str, param: Option<&str>, code: Option<&str>) -> Problem {
    problem(StatusCode::BAD_REQUEST, "invalid_request_error", message, param, code)
}

/// There is no such thing.
pub(super) fn missing(what: &str, id: &str, param: &str) -> Problem {
    let message = format!("No such {what}: '{id}'");
    problem(StatusCode::NOT_FOUND, "invalid_request_error", &message, Some(param), Some("resource_missing"))
}

fn problem(
    status: StatusCode,
    kind: &str,
    message: &str,
    param: Option<&str>,
    code: Option<&str>,
) -> Problem {
    let mut error = json!({ "type": kind, "message": message });
    for (name, value) in [("param", param), ("code", code)] {
        if let Some(value) = value {
            error[name] = json!(value);
        }
    }
    if let Some(code) = code {
        error["doc_url"] = json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")));
    }
    Problem { status, error }
}

/// A PaymentIntent's status.
pub(super) const fn intent_status(status: Status, failed: bool) -> &'static str {
    match status {
        Status::Open if failed => "requires_payment_method",
        Status::Open | Status::Approved => "requires_payment_method",
        Status::Challenge => "requires_action",
        Status::Authorised => "requires_capture",
        Status::Captured => "succeeded",
        Status::Voided | Status::Expired => "canceled",
    }
}

/// A refusal of an action on an intent or its charge.
pub(super) fn refused(refusal: &Refusal, action: &str, id: &str) -> Problem {
    match refusal {
        Refusal::Unknown => missing("payment_intent", id, "intent"),
        Refusal::State(status) => {
            let status = intent_status(*status, false);
            let message = format!(
                "This PaymentIntent could not be {action} because it has a status of {status}. Only a PaymentIntent \
                 with one of the following statuses may be {action}: requires_capture."
            );
            invalid(&message, None, Some("payment_intent_unexpected_state"))
        }
        Refusal::TooMuch(rest) if action == "refunded" => {
            let message = format!("Refund amount is greater than unrefunded amount on charge ({rest})");
            invalid(&message, Some("amount"), None)
        }
        Refusal::TooMuch(rest) => {
            let message = format!(
                "The payment could not be captured because the requested capture amount is greater than the \
                 amount you can capture for this charge ({rest})."
            );
            invalid(&message, Some("amount_to_capture"), Some("amount_too_large"))
        }
        Refusal::NothingLeft => {
            let message = format!("Charge {id} has already been refunded.");
            invalid(&message, None, Some("charge_already_refunded"))
        }
        Refusal::Disputed => {
            let message = format!("Charge {id} has been charged back; cannot issue a refund.");
            invalid(&message, None, Some("charge_disputed"))
        }
        Refusal::OnceOnly => {
            invalid("Multicapture is not available for this PaymentIntent.", Some("final_capture"), None)
        }
        Refusal::Currency => invalid("The currency does not match.", Some("currency"), None),
        Refusal::Balance => invalid(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your \
             available balance by creating Charges using the 4000000000000077 test card.",
            None,
            Some("balance_insufficient"),
        ),
        Refusal::Declined(decline) => {
            let (code, decline_code) = decline.codes();
            let mut problem =
                problem(StatusCode::PAYMENT_REQUIRED, "card_error", decline.message(), None, Some(code));
            if let Some(decline_code) = decline_code {
                problem.error["decline_code"] = json!(decline_code);
            }
            problem
        }
    }
}

/// One call: who calls is checked, what was done for its key is told again, else `act` does it.
pub(super) fn call(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    target: &str,
    body: &str,
    act: impl FnOnce(&mut World, i64) -> Result<Done, Problem>,
) -> Response {
    if let Err(problem) = authenticate(sandbox, headers) {
        return write(problem.status, &json!({ "error": problem.error }).to_string(), false);
    }
    let now_ms = sandbox.now_ms();
    let mut world = sandbox.world();
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    if key.len() > KEY_CHARS_MAX {
        let error = invalid("Idempotency keys are at most 255 characters.", None, None).error;
        return write(StatusCode::BAD_REQUEST, &json!({ "error": error }).to_string(), false);
    }
    let name = format!("stripe {key}");
    let request = hex::encode(Sha256::digest(format!("{target}\n{body}")));
    if !key.is_empty()
        && let Some(known) = world.remembered(&name, now_ms)
    {
        if known.request == request {
            let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::OK);
            return write(status, &known.body, true);
        }
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        let error = json!({ "error": { "type": "idempotency_error", "message": message } });
        return write(StatusCode::BAD_REQUEST, &error.to_string(), false);
    }
    let (status, body, unanswered) = match act(&mut world, now_ms) {
        Ok(done) => (StatusCode::OK, done.body.to_string(), done.unanswered),
        Err(problem) => (problem.status, json!({ "error": problem.error }).to_string(), false),
    };
    // What was refused before it began is not remembered; what the bank said is.
    if !key.is_empty() && matches!(status, StatusCode::OK | StatusCode::PAYMENT_REQUIRED) {
        let answer = Remembered { request, status: status.as_u16(), body: body.clone(), at_ms: now_ms };
        world.remember(name, answer);
    }
    if unanswered { no_answer() } else { write(status, &body, false) }
}

fn authenticate(sandbox: &Sandbox, headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let basic = value.strip_prefix("Basic ").and_then(|pair| BASE64.decode(pair).ok());
    let basic = basic.and_then(|pair| String::from_utf8(pair).ok());
    let basic = basic.as_deref().and_then(|pair| pair.split(':').next());
    let unauthorised =
        |message: &str, code| problem(StatusCode::UNAUTHORIZED, "invalid_request_error", message, None, code);
    let key = value.strip_prefix("Bearer ").or(basic).filter(|key| !key.is_empty()).ok_or_else(|| {
        unauthorised(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using \
             Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            None,
        )
    })?;
    if bool::from(key.as_bytes().ct_eq(sandbox.config().stripe_key.as_bytes())) {
        return Ok(());
    }
    Err(unauthorised("Invalid API Key provided.", Some("api_key_invalid")))
}

fn write(status: StatusCode, body: &str, replayed: bool) -> Response {
    let headers = [("content-type", "application/json"), ("stripe-version", API_VERSION)];
    let mut answer = (status, headers, body.to_owned()).into_response();
    if replayed {
        answer.headers_mut().insert("idempotent-replayed", http::HeaderValue::from_static("true"));
    }
    answer
}
