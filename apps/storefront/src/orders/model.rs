//! What edge-orders says and takes, as far as pages need it. A member that is not known here is ignored.

use kiosk_money::Money;
use serde::{Deserialize, Serialize};

use super::paid::{CartCode, CartGiftCard, Discount, GiftCardUse, OrderPayment};
use super::returns::{OrderReturn, Returnable};
use crate::sibling::SiblingError;

/// Longest token that is taken from a cookie or an address, in bytes.
pub const TOKEN_BYTES_MAX: usize = 128;

/// The id of a cart or an order and the secret that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The id, `crt_…` or `ord_…`.
    pub id: String,
    /// The secret.
    pub token: String,
}

impl Key {
    /// Reads `<id>.<token>`; anything that could not be one is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, token) = text.split_once('.')?;
        Self::new(id, token)
    }

    /// A key of parts that came from outside.
    pub fn new(id: &str, token: &str) -> Option<Self> {
        let plain = |text: &str| {
            !text.is_empty()
                && text.len() <= TOKEN_BYTES_MAX
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        (plain(id) && plain(token)).then(|| Self { id: id.to_owned(), token: token.to_owned() })
    }

    /// `<id>.<token>`
    pub fn cookie(&self) -> String {
        format!("{}.{}", self.id, self.token)
    }
}

/// A cart.
#[derive(Clone, Debug, Deserialize)]
pub struct Cart {
    /// Identifier.
    pub id: String,
    /// The secret, in the answers to its creation and its claim only.
    #[serde(default)]
    pub token: Option<String>,
    /// Grows with each change.
    pub version: u64,
    /// `open` or `ordered`.
    pub status: String,
    /// Pieces in it.
    #[serde(default)]
    pub quantity: u32,
    /// What is in it.
    #[serde(default)]
    pub lines: Vec<CartLine>,
    /// Sum of the lines, after discounts.
    #[serde(default)]
    pub subtotal: Option<Money>,
    /// The same before discounts.
    #[serde(default)]
    pub list_subtotal: Option<Money>,
    /// What discounts take off the goods.
    #[serde(default)]
    pub discounts: Vec<Discount>,
    /// The code, and whether it does something.
    #[serde(default)]
    pub code: Option<CartCode>,
    /// Gift cards that pay for it.
    #[serde(default)]
    pub gift_cards: Vec<CartGiftCard>,
    /// Whether prices have all tax in them; otherwise sales tax comes on top, by where it goes.
    #[serde(default = "included")]
    pub prices_include_tax: bool,
    /// Ways to get it.
    #[serde(default)]
    pub delivery_options: Vec<DeliveryOption>,
    /// Ways to pay for it.
    #[serde(default)]
    pub payment_methods: Vec<PaymentOption>,
    /// The order that it became.
    #[serde(default)]
    pub order_id: Option<String>,
}

impl Cart {
    /// The key, of an answer that has the token.
    pub fn key(&self) -> Result<Key, SiblingError> {
        let key = self.token.as_deref().and_then(|token| Key::new(&self.id, token));
        Ok(key.ok_or_else(|| <serde_json::Error as serde::de::Error>::missing_field("token"))?)
    }

    /// The line of `sku`.
    pub fn line(&self, sku: &str) -> Option<&CartLine> {
        self.lines.iter().find(|line| line.sku == sku)
    }
}

const fn included() -> bool {
    true
}

/// Where a cart goes, as far as tax asks.
#[derive(Clone, Debug, Serialize)]
pub struct Destination<'a> {
    /// ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// Postal code.
    pub postcode: &'a str,
}

/// A tax that comes on top.
#[derive(Clone, Debug, Deserialize)]
pub struct AddedTax {
    /// `US-` and the state.
    pub jurisdiction: String,
    /// Parts per million.
    pub ppm: i64,
    /// On goods and delivery.
    pub amount: Money,
}

