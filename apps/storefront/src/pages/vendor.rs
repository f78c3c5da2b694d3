//! Who sells, and what.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kiosk_pop_store::catalog;
use leptos::prelude::*;

use super::PageError;
use super::list::{self, Listing};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::QueryPairs;
use crate::http::{Name, Visit};
use crate::shop::Shop;

/// `GET /vendors/{id}`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let vendor = catalog::vendor(&*shop.edge.db, &id).await?.ok_or(PageError::NotFound)?;
    let path = format!("/vendors/{}", vendor.id);
    let mut query = list::query_of(&pairs);
    query.vendor = Some(id);
    let listing = Listing::load(&shop, query, path.clone(), pairs).await?;
    let meta = Meta {
        title: vendor.name.clone(),
        description: vendor.about.clone(),
        path,
        picture: listing.page.cards.first().and_then(|card| card.picture.clone()),
        ..Meta::default()
    };
    respond(&shop, &visit, Cache::Catalogue, meta, || {
        view! {
            <div class="wrap">
                <nav class="crumbs" aria-label="Breadcrumb">
                    <ol role="list"><li><a href="/">"Home"</a></li><li aria-current="page">{vendor.name.clone()}</li></ol>
                </nav>
                <header class="list-head">
                    <h1>{vendor.name.clone()}</h1>
                    <p class="from">{ships_from(&vendor.region)}</p>
                    <p class="lead">{vendor.about.clone()}</p>
                </header>
                {listing.view()}
            </div>
        }
    })
    .await
}

/// `Ships from Germany`; for a country this shop has no name for, its code.
pub fn ships_from(region: &str) -> String {
    format!("Ships from {}", country(region))
}

/// The English name of a country, its code where the list below has none.
pub fn country(code: &str) -> &str {
    COUNTRIES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// Countries that vendors ship from and parcels go to, by name.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("AU", "Australia"),
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("BG", "Bulgaria"),
    ("CA", "Canada"),
    ("HR", "Croatia"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DK", "Denmark"),
    ("EE", "Estonia"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("DE", "Germany"),
    ("GR", "Greece"),
    ("HU", "Hungary"),
    ("IS", "Iceland"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("LV", "Latvia"),
    ("LI", "Liechtenstein"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("MT", "Malta"),
    ("MX", "Mexico"),
    ("NL", "Netherlands"),
    ("NZ", "New Zealand"),
    ("NO", "Norway"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SK", "Slovakia"),
    ("SI", "Slovenia"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
    ("CH", "Switzerland"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_checkout_offers_where_edge_orders_delivers() {
        let data = include_str!("../../../edge-orders/data/delivery.json");
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        let served: Vec<&str> =
            data["countries"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        let mut offered: Vec<&str> = COUNTRIES.iter().map(|(code, _)| *code).collect();
        offered.sort_unstable();
        assert_eq!(offered, served);
        assert!(COUNTRIES.iter().map(|(_, name)| name).is_sorted());
    }
}
