//! `GET /v1/loyalty`.

use http::HeaderMap;
use kiosk_problem::Json;

use super::service::{self, LoyaltyBody};
use crate::app::Pop;
use crate::error::Result;

/// What the account that is logged in has earned: its tier, and how far the next one is.
#[utoipa::path(get, path = "/v1/loyalty", tag = "orders", responses(
    (status = 200, description = "The tier", body = LoyaltyBody),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn get_loyalty(pop: Pop, headers: HeaderMap) -> Result<Json<LoyaltyBody>> {
    let who = kiosk_session::require(&pop.edge, &headers).await?;
    Ok(Json(service::get_loyalty(&pop, &who).await?))
}
