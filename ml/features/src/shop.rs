//! Orders of Kiosk's own recipe (`ml/fraud/recipe.py`), through the very memory that a POP keeps: its table on SQLite.

use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};

use anyhow::Context as _;
use futures::executor::block_on;
use kiosk_edge_platform::Database as _;
use kiosk_edge_platform::native::NativeDb;
use kiosk_pop_store::velocity;
use kiosk_risk::{
    DeliveryKind, FEATURES_MAX, FeatureSpec, GENUINE_AFTER_MS, IdentityKeys, OrderFacts, PaymentKind, Placed,
    ScoreRequest, VENDOR_WINDOW_MS, features, vendor_risk_ppm,
};
use serde::Deserialize;

/// Orders after which old rows are removed, as the tick of a POP does.
const PRUNE_EVERY: usize = 2_000;

/// An order, as the recipe writes it.
#[derive(Deserialize)]
struct Row {
    at_ms: i64,
    amount_minor: i64,
    unit_price_minor_max: i64,
    item_count: u32,
    sku_count: u32,
    line_quantity_max: u32,
    bulky: u8,
    delivery: DeliveryKind,
    payment: PaymentKind,
    hour_of_day: u8,
    account_age_days: Option<u32>,
    cart_age_s: u32,
    billing_differs: u8,
    disposable_email: u8,
    discount_percent: u8,
    vendor: String,
    /// When somebody says that it is fraud, Unix milliseconds.
    reported_ms: Option<i64>,
    customer: Option<String>,
    device: Option<String>,
    address: Option<String>,
    card: Option<String>,
}

impl Row {
    fn request(self, vendor_risk_ppm: u32) -> ScoreRequest {
        let order = OrderFacts {
            amount_minor: self.amount_minor,
            currency: "EUR".to_owned(),
            unit_price_minor_max: self.unit_price_minor_max,
            item_count: self.item_count,
            sku_count: self.sku_count,
            line_quantity_max: self.line_quantity_max,
            bulky: self.bulky != 0,
            delivery: self.delivery,
            payment: self.payment,
            hour_of_day: self.hour_of_day,
            account_age_days: self.account_age_days,
            cart_age_s: self.cart_age_s,
            billing_is_shipping: self.billing_differs == 0,
            disposable_email: self.disposable_email != 0,
            discount_percent: self.discount_percent,
            vendor_risk_ppm,
        };
        let keys = IdentityKeys {
            customer: self.customer,
            device: self.device,
            address: self.address,
            card: self.card,
        };
        ScoreRequest { order, keys, now_ms: self.at_ms }
    }
}

/// What is known of vendors, counted as the core does.
#[derive(Default)]
struct Vendors {
    /// When each of a vendor's orders was placed and, if so, reported.
    orders: HashMap<String, VecDeque<(i64, Option<i64>)>>,
}

impl Vendors {
    /// What the vendor of an order is known for before it.
    fn risk_ppm(&mut self, row: &Row) -> u32 {
        let now_ms = row.at_ms;
        let orders = self.orders.entry(row.vendor.clone()).or_default();
        while orders.front().is_some_and(|(placed_ms, _)| *placed_ms <= now_ms - VENDOR_WINDOW_MS) {
            orders.pop_front();
        }
        let (mut genuine, mut fraud) = (0, 0);
        for (placed_ms, reported_ms) in &*orders {
            if reported_ms.is_some_and(|reported_ms| reported_ms <= now_ms) {
                fraud += 1;
            } else if *placed_ms <= now_ms - GENUINE_AFTER_MS {
                genuine += 1;
            }
        }
        orders.push_back((now_ms, row.reported_ms));
        vendor_risk_ppm(genuine, fraud)
    }
}

/// Reads orders and writes the features of a list; each is remembered before the next one is asked for.
///
/// # Errors
/// A row that cannot be read, or whose facts are implausible.
pub fn replay(spec: &FeatureSpec, input: impl Read, mut output: impl Write) -> anyhow::Result<()> {
    let db = NativeDb::in_memory()?;
    block_on(kiosk_pop_store::schema::migrate(&db))?;
    let mut vendors = Vendors::default();
    let mut buffer = [0.0; FEATURES_MAX];
    let buffer = &mut buffer[..spec.len()];
    for (place, row) in csv::Reader::from_reader(input).deserialize::<Row>().enumerate() {
        let row = row.with_context(|| format!("order {place}"))?;
        let vendor_risk_ppm = vendors.risk_ppm(&row);
        let request = row.request(vendor_risk_ppm);
        let history = block_on(velocity::load(&db, &request.keys, request.now_ms))?;
        features(&Placed { request: &request, history: &history }, spec, buffer)
            .with_context(|| format!("order {place}"))?;
        for value in &*buffer {
            output.write_all(&value.to_le_bytes())?;
        }
        let (order, id) = (&request.order, format!("ord_{place}"));
        let statements =
            velocity::record(&request.keys, request.now_ms, order.amount_minor, &order.currency, &id);
        block_on(db.batch(statements))?;
        if place % PRUNE_EVERY == 0 {
            block_on(db.batch(velocity::prune(request.now_ms).into()))?;
        }
    }
    output.flush()?;
    Ok(())
}
