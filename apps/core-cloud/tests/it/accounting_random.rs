//! Random lives of purchases, told in random order with doubles: the books balance after each, and are empty when all
//! that was paid came back.

use std::collections::BTreeSet;

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::accounting::consumer::Bookkeeper;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, Told};
use kiosk_ids::{OrderId, ProductId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{OrderLine, OrderRecord};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::books::*;
use crate::harness::*;

on_both_databases!(random_purchases_balance);

/// Purchases that are tried on each database.
const PURCHASES: usize = 60;

#[derive(Clone, Debug)]
struct Life {
    /// Vendor, price of a piece, pieces, and how many go with the first parcel.
    lines: Vec<(u8, i64, u32, u32)>,
    delivery: i64,
    currency: usize,
    place: usize,
    /// Whether all comes back.
    returned: bool,
    /// Orders the facts.
    order: Vec<u16>,
    fee: i64,
}

fn life() -> impl Strategy<Value = Life> {
    let line = (0_u8..3, 1_i64..100_000, 1_u32..5).prop_flat_map(|(vendor, price, pieces)| {
        (0..=pieces).prop_map(move |first| (vendor, price, pieces, first))
    });
    let facts = prop::collection::vec(any::<u16>(), 64);
    (prop::collection::vec(line, 1..5), 0_i64..2_000, 0_usize..4, 0_usize..6, any::<bool>(), facts, 0_i64..50)
        .prop_map(|(lines, delivery, currency, place, returned, order, fee)| Life {
            lines,
            delivery,
            currency,
            place,
            returned,
            order,
            fee,
        })
}

const CURRENCIES: [Currency; 4] = [Currency::EUR, Currency::USD, Currency::GBP, Currency::JPY];
const PLACES: [(&str, &str); 6] =
    [("DE", "10"), ("FR", "75"), ("FI", "00"), ("US", "902"), ("GB", "SW"), ("CH", "80")];

impl Life {
    fn money(&self, amount: i64) -> Money {
        Money::new(amount, CURRENCIES[self.currency])
    }

    fn record(&self, name: &str) -> OrderRecord {
        let line = |(vendor, price, pieces, _): &(u8, i64, u32, u32)| OrderLine {
            sku: sku("CUP"),
            product: ProductId::named("test-cup").unwrap(),
            vendor: VendorId::named(&format!("v{vendor}")).unwrap(),
            quantity: *pieces,
            unit_price: self.money(*price),
        };
        let subtotal = self.lines.iter().map(|(_, price, pieces, _)| price * i64::from(*pieces)).sum::<i64>();
        let (country, area) = PLACES[self.place];
        OrderRecord {
            id: OrderId::named(name).unwrap(),
            country: country.to_owned(),
            area: area.to_owned(),
            lines: self.lines.iter().map(line).collect(),
            subtotal: self.money(subtotal),
            delivery: self.money(self.delivery),
            total: self.money(subtotal + self.delivery),
            ..order(name, Vec::new())
        }
    }

    /// Two parcels of each vendor, captured each, and perhaps all of it back; delivery goes with the first parcel.
    fn facts(&self, name: &str) -> Vec<Fact> {
        let mut facts = Vec::new();
        let vendors: BTreeSet<u8> = self.lines.iter().map(|line| line.0).collect();
        let mut delivery = self.delivery;
        for vendor in vendors {
            let of_vendor = format!("v{vendor}");
            for second in [false, true] {
                let mine = (0_u32..).zip(&self.lines).filter(|(_, line)| line.0 == vendor);
                let pieces = mine.map(|(number, (_, price, pieces, first))| {
                    let count = if second { pieces - first } else { *first };
                    (number, count, self.money(price * i64::from(count)))
                });
                let pieces: Vec<_> = pieces.filter(|(_, count, _)| *count > 0).collect();
                if pieces.is_empty() {
                    continue;
                }
                let with = self.money(std::mem::take(&mut delivery));
                let sum = pieces.iter().map(|(_, _, amount)| amount.amount).sum::<i64>() + with.amount;
                facts.push(shipped(name, &of_vendor, units(&pieces), with));
                facts.push(Fact::PaymentCaptured(moved(name, "stripe", self.money(sum), self.fee.min(sum))));
                if self.returned {
                    facts.push(refund_due(name, &of_vendor, units(&pieces), with));
                    facts.push(Fact::PaymentRefunded(moved(name, "stripe", self.money(sum), 0)));
                }
            }
        }
        facts
    }

    /// Its facts in its random order, some of them twice.
    fn told(&self, app: &TestApp, name: &str) -> Vec<Told> {
        let facts = self.facts(name).into_iter().enumerate();
        let mut facts: Vec<(u16, Told)> = facts
            .map(|(number, fact)| {
                (self.order[number % self.order.len()], told(app, &format!("evt_{name}-{number}"), fact))
            })
            .collect();
        let doubles: Vec<_> = facts.iter().filter(|(key, _)| key % 5 == 0).cloned().collect();
        facts.extend(doubles.into_iter().map(|(key, told)| (key.wrapping_mul(31), told)));
        facts.sort_by_key(|(key, _)| *key);
        facts.into_iter().map(|(_, told)| told).collect()
    }
}

async fn random_purchases_balance(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    let mut runner = TestRunner::deterministic();
    let mut kept = 0;
    for number in 0..PURCHASES {
        let life = life().new_tree(&mut runner).unwrap().current();
        let name = format!("r{number}");
        hear(&app, &[told(&app, &format!("evt_{name}"), placed_fact(life.record(&name)))]).await;
        let before = account(&app, Account::VendorPayable).await;
        let facts = life.told(&app, &name);
        for facts in facts.chunks(3) {
            hear(&app, facts).await;
        }
        let receivable = balance(&app, Account::Receivable, &format!("ord_{name}")).await;
        assert_eq!(receivable, 0, "{life:?}");
        let earned = account(&app, Account::VendorPayable).await - before;
        assert_eq!(earned == 0, life.returned, "{life:?}");
        kept += usize::from(!life.returned);
    }
    assert!(kept > 0 && kept < PURCHASES);
    assert_eq!(app.app.services.accounting.find_break().await.unwrap(), None);
    // The sums of the accounts are those of their postings.
    let sums = "SELECT CAST(SUM(amount) AS TEXT) FROM accounting_postings UNION \
                SELECT CAST(SUM(debit) AS TEXT) FROM accounting_balances UNION \
                SELECT CAST(SUM(credit) AS TEXT) FROM accounting_balances";
    assert_eq!(app.column(sums).await.len(), 1);
    let mut tx = app.db.begin().await.unwrap();
    Bookkeeper.apply(&mut tx, &[]).await.unwrap();
}
