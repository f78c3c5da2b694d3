//! The event bus: facts that services tell each other. A fact is written in the transaction of what it tells of, and is
//! applied once by each consumer, in a transaction of that consumer's own: none delays another.

pub mod fact;
pub mod service;
mod store;

use futures::future::BoxFuture;

use crate::db::Tx;
use crate::error::Error;
use fact::Told;

/// A service that hears of facts.
pub trait Consumer: Send + Sync {
    /// Its name, for ever: its inbox goes by it.
    fn name(&self) -> &'static str;

    /// Applies facts, in order, all or none. Each is given once: a fact whose transaction was committed does not come
    /// again. Facts that do not concern the consumer are passed over. No other server is asked in here.
    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>>;
}
