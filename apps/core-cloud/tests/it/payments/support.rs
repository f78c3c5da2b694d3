//! A core whose providers are the sandbox, in this process.

use core_cloud::app::App;
use core_cloud::clock::Clock;
use core_cloud::config::{PaymentsConfig, PaypalConfig, ProviderTransport, StripeConfig};
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, GoodsMoved, OrderPlaced, RefundDue, Told};
use core_cloud::modules::payments::Payments;
use core_cloud::modules::payments::service::Dossier;
use core_cloud::modules::payments::state::Hold;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response};
use kiosk_ids::{OrderId, ParcelId, PaymentId, RefundId};
use kiosk_money::{Currency, Money};
use kiosk_payments::{Gateway, NewPayment, NoAnswer, PayPal, Purpose, State, Stripe, Transport};
use psp_sandbox::{Hook, Provider, Sandbox};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use kiosk_wire::{OrderRecord, PaymentRecord};
use tower::ServiceExt;

use crate::harness::{POPS, TestApp, order};

pub const CARD: &str = "4242424242424242";
/// A card that can be captured once only.
pub const CAPTURED_ONCE: &str = "4000008400000076";
pub const WEBHOOK_SECRET: &str = "whsec_of_the_tests";
const HOUR_MS: i64 = 3_600_000;

/// Calls the sandbox's router.
struct InProcess(axum::Router);

impl Transport for InProcess {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let router = self.0.clone();
        async move {
            let answer = router.oneshot(request.map(Body::from)).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| NoAnswer(error.to_string()))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        }
        .boxed()
    }
}

/// A core with its providers.
pub struct Till {
    pub app: TestApp,
    pub sandbox: Sandbox,
    pages: axum::Router,
    pub stripe: Stripe,
    pub paypal: PayPal,
    told: AtomicU64,
}

pub fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

pub fn id(name: &str) -> OrderId {
    OrderId::named(name).unwrap()
}

impl Till {
    pub async fn open(mut app: TestApp) -> Self {
        let hook = |provider, name: &str, secret: &str| Hook {
            provider,
            url: format!("http://core.test/v1/payments/webhooks/{name}"),
            secret: secret.to_owned(),
        };
        let hooks = vec![
            hook(Provider::Stripe, "stripe", WEBHOOK_SECRET),
            hook(Provider::Paypal, "paypal", "WH-OF-THE-TESTS"),
        ];
        let config = psp_sandbox::Config { hooks, ..psp_sandbox::Config::default() };
        let clock = Arc::clone(&app.clock);
        let sandbox = Sandbox::new(config.clone(), Arc::new(move || clock.load(Ordering::SeqCst)));
        let pages = psp_sandbox::router(sandbox.clone());
        let transport: Arc<dyn Transport> = Arc::new(InProcess(pages.clone()));
        let url = "http://psp.test".to_owned();
        app.config.payments = PaymentsConfig {
            stripe: Some(StripeConfig {
                url: url.clone(),
                key: config.stripe_key.clone(),
                webhook_secrets: vec![WEBHOOK_SECRET.to_owned()],
            }),
            paypal: Some(PaypalConfig {
                url: url.clone(),
                client: config.paypal_client.clone(),
                secret: config.paypal_secret.clone(),
                webhook_id: "WH-OF-THE-TESTS".to_owned(),
            }),
            bank: None,
            transport: ProviderTransport(Arc::clone(&transport)),
        };
        let clock = Clock::Manual(Arc::clone(&app.clock));
        app.app = App::new(&app.db, &app.config, &clock).await.unwrap();
        let stripe = Stripe {
            base_url: url.clone(),
            secret_key: config.stripe_key,
            transport: Arc::clone(&transport),
        };
        let paypal = PayPal::new(url, config.paypal_client, config.paypal_secret, transport);
        assert_eq!(POPS.len(), 2);
        Self { app, sandbox, pages, stripe, paypal, told: AtomicU64::new(0) }
    }

    pub fn payments(&self) -> &core_cloud::modules::payments::service::Service {
        &self.app.app.services.payments
    }

    pub fn gateway(&self, method: &str) -> &dyn Gateway {
        if method == "paypal" { &self.paypal } else { &self.stripe }
    }

