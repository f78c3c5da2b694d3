//! The vendors' pages at `/vendor`.

mod home;

use crate::app::Services;
use crate::http::Route;

/// The routes of the vendors' pages.
#[must_use]
pub fn routes(services: &Services) -> Vec<Route> {
    [home::routes(services)].into_iter().flatten().collect()
}
