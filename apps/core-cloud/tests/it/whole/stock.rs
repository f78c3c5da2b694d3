//! Goods: the catalogue, what POPs lease and sell, and what comes in.

use std::collections::BTreeMap;

use core_cloud::modules::imports::formats::Format;
use kiosk_ids::PopId;
use kiosk_wire::{CLOCK_SKEW_MS_MAX, Event, EventBatch, LeaseRequest, StockTake};
use serde_json::{Value, json};

use super::market::{Market, VENDORS};
use crate::harness::*;

/// What is sold: SKU, vendor, stock item, units of it, whether it goes by freight.
pub const GOODS: [(&str, &str, &str, u32, bool); 9] = [
    ("CUP", "ven_berlin", "CUP", 1, false),
    ("CUPS-4", "ven_berlin", "CUP", 4, false),
    ("SOFA", "ven_berlin", "SOFA", 1, true),
    ("BOOK", "ven_lyon", "BOOK", 1, false),
    ("PEN", "ven_lyon", "PEN", 1, false),
    ("LAMP", "ven_austin", "LAMP", 1, false),
    ("DESK", "ven_austin", "DESK", 1, true),
    ("VASE", "ven_leeds", "VASE", 1, false),
    ("RARE", "ven_leeds", "RARE", 1, false),
];
pub const ITEMS: [&str; 8] = ["CUP", "SOFA", "BOOK", "PEN", "LAMP", "DESK", "VASE", "RARE"];
/// Units of each item to begin with; of `RARE` there are few.
const STOCK: i64 = 2_000;
const RARE_STOCK: i64 = 12;
const UNITS_LEASED_AT_ONCE: u32 = 60;

/// What was brought in, and what of it is with us again.
#[derive(Default)]
pub struct Shelves {
    pub imported: BTreeMap<&'static str, i64>,
    /// Units of parcels that came back unopened and can be sold again.
    pub taken_back: BTreeMap<String, i64>,
}

#[derive(Clone, Copy, Default)]
struct Lease {
    epoch: u64,
    granted: u64,
    used: u64,
}

/// An honest POP: it sells what it knows to be granted, and tells it late and twice.
pub struct Pop {
    pub id: PopId,
    leases: BTreeMap<&'static str, Lease>,
    until_ms: i64,
    /// All its events; the core has those before `applied`.
    pub outbox: Vec<Event>,
    pub applied: usize,
}

impl Pop {
    pub fn new(id: &str) -> Self {
        let (leases, outbox) = (BTreeMap::new(), Vec::new());
        Self { id: PopId::parse(id).unwrap(), leases, until_ms: 0, outbox, applied: 0 }
    }

    pub fn next_seq(&self) -> u64 {
        self.outbox.len() as u64 + 1
    }

    /// Takes units of its leases, all or none.
    pub fn take(&mut self, wanted: &BTreeMap<&'static str, u32>, now_ms: i64) -> Option<Vec<StockTake>> {
        let fits = |(item, units): (&&'static str, &u32)| {
            self.leases.get(item).is_some_and(|lease| lease.granted - lease.used >= u64::from(*units))
        };
        if now_ms >= self.until_ms || !wanted.iter().all(fits) {
            return None;
        }
        let mut takes = Vec::new();
        for (item, units) in wanted {
            let lease = self.leases.get_mut(item).unwrap();
            lease.used += u64::from(*units);
            takes.push(take(item, lease.epoch, *units));
        }
        Some(takes)
    }
}

impl Market {
    pub async fn stock_up(&mut self) {
        for item in ITEMS {
            self.shelves.imported.insert(item, if item == "RARE" { RARE_STOCK } else { STOCK });
        }
        self.import().await;
    }

    /// More of something, or less.
    pub async fn restock(&mut self) {
        let item = self.dice.pick(&ITEMS);
        let change = self.dice.between(-5, if item == "RARE" { 9 } else { 400 });
        let units = self.shelves.imported.get_mut(item).unwrap();
        *units = (*units + change).max(0);
        self.import().await;
        self.acts.done("restock");
    }