    /// Pays with a card of this number on the page of Stripe; the status it answers.
    pub async fn pay_by_card(&self, page: &str, number: &str) -> u16 {
        let path = page.strip_prefix(&self.sandbox.config().public_url).unwrap();
        let fields = [("number", number), ("expiry", "12/34"), ("cvc", "123"), ("name", "A B")];
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let answer = self.pages.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        answer.status().as_u16()
    }

    /// Sends a form of the provider's pages; the status of the answer.
    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let answer = self.pages.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        answer.status().as_u16()
    }

    /// Has money reserved for an order as a POP does: the shopper pays on the provider's page, with a card of this
    /// number or with PayPal. None when the card is declined.
    pub async fn reserve(
        &self,
        name: &str,
        method: &str,
        card: &str,
        amount: Money,
    ) -> Option<PaymentRecord> {
        let new = NewPayment {
            challenge: false,
            id: PaymentId::named(name).unwrap(),
            purpose: Purpose::Order(id(name)),
            amount,
            return_url: "http://shop.test/back".to_owned(),
            cancel_url: "http://shop.test/cart".to_owned(),
            expires_ms: self.app.now_ms() + HOUR_MS,
        };
        let begun = self.gateway(method).start(&new).await.unwrap();
        if method == "paypal" {
            let fields = [("token", &*begun.reference), ("account", "balance"), ("action", "approve")];
            assert_eq!(self.submit("/checkoutnow", &fields).await, 303);
        } else {
            let fields = [("number", card), ("expiry", "12/34"), ("cvc", "123"), ("name", "A B")];
            if self.submit(&format!("/c/pay/{}", begun.reference), &fields).await != 303 {
                return None;
            }
        }
        let seen = self.gateway(method).look(&new.id, &begun.reference).await.unwrap();
        assert_eq!(seen.state, State::Authorised);
        let provider = if method == "paypal" { "paypal" } else { "stripe" };
        Some(PaymentRecord {
            id: new.id,
            method: method.to_owned(),
            provider: Some(provider.to_owned()),
            reference: seen.authorisation,
            started: Some(begun.reference),
        })
    }

    /// An order as a POP tells it: paid with a card of this number, with PayPal, or to be paid to the bank account.
    pub async fn bought(&self, name: &str, method: &str, total: i64) -> OrderRecord {
        let payment = match method {
            "card" | "paypal" => self.reserve(name, method, CARD, eur(total)).await.unwrap(),
            _ => by_bank(name, method),
        };
        OrderRecord {
            subtotal: eur(total),
            delivery: eur(0),
            delivery_tax: None,
            discounts: Vec::new(),
            gift_cards: Vec::new(),
            total: eur(total),
            placed_ms: self.app.now_ms(),
            payment,
            ..order(name, Vec::new())
        }
    }

    /// Places an order that was bought.
    pub async fn place(&self, name: &str, method: &str, total: i64) {
        let order = self.bought(name, method, total).await;
        self.hear(vec![sold(order)]).await;
    }

    /// The payments hear of facts, as the bus tells them.
    pub async fn hear(&self, facts: Vec<Fact>) {
        let told = facts.into_iter().map(|fact| Told {
            id: format!("evt_{}", self.told.fetch_add(1, Ordering::Relaxed)),
            written_ms: self.app.now_ms(),
            fact,
        });
        let told: Vec<Told> = told.collect();
        let consumer = Payments::new(Clock::Manual(Arc::clone(&self.app.clock)));
        let mut tx = self.app.db.begin().await.unwrap();
        consumer.apply(&mut tx, &told).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Does what is due, until nothing is.
    pub async fn settle(&self) {
        while self.payments().settle_due().await.unwrap() > 0 {}
    }

    /// The webhooks whose time has come, to the core; the statuses it answers.
    pub async fn deliver(&self) -> Vec<u16> {
        let mut statuses = Vec::new();
        for (sending, request) in self.sandbox.due() {
            let answer = self.app.send(request.map(Body::from)).await;
            self.sandbox.sent(sending, Ok(answer.status.as_u16()));
            statuses.push(answer.status.as_u16());
        }
        statuses
    }

    /// Until nothing is due, told or waiting any more.
    pub async fn drain(&self) {
        let mut quiet = 0;
        for _ in 0..40 {
            self.settle().await;
            let sent = self.deliver().await;
            self.payments().apply_webhooks_due().await.unwrap();
            let waiting = "SELECT id FROM payments_movements WHERE state = 'due' \
                 UNION ALL SELECT event FROM payments_webhooks WHERE state = 'waiting'";
            quiet = if sent.is_empty() && self.app.column(waiting).await.is_empty() { quiet + 1 } else { 0 };
            // A webhook that was lost on its way is sent again within seconds.
            if quiet == 2 {
                return;
            }
            self.app.advance_ms(20_000);
        }
    }

    pub async fn dossier(&self, name: &str) -> Dossier {
        self.payments().get(id(name).as_str()).await.unwrap()
    }

    /// `kind amount state`, in order.
    pub async fn movements(&self, name: &str) -> Vec<String> {
        let movements = self.dossier(name).await.movements;
        let show = |movement: core_cloud::modules::payments::state::Movement| {
            format!("{} {} {}", movement.kind.name(), movement.amount.amount, movement.step.name())
        };
        movements.into_iter().map(show).collect()
    }

    /// What the payments told, by kind: how often, and how much.
    pub async fn told(&self) -> BTreeMap<String, (u32, i64)> {
        let mut told = BTreeMap::new();
        for body in self.app.column("SELECT body FROM bus_outbox").await {
            let fact: serde_json::Value = serde_json::from_str(&body).unwrap();
            let entry: &mut (u32, i64) = told.entry(fact["type"].as_str().unwrap().to_owned()).or_default();
            entry.0 += 1;
            entry.1 += fact["amount"]["amount"].as_i64().unwrap_or(0);
        }
        told
    }

    /// The provider's ledger and ours agree to the cent, payment by payment, and so do the facts.
    pub async fn agree(&self) {
        let ledger = self.sandbox.ledger();
        let (mut captured, mut refunded, mut disputed) = (0, 0, 0);
        for line in &ledger.payments {
            let Some(order) = &line.order else { continue };
            let Ok(Dossier { payment, .. }) = self.payments().get(order).await else { continue };
            let ours = (payment.captured, payment.refunded, payment.charged_back);
            let theirs = (line.sums.captured, line.sums.refunded, line.sums.disputed);
            assert_eq!(ours, theirs, "{order}: {payment:?}");
            assert_eq!(payment.hold == Hold::Held, line.sums.capturable > 0, "{order}: {payment:?}");
            captured += theirs.0;
            refunded += theirs.1;
            disputed += theirs.2;
        }
        let told = self.told().await;
        let sum = |name: &str| told.get(name).map_or(0, |(_, sum)| *sum);
        let facts = (
            sum("payment_captured"),
            sum("payment_refunded") - sum("refund_failed"),
            sum("chargeback_opened") - sum("chargeback_won"),
        );
        assert_eq!(facts, (captured, refunded, disputed), "facts and ledger");
    }
}

