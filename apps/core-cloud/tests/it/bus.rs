//! The event bus: each fact applied once by each consumer, in the order of its key, whatever fails.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use core_cloud::clock::Clock;
use core_cloud::db::{Conn, Tx};
use core_cloud::error::Error;
use core_cloud::modules::bus::fact::{Fact, PaymentFailed, Told};
use core_cloud::modules::bus::run::Bus;
use core_cloud::modules::bus::service::{self as bus, DeadLetter, Progress};
use core_cloud::modules::bus::{Consumer, RETRY_MS_MAX, TRIES_MAX};
use core_cloud::modules::members::policy::Role;
use futures::future::{BoxFuture, join_all};
use kiosk_ids::{OrderId, PaymentId};
use tokio::sync::Notify;

use crate::harness::*;
use crate::nats;

/// Makes a test for each database and each bus out of a function that takes a [`TestApp`].
macro_rules! on_every_bus {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use crate::harness::TestApp;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(TestApp::sqlite().await.with_bus(false).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite_jetstream() {
                super::$name(TestApp::sqlite().await.with_bus(true).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(TestApp::postgres().await.with_bus(false).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres_jetstream() {
                super::$name(TestApp::postgres().await.with_bus(true).await).await;
            }
        }
    )*};
}

on_every_bus!(
    each_consumer_applies_each_fact_once_and_in_order,
    a_fact_that_fails_holds_its_key_up_and_nothing_else,
    dead_letters_are_tried_again_in_order,
    a_fact_that_nobody_can_read_is_a_dead_letter,
    what_a_killed_process_had_in_hand_is_applied_once,
    what_is_told_twice_is_applied_once,
    dispatchers_and_readers_of_many_processes_share_the_work,
    what_everybody_has_read_is_forgotten,
    tasks_pass_facts_on_and_stop,
);

on_both_databases!(an_order_is_told_with_it, a_slow_consumer_delays_nobody_where_rows_are_locked);

/// Writes down what it applies, in its transaction.
#[derive(Default)]
pub struct Probe {
    name: &'static str,
    /// Keys it cannot take.
    refuses: Mutex<HashSet<String>>,
    /// Whether it panics instead of saying so.
    panics: AtomicBool,
    /// It waits for a word before it is done.
    waits: AtomicBool,
    /// It waits.
    waiting: Notify,
    go_on: Notify,
}

impl Probe {
    pub fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, ..Self::default() })
    }

    fn refuse(&self, key: &str) {
        self.refuses.lock().unwrap().insert(order_id(key).to_string());
    }

    fn take_all(&self) {
        self.refuses.lock().unwrap().clear();
        self.panics.store(false, Ordering::SeqCst);
        self.waits.store(false, Ordering::SeqCst);
    }

    async fn write(&self, conn: &mut Conn, told: &Told) -> Result<(), Error> {
        let Fact::PaymentFailed(fact) = &told.fact else { return Ok(()) };
        if self.refuses.lock().unwrap().contains(fact.order.as_str()) {
            assert!(!self.panics.load(Ordering::SeqCst), "the probe panics");
            return Err(Error::NotFound("probe"));
        }
        sqlx::query(
            "INSERT INTO probe (consumer, place, topic, word) VALUES \
             ($1, (SELECT COUNT(*) FROM probe WHERE consumer = $1), $2, $3)",
        )
        .bind(self.name)
        .bind(fact.order.as_str())
        .bind(&*fact.reason)
        .execute(conn)
        .await?;
        Ok(())
    }
}

impl Consumer for Probe {
    fn name(&self) -> &'static str {
        self.name
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for told in facts {
                self.write(tx, told).await?;
            }
            if self.waits.load(Ordering::SeqCst) {
                self.waiting.notify_one();
                self.go_on.notified().await;
            }
            Ok(())
        })
    }
}

