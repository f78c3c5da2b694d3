//! A product: pictures, choice, price, stock, who sells it, and what stands beside it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kiosk_pop_store::catalog::{self, ListQuery, ProductView};
use kiosk_wire::{Attribute, Product, Variant};
use leptos::prelude::*;

use super::PageError;
use super::category::crumbs;
use super::product_choice::{Choice, ChoiceValue, choices, shown};
use super::product_reviews::ReviewsView;
use super::vendor::ships_from;
use crate::components::card::{grid_of, no_picture};
use crate::components::icons;
use crate::components::nav::Nav;
use crate::components::price::price;
use crate::components::shell::{Cache, Meta, respond};
use crate::components::stars::average;
use crate::components::stock::Stock;
use crate::http::forms::QueryPairs;
use crate::http::{Name, Visit};
use crate::islands::add_to_cart::AddToCart;
use crate::islands::gallery::{Gallery, Shot};
use crate::shop::{Shelf, Shop};

/// Products of the same category at the end of the page.
const RELATED_CARDS: usize = 4;
/// Longest description for search engines, in characters.
const DESCRIPTION_CHARS_MAX: usize = 160;

/// `GET /p/{handle}?sku=`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(handle): Name,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let nav = shop.nav().await?;
    let db = &*shop.edge.db;
    let found = catalog::product_by_handle(db, &handle, shop.edge.clock.now_ms()).await?;
    let product = found.ok_or(PageError::ProductNotFound)?;
    let variant = shown(&product, pairs.get("sku")).ok_or(PageError::ProductNotFound)?;
    let category = &product.product.category;
    let beside = ListQuery {
        categories: vec![category.clone()],
        // One more, as the product itself may be among them.
        limit: RELATED_CARDS as u32 + 1,
        ..ListQuery::default()
    };
    let shelf = shop.shelf(category, &beside).await?;
    let reviews = ReviewsView::load(db, &product, &pairs).await?;
    let meta = Meta {
        title: product.product.title.clone(),
        description: plain_text(&product.product.description_html),
        path: format!("/p/{handle}"),
        picture: product.product.pictures.first().map(|picture| format!("{}.{}", picture.hash, picture.ext)),
        ..Meta::default()
    };
    respond(&shop, &visit, Cache::Catalogue, meta, || view(&nav, &product, variant, &reviews, &shelf)).await
}

/// The words of sanitised HTML, for the head of the page.
fn plain_text(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => {
                in_tag = true;
                text.push(' ');
            }
            '>' => in_tag = false,
            _ if !in_tag => text.push(c),
            _ => {}
        }
        if text.len() > DESCRIPTION_CHARS_MAX * 4 {
            break;
        }
    }
    let text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(DESCRIPTION_CHARS_MAX).collect()
}

fn view(
    nav: &Nav,
    view: &ProductView,
    variant: &Variant,
    reviews: &ReviewsView<'_>,
    shelf: &Shelf,
) -> AnyView {
    let product = &view.product;
    let path = nav
        .find(&product.category)
        .map(|(branch, child)| crumbs(&branch.category, child, Some(&product.title)));
    view! {
        <div class="wrap">
            {path}
            <div class="product">
                {gallery(product, variant)}
                {facts(view, variant)}
            </div>
            {reviews.view()}
        </div>
        {related(product, shelf)}
    }
    .into_any()
}

fn gallery(product: &Product, variant: &Variant) -> AnyView {
    let shots = shots(product, variant);
    if shots.is_empty() {
        return view! { <div class="gallery"><div class="gallery-none">{no_picture()}</div></div> }
            .into_any();
    }
    view! { <Gallery title=product.title.clone() shots=shots /> }.into_any()
}

/// The pictures, the variant's own first.
fn shots(product: &Product, variant: &Variant) -> Vec<Shot> {
    let first = variant.picture.and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
    let mut order: Vec<usize> = (0..product.pictures.len()).collect();
    order.sort_by_key(|index| *index != first);
    let shot = |index: usize| {
        let picture = &product.pictures[index];
        let src = format!("/media/{}.{}", picture.hash, picture.ext);
        let widths =
            picture.widths.iter().map(|size| (size.width, format!("/media/{}.{}", size.hash, size.ext)));
        let small = widths.clone().next().map_or_else(|| src.clone(), |(_, address)| address);
        let srcset =
            widths.map(|(width, address)| format!("{address} {width}w")).collect::<Vec<_>>().join(", ");
        Shot { src, srcset: (!srcset.is_empty()).then_some(srcset), small, alt: picture.alt.clone() }
    };
    order.into_iter().map(shot).collect()
}

