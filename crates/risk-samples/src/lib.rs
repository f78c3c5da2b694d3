//! Orders to score, for tests, fuzzing and benches: an everyday one, and a bot's.

use kiosk_risk::{
    Counters, DeliveryKind, IdentityKeys, OrderFacts, PaymentKind, ScoreRequest, VENDOR_RISK_PPM_PRIOR,
};

/// When all are placed, Unix milliseconds.
pub const NOW_MS: i64 = 1_790_000_000_000;

/// An everyday order of a known customer, which is allowed.
#[must_use]
pub fn ordinary() -> ScoreRequest {
    let order = OrderFacts {
        amount_minor: 4_290,
        currency: "EUR".to_owned(),
        unit_price_minor_max: 2_990,
        item_count: 2,
        sku_count: 2,
        line_quantity_max: 1,
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
    let key = |key: &str| Some(key.to_owned());
    let keys = IdentityKeys { customer: key("c1"), device: key("d1"), address: key("a1"), card: key("k1") };
    ScoreRequest { order, keys, now_ms: NOW_MS }
}

/// A bot that tries stolen cards: cheap, instant, a guest, at a throw-away address. It is refused once its device was seen
/// dozens of times within the hour ([`burst`]).
#[must_use]
pub fn card_testing() -> ScoreRequest {
    let mut request = ordinary();
    let order = &mut request.order;
    (order.amount_minor, order.unit_price_minor_max) = (700, 700);
    (order.item_count, order.sku_count) = (1, 1);
    order.account_age_days = None;
    order.cart_age_s = 6;
    order.disposable_email = true;
    request
}

/// So many orders within the last hour, and none before.
#[must_use]
pub const fn burst(orders: i64, each_minor: i64) -> Counters {
    Counters { count: [orders; 3], amount_minor: [orders * each_minor; 3] }
}
