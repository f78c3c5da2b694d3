//! What a priced cart comes to with one way of delivery: discounts, gift cards, and what is due.

use std::collections::BTreeMap;

use http::StatusCode;
use kiosk_money::Money;
use kiosk_pop_store::discounts::{Card, Leased, Offer};
use kiosk_problem::Problem;
use kiosk_wire::{Discount, DiscountUse, GiftCardUse, StockTake};
use serde::Serialize;

use super::delivery::{DeliveryKind, delivery};
use super::discounts::{Candidate, taken, units};
use super::price::{Demand, Priced};
use super::tax::TaxBody;
use super::terms::Terms;
use crate::error::Result;

/// What a discount takes off an order.
#[derive(Clone, Debug)]
pub struct Used {
    pub discount: Discount,
    pub amount: Money,
    leased: Leased,
}

/// What a gift card pays of an order.
#[derive(Clone, Debug)]
pub struct Paid {
    pub card: Card,
    pub amount: Money,
}

/// The sums of an order.
#[derive(Clone, Debug)]
pub struct Sums {
    /// Price of delivery.
    pub delivery: Money,
    /// The same before a discount took it off.
    pub list_delivery: Money,
    /// What comes on top of both; none where prices have it in them.
    pub tax: Option<TaxBody>,
    /// Subtotal, delivery, and the tax on top.
    pub total: Money,
    /// Discounts that take something.
    pub used: Vec<Used>,
    /// Gift cards that pay something.
    pub cards: Vec<Paid>,
    /// What is left of the total to be paid otherwise.
    pub due: Money,
    /// What it demands of budgets and balances, by the leases' items.
    pub demands: BTreeMap<String, Demand>,
}

#[derive(Serialize)]
struct PriceChange<'a> {
    sku: &'a str,
    shown_price: Money,
    unit_price: Money,
}

impl Priced {
    /// The sums with a delivery; 422 when the cart cannot go that way.
    pub fn sums(&self, kind: DeliveryKind, terms: &Terms) -> Result<Sums> {
        // A discount on the goods does not make their delivery dearer.
        let options = delivery().options(self.list_subtotal, self.bulky());
        let kinds: Vec<_> = options.iter().map(|option| option.kind).collect();
        let Some(option) = options.into_iter().find(|option| option.kind == kind) else {
            let title = "This cart cannot be delivered that way";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "delivery_not_available", title);
            return Err(problem.param("delivery").with("delivery", kinds).into());
        };
        self.sums_with(option.price, terms)
    }

    /// The sums with a delivery at this listed price.
    pub fn sums_with(&self, list_delivery: Money, terms: &Terms) -> Result<Sums> {
        let mut used = self.used(terms);
        let mut delivery = list_delivery;
        if let Some(offer) = self.delivery_offer(list_delivery, terms) {
            used.push(Used { discount: offer.discount.clone(), amount: list_delivery, leased: offer.leased });
            delivery = Money::zero(list_delivery.currency);
        }
        let tax = self.tax_with(delivery)?;
        let mut total = self.subtotal.checked_add(delivery)?;
        if let Some(tax) = &tax {
            total = total.checked_add(tax.amount)?;
        }
        let (cards, due) = paid(total, terms);
        let mut sums =
            Sums { delivery, list_delivery, tax, total, used, cards, due, demands: BTreeMap::new() };
        sums.demand();
        Ok(sums)
    }

    /// The tax on top of the goods and a price of delivery.
    fn tax_with(&self, delivery: Money) -> Result<Option<TaxBody>> {
        let Some(tax) = &self.tax else { return Ok(None) };
        let (goods, delivery) = (self.goods_tax()?, tax.on(delivery));
        let (jurisdiction, ppm, amount) = (tax.jurisdiction.clone(), tax.ppm, goods.checked_add(delivery)?);
        Ok(Some(TaxBody { jurisdiction, ppm, goods, delivery, amount }))
    }

    /// The discounts on goods, with what each takes.
    pub fn used(&self, terms: &Terms) -> Vec<Used> {
        let used = |(place, offer): (usize, &Offer)| Used {
            discount: offer.discount.clone(),
            amount: Money::new(taken(&self.reduced.lines, place), self.subtotal.currency),
            leased: offer.leased,
        };
        let all = terms.offers.discounts.iter().enumerate().map(used);
        all.filter(|used| used.amount.amount > 0).collect()
    }

    /// The discount that takes the price of delivery.
    pub fn delivery_offer<'a>(&self, price: Money, terms: &'a Terms) -> Option<&'a Offer> {
        let offers = self.reduced.delivery.iter().filter_map(|place| terms.offers.discounts.get(*place));
        let affords = |offer: &&Offer| {
            Candidate { discount: &offer.discount, left: terms.left(&offer.leased) }.affords(price.amount)
        };
        offers.filter(|_| price.amount > 0).find(affords)
    }

    /// 409 with the new prices, for a shopper who saw others.
    pub fn price_changed(&self, expected: Money, sums: &Sums) -> Problem {
        let changed = self.lines.iter().filter(|line| line.shown_price != line.sold.price);
        let lines: Vec<_> = changed
            .map(|line| PriceChange {
                sku: &line.sold.sku,
                shown_price: line.shown_price,
                unit_price: line.sold.price,
            })
            .collect();
        let (total, due) = (sums.total, sums.due);
        Problem::new(StatusCode::CONFLICT, "price_changed", "The price has changed since the cart was shown")
            .detail(format!("The total is {total} now, of which {due} is to be paid. Nothing was ordered."))
            .with("expected_total", expected)
            .with("total", total)
            .with("tax", &sums.tax)
            .with("due", due)
            .with("lines", lines)
    }
}

