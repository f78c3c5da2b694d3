//! storefront: the shop that shoppers see, rendered at the POP.
//!
//! A handler loads what a page needs (the POP's catalogue copy, or edge-orders for carts and orders) and then renders
//! the page with Leptos in one synchronous go: no task is ever spawned while a page is made. Every step works without
//! JavaScript; the components in `islands` are hydrated in the browser from a WASM build of this same crate.
//!
//! | folder | holds |
//! |---|---|
//! | `shop` | the state of an instance: ports, navigation, short-lived shelves of cards |
//! | `pages` | a file per page: load, render |
//! | `components` | what pages share: shell, cards, prices, stock, forms |
//! | `islands` | what the browser hydrates |
//! | `orders`, `accounts`, `social` | the clients of edge-orders, edge-accounts and edge-social |
//! | `http` | cookies, same-origin check, headers, assets, pictures |
//! | `entry` | a file per runtime |

// A view is one deeply nested type; the compiler gives up on a page of ours at its default of 128.
#![recursion_limit = "512"]

mod islands;

#[cfg(feature = "ssr")]
mod accounts;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod entry;
#[cfg(feature = "ssr")]
mod http;
#[cfg(feature = "ssr")]
mod orders;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod router;
#[cfg(feature = "ssr")]
mod shop;
#[cfg(feature = "ssr")]
mod sibling;
#[cfg(feature = "ssr")]
mod social;

#[cfg(feature = "ssr")]
pub use router::router;

/// Prepares the browser for islands; the boot module calls it once, before it hydrates the first of them.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
