//! A cart as the API shows it.

use kiosk_ids::CartId;
use kiosk_money::Money;
use kiosk_pop_store::carts::{CartLine, CartState, FIRST_VERSION, Supply};
use kiosk_pop_store::discounts::Card;
use kiosk_wire::CLOCK_SKEW_MS_MAX;
use serde::Serialize;
use utoipa::ToSchema;

use crate::checkout::delivery::{DeliveryOption, delivery};
use crate::checkout::discounts::Unfit;
use crate::checkout::methods::{self, PaymentOption};
use crate::checkout::price::{Priced, PricedLine, price};
use crate::checkout::supply;
use crate::checkout::tax::{SalesTax, TaxBody};
use crate::checkout::terms::Terms;
use crate::checkout::view::DiscountBody;
use crate::config::Config;
use crate::error::Result;
use crate::openapi::MoneySchema;

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
    /// Sum of the lines that are still sold, after discounts.
    #[schema(value_type = Option<MoneySchema>)]
    subtotal: Option<Money>,
    /// The same before discounts.
    #[schema(value_type = Option<MoneySchema>)]
    list_subtotal: Option<Money>,
    /// What discounts take off the goods. One on delivery shows in the prices of that.
    discounts: Vec<DiscountBody>,
    /// The code, and whether it does something.
    code: Option<CodeBody>,
    /// Gift cards that pay for it, in their order.
    gift_cards: Vec<CartCardBody>,
    /// Whether prices have all tax in them. Otherwise sales tax comes on top where it goes: `POST /v1/carts/{id}/quote`.
    prices_include_tax: bool,
    /// Ways to have it delivered, with their prices and what it comes to then.
    delivery_options: Vec<DeliveryBody>,
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
    /// Price of all pieces, after its discount.
    #[schema(value_type = Option<MoneySchema>)]
    line_total: Option<Money>,
    /// The same before its discount, where there is one.
    #[schema(value_type = Option<MoneySchema>)]
    list_total: Option<Money>,
    /// Pieces that can be sold here, those the core can send included, at most 99.
    available: u32,
    /// No longer sold.
    removed: bool,
}

/// A way to have a cart delivered, and what it comes to then.
#[derive(Serialize, ToSchema)]
struct DeliveryBody {
    #[serde(flatten)]
    option: DeliveryOption,
    /// What it costs before a discount, where there is one.
    #[schema(value_type = Option<MoneySchema>)]
    list_price: Option<Money>,
    /// The tax on top; null where prices have it in them, and while it is not known where it goes.
    tax: Option<TaxBody>,
    /// Subtotal, delivery, and the tax on top: `expected_total` of the order.
    #[schema(value_type = MoneySchema)]
    total: Money,
    /// What gift cards pay of it.
    #[schema(value_type = MoneySchema)]
    gift_cards: Money,
    /// What is left to pay: `expected_due` of the order.
    #[schema(value_type = MoneySchema)]
    due: Money,
}

/// The code of a cart.
#[derive(Serialize, ToSchema)]
struct CodeBody {
    code: String,
    /// What it is the code of; null when that is over.
    name: Option<String>,
    /// Why it takes nothing: `ended`, `currency`, `goods`, `minimum`, `used_up`, or `beaten` by discounts that take more.
    /// Null when it does take something.
    reason: Option<&'static str>,
}

/// A gift card of a cart.
#[derive(Serialize, ToSchema)]
struct CartCardBody {
    /// `gft_…`
    id: String,
    /// What it has left, as far as is known here; nothing once it cannot be used any more.
    #[schema(value_type = MoneySchema)]
    balance: Money,
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
    pub fn created(id: CartId, token: String, sales_tax: SalesTax) -> Self {
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
            list_subtotal: None,
            discounts: Vec::new(),
            code: None,
            gift_cards: Vec::new(),
            prices_include_tax: sales_tax == SalesTax::Included,
            delivery_options: Vec::new(),
            payment_methods: Vec::new(),
        }
    }

    /// Shows a cart by its terms at `now_ms`.
    pub fn of(state: CartState, terms: &Terms, config: &Config, now_ms: i64) -> Result<Self> {
        let CartState { cart, supply, .. } = state;
        let open = cart.is_open();
        let payment_methods = if open && !cart.lines.is_empty() {
            methods::options(&config.payments, &cart)
        } else {
            Vec::new()
        };
        let priced =
            cart.currency.filter(|_| !cart.lines.is_empty()).map(|_| price(&cart, terms)).transpose()?;
        let delivery_options = match &priced {
            Some(priced) if open => deliveries(priced, terms)?,
            _ => Vec::new(),
        };
        let discounts = priced.as_ref().map_or_else(Vec::new, |priced| priced.used(terms));
        let code = cart.code.as_ref().map(|code| CodeBody::of(code, priced.as_ref(), terms));
        let currency = cart.currency;
        let body = |line| line_body(line, priced.as_ref(), currency, &supply, now_ms);
        let lines = cart.lines.into_iter().map(body).collect::<Result<Vec<_>>>()?;
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
            quantity: lines.iter().fold(0_u32, |sum, line| sum.saturating_add(line.quantity)),
            lines,
            subtotal: priced.as_ref().map(|priced| priced.subtotal),
            list_subtotal: priced.as_ref().map(|priced| priced.list_subtotal),
            discounts: discounts.iter().map(DiscountBody::of).collect(),
            code,
            gift_cards: terms.offers.cards.iter().map(|card| CartCardBody::of(card, terms)).collect(),
            prices_include_tax: config.sales_tax == SalesTax::Included,
            delivery_options,
            payment_methods,
        })
    }
}

fn deliveries(priced: &Priced, terms: &Terms) -> Result<Vec<DeliveryBody>> {
    let options = delivery().options(priced.list_subtotal, priced.bulky());
    let body = |mut option: DeliveryOption| {
        let sums = priced.sums_with(option.price, terms)?;
        let reduced = sums.delivery != sums.list_delivery;
        option.price = sums.delivery;
        Ok(DeliveryBody {
            option,
            list_price: reduced.then_some(sums.list_delivery),
            tax: sums.tax,
            total: sums.total,
            gift_cards: Money::new(sums.total.amount.saturating_sub(sums.due.amount), sums.due.currency),
            due: sums.due,
        })
    };
    options.into_iter().map(body).collect()
}

impl CodeBody {
    fn of(code: &str, priced: Option<&Priced>, terms: &Terms) -> Self {
        let offer = terms.code_place().and_then(|place| terms.offers.discounts.get(place));
        let reason = match (offer, priced) {
            (None, _) => Some("ended"),
            (Some(_), None) => Some("goods"),
            (Some(_), Some(priced)) => priced.code_unfit(terms).map(Unfit::name),
        };
        Self { code: code.to_owned(), name: offer.map(|offer| offer.discount.name.clone()), reason }
    }
}

impl CartCardBody {
    fn of(card: &Card, terms: &Terms) -> Self {
        let left = if terms.is_usable(card) { terms.left(&card.leased) } else { 0 };
        let balance = Money::new(i64::try_from(left).unwrap_or(i64::MAX), card.card.currency);
        Self { id: card.card.id.to_string(), balance }
    }
}

fn line_body(
    line: CartLine,
    priced: Option<&Priced>,
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
            list_total: None,
            available: 0,
            removed: true,
        });
    };
    let own = priced.and_then(|priced| priced.line(&line.sku));
    let reduced = own.filter(|own| own.off > 0);
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
        line_total: own.map(PricedLine::total).transpose()?,
        list_total: reduced.map(PricedLine::list_total).transpose()?,
        available,
        removed: false,
    })
}
