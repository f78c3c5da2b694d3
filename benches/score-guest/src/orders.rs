//! Orders to score: everyday ones of returning shoppers, and a bot's.

use kiosk_risk::{
    Counters, DeliveryKind, History, IdentityKeys, Links, OrderFacts, PaymentKind, ScoreRequest, Spending,
    VENDOR_RISK_PPM_PRIOR, Velocity,
};

/// Shoppers who come again and again.
pub const SHOPPERS: u32 = 2_000;
/// Orders of each of them in the week before.
pub const EARLIER_ORDERS_EACH: u32 = 4;
/// Time between them, in milliseconds.
pub const EARLIER_EACH_MS: i64 = 30 * 3_600_000;
/// Orders of the bot within the last hour.
pub const BOT_ORDERS: u32 = 30;
/// When all are placed, Unix milliseconds.
pub const NOW_MS: i64 = 1_790_000_000_000;

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
    let order = OrderFacts {
        amount_minor: 2_000 + i64::from(n % 97) * 100,
        currency: "EUR".to_owned(),
        unit_price_minor_max: 1_990,
        item_count: 1 + n % 4,
        sku_count: 1 + n % 3,
        line_quantity_max: 1 + n % 2,
        bulky: false,
        delivery: DeliveryKind::Standard,
        payment: PaymentKind::Card,
        hour_of_day: 19,
        account_age_days: Some(400),
        cart_age_s: 380,
        billing_is_shipping: true,
        disposable_email: false,
        discount_percent: 0,
        vendor_risk_ppm: VENDOR_RISK_PPM_PRIOR,
    };
    ScoreRequest { order, keys: keys(n % SHOPPERS), now_ms: NOW_MS }
}

/// A bot that tries stolen cards: cheap, instant, a guest, its device seen dozens of times within the hour. It is
/// refused and the answer explains why, which costs more than the score.
#[must_use]
pub fn card_testing(n: u32) -> ScoreRequest {
    let mut request = ordinary(n);
    request.order.amount_minor = 700;
    request.order.unit_price_minor_max = 700;
    request.order.item_count = 1;
    request.order.sku_count = 1;
    request.order.account_age_days = None;
    request.order.cart_age_s = 6;
    request.order.disposable_email = true;
    request.keys.device = bot_keys().device;
    request.keys.address = bot_keys().address;
    request
}

fn counted(orders: i64, each_minor: i64) -> Counters {
    Counters { count: [orders; 3], amount_minor: [orders * each_minor; 3] }
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
    let all = counted(i64::from(BOT_ORDERS), 700);
    Velocity { device: all, address: all, ..Velocity::default() }.into()
}
