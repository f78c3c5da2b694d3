//! From bytes to what the fraud check takes.

use kiosk_risk::{Counters, DeliveryKind, History, Links, PaymentKind, ScoreRequest, Spending, Velocity};
use kiosk_risk_samples::NOW_MS;

/// Most edits of a file.
const EDITS_MAX: u8 = 16;
const CURRENCIES: [&str; 5] = ["EUR", "USD", "JPY", "XXX", ""];
const DELIVERIES: [DeliveryKind; 4] =
    [DeliveryKind::Standard, DeliveryKind::Express, DeliveryKind::Pickup, DeliveryKind::Unknown];
const PAYMENTS: [PaymentKind; 5] = [
    PaymentKind::Invoice,
    PaymentKind::Card,
    PaymentKind::Wallet,
    PaymentKind::BankTransfer,
    PaymentKind::Unknown,
];

/// What is left of an input; zeros follow its end.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn number(&mut self) -> u32 {
        u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// Small, around a day in milliseconds, or anything.
    fn wide(&mut self) -> i64 {
        match self.byte() % 4 {
            0 => i64::from(self.byte()),
            1 => i64::from(self.number()),
            2 => i64::from(self.number()) << 32 | i64::from(self.number()),
            _ => -i64::from(self.byte()),
        }
    }
}

/// `file` with a few bytes overwritten, inserted or taken away, or cut.
pub fn damage(file: &[u8], bytes: &mut Bytes<'_>) -> Vec<u8> {
    let mut damaged = file.to_vec();
    for _ in 0..bytes.byte() % (EDITS_MAX + 1) {
        let kind = bytes.byte();
        let place = u32::from_be_bytes([0, bytes.byte(), bytes.byte(), bytes.byte()]);
        let place = usize::try_from(place).unwrap_or(0) % (damaged.len() + 1);
        match kind % 4 {
            0 if place < damaged.len() => damaged[place] = bytes.byte(),
            1 => damaged.insert(place, bytes.byte()),
            2 => {
                let end = damaged.len().min(place + 1 + usize::from(bytes.byte()));
                damaged.drain(place..end);
            }
            _ => damaged.truncate(place),
        }
    }
    damaged
}

/// An order that both models allow.
pub fn ordinary() -> ScoreRequest {
    let mut request = kiosk_risk_samples::ordinary();
    request.order.hour_of_day = 15;
    request
}

/// The ordinary order with some of its facts replaced, a bit of the first bytes for each.
pub fn request(bytes: &mut Bytes<'_>) -> ScoreRequest {
    let mut request = ordinary();
    let chosen = bytes.number();
    let order = &mut request.order;
    for fact in (0..16).filter(|fact| chosen >> fact & 1 == 1) {
        match fact {
            0 => order.amount_minor = bytes.wide(),
            1 => order.unit_price_minor_max = bytes.wide(),
            2 => order.currency = CURRENCIES[usize::from(bytes.byte()) % CURRENCIES.len()].to_owned(),
            3 => order.item_count = bytes.number(),
            4 => order.sku_count = bytes.number(),
            5 => order.line_quantity_max = bytes.number(),
            6 => order.bulky = true,
            7 => order.delivery = DELIVERIES[usize::from(bytes.byte()) % DELIVERIES.len()],
            8 => order.payment = PAYMENTS[usize::from(bytes.byte()) % PAYMENTS.len()],
            9 => order.hour_of_day = bytes.byte(),
            10 => order.account_age_days = (bytes.byte() > 0).then(|| bytes.number()),
            11 => order.cart_age_s = bytes.number(),
            12 => order.billing_is_shipping = false,
            13 => order.disposable_email = true,
            14 => order.discount_percent = bytes.byte(),
            _ => request.now_ms = bytes.wide(),
        }
    }
    if chosen >> 16 & 1 == 1 {
        request.keys.device = None;
    }
    if chosen >> 17 & 1 == 1 {
        request.order.vendor_risk_ppm = bytes.number();
    }
    request
}

/// What is remembered, part by part.
pub fn history(bytes: &mut Bytes<'_>) -> History {
    let mut velocity = Velocity::default();
    let chosen = bytes.byte();
    let counted = [&mut velocity.customer, &mut velocity.device, &mut velocity.address, &mut velocity.card];
    for (place, counters) in counted.into_iter().enumerate() {
        if chosen >> place & 1 == 1 {
            let mut three = || [bytes.wide(), bytes.wide(), bytes.wide()];
            *counters = Counters { count: three(), amount_minor: three() };
        }
    }
    let mut history = History::from(velocity);
    if chosen >> 4 & 1 == 1 {
        history.links = Links {
            device_customers: bytes.wide(),
            address_customers: bytes.wide(),
            customer_devices: bytes.wide(),
            customer_addresses: bytes.wide(),
        };
    }
    if chosen >> 5 & 1 == 1 {
        let mut spending = Spending::default();
        for _ in 0..bytes.byte() % 32 {
            let at_ms = if bytes.byte().is_multiple_of(2) { NOW_MS - bytes.wide() } else { bytes.wide() };
            spending.add(bytes.wide(), at_ms);
        }
        history.spending = spending;
    }
    if chosen >> 6 & 1 == 1 {
        history.newest_ms = Some(NOW_MS.saturating_add(bytes.wide()));
    }
    history
}
