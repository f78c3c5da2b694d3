//! Which discounts make goods cheaper, and by how much: a pure function of the goods and of what is offered.
//!
//! The rule:
//! - A discount is for the goods of its vendor, products and categories, in its currency, once they come to its minimum at
//!   their listed prices and its budget has enough for it. It takes all that it promises or nothing.
//! - Each line has one discount: the one that takes most of it, the first of equals. An amount counts with the line's part
//!   of it; afterwards it is shared anew over the lines that it won, so that none of it is lost.
//! - Free delivery comes besides, for carts that have nothing but goods it is for.
//!
//! A share is rounded for each piece; an amount is shared by largest remainder, so the sums are exact. No piece costs less
//! than nothing.

use kiosk_money::Currency;
use kiosk_tax::{PPM, share};
use kiosk_wire::{Discount, DiscountRate};

/// A line, as discounts look at it.
#[derive(Clone, Copy, Debug)]
pub struct Goods<'a> {
    pub vendor: &'a str,
    pub product: &'a str,
    /// Slugs, those above its own included.
    pub categories: &'a [String],
    /// Minor units for one piece.
    pub price: i64,
    /// Pieces.
    pub quantity: u32,
}

impl Goods<'_> {
    fn total(&self) -> i64 {
        self.price.saturating_mul(i64::from(self.quantity))
    }

    fn is_for(&self, discount: &Discount) -> bool {
        let of_vendor = discount.vendor.as_ref().is_none_or(|vendor| vendor.as_str() == self.vendor);
        let of_products = discount.products.is_empty()
            || discount.products.iter().any(|product| product.as_str() == self.product);
        let of_categories = discount.categories.is_empty()
            || discount.categories.iter().any(|slug| self.categories.contains(slug));
        of_vendor && of_products && of_categories
    }
}

/// A discount that runs.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub discount: &'a Discount,
    /// Units that its budget has left; of no meaning without one.
    pub left: u64,
}

impl Candidate<'_> {
    /// Whether its budget has enough for `amount` minor units.
    pub fn affords(&self, amount: i64) -> bool {
        self.discount.budget.is_none() || units(self.discount, amount) <= self.left
    }
}

/// What taking `amount` minor units uses up of a budget.
pub fn units(discount: &Discount, amount: i64) -> u64 {
    match discount.budget.as_ref().map(|budget| budget.currency) {
        None => 0,
        Some(None) => 1,
        Some(Some(_)) => amount.max(0).unsigned_abs(),
    }
}

/// Why a discount takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is for another currency.
    Currency,
    /// It is for other goods.
    Goods,
    /// The goods it is for do not come to its minimum.
    Minimum,
    /// Its budget has not enough left.
    UsedUp,
    /// Others take more.
    Beaten,
}

impl Unfit {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Currency => "currency",
            Self::Goods => "goods",
            Self::Minimum => "minimum",
            Self::UsedUp => "used_up",
            Self::Beaten => "beaten",
        }
    }
}

/// What is taken off a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Off {
    /// Place of the discount among the candidates.
    pub by: usize,
    /// Minor units off all pieces together.
    pub amount: i64,
}

/// What discounts do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reduced {
    /// For each line.
    pub lines: Vec<Option<Off>>,
    /// Candidates that take the price of delivery; the first that can pays it.
    pub delivery: Vec<usize>,
    /// For each candidate, why it takes nothing.
    pub unfit: Vec<Option<Unfit>>,
}

/// Applies the rule. The totals of the lines must add up without an overflow.
pub fn reduce(goods: &[Goods<'_>], currency: Currency, candidates: &[Candidate<'_>]) -> Reduced {
    let mut unfit: Vec<_> = candidates.iter().map(|candidate| unfit_of(goods, currency, candidate)).collect();
    // A discount that its budget cannot pay leaves its goods to the others, whose budgets may be short of that in turn.
    let lines = loop {
        let lines = allot(goods, candidates, &unfit);
        let overspent = |place: &usize| {
            let amount = taken(&lines, *place);
            amount > 0 && !candidates[*place].affords(amount)
        };
        match (0..candidates.len()).find(overspent) {
            Some(place) => unfit[place] = Some(Unfit::UsedUp),
            None => break lines,
        }
    };
    let is_delivery = |place: &usize| candidates[*place].discount.rate == DiscountRate::Delivery;
    let delivery =
        (0..candidates.len()).filter(|place| unfit[*place].is_none() && is_delivery(place)).collect();
    for (place, reason) in unfit.iter_mut().enumerate() {
        if reason.is_none() && !is_delivery(&place) && taken(&lines, place) == 0 {
            *reason = Some(Unfit::Beaten);
        }
    }
    Reduced { lines, delivery, unfit }
}

