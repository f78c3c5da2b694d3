//! `/v1/account`.

use axum::http::StatusCode;
use kiosk_problem::Json;

use super::export::{self, Export};
use super::service;
use super::view::{Deletion, EmailChange, LinkToken, MailSent, Profile, ProfileChange, Registration};
use crate::app::Region;
use crate::client::{Ask, Client};
use crate::error::Result;
use crate::guard::Session;

/// Registers. The answer is the same whether or not there is an account with this address.
#[utoipa::path(post, path = "/v1/account", tag = "account", request_body = Registration, responses(
    (status = 202, description = "A mail is on its way", body = MailSent),
    (status = 403, description = "`registration_refused`: too much speaks for a false account; guests can order"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_attempts`, `too_many_requests`"),
    (status = 503, description = "`busy`"),
))]
pub async fn register(
    region: Region,
    client: Client,
    Json(body): Json<Registration>,
) -> Result<(StatusCode, Json<MailSent>)> {
    client.count(&region, Ask::Mail).await?;
    service::register(&region, client, body).await?;
    Ok((StatusCode::ACCEPTED, Json(MailSent::to_whom_it_is())))
}

/// Verifies the address by the link of the mail.
#[utoipa::path(post, path = "/v1/account/verification", tag = "account", request_body = LinkToken, responses(
    (status = 204, description = "Verified: log in now"),
    (status = 422, description = "`link_unusable`"),
    (status = 429, description = "`too_many_requests`"),
))]
pub async fn verify(region: Region, client: Client, Json(body): Json<LinkToken>) -> Result<StatusCode> {
    client.count(&region, Ask::Link).await?;
    service::verify(&region, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own account.
#[utoipa::path(get, path = "/v1/account", tag = "account", responses(
    (status = 200, description = "The account", body = Profile),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn get_account(session: Session) -> Result<Json<Profile>> {
    Ok(Json(Profile::of(&session.owner)?))
}

/// Changes name or telephone number.
#[utoipa::path(patch, path = "/v1/account", tag = "account", request_body = ProfileChange, responses(
    (status = 200, description = "The account", body = Profile),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 422, description = "`invalid_value`"),
), security(("session" = [])))]
pub async fn update_account(
    region: Region,
    session: Session,
    Json(body): Json<ProfileChange>,
) -> Result<Json<Profile>> {
    Ok(Json(service::update_profile(&region, session, body).await?))
}

/// Erases the account and everything personal in it. Orders stay in the books, without a name.
#[utoipa::path(delete, path = "/v1/account", tag = "account", request_body = Deletion, responses(
    (status = 204, description = "Erased"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 422, description = "`invalid_value`: not the password"),
), security(("session" = [])))]
pub async fn delete_account(
    region: Region,
    session: Session,
    Json(body): Json<Deletion>,
) -> Result<StatusCode> {
    service::delete(&region, &session, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All that is kept of oneself.
#[utoipa::path(get, path = "/v1/account/export", tag = "account", responses(
    (status = 200, description = "All of it", body = Export),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn export_account(region: Region, session: Session) -> Result<Json<Export>> {
    Ok(Json(export::export(&region, &session).await?))
}

/// Asks for another e-mail address; a link goes to it.
#[utoipa::path(post, path = "/v1/account/email", tag = "account", request_body = EmailChange, responses(
    (status = 202, description = "A mail is on its way", body = MailSent),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_attempts`, `too_many_requests`"),
), security(("session" = [])))]
pub async fn change_email(
    region: Region,
    session: Session,
    client: Client,
    Json(body): Json<EmailChange>,
) -> Result<(StatusCode, Json<MailSent>)> {
    client.count(&region, Ask::Mail).await?;
    service::change_email(&region, &session, body).await?;
    Ok((StatusCode::ACCEPTED, Json(MailSent::to_whom_it_is())))
}

/// Changes the address by the link that was sent to the new one.
#[utoipa::path(put, path = "/v1/account/email", tag = "account", request_body = LinkToken, responses(
    (status = 204, description = "Changed"),
    (status = 422, description = "`link_unusable`"),
    (status = 429, description = "`too_many_requests`"),
))]
pub async fn confirm_email(
    region: Region,
    client: Client,
    Json(body): Json<LinkToken>,
) -> Result<StatusCode> {
    client.count(&region, Ask::Link).await?;
    service::confirm_email(&region, &body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
