//! edge-social, the sibling component that keeps what customers write.

use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use bytes::Bytes;
use kiosk_edge_platform::Edge;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::sibling::{self, SiblingError};

const BASE: &str = "http://edge-social.spin.internal/v1";
/// Longest wait, in milliseconds.
pub const TIMEOUT_MS_MAX: u32 = 5_000;
const SESSION: HeaderName = HeaderName::from_static("kiosk-session");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A room.
#[derive(Clone, Debug, Deserialize)]
pub struct Room {
    pub order: String,
    pub vendor: String,
    pub vendor_name: String,
    pub titles: Vec<String>,
    pub unread: u32,
    pub closed_by: Option<String>,
    pub moved_ms: i64,
    #[serde(default)]
    pub last: Option<Message>,
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub id: String,
    pub number: Option<u64>,
    /// `customer`, `vendor` or `moderator`.
    pub from: String,
    pub text: String,
    pub pictures: Vec<PictureFile>,
    /// Pictures that wait with it.
    pub uploads: Vec<String>,
    pub sent_ms: i64,
    /// `waiting`, `delivered` or `read`.
    pub state: String,
}

/// A picture below `/media/`.
#[derive(Clone, Debug, Deserialize)]
pub struct PictureFile {
    pub file: String,
    pub alt: String,
}

/// One's rooms.
#[derive(Deserialize)]
pub struct Rooms {
    pub rooms: Vec<Room>,
}

/// A room with a part of its messages.
#[derive(Deserialize)]
pub struct RoomMessages {
    pub room: Room,
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
}

/// What was taken out of a text that was stored.
#[derive(Deserialize)]
pub struct Masked {
    pub masked: Vec<String>,
}

/// One's own review of a product.
#[derive(Clone, Debug, Deserialize)]
pub struct Review {
    pub stars: u8,
    pub title: String,
    pub body: String,
    pub uploads: Vec<String>,
    /// `waiting`, `published` or `removed`.
    pub state: String,
}

/// What one may say of a product, and has said.
#[derive(Clone, Debug, Deserialize)]
pub struct OwnReview {
    pub product_title: String,
    pub may_review: bool,
    pub why_not: Option<String>,
    pub review: Option<Review>,
}

/// A part of all that one wrote, as it is handed on.
#[derive(Deserialize)]
pub struct ExportPart {
    pub reviews: Vec<Value>,
    pub messages: Vec<Value>,
    /// Names the part after this one.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct PictureId {
    id: String,
}

/// edge-social, as handlers call it.
#[derive(Clone, Copy)]
pub struct SocialApi<'a> {
    /// The host's ports.
    pub edge: &'a Edge,
    /// The visitor's session.
    pub session: &'a str,
}

/// A room's address below `/v1/chats/`, made of names that were checked.
#[derive(Clone, Debug)]
pub struct RoomPath(pub String);

impl SocialApi<'_> {
    /// One's rooms.
    pub async fn rooms(self) -> Result<Vec<Room>, SiblingError> {
        let rooms: Rooms = self.call(Method::GET, "/chats", None).await?;
        Ok(rooms.rooms)
    }

    /// A room and its last messages, or those before a number.
    pub async fn room(self, room: &RoomPath, before: Option<u64>) -> Result<RoomMessages, SiblingError> {
        let query = before.map(|number| format!("?before={number}")).unwrap_or_default();
        self.call(Method::GET, &format!("/chats/{}{query}", room.0), None).await
    }

    /// Sends a message.
    pub async fn send(
        self,
        room: &RoomPath,
        key: &str,
        text: &str,
        uploads: &[String],
    ) -> Result<Masked, SiblingError> {
        let body = json!({ "text": text, "uploads": uploads });
        let mut request = self.request(Method::POST, &format!("/chats/{}/messages", room.0), Some(&body));
        if let Ok(key) = HeaderValue::from_str(key) {
            request.headers_mut().insert(IDEMPOTENCY_KEY, key);
        }
        sibling::send(self.edge, request, TIMEOUT_MS_MAX).await
    }

    /// What is there has been read.
    pub async fn mark_read(self, room: &RoomPath) -> Result<(), SiblingError> {
        self.call::<Value>(Method::PUT, &format!("/chats/{}/read", room.0), None).await.map(drop)
    }

    /// Closes the room, or opens it again.
    pub async fn block(self, room: &RoomPath, blocked: bool) -> Result<(), SiblingError> {
        let body = json!({ "blocked": blocked });
        self.call::<Value>(Method::PUT, &format!("/chats/{}/block", room.0), Some(&body)).await.map(drop)
    }

    /// Calls a moderator.
    pub async fn report(self, room: &RoomPath, reason: &str) -> Result<Masked, SiblingError> {
        self.call(Method::POST, &format!("/chats/{}/report", room.0), Some(&json!({ "reason": reason })))
            .await
    }

    /// Hands in pictures and returns their ids.
    pub async fn upload(self, files: &[Bytes]) -> Result<Vec<String>, SiblingError> {
        let mut ids = Vec::with_capacity(files.len());
        for file in files {
            let mut request = self.request(Method::POST, "/pictures", None);
            *request.body_mut() = file.clone();
            let PictureId { id } = sibling::send(self.edge, request, TIMEOUT_MS_MAX).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// What one may say of `product`, and has said.
    pub async fn own_review(self, product: &str) -> Result<OwnReview, SiblingError> {
        self.call(Method::GET, &format!("/reviews/mine?product={product}"), None).await
    }

    /// Writes the review of `product`.
    pub async fn put_review(self, product: &str, review: &Value) -> Result<Masked, SiblingError> {
        self.call(Method::PUT, &format!("/reviews/{product}"), Some(review)).await
    }

    /// Takes the review of `product` back.
    pub async fn withdraw_review(self, product: &str) -> Result<(), SiblingError> {
        self.call::<Value>(Method::DELETE, &format!("/reviews/{product}"), None).await.map(drop)
    }

    /// A part of all that one wrote; `after` is `next` of the part before.
    pub async fn export(self, after: Option<&str>) -> Result<ExportPart, SiblingError> {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        self.call(Method::GET, &format!("/social/export{query}"), None).await
    }

    async fn call<T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, SiblingError> {
        sibling::send(self.edge, self.request(method, path, body), TIMEOUT_MS_MAX).await
    }

    fn request(self, method: Method, path: &str, body: Option<&Value>) -> Request<Bytes> {
        let mut request = Request::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default());
        *request.method_mut() = method;
        // Paths are this module's own, and names in them were checked.
        *request.uri_mut() = format!("{BASE}{path}").parse().unwrap_or_default();
        let headers = request.headers_mut();
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Ok(token) = HeaderValue::from_str(self.session) {
            headers.insert(SESSION, token);
        }
        request
    }
}
