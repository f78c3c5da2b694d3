//! `GET /v1/social/export`.

use kiosk_problem::{Json, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::service::{self, ExportPart};
use crate::app::Pop;
use crate::error::Result;
use crate::session::Reader;

/// Which part.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// `next` of the part before; the first part without it.
    after: Option<String>,
}

/// All that one wrote and was written to: reviews, then messages, in parts.
#[utoipa::path(get, path = "/v1/social/export", tag = "about", params(Which), responses(
    (status = 200, description = "A part", body = ExportPart),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn export_social(
    pop: Pop,
    Reader(who): Reader,
    Query(which): Query<Which>,
) -> Result<Json<ExportPart>> {
    Ok(Json(service::export_social(&pop, &who.account, which.after.as_deref()).await?))
}
