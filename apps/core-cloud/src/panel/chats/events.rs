//! What happens in a room, as server-sent events: each says that the room's page shows something else now, and the page's
//! script loads it. A stream is open for some seconds; then it ends, and the browser comes back with what it has seen, so
//! each stream is asked for by a session that still holds.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::Stream;
use futures::stream::unfold;
use http::{HeaderMap, Method, header};
use kiosk_wire::people::RoomKey;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::key_of;
use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::chats::Listener;
use crate::modules::chats::service::Service;
use crate::modules::members::service::Member;
use crate::page::Page;

/// Address of the script that listens.
pub const SCRIPT: &str = "/chat.js";
/// How long a stream stays open, in milliseconds: less than the core waits for open requests when it stops.
const OPEN_MS_MAX: u64 = 8_000;
/// How often a stream looks into the database by itself, in milliseconds: another process may have written.
const LOOK_MS: u64 = 2_000;
/// How often a stream that has nothing to tell says that it is there, in milliseconds.
const KEEP_ALIVE_MS: u64 = 5_000;
/// After how long a browser connects anew, in milliseconds.
const RETRY_MS: u64 = 500;
/// The same while there are as many streams as may be.
const RETRY_BUSY_MS: u64 = 5_000;
/// Most streams that are open at once; one more looks once and ends.
pub const STREAMS_MAX: usize = 128;

/// What these routes work with.
#[derive(Clone)]
struct Live {
    services: Services,
    places: Arc<Semaphore>,
}

/// The routes of what is live.
pub fn routes(services: &Services) -> Vec<Route> {
    let live = Live { services: services.clone(), places: Arc::new(Semaphore::new(STREAMS_MAX)) };
    vec![
        Route::new(Method::GET, SCRIPT, Access::Visitor, get(script), ()),
        Route::new(Method::GET, "/vendor/chats/{order}/events", Access::Vendor, get(stream_events), live),
    ]
}

async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=60"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, include_str!("chat.js")).into_response()
}

/// What a page shows that asks for the first time; a browser that comes back says so in a header.
#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    seen: String,
}

async fn stream_events(
    State(live): State<Live>,
    member: Member,
    Path(order): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Page {
    let room = key_of(&member, &order)?;
    let chats = live.services.chats;
    chats.get_version(&room).await?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let watching = Watching {
        news: chats.listen(&room),
        chats,
        room,
        seen: last.unwrap_or(shown.seen),
        until: Instant::now() + Duration::from_millis(OPEN_MS_MAX),
        told_when_to_retry: false,
        looked: false,
        place: live.places.try_acquire_owned().ok(),
    };
    let alive = KeepAlive::new().interval(Duration::from_millis(KEEP_ALIVE_MS));
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, Sse::new(stream(watching)).keep_alive(alive)).into_response())
}

/// A room that a browser looks at.
struct Watching {
    chats: Service,
    news: Listener,
    room: RoomKey,
    /// The version that the browser shows.
    seen: String,
    until: Instant,
    told_when_to_retry: bool,
    looked: bool,
    /// Kept until the stream ends; without it one look is all.
    place: Option<OwnedSemaphorePermit>,
}

fn stream(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    unfold(watching, |mut watching| async move { watching.next().await.map(|event| (Ok(event), watching)) })
}

impl Watching {
    async fn next(&mut self) -> Option<Event> {
        if !self.told_when_to_retry {
            self.told_when_to_retry = true;
            let retry_ms = if self.place.is_some() { RETRY_MS } else { RETRY_BUSY_MS };
            return Some(Event::default().retry(Duration::from_millis(retry_ms)));
        }
        loop {
            if self.looked {
                let now = Instant::now();
                if self.place.is_none() || now >= self.until {
                    return None;
                }
                let look_at = self.until.min(now + Duration::from_millis(LOOK_MS));
                // Woken or not, the database says what there is.
                let _ = timeout_at(look_at, self.news.changed()).await;
            }
            self.looked = true;
            match self.chats.get_version(&self.room).await {
                Ok(version) if version == self.seen => {}
                Ok(version) => {
                    self.seen.clone_from(&version);
                    return Some(Event::default().event("room").id(&version).data(version));
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a stream of events ended early"
                    );
                    return None;
                }
            }
        }
    }
}
