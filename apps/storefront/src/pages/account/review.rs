//! `/account/reviews/{product}`: one's own review.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use kiosk_ids::ProductId;
use leptos::prelude::*;
use serde_json::json;

use super::form::notice;
use super::talk::{Customer, Failed, failed, masked_notice, masked_query, pictures_field, style};
use crate::components::field::area_text;
use crate::components::icons;
use crate::components::shell::{Cache, Meta, respond};
use crate::http::forms::{Pairs, QueryPairs};
use crate::http::multipart::FilesForm;
use crate::http::path::Name;
use crate::pages::PageError;
use crate::pages::cart::see_other;
use crate::shop::Shop;
use crate::social::{OwnReview, Review};

const STARS: [(u8, &str); 5] =
    [(5, "Excellent"), (4, "Good"), (3, "All right"), (2, "Not so good"), (1, "Bad")];

/// `GET /account/reviews/{product}`
pub async fn show(
    Reviewed(product): Reviewed,
    customer: Customer,
    QueryPairs(query): QueryPairs,
) -> Result<Response, PageError> {
    page(&customer, &product, Shown { query, ..Shown::default() }).await
}

/// The product in the path; what is no name of one is a page that is not there.
pub struct Reviewed(ProductId);

impl<S: Send + Sync> FromRequestParts<S> for Reviewed {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let Name(product) = Name::from_request_parts(parts, state).await?;
        ProductId::parse(&product).map(Self).map_err(|_| PageError::NotFound)
    }
}

/// What the page is asked to say, and a form that was not taken.
#[derive(Default)]
struct Shown {
    query: Pairs,
    draft: Option<Pairs>,
    trouble: Option<String>,
    status: StatusCode,
}

async fn page(customer: &Customer, product: &ProductId, shown: Shown) -> Result<Response, PageError> {
    let own = match customer.social().own_review(product.as_str()).await {
        Ok(own) => own,
        Err(error) => return customer.elsewhere(error),
    };
    let Customer { shop, visit, .. } = customer;
    let meta = Meta::private("Your review");
    let mut response =
        respond(shop, visit, Cache::Private, meta, || view(shop, product, &own, &shown)).await?;
    *response.status_mut() = shown.status;
    Ok(response)
}

/// `POST /account/reviews/{product}`
pub async fn send(
    Reviewed(product): Reviewed,
    customer: Customer,
    FilesForm { pairs, files }: FilesForm,
) -> Result<Response, PageError> {
    let written = async {
        let kept = pairs.0.iter().filter(|(name, _)| name == "keep").map(|(_, id)| id.clone());
        let mut uploads: Vec<String> = kept.collect();
        uploads.extend(customer.social().upload(&files).await?);
        uploads.dedup();
        let review = json!({
            "stars": pairs.text("stars").parse::<u8>().unwrap_or(0),
            "title": pairs.text("title"),
            "body": pairs.text("body"),
            "uploads": uploads,
        });
        customer.social().put_review(product.as_str(), &review).await
    };
    match written.await {
        Ok(written) => {
            let query = masked_query(&written.masked);
            let query =
                if query.is_empty() { "?written=yes".to_owned() } else { format!("{query}&written=yes") };
            Ok(see_other(&format!("/account/reviews/{product}{query}")))
        }
        Err(error) => match failed(&customer.visit, error) {
            Failed::Elsewhere(answer) => answer,
            Failed::Here(status, trouble) => {
                let shown = Shown { draft: Some(pairs), trouble: Some(trouble), status, ..Shown::default() };
                page(&customer, &product, shown).await
            }
        },
    }
}

/// `POST /account/reviews/{product}/withdraw`
pub async fn withdraw(Reviewed(product): Reviewed, customer: Customer) -> Result<Response, PageError> {
    match customer.social().withdraw_review(product.as_str()).await {
        Ok(()) => Ok(see_other(&format!("/account/reviews/{product}?withdrawn=yes"))),
        Err(error) => customer.elsewhere(error),
    }
}

