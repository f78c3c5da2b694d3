//! Wakes those who look at a room when something in it changed. It reaches this process alone: who looks at a room asks the
//! database now and then besides.

use kiosk_wire::people::RoomKey;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Changes that a listener may be behind; one that is further behind looks at its room in any case.
const NEWS_MAX: usize = 256;

/// Tells which rooms changed, once the change is committed.
#[derive(Clone, Debug)]
pub struct News(broadcast::Sender<RoomKey>);

impl Default for News {
    fn default() -> Self {
        Self(broadcast::Sender::new(NEWS_MAX))
    }
}

impl News {
    /// Says that something in `room` changed.
    pub fn tell(&self, room: &RoomKey) {
        // It is no fault when nobody looks at any room.
        let _ = self.0.send(room.clone());
    }

    /// Hears of what changes in `room` from now on.
    #[must_use]
    pub fn listen(&self, room: &RoomKey) -> Listener {
        Listener { room: room.clone(), news: self.0.subscribe() }
    }
}

/// Hears of one room.
#[derive(Debug)]
pub struct Listener {
    room: RoomKey,
    news: broadcast::Receiver<RoomKey>,
}

impl Listener {
    /// Waits until something in the room changed, or may have.
    pub async fn changed(&mut self) {
        loop {
            match self.news.recv().await {
                Ok(room) if room != self.room => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures::FutureExt;
    use kiosk_ids::{OrderId, VendorId};

    use super::*;

    fn room(order: &str) -> RoomKey {
        RoomKey { order: OrderId::named(order).unwrap(), vendor: VendorId::named("v").unwrap() }
    }

    #[test]
    fn a_listener_hears_of_its_own_room_and_of_what_it_missed() {
        let news = News::default();
        news.tell(&room("a"));
        let mut listener = news.listen(&room("a"));
        assert_eq!(listener.changed().now_or_never(), None, "what was before is not news");
        news.tell(&room("b"));
        assert_eq!(listener.changed().now_or_never(), None, "another room");
        news.tell(&room("a"));
        assert_eq!(listener.changed().now_or_never(), Some(()));
        for _ in 0..=NEWS_MAX {
            news.tell(&room("b"));
        }
        assert_eq!(listener.changed().now_or_never(), Some(()), "too much to know that it was not this room");
    }
}
