//! Discounts and gift cards of the scripted core.

use http::Method;
use kiosk_ids::{DiscountId, GiftCardId, Sku};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, Discount, DiscountBudget, DiscountRate, GiftCard};
use serde_json::{Value, json};

use super::core::Stock;
use super::{Cart, FakeCore, Reply, TestPop};

/// The code of a gift card that [`FakeCore::issue`] issued.
pub const CARD_CODE: &str = "ABCD-EFGH-JKLM-NPQR";

/// A discount that runs for ever and applies of itself.
pub fn discount(name: &str, rate: DiscountRate) -> Discount {
    Discount {
        id: DiscountId::named(name).unwrap(),
        code: None,
        name: name.to_owned(),
        vendor: None,
        categories: vec![],
        products: vec![],
        rate,
        goods_min: None,
        from_ms: 0,
        until_ms: 1 << 50,
        budget: None,
    }
}

/// The same for whoever types `code`, with a budget of euro cents.
pub fn coded(name: &str, code: &str, rate: DiscountRate) -> Discount {
    let item = Sku::parse(&format!("BUDGET-{}", name.to_uppercase())).unwrap();
    let budget = DiscountBudget { item, currency: Some(Currency::EUR) };
    Discount { code: Some(code.to_owned()), budget: Some(budget), ..discount(name, rate) }
}

pub fn percent(percent: u32) -> DiscountRate {
    DiscountRate::Share { ppm: percent * 10_000 }
}

pub fn euros_off(cents: i64) -> DiscountRate {
    DiscountRate::Amount { amount: Money::new(cents, Currency::EUR) }
}

/// A gift card in euros with this code.
pub fn gift_card(name: &str, code: &str) -> GiftCard {
    GiftCard {
        id: GiftCardId::named(name).unwrap(),
        code_hash: GiftCard::hash_of(code),
        item: Sku::parse(&format!("CARD-{}", name.to_uppercase())).unwrap(),
        currency: Currency::EUR,
        until_ms: 1 << 50,
        active: true,
    }
}

impl FakeCore {
    /// Starts a discount whose budget has `units`.
    pub fn offer(&self, discount: Discount, units: u64) {
        self.with(|state| {
            if let Some(budget) = &discount.budget {
                let stock = Stock { available: units, epoch: 1, granted: 0 };
                state.stock.entry(budget.item.to_string()).or_insert(stock);
            }
            state.feed.push(Change::Discount(Box::new(discount)));
        });
    }

    /// Issues a gift card with a balance in minor units.
    pub fn issue(&self, card: GiftCard, balance: u64) {
        self.with(|state| {
            let stock = Stock { available: balance, epoch: 1, granted: 0 };
            state.stock.insert(card.item.to_string(), stock);
            state.feed.push(Change::GiftCard(card));
        });
    }
}

impl TestPop {
    /// Hears of what the core has changed, and leases what runs.
    pub async fn hear(&self) {
        self.host.clock.advance_ms(6_000);
        self.tick_until_quiet().await;
        self.host.clock.advance_ms(6_000);
        self.tick_until_quiet().await;
    }

    pub async fn put_code(&self, cart: &Cart, code: &str) -> Reply {
        self.of_cart(Method::PUT, cart, "code", Some(json!({ "code": code }))).await
    }

    pub async fn put_gift_card(&self, cart: &Cart, code: &str) -> Reply {
        self.of_cart(Method::PUT, cart, "gift-cards", Some(json!({ "code": code }))).await
    }

    /// Calls an address of a cart with its token.
    pub async fn of_cart(&self, method: Method, cart: &Cart, rest: &str, body: Option<Value>) -> Reply {
        let path = format!("/v1/carts/{}/{rest}", cart.id);
        self.call(method, &path, Some(&cart.token), &[], body).await
    }
}
