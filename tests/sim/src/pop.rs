//! A POP: the real routers of edge-orders and edge-fraud on simulated ports.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use kiosk_edge_platform::native::{DirFiles, MapVariables};
use kiosk_edge_platform::{AfterResponse, Edge, Statement};
use tower::ServiceExt;

use crate::chance::Chance;
use crate::clock::PopClock;
use crate::disk::{Disk, SimDb};
use crate::executor::lock;
use crate::network::{Answer, SimHttp, hand_over, reply};
use crate::providers;
use crate::world::World;

/// The fraud model of core and POPs: of those of the release the one that asks nobody for more, whatever the hour.
pub const FRAUD_MODEL: &str = "fraud-v1";
/// Where the fraud models are.
const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ml/fraud");
/// Most ticks of a POP that run at once.
const TICKS_AT_ONCE_MAX: u32 = 4;

/// Part of the work after an answer that a host leaves out.
const AFTER_LEFT_OUT: f64 = 0.3;

/// One POP.
pub struct Pop {
    /// Its place among the POPs, and the group of its tasks.
    pub index: usize,
    /// Its database.
    pub disk: Arc<Disk>,
    /// Its clock.
    pub clock: Arc<PopClock>,
    /// Its process; `None` while it is down.
    process: Mutex<Option<Process>>,
    /// Kept over crashes: all that a restart would do to edge-fraud is to load the same model again.
    fraud: Mutex<Option<Router>>,
    ticks: AtomicU32,
    starts: AtomicU64,
    seed: u64,
}

/// The instances of edge-orders that share the POP's database.
struct Process {
    isolates: Vec<Router>,
}

/// The id of the POP at `index`, as the core knows it.
pub fn id_of(index: usize) -> String {
    format!("pop-{index}")
}

/// What the POP at `index` signs with.
pub fn key_of(index: usize) -> String {
    format!("the-signing-key-of-pop-{index}")
}

impl Pop {
    /// A POP that is not started yet.
    pub fn new(world: &Arc<World>, index: usize) -> Arc<Self> {
        let offset_ms =
            if world.plan.faults.jump.is_some() { world.chance.signed(-20_000, 20_000) } else { 0 };
        Arc::new(Self {
            index,
            disk: Arc::new(Disk::new(world.dir().join(id_of(index)))),
            clock: Arc::new(PopClock::new(Arc::clone(&world.executor), offset_ms)),
            process: Mutex::new(None),
            fraud: Mutex::new(None),
            ticks: AtomicU32::new(0),
            starts: AtomicU64::new(0),
            seed: world.chance.between(0, u64::MAX),
        })
    }

    /// Starts the process with empty memory.
    pub fn start(self: &Arc<Self>, world: &Arc<World>) {
        let stream = self.starts.fetch_add(1, Ordering::SeqCst);
        let edge = self.edge(world, stream);
        lock(&self.fraud).get_or_insert_with(|| edge_fraud::router(edge.clone()));
        let isolates = (0..world.plan.isolates).map(|_| edge_orders::router(edge.clone())).collect();
        self.ticks.store(0, Ordering::SeqCst);
        *lock(&self.process) = Some(Process { isolates });
    }

    fn edge(self: &Arc<Self>, world: &Arc<World>, stream: u64) -> Edge {
        let index = self.index;
        let accounts = providers::config(0, 0);
        let variables = [
            ("pop_id", id_of(index)),
            ("region", "eu".to_owned()),
            ("fraud_model", FRAUD_MODEL.to_owned()),
            ("core_url", "https://core.sim".to_owned()),
            ("pop_key", key_of(index)),
            ("pseudonym_key", "the-pseudonym-key-of-the-region".to_owned()),
            ("shop_url", "https://shop.sim".to_owned()),
            ("stripe_url", providers::URL.to_owned()),
            ("stripe_key", accounts.stripe_key),
            ("stripe_webhook_secret", providers::STRIPE_SECRET.to_owned()),
            ("paypal_url", providers::URL.to_owned()),
            ("paypal_client", accounts.paypal_client),
            ("paypal_secret", accounts.paypal_secret),
            ("paypal_webhook_id", providers::PAYPAL_WEBHOOK.to_owned()),
        ];
        let variables: HashMap<_, _> = variables.map(|(name, value)| (name.to_owned(), value)).into();
        Edge {
            db: Arc::new(SimDb::new(Arc::clone(world), index, Arc::clone(&self.disk))),
            http: Arc::new(SimHttp::new(Arc::clone(world), Arc::clone(self))),
            variables: Arc::new(MapVariables(variables)),
            files: Arc::new(DirFiles(MODELS.into())),
            clock: self.clock.clone(),
            timer: self.clock.clone(),
            random: Arc::new(Chance::new(self.seed, stream)),
            after: Arc::new(After { world: Arc::clone(world), pop: index }),
        }
    }

