//! Prices a cart from the catalogue copy and the discounts that run, and sums what it demands of each stock item.

use std::collections::BTreeMap;

use http::StatusCode;
use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::Money;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::Cart;
use kiosk_pop_store::catalog::SkuView;
use kiosk_problem::Problem;
use kiosk_wire::{OrderLine, StockTake};

use super::discounts::{Candidate, Goods, Reduced, Unfit, reduce};
use super::tax::AddedTax;
use super::terms::Terms;
use crate::error::Result;

/// A line as it is sold.
#[derive(Clone, Debug)]
pub struct PricedLine {
    /// The variant, at its listed price.
    pub sold: SkuView,
    /// Pieces.
    pub quantity: u32,
    /// The price of one piece when the line was set.
    pub shown_price: Money,
    /// Minor units that its discount takes off all pieces together.
    pub off: i64,
    /// Whether the marketplace bears its discount, and not its vendor.
    pub subsidised: bool,
}

/// Pieces of a line that cost the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Pieces.
    pub quantity: u32,
    /// What one piece costs after its discount.
    pub unit_price: Money,
    /// What its discount takes off one piece.
    pub off: Money,
}

impl Part {
    /// What comes on top of one piece.
    fn tax(&self, tax: Option<&AddedTax>) -> Money {
        tax.map_or(Money::zero(self.unit_price.currency), |tax| tax.on(self.unit_price))
    }
}

impl PricedLine {
    /// All pieces at the listed price.
    pub fn list_total(&self) -> Result<Money> {
        Ok(self.sold.price.times(self.quantity)?)
    }

    /// All pieces after the discount.
    pub fn total(&self) -> Result<Money> {
        Ok(self.list_total()?.checked_add(self.money(-self.off))?)
    }

    /// The line by prices: two of them when its discount does not divide evenly.
    pub fn parts(&self) -> Vec<Part> {
        let pieces = i64::from(self.quantity.max(1));
        let (each, cheaper) = (self.off / pieces, u32::try_from(self.off % pieces).unwrap_or(0));
        let part = |quantity, off: i64| Part {
            quantity,
            unit_price: self.money(self.sold.price.amount.saturating_sub(off)),
            off: self.money(off),
        };
        let parts = [part(self.quantity - cheaper, each), part(cheaper, each + 1)];
        parts.into_iter().filter(|part| part.quantity > 0).collect()
    }

    const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.sold.price.currency)
    }
}

/// A line whose article is no longer sold.
#[derive(Clone, Debug)]
pub struct GoneLine {
    /// The SKU.
    pub sku: String,
    /// Pieces.
    pub quantity: u32,
}

/// What all lines together take of one stock item: two lines that draw on it are one demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Units.
    pub units: u64,
    /// Units that can be sold here.
    pub here: i64,
    /// Units the core had left when it last said so.
    pub core: i64,
    /// Epoch of the lease.
    pub epoch: u64,
}

/// A cart with today's prices.
#[derive(Clone, Debug)]
pub struct Priced {
    /// The lines that are sold.
    pub lines: Vec<PricedLine>,
    /// The lines that are not.
    pub gone: Vec<GoneLine>,
    /// By stock item.
    pub demands: BTreeMap<String, Demand>,
    /// Sum of the lines at their listed prices.
    pub list_subtotal: Money,
    /// Sum of the lines.
    pub subtotal: Money,
    /// What comes on top of the goods and of delivery; none where prices have it in them.
    pub tax: Option<AddedTax>,
    /// What the discounts do.
    pub reduced: Reduced,
}

/// Prices a cart; an empty one is refused.
pub fn price(cart: &Cart, terms: &Terms) -> Result<Priced> {
    let Some(currency) = cart.currency.filter(|_| !cart.lines.is_empty()) else {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "cart_empty", "The cart is empty");
        return Err(problem.into());
    };
    let zero = Money::zero(currency);
    let mut priced = Priced {
        lines: vec![],
        gone: vec![],
        demands: BTreeMap::new(),
        list_subtotal: zero,
        subtotal: zero,
        tax: terms.tax.clone(),
        reduced: Reduced::default(),
    };
    for line in &cart.lines {
        let Some(sold) = line.sold.clone() else {
            priced.gone.push(GoneLine { sku: line.sku.clone(), quantity: line.quantity });
            continue;
        };
        let demand = priced.demands.entry(sold.stock_item.clone()).or_insert(Demand {
            units: 0,
            here: sold.stock.here,
            core: sold.stock.core,
            epoch: sold.epoch,
        });
        demand.units += u64::from(line.quantity) * u64::from(sold.stock_units);
        priced.list_subtotal = priced.list_subtotal.checked_add(sold.price.times(line.quantity)?)?;
        let shown_price = Money::new(line.shown_price, currency);
        priced.lines.push(PricedLine {
            sold,
            quantity: line.quantity,
            shown_price,
            off: 0,
            subsidised: false,
        });
    }
    priced.discount(terms)?;
    Ok(priced)
}