fn view(shop: &Shop, product: &ProductId, own: &OwnReview, shown: &Shown) -> AnyView {
    let OwnReview { product_title, may_review, why_not, review } = own;
    let said = |name: &str, text: &'static str| {
        shown.query.get(name).map(|_| {
            view! { <div class="notice" role="status">{icons::notice()}<p>{text}</p></div> }.into_any()
        })
    };
    let title = if *may_review { product_title.clone() } else { "Your review".to_owned() };
    view! {
        {style(shop)}
        <div class="wrap own">
            <h1>{title}</h1>
            {shown.trouble.as_deref().map(notice)}
            {said("written", "Thank you. Your review is published once it has been checked.")}
            {said("withdrawn", "Your review was taken back.")}
            {masked_notice(&shown.query)}
            {review.as_ref().map(state)}
            {if *may_review {
                form(product, review.as_ref(), shown.draft.as_ref())
            } else {
                view! { <p class="lead">{why_not.clone()}</p> }.into_any()
            }}
            {review.as_ref().map(|_| view! {
                <form action=format!("/account/reviews/{product}/withdraw") method="post">
                    <button class="button">"Take my review back"</button>
                </form>
            })}
            <p><a href="/account">"To your account"</a></p>
        </div>
    }
    .into_any()
}

fn state(review: &Review) -> AnyView {
    let text = match review.state.as_str() {
        "waiting" => "Your review waits to be published.",
        "removed" => {
            "A moderator took your review off the product's page. You can change it and send it again."
        }
        _ => "Your review is on the product's page.",
    };
    view! { <p class="lead">{text}</p> }.into_any()
}

fn form(product: &ProductId, review: Option<&Review>, draft: Option<&Pairs>) -> AnyView {
    let text = |name: &str, own: fn(&Review) -> String| match draft {
        Some(draft) => draft.text(name).to_owned(),
        None => review.map(own).unwrap_or_default(),
    };
    let stars = text("stars", |review| review.stars.to_string());
    let star = |(number, name): (u8, &'static str)| {
        let id = format!("stars-{number}");
        let checked = stars == number.to_string();
        view! {
            <div class="check">
                <input type="radio" id=id.clone() name="stars" value=number.to_string() checked=checked required=true />
                <label for=id>
                    <span class="stars" aria-hidden="true">{"★".repeat(number.into())}</span>
                    {format!(" {name}")}<span class="vh">{format!(", {number} of 5 stars")}</span>
                </label>
            </div>
        }
    };
    let kept = review.map(|review| review.uploads.clone()).unwrap_or_default();
    view! {
        <form class="own-form" action=format!("/account/reviews/{product}") method="post" enctype="multipart/form-data">
            <fieldset class="star-choice"><legend>"Your rating"</legend>{STARS.into_iter().map(star).collect_view()}</fieldset>
            <div class="field">
                <label for="title">"In a few words"</label>
                <input id="title" name="title" type="text" maxlength="120" required=true value=text("title", |r| r.title.clone()) />
            </div>
            <div class="field">
                <label for="body">"What would you tell others?"<span class="field-hint">" (optional)"</span></label>
                <textarea id="body" name="body" rows="6" maxlength="2000">{area_text(&text("body", |r| r.body.clone()))}</textarea>
            </div>
            {(!kept.is_empty()).then(|| view! {
                <fieldset class="star-choice"><legend>"Pictures of your review"</legend>
                    {kept.into_iter().enumerate().map(|(index, id)| view! {
                        <div class="check">
                            <input type="checkbox" id=format!("keep-{index}") name="keep" value=id checked=true />
                            <label for=format!("keep-{index}")>{format!("Keep picture {}", index + 1)}</label>
                        </div>
                    }).collect_view()}
                </fieldset>
            })}
            {pictures_field()}
            <button class="button button-main">{if review.is_some() { "Change my review" } else { "Send my review" }}</button>
        </form>
    }
    .into_any()
}