/// The core's own consumers are known too, and nobody brings them facts here.
fn of_a_probe(known: &Progress) -> bool {
    ["ledger", "mails", "late"].contains(&known.consumer.as_str())
}

fn order_id(key: &str) -> OrderId {
    OrderId::named(key).unwrap()
}

/// A fact about `key` that bears a word.
fn fact(key: &str, word: &str) -> Fact {
    let payment = PaymentId::named("p").unwrap();
    Fact::PaymentFailed(PaymentFailed { payment, order: order_id(key), reason: word.to_owned() })
}

impl TestApp {
    /// With the bus in the database or with a broker, and a table for probes.
    pub async fn with_bus(mut self, broker: bool) -> Self {
        self.nats = if broker { Some(nats::fresh_stream().await) } else { None };
        self.add_probes().await;
        self
    }

    pub async fn add_probes(&self) {
        let sql = "CREATE TABLE probe (consumer TEXT NOT NULL, place BIGINT NOT NULL, topic TEXT NOT NULL, word TEXT NOT NULL)";
        let mut tx = self.db.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn open_bus(&self, probes: &[&Arc<Probe>]) -> Bus {
        let consumers = probes.iter().map(|probe| Arc::clone(probe) as Arc<dyn Consumer>).collect();
        let clock = Clock::Manual(Arc::clone(&self.clock));
        Bus::open(&self.db, &clock, consumers, self.nats.as_ref()).await.unwrap()
    }

    /// Tells facts in one transaction: key and word.
    pub async fn tell(&self, facts: &[(&str, &str)]) {
        let facts: Vec<_> = facts.iter().map(|(key, word)| fact(key, word)).collect();
        let mut tx = self.db.begin().await.unwrap();
        bus::publish(&mut tx, &facts, self.now_ms()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What a probe applied, by key, in order.
    pub async fn applied(&self, probe: &str) -> BTreeMap<String, String> {
        let query = sqlx::query_as("SELECT topic, word FROM probe WHERE consumer = $1 ORDER BY place");
        let rows: Vec<(String, String)> =
            query.bind(probe).fetch_all(&mut *self.db.read().await.unwrap()).await.unwrap();
        let mut applied = BTreeMap::<String, String>::new();
        for (topic, word) in rows {
            applied.entry(topic.trim_start_matches("ord_").to_owned()).or_default().push_str(&word);
        }
        applied
    }

    pub async fn dead(&self) -> Vec<DeadLetter> {
        self.app.services.bus.list_dead(0, 100).await.unwrap()
    }

    /// Lets all tries of what fails happen.
    async fn exhaust(&self, bus: &Bus) {
        for _ in 0..TRIES_MAX {
            self.advance_ms(RETRY_MS_MAX);
            bus.drain().await.unwrap();
        }
    }
}

pub fn words(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, words)| ((*key).to_owned(), (*words).to_owned())).collect()
}

async fn each_consumer_applies_each_fact_once_and_in_order(app: TestApp) {
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let bus = app.open_bus(&[&ledger, &mails]).await;
    app.tell(&[("a", "1"), ("b", "1"), ("a", "2")]).await;
    // A clock that was set back does not change the order of a key.
    app.advance_ms(-60_000);
    app.tell(&[("a", "3")]).await;
    let mut dropped = app.db.begin().await.unwrap();
    bus::publish(&mut dropped, &[fact("a", "never")], app.now_ms()).await.unwrap();
    drop(dropped);
    bus.drain().await.unwrap();
    app.tell(&[("b", "2"), ("c", "1")]).await;
    bus.drain().await.unwrap();
    bus.drain().await.unwrap();
    for probe in ["ledger", "mails"] {
        assert_eq!(app.applied(probe).await, words(&[("a", "123"), ("b", "12"), ("c", "1")]), "{probe}");
    }
    // One that comes later hears what is kept.
    let late = Probe::new("late");
    app.open_bus(&[&ledger, &mails, &late]).await.drain().await.unwrap();
    assert_eq!(app.applied("late").await, app.applied("ledger").await);
    let (mut progress, outbox) = app.app.services.bus.list_progress().await.unwrap();
    progress.retain(of_a_probe);
    assert_eq!((progress.len(), outbox), (3, 0));
    assert!(progress.iter().all(|known| (known.lag, known.waiting, known.dead) == (0, 0, 0)), "{progress:?}");
}

async fn a_fact_that_fails_holds_its_key_up_and_nothing_else(app: TestApp) {
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let bus = app.open_bus(&[&ledger, &mails]).await;
    ledger.refuse("a");
    ledger.panics.store(true, Ordering::SeqCst);
    app.tell(&[("b", "1"), ("a", "1"), ("c", "1"), ("a", "2"), ("b", "2")]).await;
    bus.drain().await.unwrap();
    app.tell(&[("a", "3"), ("c", "2")]).await;
    bus.drain().await.unwrap();
    assert_eq!(app.applied("mails").await, words(&[("a", "123"), ("b", "12"), ("c", "12")]));
    assert_eq!(app.applied("ledger").await, words(&[("b", "12"), ("c", "12")]));
    let (mut progress, _) = app.app.services.bus.list_progress().await.unwrap();
    progress.retain(of_a_probe);
    assert_eq!(progress.iter().map(|known| (known.lag, known.waiting)).collect::<Vec<_>>(), [(0, 3), (0, 0)]);
    // Before it is due nothing is tried; then what waited behind it follows at once.
    ledger.take_all();
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await.get("a"), None);
    app.advance_ms(RETRY_MS_MAX);
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await["a"], "123");
    assert!(app.dead().await.is_empty());
}

