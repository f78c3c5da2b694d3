//! Ends connections whose client says nothing: neither a first request nor, when one is answered, another.
//!
//! hyper has a limit for the head of a request, but it knows of it only after the first bytes, and sets a timer anew for
//! each request. Here a connection has one timer, which is moved on when it goes off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use http::Version;
use tokio::time::{Instant, sleep_until};

/// What is known of a client, shared between its connection and its requests.
pub(super) struct Activity {
    opened: Instant,
    /// When it was last answered, in microseconds since it connected.
    answered_us: AtomicU64,
    in_flight: AtomicU32,
    /// HTTP/2 has pings to find out who is gone.
    pings: AtomicBool,
}

impl Activity {
    /// Of a client that has just connected.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            answered_us: AtomicU64::new(0),
            in_flight: AtomicU32::new(0),
            pings: AtomicBool::new(false),
        })
    }

    /// A request has come; to be dropped when its answer is written.
    pub fn request(self: &Arc<Self>, version: Version) -> Answering {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        if version == Version::HTTP_2 {
            self.pings.store(true, Ordering::Relaxed);
        }
        Answering(self.clone())
    }

    /// Resolves when the client has been silent for `max` without an answer on its way.
    pub async fn silent_for(&self, max: Duration) {
        let mut deadline = self.opened + max;
        loop {
            sleep_until(deadline).await;
            let now = Instant::now();
            let waits = self.in_flight.load(Ordering::Acquire) == 0 && !self.pings.load(Ordering::Relaxed);
            let answered = Duration::from_micros(self.answered_us.load(Ordering::Acquire));
            let silent_until = self.opened + answered + max;
            if waits && silent_until <= now {
                return;
            }
            deadline = if waits { silent_until } else { now + max };
        }
    }
}

/// A request whose answer is not written yet.
pub(super) struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        let answered = self.0.opened.elapsed().as_micros();
        self.0.answered_us.store(u64::try_from(answered).unwrap_or(u64::MAX), Ordering::Release);
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_millis(10);

    async fn goes_on(activity: &Activity) -> bool {
        tokio::time::timeout(MAX * 5, activity.silent_for(MAX)).await.is_err()
    }

    #[tokio::test]
    async fn a_client_that_says_nothing_is_silent() {
        let activity = Activity::new();
        activity.silent_for(MAX).await;
        assert!(activity.opened.elapsed() >= MAX);
    }

    #[tokio::test]
    async fn a_client_that_waits_for_an_answer_is_not() {
        let activity = Activity::new();
        let answering = activity.request(Version::HTTP_11);
        assert!(goes_on(&activity).await);
        let answered = Instant::now();
        drop(answering);
        activity.silent_for(MAX).await;
        assert!(answered.elapsed() >= MAX, "counted from the answer on");
    }

    #[tokio::test]
    async fn a_client_of_http_2_is_left_to_its_pings() {
        let activity = Activity::new();
        drop(activity.request(Version::HTTP_2));
        assert!(goes_on(&activity).await);
    }
}
