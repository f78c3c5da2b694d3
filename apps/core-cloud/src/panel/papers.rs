//! `/vendor/business`, `/vendor/documents/{item}`: what a vendor hands in.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, Method, StatusCode, header};
use leptos::prelude::*;

use super::{home, own};
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::service::Member;
use crate::modules::vendors::business::Business;
use crate::modules::vendors::document::{DOCUMENT_BYTES_MAX, Form};
use crate::modules::vendors::state::Item;
use crate::page::{Field, Fields, FormState, Frame, Page, html_with, read_upload, redirect};

const BUSINESS: &str = "/vendor/business";
const DOCUMENT: &str = "/vendor/documents/{item}";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    vec![
        Route::new(Method::GET, BUSINESS, access, get(show_business), services.clone()),
        Route::new(Method::POST, BUSINESS, access, post(set_business), services.clone()),
        Route::new(Method::GET, DOCUMENT, access, get(get_document), services.clone()),
        Route::new(Method::POST, DOCUMENT, access, post(put_document), services.clone()),
    ]
}

async fn show_business(State(services): State<Services>, member: Member) -> Page {
    let Business { legal_name, register_number, vat_id, street, postcode, city, phone } =
        services.vendors.get(own(&member)?).await?.profile.business;
    let form = FormState::of(vec![
        ("legal_name", legal_name),
        ("register_number", register_number),
        ("vat_id", vat_id),
        ("street", street),
        ("postcode", postcode),
        ("city", city),
        ("phone", phone),
    ]);
    Ok(business_page(&member, StatusCode::OK, &form))
}

async fn set_business(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let text = |name| fields.text(name).to_owned();
    let business = Business {
        legal_name: text("legal_name"),
        register_number: text("register_number"),
        vat_id: text("vat_id"),
        street: text("street"),
        postcode: text("postcode"),
        city: text("city"),
        phone: text("phone"),
    };
    match services.vendors.set_business(&member, own(&member)?, business).await {
        Ok(()) => Ok(redirect("/vendor?done=handed-in")),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            Ok(business_page(&member, StatusCode::UNPROCESSABLE_ENTITY, &form))
        }
    }
}

fn business_page(member: &Member, status: StatusCode, form: &FormState) -> Response {
    let form = form.clone();
    let body = view! {
        <form class="form card" method="post" action=BUSINESS>
            {form.rest(&["legal_name", "register_number", "vat_id", "street", "postcode", "city", "phone"])}
            <Field form=form.clone() name="legal_name" label="Legal name" autocomplete="organization" required=true hint="As it stands in the register." />
            <div class="pair">
                <Field form=form.clone() name="register_number" label="Register number" required=true />
                <Field form=form.clone() name="vat_id" label="VAT number" required=true />
            </div>
            <Field form=form.clone() name="street" label="Street and number" autocomplete="street-address" required=true />
            <div class="pair">
                <Field form=form.clone() name="postcode" label="Postcode" autocomplete="postal-code" required=true />
                <Field form=form.clone() name="city" label="City" autocomplete="address-level2" required=true />
            </div>
            <Field form=form.clone() name="phone" label="Phone" kind="tel" autocomplete="tel" required=true />
            <button type="submit">"Save"</button>
            <p><a href="/vendor">"Back to the overview"</a></p>
        </form>
    };
    html_with(status, Frame::of(member, "Business information", "/vendor"), body)
}

async fn put_document(
    State(services): State<Services>,
    member: Member,
    Path(item): Path<String>,
    request: Request,
) -> Page {
    let item = Item::parse(&item).ok_or(Error::NotFound("document"))?;
    let handed_in = match read_upload(request, DOCUMENT_BYTES_MAX, 1).await {
        Ok(upload) => {
            let bytes = upload.files.into_iter().next().unwrap_or_default();
            services.vendors.put_document(&member, own(&member)?, item, bytes).await
        }
        Err(unread) => Err(unread.error),
    };
    match handed_in {
        Ok(()) => Ok(redirect("/vendor?done=handed-in")),
        Err(error) => {
            let form = FormState::refused(Fields::default(), error)?;
            home::page(&services, &member, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
        }
    }
}

async fn get_document(State(services): State<Services>, member: Member, Path(item): Path<String>) -> Page {
    let item = Item::parse(&item).ok_or(Error::NotFound("document"))?;
    let (ext, bytes) = services.vendors.get_document(own(&member)?, item).await?;
    Ok(document_response(item, &ext, bytes))
}

/// A document as a file to save: a browser never shows it as a page of this origin.
pub fn document_response(item: Item, ext: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{}.{ext}\"", item.name());
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(Form::media_type(ext))),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, bytes).into_response()
}
