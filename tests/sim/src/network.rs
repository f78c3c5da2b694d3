//! The simulated network: messages that are lost, late, doubled or overtaken, and links that break in one direction.

use std::future::Future;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{BoxFuture, Either, select};
use http::{Request, Response};
use kiosk_edge_platform::{HttpClient, HttpError, Outbound};

use crate::executor::{US_PER_MS, WORLD, lock};
use crate::mutations;
use crate::pop::Pop;
use crate::providers;
use crate::world::World;

/// What a server answers; an error when nobody listens.
pub type Answer = Result<Response<Bytes>, HttpError>;

/// Which links between POPs and the core are broken.
pub struct Network {
    up: Mutex<Vec<[bool; 2]>>,
}

/// The direction of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the POP to the core.
    Up = 0,
    /// From the core to the POP.
    Down = 1,
}

impl Network {
    /// All links are whole.
    #[must_use]
    pub fn new(pops: usize) -> Self {
        Self { up: Mutex::new(vec![[true; 2]; pops]) }
    }

    /// Breaks or heals one direction of the link of a POP.
    pub fn set(&self, pop: usize, direction: Direction, up: bool) {
        lock(&self.up)[pop][direction as usize] = up;
    }

    /// Whether messages pass.
    pub fn passes(&self, pop: usize, direction: Direction) -> bool {
        lock(&self.up)[pop][direction as usize]
    }
}

/// The delays of the copies of a message that arrive: none when it is lost, two when it is doubled.
pub fn copies(world: &World) -> Vec<u64> {
    let plan = &world.plan.network;
    if world.strikes(plan.loss, "message lost") {
        return Vec::new();
    }
    let number = if world.strikes(plan.twice, "message doubled") { 2 } else { 1 };
    let delay = |_| {
        let late =
            if world.strikes(plan.late, "message late") { world.chance.around(plan.late_us) } else { 0 };
        world.chance.around(plan.delay_us) + 100 + late
    };
    (0..number).map(delay).collect()
}

/// The sending half of an answer that the first copy to come back takes.
pub type Reply = Arc<Mutex<Option<oneshot::Sender<Answer>>>>;

/// A place for an answer.
pub fn reply() -> (Reply, oneshot::Receiver<Answer>) {
    let (sender, receiver) = oneshot::channel();
    (Arc::new(Mutex::new(Some(sender))), receiver)
}

/// Hands an answer over; later ones are dropped.
pub fn hand_over(reply: &Reply, answer: Answer) {
    if let Some(sender) = lock(reply).take() {
        let _ = sender.send(answer);
    }
}

/// Waits for an answer, at most for `timeout_ms`. An answer that was lost on the way is silence.
pub async fn wait(world: &World, receiver: oneshot::Receiver<Answer>, timeout_ms: u32) -> Answer {
    let timeout = world.sleep_us(u64::from(timeout_ms) * US_PER_MS);
    match select(receiver, timeout).await {
        Either::Left((Ok(answer), _)) => answer,
        Either::Left((Err(_), timeout)) => {
            timeout.await;
            Err(HttpError::Timeout(timeout_ms))
        }
        Either::Right(_) => Err(HttpError::Timeout(timeout_ms)),
    }
}

/// Sends a request that `serve` answers, and waits for the first answer to come back. The link of `pop` to the core may
/// be broken.
pub async fn exchange<F>(
    world: &Arc<World>,
    pop: Option<usize>,
    timeout_ms: u32,
    serve: impl Fn(Arc<World>) -> F,
) -> Answer
where
    F: Future<Output = Answer> + Send + 'static,
{
    let (reply, receiver) = reply();
    let passes = move |world: &World, direction| pop.is_none_or(|pop| world.network.passes(pop, direction));
    for delay_us in copies(world) {
        if !passes(world, Direction::Up) {
            continue;
        }
        let (served, reply, world) = (serve(Arc::clone(world)), Arc::clone(&reply), Arc::clone(world));
        let executor = Arc::clone(&world.executor);
        executor.spawn(WORLD, async move {
            world.sleep_us(delay_us).await;
            let answer = served.await;
            // An answer that comes twice is read once.
            if let Some(delay_us) = copies(&world).first().copied() {
                world.sleep_us(delay_us).await;
                if passes(&world, Direction::Down) {
                    hand_over(&reply, answer);
                }
            }
        });
    }
    drop(reply);
    wait(world, receiver, timeout_ms).await
}

/// A POP's way out: to the core and the providers over the network, to edge-fraud beside it.
pub struct SimHttp {
    world: Arc<World>,
    pop: Arc<Pop>,
}

impl SimHttp {
    /// The way out of `pop`.
    pub fn new(world: Arc<World>, pop: Arc<Pop>) -> Self {
        Self { world, pop }
    }

    async fn ask_core(&self, request: Request<Bytes>, timeout_ms: u32) -> Answer {
        let pop = self.pop.index;
        let serve = |world: Arc<World>| {
            let request = request.clone();
            async move { crate::core::serve(&world, Some(pop), request).await }
        };
        exchange(&self.world, Some(pop), timeout_ms, serve).await
    }

    async fn ask_provider(&self, request: Request<Bytes>, timeout_ms: u32) -> Answer {
        let asked = (request.method().clone(), request.uri().clone());
        let answer = providers::ask(&self.world, request, timeout_ms).await;
        match self.world.mutation {
            Some(mutation) => mutations::provider_answers(&self.world, mutation, asked, answer),
            None => answer,
        }
    }

    async fn ask_fraud(&self, request: Request<Bytes>, timeout_ms: u32) -> Answer {
        let world = &self.world;
        if world.strikes(world.plan.network.loss, "fraud scorer away") {
            return Err(HttpError::Connection("edge-fraud is away".to_owned()));
        }
        let timeout = world.sleep_us(u64::from(timeout_ms) * US_PER_MS);
        match select(self.pop.score(request).boxed(), timeout).await {
            Either::Left((answer, _)) => Ok(answer),
            Either::Right(_) => Err(HttpError::Timeout(timeout_ms)),
        }
    }
}

impl HttpClient for SimHttp {
    fn send(&self, outbound: Outbound) -> BoxFuture<'_, Answer> {
        let Outbound { request, timeout_ms_max } = outbound;
        match request.uri().host() {
            Some(host) if host.ends_with(".spin.internal") => self.ask_fraud(request, timeout_ms_max).boxed(),
            Some(providers::HOST) => self.ask_provider(request, timeout_ms_max).boxed(),
            _ => self.ask_core(request, timeout_ms_max).boxed(),
        }
    }
}