/// The cart of an account, claimed.
#[derive(Clone, Debug, Deserialize)]
pub struct ClaimedCart {
    /// The cart.
    #[serde(flatten)]
    pub cart: Cart,
    /// What of the guest's cart did not fit into it.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// Pieces that did not fit.
#[derive(Clone, Debug, Deserialize)]
pub struct LeftOut {
    /// What.
    pub sku: String,
    /// Pieces.
    pub quantity: u32,
}

/// A line of a cart.
#[derive(Clone, Debug, Deserialize)]
pub struct CartLine {
    /// What is bought.
    pub sku: String,
    /// Address of its product; none when it is no longer sold.
    #[serde(default)]
    pub handle: Option<String>,
    /// Title of its product.
    pub title: String,
    /// Values of the options.
    #[serde(default)]
    pub options: Vec<String>,
    /// Who sells it.
    #[serde(default)]
    pub vendor: Option<VendorRef>,
    /// `<hash>.<ext>` of its picture.
    #[serde(default)]
    pub picture: Option<String>,
    /// Goes by freight.
    #[serde(default)]
    pub bulky: bool,
    /// Pieces.
    pub quantity: u32,
    /// Price of a piece now.
    #[serde(default)]
    pub unit_price: Option<Money>,
    /// Price of a piece when the shopper last saw it.
    #[serde(default)]
    pub shown_price: Option<Money>,
    /// Whether the two differ.
    #[serde(default)]
    pub price_changed: bool,
    /// Price of all pieces, after its discount.
    #[serde(default)]
    pub line_total: Option<Money>,
    /// The same before its discount, where there is one.
    #[serde(default)]
    pub list_total: Option<Money>,
    /// Pieces that can be sold, those that the core can send included.
    #[serde(default)]
    pub available: u32,
    /// No longer sold.
    #[serde(default)]
    pub removed: bool,
}

/// A vendor, by name.
#[derive(Clone, Debug, Deserialize)]
pub struct VendorRef {
    /// Identifier.
    #[serde(default)]
    pub id: String,
    /// Trading name.
    pub name: String,
}

/// A way to get what was bought.
#[derive(Clone, Debug, Deserialize)]
pub struct DeliveryOption {
    /// `parcel`, `express`, `freight` or `pickup`.
    pub kind: String,
    /// For people.
    pub name: String,
    /// When and how.
    #[serde(default)]
    pub detail: String,
    /// What it costs.
    pub price: Money,
    /// What it costs before a discount, where there is one.
    #[serde(default)]
    pub list_price: Option<Money>,
    /// The tax that comes on top, once it is known where it goes.
    #[serde(default)]
    pub tax: Option<AddedTax>,
    /// What the cart comes to with it.
    #[serde(default)]
    pub total: Option<Money>,
    /// What gift cards pay of that.
    #[serde(default)]
    pub gift_cards: Option<Money>,
    /// What is left to pay.
    #[serde(default)]
    pub due: Option<Money>,
}

/// A way to pay for what was bought.
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentOption {
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    pub method: String,
    /// For people.
    pub name: String,
    /// What happens then.
    #[serde(default)]
    pub detail: String,
}

/// Who buys.
#[derive(Clone, Debug, Serialize, Deserialize, Default)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Where it goes.
#[derive(Clone, Debug, Serialize, Deserialize, Default)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Floor, company, care of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
    /// Postal code.
    pub postcode: String,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// How it is paid.
#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    /// `method` of the payment option.
    pub method: String,
}

/// The order that a checkout asks for.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOrder {
    /// The cart.
    pub cart: String,
    /// Its version when the shopper saw it.
    pub cart_version: u64,
    /// The total that the shopper saw.
    pub expected_total: Money,
    /// What of it no gift card paid when the shopper saw it.
    pub expected_due: Money,
    /// Who buys.
    pub contact: Contact,
    /// Where it goes.
    pub address: Address,
    /// Kind of the delivery option.
    pub delivery: String,
    /// How it is paid.
    pub payment: Payment,
    /// This browser's random name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The code that went to the e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_code: Option<String>,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    /// Identifier.
    pub id: String,
    /// The secret, in the answer to the checkout only.
    #[serde(default)]
    pub token: Option<String>,
    /// `awaiting_payment`, `placed`, `in_review`, …
    pub status: String,
    /// Unix time in milliseconds.
    pub placed_ms: i64,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Sum of the lines, after discounts.
    pub subtotal: Money,
    /// What the delivery costs.
    pub delivery: Money,
    /// What it comes to.
    pub total: Money,
    /// Discounts that made its prices.
    #[serde(default)]
    pub discounts: Vec<Discount>,
    /// Gift cards that pay a part of it, or all of it.
    #[serde(default)]
    pub gift_cards: Vec<GiftCardUse>,
    /// What no gift card pays; none for an order of another POP.
    #[serde(default)]
    pub due: Option<Money>,
    /// The price of delivery that a discount took off.
    #[serde(default)]
    pub list_delivery: Option<Money>,
    /// The tax that came on top.
    #[serde(default)]
    pub tax: Option<AddedTax>,
    /// Kind of the delivery option; none for an order of another POP, as is all that follows it.
    #[serde(default)]
    pub delivery_kind: Option<String>,
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    #[serde(default)]
    pub payment_method: Option<String>,
    /// How far the payment is; none for an order on invoice.
    #[serde(default)]
    pub payment: Option<OrderPayment>,
    /// Who bought.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// Where it goes.
    #[serde(default)]
    pub address: Option<Address>,
    /// Whether nobody was logged in when it was placed.
    #[serde(default)]
    pub guest: bool,
    /// One for each vendor; none for an order of a guest that has not moved.
    #[serde(default)]
    pub parcels: Vec<Parcel>,
    /// What can be sent back.
    #[serde(default)]
    pub returnable: Vec<Returnable>,
    /// What goes back, or was to.
    #[serde(default)]
    pub returns: Vec<OrderReturn>,
}

