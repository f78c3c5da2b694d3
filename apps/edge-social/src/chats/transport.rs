//! `/v1/chats`.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kiosk_edge_platform::streaming::EVENT_STREAM;
use kiosk_ids::{OrderId, VendorId};
use kiosk_pop_store::social::messages::Part;
use kiosk_problem::{IDEMPOTENT_REPLAYED, Json, Path, Problem, Query, idempotency_key, parse_json};
use kiosk_wire::RoomKey;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::events;
use super::service::{self, Draft};
use super::view::{Reported, RoomList, RoomMessages, SentMessage};
use crate::app::Pop;
use crate::error::Result;
use crate::session::{Customer, Reader};

fn room_key((order, vendor): (String, String)) -> Result<RoomKey, Problem> {
    match (OrderId::parse(&order), VendorId::parse(&vendor)) {
        (Ok(order), Ok(vendor)) => Ok(RoomKey { order, vendor }),
        _ => Err(Problem::not_found("room")),
    }
}

/// One's rooms, the last moved first.
#[utoipa::path(get, path = "/v1/chats", tag = "chats", responses(
    (status = 200, description = "At most 100", body = RoomList),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn list_rooms(pop: Pop, Reader(who): Reader) -> Result<Json<RoomList>> {
    Ok(Json(service::list_rooms(&pop, &who.account).await?))
}

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The first ones after this number.
    after: Option<u64>,
    /// The last ones before this number.
    before: Option<u64>,
}

/// A room and its last messages, or those after or before a number; at most 100.
#[utoipa::path(get, path = "/v1/chats/{order}/{vendor}", tag = "chats", params(
    ("order" = String, Path, description = "`ord_…`"), ("vendor" = String, Path, description = "`ven_…`"), Which,
), responses(
    (status = 200, description = "In their order", body = RoomMessages),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`room_not_found`, also for somebody else's"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn get_room(
    pop: Pop,
    Reader(who): Reader,
    Path(names): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Json<RoomMessages>> {
    let part = match (which.after, which.before) {
        (None, None) => Part::Last,
        (Some(number), None) => Part::After(number),
        (None, Some(number)) => Part::Before(number),
        (Some(_), Some(_)) => return Err(Problem::invalid("before", "not together with `after`").into()),
    };
    Ok(Json(service::get_room(&pop, &who.account, &room_key(names)?, part).await?))
}

/// What to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// Plain text of at most 2,000 characters; may be empty when there is a picture.
    #[serde(default)]
    text: String,
    /// Ids of at most 4 pictures, as `POST /v1/pictures` answered.
    #[serde(default)]
    uploads: Vec<String>,
}

/// Writes to the seller. Personal data is taken out first, and the answer tells what. While the platform cannot be reached
/// the message waits, and is delivered once, in order.
#[utoipa::path(post, path = "/v1/chats/{order}/{vendor}/messages", tag = "chats", request_body = SendMessage, params(
    ("order" = String, Path, description = "`ord_…`"), ("vendor" = String, Path, description = "`ven_…`"),
    ("Idempotency-Key" = String, Header, description = "1 to 64 printable characters, new for each message"),
), responses(
    (status = 201, description = "The message", body = SentMessage),
    (status = 400, description = "`malformed_json`, `idempotency_key_required`"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`room_not_found`, also for somebody else's"),
    (status = 409, description = "`room_closed`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`, `idempotency_key_reused`"),
    (status = 429, description = "`too_many_messages`"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn send_message(
    pop: Pop,
    Customer(who): Customer,
    Path(names): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Response> {
    let (room, key) = (room_key(names)?, idempotency_key(&headers)?);
    // Written again, so that white space and the order of members do not make another request.
    let request = body.to_string();
    let SendMessage { text, uploads } = parse_json(request.as_bytes())?;
    let draft = Draft { text, uploads, request };
    let (sent, replayed) = service::send_message(&pop, &who.account, &room, key, &draft).await?;
    let mut response = (StatusCode::CREATED, Json(sent)).into_response();
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    } else {
        pop.deliver_soon();
    }
    Ok(response)
}

/// Has read all that is there.
#[utoipa::path(put, path = "/v1/chats/{order}/{vendor}/read", tag = "chats", params(
    ("order" = String, Path, description = "`ord_…`"), ("vendor" = String, Path, description = "`ven_…`"),
), responses(
    (status = 204, description = "The seller is told"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`room_not_found`, also for somebody else's"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn mark_read(
    pop: Pop,
    Customer(who): Customer,
    Path(names): Path<(String, String)>,
) -> Result<StatusCode> {
    service::mark_read(&pop, &who.account, &room_key(names)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether to hear from the seller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockRoom {
    /// `true` closes the room, `false` opens it again.
    blocked: bool,
}

/// Closes the room, or opens it again.
#[utoipa::path(put, path = "/v1/chats/{order}/{vendor}/block", tag = "chats", request_body = BlockRoom, params(
    ("order" = String, Path, description = "`ord_…`"), ("vendor" = String, Path, description = "`ven_…`"),
), responses(
    (status = 204, description = "Done"),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`room_not_found`, also for somebody else's"),
    (status = 409, description = "`room_closed`: the seller or a moderator closed it"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_changes`"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn block_room(
    pop: Pop,
    Customer(who): Customer,
    Path(names): Path<(String, String)>,
    Json(body): Json<BlockRoom>,
) -> Result<StatusCode> {
    service::block_room(&pop, &who.account, &room_key(names)?, body.blocked).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a moderator should look.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRoom {
    /// Plain text, at most 500 characters.
    reason: String,
}

/// Calls a moderator, who then reads the room.
#[utoipa::path(post, path = "/v1/chats/{order}/{vendor}/report", tag = "chats", request_body = ReportRoom, params(
    ("order" = String, Path, description = "`ord_…`"), ("vendor" = String, Path, description = "`ven_…`"),
), responses(
    (status = 202, description = "A moderator will look", body = Reported),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`room_not_found`, also for somebody else's"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`already_reported`"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("session" = [])))]
pub async fn report_room(
    pop: Pop,
    Customer(who): Customer,
    Path(names): Path<(String, String)>,
    Json(body): Json<ReportRoom>,
) -> Result<(StatusCode, Json<Reported>)> {
    let reported = service::report_room(&pop, &who.account, &room_key(names)?, &body.reason).await?;
    Ok((StatusCode::ACCEPTED, Json(reported)))
}

/// What comes, as server-sent events: messages after `Last-Event-ID` or `after`, each with its number as its id, and
/// `room` when the seller has read or the room is closed. The stream ends after some seconds; connect again.
#[utoipa::path(get, path = "/v1/chats/{order}/{vendor}/events", tag = "chats", params(
    ("order" = String, Path, description = "`ord_…`"), ("vendor" = String, Path, description = "`ven_…`"),
    ("after" = Option<u64>, Query, description = "Number of the last message that was seen"),
    ("Last-Event-ID" = Option<u64>, Header, description = "The same; comes first"),
), responses(
    (status = 200, description = "Events", body = String, content_type = "text/event-stream"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 404, description = "`room_not_found`, also for somebody else's"),
    (status = 422, description = "`invalid_value`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn stream_events(
    pop: Pop,
    Reader(who): Reader,
    Path(names): Path<(String, String)>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Response> {
    let room = room_key(names)?;
    service::room(&pop, &who.account, &room).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let after = last.or(which.after).unwrap_or(0);
    let body = Body::from_stream(events::stream(&pop, &who.account, &room, after));
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM));
    Ok(response)
}
