//! Random lives of purchases, told in random order with doubles: the books balance after each, and are empty when all
//! that was paid came back. Some have discounts that the marketplace bears, tax that was added, and gift cards.

use std::collections::BTreeMap;

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::accounting::consumer::Bookkeeper;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, GiftCardMoved, Told};
use core_cloud::modules::orders::service::delivery_shares;
use kiosk_ids::{OrderId, ProductId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{GiftCardUse, OrderLine, OrderRecord};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::books::*;
use crate::harness::*;

on_both_databases!(random_purchases_balance);

/// Purchases that are tried on each database.
const PURCHASES: usize = 60;
/// The gift card of all of them.
const CARD: &str = "gft_r";

#[derive(Clone, Debug)]
struct Bought {
    vendor: u8,
    /// Of one piece, after discounts, without added tax.
    price: i64,
    pieces: u32,
    /// How many go with the first parcel.
    first: u32,
    /// Off one piece.
    discount: i64,
    /// Whether the marketplace bears that.
    borne: bool,
    /// Of one piece, where it is added.
    tax: i64,
}

#[derive(Clone, Debug)]
struct Life {
    lines: Vec<Bought>,
    delivery: i64,
    /// Whether tax is added to prices.
    taxed: bool,
    /// What a gift card pays, of a hundred.
    by_card: i64,
    currency: usize,
    place: usize,
    /// Whether all comes back.
    returned: bool,
    /// Orders the facts.
    order: Vec<u16>,
    fee: i64,
}

fn bought() -> impl Strategy<Value = Bought> {
    let price = prop_oneof![1 => Just(0_i64), 9 => 1_i64..100_000];
    let off = prop_oneof![Just(0_i64), 1_i64..5_000];
    (0_u8..3, price, 1_u32..5, off, any::<bool>(), 0_i64..500).prop_flat_map(
        |(vendor, price, pieces, discount, borne, tax)| {
            (0..=pieces).prop_map(move |first| Bought { vendor, price, pieces, first, discount, borne, tax })
        },
    )
}

fn life() -> impl Strategy<Value = Life> {
    let facts = prop::collection::vec(any::<u16>(), 64);
    let paid = (any::<bool>(), prop_oneof![Just(0_i64), 0_i64..=100]);
    let place = (0_usize..4, 0_usize..6);
    (prop::collection::vec(bought(), 1..5), 0_i64..2_000, paid, place, any::<bool>(), facts, 0_i64..50)
        .prop_map(|(lines, delivery, (taxed, by_card), (currency, place), returned, order, fee)| Life {
            lines,
            delivery,
            taxed,
            by_card,
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

    /// What the customer pays for a piece.
    fn unit(&self, line: &Bought) -> i64 {
        line.price + if self.taxed { line.tax } else { 0 }
    }

    fn total(&self) -> i64 {
        self.lines.iter().map(|line| self.unit(line) * i64::from(line.pieces)).sum::<i64>() + self.delivery
    }

    fn gift(&self) -> i64 {
        self.total() * self.by_card / 100
    }

    /// What the marketplace owes vendors for its discounts.
    fn borne(&self) -> i64 {
        let borne = self.lines.iter().filter(|line| line.borne);
        borne.map(|line| line.discount * i64::from(line.pieces)).sum()
    }

    /// Tax that was added to all of it.
    fn added_tax(&self) -> i64 {
        self.lines.iter().map(|line| line.tax * i64::from(line.pieces)).sum::<i64>() + self.delivery / 10
    }

    fn record(&self, name: &str) -> OrderRecord {
        let line = |line: &Bought| OrderLine {
            sku: sku("CUP"),
            product: ProductId::named("test-cup").unwrap(),
            vendor: VendorId::named(&format!("v{}", line.vendor)).unwrap(),
            quantity: line.pieces,
            unit_price: self.money(self.unit(line)),
            list_price: (line.discount > 0).then(|| self.money(line.price + line.discount)),
            subsidy: (line.borne && line.discount > 0).then(|| self.money(line.discount)),
            added_tax: self.taxed.then(|| self.money(line.tax)),
        };
        let (country, area) = PLACES[self.place];
        let gift = self.gift();
        let units = u32::try_from(gift).unwrap();
        let used =
            GiftCardUse { card: CARD.parse().unwrap(), amount: self.money(gift), take: take(CARD, 1, units) };
        OrderRecord {
            id: OrderId::named(name).unwrap(),
            country: country.to_owned(),
            area: area.to_owned(),
            lines: self.lines.iter().map(line).collect(),
            subtotal: self.money(self.total() - self.delivery),
            delivery: self.money(self.delivery),
            delivery_tax: self.taxed.then(|| self.money(self.delivery / 10)),
            discounts: Vec::new(),
            gift_cards: if gift > 0 { vec![used] } else { Vec::new() },
            total: self.money(self.total()),
            ..order(name, Vec::new())
        }
    }

    /// Two parcels of each vendor, captured each as far as the gift card does not pay, and perhaps all of it back.
    /// Delivery goes with each vendor's first parcel.
    fn facts(&self, name: &str) -> Vec<Fact> {
        let record = self.record(name);
        let shares = delivery_shares(&record).into_iter();
        let mut shares: BTreeMap<String, i64> =
            shares.map(|(vendor, share)| (vendor.to_string(), share)).collect();
        let mut by_card = self.gift();
        let card = |amount| GiftCardMoved { card: CARD.parse().unwrap(), order: record.id.clone(), amount };
        let mut facts = Vec::new();
        if by_card > 0 {
            facts.push(Fact::GiftCardRedeemed(card(self.money(by_card))));
            if self.returned {
                facts.push(Fact::GiftCardRefunded(card(self.money(by_card))));
            }
        }
        for vendor in 0..3 {
            let of_vendor = format!("v{vendor}");
            for second in [false, true] {
                let mine = (0_u32..).zip(&self.lines).filter(|(_, line)| line.vendor == vendor);
                let pieces = mine.map(|(number, line)| {
                    let count = if second { line.pieces - line.first } else { line.first };
                    (number, count, self.money(self.unit(line) * i64::from(count)))
                });
                let pieces: Vec<_> = pieces.filter(|(_, count, _)| *count > 0).collect();
                if pieces.is_empty() {
                    continue;
                }
                let share = shares.get_mut(&format!("ven_{of_vendor}")).map(std::mem::take);
                let with = self.money(share.unwrap_or_default());
                let sum = pieces.iter().map(|(_, _, amount)| amount.amount).sum::<i64>() + with.amount;
                let paid = sum - by_card.min(sum);
                by_card -= sum - paid;
                facts.push(shipped(name, &of_vendor, units(&pieces), with));
                if self.returned {
                    facts.push(refund_due(name, &of_vendor, units(&pieces), with));
                }
                if paid > 0 {
                    let fee = self.fee.min(paid);
                    facts.push(Fact::PaymentCaptured(moved(name, "stripe", self.money(paid), fee)));
                }
                if paid > 0 && self.returned {
                    facts.push(Fact::PaymentRefunded(moved(name, "stripe", self.money(paid), 0)));
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

/// Debits less credits of the accounts that purchases are compared by.
async fn standing(app: &TestApp) -> [i64; 4] {
    let accounts = [Account::VendorPayable, Account::TaxPayable, Account::Discounts, Account::GiftCards];
    let mut sums = [0; 4];
    for (sum, kind) in sums.iter_mut().zip(accounts) {
        *sum = account(app, kind).await;
    }
    sums
}

async fn random_purchases_balance(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    let mut runner = TestRunner::deterministic();
    let mut kept = 0;
    for number in 0..PURCHASES {
        let life = life().new_tree(&mut runner).unwrap().current();
        let name = format!("r{number}");
        hear(&app, &[told(&app, &format!("evt_{name}"), placed_fact(life.record(&name)))]).await;
        let before = standing(&app).await;
        let facts = life.told(&app, &name);
        for facts in facts.chunks(3) {
            hear(&app, facts).await;
        }
        let receivable = balance(&app, Account::Receivable, &format!("ord_{name}")).await;
        assert_eq!(receivable, 0, "{life:?}");
        let after = standing(&app).await;
        let [earned, taxed, borne, by_cards] = [0, 1, 2, 3].map(|place| after[place] - before[place]);
        if life.returned {
            assert_eq!([earned, taxed, borne, by_cards], [0; 4], "{life:?}");
        } else {
            assert_eq!((borne, by_cards), (life.borne(), life.gift()), "{life:?}");
            assert!(earned <= -borne, "vendors have what the marketplace bears: {life:?}");
            if life.taxed {
                assert_eq!(taxed, -life.added_tax(), "{life:?}");
            }
        }
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
