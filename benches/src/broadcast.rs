//! The core alone: orders that it takes in a second, and how soon all its services have heard of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;
use core_cloud::app::{App, consumers};
use core_cloud::clock::Clock;
use core_cloud::db::Tx;
use core_cloud::error::Error;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, Told};
use core_cloud::modules::bus::run::Bus;
use futures::future::{BoxFuture, try_join_all};
use kiosk_ids::PopId;
use kiosk_wire::EventBatch;

use crate::alone::{Alone, INCARNATION, POPS, placed, pop_id};
use crate::load::Measured;
use crate::report::Report;

/// Events of one delivery.
const BATCH: u64 = 100;
/// Orders that come one after the other, to see how soon they are heard of.
const SINGLE: u64 = 500;

/// The core on SQLite and on PostgreSQL.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("The core: orders in, and broadcast to its services");
    on(Alone::on_sqlite().await?, "SQLite", duration, report).await?;
    on(Alone::on_postgres().await?, "PostgreSQL", duration, report).await
}

async fn on(core: Alone, name: &str, duration: Duration, report: &mut Report) -> Result<()> {
    let Alone { app, db, .. } = &core;
    let heard = Arc::new(Heard::default());
    // One more than the services, so that there is something to hear where none listens.
    let mut listeners: Vec<Arc<dyn Consumer>> =
        vec![Arc::new(Listener { heard: heard.clone(), inner: None })];
    let timed = |inner| Arc::new(Listener { heard: heard.clone(), inner: Some(inner) }) as Arc<dyn Consumer>;
    listeners.extend(consumers(&app.services).into_iter().map(timed));
    let services = listeners.len();
    let running = Bus::open(db, &Clock::System, listeners, None).await?.start();

    let mut waits = Vec::new();
    for number in 1..=SINGLE {
        deliver(app, 0, number, 1).await?;
        let told = Instant::now();
        let order = format!("ord_bench-0-{number}");
        while heard.count(&order) < services {
            tokio::task::yield_now().await;
        }
        waits.push(u64::try_from(heard.last(&order).saturating_duration_since(told).as_micros())?);
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
    let events: Result<Vec<_>> = (first..first + count).map(|seq| placed(pop, seq, false)).collect();
    let batch = EventBatch { incarnation: INCARNATION.to_owned(), events: events? };
    app.services.sync.apply_events(&PopId::parse(&pop_id(pop))?, &batch).await?;
    Ok(())
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
