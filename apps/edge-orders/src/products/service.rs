//! Reads the catalogue copy.

use kiosk_ids::ProductId;
use kiosk_pop_store::catalog::list::{PAGE_PRODUCTS_MAX, list};
use kiosk_pop_store::catalog::{ListQuery, Sort, categories, product_by_id, reviews, shown};
use kiosk_problem::Problem;

use super::view::{ProductBody, ProductPage, ReviewPage};
use crate::app::Pop;
use crate::error::Result;
use crate::paging::{self, PageQuery};

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
            "limit" => query.limit = paging::limit(&value, PAGE_PRODUCTS_MAX)?,
            "cursor" => query.cursor = Some(paging::cursor(&value)?),
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

/// A page of products. A category stands for itself and those below it.
pub async fn list_products(pop: &Pop, mut query: ListQuery) -> Result<ProductPage> {
    let db = &*pop.edge.db;
    if let [slug] = query.categories.as_slice() {
        let slug = slug.clone();
        let below = categories(db).await?.into_iter().filter(|c| c.parent.as_deref() == Some(slug.as_str()));
        query.categories.extend(below.map(|category| category.slug));
    }
    query.now_ms = pop.now_ms();
    let page = list(db, &query).await?;
    Ok(ProductPage {
        items: page.cards.into_iter().map(Into::into).collect(),
        next: paging::next(page.next)?,
    })
}

/// One product.
pub async fn get_product(pop: &Pop, id: &str) -> Result<ProductBody> {
    let view = product_by_id(&*pop.edge.db, product_id(id)?.as_str(), pop.now_ms()).await?;
    Ok(view.ok_or_else(|| Problem::not_found("product"))?.into())
}

fn product_id(id: &str) -> Result<ProductId, Problem> {
    ProductId::parse(id).map_err(|_| Problem::not_found("product"))
}

/// A page of the reviews of a product, newest first.
pub async fn list_reviews(pop: &Pop, id: &str, query: PageQuery) -> Result<ReviewPage> {
    let (db, id) = (&*pop.edge.db, product_id(id)?);
    let page = reviews::page(db, id.as_str(), query.before.as_ref(), query.limit).await?;
    if page.reviews.is_empty() && shown(db, &[id.as_str()]).await?.is_empty() {
        return Err(Problem::not_found("product").into());
    }
    Ok(ReviewPage {
        items: page.reviews.into_iter().map(Into::into).collect(),
        next: paging::next(page.next)?,
    })
}
