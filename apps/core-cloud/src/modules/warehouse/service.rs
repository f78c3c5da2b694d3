//! Warehouses of vendors and what lies in them. Functions on a [`Tx`] take part in another module's transaction.

use std::collections::{BTreeSet, HashMap};

use http::StatusCode;
use kiosk_ids::{Sku, VendorId, WarehouseId};
use kiosk_problem::Problem;

use super::allocation::{Need, Place, allocate};
use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::catalog::products;
use crate::modules::freight::zones::zone;
use crate::modules::inventory::service as inventory;
use crate::modules::orders::purchase::Purchase;
use crate::modules::vendors::business;
use crate::random::random;

/// Most warehouses of a vendor.
pub const WAREHOUSES_MAX: usize = 20;
/// Most items that the page of a warehouse shows.
pub const SHELVES_SHOWN_MAX: i64 = 500;
/// Most units on a shelf.
const SHELF_UNITS_MAX: i64 = 10_000_000;
/// What a vendor's first warehouse is called.
const MAIN_NAME: &str = "Main warehouse";

/// A warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warehouse {
    /// `whs_…`.
    pub id: String,
    /// Whose it is.
    pub vendor: String,
    /// What it is called.
    pub name: String,
    /// ISO 3166-1 alpha-2 country it stands in.
    pub country: String,
    /// Whether it holds all that is in no other.
    pub main: bool,
}

/// What lies of an item in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// The warehouse.
    pub warehouse: String,
    /// The stock item.
    pub item: String,
    /// Units; not kept for a main warehouse.
    pub units: i64,
    /// Units that are meant for a parcel.
    pub reserved: i64,
}

/// What happens on a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceAct {
    /// Units are meant for a parcel.
    Reserve,
    /// They are not any more.
    Unreserve,
    /// They left in it.
    Leave,
}

/// Something that happens on a shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceMove {
    /// The warehouse.
    pub warehouse: String,
    /// The stock item.
    pub item: String,
    /// Units.
    pub units: i64,
    /// What.
    pub act: PlaceAct,
}

/// Does what orders do on shelves.
///
/// # Errors
/// When the database fails.
pub async fn apply(tx: &mut Tx, moves: &[PlaceMove]) -> Result<(), Error> {
    let mut sums: std::collections::BTreeMap<(&str, &str), (i64, i64)> = std::collections::BTreeMap::new();
    for PlaceMove { warehouse, item, units, act } in moves {
        let (lying, reserved) = sums.entry((item, warehouse)).or_default();
        match act {
            PlaceAct::Reserve => *reserved += units,
            PlaceAct::Unreserve => *reserved -= units,
            PlaceAct::Leave => {
                *lying -= units;
                *reserved -= units;
            }
        }
    }
    for ((item, warehouse), (lying, reserved)) in sums {
        if (lying, reserved) != (0, 0) {
            store::change(tx, warehouse, item, lying, reserved).await?;
        }
    }
    Ok(())
}

/// A vendor's warehouses, the main one first; that is made when there is none.
///
/// # Errors
/// When the database fails.
pub async fn list_warehouses(tx: &mut Tx, vendor: &VendorId, now_ms: i64) -> Result<Vec<Warehouse>, Error> {
    let known = store::list(tx, vendor.as_str()).await?;
    if !known.is_empty() {
        return Ok(known);
    }
    let country = products::get_vendor(tx, vendor).await?.map(|vendor| vendor.region).unwrap_or_default();
    let main = Warehouse {
        id: WarehouseId::fresh(now_ms, &random()?).into(),
        vendor: vendor.to_string(),
        name: MAIN_NAME.to_owned(),
        country,
        main: true,
    };
    store::insert(tx, &main, now_ms).await?;
    Ok(store::list(tx, vendor.as_str()).await?)
}

/// Plans parcels for all of a purchase that is in none yet, vendor by vendor.
///
/// # Errors
/// 409 `order_held` while something holds it up.
pub async fn plan(tx: &mut Tx, purchase: &mut Purchase, now_ms: i64) -> Result<(), Error> {
    let vendors: Vec<VendorId> = purchase.now.sellers.iter().map(|seller| seller.vendor.clone()).collect();
    for vendor in vendors {
        let lines = &purchase.seller(&vendor)?.lines;
        let need = |line: &crate::modules::orders::purchase::Line| Need {
            line: line.number,
            item: line.item.clone(),
            units: line.units,
            pieces: line.pieces.unplanned(),
        };
        let needs: Vec<Need> = lines.iter().map(need).filter(|need| need.pieces > 0).collect();
        if needs.is_empty() {
            continue;
        }
        let places = list_places(tx, &vendor, &purchase.country, &needs, now_ms).await?;
        for (warehouse, pieces) in allocate(&needs, &places) {
            purchase.plan(&vendor, &warehouse, &pieces, now_ms)?;
        }
    }
    Ok(())
}