    async fn import(&mut self) {
        let vendors = VENDORS.map(|(id, country, ..)| {
            json!({"type": "vendor", "id": id, "name": id, "region": country, "about": ""})
        });
        let category = json!({"type": "category", "slug": "things", "name": "Things", "parent": null, "position": 1, "blurb": ""});
        let products = GOODS.iter().map(|(sku, vendor, item, units, bulky)| {
            let own = sku == item;
            let mut entry = product(sku, if own { self.shelves.imported[item] } else { 0 });
            entry["vendor"] = json!(vendor);
            entry["bulky"] = json!(bulky);
            entry["variants"][0]["stock_item"] = if own { Value::Null } else { json!(item) };
            entry["variants"][0]["stock_units"] = json!(units);
            entry
        });
        let entries: Vec<Value> = vendors.into_iter().chain([category]).chain(products).collect();
        let lines: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
        let report = self.till.app.import(Format::KioskJsonl, &lines).await;
        assert_eq!(report.refused, 0, "{report:?}");
    }

    /// A POP renews its leases and asks for more; the answer may be lost.
    pub async fn lease(&mut self) {
        let now_ms = self.till.app.now_ms();
        let lost = self.dice.once_in(10);
        let item = self.dice.pick(&ITEMS);
        let pop = &mut self.pops[self.dice.below(2)];
        let known = pop.leases.get(item).copied().unwrap_or_default();
        // Now and then it gives some back.
        if known.granted > known.used && self.dice.once_in(6) && now_ms < pop.until_ms {
            let units = 1 + self.dice.below(usize::try_from(known.granted - known.used).unwrap());
            let units = u32::try_from(units).unwrap();
            pop.leases.get_mut(item).unwrap().used += u64::from(units);
            let seq = pop.next_seq();
            pop.outbox.push(returned(seq, take(item, known.epoch, units)));
        }
        let asks = ITEMS.map(|item| {
            let known = pop.leases.get(item).copied().unwrap_or_default();
            let rest = u32::try_from(known.granted - known.used).unwrap();
            ask(item, known.epoch, known.granted, UNITS_LEASED_AT_ONCE.saturating_sub(rest))
        });
        let request =
            LeaseRequest { incarnation: "db".to_owned(), last_seq: 0, fence: 0, asks: asks.to_vec() };
        let sync = &self.till.app.app.services.sync;
        let reply = self.acts.note("lease", sync.grant_leases(&pop.id, &request).await).unwrap();
        if lost {
            return;
        }
        pop.until_ms = reply.expires_ms - CLOCK_SKEW_MS_MAX;
        for state in &reply.leases {
            let item = *ITEMS.iter().find(|item| **item == state.item.as_str()).unwrap();
            let known = pop.leases.entry(item).or_default();
            (known.epoch, known.granted) = (state.epoch, known.granted.max(state.granted));
        }
    }

    /// A POP tells the core what happened, some of it again.
    pub async fn tell_core(&mut self) {
        let place = self.dice.below(2);
        let (behind, ahead) = (self.dice.below(4), 1 + self.dice.below(6));
        self.tell(place, behind, ahead).await;
    }

    pub async fn tell(&mut self, place: usize, behind: usize, ahead: usize) {
        let pop = &mut self.pops[place];
        let from = pop.applied.saturating_sub(behind);
        let to = (pop.applied + ahead).min(pop.outbox.len());
        let batch = EventBatch { incarnation: "db".to_owned(), events: pop.outbox[from..to].to_vec() };
        let sync = &self.till.app.app.services.sync;
        let ack = self.acts.note("tell the core", sync.apply_events(&pop.id, &batch).await).unwrap();
        pop.applied = usize::try_from(ack.applied_through).unwrap();
        for event in &pop.outbox[from..to] {
            if let kiosk_wire::EventBody::OrderPlaced(order) = &event.body {
                self.touched.push(order.id.clone());
            }
        }
    }
}
