//! When a provider is asked again, and when it is asked no more.

use kiosk_payments::PayError;

/// The reason of what the provider was asked for and may have done: a person looks there.
pub const OUTCOME_UNKNOWN: &str = "outcome_unknown";
/// Wait after the first try that was not answered, in milliseconds; it doubles with each.
const RETRY_MS: i64 = 2_000;
/// Longest wait, in milliseconds.
const RETRY_MS_MAX: i64 = 600_000;
/// How long after the first question the same is asked again, in milliseconds. Stripe forgets idempotency keys after a
/// day, and would then do once more what it did: from here on a person decides.
const KEY_MS_MAX: i64 = 20 * 3_600_000;

/// How long to wait after so many tries that were not answered, in milliseconds.
pub fn wait_ms(tries: i64) -> i64 {
    RETRY_MS_MAX.min(RETRY_MS << tries.clamp(0, 20))
}

/// Whether the provider may have forgotten the key of what it was first asked for then; 0 for not yet.
pub const fn is_forgotten(asked_ms: i64, now_ms: i64) -> bool {
    asked_ms > 0 && now_ms - asked_ms > KEY_MS_MAX
}

/// The answer where nobody is asked any more.
pub fn unknown() -> PayError {
    PayError::Refused { status: 0, code: OUTCOME_UNKNOWN.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        assert_eq!([0, 1, 8, 9, 99].map(wait_ms), [2_000, 4_000, 512_000, RETRY_MS_MAX, RETRY_MS_MAX]);
    }

    #[test]
    fn keys_are_forgotten_some_time_after_they_were_first_used() {
        assert!(!is_forgotten(0, i64::MAX), "it was never asked");
        assert!(!is_forgotten(1, KEY_MS_MAX + 1) && is_forgotten(1, KEY_MS_MAX + 2));
    }
}