async fn dead_letters_are_tried_again_in_order(app: TestApp) {
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let bus = app.open_bus(&[&ledger, &mails]).await;
    ledger.refuse("a");
    ledger.refuse("b");
    app.tell(&[("a", "1"), ("a", "2"), ("b", "1"), ("c", "1")]).await;
    bus.drain().await.unwrap();
    app.exhaust(&bus).await;
    let dead = app.dead().await;
    assert_eq!(dead.len(), 2, "{dead:?}");
    let letter = dead.iter().find(|letter| letter.topic == "ord_a").unwrap();
    assert_eq!((&*letter.kind, letter.tries, letter.behind), ("payment_failed", TRIES_MAX, 1));
    assert_eq!((&*letter.reason, &*letter.consumer), ("there is no such probe", "ledger"));
    let finance = app.staff(Role::Finance).await;
    let page = app.page("/admin/events", &finance).await.text();
    assert!(page.contains("ord_a") && page.contains("there is no such probe"), "{page}");
    // Nothing moves by itself any more; what comes later waits behind.
    ledger.take_all();
    app.tell(&[("a", "3")]).await;
    app.exhaust(&bus).await;
    assert_eq!(app.applied("ledger").await, words(&[("c", "1")]));
    let one = format!("/admin/events/ledger/{}", letter.id);
    assert_eq!(app.post(&one, &finance, &[]).await.headers["location"], "/admin/events?done=replayed");
    assert_eq!(app.post(&one, &finance, &[]).await.status, 404, "it is not dead any more");
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await, words(&[("a", "123"), ("c", "1")]));
    assert_eq!(app.post("/admin/events/mails", &finance, &[]).await.status, 404);
    assert_eq!(app.post("/admin/events/ledger", &finance, &[]).await.status, 303);
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await["b"], "1");
    assert_eq!(app.applied("mails").await, words(&[("a", "123"), ("b", "1"), ("c", "1")]));
    let acts =
        app.column("SELECT subject FROM audit_entries WHERE action = 'event.replay' ORDER BY seq").await;
    assert_eq!(acts, [letter.id.clone(), "ledger".to_owned()]);
}

