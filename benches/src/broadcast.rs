//! The core alone: orders that it takes in a second, and how soon all its services have heard of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;
use core_cloud::app::{App, consumers};
use core_cloud::clock::Clock;
use core_cloud::config::{Config, MailConfig, Pops, Secret};
use core_cloud::db::{Db, Tx};
use core_cloud::error::Error;
use core_cloud::media::files::Files;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, Told};
use core_cloud::modules::bus::run::Bus;
use futures::future::{BoxFuture, try_join_all};
use kiosk_ids::PopId;
use kiosk_wire::{Event, EventBatch, EventBody, OrderRecord};
use serde_json::json;

use crate::load::Measured;
use crate::postgres::{DATABASE, Postgres, USER};
use crate::report::Report;

/// POPs that deliver at once.
const POPS: usize = 4;
/// Events of one delivery.
const BATCH: u64 = 100;
/// Orders that come one after the other, to see how soon they are heard of.
const SINGLE: u64 = 500;

/// The core on SQLite and on PostgreSQL.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("The core: orders in, and broadcast to its services");
    on(None, "SQLite", duration, report).await?;
    let postgres = Postgres::start()?;
    let url = format!("postgres://{USER}@{}/{DATABASE}", postgres.address);
    on(Some(url), "PostgreSQL", duration, report).await
}

async fn on(url: Option<String>, name: &str, duration: Duration, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let db = Db::open(folder.path(), url.as_deref()).await?;
    let pops: Vec<String> = (0..POPS).map(|pop| format!("eu-{pop}:eu:key-of-a-pop-of-the-bench")).collect();
    let config = Config {
        data_dir: folder.path().to_owned(),
        files: Files::open(folder.path(), None)?,
        database_url: url,
        pops: Pops::parse(&pops.join(","))?,
        operator_key: Secret::new("operator-key-of-the-bench")?,
        lease_ttl_s: 3_600,
        public_url: String::new(),
        payments: Default::default(),
        mail: MailConfig { url: String::new(), token: String::new(), from: String::new() },
        nats: None,
    };
    let app = App::new(&db, &config, &Clock::System).await?;
    let heard = Arc::new(Heard::default());
    // One more than the services, so that there is something to hear where none listens.
    let mut listeners: Vec<Arc<dyn Consumer>> =
        vec![Arc::new(Listener { heard: heard.clone(), inner: None })];
    let timed = |inner| Arc::new(Listener { heard: heard.clone(), inner: Some(inner) }) as Arc<dyn Consumer>;
    listeners.extend(consumers(&app.services).into_iter().map(timed));
    let services = listeners.len();
    let running = Bus::open(&db, &Clock::System, listeners, None).await?.start();

    let mut waits = Vec::new();
    for number in 1..=SINGLE {
        deliver(&app, 0, number, 1).await?;
        let placed = Instant::now();
        let order = format!("ord_bench-0-{number}");
        while heard.count(&order) < services {
            tokio::task::yield_now().await;
        }
        waits.push(u64::try_from(heard.last(&order).saturating_duration_since(placed).as_micros())?);
    }
    let waits = Measured::of_micros(waits)?;
    report.latency(&format!("{name}: until {services} services have heard of an order"), &waits, "");

    let started = Instant::now();
    let loads = (0..POPS).map(|pop| {
        let app = &app;
        async move {
            let mut last = if pop == 0 { SINGLE } else { 0 };
            let mut orders = 0;
            while started.elapsed() < duration {
                deliver(app, pop, last + 1, BATCH).await?;
                last += BATCH;
                orders += BATCH;
            }
            Ok::<_, anyhow::Error>(orders)
        }
    });
    let orders: u64 = try_join_all(loads).await?.into_iter().sum();
    #[allow(clippy::cast_precision_loss)]
    let rate = orders as f64 / started.elapsed().as_secs_f64();
    report.line(&format!("{name}: orders taken in, broadcast meanwhile"), &format!("{rate:.0}/s"), "2,000/s");
    let ended = Instant::now();
    while heard.len() < usize::try_from(orders + SINGLE)? || !heard.all(services) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let lag = format!("{:.0} ms", ended.elapsed().as_secs_f64() * 1_000.0);
    report.line(&format!("{name}: until all of them were heard of"), &lag, "");
    running.stop().await;
    db.close().await;
    Ok(())
}

