//! `/account/chats/{order}/{vendor}`: a conversation with a seller. It works by forms and reloading; a script adds what
//! comes meanwhile.

mod view;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kiosk_ids::{OrderId, VendorId};

use self::view::{Draft, view};
use super::talk::{Customer, Failed, failed, masked_query};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::{FormPairs, QueryPairs};
use crate::http::multipart::FilesForm;
use crate::http::path::TwoNames;
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::sibling::SiblingError;
use crate::social::RoomPath;

impl<S: Send + Sync> FromRequestParts<S> for RoomPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let TwoNames(order, vendor) = TwoNames::from_request_parts(parts, state).await?;
        match (OrderId::parse(&order), VendorId::parse(&vendor)) {
            (Ok(order), Ok(vendor)) => Ok(Self(format!("{order}/{vendor}"))),
            _ => Err(PageError::NotFound),
        }
    }
}

/// `GET /account/chats/{order}/{vendor}`
pub async fn show(
    room: RoomPath,
    customer: Customer,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    page(&customer, &room, Draft { query, ..Draft::default() }, StatusCode::OK).await
}

async fn page(
    customer: &Customer,
    room: &RoomPath,
    draft: Draft,
    status: StatusCode,
) -> Result<Response, PageError> {
    let before = draft.query.get("before").and_then(|number| number.parse().ok());
    let found = match customer.social().room(room, before).await {
        Ok(found) => found,
        Err(error) => return customer.elsewhere(error),
    };
    if before.is_none() && found.room.unread > 0 {
        // Not told is told with the next look.
        if let Err(error) = customer.social().mark_read(room).await {
            tracing::warn!(%error, "a read mark was not stored");
        }
    }
    let Customer { shop, visit, .. } = customer;
    let key = hex::encode(shop.edge.random_bytes::<16>());
    let meta = Meta::private(format!("Messages with {}", super::chats::seller(&found.room)));
    let mut response =
        respond(shop, visit, Cache::Private, meta, || view(shop, &found, &draft, &key, before.is_some()))
            .await?;
    *response.status_mut() = status;
    Ok(response)
}

/// `POST /account/chats/{order}/{vendor}`
pub async fn send(
    room: RoomPath,
    customer: Customer,
    FilesForm { pairs, files }: FilesForm,
) -> Result<Response, PageError> {
    let api = customer.social();
    let sent = async {
        let uploads = api.upload(&files).await?;
        api.send(&room, pairs.text("key"), pairs.text("text"), &uploads).await
    };
    match sent.await {
        Ok(sent) => Ok(see_other(&format!("/account/chats/{}{}#write", room.0, masked_query(&sent.masked)))),
        Err(error) => refused(&customer, &room, error, pairs.text("text")).await,
    }
}

/// `POST /account/chats/{order}/{vendor}/read`: the script says that a message was seen.
pub async fn read(room: RoomPath, customer: Customer) -> Result<Response, PageError> {
    match customer.social().mark_read(&room).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => customer.elsewhere(error),
    }
}

/// `POST /account/chats/{order}/{vendor}/block`
pub async fn block(
    room: RoomPath,
    customer: Customer,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let result = customer.social().block(&room, pairs.text("blocked") == "yes").await;
    after(&customer, &room, result, "").await
}

/// `POST /account/chats/{order}/{vendor}/report`
pub async fn report(
    room: RoomPath,
    customer: Customer,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let result = customer.social().report(&room, pairs.text("reason")).await.map(drop);
    after(&customer, &room, result, "?reported=yes").await
}

/// Back to the room, or the room with what was wrong.
async fn after(
    customer: &Customer,
    room: &RoomPath,
    result: Result<(), SiblingError>,
    query: &str,
) -> Result<Response, PageError> {
    match result {
        Ok(()) => Ok(see_other(&format!("/account/chats/{}{query}", room.0))),
        Err(error) => refused(customer, room, error, "").await,
    }
}

/// The room with what was wrong, and what was written.
async fn refused(
    customer: &Customer,
    room: &RoomPath,
    error: SiblingError,
    text: &str,
) -> Result<Response, PageError> {
    match failed(&customer.visit, error) {
        Failed::Elsewhere(answer) => answer,
        Failed::Here(status, trouble) => {
            let draft = Draft { text: text.to_owned(), trouble: Some(trouble), ..Draft::default() };
            page(customer, room, draft, status).await
        }
    }
}
