//! `/account/chats/{order}/{vendor}`: a conversation with a seller. It works by forms and reloading; a script adds what
//! comes meanwhile.

mod view;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kiosk_ids::{OrderId, VendorId};

use self::view::{Draft, view};
use super::talk::{Failed, failed, masked_query, social};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::Visit;
use crate::http::forms::{FormPairs, QueryPairs};
use crate::http::multipart::FilesForm;
use crate::http::path::TwoNames;
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::shop::Shop;
use crate::social::{RoomPath, SocialApi};

/// A room by names that are such.
fn room_path(TwoNames(order, vendor): &TwoNames) -> Result<RoomPath, PageError> {
    match (OrderId::parse(order), VendorId::parse(vendor)) {
        (Ok(order), Ok(vendor)) => Ok(RoomPath(format!("{order}/{vendor}"))),
        _ => Err(PageError::NotFound),
    }
}

/// `GET /account/chats/{order}/{vendor}`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    names: TwoNames,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    let room = room_path(&names)?;
    let api = match social(&shop, &visit) {
        Ok(api) => api,
        Err(login) => return Ok(login),
    };
    let draft = Draft { query, ..Draft::default() };
    page(&shop, &visit, api, &room, draft, StatusCode::OK).await
}

async fn page(
    shop: &Arc<Shop>,
    visit: &Visit,
    api: SocialApi<'_>,
    room: &RoomPath,
    draft: Draft,
    status: StatusCode,
) -> Result<Response, PageError> {
    let before = draft.query.get("before").and_then(|number| number.parse().ok());
    let found = match api.room(room, before).await {
        Ok(found) => found,
        Err(error) => return elsewhere(visit, error),
    };
    if before.is_none() && found.room.unread > 0 {
        // Not told is told with the next look.
        if let Err(error) = api.mark_read(room).await {
            tracing::warn!(%error, "a read mark was not stored");
        }
    }
    let key = hex::encode(shop.edge.random_bytes::<16>());
    let meta = Meta::private(format!("Messages with {}", super::chats::seller(&found.room)));
    let mut response =
        respond(shop, visit, Cache::Private, meta, || view(shop, &found, &draft, &key, before.is_some()))
            .await?;
    *response.status_mut() = status;
    Ok(response)
}

fn elsewhere(visit: &Visit, error: crate::sibling::SiblingError) -> Result<Response, PageError> {
    match failed(visit, error) {
        Failed::Elsewhere(answer) => answer,
        Failed::Here(status, _) => Err(PageError::BadForm(status)),
    }
}

/// `POST /account/chats/{order}/{vendor}`
pub async fn send(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    names: TwoNames,
    FilesForm { pairs, files }: FilesForm,
) -> Result<Response, PageError> {
    let room = room_path(&names)?;
    let api = match social(&shop, &visit) {
        Ok(api) => api,
        Err(login) => return Ok(login),
    };
    let sent = async {
        let uploads = api.upload(&files).await?;
        api.send(&room, pairs.text("key"), pairs.text("text"), &uploads).await
    };
    match sent.await {
        Ok(sent) => Ok(see_other(&format!("/account/chats/{}{}#write", room.0, masked_query(&sent.masked)))),
        Err(error) => match failed(&visit, error) {
            Failed::Elsewhere(answer) => answer,
            Failed::Here(status, trouble) => {
                let draft =
                    Draft { text: pairs.text("text").to_owned(), trouble: Some(trouble), ..Draft::default() };
                page(&shop, &visit, api, &room, draft, status).await
            }
        },
    }
}

/// `POST /account/chats/{order}/{vendor}/read`: the script says that a message was seen.
pub async fn read(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    names: TwoNames,
) -> Result<Response, PageError> {
    let room = room_path(&names)?;
    let api = match social(&shop, &visit) {
        Ok(api) => api,
        Err(login) => return Ok(login),
    };
    match api.mark_read(&room).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => elsewhere(&visit, error),
    }
}

/// `POST /account/chats/{order}/{vendor}/block`
pub async fn block(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    names: TwoNames,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let room = room_path(&names)?;
    let api = match social(&shop, &visit) {
        Ok(api) => api,
        Err(login) => return Ok(login),
    };
    let result = api.block(&room, pairs.text("blocked") == "yes").await;
    after(&shop, &visit, api, &room, result, "").await
}

/// `POST /account/chats/{order}/{vendor}/report`
pub async fn report(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    names: TwoNames,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let room = room_path(&names)?;
    let api = match social(&shop, &visit) {
        Ok(api) => api,
        Err(login) => return Ok(login),
    };
    let result = api.report(&room, pairs.text("reason")).await.map(drop);
    after(&shop, &visit, api, &room, result, "?reported=yes").await
}

/// Back to the room, or the room with what was wrong.
async fn after(
    shop: &Arc<Shop>,
    visit: &Visit,
    api: SocialApi<'_>,
    room: &RoomPath,
    result: Result<(), crate::sibling::SiblingError>,
    query: &str,
) -> Result<Response, PageError> {
    match result.map_err(|error| failed(visit, error)) {
        Ok(()) => Ok(see_other(&format!("/account/chats/{}{query}", room.0))),
        Err(Failed::Elsewhere(answer)) => answer,
        Err(Failed::Here(status, trouble)) => {
            let draft = Draft { trouble: Some(trouble), ..Draft::default() };
            page(shop, visit, api, room, draft, status).await
        }
    }
}
