//! The way in: a few good things, the categories, what is new, and who sells.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kiosk_pop_store::catalog::{Card, ListQuery};
use leptos::prelude::*;

use super::PageError;
use crate::components::card::{grid_of, picture};
use crate::components::icons;
use crate::components::nav::{Branch, Nav};
use crate::components::shell::{Cache, Meta, render, respond};
use crate::http::Visit;
use crate::shop::{Shelf, Shop};

/// Products under "Worth a closer look".
const FEATURED_CARDS: u32 = 11;
/// Of those, pictures beside the welcome.
const HERO_CARDS: usize = 3;
/// Products under "New in".
const NEWEST_CARDS: u32 = 8;
/// Vendors that are introduced.
const MAKERS: usize = 6;

/// `GET /`
pub async fn show(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    let nav = shop.nav().await?;
    let featured = ListQuery { featured: true, limit: FEATURED_CARDS, ..ListQuery::default() };
    let featured = shop.shelf("home featured", &featured).await?;
    let newest = ListQuery { limit: NEWEST_CARDS, ..ListQuery::default() };
    let newest = shop.shelf("home newest", &newest).await?;
    let promoted = shop.promoted(&[]).await?;
    let meta = Meta {
        description: "Kiosk is an open marketplace: goods for the house, the garden and the road, sold by the people who make them.".to_owned(),
        path: "/".to_owned(),
        picture: featured.cards.first().and_then(|card| card.picture.clone()),
        ..Meta::default()
    };
    respond(&shop, &visit, Cache::Catalogue, meta, || view(&nav, &promoted, &featured, &newest)).await
}

fn view(nav: &Nav, promoted: &Shelf, featured: &Shelf, newest: &Shelf) -> AnyView {
    // A shop without featured goods welcomes with its newest.
    let shown = if featured.cards.is_empty() { &newest.cards } else { &featured.cards };
    let hero_cards = &shown[..HERO_CARDS.min(shown.len())];
    let [categories, makers] = nav.home_html.get_or_init(|| {
        let tiles = || (!nav.branches.is_empty()).then(|| categories(&nav.branches));
        [render(tiles), render(|| makers(nav))]
    });
    let fragment = |html: &String| leptos::tachys::html::InertElement::new(html.clone());
    view! {
        {hero(hero_cards)}
        {shown.is_empty().then(|| view! {
            <p class="wrap lead">"The shelves are being filled right now. Please come back in a minute."</p>
        })}
        {fragment(categories)}
        {shelf("promoted", "Promoted", promoted.items.iter())}
        {shelf("featured", "Worth a closer look", besides(promoted, featured, HERO_CARDS))}
        {fragment(makers)}
        {shelf("newest", "New in", besides(promoted, newest, 0))}
        {promises()}
    }
    .into_any()
}

fn hero(cards: &[Card]) -> AnyView {
    let shot = |(index, card): (usize, &Card)| {
        view! {
            <li class=format!("hero-shot hero-shot-{}", index + 1)>
                <a href=format!("/p/{}", card.handle)>
                    {picture(card.picture.as_deref(), true)}
                    <span>{card.title.clone()}</span>
                </a>
            </li>
        }
    };
    view! {
        <section class="hero wrap">
            <div class="hero-words">
                <h1>"Good things, from the people who make them."</h1>
                <p class="lead">
                    "Pots, lamps, coats and chairs from small workshops, sold by name and sent from close by."
                </p>
                <p class="hero-links">
                    <a class="button button-main" href="#categories">"Look around"</a>
                    <a class="button" href="#newest">"See what is new"</a>
                </p>
            </div>
            <ul class="hero-shots" role="list">{cards.iter().enumerate().map(shot).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn categories(branches: &[Branch]) -> AnyView {
    let tile = |branch: &Branch| {
        view! {
            <li class="tile">
                <a href=format!("/c/{}", branch.category.slug)>
                    <span class="tile-picture">{picture(branch.picture.as_deref(), false)}</span>
                    <span class="tile-name">{branch.category.name.clone()}</span>
                    <span class="tile-count">{pieces(branch.products)}</span>
                </a>
            </li>
        }
    };
    view! {
        <section class="wrap band" id="categories" aria-labelledby="categories-title">
            <h2 id="categories-title">"Shop by category"</h2>
            <ul class="tiles" role="list">{branches.iter().map(tile).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// `1 piece`, `24 pieces`
pub fn pieces(count: u32) -> String {
    if count == 1 { "1 piece".to_owned() } else { format!("{count} pieces") }
}

/// The items of a shelf from `first` on, without what stands under "Promoted" already.
fn besides<'a>(promoted: &Shelf, shelf: &'a Shelf, first: usize) -> impl Iterator<Item = &'a String> {
    let pairs = shelf.cards.iter().zip(&shelf.items).skip(first);
    pairs.filter(|(card, _)| !promoted.cards.iter().any(|shown| shown.id == card.id)).map(|(_, item)| item)
}

fn shelf<'a>(id: &'static str, title: &'static str, items: impl Iterator<Item = &'a String>) -> AnyView {
    let heading = format!("{id}-title");
    let mut items = items.peekable();
    (items.peek().is_some())
        .then(|| {
            view! {
                <section class="wrap band" id=id aria-labelledby=heading.clone()>
                    <h2 id=heading.clone()>{title}</h2>
                    {grid_of(items)}
                </section>
            }
        })
        .into_any()
}

fn makers(nav: &Nav) -> AnyView {
    let maker = |vendor: &kiosk_wire::Vendor| {
        view! {
            <li class="maker">
                <a href=format!("/vendors/{}", vendor.id)>
                    <span class="maker-name">{vendor.name.clone()}</span>
                    <span class="maker-from">{super::vendor::ships_from(&vendor.region)}</span>
                    <span class="maker-about">{first_sentence(&vendor.about)}</span>
                </a>
            </li>
        }
    };
    (!nav.vendors.is_empty()).then(|| {
        view! {
            <section class="makers" aria-labelledby="makers-title">
                <div class="wrap">
                    <h2 id="makers-title">"The people behind it"</h2>
                    <ul class="makers-list" role="list">{nav.vendors.iter().take(MAKERS).map(maker).collect_view()}</ul>
                </div>
            </section>
        }
    }).into_any()
}

fn first_sentence(text: &str) -> String {
    text.split_inclusive(". ").next().unwrap_or("").trim_end().to_owned()
}

fn promises() -> AnyView {
    view! {
        <section class="wrap band promises" aria-label="What you can count on">
            <div class="promise">{icons::stall()}<h3>"Sold by name"</h3>
                <p>"Each piece says who sells it and where it comes from."</p></div>
            <div class="promise">{icons::delivery()}<h3>"Honest stock"</h3>
                <p>"What you can order is set aside near you. We never sell what is not there."</p></div>
            <div class="promise">{icons::invoice()}<h3>"Pay on invoice"</h3>
                <p>"No card needed at the counter, and no account either."</p></div>
        </section>
    }
    .into_any()
}
