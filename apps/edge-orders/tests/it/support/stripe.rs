//! Stripe, scripted: sessions of its checkout and the intents behind them, with idempotency keys. The shopper is the test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kiosk_payments::webhook::{STRIPE_SIGNATURE, sign_stripe};
use kiosk_problem::Json;
use serde_json::{Value, json};

use super::{Reply, TestPop};

pub const STRIPE_HOST: &str = "stripe.test";
pub const WEBHOOK_SECRET: &str = "whsec_of_the_tests";
/// The variables of a POP that takes everything.
pub const PAYS: [(&str, &str); 10] = [
    ("shop_url", "https://shop.test/"),
    ("stripe_url", "https://stripe.test"),
    ("stripe_key", "sk_test_kiosk"),
    ("stripe_webhook_secret", WEBHOOK_SECRET),
    ("paypal_url", "https://paypal.test"),
    ("paypal_client", "client"),
    ("paypal_secret", "secret"),
    ("paypal_webhook_id", "WH-1"),
    ("bank_iban", "DE89 3704 0044 0532 0130 00"),
    ("bank_holder", "Kiosk GmbH"),
];

/// A session and its intent.
#[derive(Clone, Debug)]
pub struct Session {
    pub fields: BTreeMap<String, String>,
    /// `open`, `complete` or `expired`.
    pub status: &'static str,
    /// Status of the intent, once there is one.
    pub intent: Option<&'static str>,
    pub amount: i64,
    pub currency: String,
}

#[derive(Default)]
struct State {
    sessions: Vec<Session>,
    keys: BTreeMap<String, usize>,
    refusal: Option<(StatusCode, Value)>,
}

/// A handle on it.
#[derive(Clone, Default)]
pub struct FakeStripe(Arc<Mutex<State>>);

impl FakeStripe {
    pub fn sessions(&self) -> Vec<Session> {
        self.0.lock().unwrap().sessions.clone()
    }

    /// Sessions whose money is reserved.
    pub fn authorised(&self) -> usize {
        self.sessions().iter().filter(|session| session.intent == Some("requires_capture")).count()
    }

    /// Sessions that a shopper can still pay.
    pub fn open(&self) -> usize {
        self.sessions().iter().filter(|session| session.status == "open").count()
    }

    /// Changes a session.
    pub fn change(&self, number: usize, act: impl FnOnce(&mut Session)) {
        act(&mut self.0.lock().unwrap().sessions[number]);
    }

    /// The shopper pays on the page at `url`, when it is still open.
    pub fn pay(&self, url: &str) {
        let number = url.rsplit('_').next().unwrap().parse().unwrap();
        self.change(number, |session| {
            if session.status == "open" {
                (session.status, session.intent) = ("complete", Some("requires_capture"));
            }
        });
    }

    /// Refuses the next session.
    pub fn refuse(&self, status: StatusCode, error: Value) {
        self.0.lock().unwrap().refusal = Some((status, error));
    }

    pub fn router(&self) -> Router {
        let stripe = self.clone();
        Router::new().fallback(move |request: Request<Body>| {
            let stripe = stripe.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                tokio::task::yield_now().await;
                assert_eq!(parts.headers["authorization"], "Bearer sk_test_kiosk");
                let form: Vec<(String, String)> = body
                    .split(|byte| *byte == b'&')
                    .filter_map(|pair| decoded(std::str::from_utf8(pair).unwrap()))
                    .collect();
                let key = parts.headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
                stripe.answer(&parts.method, parts.uri.path(), form, key)
            }
        })
    }

    fn answer(
        &self,
        method: &Method,
        path: &str,
        form: Vec<(String, String)>,
        key: Option<String>,
    ) -> Response {
        let mut state = self.0.lock().unwrap();
        let rest = path.strip_prefix("/v1/").unwrap().split('/').collect::<Vec<_>>();
        let number = |id: &str| id.rsplit('_').next().unwrap().parse::<usize>().unwrap();
        match (method.as_str(), rest.as_slice()) {
            ("POST", ["checkout", "sessions"]) => {
                if let Some((status, error)) = state.refusal.take() {
                    return (status, Json(json!({ "error": error }))).into_response();
                }
                let fresh = state.sessions.len();
                let number = *state.keys.entry(key.unwrap()).or_insert(fresh);
                if number == fresh {
                    state.sessions.push(Session::new(form.into_iter().collect()));
                }
                // A repeated request gets the first answer, whatever became of the session.
                Session::new(state.sessions[number].fields.clone()).json(number)
            }
            ("GET", ["checkout", "sessions", id]) => state.sessions[number(id)].json(number(id)),
            ("POST", ["checkout", "sessions", id, "expire"]) => {
                let session = &mut state.sessions[number(id)];
                if session.status != "open" {
                    return (StatusCode::BAD_REQUEST, Json(json!({ "error": { "code": "not_open" } })))
                        .into_response();
                }
                session.status = "expired";
                session.json(number(id))
            }
            ("POST", ["payment_intents", id, "cancel"]) => {
                let session = &mut state.sessions[number(id)];
                session.intent = Some("canceled");
                session.json(number(id))
            }
            other => panic!("Stripe was asked for {other:?}"),
        }
    }
}

