//! Freight of orders, as vendors arrange it. Functions on a [`Tx`] take part in another module's transaction.

use http::StatusCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kiosk_ids::{OrderId, Sku, VendorId};
use kiosk_problem::Problem;

use super::rates::{Class, Load, Size, quote};
use super::store;
use super::zones::{Zone, zone};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::catalog::products;
use crate::modules::orders::purchase::Purchase;
use crate::modules::warehouse::service as warehouse;
use crate::page::List;

/// Longest side that is taken, in millimetres.
pub const SIDE_MM_MAX: i64 = 20_000;
/// Most sizes that a page shows.
pub const SIZES_SHOWN_MAX: i64 = 200;
/// How far ahead a window may be, in days.
const WINDOW_DAYS_MAX: i64 = 90;
const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;

/// Parts of a day that goods can come in, UTC: name, from and until which hour.
pub const WINDOWS: [(&str, i64, i64); 3] = [("morning", 8, 12), ("afternoon", 12, 17), ("evening", 17, 20)];

/// A line of an order that goes by freight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    /// The order.
    pub order: String,
    /// The line.
    pub line: u32,
    /// Who sends it.
    pub vendor: String,
    /// What it is.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    /// What they weigh, in grams.
    pub weight_g: i64,
    /// What their room counts as, in grams.
    pub volumetric_g: i64,
    /// How carriers price it.
    pub class: Class,
    /// How far it goes.
    pub zone: Zone,
    /// Whether the lorry needs a lift-gate.
    pub lift_gate: bool,
    /// When it can come, Unix milliseconds: from, until.
    pub window: Option<(i64, i64)>,
    /// What that costs, in euro cents.
    pub quote: i64,
    /// Unix milliseconds.
    pub created_ms: i64,
}

impl Shipment {
    fn priced(mut self) -> Self {
        let chargeable_g = self.weight_g.max(self.volumetric_g);
        self.quote = quote(self.class, chargeable_g, self.zone, self.lift_gate, self.window.is_some());
        self
    }
}

/// Makes a shipment for each line of a purchase that goes by freight.
///
/// # Errors
/// When the database fails.
pub async fn insert_shipments(tx: &mut Tx, purchase: &Purchase, now_ms: i64) -> Result<(), Error> {
    for seller in &purchase.now.sellers {
        let bulky: Vec<_> =
            seller.lines.iter().filter(|line| line.bulky && line.pieces.to_ship > 0).collect();
        if bulky.is_empty() {
            continue;
        }
        let ids: Vec<&str> = bulky.iter().map(|line| line.product.as_str()).collect();
        let listed = products::list_by_id(tx, &ids).await?;
        let sizes =
            store::list_sizes(tx, &bulky.iter().map(|line| line.sku.as_str()).collect::<Vec<_>>()).await?;
        let warehouses = warehouse::list_warehouses(tx, &seller.vendor, now_ms).await?;
        let from = warehouses.first().map_or("", |warehouse| warehouse.country.as_str());
        for line in bulky {
            let variants = listed.get(&line.product).map(|listed| &listed.product.variants);
            let variant = variants.and_then(|all| all.iter().find(|known| known.sku.as_str() == line.sku));
            let weight_g = variant.map_or(0, |variant| i64::from(variant.weight_g));
            let load = Load::of(line.pieces.to_ship, weight_g, sizes.get(&line.sku).copied());
            let shipment = Shipment {
                order: purchase.id.to_string(),
                line: line.number,
                vendor: seller.vendor.to_string(),
                sku: line.sku.clone(),
                quantity: line.pieces.to_ship,
                weight_g: load.weight_g,
                volumetric_g: load.volumetric_g,
                class: load.class,
                zone: zone(from, &purchase.country),
                lift_gate: load.lift_gate,
                window: None,
                quote: 0,
                created_ms: now_ms,
            };
            store::insert(tx, &shipment.priced()).await?;
        }
    }
    Ok(())
}

