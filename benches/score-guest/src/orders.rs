//! Orders to score: everyday ones of returning shoppers, and a bot's.

use kiosk_risk::{Counters, History, IdentityKeys, Links, ScoreRequest, Spending, Velocity};
pub use kiosk_risk_samples::NOW_MS;
use kiosk_risk_samples::burst;

/// Shoppers who come again and again.
pub const SHOPPERS: u32 = 2_000;
/// Orders of each of them in the week before.
pub const EARLIER_ORDERS_EACH: u32 = 4;
/// Time between them, in milliseconds.
pub const EARLIER_EACH_MS: i64 = 30 * 3_600_000;
/// Orders of the bot within the last hour.
pub const BOT_ORDERS: u32 = 30;

/// Whom shopper `n` is counted by.
#[must_use]
pub fn keys(shopper: u32) -> IdentityKeys {
    let key = |kind: &str| Some(format!("{kind}-{shopper:064x}"));
    IdentityKeys { customer: key("c"), device: key("d"), address: key("a"), card: key("k") }
}

/// Whom the bot is counted by.
#[must_use]
pub fn bot_keys() -> IdentityKeys {
    IdentityKeys { customer: None, card: None, ..keys(SHOPPERS) }
}

/// The everyday order of a returning shopper.
#[must_use]
pub fn ordinary(n: u32) -> ScoreRequest {
    let mut request = ScoreRequest { keys: keys(n % SHOPPERS), ..kiosk_risk_samples::ordinary() };
    request.order.amount_minor = 2_000 + i64::from(n % 97) * 100;
    request.order.unit_price_minor_max = 1_990;
    request.order.item_count = 1 + n % 4;
    request.order.sku_count = 1 + n % 3;
    request.order.line_quantity_max = 1 + n % 2;
    request
}

/// A bot's order with another card each time. It is refused and the answer explains why, which costs more than the score.
#[must_use]
pub fn card_testing(n: u32) -> ScoreRequest {
    let IdentityKeys { device, address, .. } = bot_keys();
    let keys = IdentityKeys { device, address, ..keys(n % SHOPPERS) };
    ScoreRequest { keys, ..kiosk_risk_samples::card_testing() }
}

/// What is remembered of a shopper: an order each thirty hours of the last week.
#[must_use]
pub fn of_shopper(_: u32) -> History {
    let earlier = i64::from(EARLIER_ORDERS_EACH);
    let all = Counters { count: [0, 0, earlier], amount_minor: [0, 0, 4_000 * earlier] };
    let mut spending = Spending::default();
    for order in (1..=earlier).rev() {
        spending.add(4_000, NOW_MS - order * EARLIER_EACH_MS);
    }
    let links =
        Links { device_customers: 1, address_customers: 1, customer_devices: 1, customer_addresses: 1 };
    let velocity = Velocity { customer: all, device: all, address: all, card: all };
    History { velocity, links, spending, newest_ms: Some(NOW_MS - EARLIER_EACH_MS) }
}

/// What is remembered of the bot.
#[must_use]
pub fn of_bot(_: u32) -> History {
    let all = burst(i64::from(BOT_ORDERS), 700);
    Velocity { device: all, address: all, ..Velocity::default() }.into()
}
