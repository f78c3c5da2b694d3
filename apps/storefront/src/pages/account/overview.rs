//! What is in the account, and what its owner can change.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::form::{EMAIL, Field, FormPage, PASSWORD, Trouble, form, notice, said};
use super::{api, is_logged_out, with_session};
use super::{appeal, loyalty, passkeys, sessions};
use crate::accounts::Profile;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::Visit;
use crate::http::forms::{FormPairs, Pairs};
use crate::orders::OrdersApi;
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::shop::Shop;
use crate::sibling::SiblingError;

const PROFILE_FIELDS: [Field; 2] = [
    Field::required("name", "Full name", "text", "name", 120),
    Field { optional: true, ..Field::required("phone", "Telephone", "tel", "tel", 32) },
];
const CHANGE_PROFILE: FormPage = FormPage {
    title: "Name and telephone",
    lead: "",
    action: "/account/profile",
    submit: "Keep the changes",
    fields: &PROFILE_FIELDS,
    links: &[],
};

const PASSWORD_FIELDS: [Field; 2] = [
    Field::required("current", "Your password now", "password", "current-password", 256),
    Field::required("new-password", "New password, at least 8 characters", "password", "new-password", 256),
];
const CHANGE_PASSWORD: FormPage = FormPage {
    title: "Another password",
    lead: "",
    action: "/account/change-password",
    submit: "Change the password",
    fields: &PASSWORD_FIELDS,
    links: &[],
};

const EMAIL_FIELDS: [Field; 2] = [
    Field { label: "New e-mail address", ..EMAIL },
    Field { name: "email-password", label: "Your password", ..PASSWORD },
];
const CHANGE_EMAIL: FormPage = FormPage {
    title: "Another e-mail address",
    lead: "",
    action: "/account/change-email",
    submit: "Send a link to it",
    fields: &EMAIL_FIELDS,
    links: &[],
};

const DELETE_FIELDS: [Field; 1] = [Field { name: "delete-password", label: "Your password", ..PASSWORD }];
const DELETE: FormPage = FormPage {
    title: "Delete the account",
    lead: "",
    action: "/account/delete",
    submit: "Delete it for good",
    fields: &DELETE_FIELDS,
    links: &[],
};

/// `GET /account`
pub async fn show(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    page(&shop, &visit, None).await
}

/// A form of the page that was refused.
pub(super) struct Refused<'a> {
    pub(super) page: &'static FormPage,
    pub(super) pairs: &'a Pairs,
    pub(super) trouble: Trouble,
}

pub(super) async fn page(
    shop: &Shop,
    visit: &Visit,
    refused: Option<Refused<'_>>,
) -> Result<Response, PageError> {
    let Some(profile) = api(shop, visit).profile().await? else {
        return Ok(with_session(visit, "/account/login", None));
    };
    let sessions = api(shop, visit).sessions().await?;
    let passkeys = api(shop, visit).passkeys().await?;
    // The account is there without it: what is sold may be away.
    let orders = OrdersApi::of(&shop.edge, visit);
    let earned = optional(orders.loyalty().await, "the tier is not known");
    let standing = optional(orders.standing().await, "whether it is blocked is not known");
    let meta = Meta::private("Your account");
    let own = || {
        [sessions::view(&sessions), passkeys::view(shop, &passkeys, refused.as_ref())]
            .into_iter()
            .collect_view()
    };
    let sold = || {
        let blocked = standing.as_ref().filter(|standing| standing.blocked).map(|_| appeal::invitation());
        [blocked, earned.as_ref().and_then(loyalty::view)].into_iter().flatten().collect_view().into_any()
    };
    let main = || view(&profile, sold(), own().into_any(), refused.as_ref());
    let mut response = respond(shop, visit, Cache::Private, meta, main).await?;
    if let Some(refused) = refused {
        *response.status_mut() = refused.trouble.status;
    }
    Ok(response)
}

/// What the account's page can do without.
fn optional<T>(answer: Result<T, SiblingError>, without: &'static str) -> Option<T> {
    if let Err(error) = &answer {
        tracing::warn!(error = error as &dyn std::error::Error, "{without}");
    }
    answer.ok()
}

