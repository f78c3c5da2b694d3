//! Orders of Kiosk's own recipe (`ml/fraud/recipe.py`), through the very memory that a POP keeps: its table on SQLite.

use std::io::{Read, Write};

use anyhow::Context as _;
use futures::executor::block_on;
use kiosk_edge_platform::Database as _;
use kiosk_edge_platform::native::NativeDb;
use kiosk_pop_store::velocity;
use kiosk_risk::{
    DeliveryKind, FEATURES_MAX, FeatureSpec, IdentityKeys, OrderFacts, PaymentKind, Placed, ScoreRequest,
    features,
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
    customer: Option<String>,
    device: Option<String>,
    address: Option<String>,
    card: Option<String>,
}

impl From<Row> for ScoreRequest {
    fn from(row: Row) -> Self {
        let order = OrderFacts {
            amount_minor: row.amount_minor,
            currency: "EUR".to_owned(),
            unit_price_minor_max: row.unit_price_minor_max,
            item_count: row.item_count,
            sku_count: row.sku_count,
            line_quantity_max: row.line_quantity_max,
            bulky: row.bulky != 0,
            delivery: row.delivery,
            payment: row.payment,
            hour_of_day: row.hour_of_day,
            account_age_days: row.account_age_days,
            cart_age_s: row.cart_age_s,
            billing_is_shipping: row.billing_differs == 0,
            disposable_email: row.disposable_email != 0,
            discount_percent: row.discount_percent,
        };
        let keys =
            IdentityKeys { customer: row.customer, device: row.device, address: row.address, card: row.card };
        Self { order, keys, now_ms: row.at_ms }
    }
}

/// Reads orders and writes the features of a list; each is remembered before the next one is asked for.
///
/// # Errors
/// A row that cannot be read, or whose facts are implausible.
pub fn replay(spec: &FeatureSpec, input: impl Read, mut output: impl Write) -> anyhow::Result<()> {
    let db = NativeDb::in_memory()?;
    block_on(kiosk_pop_store::schema::migrate(&db))?;
    let mut buffer = [0.0; FEATURES_MAX];
    let buffer = &mut buffer[..spec.len()];
    for (place, row) in csv::Reader::from_reader(input).deserialize::<Row>().enumerate() {
        let request: ScoreRequest = row.with_context(|| format!("order {place}"))?.into();
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
