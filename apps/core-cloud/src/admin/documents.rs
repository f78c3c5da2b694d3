//! `/admin/documents`: invoices and credit notes of all vendors.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use http::Method;
use kiosk_ids::VendorId;
use leptos::prelude::*;

use super::ledger::file;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::accounting::documents::{Issued, Kind};
use crate::modules::accounting::pdf;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::time;
use crate::page::{Column, Failed, Frame, List, Listed, Page, html};

const PATH: &str = "/admin/documents";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Books);
    let one = "/admin/documents/{vendor}/{name}";
    vec![
        Route::new(Method::GET, PATH, access, get(list_documents), services.clone()),
        Route::new(Method::GET, one, access, get(get_document), services.clone()),
    ]
}

async fn list_documents(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let body = documents(&services, None, PATH, list.sorted("-issued")).await?;
    Ok(html(Frame::of(&member, "Invoices", "/admin/ledger"), body))
}

async fn get_document(
    State(services): State<Services>,
    _member: Member,
    Path((vendor, name)): Path<(String, String)>,
) -> Page {
    let vendor = VendorId::parse(&vendor).map_err(|_| Error::NotFound("vendor"))?;
    document(&services, &vendor, &name).await
}

/// A document as a PDF to save.
pub async fn document(services: &Services, vendor: &VendorId, name: &str) -> Result<Response, Failed> {
    let document = services.accounting.get_document(vendor, name).await?;
    Ok(file(&format!("{}.pdf", document.name), "application/pdf", pdf::render(&document)?))
}

/// The list of a vendor's documents, or of all.
pub async fn documents(
    services: &Services,
    vendor: Option<&VendorId>,
    path: &'static str,
    list: List,
) -> Result<AnyView, Error> {
    let mut issued = services.accounting.list_documents(vendor, &list).await?;
    let more = list.cut(&mut issued);
    let empty = issued.is_empty();
    let own = vendor.is_some();
    let rows = issued.into_iter().map(|document| row(document, own)).collect_view();
    let mut columns = vec![Column::sorted("Number", "name")];
    if !own {
        columns.push(Column::sorted("Vendor", "vendor"));
    }
    columns.extend([
        Column::plain("Order"),
        Column::sorted("Issued", "issued"),
        Column::numbers("Total", "total"),
    ]);
    let states = std::iter::once(("", "all")).chain(Kind::ALL.map(|kind| (kind.name(), kind.title())));
    let empty = empty.then_some("No document fits.");
    let body = view! {
        <Listed path list label="Number, order or vendor" states=states.collect() columns empty more>{rows}</Listed>
    };
    Ok(body.into_any())
}

fn row(document: Issued, own: bool) -> impl IntoView {
    let Issued { vendor, name, order, issued_ms, total, .. } = document;
    let href = if own { format!("/vendor/invoices/{name}") } else { format!("{PATH}/{vendor}/{name}") };
    view! {
        <tr>
            <td class="head" data-label="Number"><a href=href>{name}</a></td>
            {(!own).then(|| view! { <td class="mono" data-label="Vendor">{vendor}</td> })}
            <td class="mono" data-label="Order">{order}</td>
            <td data-label="Issued">{time(issued_ms)}</td>
            <td class="num" data-label="Total">{total.to_string()}</td>
        </tr>
    }
}
