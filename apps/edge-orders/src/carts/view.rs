//! A cart as the API shows it.

use kiosk_ids::CartId;
use kiosk_money::Money;
use kiosk_pop_store::carts::{CartLine, CartState, FIRST_VERSION, Supply};
use kiosk_wire::CLOCK_SKEW_MS_MAX;
use serde::Serialize;
use utoipa::ToSchema;

use crate::checkout::delivery::{DeliveryOption, delivery};
use crate::checkout::methods::{self, PaymentOption};
use crate::checkout::supply;
use crate::error::Result;
use crate::openapi::MoneySchema;
use crate::payments::settings::Settings;

/// Stock is not told more exactly than this.
const PIECES_SHOWN_MAX: u32 = 99;

/// A cart.
#[derive(Serialize, ToSchema)]
pub struct CartBody {
    id: String,
    /// The secret that owns the cart; only in the answer to its creation or its claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Grows with every change.
    pub version: u64,
    status: CartStatus,
    /// The order it became.
    order_id: Option<String>,
    /// ISO 4217 code, null while the cart is empty.
    currency: Option<&'static str>,
    /// Pieces.
    quantity: u32,
    lines: Vec<CartLineBody>,
    /// Sum of the lines that are still sold.
    #[schema(value_type = Option<MoneySchema>)]
    subtotal: Option<Money>,
    /// Ways to have it delivered, with their prices.
    delivery_options: Vec<DeliveryOption>,
    /// Ways to pay that this POP and all vendors of the cart take.
    payment_methods: Vec<PaymentOption>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CartStatus {
    Open,
    Ordered,
    /// Its lines went into the cart of an account.
    Merged,
}

#[derive(Serialize, ToSchema)]
struct CartLineBody {
    sku: String,
    product_id: Option<String>,
    handle: Option<String>,
    title: String,
    options: Vec<String>,
    vendor: Option<VendorRef>,
    /// `<hash>.<ext>`, served at `/media/<hash>.<ext>`.
    picture: Option<String>,
    bulky: bool,
    quantity: u32,
    /// Price of a piece now; null when it is no longer sold.
    #[schema(value_type = Option<MoneySchema>)]
    unit_price: Option<Money>,
    /// Price of a piece when the line was last set.
    #[schema(value_type = Option<MoneySchema>)]
    shown_price: Option<Money>,
    /// Whether the two differ.
    price_changed: bool,
    #[schema(value_type = Option<MoneySchema>)]
    line_total: Option<Money>,
    /// Pieces that can be sold here, those the core can send included, at most 99.
    available: u32,
    /// No longer sold.
    removed: bool,
}

/// The cart of an account, with its token.
#[derive(Serialize, ToSchema)]
pub struct ClaimedCart {
    #[serde(flatten)]
    pub cart: CartBody,
    /// What of the guest's cart did not fit.
    pub left_out: Vec<LeftOut>,
}

/// Pieces of a guest's cart that did not fit into the account's.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    pub sku: String,
    pub title: String,
    /// Pieces.
    pub quantity: u32,
    pub reason: LeftOutReason,
}

/// Why pieces did not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// A line holds no more pieces.
    LineFull,
    /// The cart holds no more lines.
    CartFull,
    /// The cart is in another currency.
    CurrencyMismatch,
}

#[derive(Serialize, ToSchema)]
struct VendorRef {
    id: String,
    name: String,
}

impl CartBody {
    /// A cart that was just created.
    pub fn created(id: CartId, token: String) -> Self {
        Self {
            id: id.into(),
            token: Some(token),
            version: FIRST_VERSION,
            status: CartStatus::Open,
            order_id: None,
            currency: None,
            quantity: 0,
            lines: Vec::new(),
            subtotal: None,
            delivery_options: Vec::new(),
            payment_methods: Vec::new(),
        }
    }

    /// Shows a cart at `now_ms`.
    pub fn of(state: CartState, settings: &Settings, now_ms: i64) -> Result<Self> {
        let CartState { cart, supply, .. } = state;
        let open = cart.is_open();
        let payment_methods =
            if open && !cart.lines.is_empty() { methods::options(settings, &cart) } else { Vec::new() };
        let bulky = cart.lines.iter().any(|line| line.sold.as_ref().is_some_and(|sold| sold.bulky));
        let currency = cart.currency;
        let lines = cart
            .lines
            .into_iter()
            .map(|line| line_body(line, currency, &supply, now_ms))
            .collect::<Result<Vec<_>>>()?;
        let mut subtotal = currency.map(Money::zero);
        for total in lines.iter().filter_map(|line| line.line_total) {
            subtotal = subtotal.map(|sum| sum.checked_add(total)).transpose()?;
        }
        let quantity = lines.iter().fold(0_u32, |sum, line| sum.saturating_add(line.quantity));
        let delivery_options = match subtotal {
            Some(subtotal) if open => delivery().options(subtotal, bulky),
            _ => Vec::new(),
        };
        Ok(Self {
            id: cart.id.into(),
            token: None,
            version: cart.version,
            status: match (&cart.order_id, open) {
                (_, true) => CartStatus::Open,
                (Some(_), false) => CartStatus::Ordered,
                (None, false) => CartStatus::Merged,
            },
            order_id: cart.order_id,
            currency: currency.map(|currency| currency.code()),
            quantity,
            lines,
            subtotal,
            delivery_options,
            payment_methods,
        })
    }
}

fn line_body(
    line: CartLine,
    currency: Option<kiosk_money::Currency>,
    supply: &Supply,
    now_ms: i64,
) -> Result<CartLineBody> {
    let shown_price = currency.map(|currency| Money::new(line.shown_price, currency));
    let Some(sold) = line.sold else {
        return Ok(CartLineBody {
            title: line.sku.clone(),
            sku: line.sku,
            product_id: None,
            handle: None,
            options: Vec::new(),
            vendor: None,
            picture: None,
            bulky: false,
            quantity: line.quantity,
            unit_price: None,
            shown_price,
            price_changed: false,
            line_total: None,
            available: 0,
            removed: true,
        });
    };
    let available = supply::pieces(&sold, supply, now_ms + CLOCK_SKEW_MS_MAX).min(PIECES_SHOWN_MAX);
    Ok(CartLineBody {
        sku: line.sku,
        product_id: Some(sold.product_id),
        handle: Some(sold.handle),
        title: sold.title,
        options: sold.options,
        vendor: Some(VendorRef { id: sold.vendor_id, name: sold.vendor_name }),
        picture: sold.picture,
        bulky: sold.bulky,
        quantity: line.quantity,
        unit_price: Some(sold.price),
        shown_price,
        price_changed: shown_price != Some(sold.price),
        line_total: Some(sold.price.times(line.quantity)?),
        available,
        removed: false,
    })
}
