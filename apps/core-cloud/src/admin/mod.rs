//! The admins' pages at `/admin`.

mod audit;
mod charts;
mod imports;
mod orders;
mod overview;
mod pages;
mod staff;
mod stock;

use crate::app::Services;
use crate::http::Route;

/// The routes of the admins' pages.
#[must_use]
pub fn routes(services: &Services) -> Vec<Route> {
    [pages::routes(services), audit::routes(services), staff::routes(services)]
        .into_iter()
        .flatten()
        .collect()
}
