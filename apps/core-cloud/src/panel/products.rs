//! `/vendor/products`: a vendor's products, many at once.

use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_money::Currency;
use leptos::prelude::*;

use super::own;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::catalog::listing::Listing;
use crate::modules::catalog::products::Listed;
use crate::modules::imports::formats::Format;
use crate::modules::imports::service::Report;
use crate::modules::listings::import::FILE_BYTES_MAX;
use crate::modules::listings::service::Bulk;
use crate::modules::members::service::Member;
use crate::page::format::time;
use crate::page::{
    Badge, Choice, Column, Columns, Empty, Failed, Fields, Filters, FormState, Frame, List, Notice, Page,
    Pages, Tone, html_with, read_upload, redirect, with_all,
};

/// Where the list is.
pub const PATH: &str = "/vendor/products";
const IMPORT: &str = "/vendor/products/import";
/// Formats that a vendor imports.
const FORMATS: [Format; 3] = [Format::ShopifyCsv, Format::OnlineBoutique, Format::KioskJsonl];
/// Issues of an import that are shown.
const ISSUES_SHOWN_MAX: usize = 200;

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    vec![
        Route::new(Method::GET, PATH, access, get(list_products), services.clone()),
        Route::new(Method::POST, PATH, access, post(edit_many), services.clone()),
        Route::new(Method::GET, IMPORT, access, get(show_import), services.clone()),
        Route::new(Method::POST, IMPORT, access, post(import_file), services.clone()),
    ]
}

/// How a state looks.
pub fn tone_of(state: Listing) -> Tone {
    match state {
        Listing::Draft => Tone::Warn,
        Listing::Listed => Tone::Good,
        Listing::Suspended => Tone::Bad,
        Listing::Archived => Tone::Plain,
    }
}

/// `€19.99`, or `from €19.99` when variants differ.
pub fn price_of(listed: &Listed) -> String {
    let prices = || listed.product.variants.iter().map(|variant| variant.price);
    let Some(lowest) = prices().min_by_key(|price| price.amount) else { return String::new() };
    if prices().all(|price| price == lowest) { lowest.to_string() } else { format!("from {lowest}") }
}

async fn list_products(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = (list.done == "changed").then_some("Changed.");
    page(&services, &member, list, FormState::default(), done).await
}

async fn edit_many(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let ids: Vec<&str> = fields.all("id").collect();
    let bulk = match fields.text("act") {
        "list" => Ok(Bulk::Move(Listing::Listed)),
        "draft" => Ok(Bulk::Move(Listing::Draft)),
        "archive" => Ok(Bulk::Move(Listing::Archived)),
        "price" => fields
            .text("percent")
            .parse()
            .map(Bulk::Price)
            .map_err(|_| Error::invalid("percent", "a whole number, such as -10")),
        _ => Err(Error::invalid("", "choose what to do")),
    };
    let edited = match bulk {
        Ok(bulk) => services.listings.edit_many(&member, own(&member)?, &ids, bulk).await,
        Err(error) => Err(error),
    };
    match edited {
        Ok(_) => Ok(redirect("/vendor/products?done=changed")),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(&services, &member, List::default(), form, None).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    list: List,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let mut products = services.listings.list(Some(own(member)?), &list).await?;
    let more = list.cut(&mut products);
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let empty = products.is_empty();
    let rows = products.into_iter().map(row).collect_view();
    let columns = vec![
        Column::plain("Tick"),
        Column::sorted("Product", "title"),
        Column::sorted("Category", "category"),
        Column::sorted("State", "state"),
        Column::numbers("Price", ""),
        Column::sorted("Changed", "changed"),
    ];
    let states = Listing::ALL.map(Listing::name).to_vec();
    let table = view! {
        <form method="post" action=PATH>
            <div class="card">
                <table class="stack">
                    <Columns path=PATH list=list.clone() columns />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div class="tools acts">
                <label>"With the ticked ones"<select name="act">
                    <option value="list">"list them"</option>
                    <option value="draft">"make them drafts"</option>
                    <option value="archive">"archive them"</option>
                    <option value="price">"change prices by per cent"</option>
                </select></label>
                <label>"Per cent"<input name="percent" inputmode="numeric" size="5" placeholder="-10" /></label>
                <button type="submit" class="quiet">"Do it"</button>
            </div>
        </form>
    };
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&[])}
        <p class="acts"><a class="button" href="/vendor/products/new">"New product"</a> <a href=IMPORT>"Import a file"</a></p>
        <Filters path=PATH list=list.clone() label="Name, SKU or number" states=with_all(states) />
        {if empty {
            view! { <div class="card"><Empty text="No product fits. Write your first one, or import a file." /></div> }.into_any()
        } else { table.into_any() }}
        <Pages path=PATH list more />
    };
    Ok(html_with(status, Frame::of(member, "Products", PATH), body))
}

