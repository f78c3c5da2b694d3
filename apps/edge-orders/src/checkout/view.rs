//! An order as the API answers it.

use kiosk_money::Money;
use kiosk_pop_store::catalog::Shown;
use kiosk_wire::people::OrderedLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::price::{Part, Priced, PricedLine};
use super::sums::{Paid, Sums, Used};
use super::tax::TaxBody;
use crate::error::Result;
use crate::openapi::MoneySchema;
use crate::payments::view::PaymentBody;

/// A line as it was sold; stored with the order, so that its page does not change with the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderLineBody {
    pub sku: String,
    product_id: String,
    /// Address of the product; null when it is no longer sold.
    handle: Option<String>,
    pub title: String,
    options: Vec<String>,
    pub vendor: OrderVendor,
    /// `<hash>.<ext>`, served at `/media/<hash>.<ext>`.
    picture: Option<String>,
    quantity: u32,
    /// What one piece costs. Pieces whose discount does not divide evenly are two lines.
    #[schema(value_type = MoneySchema)]
    unit_price: Money,
    /// Its listed price, where that is another.
    #[serde(default)]
    #[schema(value_type = Option<MoneySchema>)]
    list_price: Option<Money>,
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
    /// The lines that were bought.
    pub fn of(priced: &Priced) -> Result<Vec<Self>> {
        let parts =
            priced.lines.iter().flat_map(|line| line.parts().into_iter().map(move |part| (line, part)));
        parts.map(|(line, part)| Self::part(line, part)).collect()
    }

    fn part(line: &PricedLine, part: Part) -> Result<Self> {
        let sold = line.sold.clone();
        Ok(Self {
            line_total: part.unit_price.times(part.quantity)?,
            sku: sold.sku,
            product_id: sold.product_id,
            handle: Some(sold.handle),
            title: sold.title,
            options: sold.options,
            vendor: OrderVendor { id: sold.vendor_id, name: sold.vendor_name },
            picture: sold.picture,
            quantity: part.quantity,
            unit_price: part.unit_price,
            list_price: (part.off.amount > 0).then_some(sold.price),
        })
    }

    /// A line of an order that was placed at another POP.
    pub fn told(line: OrderedLine, shown: Option<&Shown>, vendor_name: String) -> Result<Self> {
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
            list_price: None,
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
    /// Sum of the lines, after discounts.
    #[schema(value_type = MoneySchema)]
    pub subtotal: Money,
    /// Price of delivery, after discounts.
    #[schema(value_type = MoneySchema)]
    pub delivery: Money,
    /// Subtotal, delivery, and the tax on top.
    #[schema(value_type = MoneySchema)]
    pub total: Money,
    /// `parcel`, `express`, `freight` or `pickup`.
    pub delivery_kind: String,
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    pub payment_method: String,
    #[serde(flatten)]
    pub sums: OrderSums,
}

/// What made the sums of an order; stored with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct OrderSums {
    /// Discounts that made its prices; one on delivery comes last.
    pub discounts: Vec<DiscountBody>,
    /// Gift cards that pay a part of it, or all of it.
    pub gift_cards: Vec<GiftCardBody>,
    /// The tax on top of subtotal and delivery; null where prices have it in them.
    pub tax: Option<TaxBody>,
    /// What no gift card pays: the provider is asked for it. Null for an order of another POP.
    #[schema(value_type = Option<MoneySchema>)]
    pub due: Option<Money>,
    /// The price of delivery that a discount took off.
    #[schema(value_type = Option<MoneySchema>)]
    pub list_delivery: Option<Money>,
}

/// What a discount takes off.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DiscountBody {
    /// For people.
    pub name: String,
    /// The code it was asked for with; null when it applies of itself.
    pub code: Option<String>,
    #[schema(value_type = MoneySchema)]
    pub amount: Money,
}

/// What a gift card pays.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GiftCardBody {
    /// `gft_…`; its code is known to its owner alone.
    pub id: String,
    #[schema(value_type = MoneySchema)]
    pub amount: Money,
}

impl OrderSums {
    /// Of an order.
    pub fn of(sums: &Sums) -> Self {
        let card = |paid: &Paid| GiftCardBody { id: paid.card.card.id.to_string(), amount: paid.amount };
        Self {
            discounts: sums.used.iter().map(DiscountBody::of).collect(),
            gift_cards: sums.cards.iter().map(card).collect(),
            tax: sums.tax.clone(),
            due: Some(sums.due),
            list_delivery: (sums.delivery != sums.list_delivery).then_some(sums.list_delivery),
        }
    }
}

impl DiscountBody {
    /// What was used.
    pub fn of(used: &Used) -> Self {
        let Used { discount, amount, .. } = used;
        Self { name: discount.name.clone(), code: discount.code.clone(), amount: *amount }
    }
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
