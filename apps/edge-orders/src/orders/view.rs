//! Orders as the API shows them to who placed them.

use std::collections::HashMap;

use kiosk_edge_platform::Database;
use kiosk_money::Money;
use kiosk_pop_store::catalog::{Shown, shown, vendor_names};
use kiosk_pop_store::order_states::AccountOrder;
use kiosk_pop_store::orders::StoredOrder;
use kiosk_pop_store::returns::Asked;
use kiosk_privacy::{Personal, Shopper};
use kiosk_wire::people::{OrderState, OrderedLine, ParcelStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::checkout::tax::TaxBody;
use crate::checkout::view::{OrderLineBody, OrderSums, OrderVendor};
use crate::error::Result;
use crate::openapi::MoneySchema;
use crate::payments::view::PaymentBody;
use crate::returns::view::{ReturnBody, ReturnableBody, returnable, returns};

/// A page of the orders of an account.
#[derive(Serialize, ToSchema)]
pub struct OrderPage {
    /// The orders, newest first.
    pub items: Vec<OrderEntry>,
    /// Ask with this `cursor` for more; null at the end.
    pub next: Option<String>,
}

/// An order in the list of an account.
#[derive(Serialize, ToSchema)]
pub struct OrderEntry {
    id: String,
    status: String,
    /// Unix milliseconds.
    placed_ms: i64,
    /// Subtotal and delivery.
    #[schema(value_type = MoneySchema)]
    total: Money,
    lines: Vec<OrderLineBody>,
    /// One for each vendor.
    parcels: Vec<ParcelBody>,
}

/// What one vendor sends.
#[derive(Serialize, ToSchema)]
pub struct ParcelBody {
    vendor: OrderVendor,
    /// How far it is.
    status: ParcelStatusName,
    /// The parcels of it that left.
    shipments: Vec<ShipmentBody>,
}

/// A parcel that left.
#[derive(Serialize, ToSchema)]
pub struct ShipmentBody {
    /// Who carries it; empty when the vendor did not say.
    carrier: String,
    /// The carrier's number of it; empty when the vendor did not say.
    tracking: String,
    /// `shipped`, `delivered`, `returned` to the vendor, or `refunded` because it was lost.
    status: ParcelStatusName,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ParcelStatusName {
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

impl From<ParcelStatus> for ParcelStatusName {
    fn from(status: ParcelStatus) -> Self {
        match status {
            ParcelStatus::Placed => Self::Placed,
            ParcelStatus::Picking => Self::Picking,
            ParcelStatus::PartiallyShipped => Self::PartiallyShipped,
            ParcelStatus::Shipped => Self::Shipped,
            ParcelStatus::Delivered => Self::Delivered,
            ParcelStatus::PartiallyReturned => Self::PartiallyReturned,
            ParcelStatus::Returned => Self::Returned,
            ParcelStatus::Cancelled => Self::Cancelled,
            ParcelStatus::PartiallyRefunded => Self::PartiallyRefunded,
            ParcelStatus::Refunded => Self::Refunded,
        }
    }
}

/// An order as its owner sees it, the person included where it was placed.
#[derive(Serialize, ToSchema)]
pub struct OwnOrder {
    id: String,
    /// `awaiting_payment`, `placed`, `in_review` while a person looks at it, `partially_shipped`, `shipped`, `delivered`,
    /// `returned`, `cancelled`, `refunded` or `partially_refunded`.
    status: String,
    /// Unix milliseconds.
    placed_ms: i64,
    lines: Vec<OrderLineBody>,
    /// Sum of the lines, after discounts.
    #[schema(value_type = MoneySchema)]
    subtotal: Money,
    /// Price of delivery, after discounts.
    #[schema(value_type = MoneySchema)]
    delivery: Money,
    /// Subtotal and delivery.
    #[schema(value_type = MoneySchema)]
    total: Money,
    #[serde(flatten)]
    sums: OrderSums,
    /// `parcel`, `express`, `freight` or `pickup`; null for an order of another POP, as is all that follows it.
    delivery_kind: Option<String>,
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    payment_method: Option<String>,
    /// Null for an order on invoice.
    payment: Option<PaymentBody>,
    contact: Option<OwnContact>,
    address: Option<OwnAddress>,
    /// Whether nobody was logged in when it was placed.
    guest: bool,
    /// One for each vendor; none for an order that is not or was never paid, and for one of a guest before it moved.
    parcels: Vec<ParcelBody>,
    /// What can be sent back.
    returnable: Vec<ReturnableBody>,
    /// What goes back, or was to.
    returns: Vec<ReturnBody>,
}

#[derive(Serialize, ToSchema)]
struct OwnContact {
    name: String,
    email: String,
    phone: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct OwnAddress {
    street: String,
    extra: Option<String>,
    postcode: String,
    city: String,
    country: String,
}

/// What the catalogue says of products and vendors that orders of other POPs name.
pub struct Names {
    products: HashMap<String, Shown>,
    vendors: HashMap<String, String>,
}

impl Names {
    /// Of all that `orders` name.
    pub async fn of<'a>(db: &dyn Database, orders: impl IntoIterator<Item = &'a OrderState>) -> Result<Self> {
        let lines: Vec<&OrderedLine> = orders.into_iter().flat_map(|order| &order.lines).collect();
        if lines.is_empty() {
            return Ok(Self { products: HashMap::new(), vendors: HashMap::new() });
        }
        let unique = |ids: Vec<&'a str>| ids.into_iter().collect::<std::collections::BTreeSet<_>>();
        let products = unique(lines.iter().map(|line| line.product.as_str()).collect());
        let vendors = unique(lines.iter().map(|line| line.vendor.as_str()).collect());
        Ok(Self {
            products: shown(db, &Vec::from_iter(products)).await?,
            vendors: vendor_names(db, &Vec::from_iter(vendors)).await?,
        })
    }

    pub fn lines(&self, told: &OrderState) -> Result<Vec<OrderLineBody>> {
        let line = |line: &OrderedLine| {
            let shown = self.products.get(line.product.as_str());
            OrderLineBody::told(line.clone(), shown, self.vendor(line.vendor.as_str()))
        };
        told.lines.iter().map(line).collect()
    }

    /// A vendor that is gone is still named, if only by its id.
    fn vendor(&self, id: &str) -> String {
        self.vendors.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }
}

/// Whether nobody gets an order ready: its payment has not come, or never did.
fn is_idle(here: &str) -> bool {
    matches!(here, "awaiting_payment" | "cancelled")
}

/// A parcel for each vendor: as the core told it, and until then as it was ordered.
fn parcels(here: &str, lines: &[OrderLineBody], told: Option<&OrderState>, names: &Names) -> Vec<ParcelBody> {
    if let Some(told) = told {
        let parcel = |parcel: &kiosk_wire::people::Parcel| {
            let id = parcel.vendor.to_string();
            let sold = lines.iter().find(|line| line.vendor.id == id);
            let name = sold.map_or_else(|| names.vendor(&id), |line| line.vendor.name.clone());
            let shipment = |shipment: &kiosk_wire::people::Shipment| ShipmentBody {
                carrier: shipment.carrier.clone(),
                tracking: shipment.tracking.clone(),
                status: shipment.status.into(),
            };
            let shipments = parcel.shipments.iter().map(shipment).collect();
            ParcelBody { vendor: OrderVendor { id, name }, status: parcel.status.into(), shipments }
        };
        return told.parcels.iter().map(parcel).collect();
    }
    let mut parcels: Vec<ParcelBody> = Vec::new();
    for line in lines.iter().filter(|_| !is_idle(here)) {
        if !parcels.iter().any(|parcel| parcel.vendor == line.vendor) {
            let status = ParcelStatusName::Placed;
            parcels.push(ParcelBody { vendor: line.vendor.clone(), status, shipments: Vec::new() });
        }
    }
    parcels
}

/// How far the whole order is, by its parcels; `here` while none has moved.
fn status(here: &str, parcels: &[ParcelBody]) -> String {
    use ParcelStatusName::{
        Cancelled, Delivered, PartiallyRefunded, PartiallyReturned, PartiallyShipped, Picking, Placed,
        Refunded, Returned,
    };
    let coming: Vec<_> =
        parcels.iter().map(|parcel| parcel.status).filter(|status| *status != Cancelled).collect();
    let whole = if coming.is_empty() {
        if parcels.is_empty() { here } else { "cancelled" }
    } else if coming.iter().all(|status| *status == Refunded) {
        "refunded"
    } else if coming.iter().any(|status| matches!(status, Refunded | PartiallyRefunded)) {
        "partially_refunded"
    } else if coming.iter().all(|status| *status == Returned) {
        "returned"
    } else if coming.iter().all(|status| matches!(status, Delivered | PartiallyReturned | Returned)) {
        "delivered"
    } else if coming.iter().all(|status| matches!(status, Placed | Picking)) {
        here
    } else if coming.iter().any(|status| matches!(status, Placed | Picking | PartiallyShipped)) {
        "partially_shipped"
    } else {
        "shipped"
    };
    whole.to_owned()
}

/// What an order that no POP but another holds is until one of its parcels moves.
const PLACED: &str = "placed";

impl OrderEntry {
    /// An order of an account.
    pub fn of(order: AccountOrder, names: &Names) -> Result<Self> {
        let lines = match (&order.here, &order.told) {
            (Some(here), _) => serde_json::from_str(&here.lines)?,
            (None, Some(told)) => names.lines(told)?,
            (None, None) => Vec::new(),
        };
        let here = order.here.as_ref().map_or(PLACED, |here| &here.status);
        let parcels = parcels(here, &lines, order.told.as_ref(), names);
        Ok(Self {
            status: status(here, &parcels),
            id: order.id.into(),
            placed_ms: order.placed_ms,
            total: order.total,
            lines,
            parcels,
        })
    }
}

impl OwnOrder {
    /// An order that was placed here.
    pub fn of(
        order: StoredOrder,
        payment: Option<PaymentBody>,
        asked: &[Asked],
        names: &Names,
    ) -> Result<Self> {
        let lines: Vec<OrderLineBody> = serde_json::from_str(&order.lines)?;
        let mut sums: OrderSums = serde_json::from_str(&order.sums)?;
        // Orders of before there were gift cards say nothing of it.
        sums.due.get_or_insert(order.total);
        // The core tells of a guest's order once it moves, and not before.
        let parcels = if order.account.is_some() || order.told.is_some() {
            parcels(&order.status, &lines, order.told.as_ref(), names)
        } else {
            Vec::new()
        };
        // Both are kept as they are charged.
        let untaxed = |amount: Money, tax: fn(&TaxBody) -> Money| {
            let tax = sums.tax.as_ref().map_or(0, |of| tax(of).amount);
            Money::new(amount.amount - tax, amount.currency)
        };
        let (subtotal, delivery) =
            (untaxed(order.subtotal, |tax| tax.goods), untaxed(order.delivery, |tax| tax.delivery));
        let told = order.told.as_ref();
        let (returnable, returns) = (returnable(&lines, told, asked), returns(&lines, told, asked));
        let (contact, address) = reveal(&order.shopper);
        Ok(Self {
            status: status(&order.status, &parcels),
            id: order.id.into(),
            placed_ms: order.placed_ms,
            lines,
            subtotal,
            delivery,
            total: order.total,
            sums,
            delivery_kind: Some(order.delivery_kind),
            payment_method: Some(order.payment_method),
            payment,
            contact: Some(contact),
            address: Some(address),
            guest: order.account.is_none(),
            parcels,
            returnable,
            returns,
        })
    }

    /// An order that was placed at another POP of the region.
    pub fn told(told: OrderState, asked: &[Asked], names: &Names) -> Result<Self> {
        let mut subtotal = Money::zero(told.total.currency);
        for line in &told.lines {
            subtotal = subtotal.checked_add(line.unit_price.times(line.quantity)?)?;
        }
        let lines = names.lines(&told)?;
        let parcels = parcels(PLACED, &lines, Some(&told), names);
        let returnable = returnable(&lines, Some(&told), asked);
        let returns = returns(&lines, Some(&told), asked);
        Ok(Self {
            status: status(PLACED, &parcels),
            id: told.id.into(),
            placed_ms: told.placed_ms,
            lines,
            subtotal,
            delivery: Money::new(told.total.amount.saturating_sub(subtotal.amount), told.total.currency),
            total: told.total,
            sums: OrderSums::default(),
            delivery_kind: None,
            payment_method: None,
            payment: None,
            contact: None,
            address: None,
            guest: false,
            parcels,
            returnable,
            returns,
        })
    }
}

/// To the person themselves, and to nobody else.
fn reveal(shopper: &Shopper) -> (OwnContact, OwnAddress) {
    let text = |value: &Personal<String>| value.reveal().clone();
    let Shopper { contact, address } = shopper;
    (
        OwnContact {
            name: text(&contact.name),
            email: text(&contact.email),
            phone: contact.phone.as_ref().map(text),
        },
        OwnAddress {
            street: text(&address.street),
            extra: address.extra.as_ref().map(text),
            postcode: text(&address.postcode),
            city: text(&address.city),
            country: address.country.clone(),
        },
    )
}
