//! What the pages of chats and reviews share.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use leptos::prelude::*;

use super::with_session;
use crate::components::icons;
use crate::http::Visit;
use crate::http::forms::Pairs;
use crate::pages::PageError;
use crate::shop::Shop;
use crate::sibling::SiblingError;
use crate::social::SocialApi;

/// A visitor who is logged in; others are led to the login.
pub struct Customer {
    pub shop: Arc<Shop>,
    pub visit: Visit,
    session: String,
}

impl Customer {
    /// edge-social for this customer.
    pub fn social(&self) -> SocialApi<'_> {
        SocialApi { edge: &self.shop.edge, session: &self.session }
    }

    /// Where a failure leads that no page of theirs can show.
    pub fn elsewhere(&self, error: SiblingError) -> Result<Response, PageError> {
        match failed(&self.visit, error) {
            Failed::Elsewhere(answer) => answer,
            Failed::Here(status, _) => Err(PageError::BadForm(status)),
        }
    }
}

impl FromRequestParts<Arc<Shop>> for Customer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, shop).await.unwrap_or_else(|never| match never {});
        match visit.session.clone() {
            Some(session) => Ok(Self { shop: shop.clone(), visit, session }),
            None => Err(with_session(&visit, "/account/login", None)),
        }
    }
}

/// What became of a call that failed.
pub enum Failed {
    /// To the login, or to an error page.
    Elsewhere(Result<Response, PageError>),
    /// It was refused for something the visitor can mend: status and what to do.
    Here(StatusCode, String),
}

/// Sorts a failure.
pub fn failed(visit: &Visit, error: SiblingError) -> Failed {
    let Some(problem) = error.problem() else { return Failed::Elsewhere(Err(error.into())) };
    match problem.code.as_str() {
        "session_ended" | "session_required" => {
            Failed::Elsewhere(Ok(with_session(visit, "/account/login", None)))
        }
        "room_not_found" | "product_not_found" | "review_not_found" => {
            Failed::Elsewhere(Err(PageError::NotFound))
        }
        _ => {
            let detail = problem.detail.as_deref().unwrap_or("");
            let text = match (problem.code.as_str(), problem.param.as_deref()) {
                ("invalid_value", Some(param)) => format!("Please check the {}: {detail}.", name_of(param)),
                _ => format!("{}. {detail}", problem.title),
            };
            Failed::Here(problem.status_code(), text.trim().to_owned())
        }
    }
}

/// A field as its page calls it.
fn name_of(param: &str) -> &str {
    match param.split('[').next().unwrap_or(param) {
        "body" => "text",
        "uploads" | "picture" => "pictures",
        other => other,
    }
}

/// What was taken out of a text, as a query that tells the next page.
pub fn masked_query(masked: &[String]) -> String {
    if masked.is_empty() { String::new() } else { format!("?masked={}", masked.join(".")) }
}

/// Says what was taken out of a text that was just sent.
pub fn masked_notice(query: &Pairs) -> Option<AnyView> {
    let name = |kind: &str| {
        Some(match kind {
            "email" => "an e-mail address",
            "phone" => "a telephone number",
            "card" => "a card number",
            "iban" => "a bank account",
            "address" => "a postal address",
            _ => return None,
        })
    };
    let kinds: Vec<&str> = query.get("masked")?.split('.').filter_map(name).collect();
    if kinds.is_empty() {
        return None;
    }
    let text = format!(
        "For your safety we took {} out of what you wrote. Orders, addresses and payments are handled by Kiosk; nobody \
         needs them here.",
        kinds.join(", ")
    );
    let view = view! { <div class="notice" role="status" id="masked">{icons::notice()}<p>{text}</p></div> };
    Some(view.into_any())
}

/// The style sheet of these pages alone.
pub fn style(shop: &Shop) -> AnyView {
    view! { <link rel="stylesheet" href=shop.assets.url("talk.css") /> }.into_any()
}

/// A field to choose pictures.
pub fn pictures_field() -> AnyView {
    view! {
        <div class="field">
            <label for="pictures">"Pictures"<span class="field-hint">" (optional; JPEG, PNG or WebP, up to 4, together at most \
                3 MB)"</span></label>
            <input id="pictures" name="pictures" type="file" accept="image/jpeg,image/png,image/webp" multiple=true />
        </div>
    }
    .into_any()
}
