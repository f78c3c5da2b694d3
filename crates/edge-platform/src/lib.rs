//! What edge code may ask of its host, as ports (invariant I9): database, outbound HTTP, variables, files, clock, timer,
//! randomness and work after the answer. This crate is the only place that knows Spin from Workers from a native process.
//!
//! | module | host |
//! |---|---|
//! | [`spin`] | Spin and `edge-node` (WASI 0.3) |
//! | `workers` | Cloudflare Workers (`workerd`) |
//! | [`native`] | a plain process: unit tests, simulation |

pub mod client;
pub mod conditional;
pub mod db;
pub mod head;
mod http_client;
mod migrate;
#[cfg(not(target_family = "wasm"))]
pub mod native;
pub mod request_id;
mod set_up;
#[cfg(target_os = "wasi")]
pub mod spin;
pub mod streaming;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub mod workers;

use std::sync::Arc;

pub use db::{Database, DbError, Row, Statement, Value};
use futures::future::BoxFuture;
pub use http_client::{HttpClient, HttpError, Outbound, RESPONSE_BYTES_MAX};
pub use migrate::migrate;
pub use set_up::SetUpOnce;

/// The wall clock.
pub trait Clock: Send + Sync {
    /// Unix time in milliseconds.
    fn now_ms(&self) -> i64;

    /// Microseconds since a start of the host's choice, for measuring only. By default as coarse as the wall clock.
    fn measure_us(&self) -> i64 {
        self.now_ms().saturating_mul(1_000)
    }
}

/// Waits, for answers that are sent bit by bit.
pub trait Timer: Send + Sync {
    /// Resolves after `wait_ms` milliseconds.
    fn sleep(&self, wait_ms: u32) -> BoxFuture<'static, ()>;
}

/// A cryptographic source of randomness.
pub trait Randomness: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// Configuration and secrets of the POP.
pub trait Variables: Send + Sync {
    /// The value of `name` (lower case, underscores), or why there is none.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, VariableError>>;
}

/// A variable could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("variable {name} is not available: {reason}")]
pub struct VariableError {
    /// The variable's name.
    pub name: String,
    /// What the host said.
    pub reason: String,
}

/// Files that were deployed with the component (assets, models), read only.
pub trait Files: Send + Sync {
    /// The bytes of `path` (absolute, as mounted), or `None` when there is no such file.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// Work that goes on when the request that asked for it is answered.
pub trait AfterResponse: Send + Sync {
    /// Runs `work`, or leaves it out: nothing may depend on it that the tick would not do as well, only later.
    fn run(&self, work: BoxFuture<'static, ()>);
}

/// All ports of one host; cheap to clone, the state of every edge router.
#[derive(Clone)]
pub struct Edge {
    /// The POP's database.
    pub db: Arc<dyn Database>,
    /// Outbound HTTP: the core, and sibling components at `http://<component>.spin.internal`.
    pub http: Arc<dyn HttpClient>,
    /// Configuration and secrets.
    pub variables: Arc<dyn Variables>,
    /// Deployed files.
    pub files: Arc<dyn Files>,
    /// Wall clock.
    pub clock: Arc<dyn Clock>,
    /// Waits.
    pub timer: Arc<dyn Timer>,
    /// Randomness.
    pub random: Arc<dyn Randomness>,
    /// Work after the answer.
    pub after: Arc<dyn AfterResponse>,
}

impl Edge {
    /// `N` random bytes.
    #[must_use]
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}