/// Freight as vendors see it.
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

    /// A vendor's shipments, and whether there are more; `open` are those without a window.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, vendor: &VendorId, list: &List) -> Result<(Vec<Shipment>, bool), Error> {
        let mut shipments = store::list(&mut *self.db.read().await?, vendor.as_str(), list).await?;
        let more = list.cut(&mut shipments);
        Ok((shipments, more))
    }

    /// Sizes that a vendor gave, by SKU.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_sizes(&self, vendor: &VendorId) -> Result<Vec<(String, Size)>, Error> {
        let conn = &mut *self.db.read().await?;
        Ok(store::list_sizes_of_vendor(conn, vendor.as_str(), SIZES_SHOWN_MAX).await?)
    }

    /// Notes what a piece of a vendor's variant measures: three sides in millimetres.
    ///
    /// # Errors
    /// 422 for what is not the vendor's, or no size.
    pub async fn put_size(&self, vendor: &VendorId, sku: &str, sides: [&str; 3]) -> Result<(), Error> {
        let sku = Sku::parse(sku).map_err(|_| Error::invalid("sku", "no such SKU"))?;
        let mut read = [0; 3];
        for (side, (name, text)) in read.iter_mut().zip(["length", "width", "height"].into_iter().zip(sides))
        {
            let refused = || Error::invalid(name, format!("1 to {SIDE_MM_MAX} millimetres"));
            *side = text.parse().map_err(|_| refused())?;
            if !(1..=SIDE_MM_MAX).contains(side) {
                return Err(refused());
            }
        }
        let [length_mm, width_mm, height_mm] = read;
        let mut tx = self.db.begin().await?;
        if !products::sells_variant(&mut tx, vendor, &sku).await? {
            return Err(Error::invalid("sku", "none of your variants"));
        }
        store::put_size(&mut tx, vendor.as_str(), sku.as_str(), Size { length_mm, width_mm, height_mm })
            .await?;
        Ok(tx.commit().await?)
    }

    /// Arranges a shipment: with a lift-gate or without, and when it can come (a day and a part of it; an empty day is
    /// none).
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the vendor's, 422 for a window that cannot be, 409 `lift_gate_needed` when a
    /// piece is too heavy to be lifted by hand.
    pub async fn arrange(
        &self,
        vendor: &VendorId,
        (order, line): (&OrderId, u32),
        lift_gate: bool,
        (day, part): (&str, &str),
    ) -> Result<(), Error> {
        let window = read_window(day, part, self.clock.now_ms())?;
        let mut tx = self.db.begin().await?;
        let shipment = store::get(&mut tx, vendor.as_str(), order.as_str(), line).await?;
        let shipment = shipment.ok_or(Error::NotFound("freight"))?;
        let piece_g = shipment.weight_g / shipment.quantity.max(1);
        if !lift_gate && piece_g > super::rates::HAND_G_MAX {
            let title = "A piece is too heavy to be lifted by hand";
            return Err(Problem::new(StatusCode::CONFLICT, "lift_gate_needed", title).into());
        }
        let shipment = Shipment { lift_gate, window, ..shipment }.priced();
        store::set_terms(&mut tx, &shipment).await?;
        Ok(tx.commit().await?)
    }
}

/// A day such as `2026-11-24` and a part of it, as a window.
fn read_window(day: &str, part: &str, now_ms: i64) -> Result<Option<(i64, i64)>, Error> {
    if day.is_empty() {
        return Ok(None);
    }
    let date: Date = day.parse().map_err(|_| Error::invalid("day", "a day such as 2026-11-24"))?;
    let start = date.to_zoned(TimeZone::UTC).map_err(|_| Error::invalid("day", "out of range"))?;
    let start_ms = start.timestamp().as_millisecond();
    let (_, from, until) = WINDOWS
        .into_iter()
        .find(|(name, ..)| *name == part)
        .ok_or_else(|| Error::invalid("part", "choose a part of the day"))?;
    let window = (start_ms + from * HOUR_MS, start_ms + until * HOUR_MS);
    if window.0 <= now_ms || window.0 > now_ms + WINDOW_DAYS_MAX * DAY_MS {
        return Err(Error::invalid("day", format!("a day of the next {WINDOW_DAYS_MAX}")));
    }
    Ok(Some(window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_ahead_and_not_too_far() {
        // 2026-11-18 13:46:40 UTC.
        let now_ms = 1_795_009_600_000;
        let read = |day, part| read_window(day, part, now_ms);
        let (from, until) = read("2026-11-24", "morning").expect("it is ahead").expect("it was asked for");
        assert_eq!(until - from, 4 * HOUR_MS);
        assert_eq!(read("", "").expect("none is needed"), None);
        for (day, part) in [
            ("2026-11-18", "morning"),
            ("2026-11-17", "evening"),
            ("2027-03-24", "morning"),
            ("2026-11-24", "night"),
            ("tomorrow", "morning"),
            ("2026-02-30", "morning"),
        ] {
            assert!(read(day, part).is_err(), "{day} {part}");
        }
    }
}
