//! The admins' pages at `/admin`.

mod appeals;
mod audit;
mod categories;
mod charts;
mod chats;
mod commissions;
mod customers;
mod discounts;
pub mod documents;
mod events;
mod fraud;
mod fraud_graph;
mod fraud_words;
mod gift_cards;
mod imports;
mod ledger;
mod model_card;
mod model_monitor;
mod models;
mod orders;
mod overview;
mod pages;
mod payments;
mod payout_files;
pub mod payouts;
mod products;
mod promotions;
mod returns;
mod reviews;
mod staff;
mod statements;
mod stock;
mod tiers;
mod vendors;

use crate::app::Services;
use crate::http::Route;

/// The routes of the admins' pages.
#[must_use]
pub fn routes(services: &Services) -> Vec<Route> {
    [
        pages::routes(services),
        vendors::routes(services),
        products::routes(services),
        categories::routes(services),
        promotions::routes(services),
        discounts::routes(services),
        gift_cards::routes(services),
        orders::routes(services),
        payments::routes(services),
        statements::routes(services),
        returns::routes(services),
        customers::routes(services),
        fraud::routes(services),
        appeals::routes(services),
        tiers::routes(services),
        reviews::routes(services),
        chats::routes(services),
        ledger::routes(services),
        commissions::routes(services),
        documents::routes(services),
        payouts::routes(services),
        payout_files::routes(services),
        models::routes(services),
        audit::routes(services),
        events::routes(services),
        staff::routes(services),
    ]
    .into_iter()
    .flatten()
    .collect()
}