/// Enough of form encoding for what is asserted.
fn decoded(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=')?;
    let plain = |text: &str| {
        [("%5B", "["), ("%5D", "]"), ("%3A", ":"), ("%2F", "/"), ("%3F", "?"), ("%3D", "="), ("%26", "&")]
            .iter()
            .fold(text.replace('+', " "), |text, (code, sign)| text.replace(code, sign))
    };
    Some((plain(name), plain(value)))
}

impl Session {
    fn new(fields: BTreeMap<String, String>) -> Self {
        let amount = fields["line_items[0][price_data][unit_amount]"].parse().unwrap();
        let currency = fields["line_items[0][price_data][currency]"].clone();
        Self { fields, status: "open", intent: None, amount, currency }
    }

    fn json(&self, number: usize) -> Response {
        let metadata =
            json!({ "payment": self.fields["metadata[payment]"], "order": self.fields["metadata[order]"] });
        let intent = self.intent.map(|status| {
            json!({ "id": format!("pi_{number}"), "status": status, "amount": self.amount, "amount_received": 0,
                "currency": self.currency, "latest_charge": null, "metadata": metadata })
        });
        let url = (self.status == "open").then(|| format!("https://{STRIPE_HOST}/pay/cs_{number}"));
        Json(json!({ "id": format!("cs_{number}"), "status": self.status, "url": url, "amount_total": self.amount,
            "currency": self.currency, "metadata": metadata, "payment_intent": intent }))
        .into_response()
    }
}

impl TestPop {
    /// A POP that has its catalogue and leases, and takes cards.
    pub async fn paying() -> Self {
        let pop = Self::with_variables(&PAYS);
        pop.host.http.up(STRIPE_HOST, pop.stripe.router());
        pop.core.sell_goods();
        pop.tick_until_quiet().await;
        pop
    }

    /// The form of a cart that is paid by `method`.
    pub async fn form_by(&self, cart: &super::Cart, method: &str) -> Value {
        let mut form = self.form(cart).await;
        form["payment"]["method"] = json!(method);
        form
    }

    /// Orders what is in the cart, by card.
    pub async fn order_by_card(&self, cart: &super::Cart, key: &str) -> Reply {
        let form = self.form_by(cart, "card").await;
        self.order(cart, key, &form).await
    }

    /// Calls an address of an order with its token.
    pub async fn of_order(&self, order: &Value, method: Method, rest: &str) -> Reply {
        let path = format!("/v1/orders/{}{rest}", order["id"].as_str().unwrap());
        self.call(method, &path, order["token"].as_str(), &[], None).await
    }

    pub async fn settle(&self, order: &Value) -> Reply {
        self.of_order(order, Method::POST, "/payment").await
    }

    pub async fn cancel_payment(&self, order: &Value) -> Reply {
        self.of_order(order, Method::POST, "/cancel-payment").await
    }

    /// A webhook of Stripe about the session `number`, signed at `signed_ms`.
    pub async fn stripe_tells(&self, event: &str, number: usize, signed_ms: i64) -> Reply {
        let session = self.stripe.sessions()[number].clone();
        let metadata = json!({ "payment": session.fields["metadata[payment]"] });
        let object = json!({ "id": format!("cs_{number}"), "metadata": metadata });
        let body = json!({ "id": event, "type": "checkout.session.completed", "created": signed_ms / 1_000,
            "data": { "object": object } });
        self.webhook(&body, signed_ms).await
    }

    /// Any webhook of Stripe, signed at `signed_ms`.
    pub async fn webhook(&self, body: &Value, signed_ms: i64) -> Reply {
        let signature = sign_stripe(WEBHOOK_SECRET, body.to_string().as_bytes(), signed_ms);
        let headers = [(STRIPE_SIGNATURE, signature.as_str())];
        self.call(Method::POST, "/v1/payments/webhooks/stripe", None, &headers, Some(body.clone())).await
    }

    /// Time passes and the POP ticks, until `for_ms` are over.
    pub async fn let_pass_ms(&self, for_ms: i64) {
        const STEP_MS: i64 = 20_000;
        for _ in 0..=for_ms / STEP_MS {
            self.host.clock.advance_ms(STEP_MS);
            self.tick().await;
        }
        self.tick_until_quiet().await;
    }
}