async fn a_fact_that_nobody_can_read_is_a_dead_letter(app: TestApp) {
    let ledger = Probe::new("ledger");
    let bus = app.open_bus(&[&ledger]).await;
    app.tell(&[("a", "1")]).await;
    let mut tx = app.db.begin().await.unwrap();
    let sql =
        "INSERT INTO bus_outbox (id, topic, place, written_ms, body) VALUES ('evt_new', 'ord_b', 1, 1, $1)";
    sqlx::query(sql).bind(r#"{"type":"sun_rose"}"#).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    bus.drain().await.unwrap();
    app.exhaust(&bus).await;
    assert_eq!(app.applied("ledger").await, words(&[("a", "1")]));
    let dead = app.dead().await;
    assert_eq!((dead.len(), &*dead[0].kind, &*dead[0].id), (1, "sun_rose", "evt_new"));
    assert!(dead[0].reason.contains("cannot read"), "{dead:?}");
}

async fn what_a_killed_process_had_in_hand_is_applied_once(app: TestApp) {
    let ledger = Probe::new("ledger");
    let first = app.open_bus(&[&ledger]).await;
    app.tell(&[("a", "1"), ("b", "1")]).await;
    ledger.waits.store(true, Ordering::SeqCst);
    let killed = tokio::spawn(async move { first.drain().await });
    ledger.waiting.notified().await;
    killed.abort();
    assert!(killed.await.is_err_and(|error| error.is_cancelled()));
    ledger.take_all();
    app.tell(&[("a", "2")]).await;
    app.open_bus(&[&ledger]).await.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await, words(&[("a", "12"), ("b", "1")]));
}

async fn what_is_told_twice_is_applied_once(app: TestApp) {
    let ledger = Probe::new("ledger");
    let bus = app.open_bus(&[&ledger]).await;
    app.tell(&[("a", "1"), ("a", "2")]).await;
    let mut tx = app.db.begin().await.unwrap();
    let copy = "CREATE TABLE told_again AS SELECT * FROM bus_outbox";
    sqlx::query(copy).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    bus.drain().await.unwrap();
    // A dispatcher that died before it could delete what it had told tells it again.
    let mut tx = app.db.begin().await.unwrap();
    sqlx::query("INSERT INTO bus_outbox SELECT * FROM told_again").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    app.tell(&[("a", "3")]).await;
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await, words(&[("a", "123")]));
}

async fn dispatchers_and_readers_of_many_processes_share_the_work(app: TestApp) {
    const ROUNDS: usize = 12;
    const KEYS: [&str; 4] = ["a", "b", "c", "d"];
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let buses = [app.open_bus(&[&ledger, &mails]).await, app.open_bus(&[&ledger, &mails]).await];
    let tell = async {
        for round in 0..ROUNDS {
            let word = char::from(b'a' + u8::try_from(round).unwrap()).to_string();
            app.tell(&KEYS.map(|key| (key, &*word))).await;
        }
    };
    let work = async |bus: &Bus| {
        for _ in 0..ROUNDS {
            bus.drain().await.unwrap();
        }
    };
    tokio::join!(tell, join_all(buses.iter().map(work)));
    for bus in &buses {
        bus.drain().await.unwrap();
    }
    let expected = words(&KEYS.map(|key| (key, "abcdefghijkl")));
    assert_eq!(app.applied("ledger").await, expected);
    assert_eq!(app.applied("mails").await, expected);
    assert!(app.dead().await.is_empty());
}

