//! A category, or one below it, with its filters.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kiosk_wire::Category;
use leptos::prelude::*;

use super::PageError;
use super::list::{self, Listing};
use crate::components::nav::Branch;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::QueryPairs;
use crate::http::{Name, Visit};
use crate::shop::Shop;

/// `GET /c/{slug}`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(slug): Name,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, PageError> {
    let nav = shop.nav().await?;
    let (branch, child) = nav.find(&slug).ok_or(PageError::NotFound)?;
    let category = child.unwrap_or(&branch.category);
    let mut query = list::query_of(&pairs);
    query.categories.push(slug.clone());
    if child.is_none() {
        query.categories.extend(branch.children.iter().map(|child| child.slug.clone()));
    }
    let path = format!("/c/{slug}");
    let listing = Listing::load(&shop, query, path.clone(), pairs).await?;
    let meta = Meta {
        title: category.name.clone(),
        description: category.blurb.clone(),
        path,
        picture: branch.picture.clone(),
        ..Meta::default()
    };
    respond(&shop, &visit, Cache::Catalogue, meta, || view(branch, child, &listing)).await
}

fn view(branch: &Branch, child: Option<&Category>, listing: &Listing) -> AnyView {
    let category = child.unwrap_or(&branch.category);
    view! {
        <div class="wrap">
            {crumbs(&branch.category, child, None)}
            <header class="list-head">
                <h1>{category.name.clone()}</h1>
                <p class="lead">{category.blurb.clone()}</p>
                {(!branch.children.is_empty()).then(|| siblings(branch, child))}
            </header>
            {listing.view()}
        </div>
    }
    .into_any()
}

fn siblings(branch: &Branch, current: Option<&Category>) -> AnyView {
    let link = |category: &Category, label: String, is_current: bool| {
        view! {
            <li>
                <a class="chip" href=format!("/c/{}", category.slug) aria-current=is_current.then_some("page")>{label}</a>
            </li>
        }
    };
    let child = |category: &Category| {
        let is_current = current.is_some_and(|current| current.slug == category.slug);
        link(category, category.name.clone(), is_current)
    };
    view! {
        <nav aria-label=format!("In {}", branch.category.name)>
            <ul class="chips" role="list">
                {link(&branch.category, "All".to_owned(), current.is_none())}
                {branch.children.iter().map(child).collect_view()}
            </ul>
        </nav>
    }
    .into_any()
}

/// The path from home to here.
pub fn crumbs(top: &Category, below: Option<&Category>, product: Option<&str>) -> AnyView {
    let here = below.map_or(top, |below| below);
    let top_link = (below.is_some() || product.is_some())
        .then(|| view! { <li><a href=format!("/c/{}", top.slug)>{top.name.clone()}</a></li> });
    let below_link = below
        .filter(|_| product.is_some())
        .map(|below| view! { <li><a href=format!("/c/{}", below.slug)>{below.name.clone()}</a></li> });
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <ol role="list">
                <li><a href="/">"Home"</a></li>
                {top_link}
                {below_link}
                <li aria-current="page">{product.unwrap_or(&here.name).to_owned()}</li>
            </ol>
        </nav>
    }
    .into_any()
}
