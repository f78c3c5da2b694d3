//! What a cart is priced by besides the catalogue: the discounts and gift cards it may use, what these have left, and the
//! tax that comes on top.

use std::collections::HashMap;

use kiosk_pop_store::carts::{Cart, CartState, Supply};
use kiosk_pop_store::catalog;
use kiosk_pop_store::discounts::{self as store, Card, Leased, Offers};
use kiosk_wire::CLOCK_SKEW_MS_MAX;

use super::discounts::Candidate;
use super::tax::AddedTax;
use crate::app::Pop;
use crate::error::Result;

/// After the core was asked this often for a budget or a balance, what it said to have left is not counted on any more:
/// others were given it.
const ASKS_TRUSTED_MAX: u32 = 2;

/// What a cart is priced by.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// What it may use.
    pub offers: Offers,
    /// What comes on top where it goes; none while that is not known, and where prices have it in them.
    pub tax: Option<AddedTax>,
    categories: HashMap<String, Vec<String>>,
    supply: Supply,
    now_ms: i64,
    asks: u32,
}

impl Terms {
    /// For a cart as it was read; `asks` says how often the core was asked for what it demands.
    pub async fn load(pop: &Pop, state: &CartState, asks: u32) -> Result<Self> {
        let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
        let cart = &state.cart;
        let offers = store::load(db, &cart.id, cart.code.as_deref(), now_ms).await?;
        let by_category = offers.discounts.iter().any(|offer| !offer.discount.categories.is_empty());
        let categories =
            if by_category { catalog::categories_of(db, &products(cart)).await? } else { HashMap::new() };
        Ok(Self { offers, tax: None, categories, supply: state.supply, now_ms, asks })
    }

    /// With a tax on top.
    pub fn with_tax(self, tax: Option<AddedTax>) -> Self {
        Self { tax, ..self }
    }

    /// Slugs of the categories of a product, those above its own included. Known only when a discount asks for them.
    pub fn categories(&self, product: &str) -> &[String] {
        self.categories.get(product).map_or(&[], Vec::as_slice)
    }

    /// The discounts, with what their budgets have left.
    pub fn candidates(&self) -> impl Iterator<Item = Candidate<'_>> {
        let offers = self.offers.discounts.iter();
        offers.map(move |offer| Candidate { discount: &offer.discount, left: self.left(&offer.leased) })
    }

    /// Place of the code's discount among them; none without a code, and when no discount with the code runs.
    pub fn code_place(&self) -> Option<usize> {
        self.offers.discounts.iter().position(|offer| offer.discount.code.is_some())
    }

    /// Units of a budget or a balance that a checkout could spend: what is leased, and what the core had left while it
    /// answers. What the core was never asked for may be any.
    pub fn left(&self, leased: &Leased) -> u64 {
        let most = u64::from(u32::MAX);
        let answers = self.supply.core_retry_ms <= self.now_ms;
        let live = self.supply.leases_expire_ms > self.now_ms + CLOCK_SKEW_MS_MAX;
        if leased.epoch == 0 && answers && self.asks == 0 {
            return most;
        }
        let here = if live || answers { leased.here.max(0) } else { 0 };
        let core = if answers && self.asks < ASKS_TRUSTED_MAX { leased.core.max(0) } else { 0 };
        here.saturating_add(core).unsigned_abs().min(most)
    }

    /// Whether a gift card can pay in its currency now.
    pub fn is_usable(&self, card: &Card) -> bool {
        card.card.active && card.card.until_ms > self.now_ms
    }
}

fn products(cart: &Cart) -> Vec<&str> {
    let mut ids: Vec<&str> = cart
        .lines
        .iter()
        .filter_map(|line| line.sold.as_ref())
        .map(|sold| sold.product_id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