impl Priced {
    /// Takes the discounts off the lines.
    fn discount(&mut self, terms: &Terms) -> Result<()> {
        let goods: Vec<_> = self
            .lines
            .iter()
            .map(|line| Goods {
                vendor: &line.sold.vendor_id,
                product: &line.sold.product_id,
                categories: terms.categories(&line.sold.product_id),
                price: line.sold.price.amount,
                quantity: line.quantity,
            })
            .collect();
        let candidates: Vec<Candidate<'_>> = terms.candidates().collect();
        self.reduced = reduce(&goods, self.list_subtotal.currency, &candidates);
        for (line, off) in self.lines.iter_mut().zip(&self.reduced.lines) {
            if let Some(off) = off {
                line.off = off.amount;
                line.subsidised = candidates[off.by].discount.vendor.is_none();
            }
            self.subtotal = self.subtotal.checked_add(line.total()?)?;
        }
        Ok(())
    }

    /// Whether some article goes by freight.
    pub fn bulky(&self) -> bool {
        self.lines.iter().any(|line| line.sold.bulky)
    }

    /// The line of `sku`, when it is sold.
    pub fn line(&self, sku: &str) -> Option<&PricedLine> {
        self.lines.iter().find(|line| line.sold.sku == sku)
    }

    /// Why the discount of the cart's code takes nothing; none when it does.
    pub fn code_unfit(&self, terms: &Terms) -> Option<Unfit> {
        terms.code_place().and_then(|place| self.reduced.unfit.get(place).copied().flatten())
    }

    /// The lines by prices.
    fn parts(&self) -> impl Iterator<Item = (&PricedLine, Part)> {
        self.lines.iter().flat_map(|line| line.parts().into_iter().map(move |part| (line, part)))
    }

    /// The tax that comes on top of the goods.
    pub fn goods_tax(&self) -> Result<Money> {
        let zero = Money::zero(self.subtotal.currency);
        let sum = self.parts().try_fold(zero, |sum, (_, part)| {
            sum.checked_add(part.tax(self.tax.as_ref()).times(part.quantity)?)
        });
        Ok(sum?)
    }

    /// The lines as the core gets them.
    pub fn order_lines(&self) -> Result<Vec<OrderLine>> {
        let line = |(line, part): (&PricedLine, Part)| {
            let reduced = part.off.amount > 0;
            let tax = self.tax.is_some().then(|| part.tax(self.tax.as_ref()));
            let added = tax.map_or(0, |tax| tax.amount);
            Ok(OrderLine {
                sku: Sku::parse(&line.sold.sku)?,
                product: ProductId::parse(&line.sold.product_id)?,
                vendor: VendorId::parse(&line.sold.vendor_id)?,
                quantity: part.quantity,
                unit_price: Money::new(part.unit_price.amount + added, part.unit_price.currency),
                list_price: reduced.then_some(line.sold.price),
                subsidy: (reduced && line.subsidised).then_some(part.off),
                added_tax: tax,
            })
        };
        let lines: Result<_, kiosk_ids::InvalidId> = self.parts().map(line).collect();
        Ok(lines.map_err(StoreError::from)?)
    }

    /// What the order takes from the leases of stock.
    pub fn takes(&self) -> Result<Vec<StockTake>> {
        let take = |(item, demand): (&String, &Demand)| {
            let units = u32::try_from(demand.units).unwrap_or(u32::MAX);
            Ok(StockTake { item: Sku::parse(item)?, epoch: demand.epoch, units })
        };
        let takes: Result<_, kiosk_ids::InvalidId> = self.demands.iter().map(take).collect();
        Ok(takes.map_err(StoreError::from)?)
    }
}
