//! What each vendor sends for an order, and what its customer can do about it.

use leptos::prelude::*;

use crate::orders::{OrderLine, Parcel, ParcelStatus, Shipment};

/// How far a parcel is, for people.
fn words(status: ParcelStatus) -> &'static str {
    match status {
        ParcelStatus::Placed => "Being prepared",
        ParcelStatus::Picking => "Being packed",
        ParcelStatus::PartiallyShipped => "Partly on its way",
        ParcelStatus::Shipped => "On its way",
        ParcelStatus::Delivered => "Delivered",
        ParcelStatus::PartiallyReturned => "Partly returned",
        ParcelStatus::Returned => "Returned",
        ParcelStatus::Cancelled => "Cancelled",
        ParcelStatus::PartiallyRefunded => "Partly refunded",
        ParcelStatus::Refunded => "Refunded",
    }
}

/// Where to ask for a parcel.
fn tracking(shipment: &Shipment) -> impl IntoView + use<> {
    let Shipment { carrier, tracking, status } = shipment.clone();
    view! { <p class="parcel-tracking">{format!("{carrier} {tracking}: {}", words(status).to_lowercase())}</p> }
}

/// The parcels of the order `id`: how far each is, and for an account a way to write to its vendor, and once it has come,
/// to review what was in it.
pub fn parcels(id: &str, parcels: &[Parcel], lines: &[OrderLine], guest: bool) -> AnyView {
    let item = |parcel: &Parcel| {
        let vendor = &parcel.vendor;
        let url = format!("/account/chats/{id}/{}", vendor.id);
        let delivered = parcel.status == ParcelStatus::Delivered;
        let arrived = delivered
            || matches!(
                parcel.status,
                ParcelStatus::PartiallyReturned | ParcelStatus::Returned | ParcelStatus::PartiallyRefunded
            );
        let shipments = parcel.shipments.iter().filter(|shipment| !shipment.tracking.is_empty());
        let shipments = shipments.map(tracking).collect_view();
        view! {
            <li class="parcel">
                <p class="parcel-head">
                    <strong>{vendor.name.clone()}</strong>
                    <span class="parcel-status" class:is-done=delivered>{words(parcel.status)}</span>
                </p>
                {(!guest).then(|| view! {
                    <p><a href=url>"Write to the vendor"<span class="vh">{format!(" {}", vendor.name)}</span></a></p>
                })}
                {shipments}
                {(arrived && !guest).then(|| reviews(&vendor.id, lines))}
            </li>
        }
    };
    view! { <ul class="parcels" role="list">{parcels.iter().map(item).collect_view()}</ul> }.into_any()
}

/// A link for each product of the vendor, once however many variants of it were bought.
fn reviews(vendor: &str, lines: &[OrderLine]) -> AnyView {
    let mut products: Vec<&OrderLine> = Vec::new();
    for line in lines {
        let own = line.vendor.as_ref().is_some_and(|own| own.id == vendor);
        let known = products.iter().any(|known| known.product_id == line.product_id);
        if own && !known && !line.product_id.is_empty() {
            products.push(line);
        }
    }
    let link = |line: &OrderLine| {
        let url = format!("/account/reviews/{}", line.product_id);
        view! { <li><a href=url>{format!("Review “{}”", line.title)}</a></li> }
    };
    view! { <ul class="parcel-reviews" role="list">{products.into_iter().map(link).collect_view()}</ul> }
        .into_any()
}
