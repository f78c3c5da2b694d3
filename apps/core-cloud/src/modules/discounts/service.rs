//! Making discounts, ending them, and what they spent. Functions on a [`Tx`] take part in another module's transaction.

use std::collections::HashMap;

use http::StatusCode;
use kiosk_ids::{DiscountId, VendorId};
use kiosk_money::Money;
use kiosk_problem::Problem;
use kiosk_wire::{Change, Discount, DiscountUse, OrderRecord, StockTake};

use super::draft::Draft;
use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::{feed, products, service as catalog};
use crate::modules::inventory::escrow::Kind;
use crate::modules::inventory::service::{self as inventory, StockLevel, StockMove};
use crate::modules::members::service::Member;
use crate::modules::vendors::service as vendors;
use crate::page::List;
use crate::random::random;

/// Filters of the list of discounts.
pub const FILTERS: [&str; 4] = ["coming", "running", "over", "ended"];

/// A discount as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// As POPs are told.
    pub discount: Discount,
    /// Units that it may spend; 0 for no bound.
    pub budget: i64,
    /// When it was ended before its time, Unix milliseconds; 0 for never.
    pub ended_ms: i64,
}

impl Made {
    /// Where it stands at a time, as the list's filter calls it.
    #[must_use]
    pub const fn phase(&self, now_ms: i64) -> &'static str {
        match (self.ended_ms, now_ms) {
            (0, now_ms) if now_ms < self.discount.from_ms => "coming",
            (0, now_ms) if now_ms < self.discount.until_ms => "running",
            (0, _) => "over",
            _ => "ended",
        }
    }
}

/// A discount with what it spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The discount.
    pub made: Made,
    /// What it took off, by currency; orders of which nothing came are not counted.
    pub amounts: Vec<Money>,
    /// From how many orders.
    pub orders: i64,
    /// What is left of its budget, in the core and at POPs; none without one.
    pub left: Option<StockLevel>,
}

/// What a discount took off an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The discount.
    pub discount: String,
    /// What it is called.
    pub name: String,
    /// How much.
    pub amount: Money,
}

