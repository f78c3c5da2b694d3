//! The state of an instance: the host's ports, the navigation, and shelves of cards that several pages show.
//!
//! Navigation and shelves are kept for seconds, so that a product page is one statement; stock and prices of the
//! product itself are read for each page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use kiosk_edge_platform::{Edge, SetUpOnce};
use kiosk_pop_store::catalog::{self, Card, ListQuery};
use kiosk_pop_store::schema;

use crate::components::card::item_html;
use crate::components::nav::Nav;
use crate::http::assets::Manifest;
use crate::pages::PageError;

/// How long the navigation is kept before the catalogue is asked whether it changed, in milliseconds.
pub const NAV_AGE_MS_MAX: i64 = 3_000;
/// How long a shelf of cards is kept, in milliseconds.
pub const SHELF_AGE_MS_MAX: i64 = 3_000;
/// Most shelves that are kept.
pub const SHELVES_MAX: usize = 128;
/// Most promoted products on top of a page.
pub const PROMOTED_CARDS: usize = 4;

struct Kept<T> {
    until_ms: i64,
    value: T,
}

/// Cards that several pages show, and the HTML of each: it is rendered once for all of them.
pub struct Shelf {
    /// The cards.
    pub cards: Vec<Card>,
    /// Their list items, in the same order.
    pub items: Vec<String>,
}

/// What every handler gets.
pub struct Shop {
    /// The host's ports.
    pub edge: Edge,
    /// Addresses of the assets.
    pub assets: Manifest,
    /// Tags of the head that load them.
    pub head_html: String,
    migrated: SetUpOnce<()>,
    nav: Mutex<Option<Kept<Arc<Nav>>>>,
    shelves: Mutex<HashMap<String, Kept<Arc<Shelf>>>>,
}

impl Shop {
    /// A shop on `edge`.
    pub fn new(edge: Edge) -> Self {
        let assets = Manifest::read(&*edge.files);
        let head_html = crate::components::shell::head_assets(&assets);
        Self {
            edge,
            assets,
            head_html,
            migrated: SetUpOnce::default(),
            nav: Mutex::default(),
            shelves: Mutex::default(),
        }
    }

    /// Origins of the pages on which shoppers pay, separated by spaces; empty where none are set up.
    pub async fn payment_pages(&self) -> String {
        self.edge.variables.get("payment_pages").await.unwrap_or_default()
    }

    /// The navigation, at most [`NAV_AGE_MS_MAX`] behind the catalogue.
    pub async fn nav(&self) -> Result<Arc<Nav>, PageError> {
        let now_ms = self.edge.clock.now_ms();
        let kept = lock(&self.nav).as_ref().map(|kept| (kept.until_ms, kept.value.clone()));
        if let Some((until_ms, nav)) = &kept
            && now_ms < *until_ms
        {
            return Ok(nav.clone());
        }
        let db = &*self.edge.db;
        let revision = catalog::revision(db).await?;
        let nav = match kept {
            Some((_, nav)) if nav.revision == revision => nav,
            _ => Arc::new(Nav::load(db, revision).await?),
        };
        let until_ms = now_ms.saturating_add(NAV_AGE_MS_MAX);
        *lock(&self.nav) = Some(Kept { until_ms, value: nav.clone() });
        Ok(nav)
    }

    /// The navigation that was read last, whatever its age: error pages use it when the database is away.
    pub fn last_nav(&self) -> Arc<Nav> {
        lock(&self.nav).as_ref().map(|kept| kept.value.clone()).unwrap_or_default()
    }

    /// The first cards of `query`, kept under `name`.
    pub async fn shelf(&self, name: &str, query: &ListQuery) -> Result<Arc<Shelf>, PageError> {
        let now_ms = self.edge.clock.now_ms();
        if let Some(shelf) = self.kept_shelf(name, now_ms) {
            return Ok(shelf);
        }
        let query = ListQuery { now_ms, ..query.clone() };
        let cards = catalog::list::list(&*self.edge.db, &query).await?.cards;
        Ok(self.keep_shelf(name, cards, now_ms))
    }

    /// Products of `categories`, of the whole shop without any, that vendors pay for to be shown first.
    pub async fn promoted(&self, categories: &[String]) -> Result<Arc<Shelf>, PageError> {
        let now_ms = self.edge.clock.now_ms();
        let name = format!("promoted {}", categories.join(" "));
        if let Some(shelf) = self.kept_shelf(&name, now_ms) {
            return Ok(shelf);
        }
        let cards = catalog::promoted(&*self.edge.db, categories, now_ms, PROMOTED_CARDS).await?;
        Ok(self.keep_shelf(&name, cards, now_ms))
    }

    fn kept_shelf(&self, name: &str, now_ms: i64) -> Option<Arc<Shelf>> {
        lock(&self.shelves).get(name).filter(|kept| now_ms < kept.until_ms).map(|kept| kept.value.clone())
    }

    fn keep_shelf(&self, name: &str, cards: Vec<Card>, now_ms: i64) -> Arc<Shelf> {
        let items = cards.iter().map(item_html).collect();
        let shelf = Arc::new(Shelf { cards, items });
        let mut shelves = lock(&self.shelves);
        if shelves.len() >= SHELVES_MAX {
            shelves.clear();
        }
        let until_ms = now_ms.saturating_add(SHELF_AGE_MS_MAX);
        shelves.insert(name.to_owned(), Kept { until_ms, value: shelf.clone() });
        shelf
    }
}

/// Middleware: a POP that has just been set up may see its first shopper before anything else has made its tables.
pub async fn migrated(
    State(shop): State<Arc<Shop>>,
    request: Request,
    next: Next,
) -> Result<Response, PageError> {
    shop.migrated.get(schema::migrate(&*shop.edge.db)).await?;
    Ok(next.run(request).await)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept here is replaced whole; a panic while it was held leaves it sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
