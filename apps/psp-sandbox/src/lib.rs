//! Payment providers for a local shop and for tests: Stripe's and PayPal's APIs with their request and response shapes,
//! the pages where shoppers pay, signed webhooks, disputes and payouts. No money moves, and no card number is kept.
//!
//! ```text
//! Stripe   POST /v1/checkout/sessions, GET …/{id}, POST …/{id}/expire
//!          GET  /v1/payment_intents/{id}, POST …/{id}/capture, POST …/{id}/cancel
//!          GET  /v1/charges/{id}; POST /v1/refunds; POST /v1/transfers; GET /v1/balance
//! PayPal   POST /v1/oauth2/token
//!          POST /v2/checkout/orders, GET, PATCH …/{id}, POST …/{id}/authorize
//!          GET  /v2/payments/authorizations/{id}, POST …/{id}/capture, POST …/{id}/void
//!          GET  /v2/payments/captures/{id}, POST …/{id}/refund
//!          POST /v1/payments/payouts, GET …/{id}
//!          POST /v1/notifications/verify-webhook-signature
//! Pages    GET, POST /c/pay/{session}, GET, POST …/challenge; GET, POST /checkoutnow
//!          GET  / payments, webhooks and what to do with them: POST /events/{id}/redeliver, POST /disputes …, /refunds/{id}/fail
//! Tests    GET  /sandbox/ledger, GET /healthz
//! ```
//!
//! Cards, with any date to come and any check digits (`world::cards`): Stripe's test cards
//! `4242 4242 4242 4242` (succeeds), `4000 0000 0000 0002` (declined), `4000 0000 0000 9995` (insufficient funds),
//! `4000 0025 0000 3155` and `4000 0027 6000 3184` (3-D Secure), `4000 0000 0000 0119` (processing error),
//! `4000 0084 0000 0076` (cannot be captured in parts); and Kiosk's own `4000 0099 0000 0012` (its webhooks are lost),
//! `4000 0099 0000 0020` (they come twice) and `4000 0099 0000 0038` (its first capture is done and not answered).
//! PayPal's page offers the same as kinds of accounts.

mod app;
pub mod faults;
mod pages;
mod paypal;
mod stripe;
pub mod world;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;
use tokio::sync::Notify;

pub use app::router;
use faults::Faults;
use world::World;
pub use world::events::Hook;
pub use world::payment::Provider;
pub use world::{Ledger, LedgerLine, Refusal, Totals, Transfer};

/// Tells Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Who may call, and where.
#[derive(Clone)]
pub struct Config {
    /// Where shoppers and shops reach it, without a slash at its end.
    pub public_url: String,
    /// Stripe's secret key.
    pub stripe_key: String,
    /// PayPal's client id.
    pub paypal_client: String,
    /// PayPal's client secret.
    pub paypal_secret: String,
    /// Where events go.
    pub hooks: Vec<Hook>,
    /// What each currency's balance begins with, in minor units: vendors can be paid before much was captured.
    pub opening_balance: i64,
    /// Makes identifiers; another one for each run that does not continue an earlier one.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8009".to_owned(),
            stripe_key: "sk_test_kiosk".to_owned(),
            paypal_client: "kiosk-client".to_owned(),
            paypal_secret: "kiosk-secret".to_owned(),
            hooks: Vec::new(),
            opening_balance: 100_000_000_000,
            seed: 1,
        }
    }
}

/// Both providers. Clones are the same.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    config: Config,
    clock: Clock,
    world: Mutex<World>,
    faults: Faults,
    changed: AtomicBool,
    wake: Notify,
}

impl Sandbox {
    /// New providers, which know nothing.
    #[must_use]
    pub fn new(config: Config, clock: Clock) -> Self {
        let world = World::new(config.seed, config.opening_balance, config.hooks.clone());
        Self::with(world, config, clock)
    }

