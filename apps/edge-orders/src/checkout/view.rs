//! An order as the API answers it.

use kiosk_money::Money;
use kiosk_pop_store::catalog::Shown;
use kiosk_wire::people::OrderedLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::price::PricedLine;
use crate::openapi::MoneySchema;
use crate::payments::view::PaymentBody;

/// A line as it was sold; stored with the order, so that its page does not change with the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderLineBody {
    sku: String,
    product_id: String,
    /// Address of the product; null when it is no longer sold.
    handle: Option<String>,
    title: String,
    options: Vec<String>,
    pub vendor: OrderVendor,
    /// `<hash>.<ext>`, served at `/media/<hash>.<ext>`.
    picture: Option<String>,
    quantity: u32,
    #[schema(value_type = MoneySchema)]
    unit_price: Money,
    #[schema(value_type = MoneySchema)]
    line_total: Money,
}

/// Who sells a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderVendor {
    pub id: String,
    pub name: String,
}

impl OrderLineBody {
    /// The line that was bought.
    pub fn of(line: &PricedLine) -> crate::error::Result<Self> {
        let sold = line.sold.clone();
        Ok(Self {
            line_total: sold.price.times(line.quantity)?,
            sku: sold.sku,
            product_id: sold.product_id,
            handle: Some(sold.handle),
            title: sold.title,
            options: sold.options,
            vendor: OrderVendor { id: sold.vendor_id, name: sold.vendor_name },
            picture: sold.picture,
            quantity: line.quantity,
            unit_price: sold.price,
        })
    }

    /// A line of an order that was placed at another POP.
    pub fn told(line: OrderedLine, shown: Option<&Shown>, vendor_name: String) -> crate::error::Result<Self> {
        Ok(Self {
            line_total: line.unit_price.times(line.quantity)?,
            sku: line.sku.into(),
            product_id: line.product.into(),
            handle: shown.map(|shown| shown.handle.clone()),
            title: line.title,
            options: Vec::new(),
            vendor: OrderVendor { id: line.vendor.into(), name: vendor_name },
            picture: shown.and_then(|shown| shown.picture.clone()),
            quantity: line.quantity,
            unit_price: line.unit_price,
        })
    }
}

/// An order, without the person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderBody {
    pub id: String,
    /// `placed`, `in_review` while a person looks at it, or `awaiting_payment`.
    pub status: String,
    /// Unix milliseconds.
    pub placed_ms: i64,
    pub lines: Vec<OrderLineBody>,
    /// Sum of the lines.
    #[schema(value_type = MoneySchema)]
    pub subtotal: Money,
    /// Price of delivery.
    #[schema(value_type = MoneySchema)]
    pub delivery: Money,
    /// Subtotal and delivery.
    #[schema(value_type = MoneySchema)]
    pub total: Money,
    /// `parcel`, `express`, `freight` or `pickup`.
    pub delivery_kind: String,
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    pub payment_method: String,
}

/// An order that was placed, with the token that shows it to its owner.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlacedOrder {
    /// Reads the order at `GET /v1/orders/{id}`.
    pub token: String,
    #[serde(flatten)]
    pub order: OrderBody,
    /// Null for an order on invoice.
    pub payment: Option<PaymentBody>,
}
