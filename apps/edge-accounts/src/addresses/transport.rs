//! `/v1/account/addresses`.

use axum::http::StatusCode;
use kiosk_problem::{Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::service::{self, AddressForm, OwnAddress};
use crate::app::Region;
use crate::error::Result;
use crate::guard::Session;

/// One's own addresses.
#[derive(Serialize, ToSchema)]
pub struct AddressList {
    pub addresses: Vec<OwnAddress>,
}

/// One's own addresses, oldest first.
#[utoipa::path(get, path = "/v1/account/addresses", tag = "account", responses(
    (status = 200, description = "All of them", body = AddressList),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn list_addresses(region: Region, session: Session) -> Result<Json<AddressList>> {
    Ok(Json(AddressList { addresses: service::list_addresses(&region, &session.owner).await? }))
}

/// Keeps another address.
#[utoipa::path(post, path = "/v1/account/addresses", tag = "account", request_body = AddressForm, responses(
    (status = 201, description = "The address", body = OwnAddress),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 409, description = "`too_many_addresses`"),
    (status = 422, description = "`invalid_value`"),
), security(("session" = [])))]
pub async fn add_address(
    region: Region,
    session: Session,
    Json(body): Json<AddressForm>,
) -> Result<(StatusCode, Json<OwnAddress>)> {
    Ok((StatusCode::CREATED, Json(service::add_address(&region, &session, &body).await?)))
}

/// Changes an address.
#[utoipa::path(put, path = "/v1/account/addresses/{id}", tag = "account", request_body = AddressForm, params(
    ("id" = String, Path, description = "`adr_…`"),
), responses(
    (status = 200, description = "The address", body = OwnAddress),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`address_not_found`, also for somebody else's"),
    (status = 422, description = "`invalid_value`"),
), security(("session" = [])))]
pub async fn change_address(
    region: Region,
    session: Session,
    Path(id): Path<String>,
    Json(body): Json<AddressForm>,
) -> Result<Json<OwnAddress>> {
    Ok(Json(service::change_address(&region, &session, &id, &body).await?))
}

/// Forgets an address.
#[utoipa::path(delete, path = "/v1/account/addresses/{id}", tag = "account", params(
    ("id" = String, Path, description = "`adr_…`"),
), responses(
    (status = 204, description = "Forgotten"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`address_not_found`, also for somebody else's"),
), security(("session" = [])))]
pub async fn remove_address(region: Region, session: Session, Path(id): Path<String>) -> Result<StatusCode> {
    service::remove_address(&region, &session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