impl Order {
    /// Whether it counts only once it is paid.
    pub fn awaits_payment(&self) -> bool {
        self.status == "awaiting_payment"
    }
}

/// A page of the orders of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderPage<T = OrderEntry> {
    /// The orders, newest first.
    pub items: Vec<T>,
    /// The cursor for older ones.
    #[serde(default)]
    pub next: Option<String>,
}

/// An order in the list of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderEntry {
    /// Identifier.
    pub id: String,
    /// `placed`, `in_review`, …
    pub status: String,
    /// Unix time in milliseconds.
    pub placed_ms: i64,
    /// What is to pay.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// One for each vendor.
    pub parcels: Vec<Parcel>,
}

/// What one vendor sends.
#[derive(Clone, Debug, Deserialize)]
pub struct Parcel {
    /// The vendor.
    pub vendor: VendorRef,
    /// How far it is.
    pub status: ParcelStatus,
    /// The parcels of it that left.
    #[serde(default)]
    pub shipments: Vec<Shipment>,
}

/// A parcel that left.
#[derive(Clone, Debug, Deserialize)]
pub struct Shipment {
    /// Who carries it; empty when nobody said.
    pub carrier: String,
    /// The carrier's number of it; empty when nobody said.
    pub tracking: String,
    /// How far it is.
    pub status: ParcelStatus,
}

/// How far a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelStatus {
    /// Ordered.
    Placed,
    /// Being packed.
    Picking,
    /// Some of it is on its way.
    PartiallyShipped,
    /// On its way.
    Shipped,
    /// The customer has it.
    Delivered,
    /// Some of it came back.
    PartiallyReturned,
    /// It came back.
    Returned,
    /// It will not come.
    Cancelled,
    /// Money went back for some of it.
    PartiallyRefunded,
    /// Money went back for all of it.
    Refunded,
}

/// A line of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderLine {
    /// What was bought.
    pub sku: String,
    /// Its product.
    #[serde(default)]
    pub product_id: String,
    /// Who sold it.
    #[serde(default)]
    pub vendor: Option<VendorRef>,
    /// Title of its product then.
    #[serde(default)]
    pub title: String,
    /// Address of its product.
    #[serde(default)]
    pub handle: Option<String>,
    /// Values of the options.
    #[serde(default)]
    pub options: Vec<String>,
    /// `<hash>.<ext>` of its picture.
    #[serde(default)]
    pub picture: Option<String>,
    /// Pieces.
    pub quantity: u32,
    /// Price of a piece.
    pub unit_price: Money,
    /// Its listed price, where that is another.
    #[serde(default)]
    pub list_price: Option<Money>,
}

/// A line whose price changed between the page and the order.
#[derive(Clone, Debug, Deserialize)]
pub struct PriceChange {
    /// What is bought.
    pub sku: String,
    /// Price of a piece on the page.
    pub shown_price: Money,
    /// Price of a piece now.
    pub unit_price: Money,
}

/// A line that asks for more than is left.
#[derive(Clone, Debug, Deserialize)]
pub struct Shortage {
    /// What is bought.
    pub sku: String,
    /// Pieces that can be sold here.
    pub available: u32,
}

/// What an account has earned by what it bought and kept in the last twelve months.
#[derive(Clone, Debug, Deserialize)]
pub struct Loyalty {
    /// Its tier; none before the first.
    #[serde(default)]
    pub tier: Option<String>,
    /// What it kept.
    pub kept: Money,
    /// Orders of which it kept something.
    pub orders: u32,
    /// The tier above.
    #[serde(default)]
    pub next: Option<NextTier>,
}

/// A tier, and what it asks for.
#[derive(Clone, Debug, Deserialize)]
pub struct NextTier {
    /// Its name.
    pub name: String,
    /// What has to be kept.
    pub kept: Money,
    /// In so many orders.
    pub orders: u32,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_that_is_no_longer_sold_can_be_read() {
        let line = r#"{"sku":"MUG","product_id":null,"handle":null,"title":"MUG","options":[],"vendor":null,"picture":null,
            "bulky":false,"quantity":1,"unit_price":null,"shown_price":{"amount":5,"currency":"EUR"},
            "price_changed":false,"line_total":null,"available":0,"removed":true}"#;
        assert!(serde_json::from_str::<CartLine>(line).unwrap().removed);
    }

    #[test]
    fn keys_are_plain() {
        assert_eq!(Key::parse("crt_1.abc").unwrap().cookie(), "crt_1.abc");
        for bad in ["", "crt_1", ".t", "crt_1.", "crt_1.a b", "crt_1/../x.t", "crt_1.a.b"] {
            assert!(Key::parse(bad).is_none(), "{bad}");
        }
    }
}

/// Whether an account may buy.
#[derive(Clone, Debug, Deserialize)]
pub struct Standing {
    /// Its orders are refused.
    pub blocked: bool,
    /// `possible`, `open` or `refused`, of an account that is blocked.
    #[serde(default)]
    pub appeal: Option<String>,
}
