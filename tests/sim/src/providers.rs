//! The payment providers: the sandbox in this process, on the true time. It is reached over a network that loses, doubles
//! and delays, tells of what happens by webhooks, and is restarted from what it saved.

use std::sync::{Arc, Mutex, OnceLock, Weak};

use axum::Router;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use kiosk_edge_platform::HttpError;
use kiosk_payments::{NoAnswer, Transport};
use psp_sandbox::{Clock, Config, Hook, Ledger, LedgerLine, Provider, Sandbox};

use crate::clock::true_ms;
use crate::executor::{Executor, US_PER_MS, US_PER_S, WORLD, lock};
use crate::mutations;
use crate::network::{Answer, copies, exchange};
use crate::pop::{call, id_of};
use crate::world::World;

/// Where they are.
pub const URL: &str = "https://psp.sim";
/// Their host.
pub const HOST: &str = "psp.sim";
/// Signs Stripe's webhooks to everybody.
pub const STRIPE_SECRET: &str = "whsec_of_the_simulation";
/// What PayPal calls everybody's registration for webhooks.
pub const PAYPAL_WEBHOOK: &str = "WH-OF-THE-SIMULATION";
/// Mean time that a call takes there, in microseconds.
const SERVICE_US: u64 = 20 * US_PER_MS;
/// How often webhooks are looked for whose time has come, in microseconds.
const LOOK_US: u64 = 5 * US_PER_S;
/// How long a receiver of a webhook may take, in milliseconds.
const WEBHOOK_TIMEOUT_MS: u32 = 10_000;
/// How long the core waits for an answer, in microseconds: one that takes longer is none.
const CORE_PATIENCE_US: u64 = 20 * US_PER_S;
/// The host of the core's webhooks.
const CORE_HOST: &str = "core.sim";

/// Both providers.
pub struct Providers {
    clock: Clock,
    config: Config,
    machine: Mutex<Machine>,
}

struct Machine {
    sandbox: Sandbox,
    router: Router,
    up: bool,
}

impl Machine {
    fn of(sandbox: Sandbox) -> Self {
        Self { router: psp_sandbox::router(sandbox.clone()), sandbox, up: true }
    }
}

/// What everybody knows of the accounts there.
#[must_use]
pub fn config(seed: u64, pops: usize) -> Config {
    let hosts = (0..pops).map(|pop| format!("{}.sim", id_of(pop))).chain([CORE_HOST.to_owned()]);
    let of_host = |host: String| {
        [(Provider::Stripe, STRIPE_SECRET), (Provider::Paypal, PAYPAL_WEBHOOK)].map(|(provider, secret)| {
            Hook {
                provider,
                url: format!("https://{host}/v1/payments/webhooks/{}", provider.name()),
                secret: secret.to_owned(),
            }
        })
    };
    Config { public_url: URL.to_owned(), hooks: hosts.flat_map(of_host).collect(), seed, ..Config::default() }
}

impl Providers {
    /// Providers that know nothing.
    #[must_use]
    pub fn new(seed: u64, pops: usize, executor: &Arc<Executor>) -> Self {
        let (config, executor) = (config(seed, pops), Arc::clone(executor));
        let clock: Clock = Arc::new(move || true_ms(&executor));
        let machine = Machine::of(Sandbox::new(config.clone(), Arc::clone(&clock)));
        Self { clock, config, machine: Mutex::new(machine) }
    }

    /// One payment, by its reference or authorisation.
    #[must_use]
    pub fn line(&self, provider: &str, name: &str) -> Option<LedgerLine> {
        let provider =
            [Provider::Stripe, Provider::Paypal].into_iter().find(|known| known.name() == provider)?;
        lock(&self.machine).sandbox.line(provider, name)
    }

