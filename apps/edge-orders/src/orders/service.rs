//! Reads an order.

use kiosk_ids::OrderId;
use kiosk_pop_store::orders;
use kiosk_privacy::{Personal, Shopper};
use kiosk_problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Pop;
use crate::auth::Token;
use crate::checkout::view::OrderBody;
use crate::error::Result;

/// An order as its owner sees it, the person included.
#[derive(Serialize, ToSchema)]
pub struct OwnOrder {
    #[serde(flatten)]
    order: OrderBody,
    contact: OwnContact,
    address: OwnAddress,
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

/// The order `id`, for whoever has its token: somebody else's is not there.
pub async fn get_order(pop: &Pop, id: &str, token: &Token) -> Result<OwnOrder> {
    let not_found = || Problem::not_found("order");
    let id = OrderId::parse(id).map_err(|_| not_found())?;
    if !token.is(&pop.config.order_token(&id)) {
        return Err(not_found().into());
    }
    let order = orders::get(&*pop.edge.db, &id).await?.ok_or_else(not_found)?;
    let (contact, address) = reveal(&order.shopper);
    let order = OrderBody {
        id: order.id.into(),
        status: order.status,
        placed_ms: order.placed_ms,
        lines: serde_json::from_str(&order.lines)?,
        subtotal: order.subtotal,
        delivery: order.delivery,
        total: order.total,
        delivery_kind: order.delivery_kind,
        payment_method: order.payment_method,
    };
    Ok(OwnOrder { order, contact, address })
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