/// Discounts.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Discounts of a vendor, or all, as the list asks for them, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, vendor: Option<&VendorId>, list: &List) -> Result<(Vec<Spent>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let vendor = vendor.map(VendorId::as_str);
        let mut found = store::list(conn, vendor, list, self.clock.now_ms()).await?;
        let more = list.cut(&mut found);
        let ids: Vec<&str> = found.iter().map(|made| made.discount.id.as_str()).collect();
        let mut sums: HashMap<String, (Vec<Money>, i64)> = HashMap::new();
        for (id, amount, orders) in store::sum_uses(conn, &ids).await? {
            let sum = sums.entry(id).or_default();
            sum.0.push(amount);
            sum.1 += orders;
        }
        let mut levels = inventory::list_levels(conn, &ids).await?;
        let spent = |made: Made| {
            let (amounts, orders) = sums.remove(made.discount.id.as_str()).unwrap_or_default();
            Spent { left: levels.remove(made.discount.id.as_str()), amounts, orders, made }
        };
        Ok((found.into_iter().map(spent).collect(), more))
    }

    /// What discounts took off an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_of_order(&self, order: &str) -> Result<Vec<Used>, Error> {
        Ok(store::list_of_order(&mut *self.db.read().await?, order).await?)
    }

    /// Makes a discount of a vendor, or of the marketplace, and tells every POP.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 409 `code_taken`, 422 that names the field.
    pub async fn create(
        &self,
        actor: &Member,
        vendor: Option<&VendorId>,
        draft: &Draft,
    ) -> Result<DiscountId, Error> {
        let now_ms = self.clock.now_ms();
        let id = DiscountId::fresh(now_ms, &random()?);
        let (discount, budget) = draft.read(id.clone(), vendor, now_ms)?;
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        if let Some(vendor) = vendor {
            vendors::require_approved(&mut tx, vendor).await?;
        }
        require_known(&mut tx, &discount).await?;
        if let Some(code) = &discount.code
            && store::overlaps(&mut tx, code, discount.from_ms, discount.until_ms).await?
        {
            return Err(code_taken());
        }
        let made = Made { discount, budget, ended_ms: 0 };
        store::insert(&mut tx, &made, now_ms).await?;
        if made.discount.budget.is_some() {
            inventory::open_account(&mut tx, id.as_str(), Kind::Budget, budget).await?;
        }
        let code = made.discount.code.as_deref().unwrap_or("without a code");
        let detail = format!("{}, {code}", made.discount.name);
        let act = Act { action: "discount.create", subject: id.as_str(), detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        feed::publish(&mut tx, None, &[Change::Discount(Box::new(made.discount))]).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Ends a discount before its time: of this vendor, or any. What no POP holds of its budget is taken back.
    ///
    /// # Errors
    /// 409 `discount_over`, [`Error::NotFound`].
    pub async fn end(&self, actor: &Member, vendor: Option<&VendorId>, id: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let made = store::get(&mut tx, id).await?;
        let made = made.filter(|made| vendor.is_none() || made.discount.vendor.as_ref() == vendor);
        let made = made.ok_or(Error::NotFound("discount"))?;
        if !matches!(made.phase(now_ms), "coming" | "running") {
            return Err(over());
        }
        store::end(&mut tx, id, now_ms).await?;
        let back = inventory::withdraw(&mut tx, id).await?;
        feed::publish(&mut tx, None, &[Change::DiscountRemoved { id: made.discount.id }]).await?;
        let act = Act { action: "discount.end", subject: id, detail: format!("{back} units taken back") };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// What the discounts of an order took of their budgets.
pub fn takes(order: &OrderRecord) -> impl Iterator<Item = &StockTake> {
    order.discounts.iter().filter_map(take_of)
}

/// A budget is kept under its discount's own name: nothing else is spent by it.
fn take_of(used: &DiscountUse) -> Option<&StockTake> {
    used.take.as_ref().filter(|take| take.item.as_str() == used.discount.as_str())
}

/// Records what discounts took off new orders, each order with the units that its [`takes`] were short.
///
/// # Errors
/// When the database fails.
pub async fn insert_uses(tx: &mut Tx, placed: &[(&OrderRecord, &[i64])]) -> Result<(), Error> {
    let mut rows = Vec::new();
    for (order, short) in placed {
        let mut short = short.iter();
        for (place, used) in (0_i64..).zip(&order.discounts) {
            let units = take_of(used)
                .map_or(0, |take| i64::from(take.units) - short.next().copied().unwrap_or_default());
            rows.push((*order, place, used, units));
        }
    }
    Ok(store::insert_uses(tx, &rows).await?)
}

/// Something of an order left: what its discounts spent is spent, whatever comes back.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, order: &str) -> Result<(), Error> {
    Ok(store::keep(tx, order).await?)
}

/// Nothing of these orders will come: what their discounts spent goes back to the budgets, and out of those that ended.
///
/// # Errors
/// When the database fails.
pub async fn release(tx: &mut Tx, orders: &[&str]) -> Result<(), Error> {
    let mut moves: Vec<(String, StockMove, i64)> = Vec::new();
    for order in orders {
        let released = store::release(tx, order).await?;
        moves.extend(released.into_iter().map(|(discount, units)| (discount, StockMove::Release, units)));
    }
    let names: Vec<String> = moves.iter().map(|(name, ..)| name.clone()).collect();
    inventory::move_stock(tx, &moves).await?;
    for name in names {
        if store::get(tx, &name).await?.is_some_and(|made| made.ended_ms > 0) {
            inventory::withdraw(tx, &name).await?;
        }
    }
    Ok(())
}

async fn require_known(tx: &mut Tx, discount: &Discount) -> Result<(), Error> {
    let slugs: Vec<&str> = discount.categories.iter().map(String::as_str).collect();
    let known = catalog::list_known_categories(tx, &slugs).await?;
    if let Some(slug) = slugs.iter().find(|slug| !known.contains(**slug)) {
        return Err(Error::invalid("categories", format!("there is no category {slug}")));
    }
    let ids: Vec<&str> = discount.products.iter().map(|id| id.as_str()).collect();
    let known = products::list_by_id(tx, &ids).await?;
    let fits = |id: &str| {
        let vendor = known.get(id).map(|listed| &listed.product.vendor);
        vendor.is_some_and(|of| discount.vendor.as_ref().is_none_or(|own| own == of))
    };
    match ids.into_iter().find(|id| !fits(id)) {
        Some(id) => Err(Error::invalid("products", format!("there is no product {id}"))),
        None => Ok(()),
    }
}

fn code_taken() -> Error {
    let title = "Another discount has this code on some of these days";
    Problem::new(StatusCode::CONFLICT, "code_taken", title).param("code").into()
}

fn over() -> Error {
    Problem::new(StatusCode::CONFLICT, "discount_over", "This discount is over").into()
}
