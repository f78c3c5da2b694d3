//! What an instance sets up once.

use std::sync::OnceLock;

/// A value that is made by the first request which needs it, and kept as long as the instance.
#[derive(Debug)]
pub struct SetUpOnce<T>(OnceLock<T>);

impl<T> Default for SetUpOnce<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T: Clone> SetUpOnce<T> {
    /// The value, made by `set_up` when there is none yet. Requests that come at the same time may each make it, which
    /// does no harm and needs no request to wake another.
    ///
    /// # Errors
    /// That of `set_up`; the next request tries again.
    pub async fn get<E>(&self, set_up: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        if let Some(value) = self.0.get() {
            return Ok(value.clone());
        }
        let made = set_up.await?;
        Ok(self.0.get_or_init(|| made).clone())
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn a_failure_is_tried_again_and_a_value_is_kept() {
        let once = SetUpOnce::default();
        assert_eq!(block_on(once.get(async { Err("away") })), Err("away"));
        assert_eq!(block_on(once.get(async { Ok::<_, &str>(1) })), Ok(1));
        assert_eq!(block_on(once.get(async { Err("away") })), Ok(1));
    }

    #[test]
    fn of_two_at_the_same_time_both_get_the_first() {
        let once = SetUpOnce::default();
        let outer = once.get(async {
            assert_eq!(once.get(async { Ok::<_, &str>(1) }).await, Ok(1));
            Ok::<_, &str>(2)
        });
        assert_eq!(block_on(outer), Ok(1));
    }
}