    /// All payments.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        lock(&self.machine).sandbox.ledger()
    }

    /// They go away; what they have done stays done.
    pub fn stop(&self) {
        lock(&self.machine).up = false;
    }

    /// They come back with what they saved. A webhook that was being sent is sent again.
    pub fn start(&self) {
        let mut machine = lock(&self.machine);
        if machine.up {
            return;
        }
        let sandbox = match machine.sandbox.save() {
            Some(saved) => Sandbox::restore(&saved, self.config.clone(), Arc::clone(&self.clock))
                .expect("the sandbox reads what it saved"),
            None => machine.sandbox.clone(),
        };
        *machine = Machine::of(sandbox);
    }

    /// Whether they answer.
    pub fn is_up(&self) -> bool {
        lock(&self.machine).up
    }

    fn router(&self) -> Option<Router> {
        let machine = lock(&self.machine);
        machine.up.then(|| machine.router.clone())
    }

    fn due(&self) -> Vec<(u64, Request<Bytes>)> {
        let machine = lock(&self.machine);
        if machine.up { machine.sandbox.due() } else { Vec::new() }
    }

    fn sent(&self, id: u64, answer: &Answer) {
        let outcome = match answer {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) => Err(error.to_string()),
        };
        lock(&self.machine).sandbox.sent(id, outcome);
    }
}

/// Answers at once.
async fn answer(world: &World, request: Request<Bytes>) -> Answer {
    let away = || HttpError::Connection("the provider is away".to_owned());
    let router = world.providers.router().ok_or_else(away)?;
    let response = call(router, request).await;
    // A body that broke off is an answer that was lost.
    if response.status().is_success() && response.body().is_empty() && response.status() != 204 {
        return Err(away());
    }
    Ok(response)
}

/// Answers a request after the time that takes.
async fn serve(world: Arc<World>, request: Request<Bytes>) -> Answer {
    world.sleep_us(world.chance.around(SERVICE_US)).await;
    answer(&world, request).await
}

/// Asks over the network, as POPs and browsers do.
pub async fn ask(world: &Arc<World>, request: Request<Bytes>, timeout_ms: u32) -> Answer {
    exchange(world, None, timeout_ms, |world| serve(world, request.clone())).await
}

/// Sends webhooks while the run lasts.
pub async fn send_webhooks(world: Arc<World>) {
    loop {
        world.sleep_us(LOOK_US).await;
        send_due(&world);
    }
}

/// Sends the webhooks whose time has come: to POPs and to the core.
pub fn send_due(world: &Arc<World>) {
    for (id, request) in world.providers.due() {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let pop = world.pops().iter().find(|pop| host == format!("{}.sim", id_of(pop.index))).cloned();
        if let Some(mutation) = world.mutation {
            mutations::webhook(world, mutation, &request);
        }
        let world = Arc::clone(world);
        let executor = Arc::clone(&world.executor);
        executor.spawn(WORLD, async move {
            let answer = exchange(&world, None, WEBHOOK_TIMEOUT_MS, |world| {
                let (pop, request) = (pop.clone(), request.clone());
                async move {
                    match pop {
                        Some(pop) => pop.take(&world, request).await.unwrap_or_else(nobody),
                        None => crate::core::serve(&world, None, request).await,
                    }
                }
            });
            world.providers.sent(id, &answer.await);
        });
    }
}

fn nobody() -> Answer {
    Err(HttpError::Connection("nobody listens".to_owned()))
}

/// The core's way to the providers. Time stands still while the core works: what would take too long is not answered,
/// and arrives later.
#[derive(Default)]
pub struct CoreLink(OnceLock<Weak<World>>);

impl CoreLink {
    /// Leads into this world.
    pub fn join(&self, world: &Arc<World>) {
        let _ = self.0.set(Arc::downgrade(world));
    }

    async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, NoAnswer> {
        let lost = || NoAnswer("lost".to_owned());
        let world = self.0.get().and_then(Weak::upgrade).ok_or_else(lost)?;
        let request = match world.mutation {
            Some(mutation) => mutations::core_asks(&world, mutation, request),
            None => request,
        };
        world.core.tells();
        let mut answered = Err(lost());
        for (number, delay_us) in copies(&world).into_iter().enumerate() {
            if number == 0 && delay_us < CORE_PATIENCE_US {
                answered = answer(&world, request.clone()).await.map_err(|error| NoAnswer(error.to_string()));
                continue;
            }
            let (later, request) = (Arc::clone(&world), request.clone());
            world.executor.spawn(WORLD, async move {
                later.sleep_us(delay_us).await;
                let _ = answer(&later, request).await;
            });
        }
        match copies(&world).first() {
            Some(delay_us) if *delay_us < CORE_PATIENCE_US => answered,
            _ => Err(lost()),
        }
    }
}

impl Transport for CoreLink {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        self.ask(request).boxed()
    }
}
