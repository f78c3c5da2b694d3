//! What the host does from time to time: mails that wait, and rows that are of no more use.

use axum::http::request::Parts;
use kiosk_problem::{Json, Problem};
use serde::Serialize;
use subtle::ConstantTimeEq;

use crate::app::Region;
use crate::error::Result;
use crate::guard::bearer;
use crate::mail;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TickReport {
    /// Mails that the provider took.
    pub mails: u32,
}

/// `POST /internal/tick`.
pub async fn tick(region: Region) -> Result<Json<TickReport>> {
    Ok(Json(TickReport { mails: mail::tick(&region).await? }))
}

/// `POST /v1/account/tick`, for whoever has the key. Without one it is not there.
pub async fn tick_from_outside(region: Region, parts: Parts) -> Result<Json<TickReport>> {
    let (token, key) = (bearer(&parts)?, region.config.tick_key.as_bytes());
    if key.is_empty() || !bool::from(token.reveal().as_bytes().ct_eq(key)) {
        return Err(Problem::not_found("route").into());
    }
    tick(region).await
}