fn facts(view: &ProductView, variant: &Variant) -> AnyView {
    let product = &view.product;
    let stock = Stock::of(view, variant);
    let choices = choices(view, variant);
    view! {
        <div class="facts" id="facts">
            <p class="facts-vendor"><a href=format!("/vendors/{}", product.vendor)>{view.vendor_name.clone()}</a></p>
            <h1>{product.title.clone()}</h1>
            {view.promoted.then(|| view! { <p class="facts-promoted"><span class="promoted">"Promoted"</span>" The vendor pays for this product to be shown first."</p> })}
            {view.stars.average_tenths().map(|_| view! { <p class="facts-rating"><a href="#reviews">{average(view.stars)}</a></p> })}
            <div class="facts-price">
                {price(variant.price, variant.compare_at, false)}
                {stock.view()}
            </div>
            {choices.iter().map(|choice| chooser(product, choice)).collect_view()}
            <AddToCart sku=variant.sku.as_str().to_owned() buyable=stock.buyable() max=stock.quantity_max() />
            {(stock == Stock::OnTheWay).then(|| view! {
                <p class="hint">"There is none left near you right now. Order it and we ask the central store for more."</p>
            })}
            <div class="prose" inner_html=product.description_html.clone()></div>
            {attributes(product)}
            {delivery(view)}
            {vendor_box(view)}
        </div>
    }.into_any()
}

fn chooser(product: &Product, choice: &Choice) -> AnyView {
    let chosen = choice.values.iter().find(|value| value.chosen).map(|value| value.value.clone());
    let link = |value: &ChoiceValue| {
        let picture = value.picture.filter(|_| choice.pictured).and_then(|index| product.pictures.get(index));
        let class = if picture.is_some() { "choice choice-pictured" } else { "choice" };
        view! {
            <li>
                <a class=class class:is-out=!value.buyable href=format!("/p/{}?sku={}", product.handle, value.sku)
                    id=format!("to-{}-{}", choice.name, value.value) aria-current=value.chosen.then_some("true") data-swap="">
                    {picture.map(|picture| view! {
                        <img src=format!("/media/{}.{}", picture.hash, picture.ext) alt="" width="64" height="64" />
                    })}
                    <span>{value.value.clone()}</span>
                    {(!value.buyable).then(|| view! { <span class="vh">", sold out here"</span> })}
                </a>
            </li>
        }
    };
    view! {
        <section class="chooser" aria-label=choice.name.clone()>
            <h2 class="chooser-name">{choice.name.clone()}{chosen.map(|value| view! { ": " <span>{value}</span> })}</h2>
            <ul role="list">{choice.values.iter().map(link).collect_view()}</ul>
        </section>
    }.into_any()
}

fn attributes(product: &Product) -> AnyView {
    let row = |attribute: &Attribute| {
        view! { <tr><th scope="row">{attribute.name.clone()}</th><td>{attribute.value.clone()}</td></tr> }
    };
    (!product.attributes.is_empty())
        .then(|| {
            view! {
                <table class="attributes">
                    <caption>"Details"</caption>
                    <tbody>{product.attributes.iter().map(row).collect_view()}</tbody>
                </table>
            }
        })
        .into_any()
}

fn delivery(view: &ProductView) -> AnyView {
    let how = if view.product.bulky {
        "Too big for a parcel: it comes by freight to your door, or you pick it up."
    } else {
        "Comes by parcel, or faster by express. You choose before you order."
    };
    view! {
        <ul class="facts-list" role="list">
            <li>{icons::delivery()}<span>{how}</span></li>
            <li>{icons::invoice()}<span>"Pay on invoice."</span></li>
        </ul>
    }
    .into_any()
}

fn vendor_box(view: &ProductView) -> AnyView {
    view! {
        <section class="vendor-box" aria-labelledby="vendor-name">
            <h2 id="vendor-name">{view.vendor_name.clone()}</h2>
            <p class="from">{ships_from(&view.vendor_region)}</p>
            <p>{view.vendor_about.clone()}</p>
            <p><a href=format!("/vendors/{}", view.product.vendor)>"All from "{view.vendor_name.clone()}</a></p>
        </section>
    }.into_any()
}

fn related(product: &Product, shelf: &Shelf) -> AnyView {
    let others = shelf.cards.iter().zip(&shelf.items).filter(|(card, _)| card.id != product.id.as_str());
    let items: Vec<&String> = others.map(|(_, item)| item).take(RELATED_CARDS).collect();
    (!items.is_empty())
        .then(|| {
            view! {
                <section class="wrap band" aria-labelledby="related">
                    <h2 id="related">"Stands well beside it"</h2>
                    {grid_of(items.into_iter())}
                </section>
            }
        })
        .into_any()
}