    /// Stops the process; its tasks are ended by whoever stops it.
    pub fn stop(&self) {
        let process = lock(&self.process).take();
        drop(process);
    }

    /// Whether the process runs.
    pub fn is_up(&self) -> bool {
        lock(&self.process).is_some()
    }

    /// Frees what points back to the world.
    pub fn close(&self) {
        self.stop();
        let fraud = lock(&self.fraud).take();
        drop(fraud);
        self.disk.close();
    }

    /// Answers a request, by any of its instances; `None` when the POP is down.
    pub async fn serve(&self, world: &World, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let router =
            lock(&self.process).as_ref().map(|process| world.chance.pick(&process.isolates).clone())?;
        Some(call(router, request).await)
    }

    /// Takes a message from elsewhere, as a task of its own process: it ends with that, and then no answer comes.
    pub async fn take(self: &Arc<Self>, world: &Arc<World>, request: Request<Bytes>) -> Option<Answer> {
        if !self.is_up() {
            return None;
        }
        let (handed, receiver) = reply();
        let (pop, inside) = (Arc::clone(self), Arc::clone(world));
        world.executor.spawn(self.index, async move {
            if let Some(answer) = pop.serve(&inside, request).await {
                hand_over(&handed, Ok(answer));
            }
        });
        receiver.await.ok()
    }

    /// Asks edge-fraud.
    pub async fn score(&self, request: Request<Bytes>) -> Response<Bytes> {
        let router = lock(&self.fraud).clone();
        match router {
            Some(router) => call(router, request).await,
            None => Response::builder().status(503).body(Bytes::new()).expect("a status alone is a response"),
        }
    }

    /// Runs one tick as a task of the POP, unless many run already.
    pub fn tick(self: &Arc<Self>, world: &Arc<World>) {
        if !self.is_up() || self.ticks.load(Ordering::SeqCst) >= TICKS_AT_ONCE_MAX {
            return;
        }
        self.ticks.fetch_add(1, Ordering::SeqCst);
        let (pop, world) = (Arc::clone(self), Arc::clone(world));
        let executor = Arc::clone(&world.executor);
        executor.spawn(self.index, async move {
            let request = Request::builder().method(Method::POST).uri("/internal/tick").body(Bytes::new());
            let answer = pop.serve(&world, request.expect("the address is one")).await;
            if let Some(answer) = answer {
                let body = String::from_utf8_lossy(answer.body()).into_owned();
                let body = if answer.status().is_success() { body } else { String::new() };
                if body.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
                    world.note(format_args!("{} tick {body}", id_of(pop.index)));
                }
            }
            pop.ticks.fetch_sub(1, Ordering::SeqCst);
        });
    }

    /// A value of the POP's `meta` table.
    pub fn meta(&self, key: &'static str) -> Option<String> {
        let select = Statement::new("SELECT value FROM meta WHERE key = ?1").bind(key);
        let rows = self.disk.read(select).ok()?;
        rows.first().and_then(|row| row.get::<String>(0).ok())
    }
}

/// Work after an answer: a task of the POP, or left out as a host may do.
struct After {
    world: Arc<World>,
    pop: usize,
}

impl AfterResponse for After {
    fn run(&self, work: BoxFuture<'static, ()>) {
        if self.world.chance.hits(AFTER_LEFT_OUT) {
            self.world.count("work after an answer left out");
        } else {
            self.world.executor.spawn(self.pop, work);
        }
    }
}

/// Asks a router and reads its whole answer.
pub async fn call(router: Router, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let response = router.oneshot(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.unwrap_or_else(|never| match never {}).into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    Response::from_parts(parts, body)
}
