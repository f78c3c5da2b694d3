//! `/v1/account/password` and `/v1/account/reset`.

use axum::http::StatusCode;
use kiosk_problem::Json;

use super::service::{self, Change, Forgotten, Reset};
use crate::accounts::view::MailSent;
use crate::app::Region;
use crate::client::{Ask, Client};
use crate::error::Result;
use crate::guard::Session;

/// Asks for a link to set another password. The answer is the same whether or not there is an account.
#[utoipa::path(post, path = "/v1/account/reset", tag = "account", request_body = Forgotten, responses(
    (status = 202, description = "A mail is on its way", body = MailSent),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_attempts`, `too_many_requests`"),
))]
pub async fn request_reset(
    region: Region,
    client: Client,
    Json(body): Json<Forgotten>,
) -> Result<(StatusCode, Json<MailSent>)> {
    client.count(&region, Ask::Mail).await?;
    service::request_reset(&region, &body).await?;
    Ok((StatusCode::ACCEPTED, Json(MailSent::to_whom_it_is())))
}

/// Sets another password by the link of the mail. All sessions end.
#[utoipa::path(put, path = "/v1/account/reset", tag = "account", request_body = Reset, responses(
    (status = 204, description = "Set: log in now"),
    (status = 422, description = "`link_unusable`, `invalid_value`"),
    (status = 429, description = "`too_many_requests`"),
    (status = 503, description = "`busy`"),
))]
pub async fn reset(region: Region, client: Client, Json(body): Json<Reset>) -> Result<StatusCode> {
    client.count(&region, Ask::Link).await?;
    service::reset(&region, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the password. All other sessions end.
#[utoipa::path(put, path = "/v1/account/password", tag = "account", request_body = Change, responses(
    (status = 204, description = "Changed"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_attempts`"),
    (status = 503, description = "`busy`"),
), security(("session" = [])))]
pub async fn change_password(
    region: Region,
    session: Session,
    Json(body): Json<Change>,
) -> Result<StatusCode> {
    service::change(&region, &session, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}
