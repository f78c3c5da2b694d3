//! The core: the real app on a SQLite file, with a clock that is set before each request.
//!
//! A request runs to its end while simulated time stands still, so the threads of the database driver cannot change
//! the order of anything. A crash within a request is made afterwards: the write-ahead log is cut at an arbitrary
//! byte of what the request added, which is what a machine leaves that died at that moment.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use core_cloud::app::App;
use core_cloud::clock::Clock;
use core_cloud::config::{
    Config, MailConfig, PaymentsConfig, PaypalConfig, Pops, ProviderTransport, Secret, StripeConfig,
};
use core_cloud::db::Db;
use core_cloud::media::fetch::Fetcher;
use core_cloud::media::files::Files;
use core_cloud::modules::imports::draft::Entry;
use http::Request;
use kiosk_edge_platform::HttpError;
use kiosk_ids::PopId;
use tokio::runtime::Runtime;

use crate::auditor;
use crate::disk::{copy_torn, wal_of};
use crate::executor::{US_PER_MS, lock};
use crate::mutations;
use crate::network::Answer;
use crate::pop::{FRAUD_MODEL, call, id_of, key_of};
use crate::providers::{self, CoreLink};
use crate::world::World;

/// Mean time that a request takes in the core, in microseconds.
const SERVICE_US: u64 = 2 * US_PER_MS;
/// File of the core's database.
const FILE: &str = "core.sqlite";

/// The core's machine.
pub struct Core {
    folder: PathBuf,
    pops: usize,
    lease_ttl_s: u32,
    clock_ms: Arc<AtomicI64>,
    /// Its way to the payment providers.
    pub link: Arc<CoreLink>,
    /// Its write-ahead log.
    wal: Mutex<PathBuf>,
    /// How long that was when a provider was asked last.
    told_bytes: AtomicU64,
    machine: Mutex<Machine>,
}

struct Machine {
    runtime: Option<Runtime>,
    /// Copies of the database so far: a crash goes on with a new one.
    copies: u32,
    app: Option<(App, Db)>,
    /// Reads what is committed, for the auditor.
    reader: Option<rusqlite::Connection>,
}

impl Core {
    /// A core that is down, with its files in `folder`.
    #[must_use]
    pub fn new(folder: PathBuf, pops: usize, lease_ttl_s: u32) -> Self {
        let machine = Machine { runtime: None, copies: 0, app: None, reader: None };
        Self {
            folder,
            pops,
            lease_ttl_s,
            clock_ms: Arc::default(),
            link: Arc::default(),
            wal: Mutex::default(),
            told_bytes: AtomicU64::new(0),
            machine: Mutex::new(machine),
        }
    }

    fn data_dir(&self, copy: u32) -> PathBuf {
        self.folder.join(copy.to_string())
    }

    /// Starts from a copy of a database, changed by `schema`.
    pub fn install(&self, template: &[u8], schema: &str) {
        let folder = self.data_dir(0);
        std::fs::create_dir_all(&folder).expect("the folder of the run can be written");
        let file = folder.join(FILE);
        std::fs::write(&file, template).expect("the folder of the run can be written");
        let connection = rusqlite::Connection::open(file).expect("the template opens");
        connection.execute_batch(schema).expect("the mutation fits the schema");
    }

    /// Starts the process at this true time.
    pub fn start(&self, now_ms: i64) {
        self.clock_ms.store(now_ms, Ordering::SeqCst);
        let mut machine = lock(&self.machine);
        let folder = self.data_dir(machine.copies);
        *lock(&self.wal) = wal_of(&folder.join(FILE));
        let config = self.config(&folder);
        let clock = Clock::Manual(Arc::clone(&self.clock_ms));
        let runtime = machine.runtime.get_or_insert_with(new_runtime);
        let app = runtime.block_on(open(&config, &clock)).expect("the core starts on its database");
        machine.app = Some(app);
        machine.reader =
            Some(rusqlite::Connection::open(folder.join(FILE)).expect("the core's database opens"));
    }

    /// Somebody outside hears of what the core has committed by now: no crash may take that back.
    pub fn tells(&self) {
        let written = std::fs::metadata(&*lock(&self.wal)).map_or(0, |file| file.len());
        self.told_bytes.store(written, Ordering::SeqCst);
    }

    /// How long the log was when somebody outside heard of it last, in bytes.
    pub fn told_bytes(&self) -> u64 {
        self.told_bytes.load(Ordering::SeqCst)
    }

    fn config(&self, folder: &Path) -> Config {
        let pops: Vec<_> =
            (0..self.pops).map(|index| format!("{}:eu:{}", id_of(index), key_of(index))).collect();
        let accounts = providers::config(0, 0);
        Config {
            data_dir: folder.to_owned(),
            files: Files::open(folder, None).expect("a folder can be made"),
            database_url: None,
            pops: Pops::parse(&pops.join(",")).expect("the POPs are well-formed"),
            operator_key: Secret::new("the-operator-key-of-the-simulation").expect("a long key"),
            lease_ttl_s: self.lease_ttl_s,
            public_url: String::new(),
            mail: MailConfig { url: String::new(), token: String::new(), from: String::new() },
            fraud_model: FRAUD_MODEL.to_owned(),
            payments: PaymentsConfig {
                stripe: Some(StripeConfig {
                    url: providers::URL.to_owned(),
                    key: accounts.stripe_key,
                    webhook_secrets: vec![providers::STRIPE_SECRET.to_owned()],
                }),
                paypal: Some(PaypalConfig {
                    url: providers::URL.to_owned(),
                    client: accounts.paypal_client,
                    secret: accounts.paypal_secret,
                    webhook_id: providers::PAYPAL_WEBHOOK.to_owned(),
                }),
                bank: None,
                transport: ProviderTransport(self.link.clone()),
            },
            nats: None,
        }
    }

