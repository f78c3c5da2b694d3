//! Addresses for machines: robots, the site map, the icon.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kiosk_pop_store::catalog::{self, ListQuery};

use super::PageError;
use crate::http::Visit;
use crate::shop::Shop;

/// Products in the site map, the newest; its format takes 50,000 addresses.
pub const SITEMAP_PRODUCTS_MAX: usize = 5_000;

const BRIEFLY: (header::HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=300");

/// `GET /robots.txt`
pub async fn robots(visit: Visit) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /orders/\nDisallow: /search\n\nSitemap: {}/sitemap.xml\n",
        visit.origin
    );
    ([BRIEFLY], text).into_response()
}

/// `GET /sitemap.xml`
pub async fn sitemap(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let mut add = |path: &str| {
        // Slugs, handles and ids are plain; the host was checked.
        let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./~".contains(&b));
        if plain {
            let _ = writeln!(xml, "<url><loc>{}{path}</loc></url>", visit.origin);
        }
    };
    add("/");
    let nav = shop.nav().await?;
    for branch in &nav.branches {
        add(&format!("/c/{}", branch.category.slug));
        branch.children.iter().for_each(|child| add(&format!("/c/{}", child.slug)));
    }
    nav.vendors.iter().for_each(|vendor| add(&format!("/vendors/{}", vendor.id)));
    let mut query = ListQuery { limit: catalog::list::PAGE_PRODUCTS_MAX, ..ListQuery::default() };
    let pages_max = SITEMAP_PRODUCTS_MAX / catalog::list::PAGE_PRODUCTS_MAX as usize;
    for _ in 0..pages_max {
        let page = catalog::list::list(&*shop.edge.db, &query).await?;
        page.cards.iter().for_each(|card| add(&format!("/p/{}", card.handle)));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    xml.push_str("</urlset>\n");
    Ok(([(header::CONTENT_TYPE, "application/xml"), BRIEFLY], xml).into_response())
}

/// `GET /favicon.ico`: browsers ask for it unbidden; the icon is the one that pages name.
pub async fn favicon(State(shop): State<Arc<Shop>>) -> Response {
    let location = shop.assets.url("favicon.svg");
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location.as_str()), (BRIEFLY.0, BRIEFLY.1)])
        .into_response()
}
