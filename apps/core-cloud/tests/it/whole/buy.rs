//! Buying: a cart of several vendors in one of four currencies, paid in one of four ways.

use std::collections::BTreeMap;

use kiosk_ids::{OrderId, ProductId};
use kiosk_money::Money;
use kiosk_wire::{OrderLine, OrderRecord};

use super::market::{CURRENCIES, Known, Market};
use super::stock::GOODS;
use crate::harness::*;
use crate::payments::support::{CAPTURED_ONCE, by_bank};

const PLACES: [(&str, &str); 5] = [("DE", "10"), ("FR", "75"), ("US", "902"), ("GB", "SW"), ("CH", "80")];
/// Cards, with how often they are used: one that always works, one that is declined, one that can be captured once
/// only, one whose webhooks are lost, one whose webhooks come twice, one whose first capture is not answered.
const CARDS: [(usize, &str); 6] = [
    (10, "4242424242424242"),
    (2, "4000000000000002"),
    (1, CAPTURED_ONCE),
    (1, SILENT),
    (2, "4000009900000020"),
    (2, "4000009900000038"),
];

/// The card whose webhooks are lost.
const SILENT: &str = "4000009900000012";

impl Market {
    pub async fn buy(&mut self) {
        let name = self.name("w");
        let place = self.dice.below(2);
        let Some(order) = self.fill_cart(&name, place) else {
            // The POP's leases lapsed, or are used up.
            return self.lease().await;
        };
        let method =
            self.dice.weighted(vec![(8, "card"), (5, "paypal"), (4, "bank_transfer"), (3, "invoice")]);
        let method = method.unwrap();
        let card = self.dice.weighted(CARDS.to_vec()).unwrap();
        let payment = match method {
            "card" | "paypal" => {
                let Some(payment) = self.till.reserve(&name, method, card, order.total).await else {
                    return self.acts.refused("pay");
                };
                self.acts.done("pay");
                payment
            }
            _ => by_bank(&name, method),
        };
        if let (Some(started), true) = (&payment.started, self.dice.once_in(20)) {
            // The commit failed at the POP: what was reserved is given back, and no order is told.
            self.till.gateway(method).cancel(&payment.id, started).await.unwrap();
            return self.acts.done("give up");
        }
        let pop = &mut self.pops[place];
        let order = OrderRecord { payment, ..order };
        let silent = method == "card" && card == SILENT;
        self.live.push(Known { id: order.id.clone(), method, silent, disputes: Vec::new(), acts: 0 });
        let seq = pop.next_seq();
        pop.outbox.push(placed(seq, order.clone()));
        self.acts.done(match method {
            "card" => "place by card",
            "paypal" => "place by paypal",
            "bank_transfer" => "place by bank_transfer",
            _ => "place by invoice",
        });
        self.acts.done(match order.total.currency.code() {
            "EUR" => "place in EUR",
            "USD" => "place in USD",
            "GBP" => "place in GBP",
            _ => "place in JPY",
        });
    }

    fn fill_cart(&mut self, name: &str, place: usize) -> Option<OrderRecord> {
        let currency = self.dice.pick(&CURRENCIES);
        let (mut lines, mut wanted, mut subtotal) = (Vec::new(), BTreeMap::new(), 0);
        for _ in 0..=self.dice.below(4) {
            let (code, vendor, item, units, _) = self.dice.pick(&GOODS);
            let quantity = 1 + u32::try_from(self.dice.below(4)).unwrap();
            let price = if self.dice.once_in(40) { 0 } else { self.dice.between(1, 20_000) };
            lines.push(OrderLine {
                sku: sku(code),
                product: ProductId::named(&code.to_lowercase()).unwrap(),
                vendor: vendor.parse().unwrap(),
                quantity,
                unit_price: Money::new(price, currency),
                list_price: None,
                subsidy: None,
                added_tax: None,
            });
            *wanted.entry(item).or_default() += quantity * units;
            subtotal += price * i64::from(quantity);
        }
        let delivery = if self.dice.once_in(4) { 0 } else { self.dice.between(100, 2_000) };
        // Providers take nothing below their least amount.
        if subtotal + delivery < 100 {
            return None;
        }
        let takes = self.pops[place].take(&wanted, self.till.app.now_ms())?;
        let (country, area) = self.dice.pick(&PLACES);
        let account = self.dice.below(30);
        let review = self.dice.once_in(10);
        Some(OrderRecord {
            id: OrderId::named(name).unwrap(),
            placed_ms: self.till.app.now_ms(),
            country: country.to_owned(),
            area: area.to_owned(),
            account: (account < 20).then(|| format!("account-{account}")),
            lines,
            takes,
            subtotal: Money::new(subtotal, currency),
            delivery: Money::new(delivery, currency),
            total: Money::new(subtotal + delivery, currency),
            fraud: fraud(if review { "review" } else { "allow" }),
            ..order(name, Vec::new())
        })
    }
}
