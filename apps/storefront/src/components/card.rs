//! Products in a grid.

use kiosk_pop_store::catalog::Card;
use leptos::prelude::*;

use super::icons;
use super::price::price;
use super::shell::render;
use super::stars::average;

/// Pictures of the first cards are loaded at once, those further down when they come near.
const EAGER_CARDS: usize = 4;

/// A product in a list: one link.
fn item(card: &Card, eager: bool) -> AnyView {
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
                    {picture(card.picture.as_deref(), eager)}
                    {note.map(|note| view! { <span class="card-note">{note}</span> })}
                    {card.promoted.then(|| view! { <span class="card-promoted">"Promoted"</span> })}
                </span>
                <span class="card-title">{card.title.clone()}</span>
                <span class="card-vendor">{card.vendor_name.clone()}</span>
                {average(card.stars)}
                {price(card.price, card.compare_at, card.price_from)}
            </a>
        </li>
    }
    .into_any()
}

/// The HTML of a card on a shelf that is kept, for [`grid_of`].
pub fn item_html(card: &Card) -> String {
    render(|| item(card, false))
}

/// A product's picture where its title stands beside it, so it needs no words of its own.
pub fn picture(file: Option<&str>, eager: bool) -> AnyView {
    let Some(file) = file else { return no_picture() };
    let loading = if eager { "eager" } else { "lazy" };
    view! { <img src=format!("/media/{file}") alt="" width="600" height="600" loading=loading decoding="async" /> }
        .into_any()
}

/// Stands where a product has no picture.
pub fn no_picture() -> AnyView {
    view! { <span class="no-picture">{icons::picture()}</span> }.into_any()
}

/// A grid of products.
pub fn grid<'a>(cards: impl Iterator<Item = &'a Card>) -> AnyView {
    let items = cards.enumerate().map(|(index, card)| item(card, index < EAGER_CARDS));
    view! { <ul class="grid" role="list">{items.collect_view()}</ul> }.into_any()
}

/// A grid of items whose HTML is there already.
pub fn grid_of<'a>(items: impl Iterator<Item = &'a String>) -> AnyView {
    let html: String = items.map(String::as_str).collect();
    view! { <ul class="grid" role="list" inner_html=html></ul> }.into_any()
}
