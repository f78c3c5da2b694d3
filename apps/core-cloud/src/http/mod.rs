//! What all HTTP of the core shares: routes that cannot be registered without saying who may call them.

mod access;
mod guard;
pub mod metrics;

pub use access::{
    Access, Browsers, MEMBER_COOKIE, Route, require_member, require_operator, require_own_page,
};
pub use guard::{Limits, REQUEST_TIMEOUT_MS_MAX, REQUESTS_AT_ONCE_MAX, guard_request};
use kiosk_problem::Problem;

/// Page size when none is asked for.
const PAGE_LIMIT_DEFAULT: u32 = 50;

/// The page size to use: 1 to `max`.
///
/// # Errors
/// 422 otherwise.
pub fn page_limit(asked: Option<u32>, max: u32) -> Result<u32, Problem> {
    match asked {
        None => Ok(PAGE_LIMIT_DEFAULT.min(max)),
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::invalid("limit", format!("must be 1 to {max}"))),
    }
}
