//! The delivery addresses that are kept.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use leptos::prelude::*;

use super::form::{Trouble, notice};
use super::{api, is_logged_out, with_session};
use crate::accounts::SavedAddress;
use crate::components::field::{self, Field};
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::{FormPairs, Pairs};
use crate::http::{Name, Visit};
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::pages::checkout_account::address_body;
use crate::pages::checkout_form::ADDRESS;
use crate::pages::vendor::country;
use crate::shop::Shop;
use crate::sibling::SiblingError;

const LIST: &str = "/account/addresses";
const RECEIVER: Field = Field::required("name", "Full name", "text", "name", 100);

/// `GET /account/addresses`
pub async fn list(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    let addresses = match own(&shop, &visit).await? {
        Some(addresses) => addresses,
        None => return Ok(with_session(&visit, "/account/login", None)),
    };
    let meta = Meta::private("Your addresses");
    respond(&shop, &visit, Cache::Private, meta, || list_view(&addresses)).await
}

/// The addresses; `None` when nobody is logged in.
async fn own(shop: &Shop, visit: &Visit) -> Result<Option<Vec<SavedAddress>>, SiblingError> {
    match api(shop, visit).addresses().await {
        Ok(addresses) => Ok(Some(addresses)),
        Err(error) if is_logged_out(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn list_view(addresses: &[SavedAddress]) -> AnyView {
    let item = |address: &SavedAddress| {
        let url = format!("{LIST}/{}", address.id);
        let named = |what: &str| format!("{what}: {}, {}", address.name, address.street);
        view! {
            <li>
                <address>{format!("{}, {}", address.name, line(address))}</address>
                <div class="own-buttons">
                    <a class="link" href=url.clone() aria-label=named("Change")>"Change"</a>
                    <form action=format!("{url}/remove") method="post">
                        <button class="link" aria-label=named("Remove")>"Remove"</button>
                    </form>
                </div>
            </li>
        }
    };
    view! {
        <div class="wrap own">
            <h1>"Your addresses"</h1>
            {if addresses.is_empty() {
                view! { <p class="lead">"There is none yet. Keep one here, and the checkout fills it in."</p> }.into_any()
            } else {
                view! { <ul class="own-list" role="list">{addresses.iter().map(item).collect_view()}</ul> }.into_any()
            }}
            <p><a class="button button-main" href=format!("{LIST}/new")>"Add an address"</a></p>
            <ul class="own-links" role="list"><li><a href="/account">"To your account"</a></li></ul>
        </div>
    }
    .into_any()
}

/// An address in one line, without its receiver.
fn line(address: &SavedAddress) -> String {
    let extra = address.extra.as_deref().map(|extra| format!("{extra}, ")).unwrap_or_default();
    let SavedAddress { street, postcode, city, .. } = address;
    format!("{street}, {extra}{postcode} {city}, {}", country(&address.country))
}

/// `GET /account/addresses/new`
pub async fn show_new(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    let Some(profile) = api(&shop, &visit).profile().await? else {
        return Ok(with_session(&visit, "/account/login", None));
    };
    edit(&shop, &visit, None, &Pairs(vec![("name".to_owned(), profile.name)]), None).await
}

/// `GET /account/addresses/{id}`
pub async fn show(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
) -> Result<Response, PageError> {
    let Some(addresses) = own(&shop, &visit).await? else {
        return Ok(with_session(&visit, "/account/login", None));
    };
    let address = addresses.into_iter().find(|address| address.id == id).ok_or(PageError::NotFound)?;
    let SavedAddress { name, street, extra, postcode, city, country, .. } = address;
    let extra = extra.unwrap_or_default();
    let names = ["name", "street", "extra", "postcode", "city", "country"].map(str::to_owned);
    let pairs = names.into_iter().zip([name, street, extra, postcode, city, country]).collect();
    edit(&shop, &visit, Some(&id), &Pairs(pairs), None).await
}

/// `POST /account/addresses/new`
pub async fn add(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let asked = api(&shop, &visit).ask(Method::POST, "/addresses", address_body(&form)).await;
    asked_for(&shop, &visit, None, &form, asked).await
}

/// `POST /account/addresses/{id}`
pub async fn change(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
    FormPairs(form): FormPairs,
) -> Result<Response, PageError> {
    let path = path(&id)?;
    let asked = api(&shop, &visit).ask(Method::PUT, &path, address_body(&form)).await;
    asked_for(&shop, &visit, Some(&id), &form, asked).await
}

/// `POST /account/addresses/{id}/remove`
pub async fn remove(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    Name(id): Name,
) -> Result<Response, PageError> {
    match api(&shop, &visit).ask(Method::DELETE, &path(&id)?, serde_json::Value::Null).await {
        Err(error) if is_logged_out(&error) => Ok(with_session(&visit, "/account/login", None)),
        // Removed in another window already.
        Err(error) if !error.is("address_not_found") => Err(error.into()),
        _ => Ok(see_other(LIST)),
    }
}

/// Where edge-accounts has the address; an id goes into its address only when it could be one.
fn path(id: &str) -> Result<String, PageError> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(format!("/addresses/{id}")) } else { Err(PageError::NotFound) }
}

/// Back to the list, or the form again with what was refused.
async fn asked_for(
    shop: &Shop,
    visit: &Visit,
    id: Option<&str>,
    form: &Pairs,
    asked: Result<(), SiblingError>,
) -> Result<Response, PageError> {
    match asked {
        Ok(()) => Ok(see_other(LIST)),
        Err(error) if is_logged_out(&error) => Ok(with_session(visit, "/account/login", None)),
        Err(error) if error.is("address_not_found") => Err(PageError::NotFound),
        Err(error) => {
            let known = |name: &str| name == RECEIVER.name || ADDRESS.iter().any(|field| field.name == name);
            let trouble = Trouble::of(error, known)?;
            edit(shop, visit, id, form, Some(&trouble)).await
        }
    }
}

async fn edit(
    shop: &Shop,
    visit: &Visit,
    id: Option<&str>,
    pairs: &Pairs,
    trouble: Option<&Trouble>,
) -> Result<Response, PageError> {
    let title = if id.is_some() { "Change an address" } else { "Add an address" };
    let heading = if trouble.is_some() { format!("Please check: {title}") } else { title.to_owned() };
    let error =
        |name: &str| trouble.filter(|own| own.field.as_deref() == Some(name)).map(|own| own.text.as_str());
    let action = format!("{LIST}/{}", id.unwrap_or("new"));
    let fields = std::iter::once(&RECEIVER).chain(&ADDRESS);
    let mut response = respond(shop, visit, Cache::Private, Meta::private(heading), || {
        view! {
            <div class="wrap own">
                <h1>{title}</h1>
                {trouble.filter(|trouble| trouble.field.is_none()).map(|trouble| notice(&trouble.text))}
                <form class="own-form" action=action method="post">
                    {fields.map(|field| field::view(field, pairs.text(field.name), error(field.name))).collect_view()}
                    {field::country(pairs.get("country"), None)}
                    <button class="button button-main">"Keep it"</button>
                </form>
                <ul class="own-links" role="list"><li><a href=LIST>"To your addresses"</a></li></ul>
            </div>
        }
    })
    .await?;
    if let Some(trouble) = trouble {
        *response.status_mut() = trouble.status;
    }
    Ok(response)
}
