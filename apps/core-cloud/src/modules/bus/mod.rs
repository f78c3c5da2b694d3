//! The event bus: facts that services tell each other. A fact is written in the transaction of what it tells of, and is
//! applied once by each consumer, in a transaction of that consumer's own: none delays another.
//!
//! `publish` writes to the outbox. The dispatcher takes facts from there to the source that consumers read: the log in
//! the database, or a stream of NATS JetStream. A source numbers its facts, and a consumer's cursor moves in the
//! transaction that applies them: what is delivered twice, late or out of order is known by its number, and what was
//! told twice by its id, which the consumer's inbox has.
//!
//! A fact that a consumer cannot apply is held and tried again, and facts of the same key behind it; all others go on.

mod dispatch;
pub mod fact;
mod held;
mod link;
mod reader;
pub mod run;
pub mod service;
mod source;
mod store;
mod stream;
mod upkeep;

use futures::future::BoxFuture;

use crate::db::Tx;
use crate::error::Error;
use fact::Told;
pub use reader::{RETRY_MS, RETRY_MS_MAX, TRIES_MAX};

/// A service that hears of facts.
pub trait Consumer: Send + Sync {
    /// Its name, for ever: its inbox goes by it. Lower-case letters and `_`.
    fn name(&self) -> &'static str;

    /// Applies facts, in order, all or none. Each is given once: a fact whose transaction was committed does not come
    /// again. Facts that do not concern the consumer are passed over. No other server is asked in here.
    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>>;
}