/// The vendor's warehouses as they can send these needs to a country.
async fn list_places(
    tx: &mut Tx,
    vendor: &VendorId,
    country: &str,
    needs: &[Need],
    now_ms: i64,
) -> Result<Vec<Place>, Error> {
    let items: BTreeSet<&str> = needs.iter().map(|need| need.item.as_str()).collect();
    let items: Vec<&str> = items.into_iter().collect();
    let on_hand = inventory::list_on_hand(tx, &items).await?;
    let shelves = store::list_shelves(tx, &items).await?;
    let warehouses = list_warehouses(tx, vendor, now_ms).await?;
    let free = |warehouse: &Warehouse, item: &str| {
        let here = shelves.iter().find(|shelf| shelf.warehouse == warehouse.id && shelf.item == item);
        let elsewhere = shelves.iter().filter(|shelf| shelf.warehouse != warehouse.id && shelf.item == item);
        let units = if warehouse.main {
            on_hand.get(item).copied().unwrap_or(0) - elsewhere.map(|shelf| shelf.units).sum::<i64>()
        } else {
            here.map_or(0, |shelf| shelf.units)
        };
        (units - here.map_or(0, |shelf| shelf.reserved)).max(0)
    };
    let place = |warehouse: &Warehouse| Place {
        id: warehouse.id.clone(),
        distance: zone(&warehouse.country, country).distance(),
        main: warehouse.main,
        free: items.iter().map(|item| ((*item).to_owned(), free(warehouse, item))).collect(),
    };
    Ok(warehouses.iter().map(place).collect())
}

/// Warehouses as their vendors see them.
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

    /// A vendor's warehouses, the main one first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, vendor: &VendorId) -> Result<Vec<Warehouse>, Error> {
        let mut tx = self.db.begin().await?;
        let warehouses = list_warehouses(&mut tx, vendor, self.clock.now_ms()).await?;
        tx.commit().await?;
        Ok(warehouses)
    }

    /// What warehouses are called, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_names(&self, vendor: &VendorId) -> Result<HashMap<String, String>, Error> {
        let warehouses = store::list(&mut *self.db.read().await?, vendor.as_str()).await?;
        Ok(warehouses.into_iter().map(|warehouse| (warehouse.id, warehouse.name)).collect())
    }

    /// A vendor's warehouse and what lies in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the vendor has no such warehouse.
    pub async fn get(&self, vendor: &VendorId, id: &WarehouseId) -> Result<(Warehouse, Vec<Shelf>), Error> {
        let conn = &mut *self.db.read().await?;
        let warehouse = own(store::get(conn, id.as_str()).await?, vendor)?;
        let shelves = store::list_of_warehouse(conn, id.as_str(), SHELVES_SHOWN_MAX).await?;
        Ok((warehouse, shelves))
    }

    /// Adds a warehouse.
    ///
    /// # Errors
    /// 422 for a name or a country that cannot be, 409 `warehouses_max`.
    pub async fn add(&self, vendor: &VendorId, name: &str, country: &str) -> Result<(), Error> {
        let name = business::line("name", name)?;
        if name.is_empty() {
            return Err(Error::invalid("name", "give it a name"));
        }
        let country = business::country(country)?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let known = list_warehouses(&mut tx, vendor, now_ms).await?;
        if known.len() >= WAREHOUSES_MAX {
            let title = format!("A vendor has at most {WAREHOUSES_MAX} warehouses");
            return Err(Problem::new(StatusCode::CONFLICT, "warehouses_max", &title).into());
        }
        let id = WarehouseId::fresh(now_ms, &random()?).into();
        let warehouse = Warehouse { id, vendor: vendor.to_string(), name, country, main: false };
        store::insert(&mut tx, &warehouse, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// Says how many units of an item lie in a warehouse that is not the main one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not the vendor's, 422 for units that cannot be, 409 `main_warehouse`.
    pub async fn set_stock(
        &self,
        vendor: &VendorId,
        id: &WarehouseId,
        item: &str,
        units: &str,
    ) -> Result<(), Error> {
        let item = Sku::parse(item.trim()).map_err(|_| Error::invalid("item", "no such item"))?;
        let units: i64 = units.trim().parse().map_err(|_| Error::invalid("units", "a whole number"))?;
        if !(0..=SHELF_UNITS_MAX).contains(&units) {
            return Err(Error::invalid("units", format!("0 to {SHELF_UNITS_MAX}")));
        }
        let mut tx = self.db.begin().await?;
        let warehouse = own(store::get(&mut tx, id.as_str()).await?, vendor)?;
        if warehouse.main {
            let problem =
                Problem::new(StatusCode::CONFLICT, "main_warehouse", "The main warehouse holds the rest");
            return Err(problem.detail("Say what lies in the others.").into());
        }
        if !products::sells_item(&mut tx, vendor, &item).await? {
            return Err(Error::invalid("item", "none of your products draws on it"));
        }
        store::set_units(&mut tx, id.as_str(), item.as_str(), units).await?;
        Ok(tx.commit().await?)
    }
}

fn own(warehouse: Option<Warehouse>, vendor: &VendorId) -> Result<Warehouse, Error> {
    warehouse.filter(|warehouse| warehouse.vendor == vendor.as_str()).ok_or(Error::NotFound("warehouse"))
}
