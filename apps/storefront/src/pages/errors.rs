//! Error pages: what happened, and where to go from here.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use leptos::prelude::*;

use super::error::ErrorPage;
use crate::components::nav::Nav;
use crate::components::shell::{Cache, Meta, document};
use crate::http::{Visit, headers};
use crate::shop::Shop;

/// When a visitor may try again after a 503, in seconds.
const RETRY_AFTER_S: u32 = 5;

struct Words {
    title: &'static str,
    text: &'static str,
    link: &'static str,
    label: &'static str,
}

const fn words(page: ErrorPage) -> Words {
    match page {
        ErrorPage::NotFound => Words {
            title: "There is nothing on this shelf",
            text: "The address may have a typing error, or the page has moved. The shop itself is right here.",
            link: "/",
            label: "To the shop",
        },
        ErrorPage::ProductNotFound => Words {
            title: "This piece is no longer sold here",
            text: "Its maker may have taken it out of the range. There is a lot more to see.",
            link: "/",
            label: "To the shop",
        },
        ErrorPage::OtherOrigin => Words {
            title: "That came from somewhere else",
            text: "For your safety we only take forms from our own pages. Please go back to the shop and try again from there.",
            link: "/cart",
            label: "To your cart",
        },
        ErrorPage::BadForm => Words {
            title: "We could not read that",
            text: "What was sent does not fit this page. Please go back and try again.",
            link: "/cart",
            label: "To your cart",
        },
        ErrorPage::Internal => Words {
            title: "Something broke on our side",
            text: "It was not you. We have been told and will look into it. Please try again in a moment.",
            link: "/",
            label: "To the shop",
        },
        ErrorPage::Unavailable => Words {
            title: "The counter is closed for a moment",
            text: "Nothing was lost and nothing was charged. Please try again in a few seconds.",
            link: "",
            label: "Try again",
        },
    }
}

/// Middleware: draws the error page that a handler asked for.
pub async fn render(State(shop): State<Arc<Shop>>, visit: Visit, request: Request, next: Next) -> Response {
    let wants_html = !visit.wants_json;
    let path = request.uri().path().to_owned();
    let reads = request.method() == axum::http::Method::GET;
    let response = next.run(request).await;
    let Some(page) = response.extensions().get::<ErrorPage>().copied() else { return response };
    if !wants_html {
        return message(response, page);
    }
    let nav = shop.nav().await.unwrap_or_else(|_| shop.last_nav());
    let again = if reads { path } else { "/cart".to_owned() };
    let meta = Meta::private(words(page).title);
    let body = document(&shop, &nav, &visit, &meta, || view(page, &again, &nav));
    let mut drawn = headers::html(response.status(), &visit, Cache::Private, body);
    if page == ErrorPage::Unavailable {
        drawn.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    drawn
}

/// The same for an island, which shows one sentence.
fn message(response: Response, page: ErrorPage) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let text = serde_json::json!({ "message": format!("{}. {}", words(page).title, words(page).text) });
    Response::from_parts(parts, text.to_string().into())
}

fn view(page: ErrorPage, again: &str, nav: &Nav) -> AnyView {
    let Words { title, text, link, label } = words(page);
    let link = if link.is_empty() { again.to_owned() } else { link.to_owned() };
    let category = |branch: &crate::components::nav::Branch| {
        view! { <li><a class="chip" href=format!("/c/{}", branch.category.slug)>{branch.category.name.clone()}</a></li> }
    };
    view! {
        <section class="wrap empty">
            <h1>{title}</h1>
            <p class="lead">{text}</p>
            <p><a class="button button-main" href=link>{label}</a></p>
            <ul class="chips" role="list">{nav.branches.iter().map(category).collect_view()}</ul>
        </section>
    }
    .into_any()
}