/// Minor units that a candidate takes of all lines.
pub fn taken(lines: &[Option<Off>], place: usize) -> i64 {
    lines.iter().flatten().filter(|off| off.by == place).map(|off| off.amount).sum()
}

fn unfit_of(goods: &[Goods<'_>], currency: Currency, candidate: &Candidate<'_>) -> Option<Unfit> {
    let discount = candidate.discount;
    let amount = match discount.rate {
        DiscountRate::Amount { amount } => Some(amount.currency),
        DiscountRate::Share { .. } | DiscountRate::Delivery => None,
    };
    let budget = discount.budget.as_ref().and_then(|budget| budget.currency);
    let minimum = discount.goods_min.map(|minimum| minimum.currency);
    if [amount, budget, minimum].into_iter().flatten().any(|other| other != currency) {
        return Some(Unfit::Currency);
    }
    let of_it = || goods.iter().filter(|goods| goods.is_for(discount));
    let all = discount.rate == DiscountRate::Delivery;
    if of_it().next().is_none() || (all && of_it().count() < goods.len()) {
        return Some(Unfit::Goods);
    }
    let sum: i64 = of_it().map(Goods::total).sum();
    if discount.goods_min.is_some_and(|minimum| sum < minimum.amount) {
        return Some(Unfit::Minimum);
    }
    (discount.budget.is_some() && candidate.left == 0).then_some(Unfit::UsedUp)
}

/// Gives each line its discount.
fn allot(goods: &[Goods<'_>], candidates: &[Candidate<'_>], unfit: &[Option<Unfit>]) -> Vec<Option<Off>> {
    let mut lines: Vec<Option<Off>> = vec![None; goods.len()];
    for (by, candidate) in candidates.iter().enumerate().filter(|(by, _)| unfit[*by].is_none()) {
        let amounts = offs(goods, candidate.discount, |_, goods| goods.is_for(candidate.discount));
        for (line, amount) in lines.iter_mut().zip(amounts) {
            if amount > line.map_or(0, |off| off.amount) {
                *line = Some(Off { by, amount });
            }
        }
    }
    let winners: Vec<_> = lines.iter().map(|line| line.map(|off| off.by)).collect();
    for (by, candidate) in candidates.iter().enumerate() {
        if matches!(candidate.discount.rate, DiscountRate::Amount { .. }) {
            let amounts = offs(goods, candidate.discount, |line, _| winners[line] == Some(by));
            for (line, amount) in
                lines.iter_mut().zip(amounts).filter(|(line, _)| line.is_some_and(|off| off.by == by))
            {
                *line = Some(Off { by, amount }).filter(|off| off.amount > 0);
            }
        }
    }
    lines
}

/// What a discount takes of each line when it has those that `has` picks.
fn offs(goods: &[Goods<'_>], discount: &Discount, has: impl Fn(usize, &Goods<'_>) -> bool) -> Vec<i64> {
    let picked = |(line, goods): (usize, &Goods<'_>)| if has(line, goods) { goods.total().max(0) } else { 0 };
    let totals: Vec<i64> = goods.iter().enumerate().map(picked).collect();
    match discount.rate {
        DiscountRate::Delivery => vec![0; goods.len()],
        DiscountRate::Share { ppm } => {
            let piece = |(goods, total): (&Goods<'_>, i64)| {
                if total == 0 { 0 } else { part(goods.price, ppm).saturating_mul(i64::from(goods.quantity)) }
            };
            goods.iter().zip(totals).map(piece).collect()
        }
        DiscountRate::Amount { amount } => {
            let amount = amount.amount.clamp(0, totals.iter().sum());
            if amount == 0 { vec![0; goods.len()] } else { share(amount, &totals) }
        }
    }
}

/// A share of one piece's price, rounded half up, and never more than all of it.
fn part(price: i64, ppm: u32) -> i64 {
    let whole = i128::from(PPM);
    let part = (i128::from(price) * i128::from(ppm) + whole / 2) / whole;
    i64::try_from(part).unwrap_or(price).clamp(0, price.max(0))
}

#[cfg(test)]
#[path = "discounts_tests.rs"]
mod tests;