/// What the gift cards pay of `total`, each in turn what it has, and what is left to pay.
fn paid(total: Money, terms: &Terms) -> (Vec<Paid>, Money) {
    let (mut cards, mut due) = (Vec::new(), total);
    for card in &terms.offers.cards {
        if !terms.is_usable(card) || card.card.currency != total.currency {
            continue;
        }
        let balance = i64::try_from(terms.left(&card.leased)).unwrap_or(i64::MAX);
        let amount = Money::new(balance.min(due.amount), total.currency);
        if amount.amount > 0 {
            due.amount -= amount.amount;
            cards.push(Paid { card: card.clone(), amount });
        }
    }
    (cards, due)
}

impl Used {
    /// What it takes of its budget; none without one.
    pub fn take(&self) -> Option<StockTake> {
        let budget = self.discount.budget.as_ref()?;
        let units = u32::try_from(units(&self.discount, self.amount.amount)).unwrap_or(u32::MAX);
        Some(StockTake { item: budget.item.clone(), epoch: self.leased.epoch, units })
    }

    /// As the core gets it.
    pub fn record(&self) -> DiscountUse {
        DiscountUse { discount: self.discount.id.clone(), amount: self.amount, take: self.take() }
    }
}

impl Paid {
    /// As the core gets it.
    pub fn record(&self) -> GiftCardUse {
        let units = u32::try_from(self.amount.amount).unwrap_or(u32::MAX);
        let take = StockTake { item: self.card.card.item.clone(), epoch: self.card.leased.epoch, units };
        GiftCardUse { card: self.card.card.id.clone(), amount: self.amount, take }
    }
}

impl Sums {
    /// What discounts take off the listed price, in whole percent.
    pub fn discount_percent(&self) -> u8 {
        let off: i64 = self.used.iter().map(|used| used.amount.amount).sum();
        let listed = self.total.amount.saturating_add(off);
        u8::try_from(off.saturating_mul(100) / listed.max(1)).unwrap_or(100)
    }

    /// Whether `item` is the balance of a gift card.
    pub fn is_card(&self, item: &str) -> bool {
        self.cards.iter().any(|paid| paid.card.card.item.as_str() == item)
    }

    /// Sums what is taken of budgets and balances.
    fn demand(&mut self) {
        let budgets = self.used.iter().filter_map(|used| Some((used.take()?, used.leased)));
        let balances = self.cards.iter().map(|paid| (paid.record().take, paid.card.leased));
        self.demands = budgets
            .chain(balances)
            .map(|(take, leased)| {
                let Leased { epoch, here, core } = leased;
                (take.item.to_string(), Demand { units: u64::from(take.units), here, core, epoch })
            })
            .collect();
    }
}
