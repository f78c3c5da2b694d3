//! Reads the catalogue copy.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use kiosk_ids::ProductId;
use kiosk_pop_store::catalog::list::{Cursor, PAGE_PRODUCTS_MAX, list};
use kiosk_pop_store::catalog::{ListQuery, Sort, categories, product_by_id};
use kiosk_problem::Problem;

use super::view::{ProductBody, ProductPage};
use crate::app::Pop;
use crate::error::Result;

/// Products on a page when the caller names no `limit`.
const PAGE_PRODUCTS: u32 = 24;
/// Longest search that is taken, in characters.
const SEARCH_CHARS_MAX: usize = 100;
/// Most filters by option in one request.
const FACETS_MAX: usize = 20;

/// A list as the query string asks for it.
pub fn read_query(pairs: Vec<(String, String)>) -> Result<ListQuery, Problem> {
    let mut query = ListQuery { limit: PAGE_PRODUCTS, ..ListQuery::default() };
    for (name, value) in pairs {
        match name.as_str() {
            "limit" => query.limit = limit(&value)?,
            "cursor" => query.cursor = Some(cursor(&value)?),
            "category" => query.categories = vec![value],
            "vendor" => query.vendor = Some(value),
            "q" if value.chars().count() > SEARCH_CHARS_MAX => {
                return Err(Problem::invalid("q", format!("at most {SEARCH_CHARS_MAX} characters")));
            }
            "q" => query.search = Some(value),
            "sort" => query.sort = sort(&value)?,
            "in_stock" => query.in_stock = flag("in_stock", &value)?,
            "featured" => query.featured = flag("featured", &value)?,
            name => match name.strip_prefix("facet.") {
                Some(option) if query.facets.len() < FACETS_MAX => {
                    query.facets.push((option.to_owned(), value))
                }
                Some(_) => return Err(Problem::invalid("facet", format!("at most {FACETS_MAX} filters"))),
                None => return Err(Problem::invalid(name, "this parameter is not known")),
            },
        }
    }
    Ok(query)
}

fn limit(value: &str) -> Result<u32, Problem> {
    match value.parse() {
        Ok(limit @ 1..=PAGE_PRODUCTS_MAX) => Ok(limit),
        _ => Err(Problem::invalid("limit", format!("a whole number from 1 to {PAGE_PRODUCTS_MAX}"))),
    }
}

fn sort(value: &str) -> Result<Sort, Problem> {
    match value {
        "newest" => Ok(Sort::Newest),
        "price" => Ok(Sort::PriceAsc),
        "-price" => Ok(Sort::PriceDesc),
        "title" => Ok(Sort::Title),
        _ => Err(Problem::invalid("sort", "one of newest, price, -price, title")),
    }
}

fn flag(name: &str, value: &str) -> Result<bool, Problem> {
    value.parse().map_err(|_| Problem::invalid(name, "true or false"))
}

fn cursor(value: &str) -> Result<Cursor, Problem> {
    let bytes = BASE64.decode(value).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Problem::invalid("cursor", "not a cursor of an earlier page"))
}

/// A page of products. A category stands for itself and those below it.
pub async fn list_products(pop: &Pop, mut query: ListQuery) -> Result<ProductPage> {
    let db = &*pop.edge.db;
    if let [slug] = query.categories.as_slice() {
        let slug = slug.clone();
        let below = categories(db).await?.into_iter().filter(|c| c.parent.as_deref() == Some(slug.as_str()));
        query.categories.extend(below.map(|category| category.slug));
    }
    let page = list(db, &query).await?;
    let next = page.next.map(|cursor| serde_json::to_vec(&cursor)).transpose()?;
    Ok(ProductPage {
        items: page.cards.into_iter().map(Into::into).collect(),
        next: next.map(|cursor| BASE64.encode(cursor)),
    })
}

/// One product.
pub async fn get_product(pop: &Pop, id: &str) -> Result<ProductBody> {
    let id = ProductId::parse(id).map_err(|_| Problem::not_found("product"))?;
    let view = product_by_id(&*pop.edge.db, id.as_str()).await?;
    Ok(view.ok_or_else(|| Problem::not_found("product"))?.into())
}
