//! Lists of products: filters, sorting, keyset paging, and the facets beside them.

use kiosk_edge_platform::{Database, Row, Statement, Value};
use kiosk_money::Money;

use super::promotions::is_promoted;
use super::reviews::Stars;
use crate::{StoreError, currency_of};

/// Most products on one page of a list.
pub const PAGE_PRODUCTS_MAX: u32 = 100;
/// Most values that one list offers as filters.
pub const FACET_VALUES_MAX: u32 = 80;

/// How a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
    /// By title.
    Title,
}

impl Sort {
    const fn column(self) -> (&'static str, &'static str) {
        match self {
            Self::Newest => ("p.created_ms", "DESC"),
            Self::PriceAsc => ("p.price_min", "ASC"),
            Self::PriceDesc => ("p.price_min", "DESC"),
            Self::Title => ("p.title", "ASC"),
        }
    }
}

/// What a list shows. Default: everything, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Slugs of categories: a category and those below it. Empty for all.
    pub categories: Vec<String>,
    /// One seller.
    pub vendor: Option<String>,
    /// Featured only.
    pub featured: bool,
    /// What can be sold here now only.
    pub in_stock: bool,
    /// `(option name, value)`; values of one name are alternatives, names all have to fit.
    pub facets: Vec<(String, String)>,
    /// Lowest price in minor units.
    pub price_min: Option<i64>,
    /// Highest price in minor units.
    pub price_max: Option<i64>,
    /// Words that title, tags or seller's name have to contain.
    pub search: Option<String>,
    /// Order.
    pub sort: Sort,
    /// Where the last page ended.
    pub cursor: Option<Cursor>,
    /// Products on this page, at most [`PAGE_PRODUCTS_MAX`].
    pub limit: u32,
    /// Whether a product is promoted is said of this time, Unix milliseconds.
    pub now_ms: i64,
}

/// The last product of a page: its sort key and its id.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// The sort key; a number as text for all but the title.
    pub key: String,
    /// The product.
    pub id: String,
}

/// A product in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Identifier.
    pub id: String,
    /// Address.
    pub handle: String,
    /// Title.
    pub title: String,
    /// Seller's trading name.
    pub vendor_name: String,
    /// Price of the cheapest variant.
    pub price: Money,
    /// Whether dearer variants exist.
    pub price_from: bool,
    /// The price before a reduction.
    pub compare_at: Option<Money>,
    /// `<hash>.<ext>` of the main picture.
    pub picture: Option<String>,
    /// For those who do not see it.
    pub picture_alt: Option<String>,
    /// Goes by freight.
    pub bulky: bool,
    /// Unix time in milliseconds.
    pub created_ms: i64,
    /// Whether some variant can be sold here now.
    pub in_stock: bool,
    /// Whether its vendor pays for it to be shown.
    pub promoted: bool,
    /// How it was rated.
    pub stars: Stars,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The products.
    pub cards: Vec<Card>,
    /// Ask after this for more; `None` at the end.
    pub next: Option<Cursor>,
}

/// A filter that a list offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Name of the option.
    pub name: String,
    /// Its values, most frequent first.
    pub values: Vec<FacetValue>,
}

/// A value of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// Products that have it.
    pub products: u32,
}

const IN_STOCK: &str = "EXISTS (SELECT 1 FROM variant s JOIN lease l ON l.item = s.stock_item
    WHERE s.product_id = p.id AND l.granted - l.taken - l.returned >= s.stock_units)";

/// What [`card`] reads of a product `p`, its vendor `v` and its rating `r`; parameter `now` is the time.
pub(super) fn card_columns(now: usize) -> String {
    format!(
        "p.id, p.handle, p.title, v.name, p.price_min, p.price_max, p.compare_at, p.currency, p.picture,
           p.picture_alt, p.bulky, p.created_ms, {IN_STOCK}, {}, r.counts",
        is_promoted(now)
    )
}

/// The WHERE clause of a query and its parameters.
struct Filter {
    clauses: Vec<String>,
    params: Vec<Value>,
}

impl Filter {
    fn bind(&mut self, value: impl Into<Value>) -> usize {
        self.params.push(value.into());
        self.params.len()
    }

    fn of(query: &ListQuery) -> Result<Self, StoreError> {
        let mut filter = Self { clauses: vec!["1".to_owned()], params: Vec::new() };
        if let [category] = query.categories.as_slice() {
            // Of one category an index gives the newest; of several, all have to be sorted.
            let n = filter.bind(category.as_str());
            filter.clauses.push(format!("p.category = ?{n}"));
        } else if !query.categories.is_empty() {
            let n = filter.bind(serde_json::to_string(&query.categories)?);
            filter.clauses.push(format!("p.category IN (SELECT value FROM json_each(?{n}))"));
        }
        if let Some(vendor) = &query.vendor {
            let n = filter.bind(vendor.as_str());
            filter.clauses.push(format!("p.vendor_id = ?{n}"));
        }
        if query.featured {
            filter.clauses.push("p.featured = 1".to_owned());
        }
        if query.in_stock {
            filter.clauses.push(IN_STOCK.to_owned());
        }
        if let Some(price) = query.price_min {
            let n = filter.bind(price);
            filter.clauses.push(format!("p.price_max >= ?{n}"));
        }
        if let Some(price) = query.price_max {
            let n = filter.bind(price);
            filter.clauses.push(format!("p.price_min <= ?{n}"));
        }
        filter.words(query.search.as_deref().unwrap_or(""));
        filter.facets(&query.facets)?;
        Ok(filter)
    }