fn row(listed: Listed) -> impl IntoView {
    let id = listed.product.id.to_string();
    let price = price_of(&listed);
    let href = format!("{PATH}/{id}");
    let label = format!("Tick {}", listed.product.title);
    view! {
        <tr>
            <td data-label="Tick"><input type="checkbox" name="id" value=id aria-label=label /></td>
            <td class="head" data-label="Product"><a href=href>{listed.product.title}</a><span class="sub">{listed.product.handle}</span></td>
            <td data-label="Category">{listed.product.category}</td>
            <td data-label="State"><Badge tone=tone_of(listed.state) text=listed.state.name() /></td>
            <td class="num" data-label="Price">{price}</td>
            <td data-label="Changed">{time(listed.changed_ms)}</td>
        </tr>
    }
}

async fn show_import(member: Member) -> Page {
    Ok(import_page(&member, FormState::default(), None))
}

async fn import_file(State(services): State<Services>, member: Member, request: Request) -> Page {
    let vendor = own(&member)?;
    let upload = match read_upload(request, FILE_BYTES_MAX, 1).await {
        Ok(upload) => upload,
        Err(unread) => {
            return Ok(import_page(&member, FormState::refused(unread.fields, unread.error)?, None));
        }
    };
    let format = FORMATS.into_iter().find(|format| format.name() == upload.fields.text("format"));
    let currency = Currency::from_code(upload.fields.text("currency"));
    let bytes = upload.files.into_iter().next();
    let imported = match (format, currency, bytes) {
        (None, ..) => Err(Error::invalid("format", "choose one")),
        (_, None, _) => Err(Error::invalid("currency", "three letters, such as EUR")),
        (.., None) => Err(Error::invalid("file", "choose a file")),
        (Some(format), Some(currency), Some(bytes)) => {
            let country = services.vendors.get(vendor).await?.profile.country;
            services.listings.import_file(&member, vendor, &country, (format, currency), bytes).await
        }
    };
    match imported {
        Ok(report) => Ok(import_page(&member, FormState::default(), Some(report))),
        Err(error) => Ok(import_page(&member, FormState::refused(upload.fields, error)?, None)),
    }
}

fn import_page(member: &Member, form: FormState, report: Option<Report>) -> Response {
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let formats = FORMATS.map(|format| (format.name().to_owned(), format.name().to_owned())).to_vec();
    let report = report.map(|report| {
        let text = format!(
            "{} new, {} changed, {} unchanged; {} rows refused, {} warnings.",
            report.created, report.changed, report.unchanged, report.refused, report.warnings
        );
        let issues = report.issues.into_iter().take(ISSUES_SHOWN_MAX).map(|issue| {
            view! { <li>{format!("Line {}: {}: {}", issue.line, issue.record, issue.reason)}</li> }
        });
        view! { <Notice tone=Tone::Good text /><ul>{issues.collect_view()}</ul> }
    });
    let body = view! {
        {report}
        <form class="form card" method="post" action=IMPORT enctype="multipart/form-data">
            {form.rest(&["format"])}
            <p class="sub">"Products are listed under your name. Pictures come from the addresses in the file; categories have to be known."</p>
            <Choice form=form.clone() name="format" label="Format" options=formats />
            <div class="field"><label for="currency">"Currency of prices without one"</label><input id="currency" name="currency" value="EUR" maxlength="3" /></div>
            <div class="field"><label for="file">"File"</label><input id="file" type="file" name="file" required=true /></div>
            <button type="submit">"Import"</button>
            <p><a href=PATH>"Back to the products"</a></p>
        </form>
    };
    html_with(status, Frame::of(member, "Import products", PATH), body)
}
