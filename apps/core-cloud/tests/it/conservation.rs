//! Invariant I2 under random operations: after each, stock is conserved, nothing is granted or sold twice.

use std::collections::BTreeMap;

use core_cloud::modules::imports::formats::Format;
use core_cloud::modules::inventory::escrow::Kind;
use core_cloud::modules::inventory::service::open_account;
use kiosk_ids::PopId;
use kiosk_money::{Currency, Money};
use kiosk_wire::{
    CLOCK_SKEW_MS_MAX, DiscountUse, Event, EventAck, GiftCardUse, LeaseAsk, LeaseState, OrderRecord,
    StockTake,
};

use crate::harness::*;

on_both_databases!(stock_is_conserved);

const ITEMS: [&str; 5] = ["A", "B", "C", "dsc_d", "gft_g"];
/// Those of them that are goods; the others are a discount's budget and a gift card's balance.
const GOODS: [&str; 3] = ["A", "B", "C"];
/// Units of each of the others, from the start.
const UNITS: i64 = 400;
const SEEDS: u64 = 6;
const STEPS: u32 = 80;

/// SplitMix64: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// What an honest POP knows of one item.
#[derive(Clone, Copy, Default)]
struct Known {
    epoch: u64,
    granted: u64,
    used: u64,
}

/// An honest POP: sells what it knows to be granted, honours the expiry, and delivers late or twice.
struct Pop {
    id: &'static str,
    database: String,
    known: BTreeMap<&'static str, Known>,
    outbox: Vec<Event>,
    lease_until_ms: i64,
}

impl Pop {
    fn new(id: &'static str, number: u32) -> Self {
        let database = format!("db-{number}");
        Self { id, database, known: BTreeMap::new(), outbox: Vec::new(), lease_until_ms: 0 }
    }

    fn next_seq(&self) -> u64 {
        self.outbox.len() as u64 + 1
    }

    fn learn(&mut self, item: &'static str, state: &LeaseState) {
        let known = self.known.entry(item).or_default();
        if state.epoch > known.epoch {
            *known = Known { epoch: state.epoch, granted: state.granted, used: 0 };
        } else if state.epoch == known.epoch {
            known.granted = known.granted.max(state.granted);
        }
    }

    async fn ask(&mut self, app: &TestApp, random: &mut Random) {
        let item = ITEMS[random.below(5) as usize];
        let known = self.known.get(item).copied().unwrap_or_default();
        let units = random.below(12) as u32;
        let ask = LeaseAsk { whole: random.below(3) == 0, ..ask(item, known.epoch, known.granted, units) };
        let reply = app.ask_all(self.id, &self.database, vec![ask]).await;
        if random.below(5) == 0 {
            return; // The answer was lost.
        }
        self.lease_until_ms = reply.expires_ms - CLOCK_SKEW_MS_MAX;
        for state in reply.leases.iter().chain(&reply.fenced) {
            let item = ITEMS.iter().find(|item| **item == state.item.as_str()).unwrap();
            self.learn(item, state);
        }
    }

    /// Sells, or gives back, some of what it may.
    fn use_units(&mut self, now_ms: i64, random: &mut Random) -> u64 {
        let item = ITEMS[random.below(5) as usize];
        let seq = self.next_seq();
        let Some(known) = self.known.get_mut(item) else { return 0 };
        let may = known.granted - known.used;
        if may == 0 || now_ms >= self.lease_until_ms {
            return 0;
        }
        let units = random.below(may) + 1;
        known.used += units;
        let take = take(item, known.epoch, units as u32);
        if random.below(3) == 0 {
            self.outbox.push(returned(seq, take));
            return 0;
        }
        let name = format!("{}-{}-{seq}", self.id, self.database);
        self.outbox.push(placed(seq, order_taking(&name, take)));
        // Spent is not sold.
        if GOODS.contains(&item) { units } else { 0 }
    }

    /// Delivers a part of its outbox, again and again the same events too.
    async fn deliver(&self, app: &TestApp, applied: u64, random: &mut Random) -> u64 {
        let from = applied.saturating_sub(random.below(4)) as usize;
        let to = (applied + random.below(6)).min(self.outbox.len() as u64) as usize;
        let ack: EventAck = app.deliver(self.id, &self.database, self.outbox[from..to].to_vec()).await.ok();
        ack.applied_through
    }