    /// Providers that go on from what [`Sandbox::save`] wrote.
    ///
    /// # Errors
    /// When it is something else.
    pub fn restore(saved: &[u8], config: Config, clock: Clock) -> Result<Self, serde_json::Error> {
        let mut world: World = serde_json::from_slice(saved)?;
        world.continue_with(config.hooks.clone());
        world.take_up_sendings();
        Ok(Self::with(world, config, clock))
    }

    fn with(world: World, config: Config, clock: Clock) -> Self {
        let (faults, changed, wake) = (Faults::default(), AtomicBool::new(true), Notify::new());
        Self(Arc::new(Inner { config, clock, world: Mutex::new(world), faults, changed, wake }))
    }

    /// All it knows, when it has changed since the last time.
    #[must_use]
    pub fn save(&self) -> Option<Vec<u8>> {
        if !self.0.changed.swap(false, Ordering::Relaxed) {
            return None;
        }
        serde_json::to_vec(&*self.locked()).ok()
    }

    /// Faults of the next calls.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// How it was set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Unix milliseconds by its clock.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.0.clock)()
    }

    /// The sums of everything, after time has passed for all payments.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let mut world = self.locked();
        world.touch_all(self.now_ms());
        world.ledger()
    }

    /// The webhooks whose time has come, signed. Whoever takes them sends them, and tells [`Sandbox::sent`].
    #[must_use]
    pub fn due(&self) -> Vec<(u64, Request<Bytes>)> {
        let now_ms = self.now_ms();
        let mut world = self.locked();
        world.touch_all(now_ms);
        let due = world.due(now_ms);
        if !due.is_empty() {
            self.0.changed.store(true, Ordering::Relaxed);
        }
        due
    }

    /// What became of a webhook: a status, or why there was none.
    pub fn sent(&self, id: u64, outcome: Result<u16, String>) {
        self.0.changed.store(true, Ordering::Relaxed);
        self.locked().sent(id, outcome, self.now_ms());
    }

    /// Waits until something has happened.
    pub async fn woken(&self) {
        self.0.wake.notified().await;
    }

    /// A payment as the ledger has it, by its reference, its authorisation or one of its captures.
    #[must_use]
    pub fn line(&self, provider: Provider, reference: &str) -> Option<LedgerLine> {
        let mut world = self.locked();
        world.touch(provider, reference, self.now_ms());
        world.line(provider, reference)
    }

    /// A refund comes back from the payer's bank, some time after it was made.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn fail_refund(&self, provider: Provider, refund: &str) -> Result<(), Refusal> {
        self.world().fail_refund(provider, refund, self.now_ms())
    }

    /// The payer disputes what is left of a capture; tells the dispute's id.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn open_dispute(&self, provider: Provider, capture: &str) -> Result<String, Refusal> {
        self.world().open_dispute(provider, capture, self.now_ms())
    }

    /// A dispute is decided.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn close_dispute(&self, provider: Provider, id: &str, shop_wins: bool) -> Result<(), Refusal> {
        self.world().close_dispute(provider, id, shop_wins, self.now_ms())
    }

    /// Makes all of PayPal's access tokens bad, as if they had lapsed.
    pub fn forget_tokens(&self) {
        self.world().forget_tokens();
    }

    fn locked(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, which is taken for changed: a reader costs one writing of the file at most.
    pub(crate) fn world(&self) -> Woken<'_> {
        self.0.changed.store(true, Ordering::Relaxed);
        Woken { world: self.locked(), wake: &self.0.wake }
    }
}

/// The world, held; whoever delivers webhooks is woken afterwards.
pub(crate) struct Woken<'a> {
    world: MutexGuard<'a, World>,
    wake: &'a Notify,
}

impl std::ops::Deref for Woken<'_> {
    type Target = World;
    fn deref(&self) -> &World {
        &self.world
    }
}

impl std::ops::DerefMut for Woken<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for Woken<'_> {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}
