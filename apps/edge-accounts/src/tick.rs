//! What the host does from time to time: mails that wait, and rows that are of no more use.

use axum::extract::State;
use axum::http::request::Parts;
use kiosk_problem::{Json, Problem};
use serde::Serialize;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::error::Result;
use crate::guard::bearer;
use crate::mail;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TickReport {
    /// Mails that the provider took.
    pub mails: u32,
}

/// `POST /internal/tick`. Where another POP keeps the vault, that one has the work.
pub async fn tick(State(app): State<App>) -> Result<Json<TickReport>> {
    if app.config().await?.vault_url.is_some() {
        return Ok(Json(TickReport::default()));
    }
    Ok(Json(TickReport { mails: mail::tick(&app.region().await?).await? }))
}

/// `POST /v1/account/tick`, for whoever has the key. Without one it is not there.
pub async fn tick_from_outside(State(app): State<App>, parts: Parts) -> Result<Json<TickReport>> {
    let (token, config) = (bearer(&parts)?, app.config().await?);
    let key = config.tick_key.as_bytes();
    if key.is_empty() || !bool::from(token.reveal().as_bytes().ct_eq(key)) {
        return Err(Problem::not_found("route").into());
    }
    tick(State(app)).await
}
