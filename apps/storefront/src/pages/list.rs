//! A list of products with filters, sorting and paging, for categories, vendors and searches.
//!
//! The filters are a form that is sent by GET, so a filtered list has an address and works without script.

use std::sync::Arc;

use kiosk_money::{Currency, Money};
use kiosk_pop_store::catalog::list::{self as store, Cursor};
use kiosk_pop_store::catalog::{Card, Facet, FacetValue, ListQuery, Page, Sort};
use leptos::prelude::*;

use super::PageError;
use super::home::pieces;
use crate::components::card::grid;
use crate::http::forms::Pairs;
use crate::shop::{Shelf, Shop};

/// Products on one page.
pub const PAGE_CARDS: u32 = 24;
/// Filter values that are open at first; more are behind "more".
const FACET_VALUES_OPEN: usize = 8;
/// Values of one filter.
const FACET_VALUES_MAX: usize = 24;
/// Filters besides price and stock.
const FACETS_MAX: usize = 6;

const SORTS: [(&str, &str, Sort); 4] = [
    ("newest", "Newest first", Sort::Newest),
    ("price", "Price, low to high", Sort::PriceAsc),
    ("-price", "Price, high to low", Sort::PriceDesc),
    ("title", "Name, A to Z", Sort::Title),
];

/// The filters of a query string; what makes no sense is left out.
pub fn query_of(pairs: &Pairs) -> ListQuery {
    let minor = |name| {
        let text = pairs.get(name)?.replace(',', ".");
        Money::parse_decimal(&text, Currency::EUR)
            .ok()
            .map(|money| money.amount)
            .filter(|amount| *amount >= 0)
    };
    let facets = pairs.0.iter().filter_map(|(key, value)| {
        let name = key.strip_prefix("facet.")?;
        (!value.is_empty()).then(|| (name.to_owned(), value.clone()))
    });
    ListQuery {
        in_stock: pairs.get("in_stock").is_some(),
        facets: facets.collect(),
        price_min: minor("min"),
        price_max: minor("max"),
        sort: SORTS
            .iter()
            .find(|(name, ..)| pairs.get("sort") == Some(name))
            .map_or(Sort::Newest, |(.., sort)| *sort),
        cursor: pairs.get("after").and_then(|text| {
            let (id, key) = text.split_once('~')?;
            Some(Cursor { key: key.to_owned(), id: id.to_owned() })
        }),
        limit: PAGE_CARDS,
        ..ListQuery::default()
    }
}

/// A list, loaded.
pub struct Listing {
    /// The products.
    pub page: Page,
    /// Those that stand before them because their vendors pay for it.
    promoted: Option<Arc<Shelf>>,
    query: ListQuery,
    facets: Vec<Facet>,
    count: u32,
    path: String,
    pairs: Pairs,
}

impl Listing {
    /// Loads the page that `query` asks for, at `path` with the query string `pairs`.
    pub async fn load(
        shop: &Shop,
        mut query: ListQuery,
        path: String,
        pairs: Pairs,
    ) -> Result<Self, PageError> {
        let db = &*shop.edge.db;
        query.now_ms = shop.edge.clock.now_ms();
        let mut facets = store::facets(db, &query).await?;
        // A filter with one value filters nothing.
        facets.retain(|facet| facet.values.len() > 1);
        facets.truncate(FACETS_MAX);
        let count = store::count(db, &query).await?;
        let page = store::list(db, &query).await?;
        let mut listing = Self { page, promoted: None, query, facets, count, path, pairs };
        if listing.takes_promoted() {
            listing.promoted = Some(shop.promoted(&listing.query.categories).await?);
        }
        Ok(listing)
    }

    /// Whether this is the first page of a category as it comes: what is searched, filtered or sorted is shown as it is.
    fn takes_promoted(&self) -> bool {
        let query = &self.query;
        let as_it_comes = query.sort == Sort::Newest && query.cursor.is_none() && !self.is_filtered();
        as_it_comes && !query.categories.is_empty() && query.search.is_none()
    }

    /// The promoted products, and then all others in their order.
    fn cards(&self) -> impl Iterator<Item = &Card> {
        let promoted = self.promoted.as_ref().map_or(&[][..], |shelf| &shelf.cards);
        let again = |card: &&Card| !promoted.iter().any(|shown| shown.id == card.id);
        promoted.iter().chain(self.page.cards.iter().filter(again))
    }

    /// Whether nothing fits.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether filters narrow the list.
    pub fn is_filtered(&self) -> bool {
        let query = &self.query;
        query.in_stock || !query.facets.is_empty() || query.price_min.is_some() || query.price_max.is_some()
    }

