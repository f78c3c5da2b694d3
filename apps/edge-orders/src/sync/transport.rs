//! `POST /internal/tick`: called by the host every few hundred milliseconds; no route leads here from outside.

use kiosk_problem::Json;

use super::service::{self, TickReport};
use crate::app::Pop;
use crate::error::Result;

/// Runs one tick.
pub async fn tick(pop: Pop) -> Result<Json<TickReport>> {
    Ok(Json(service::tick(&pop).await?))
}
