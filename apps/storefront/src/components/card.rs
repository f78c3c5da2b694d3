//! Products in a grid.

use kiosk_pop_store::catalog::Card;
use leptos::prelude::*;

use super::price::price;

/// Pictures of the first cards are loaded at once, those further down when they come near.
const EAGER_CARDS: usize = 4;

/// A product in a list: one link.
fn card(card: &Card, index: usize) -> AnyView {
    let note = if !card.in_stock {
        Some("Sold out here")
    } else if card.compare_at.is_some_and(|before| before.amount > card.price.amount) {
        Some("Reduced")
    } else {
        None
    };
    view! {
        <li class="card">
            <a href=format!("/p/{}", card.handle)>
                <span class="card-picture">
                    {picture(card.picture.as_deref(), index < EAGER_CARDS)}
                    {note.map(|note| view! { <span class="card-note">{note}</span> })}
                </span>
                <span class="card-title">{card.title.clone()}</span>
                <span class="card-vendor">{card.vendor_name.clone()}</span>
                {price(card.price, card.compare_at, card.price_from)}
            </a>
        </li>
    }
    .into_any()
}

/// A product's picture where its title stands beside it, so it needs no words of its own.
pub fn picture(file: Option<&str>, eager: bool) -> AnyView {
    file.map(|file| {
        let loading = if eager { "eager" } else { "lazy" };
        view! { <img src=format!("/media/{file}") alt="" width="600" height="600" loading=loading decoding="async" /> }
    }).into_any()
}

/// A grid of products.
pub fn grid(cards: &[Card]) -> AnyView {
    view! { <ul class="grid" role="list">{cards.iter().enumerate().map(|(index, c)| card(c, index)).collect_view()}</ul> }.into_any()
}
