//! Words in, products out.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;

use super::PageError;
use super::list::{self, Listing};
use crate::components::nav::{Branch, Nav};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::Visit;
use crate::http::forms::QueryPairs;
use crate::shop::Shop;

/// Longest search, in characters; the rest is ignored.
pub const SEARCH_CHARS_MAX: usize = 80;

/// `GET /search?q=`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let words: String = pairs.text("q").chars().take(SEARCH_CHARS_MAX).collect();
    let mut query = list::query_of(&pairs);
    query.search = Some(words.clone()).filter(|words| !words.is_empty());
    let nav = shop.nav().await?;
    let listing = Listing::load(&shop, query, "/search".to_owned(), pairs).await?;
    let title = if words.is_empty() { "Everything".to_owned() } else { format!("Search: {words}") };
    let meta = Meta { title, search: words.clone(), ..Meta::default() };
    respond(&shop, &visit, Cache::Catalogue, meta, || view(&nav, &words, &listing)).await
}

fn view(nav: &Nav, words: &str, listing: &Listing) -> AnyView {
    let title = if words.is_empty() { "Everything we have".to_owned() } else { format!("“{words}”") };
    let chip = |branch: &Branch| {
        view! { <li><a class="chip" href=format!("/c/{}", branch.category.slug)>{branch.category.name.clone()}</a></li> }
    };
    let nothing = listing.is_empty() && !listing.is_filtered();
    view! {
        <div class="wrap">
            <header class="list-head"><h1>{title}</h1></header>
            {if nothing {
                view! {
                    <section class="empty">
                        <h2>"Nothing by that name"</h2>
                        <p>"Try fewer or shorter words: “mug” finds more than “blue coffee mug with handle”. Or start from a category:"</p>
                        <ul class="chips" role="list">{nav.branches.iter().map(chip).collect_view()}</ul>
                    </section>
                }.into_any()
            } else {
                listing.view().into_any()
            }}
        </div>
    }.into_any()
}
