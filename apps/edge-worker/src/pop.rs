//! The apps of a POP, put together once for each isolate.

use std::cell::OnceCell;

use axum::Router;
use kiosk_edge_platform::workers::{Siblings, database, edge, edge_on};
use worker::{Env, Result};

use crate::files::{ASSETS, MODELS};

/// The public apps.
#[derive(Clone)]
pub struct Pop {
    /// The pages.
    pub storefront: Router,
    /// The API and the tick.
    pub orders: Router,
    /// The API of accounts, and its tick.
    pub accounts: Router,
    /// The API of what customers write.
    pub social: Router,
}

impl Pop {
    fn new(env: &Env) -> Result<Self> {
        let fraud = edge_fraud::router(edge(env, MODELS, Siblings::new())?);
        let vault = edge_on(env, "VAULT", &[], vec![("edge-fraud", fraud.clone())])?;
        let accounts = edge_accounts::router(vault, database(env, "VAULT_KEYS")?);
        let siblings = vec![("edge-fraud", fraud), ("edge-accounts", accounts.clone())];
        let orders = edge_orders::router(edge(env, &[], siblings)?);
        let mut siblings = vec![("edge-orders", orders.clone()), ("edge-accounts", accounts.clone())];
        let social = edge_social::router(edge(env, &[], siblings.clone())?);
        siblings.push(("edge-social", social.clone()));
        let storefront = storefront::router(edge(env, ASSETS, siblings)?);
        Ok(Self { storefront, orders, accounts, social })
    }

    /// The app that answers `path`, as in `spin.toml`.
    pub fn router_of(self, path: &str) -> Router {
        let mut segments = path.split('/').skip(1);
        match (segments.next(), segments.next()) {
            (Some("v1"), Some("account")) => self.accounts,
            (Some("v1"), Some("chats" | "pictures" | "reviews" | "social")) => self.social,
            (Some("v1"), _) => self.orders,
            _ => self.storefront,
        }
    }
}

/// This isolate's POP.
pub fn of(env: &Env) -> Result<Pop> {
    thread_local! {
        static POP: OnceCell<Pop> = const { OnceCell::new() };
    }
    POP.with(|kept| match kept.get() {
        Some(pop) => Ok(pop.clone()),
        None => Pop::new(env).map(|pop| kept.get_or_init(|| pop).clone()),
    })
}
