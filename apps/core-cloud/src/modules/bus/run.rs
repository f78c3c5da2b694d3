//! The bus at work: a task that dispatches, and one for each consumer.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::dispatch::Dispatcher;
use super::link::{Link, warn_of_unread};
use super::reader::{Reader, are_distinct};
use super::{Consumer, store};
use crate::clock::Clock;
use crate::config::NatsConfig;
use crate::db::Db;
use crate::error::Error;
use crate::random::random;

/// How often facts are looked for that another process told, in milliseconds.
const POLL_MS: u64 = 250;
/// Wait after the database or the broker failed, in milliseconds; it doubles with each failure.
const BACKOFF_MS: u64 = 100;
/// Longest such wait, in milliseconds.
const BACKOFF_MS_MAX: u64 = 10_000;
/// Longest time that [`Bus::drain`] waits for the broker, in milliseconds.
const DRAIN_MS_MAX: u128 = 30_000;

/// The dispatcher and the consumers.
#[derive(Clone)]
pub struct Bus {
    pub(super) db: Db,
    pub(super) clock: Clock,
    dispatcher: Dispatcher,
    pub(super) readers: Arc<Vec<Reader>>,
    pub(super) link: Option<Arc<Link>>,
    /// Changes when facts may have come.
    arrived: watch::Sender<u64>,
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.readers.iter().map(Reader::name).collect();
        f.debug_struct("Bus").field("consumers", &names).finish_non_exhaustive()
    }
}

/// The tasks of a bus that was started.
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    /// Ends the tasks when each has done what it is at.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Bus {
    /// A bus for these consumers, in the database or with the broker. A consumer that is new hears all that is kept. A
    /// broker that is away is no error: facts wait in the outbox until it is there.
    ///
    /// # Errors
    /// When the database fails, [`Error::Invalid`] for what is no address of a broker.
    pub async fn open(
        db: &Db,
        clock: &Clock,
        consumers: Vec<Arc<dyn Consumer>>,
        nats: Option<&NatsConfig>,
    ) -> Result<Self, Error> {
        debug_assert!(are_distinct(&consumers), "two consumers have one name");
        let names: Vec<&'static str> = consumers.iter().map(|consumer| consumer.name()).collect();
        put_cursors(db, &names).await?;
        let link = nats.map(|config| Link::new(db, config, names).map(Arc::new)).transpose()?;
        match &link {
            None => warn_of_unread(db, None).await?,
            Some(link) => match link.stream().await {
                Err(Error::Broker(error)) => {
                    tracing::warn!(error, "the broker is away: facts wait in the database until it is there");
                }
                opened => {
                    opened?;
                }
            },
        }
        let reader = |consumer| Reader { db: db.clone(), clock: clock.clone(), consumer, link: link.clone() };
        let readers = Arc::new(consumers.into_iter().map(reader).collect());
        let holder = hex::encode(random::<8>()?);
        let dispatcher = Dispatcher { db: db.clone(), clock: clock.clone(), link: link.clone(), holder };
        let (db, clock) = (db.clone(), clock.clone());
        Ok(Self { db, clock, dispatcher, readers, link, arrived: watch::Sender::new(0) })
    }

    /// Starts the tasks.
    #[must_use]
    pub fn start(&self) -> Running {
        let stop = watch::Sender::new(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(self.clone().dispatch_until(stop.subscribe()));
        for reader in self.readers.iter() {
            let arrived = self.arrived.subscribe();
            tasks.spawn(read_until(reader.clone(), arrived, stop.subscribe()));
        }
        Running { stop, tasks }
    }

    async fn dispatch_until(self, mut stop: watch::Receiver<bool>) {
        let mut wait = Wait::default();
        while !*stop.borrow() {
            let done = self.dispatcher.dispatch().await;
            self.arrived.send_modify(|count| *count += 1);
            let pause = wait.after("dispatcher", done.map(|moved| moved > 0));
            tokio::select! {
                () = self.db.told().notified(), if wait.is_well() => {}
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Dispatches and applies until nothing moves. What is to be tried again later stays.
    ///
    /// # Errors
    /// When the database or the broker fails.
    pub async fn drain(&self) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            let mut moved = usize::try_from(self.dispatcher.dispatch().await?).unwrap_or(usize::MAX);
            for reader in self.readers.iter() {
                moved += reader.round().await?;
            }
            if moved == 0 && self.is_read().await? {
                return Ok(());
            }
            if moved == 0 {
                // The broker delivers a little later than it stores.
                if start.elapsed().as_millis() > DRAIN_MS_MAX {
                    return Err(Error::Broker("facts were not delivered in time".to_owned()));
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }

    /// Whether each consumer has read all that its sources have.
    async fn is_read(&self) -> Result<bool, Error> {
        let mut names = vec![store::LOG];
        if let Some(link) = &self.link {
            names.push(link.stream().await?.name());
        }
        let conn = &mut *self.db.read().await?;
        for reader in self.readers.iter() {
            for name in &names {
                if store::get_lag(conn, reader.name(), name).await? > 0 {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// Makes the cursors of consumers in the log.
async fn put_cursors(db: &Db, consumers: &[&'static str]) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let start = store::log_start(&mut tx).await?;
    for consumer in consumers {
        store::put_cursor(&mut tx, consumer, store::LOG, start).await?;
    }
    Ok(tx.commit().await?)
}

async fn read_until(reader: Reader, mut arrived: watch::Receiver<u64>, mut stop: watch::Receiver<bool>) {
    let mut wait = Wait::default();
    while !*stop.borrow() {
        arrived.mark_unchanged();
        let done = reader.round().await;
        let pause = wait.after(reader.name(), done.map(|moved| moved > 0));
        tokio::select! {
            _ = arrived.changed(), if wait.is_well() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}

/// How long a task waits after what it did.
#[derive(Default)]
struct Wait {
    failures: u32,
}

impl Wait {
    /// Nothing after work that may go on, a poll when there was none, longer with each failure.
    fn after(&mut self, task: &str, done: Result<bool, Error>) -> Duration {
        match done {
            Ok(moved) => {
                self.failures = 0;
                Duration::from_millis(if moved { 0 } else { POLL_MS })
            }
            Err(error) => {
                self.failures += 1;
                let wait_ms = BACKOFF_MS_MAX.min(BACKOFF_MS << self.failures.min(16));
                tracing::warn!(
                    task,
                    wait_ms,
                    error = &error as &dyn std::error::Error,
                    "the event bus waits"
                );
                Duration::from_millis(wait_ms)
            }
        }
    }

    /// Whether it is of use to be woken.
    const fn is_well(&self) -> bool {
        self.failures == 0
    }
}