fn view(profile: &Profile, sold: AnyView, ways_in: AnyView, refused: Option<&Refused<'_>>) -> AnyView {
    let known = [("name", Some(&profile.name)), ("phone", profile.phone.as_ref())];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
    let known = Pairs(known.collect());
    let general = refused.filter(|refused| refused.trouble.field.is_none());
    let section = |page: &'static FormPage, text: &'static str| {
        let own = refused.filter(|refused| refused.page.action == page.action);
        let pairs = own.map_or(&known, |own| own.pairs);
        view! {
            <details open=own.is_some()>
                <summary>{page.title}</summary>
                <p>{text}</p>
                {form(page, pairs, own.map(|own| &own.trouble))}
            </details>
        }
    };
    view! {
        <div class="wrap own">
            <h1>"Your account"</h1>
            {general.map(|refused| notice(&refused.trouble.text))}
            <dl class="own-facts">
                <div><dt>"Name"</dt><dd>{profile.name.clone()}</dd></div>
                <div><dt>"E-mail"</dt><dd>{profile.email.clone()}</dd></div>
                {profile.phone.clone().map(|phone| view! { <div><dt>"Telephone"</dt><dd>{phone}</dd></div> })}
            </dl>
            {sold}
            <ul class="own-links" role="list">
                <li><a href="/account/orders">"Your orders"</a></li>
                <li><a href="/account/addresses">"Your addresses"</a></li>
            </ul>
            {section(&CHANGE_PROFILE, "Your name is on what we send you.")}
            {section(&CHANGE_PASSWORD, "All your other devices are logged out.")}
            {section(&CHANGE_EMAIL, "A link goes to the new address; until you follow it, the old one stays.")}
            {ways_in}
            {section(&DELETE, "Your name, addresses and everything else that is personal are erased and cannot be brought \
                back. Orders stay in the sellers' books without your name.")}
            <div class="own-actions">
                <form action="/account/logout" method="post"><button class="button">"Log out"</button></form>
                <a class="button" href="/account/chats">"Messages"</a>
                <a class="button" href="/account/export" download="kiosk-account.json">"Download my data"</a>
            </div>
        </div>
    }
    .into_any()
}

/// Asks for a change; a refusal shows the page again.
async fn change(
    shop: &Shop,
    visit: &Visit,
    form_page: &'static FormPage,
    pairs: &Pairs,
    (method, path, body): (Method, &str, Value),
    renamed: &[(&str, &str)],
) -> Result<Option<Response>, PageError> {
    let Err(error) = api(shop, visit).ask(method, path, body).await else { return Ok(None) };
    if is_logged_out(&error) {
        return Ok(Some(with_session(visit, "/account/login", None)));
    }
    // Forms on one page cannot have two fields of one name.
    let param = error.problem().and_then(|problem| problem.param.clone());
    let shown = renamed.iter().find(|(param_name, _)| Some(*param_name) == param.as_deref());
    let mut trouble = Trouble::of(error, |name| form_page.has(name))?;
    if let Some((_, field)) = shown {
        trouble.field = Some((*field).to_owned());
    }
    page(shop, visit, Some(Refused { page: form_page, pairs, trouble })).await.map(Some)
}

/// `POST /account/profile`
pub async fn change_profile(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let call = (Method::PATCH, "", json!({ "name": pairs.text("name"), "phone": pairs.text("phone") }));
    let changed = change(&shop, &visit, &CHANGE_PROFILE, &pairs, call, &[]).await?;
    Ok(changed.unwrap_or_else(|| see_other("/account")))
}

/// `POST /account/change-password`
pub async fn change_password(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let body = json!({ "current": pairs.raw("current"), "password": pairs.raw("new-password") });
    let call = (Method::PUT, "/password", body);
    let renamed = [("password", "new-password")];
    match change(&shop, &visit, &CHANGE_PASSWORD, &pairs, call, &renamed).await? {
        Some(response) => Ok(response),
        None => {
            let text = "Your other devices are logged out. We sent you a mail about it.";
            said(&shop, &visit, "Your password was changed", text, ("To your account", "/account")).await
        }
    }
}

/// `POST /account/change-email`
pub async fn change_email(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let body = json!({ "email": pairs.text("email"), "password": pairs.raw("email-password") });
    let call = (Method::POST, "/email", body);
    let renamed = [("password", "email-password")];
    match change(&shop, &visit, &CHANGE_EMAIL, &pairs, call, &renamed).await? {
        Some(response) => Ok(response),
        None => {
            let text = "We sent a link to your new address. Until you follow it, the old one stays.";
            said(&shop, &visit, "Look into your mailbox", text, ("To your account", "/account")).await
        }
    }
}

/// `POST /account/delete`
pub async fn delete(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    FormPairs(pairs): FormPairs,
) -> Result<Response, PageError> {
    let call = (Method::DELETE, "", json!({ "password": pairs.raw("delete-password") }));
    let renamed = [("password", "delete-password")];
    match change(&shop, &visit, &DELETE, &pairs, call, &renamed).await? {
        Some(response) => Ok(response),
        None => Ok(with_session(&visit, "/", None)),
    }
}