    /// Whether the process runs.
    pub fn is_up(&self) -> bool {
        lock(&self.machine).app.is_some()
    }

    /// Runs `work` with the app.
    pub fn with_app<T>(&self, now_ms: i64, work: impl AsyncFnOnce(&App) -> T) -> Option<T> {
        self.clock_ms.store(now_ms, Ordering::SeqCst);
        let machine = lock(&self.machine);
        let (app, _) = machine.app.as_ref()?;
        machine.runtime.as_ref().map(|runtime| runtime.block_on(work(app)))
    }

    /// Reads what is committed; `None` while there is nothing to read.
    pub fn read<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> T) -> Option<T> {
        lock(&self.machine).reader.as_ref().map(work)
    }

    /// Imports goods. False when the core is down.
    pub fn import(&self, now_ms: i64, entries: Vec<Entry>) -> bool {
        let fetcher = Fetcher::new(true).expect("an HTTP client can be made");
        let report = self.with_app(now_ms, async |app| {
            app.services.imports.run_import("kiosk-jsonl", "sim", entries, &fetcher, &|_| {}).await
        });
        report.is_some_and(|report| report.expect("an import is written").refused == 0)
    }

    /// Writes an incarnation off; false when the core refuses.
    pub fn write_off(&self, now_ms: i64, pop: usize, incarnation: &str) -> bool {
        let pop = PopId::parse(&id_of(pop)).expect("the id of a POP");
        self.with_app(now_ms, async |app| app.services.sync.write_off(&pop, Some(incarnation)).await.is_ok())
            .unwrap_or(false)
    }

    /// Forgets what is of no more use, as the server does each hour.
    pub fn prune(&self, now_ms: i64) {
        self.with_app(now_ms, async |app| app.services.sync.prune().await.expect("the core can prune"));
    }

    /// The process dies. What `in_flight` wrote may be cut off anywhere.
    pub fn crash(&self, cut: impl FnOnce(u64) -> u64) {
        let mut machine = lock(&self.machine);
        if machine.app.is_none() {
            return;
        }
        let (from, to) = (self.data_dir(machine.copies), self.data_dir(machine.copies + 1));
        std::fs::create_dir_all(&to).expect("the folder of the run can be written");
        let written = std::fs::metadata(wal_of(&from.join(FILE))).map_or(0, |file| file.len());
        copy_torn(&from.join(FILE), &to.join(FILE), cut(written)).expect("a database can be copied");
        machine.copies += 1;
        machine.stop();
        let _ = std::fs::remove_dir_all(from);
    }

    /// Empties the log, so that what a request adds is all that is in it.
    pub fn checkpoint(&self) {
        self.read(|reader| reader.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        self.told_bytes.store(0, Ordering::SeqCst);
    }

    /// Stops for good.
    pub fn close(&self) {
        let mut machine = lock(&self.machine);
        machine.stop();
        machine.runtime = None;
    }
}

impl Machine {
    fn stop(&mut self) {
        self.reader = None;
        if let (Some((app, db)), Some(runtime)) = (self.app.take(), self.runtime.as_ref()) {
            drop(app);
            runtime.block_on(db.close());
        }
    }
}

fn new_runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be made")
}

async fn open(config: &Config, clock: &Clock) -> anyhow::Result<(App, Db)> {
    let db = Db::open(&config.data_dir, None).await?;
    let app = App::new(&db, config, clock).await?;
    Ok((app, db))
}

/// A migrated database that holds `entries`.
pub fn template(now_ms: i64, entries: Vec<Entry>) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let core = Core::new(folder.path().to_owned(), 0, 60);
    std::fs::create_dir_all(core.data_dir(0)).expect("a folder can be made");
    core.start(now_ms);
    assert!(core.import(now_ms, entries), "the goods of the simulation are refused");
    core.checkpoint();
    let bytes = std::fs::read(core.data_dir(0).join(FILE)).expect("the template can be read");
    core.close();
    bytes
}

/// Answers a request, of a POP or of a provider, after the time that takes.
pub async fn serve(world: &Arc<World>, pop: Option<usize>, request: Request<Bytes>) -> Answer {
    world.sleep_us(world.chance.around(SERVICE_US)).await;
    let refused = || Err(HttpError::Connection("the core is down".to_owned()));
    if !world.core.is_up() {
        return refused();
    }
    let inbox = world
        .mutation
        .zip(pop)
        .and_then(|(mutation, pop)| mutations::before_core(mutation, world, pop, &request));
    let dies = world.strikes(world.plan.faults.core_crash_in_request, "core crash in a request");
    if dies {
        world.core.checkpoint();
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answer = world.core.with_app(world.now_ms(), async |app| call(app.router.clone(), request).await);
    let Some(answer) = answer else { return refused() };
    if let Some(inbox) = inbox {
        mutations::after_core(world, &inbox);
    }
    if dies {
        world.core.crash(|written| world.chance.between(0, written));
        crate::faults::restart_core_later(world);
        return refused();
    }
    if method == http::Method::POST || !answer.status().is_success() {
        let from = pop.map_or_else(|| "provider".to_owned(), id_of);
        world.note(format_args!("core <- {from} {method} {path} {}", answer.status().as_u16()));
    }
    if method == http::Method::POST {
        auditor::stock::after_request(world);
    }
    Ok(answer)
}
