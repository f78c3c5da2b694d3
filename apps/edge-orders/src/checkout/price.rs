//! Prices a cart from the catalogue copy, and sums what it demands of each stock item.

use std::collections::BTreeMap;

use http::StatusCode;
use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::Money;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::Cart;
use kiosk_pop_store::catalog::SkuView;
use kiosk_problem::Problem;
use kiosk_wire::{OrderLine, StockTake};
use serde::Serialize;

use super::delivery::{DeliveryKind, delivery};
use crate::error::Result;

/// A line as it is sold.
#[derive(Clone, Debug)]
pub struct PricedLine {
    /// The variant.
    pub sold: SkuView,
    /// Pieces.
    pub quantity: u32,
    /// The price of one piece when the line was set.
    pub shown_price: Money,
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
    /// Sum of the lines.
    pub subtotal: Money,
}

/// Prices a cart; an empty one is refused.
pub fn price(cart: &Cart) -> Result<Priced> {
    let Some(currency) = cart.currency.filter(|_| !cart.lines.is_empty()) else {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "cart_empty", "The cart is empty");
        return Err(problem.into());
    };
    let mut priced =
        Priced { lines: vec![], gone: vec![], demands: BTreeMap::new(), subtotal: Money::zero(currency) };
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
        priced.subtotal = priced.subtotal.checked_add(sold.price.times(line.quantity)?)?;
        let shown_price = Money::new(line.shown_price, currency);
        priced.lines.push(PricedLine { sold, quantity: line.quantity, shown_price });
    }
    Ok(priced)
}

#[derive(Serialize)]
struct PriceChange<'a> {
    sku: &'a str,
    shown_price: Money,
    unit_price: Money,
}

impl Priced {
    /// Whether some article goes by freight.
    pub fn bulky(&self) -> bool {
        self.lines.iter().any(|line| line.sold.bulky)
    }

    /// The price of a delivery; 422 when the cart cannot go that way.
    pub fn delivery_price(&self, kind: DeliveryKind) -> Result<Money, Problem> {
        let options = delivery().options(self.subtotal, self.bulky());
        let kinds: Vec<_> = options.iter().map(|option| option.kind).collect();
        options.into_iter().find(|option| option.kind == kind).map(|option| option.price).ok_or_else(|| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "delivery_not_available",
                "This cart cannot be delivered that way",
            )
            .param("delivery")
            .with("delivery", kinds)
        })
    }

    /// 409 with the new prices, for a shopper who saw others.
    pub fn price_changed(&self, expected: Money, total: Money) -> Problem {
        let changed = self.lines.iter().filter(|line| line.shown_price != line.sold.price);
        let lines: Vec<_> = changed
            .map(|line| PriceChange {
                sku: &line.sold.sku,
                shown_price: line.shown_price,
                unit_price: line.sold.price,
            })
            .collect();
        Problem::new(StatusCode::CONFLICT, "price_changed", "The price has changed since the cart was shown")
            .detail(format!("The total is {total} now. Nothing was ordered."))
            .with("expected_total", expected)
            .with("total", total)
            .with("lines", lines)
    }

    /// The lines as the core gets them.
    pub fn order_lines(&self) -> Result<Vec<OrderLine>> {
        let line = |line: &PricedLine| {
            Ok(OrderLine {
                sku: Sku::parse(&line.sold.sku)?,
                product: ProductId::parse(&line.sold.product_id)?,
                vendor: VendorId::parse(&line.sold.vendor_id)?,
                quantity: line.quantity,
                unit_price: line.sold.price,
            })
        };
        let lines: Result<_, kiosk_ids::InvalidId> = self.lines.iter().map(line).collect();
        Ok(lines.map_err(StoreError::from)?)
    }

    /// What the order takes from the leases.
    pub fn takes(&self) -> Result<Vec<StockTake>> {
        let take = |(item, demand): (&String, &Demand)| {
            let units = u32::try_from(demand.units).unwrap_or(u32::MAX);
            Ok(StockTake { item: Sku::parse(item)?, epoch: demand.epoch, units })
        };
        let takes: Result<_, kiosk_ids::InvalidId> = self.demands.iter().map(take).collect();
        Ok(takes.map_err(StoreError::from)?)
    }
}