    fn url_with(&self, cursor: Option<&Cursor>) -> String {
        let mut pairs: Vec<(String, String)> =
            self.pairs.0.iter().filter(|(key, value)| key != "after" && !value.is_empty()).cloned().collect();
        if let Some(cursor) = cursor {
            pairs.push(("after".to_owned(), format!("{}~{}", cursor.id, cursor.key)));
        }
        let query = Pairs(pairs).encode();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    fn unfiltered_url(&self) -> String {
        match self.pairs.get("q") {
            Some(words) => {
                format!("{}?{}", self.path, Pairs(vec![("q".to_owned(), words.to_owned())]).encode())
            }
            None => self.path.clone(),
        }
    }

    /// Filters beside the grid.
    pub fn view(&self) -> AnyView {
        view! {
            <div class="list">
                {self.filters()}
                <section class="list-goods" aria-labelledby="list-count">
                    <h2 class="list-count" id="list-count">{pieces(self.count)}</h2>
                    {if self.is_empty() {
                        view! {
                            <div class="empty">
                                <h3>"Nothing fits all of that"</h3>
                                <p>"Take a filter away, or start over."</p>
                                <p><a class="button" href=self.unfiltered_url()>"Show everything here"</a></p>
                            </div>
                        }.into_any()
                    } else {
                        grid(self.cards()).into_any()
                    }}
                    {self.paging()}
                </section>
            </div>
        }
        .into_any()
    }

    fn paging(&self) -> AnyView {
        let first = self.query.cursor.is_some().then(|| {
            view! { <a class="button" rel="prev" href=self.url_with(None)>"Back to the start"</a> }
        });
        let next = self.page.next.as_ref().map(|cursor| {
            view! { <a class="button button-main" rel="next" href=self.url_with(Some(cursor))>"Next page"</a> }
        });
        (first.is_some() || next.is_some())
            .then(|| view! { <nav class="paging" aria-label="Pages">{first}{next}</nav> })
            .into_any()
    }

    fn filters(&self) -> AnyView {
        let words = self.pairs.get("q").map(str::to_owned);
        let price = |name: &str| self.pairs.text(name).to_owned();
        let active = self.query.facets.len()
            + usize::from(self.query.in_stock)
            + usize::from(self.query.price_min.is_some() || self.query.price_max.is_some());
        let is_active = active > 0;
        let chosen = is_active.then(|| format!(" ({active})"));
        view! {
            <form class="filters" action=self.path.clone() method="get" data-auto="">
                {words.map(|words| view! { <input type="hidden" name="q" value=words /> })}
                <p class="field field-row">
                    <label for="sort">"Sort by"</label>
                    <select id="sort" name="sort">{SORTS.map(|(name, label, sort)| view! {
                        <option value=name selected=sort == self.query.sort>{label}</option>
                    }).into_iter().collect_view()}</select>
                </p>
                <details class="filters-fold" open=is_active>
                    <summary>"Filter"{chosen}</summary>
                    <p class="check">
                        <input type="checkbox" id="in-stock" name="in_stock" value="1" checked=self.query.in_stock />
                        <label for="in-stock">"In stock here now"</label>
                    </p>
                    <fieldset class="facet">
                        <legend>"Price"</legend>
                        <div class="facet-price">
                            <label class="vh" for="min">"Lowest price"</label>
                            <input id="min" name="min" inputmode="decimal" placeholder="from" size="6" maxlength="10" value=price("min") />
                            <span aria-hidden="true">"–"</span>
                            <label class="vh" for="max">"Highest price"</label>
                            <input id="max" name="max" inputmode="decimal" placeholder="to" size="6" maxlength="10" value=price("max") />
                        </div>
                    </fieldset>
                    {self.facets.iter().enumerate().map(|(index, facet)| self.facet(index, facet)).collect_view()}
                </details>
                <p class="filters-send">
                    <button class="button">"Show"</button>
                    {self.is_filtered().then(|| view! { <a href=self.unfiltered_url()>"Clear all"</a> })}
                </p>
            </form>
        }.into_any()
    }

    fn facet(&self, index: usize, facet: &Facet) -> AnyView {
        let chosen = |value: &FacetValue| {
            self.query.facets.iter().any(|(name, picked)| *name == facet.name && *picked == value.value)
        };
        let name = format!("facet.{}", facet.name);
        let check = |(number, value): (usize, &FacetValue)| {
            let id = format!("facet-{index}-{number}");
            view! {
                <p class="check">
                    <input type="checkbox" id=id.clone() name=name.clone() value=value.value.clone() checked=chosen(value) />
                    <label for=id>{value.value.clone()}" "<span class="count">{value.products}</span></label>
                </p>
            }
        };
        let values: Vec<(usize, &FacetValue)> =
            facet.values.iter().take(FACET_VALUES_MAX).enumerate().collect();
        // What was chosen is always in sight.
        let (open, folded): (Vec<_>, Vec<_>) =
            values.into_iter().partition(|(number, value)| *number < FACET_VALUES_OPEN || chosen(value));
        let more = (!folded.is_empty()).then(|| {
            let more = folded.len();
            view! {
                <details class="facet-more">
                    <summary>{format!("{more} more")}<span class="vh">{format!(" of {}", facet.name)}</span></summary>
                    {folded.into_iter().map(check).collect_view()}
                </details>
            }
        });
        view! {
            <fieldset class="facet">
                <legend>{facet.name.clone()}</legend>
                {open.into_iter().map(check).collect_view()}
                {more}
            </fieldset>
        }
        .into_any()
    }
}