async fn what_everybody_has_read_is_forgotten(app: TestApp) {
    const WEEK_MS: i64 = 7 * 24 * 3_600_000;
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let bus = app.open_bus(&[&ledger, &mails]).await;
    app.tell(&[("a", "1"), ("b", "1")]).await;
    bus.drain().await.unwrap();
    app.advance_ms(WEEK_MS - 1);
    bus.prune().await.unwrap();
    let late = Probe::new("late");
    app.open_bus(&[&ledger, &mails, &late]).await.drain().await.unwrap();
    assert_eq!(app.applied("late").await, words(&[("a", "1"), ("b", "1")]), "a week is not over");
    app.advance_ms(2);
    bus.prune().await.unwrap();
    assert_eq!(app.column("SELECT id FROM bus_inbox WHERE consumer <> 'late'").await, [""; 0]);
    assert_eq!(app.column("SELECT id FROM bus_log").await, [""; 0]);
    let new = Probe::new("new");
    let bus = app.open_bus(&[&ledger, &mails, &new]).await;
    app.tell(&[("a", "2")]).await;
    bus.drain().await.unwrap();
    assert_eq!(app.applied("new").await, words(&[("a", "2")]));
    assert_eq!(app.applied("ledger").await, words(&[("a", "12"), ("b", "1")]));
}

async fn tasks_pass_facts_on_and_stop(app: TestApp) {
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let bus = app.open_bus(&[&ledger, &mails]).await;
    let running = bus.start();
    for word in ["1", "2", "3"] {
        app.tell(&[("a", word)]).await;
    }
    while app.applied("ledger").await != words(&[("a", "123")])
        || app.applied("mails").await != words(&[("a", "123")])
    {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    app.tell(&[("a", "4")]).await;
    assert_eq!(app.applied("ledger").await["a"], "123");
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await["a"], "1234");
    bus.measure().await.unwrap();
    let metrics = app.get("/metrics", None).await.text();
    assert!(metrics.contains("core_bus_lag{consumer=\"ledger\"} 0"), "{metrics}");
}

/// SQLite has one writer: there a consumer that takes its time holds every writer up, until it is stopped.
async fn a_slow_consumer_delays_nobody_where_rows_are_locked(app: TestApp) {
    if app.db.read().await.unwrap().backend_name() == "SQLite" {
        return;
    }
    app.add_probes().await;
    let (slow, quick) = (Probe::new("slow"), Probe::new("quick"));
    let bus = app.open_bus(&[&slow, &quick]).await;
    slow.waits.store(true, Ordering::SeqCst);
    let running = bus.start();
    app.tell(&[("a", "1")]).await;
    slow.waiting.notified().await;
    app.tell(&[("a", "2")]).await;
    while app.applied("quick").await != words(&[("a", "12")]) {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.applied("slow").await, BTreeMap::new());
    slow.take_all();
    slow.go_on.notify_one();
    while app.applied("slow").await != words(&[("a", "12")]) {
        tokio::task::yield_now().await;
    }
    running.stop().await;
}

async fn an_order_is_told_with_it(app: TestApp) {
    app.stock_up(&[("CUP", 5)]).await;
    app.ask("eu-1", "db", ask("CUP", 0, 0, 5)).await;
    let first = placed(1, order("first", vec![take("CUP", 1, 1)]));
    let second = placed(2, order("second", vec![take("CUP", 1, 1)]));
    app.delivered(vec![first.clone(), second]).await;
    let told = "SELECT topic FROM bus_outbox ORDER BY place";
    assert_eq!(app.column(told).await, ["ord_first", "ord_second"]);
    let again = order("first", vec![take("CUP", 1, 1)]);
    app.delivered(vec![placed(3, again), placed(4, order("third", vec![]))]).await;
    assert_eq!(app.column(told).await, ["ord_first", "ord_second", "ord_third"], "each once");
    let bodies = app.column("SELECT body FROM bus_outbox ORDER BY place").await;
    let Fact::OrderPlaced(fact) = serde_json::from_str(&bodies[0]).unwrap() else { panic!("{bodies:?}") };
    assert_eq!((&*fact.pop, &*fact.region, fact.order.id.as_str()), ("eu-1", "eu", "ord_first"));
    app.drain().await;
    assert_eq!(app.column(told).await, [""; 0], "the dispatcher took them");
}