    fn words(&mut self, search: &str) {
        for word in search.split_whitespace().take(6) {
            // Not `LIKE`: D1 takes patterns of 50 bytes at most. Both ignore the case of ASCII letters alone.
            let n = self.bind(word.to_ascii_lowercase());
            self.clauses.push(format!(
                "(instr(lower(p.title), ?{n}) > 0
                  OR p.vendor_id IN (SELECT id FROM vendor WHERE instr(lower(name), ?{n}) > 0)
                  OR EXISTS (SELECT 1 FROM json_each(p.doc, '$.tags') t WHERE instr(lower(t.value), ?{n}) > 0))"
            ));
        }
    }

    fn facets(&mut self, facets: &[(String, String)]) -> Result<(), StoreError> {
        let mut names: Vec<&str> = facets.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let values: Vec<&str> =
                facets.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
            let (n, v) = (self.bind(name), self.bind(serde_json::to_string(&values)?));
            self.clauses.push(format!(
                "EXISTS (SELECT 1 FROM facet f WHERE f.product_id = p.id AND f.name = ?{n}
                   AND f.value IN (SELECT value FROM json_each(?{v})))"
            ));
        }
        Ok(())
    }

    fn after(&mut self, sort: Sort, cursor: &Cursor) {
        let (column, direction) = sort.column();
        let sign = if direction == "ASC" { ">" } else { "<" };
        let key = if sort == Sort::Title {
            self.bind(cursor.key.as_str())
        } else {
            self.bind(cursor.key.parse::<i64>().unwrap_or(0))
        };
        let id = self.bind(cursor.id.as_str());
        self.clauses.push(format!("({column} {sign} ?{key} OR ({column} = ?{key} AND p.id > ?{id}))"));
    }

    fn statement(self, head: &str, tail: &str) -> Statement {
        Statement {
            sql: format!("{head} WHERE {} {tail}", self.clauses.join(" AND ")).into(),
            params: self.params,
        }
    }
}

/// A page of products.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &dyn Database, query: &ListQuery) -> Result<Page, StoreError> {
    let mut filter = Filter::of(query)?;
    if let Some(cursor) = &query.cursor {
        filter.after(query.sort, cursor);
    }
    let limit = query.limit.clamp(1, PAGE_PRODUCTS_MAX);
    let (column, direction) = query.sort.column();
    let (now, n) = (filter.bind(query.now_ms), filter.bind(limit + 1));
    let head = format!(
        "SELECT {} FROM product p JOIN vendor v ON v.id = p.vendor_id LEFT JOIN rating r ON r.product_id = p.id",
        card_columns(now)
    );
    let tail = format!("ORDER BY {column} {direction}, p.id LIMIT ?{n}");
    let rows = db.query(filter.statement(&head, &tail)).await?;
    let more = rows.len() > limit as usize;
    let cards = rows.into_iter().take(limit as usize).map(card).collect::<Result<Vec<_>, _>>()?;
    let next = if more { cards.last().map(|card| cursor_of(query.sort, card)) } else { None };
    Ok(Page { cards, next })
}

/// How many products all pages of `query`'s list have together.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &dyn Database, query: &ListQuery) -> Result<u32, StoreError> {
    let rows = db.query(Filter::of(query)?.statement("SELECT COUNT(*) FROM product p", "")).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.get(0))?)
}

fn cursor_of(sort: Sort, card: &Card) -> Cursor {
    let key = match sort {
        Sort::Newest => card.created_ms.to_string(),
        Sort::PriceAsc | Sort::PriceDesc => card.price.amount.to_string(),
        Sort::Title => card.title.clone(),
    };
    Cursor { key, id: card.id.clone() }
}

pub(super) fn card(row: Row) -> Result<Card, StoreError> {
    let currency = currency_of(row.get(7)?)?;
    let price: i64 = row.get(4)?;
    Ok(Card {
        id: row.get(0)?,
        handle: row.get(1)?,
        title: row.get(2)?,
        vendor_name: row.get(3)?,
        price: Money::new(price, currency),
        price_from: row.get::<i64>(5)? > price,
        compare_at: row.get::<Option<i64>>(6)?.map(|amount| Money::new(amount, currency)),
        picture: row.get(8)?,
        picture_alt: row.get(9)?,
        bulky: row.get(10)?,
        created_ms: row.get(11)?,
        in_stock: row.get(12)?,
        promoted: row.get(13)?,
        stars: Stars::of(row.get(14)?)?,
    })
}

/// The filters for the list of `query`'s categories, search and seller, whatever else is filtered.
///
/// # Errors
/// When the database fails.
pub async fn facets(db: &dyn Database, query: &ListQuery) -> Result<Vec<Facet>, StoreError> {
    let scope = ListQuery {
        categories: query.categories.clone(),
        vendor: query.vendor.clone(),
        search: query.search.clone(),
        ..ListQuery::default()
    };
    let mut filter = Filter::of(&scope)?;
    let n = filter.bind(FACET_VALUES_MAX);
    let head = "SELECT f.name, f.value, COUNT(*) FROM facet f JOIN product p ON p.id = f.product_id";
    let tail = format!("GROUP BY f.name, f.value ORDER BY 3 DESC, f.value LIMIT ?{n}");
    let rows = db.query(filter.statement(head, &tail)).await?;
    let mut facets: Vec<Facet> = Vec::new();
    for row in rows {
        let (name, value) = (row.get::<String>(0)?, FacetValue { value: row.get(1)?, products: row.get(2)? });
        match facets.iter_mut().find(|facet| facet.name == name) {
            Some(facet) => facet.values.push(value),
            None => facets.push(Facet { name, values: vec![value] }),
        }
    }
    Ok(facets)
}