/// A payment that comes on the bank account.
pub fn by_bank(name: &str, method: &str) -> PaymentRecord {
    PaymentRecord {
        id: PaymentId::named(name).unwrap(),
        method: method.to_owned(),
        provider: None,
        reference: None,
        started: None,
    }
}

pub fn sold(order: OrderRecord) -> Fact {
    Fact::OrderPlaced(Box::new(OrderPlaced { pop: "eu-1".to_owned(), region: "eu".to_owned(), order }))
}

fn moved(order: &str, parcel: Option<&str>, total: i64, last: bool) -> Box<GoodsMoved> {
    Box::new(GoodsMoved {
        order: id(order),
        vendor: "ven_test".parse().unwrap(),
        parcel: parcel.map(|name| ParcelId::named(name).unwrap()),
        lines: Vec::new(),
        delivery: eur(0),
        total: eur(total),
        last,
        reason: String::new(),
    })
}

pub fn shipped(order: &str, parcel: &str, total: i64, last: bool) -> Fact {
    Fact::ParcelShipped(moved(order, Some(parcel), total, last))
}

pub fn cancelled(order: &str, total: i64, last: bool) -> Fact {
    Fact::GoodsCancelled(moved(order, None, total, last))
}

pub fn refund(order: &str, name: &str, total: i64) -> Fact {
    Fact::RefundDue(Box::new(RefundDue {
        refund: RefundId::named(name).unwrap(),
        order: id(order),
        vendor: "ven_test".parse().unwrap(),
        lines: Vec::new(),
        delivery: eur(0),
        total: eur(total),
        reason: "returned".to_owned(),
    }))
}
