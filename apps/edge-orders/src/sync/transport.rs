//! `POST /internal/tick`: called by a host that ticks, every few hundred milliseconds; no route leads here from outside.
//! `POST /v1/tick`: the same for a host that does not, called by whoever has the tick key. Without one it is not there.

use kiosk_problem::{Json, Problem};

use super::service::{self, TickReport};
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;

/// Runs one tick.
pub async fn tick(pop: Pop) -> Result<Json<TickReport>> {
    Ok(Json(service::tick(&pop).await?))
}

/// Runs one tick for whoever has the key.
pub async fn tick_from_outside(pop: Pop, token: Token) -> Result<Json<TickReport>> {
    if !pop.config.tick_key.as_ref().is_some_and(|key| token.is_secret(key)) {
        return Err(Problem::not_found("route").into());
    }
    tick(pop).await
}
