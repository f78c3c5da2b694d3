//! `GET /account/export`: all that is kept of a person, as one file. Each app tells what it keeps; this puts it together.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{api, is_logged_out, with_session};
use crate::http::Visit;
use crate::orders::OrdersApi;
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::shop::Shop;
use crate::sibling::SiblingError;
use crate::social::SocialApi;

/// Most parts that are asked of one app: 1,000 orders, and some 9,000 messages. The file says when there is more.
const PARTS_MAX: usize = 20;

/// `GET /account/export`
pub async fn export(State(shop): State<Arc<Shop>>, visit: Visit) -> Result<Response, PageError> {
    let Some(session) = visit.session.as_deref() else { return Ok(see_other("/account/login")) };
    // All of it or nothing: who gets a file takes it for whole.
    match collect(&shop, &visit, session).await {
        Ok(data) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
                (
                    header::CONTENT_DISPOSITION,
                    HeaderValue::from_static("attachment; filename=\"kiosk-account.json\""),
                ),
            ];
            Ok((headers, format!("{data:#}\n")).into_response())
        }
        Err(error) if is_logged_out(&error) || error.is("session_required") => {
            Ok(with_session(&visit, "/account/login", None))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the vault, the orders and the chats and reviews have of the session's owner.
async fn collect(shop: &Shop, visit: &Visit, session: &str) -> Result<Value, SiblingError> {
    let mut data = api(shop, visit).export().await?;
    let (orders, all_orders) = orders(OrdersApi::of(&shop.edge, visit)).await?;
    let social = social(SocialApi { edge: &shop.edge, session }).await?;
    data["orders"] = orders.into();
    data["reviews"] = social.reviews.into();
    data["messages"] = social.messages.into();
    data["complete"] = json!(all_orders && social.complete);
    Ok(data)
}

/// The orders, and whether these are all.
async fn orders(api: OrdersApi<'_>) -> Result<(Vec<Value>, bool), SiblingError> {
    let mut orders = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PARTS_MAX {
        let page = api.export(cursor.as_deref()).await?;
        orders.extend(page.items);
        if page.next.is_none() {
            return Ok((orders, true));
        }
        cursor = page.next;
    }
    Ok((orders, false))
}

#[derive(Default)]
struct Social {
    reviews: Vec<Value>,
    messages: Vec<Value>,
    /// Whether these are all.
    complete: bool,
}

async fn social(api: SocialApi<'_>) -> Result<Social, SiblingError> {
    let mut social = Social::default();
    let mut after: Option<String> = None;
    for _ in 0..PARTS_MAX {
        let part = api.export(after.as_deref()).await?;
        social.reviews.extend(part.reviews);
        social.messages.extend(part.messages);
        if part.next.is_none() {
            return Ok(Social { complete: true, ..social });
        }
        after = part.next;
    }
    Ok(social)
}
