//! Freezing the terms of purchases: commission and tax of each line, as of the day they were placed.

use std::collections::{BTreeMap, HashMap};

use kiosk_ids::VendorId;
use kiosk_tax::{Day, PPM, Pricing, Supply, Tables, taxes_of_lines};
use kiosk_wire::{OrderLine, OrderRecord};

use super::plans::{PLANS_MAX, rate_of};
use super::sales_store as store;
use super::terms::{Line, Progress, Sale};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::catalog::products;
use crate::modules::catalog::service as catalog;
use crate::modules::orders::service as orders;

/// Freezes the terms of purchases.
///
/// # Errors
/// When the database fails, and for amounts that are out of range.
pub async fn freeze(tx: &mut Tx, orders: &[&OrderRecord]) -> Result<(), Error> {
    if orders.is_empty() {
        return Ok(());
    }
    let plans = store::list_plans(tx, PLANS_MAX).await?;
    let mut ids: Vec<&str> = lines(orders).map(|line| line.product.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let listed = products::list_by_id(tx, &ids).await?;
    let mut countries: HashMap<&VendorId, String> = HashMap::new();
    for vendor in lines(orders).map(|line| &line.vendor) {
        if !countries.contains_key(vendor) {
            let known = catalog::get_vendor(tx, vendor).await?;
            countries.insert(vendor, known.map(|vendor| vendor.region).unwrap_or_default());
        }
    }
    let (mut sales, mut frozen) = (Vec::new(), Vec::new());
    for order in orders {
        let mut parts: BTreeMap<&VendorId, Vec<(usize, &OrderLine)>> = BTreeMap::new();
        for (place, line) in order.lines.iter().enumerate() {
            parts.entry(&line.vendor).or_default().push((place, line));
        }
        let delivery = delivery_of(order);
        for (vendor, lines) in parts {
            let mut sale = sale_of(order, vendor, countries.get(vendor).map_or("", |country| country));
            (sale.delivery_gross, sale.delivery_tax) = delivery.get(vendor).copied().unwrap_or_default();
            let gross: Result<Vec<i64>, _> = lines
                .iter()
                .map(|(_, line)| line.unit_price.times(line.quantity).map(|sum| sum.amount))
                .collect();
            let gross = gross.map_err(|error| Error::invalid("unit_price", error.to_string()))?;
            let taxes = taxes_of(&lines, &gross, sale.tax_ppm);
            for (((place, line), gross), tax) in lines.into_iter().zip(gross).zip(taxes) {
                let product = listed.get(line.product.as_str()).map(|listed| &listed.product);
                let category = product.map_or("", |product| product.category.as_str());
                let commission_ppm = rate_of(&plans, vendor.as_str(), category, order.placed_ms);
                let line = Line {
                    line: i64::try_from(place).unwrap_or(i64::MAX),
                    vendor: vendor.to_string(),
                    sku: line.sku.to_string(),
                    title: product.map_or_else(|| line.sku.to_string(), |product| product.title.clone()),
                    quantity: i64::from(line.quantity),
                    gross,
                    tax,
                    commission: commission_of(gross - tax, commission_ppm),
                    commission_ppm,
                    list_price: line.list_price.map(|price| price.amount),
                    discount: discount_of(line),
                    subsidy: line.subsidy.map_or(0, |subsidy| subsidy.amount.max(0)),
                    progress: Progress::default(),
                    pieces: Progress::default(),
                };
                frozen.push((order.id.to_string(), line));
            }
            sales.push(sale);
        }
    }
    store::insert_sales(tx, &sales).await?;
    Ok(store::insert_lines(tx, &frozen).await?)
}

fn lines<'a>(orders: &'a [&'a OrderRecord]) -> impl Iterator<Item = &'a OrderLine> {
    orders.iter().flat_map(|order| &order.lines)
}

fn sale_of(order: &OrderRecord, vendor: &VendorId, seller_country: &str) -> Sale {
    let day = Day::of_ms(order.placed_ms);
    let supply = Supply { seller: seller_country, destination: &order.country, area: &order.area, day };
    let taxation = supply.taxation(Tables::bundled());
    Sale {
        order: order.id.to_string(),
        vendor: vendor.to_string(),
        placed_ms: order.placed_ms,
        currency: order.total.currency,
        seller_country: seller_country.to_owned(),
        country: order.country.clone(),
        jurisdiction: taxation.jurisdiction,
        scheme: taxation.scheme,
        tax_ppm: taxation.ppm,
        delivery: Progress::default(),
        delivery_gross: 0,
        delivery_tax: None,
        gift_cards: order.paid_by_gift_cards().amount,
    }
}

/// Tax of lines: what was added to their pieces, else what is in their prices.
fn taxes_of(lines: &[(usize, &OrderLine)], gross: &[i64], tax_ppm: i64) -> Vec<i64> {
    let taxed: Vec<(i64, i64)> = gross.iter().map(|gross| (*gross, tax_ppm)).collect();
    let inside = taxes_of_lines(&taxed, Pricing::Inclusive);
    let tax = |(((_, line), gross), inside): ((&(usize, &OrderLine), &i64), i64)| match line.added_tax {
        None => inside,
        Some(tax) => tax.amount.saturating_mul(i64::from(line.quantity)).clamp(0, (*gross).max(0)),
    };
    lines.iter().zip(gross).zip(inside).map(tax).collect()
}

/// What discounts take off one piece: its listed price less what is paid for it without added tax.
fn discount_of(line: &OrderLine) -> i64 {
    let Some(list) = line.list_price else { return 0 };
    let net = line.unit_price.amount - line.added_tax.map_or(0, |tax| tax.amount);
    (list.amount - net).max(0)
}

/// Each vendor's share of delivery, and of the tax that was added to it.
fn delivery_of(order: &OrderRecord) -> HashMap<&VendorId, (i64, Option<i64>)> {
    let shares = orders::delivery_shares(order);
    let values: Vec<i64> = shares.iter().map(|(_, share)| *share).collect();
    let taxes: Vec<Option<i64>> = match order.delivery_tax {
        Some(tax) => orders::shared(tax.amount.max(0), &values).into_iter().map(Some).collect(),
        None => vec![None; values.len()],
    };
    shares.into_iter().zip(taxes).map(|((vendor, share), tax)| (vendor, (share, tax))).collect()
}

/// Rounded down: what is left is the vendor's.
fn commission_of(net: i64, ppm: i64) -> i64 {
    i64::try_from(i128::from(net) * i128::from(ppm) / i128::from(PPM)).unwrap_or(0)
}
