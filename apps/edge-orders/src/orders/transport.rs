//! `GET /v1/orders/{id}`.

use kiosk_problem::{Json, Path};

use super::service::{self, OwnOrder};
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;

/// An order, for whoever has its token.
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "orders", params(
    ("id" = String, Path, description = "`ord_…`"),
), responses(
    (status = 200, description = "The order", body = OwnOrder),
    (status = 401, description = "`token_required`"),
    (status = 404, description = "`order_not_found`, also for somebody else's"),
), security(("order_token" = [])))]
pub async fn get_order(pop: Pop, token: Token, Path(id): Path<String>) -> Result<Json<OwnOrder>> {
    Ok(Json(service::get_order(&pop, &id, &token).await?))
}
