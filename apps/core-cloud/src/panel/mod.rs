//! The vendors' pages at `/vendor`.

mod chats;
pub mod discounts;
mod freight;
mod home;
mod orders;
pub mod papers;
mod parcels;
pub mod product;
mod product_form;
pub mod products;
mod promotion_payment;
pub mod promotions;
mod register;
pub mod returns;
mod reviews;
mod settings;
mod statements;
mod warehouses;

use kiosk_ids::VendorId;

use crate::app::Services;
use crate::error::Error;
use crate::http::Route;
use crate::modules::members::service::Member;

/// The routes of the vendors' pages.
#[must_use]
pub fn routes(services: &Services) -> Vec<Route> {
    [
        home::routes(services),
        register::routes(services),
        papers::routes(services),
        settings::routes(services),
        products::routes(services),
        product::routes(services),
        promotions::routes(services),
        discounts::routes(services),
        promotion_payment::routes(services),
        orders::routes(services),
        parcels::routes(services),
        freight::routes(services),
        returns::routes(services),
        warehouses::routes(services),
        reviews::routes(services),
        chats::routes(services),
        statements::routes(services),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The vendor that a member belongs to: what its pages show and change, and nothing else.
fn own(member: &Member) -> Result<&VendorId, Error> {
    member.vendor().ok_or(Error::NotFound("vendor"))
}
