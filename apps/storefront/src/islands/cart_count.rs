//! The link to the cart, with the number of pieces in it.

use leptos::prelude::*;

use super::state;

/// The cart in the header.
#[island]
pub fn CartCount(
    /// Pieces in the cart when the page was made.
    quantity: u32,
) -> impl IntoView {
    let cart = state::cart();
    let quantity = Signal::derive(move || cart.get().map_or(quantity, |cart| cart.quantity));
    let label = move || match quantity.get() {
        1 => "Cart, 1 piece".to_owned(),
        n => format!("Cart, {n} pieces"),
    };
    view! {
        <a class="cart-link" href="/cart" aria-label=label>
            <svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.6"
                stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
                <path d="M5 8.5h14l-1 11.5H6zM8.8 8.5V7a3.2 3.2 0 0 1 6.4 0v1.5"></path>
            </svg>
            <span class="cart-count" class:is-empty=move || quantity.get() == 0>{move || quantity.get()}</span>
        </a>
    }
}