/// Orders of a POP, from an event number on.
async fn deliver(app: &App, pop: usize, first: u64, count: u64) -> Result<()> {
    let events: Result<Vec<_>> = (first..first + count).map(|seq| event(pop, seq)).collect();
    let batch = EventBatch { incarnation: "bench".to_owned(), events: events? };
    app.services.sync.apply_events(&PopId::parse(&format!("eu-{pop}"))?, &batch).await?;
    Ok(())
}

fn event(pop: usize, seq: u64) -> Result<Event> {
    let name = format!("bench-{pop}-{seq}");
    let line = |n: u64| {
        json!({
            "sku": format!("SKU-{n}"), "product": format!("prd_bench-{n}"), "vendor": format!("ven_bench-{}", n % 7),
            "quantity": 1, "unit_price": {"amount": 1_990, "currency": "EUR"},
        })
    };
    let order: OrderRecord = serde_json::from_value(json!({
        "id": format!("ord_{name}"), "cart": format!("crt_{name}"), "region": "eu", "placed_ms": 1_795_000_000_000_i64,
        "customer": format!("pseudonym-{}", seq % 1_000), "account": null, "country": "DE", "area": "10",
        "lines": [line(seq % 50), line(seq % 31 + 50)], "takes": [],
        "subtotal": {"amount": 3_980, "currency": "EUR"}, "delivery": {"amount": 490, "currency": "EUR"},
        "total": {"amount": 4_470, "currency": "EUR"}, "delivery_kind": "parcel",
        "payment": {"id": format!("pay_{name}"), "method": "invoice"},
        "fraud": {"outcome": "allow", "score": 0.1, "model": "bench", "reasons": []},
    }))?;
    let id = kiosk_ids::EventId::named(&name)?;
    Ok(Event { seq, id, occurred_ms: order.placed_ms, body: EventBody::OrderPlaced(Box::new(order)) })
}

/// When orders were heard of, and by how many.
#[derive(Default)]
struct Heard(Mutex<HashMap<String, (usize, Option<Instant>)>>);

impl Heard {
    fn add(&self, order: &str) {
        let mut heard = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = heard.entry(order.to_owned()).or_default();
        *entry = (entry.0 + 1, Some(Instant::now()));
    }

    fn with<T>(&self, ask: impl FnOnce(&HashMap<String, (usize, Option<Instant>)>) -> T) -> T {
        ask(&self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn count(&self, order: &str) -> usize {
        self.with(|heard| heard.get(order).map_or(0, |(count, _)| *count))
    }

    fn last(&self, order: &str) -> Instant {
        self.with(|heard| heard.get(order).and_then(|(_, at)| *at)).unwrap_or_else(Instant::now)
    }

    fn len(&self) -> usize {
        self.with(HashMap::len)
    }

    fn all(&self, services: usize) -> bool {
        self.with(|heard| heard.values().all(|(count, _)| *count >= services))
    }
}

/// A service, and a note of what it has applied.
struct Listener {
    heard: Arc<Heard>,
    inner: Option<Arc<dyn Consumer>>,
}

impl Consumer for Listener {
    fn name(&self) -> &'static str {
        self.inner.as_ref().map_or("bench", |inner| inner.name())
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            if let Some(inner) = &self.inner {
                inner.apply(tx, facts).await?;
            }
            for told in facts {
                if let Fact::OrderPlaced(fact) = &told.fact {
                    self.heard.add(fact.order.id.as_str());
                }
            }
            Ok(())
        })
    }
}
