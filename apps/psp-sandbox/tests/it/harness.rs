//! Both sides in one process, with a clock that tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use kiosk_ids::{OrderId, PaymentId};
use kiosk_money::{Currency, Money};
use kiosk_payments::{
    Capture, Captured, Gateway, NewPayment, NoAnswer, PayError, PayPal, Purpose, Refund, Refunded, Snapshot,
    Started, State, Stripe, Transport,
};
use psp_sandbox::{Config, Hook, LedgerLine, Provider, Sandbox, router};
use tower::ServiceExt as _;

pub const NOW_MS: i64 = 1_800_000_000_000;
pub const SECRET: &str = "whsec_test";
pub const WEBHOOK_ID: &str = "WH-TEST";
pub const RETURN_URL: &str = "http://localhost:8001/checkout/return";

/// Both providers, and clients of them.
pub struct World {
    pub sandbox: Sandbox,
    pub router: Router,
    pub clock: Arc<AtomicI64>,
    pub stripe: Stripe,
    pub paypal: PayPal,
}

struct InProcess(Router);

impl Transport for InProcess {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let router = self.0.clone();
        async move {
            let Ok(answer) = router.oneshot(request.map(Body::from)).await;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| NoAnswer(error.to_string()))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        }
        .boxed()
    }
}

pub fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

impl World {
    pub fn new() -> Self {
        let hook = |provider, secret: &str| Hook {
            provider,
            url: "http://pop.test/hook".to_owned(),
            secret: secret.to_owned(),
        };
        let hooks = vec![hook(Provider::Stripe, SECRET), hook(Provider::Paypal, WEBHOOK_ID)];
        let clock = Arc::new(AtomicI64::new(NOW_MS));
        let read = clock.clone();
        let config = Config { hooks, opening_balance: 1_000, ..Config::default() };
        let sandbox = Sandbox::new(config, Arc::new(move || read.load(Ordering::Relaxed)));
        let router = router(sandbox.clone());
        let transport: Arc<dyn Transport> = Arc::new(InProcess(router.clone()));
        let url = "http://psp.test";
        let stripe = Stripe {
            base_url: url.to_owned(),
            secret_key: "sk_test_kiosk".to_owned(),
            transport: transport.clone(),
        };
        let paypal = PayPal::new(url, "kiosk-client", "kiosk-secret", transport);
        Self { sandbox, router, clock, stripe, paypal }
    }

    pub fn pass_ms(&self, passed_ms: i64) {
        self.clock.fetch_add(passed_ms, Ordering::Relaxed);
    }

    pub fn gateway(&self, provider: Provider) -> &dyn Gateway {
        match provider {
            Provider::Stripe => &self.stripe,
            Provider::Paypal => &self.paypal,
        }
    }

    pub async fn start(&self, provider: Provider, name: &str, amount: Money) -> Paying<'_> {
        let new = new_payment(name, amount, self.sandbox.now_ms());
        let started = self.gateway(provider).start(&new).await.unwrap();
        Paying { world: self, provider, id: new.id, started }
    }

    /// A payment that is authorised: with a card, or approved at PayPal.
    pub async fn authorised(&self, provider: Provider, amount: Money) -> Paying<'_> {
        let paying = self.start(provider, "pay_1", amount).await;
        match provider {
            Provider::Stripe => paying.pay("4242424242424242").await,
            Provider::Paypal => paying.approve("balance").await,
        };
        assert_eq!(paying.look().await.state, State::Authorised);
        paying
    }

    /// A request as a browser or a program sends it: status, `Location`, body.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<String> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Response::from_parts(parts, String::from_utf8(body.to_vec()).unwrap())
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response<String> {
        let body = serde_urlencoded::to_string(fields).unwrap();
        self.request("POST", path, &[("content-type", "application/x-www-form-urlencoded")], &body).await
    }

    pub fn line(&self, reference: &str) -> LedgerLine {
        let ledger = self.sandbox.ledger();
        ledger.payments.into_iter().find(|line| line.reference == reference).unwrap()
    }
}

pub fn new_payment(name: &str, amount: Money, now_ms: i64) -> NewPayment {
    NewPayment {
        challenge: false,
        id: PaymentId::parse(name).unwrap(),
        purpose: Purpose::Order(OrderId::parse(&name.replace("pay_", "ord_")).unwrap()),
        amount,
        return_url: RETURN_URL.to_owned(),
        cancel_url: "http://localhost:8001/checkout/cancel".to_owned(),
        expires_ms: now_ms + 45 * 60_000,
    }
}

/// A payment that was begun.
pub struct Paying<'a> {
    pub world: &'a World,
    pub provider: Provider,
    pub id: PaymentId,
    pub started: Started,
}

impl Paying<'_> {
    pub fn reference(&self) -> &str {
        &self.started.reference
    }

    fn gateway(&self) -> &dyn Gateway {
        self.world.gateway(self.provider)
    }

    /// Fills the card form in.
    pub async fn pay(&self, number: &str) -> Response<String> {
        let path = format!("/c/pay/{}", self.reference());
        let fields = [("number", number), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "Ada Example")];
        self.world.form(&path, &fields).await
    }

    pub async fn challenge(&self, outcome: &str) -> Response<String> {
        self.world.form(&format!("/c/pay/{}/challenge", self.reference()), &[("outcome", outcome)]).await
    }

    pub async fn approve(&self, account: &str) -> Response<String> {
        let fields = [("token", self.reference()), ("account", account), ("action", "approve")];
        self.world.form("/checkoutnow", &fields).await
    }

    pub async fn look(&self) -> Snapshot {
        self.gateway().look(&self.id, self.reference()).await.unwrap()
    }

    pub async fn cancel(&self) -> Snapshot {
        self.gateway().cancel(&self.id, self.reference()).await.unwrap()
    }

    pub async fn capture(&self, key: &str, amount: Money, last: bool) -> Result<Captured, PayError> {
        let authorisation = self.world.line(self.reference()).authorisation.unwrap();
        let capture = Capture { key: key.to_owned(), authorisation, amount, last };
        self.gateway().capture(&capture).await
    }

    pub async fn refund(&self, key: &str, capture: &str, amount: Money) -> Result<Refunded, PayError> {
        let refund = Refund { key: key.to_owned(), capture: capture.to_owned(), amount };
        self.gateway().refund(&refund).await
    }
}

/// The code of a refusal.
#[track_caller]
pub fn refusal<T: std::fmt::Debug>(result: Result<T, PayError>) -> String {
    match result {
        Err(PayError::Refused { code, .. }) => code,
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
pub fn leads_to(answer: &Response<String>, start: &str) {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.body());
    let target = answer.headers()[header::LOCATION].to_str().unwrap();
    assert!(target.starts_with(start), "{target}");
}
