//! The page around the page: head, header, footer.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use leptos::reactive::owner::Owner;

use super::icons;
use super::nav::Nav;
use crate::http::assets::Manifest;
use crate::http::{Visit, headers};
use crate::islands::cart_count::CartCount;
use crate::pages::PageError;
use crate::shop::Shop;

pub use crate::http::headers::Cache;

/// Most pages are shorter; a longer one grows the buffer.
const PAGE_BYTES_HINT: usize = 48 * 1024;

/// What the head says about a page.
#[derive(Debug, Default)]
pub struct Meta {
    /// What the page is, without the shop's name.
    pub title: String,
    /// A sentence for search engines and previews.
    pub description: String,
    /// Its one address, from the root; empty for pages that are nobody else's.
    pub path: String,
    /// `<hash>.<ext>` of a picture for previews.
    pub picture: Option<String>,
    /// What was searched, to stand in the search field.
    pub search: String,
}

impl Meta {
    /// A page that search engines leave alone.
    pub fn private(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

/// Renders a view in one synchronous go.
pub fn render<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let mut html = String::with_capacity(PAGE_BYTES_HINT);
    owner.with(|| {
        let mut position = leptos::tachys::view::Position::FirstChild;
        view().to_html_with_buf(&mut html, &mut position, true, false, Vec::new());
    });
    owner.unset_with_forced_cleanup();
    html
}

/// The whole answer for a page whose `main` is rendered here.
pub async fn respond<V: IntoView>(
    shop: &Shop,
    visit: &Visit,
    cache: Cache,
    meta: Meta,
    main: impl FnOnce() -> V,
) -> Result<Response, PageError> {
    let nav = shop.nav().await?;
    Ok(headers::html(StatusCode::OK, visit, cache, document(shop, &nav, visit, &meta, main)))
}

/// The document.
pub fn document<V: IntoView>(
    shop: &Shop,
    nav: &Nav,
    visit: &Visit,
    meta: &Meta,
    main: impl FnOnce() -> V,
) -> String {
    render(|| {
        view! {
            <!DOCTYPE html>
            <html lang="en">
                {head(shop, visit, meta)}
                <body>
                    <a class="skip" href="#main">"Skip to the goods"</a>
                    {header(shop, nav, visit, meta)}
                    <main id="main" tabindex="-1">{main()}</main>
                    {footer(shop, nav)}
                    <p id="said" class="vh" role="status"></p>
                </body>
            </html>
        }
    })
}

/// The tags that load style sheet, icon and boot module; the same for every page.
pub fn head_assets(assets: &Manifest) -> String {
    let mut html = format!(
        "<link rel=\"stylesheet\" href=\"{}\"><link rel=\"icon\" type=\"image/svg+xml\" href=\"{}\">",
        assets.url("kiosk.css"),
        assets.url("favicon.svg"),
    );
    if assets.has("boot.js") {
        html.push_str(&format!(
            "<script type=\"module\" src=\"{}\" data-islands=\"{}\" data-wasm=\"{}\"></script>",
            assets.url("boot.js"),
            assets.url("storefront.js"),
            assets.url("storefront.wasm"),
        ));
    }
    html
}

fn head(shop: &Shop, visit: &Visit, meta: &Meta) -> AnyView {
    let title = if meta.title.is_empty() {
        "Kiosk: good things from the people who make them".to_owned()
    } else {
        format!("{} · Kiosk", meta.title)
    };
    let url = (!meta.path.is_empty()).then(|| format!("{}{}", visit.origin, meta.path));
    let picture = meta.picture.as_ref().map(|file| format!("{}/media/{file}", visit.origin));
    let description = (!meta.description.is_empty()).then(|| meta.description.clone());
    view! {
        <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>{title.clone()}</title>
            {description.clone().map(|text| view! { <meta name="description" content=text /> })}
            <meta name="color-scheme" content="light dark" />
            <meta name="theme-color" content="#fbf8f2" media="(prefers-color-scheme: light)" />
            <meta name="theme-color" content="#1a161b" media="(prefers-color-scheme: dark)" />
            {match url {
                Some(url) => view! {
                    <link rel="canonical" href=url.clone() />
                    {preview("og:url", url)}
                    {preview("og:type", "website".to_owned())}
                    {preview("og:site_name", "Kiosk".to_owned())}
                    {preview("og:title", title)}
                    {description.map(|text| preview("og:description", text))}
                    {picture.map(|url| preview("og:image", url))}
                }.into_any(),
                None => view! { <meta name="robots" content="noindex" /> }.into_any(),
            }}
            {leptos::tachys::html::InertElement::new(shop.head_html.clone())}
        </head>
    }
    .into_any()
}

/// A tag of the Open Graph protocol; its `property` is none of HTML's own attributes.
fn preview(property: &'static str, content: String) -> AnyView {
    leptos::html::meta().attr("property", property).content(content).into_any()
}

fn header(shop: &Shop, nav: &Nav, visit: &Visit, meta: &Meta) -> AnyView {
    view! {
        <header class="top">
            <div class="top-bar wrap">
                <a class="logo" href="/">{logo(shop, "Kiosk, home")}</a>
                <form class="search" action="/search" method="get" role="search">
                    <label class="vh" for="q">"Search the shop"</label>
                    <input id="q" name="q" type="search" value=meta.search.clone() placeholder="Search" maxlength="80"
                        autocomplete="off" enterkeyhint="search" />
                    <button class="icon-button" aria-label="Search">{icons::search()}</button>
                </form>
                <div class="top-own">
                    <a class="own-link" href="/account" aria-label="Your account">{icons::person()}</a>
                    <div id="cart" class="cart-slot"><CartCount quantity=visit.cart_count /></div>
                </div>
            </div>
            <nav class="top-nav wrap" aria-label="Categories" inner_html=nav.header_html.clone()></nav>
        </header>
    }.into_any()
}

fn logo(shop: &Shop, alt: &'static str) -> AnyView {
    view! { <img src=shop.assets.url("logo.svg") alt=alt width="130" height="34" /> }.into_any()
}

fn footer(shop: &Shop, nav: &Nav) -> AnyView {
    view! {
        <footer class="bottom">
            <div class="wrap bottom-columns">
                <section class="bottom-about">
                    <p class="logo">{logo(shop, "Kiosk")}</p>
                    <p>"An open marketplace. Every piece is sold by the people who make it, or who know those who do."</p>
                </section>
                <div class="bottom-nav" inner_html=nav.footer_html.clone()></div>
            </div>
            <div class="wrap bottom-line">
                <p>"Prices include VAT. What comes on top, delivery and US sales tax, is shown before you order."</p>
            </div>
        </footer>
    }.into_any()
}
