//! `/v1/account/passkeys` and `/v1/account/session/passkey`.

use axum::http::StatusCode;
use kiosk_problem::{Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::service::{self, OwnPasskey};
use super::view::{CreationOptions, NewPasskey, PasskeyLogIn, PasskeyWish, RequestOptions};
use crate::app::Region;
use crate::client::{Ask, Client};
use crate::error::Result;
use crate::guard::Session;
use crate::sessions::service::NewSession;

/// One's own passkeys.
#[derive(Serialize, ToSchema)]
pub struct PasskeyList {
    pub passkeys: Vec<OwnPasskey>,
}

/// One's own passkeys, oldest first.
#[utoipa::path(get, path = "/v1/account/passkeys", tag = "passkeys", responses(
    (status = 200, description = "All of them", body = PasskeyList),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn list_passkeys(region: Region, session: Session) -> Result<Json<PasskeyList>> {
    Ok(Json(PasskeyList { passkeys: service::list_passkeys(&region, &session.owner).await? }))
}

/// What a device needs to make another passkey.
#[utoipa::path(post, path = "/v1/account/passkeys/options", tag = "passkeys", request_body = PasskeyWish, responses(
    (status = 200, description = "For `parseCreationOptionsFromJSON`", body = CreationOptions),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`passkeys_unavailable`"),
    (status = 422, description = "`invalid_value`: not the password"),
    (status = 429, description = "`too_many_attempts`"),
), security(("session" = [])))]
pub async fn registration_options(
    region: Region,
    session: Session,
    Json(body): Json<PasskeyWish>,
) -> Result<Json<CreationOptions>> {
    Ok(Json(service::registration_options(&region, &session, &body).await?))
}

/// Keeps another passkey.
#[utoipa::path(post, path = "/v1/account/passkeys", tag = "passkeys", request_body = NewPasskey, responses(
    (status = 201, description = "The passkey", body = OwnPasskey),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 409, description = "`too_many_passkeys`"),
    (status = 422, description = "`passkey_refused`, `invalid_value`"),
), security(("session" = [])))]
pub async fn add_passkey(
    region: Region,
    session: Session,
    Json(body): Json<NewPasskey>,
) -> Result<(StatusCode, Json<OwnPasskey>)> {
    Ok((StatusCode::CREATED, Json(service::add_passkey(&region, &session, body).await?)))
}

/// Forgets a passkey.
#[utoipa::path(delete, path = "/v1/account/passkeys/{id}", tag = "passkeys", params(
    ("id" = String, Path, description = "`pky_…`"),
), responses(
    (status = 204, description = "Forgotten"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`passkey_not_found`, also for somebody else's"),
), security(("session" = [])))]
pub async fn remove_passkey(region: Region, session: Session, Path(id): Path<String>) -> Result<StatusCode> {
    service::remove_passkey(&region, &session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a device needs to log in with a passkey.
#[utoipa::path(post, path = "/v1/account/session/passkey/options", tag = "passkeys", responses(
    (status = 200, description = "For `parseRequestOptionsFromJSON`", body = RequestOptions),
    (status = 404, description = "`passkeys_unavailable`"),
))]
pub async fn login_options(region: Region) -> Result<Json<RequestOptions>> {
    Ok(Json(service::login_options(&region)?))
}

/// Logs in with a passkey.
#[utoipa::path(post, path = "/v1/account/session/passkey", tag = "passkeys", request_body = PasskeyLogIn, responses(
    (status = 201, description = "The session", body = NewSession),
    (status = 401, description = "`passkey_unknown`"),
    (status = 422, description = "`passkey_refused`, `invalid_value`"),
    (status = 429, description = "`too_many_requests`"),
))]
pub async fn log_in(
    region: Region,
    client: Client,
    Json(body): Json<PasskeyLogIn>,
) -> Result<(StatusCode, Json<NewSession>)> {
    client.count(&region, Ask::LogIn).await?;
    Ok((StatusCode::CREATED, Json(service::log_in(&region, &body.credential).await?)))
}