    async fn deliver_all(&self, app: &TestApp) {
        for events in self.outbox.chunks(200) {
            app.deliver(self.id, &self.database, events.to_vec()).await.ok::<EventAck>();
        }
    }
}

/// An order that takes goods, or a part of a discount's budget or a gift card.
fn order_taking(name: &str, take: StockTake) -> OrderRecord {
    let amount = Money::new(i64::from(take.units), Currency::EUR);
    let mut order = order(name, Vec::new());
    match take.item.as_str() {
        "dsc_d" => {
            order.discounts =
                vec![DiscountUse { discount: "dsc_d".parse().unwrap(), amount, take: Some(take) }]
        }
        "gft_g" => order.gift_cards = vec![GiftCardUse { card: "gft_g".parse().unwrap(), amount, take }],
        _ => return crate::harness::order(name, vec![take]),
    }
    order
}

async fn stock_is_conserved(app: TestApp) {
    let mut tx = app.db.begin().await.unwrap();
    for (name, kind) in [("dsc_d", Kind::Budget), ("gft_g", Kind::GiftCard)] {
        open_account(&mut tx, name, kind, UNITS).await.unwrap();
    }
    tx.commit().await.unwrap();
    for seed in 0..SEEDS {
        // Each seed restocks, and goes on with new databases of the POPs.
        run_seed(&app, seed).await;
    }
}

async fn run_seed(app: &TestApp, seed: u64) {
    let mut random = Random(seed);
    let mut imported: i64 = 40 + 10 * i64::try_from(seed).unwrap();
    restock(app, imported).await;
    let mut databases = u32::try_from(seed).unwrap() * 1_000;
    let mut pops = vec![Pop::new("eu-1", databases), Pop::new("us-1", databases)];
    let mut applied = [0, 0];
    let sold_before = total_sold(app).await;
    let mut sold = 0;
    for step in 0..STEPS {
        let which = random.below(2) as usize;
        match random.below(20) {
            0..=6 => pops[which].ask(app, &mut random).await,
            7..=12 => sold += pops[which].use_units(app.now_ms(), &mut random),
            13..=16 => applied[which] = pops[which].deliver(app, applied[which], &mut random).await,
            17 => {
                imported += i64::try_from(random.below(20)).unwrap() - 8;
                restock(app, imported).await;
            }
            18 => app.advance_ms(i64::try_from(random.below(3_000_000)).unwrap()),
            _ => {
                // The POP's disk is gone, but its last words arrive; an operator writes the old database off.
                pops[which].deliver_all(app).await;
                databases += 1;
                let id = pops[which].id;
                pops[which] = Pop::new(id, databases);
                applied[which] = 0;
                app.advance_ms(i64::from(LEASE_TTL_S) * 1_000 + CLOCK_SKEW_MS_MAX + 1);
                let _ = app.app.services.sync.write_off(&PopId::parse(id).unwrap(), None).await;
            }
        }
        check(app, seed, step).await;
    }
    for pop in &pops {
        pop.deliver_all(app).await;
    }
    check(app, seed, STEPS).await;
    assert_eq!(total_sold(app).await - sold_before, i64::try_from(sold).unwrap(), "seed {seed}");
    let (_, attention) = app.app.services.orders.count_orders().await.unwrap();
    assert_eq!(attention, 0, "seed {seed}: honest POPs oversold");
}

async fn restock(app: &TestApp, units: i64) {
    let units = units.max(0);
    let report = app.import(Format::KioskJsonl, &catalogue(&GOODS.map(|item| (item, units)))).await;
    assert_eq!(report.refused, 0, "{report:?}");
}

async fn total_sold(app: &TestApp) -> i64 {
    app.app.services.inventory.get_totals().await.unwrap().1.sold
}

/// I2, and that the accounts are what is leased.
async fn check(app: &TestApp, seed: u64, step: u32) {
    for item in ITEMS {
        let (available, leased, sold) = app.stock(item).await;
        assert!(available >= 0 && leased >= 0 && sold >= 0, "seed {seed} step {step}");
        let accounts = app.app.services.inventory.list_leases(&[item]).await.unwrap();
        let held: i64 = accounts.iter().map(|lease| lease.account.rest()).sum();
        assert_eq!(held, leased, "seed {seed} step {step} item {item}");
        let fixed = GOODS.contains(&item) || available + leased + sold == UNITS;
        assert!(fixed, "seed {seed} step {step} item {item}");
    }
}
