//! A room as server-sent events.
//!
//! The stream is open for some seconds and looks into the database meanwhile; then it ends, and the browser connects anew
//! with the number of the last message it has seen. So an instance holds nothing of a client that went away, and hosts
//! that stop long answers do no harm.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures::Stream;
use futures::stream::unfold;
use kiosk_pop_store::social::messages::{self, Part};
use kiosk_pop_store::social::rooms;
use kiosk_wire::RoomKey;
use serde::Serialize;

use super::service::MESSAGES_PER_PAGE_MAX;
use super::view::{MessageBody, RoomBody};
use crate::app::Pop;
use crate::error::Result;

/// How long a stream stays open, in milliseconds: less than hosts let an instance work for one request.
const OPEN_MS_MAX: i64 = 8_000;
/// How often a stream looks for something new, in milliseconds.
const LOOK_MS: u32 = 1_000;
/// After how long a browser connects anew, in milliseconds.
const RETRY_MS: u32 = 500;
/// The same while this instance sends as many streams as it may.
const RETRY_BUSY_MS: u32 = 5_000;
/// Most streams that one instance sends at once: it answers other requests too.
const STREAMS_MAX: usize = 8;

/// Counts a stream for as long as it lives.
struct Open(Pop);

impl Open {
    /// `None` when there are as many as there may be.
    fn new(pop: &Pop) -> Option<Self> {
        let open = Self(pop.clone());
        if pop.streams.fetch_add(1, Ordering::AcqRel) < STREAMS_MAX { Some(open) } else { None }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Looking {
    pop: Pop,
    account: String,
    room: RoomKey,
    /// The last message that was told.
    after: u64,
    /// What was last told of the room.
    told: String,
    until_ms: i64,
    started: bool,
    /// Kept until the stream ends; without it one look is all.
    open: Option<Open>,
    pieces: VecDeque<Bytes>,
}

/// The events of a room of `account` after the message `after`.
pub fn stream(
    pop: &Pop,
    account: &str,
    room: &RoomKey,
    after: u64,
) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static {
    let looking = Looking {
        pop: pop.clone(),
        account: account.to_owned(),
        room: room.clone(),
        after,
        told: String::new(),
        until_ms: pop.now_ms() + OPEN_MS_MAX,
        started: false,
        open: Open::new(pop),
        pieces: VecDeque::new(),
    };
    unfold(looking, |mut looking| async move { looking.next().await.map(|piece| (Ok(piece), looking)) })
}

impl Looking {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Some(piece);
            }
            if self.started {
                if self.open.is_none() || self.pop.now_ms() >= self.until_ms {
                    return None;
                }
                self.pop.edge.timer.sleep(LOOK_MS).await;
            } else {
                self.started = true;
                let retry_ms = if self.open.is_some() { RETRY_MS } else { RETRY_BUSY_MS };
                self.pieces.push_back(format!("retry: {retry_ms}\n\n").into());
            }
            if let Err(error) = self.look().await {
                tracing::warn!(error = %error.0, "a stream of events ended early");
                return None;
            }
        }
    }

    /// Looks for what is new, and writes it down as events.
    async fn look(&mut self) -> Result<()> {
        let db = &*self.pop.edge.db;
        let Some(room) = rooms::get(db, &self.account, &self.room).await? else {
            self.until_ms = 0;
            return Ok(());
        };
        let vendor_read_ms = room.vendor_read_ms;
        let found = messages::list(db, &self.room, Part::After(self.after), MESSAGES_PER_PAGE_MAX).await?;
        for message in found {
            // What waits has no number to come back to; who wrote it has it already.
            let Some(number) = message.number else { continue };
            self.after = number;
            let data = serde_json::to_string(&MessageBody::of(message, vendor_read_ms))?;
            self.pieces.push_back(format!("id: {number}\ndata: {data}\n\n").into());
        }
        let state = serde_json::to_string(&RoomState::of(&RoomBody::of(room, None)))?;
        if state != self.told {
            self.pieces.push_back(format!("event: room\ndata: {state}\n\n").into());
            self.told = state;
        }
        Ok(())
    }
}

/// What of a room changes while one looks at it.
#[derive(Serialize)]
struct RoomState<'a> {
    closed_by: Option<&'a str>,
    vendor_read_ms: i64,
}

impl<'a> RoomState<'a> {
    fn of(room: &'a RoomBody) -> Self {
        Self { closed_by: room.closed_by.as_deref(), vendor_read_ms: room.vendor_read_ms }
    }
}
