//! What customers say of a product: how many stars, how often, and in their own words, which are plain text.

use kiosk_edge_platform::Database;
use kiosk_pop_store::Before;
use kiosk_pop_store::catalog::ProductView;
use kiosk_pop_store::catalog::reviews::{self, ReviewPage};
use kiosk_wire::Picture;
use kiosk_wire::people::Review;
use leptos::prelude::*;

use super::PageError;
use super::order::date;
use crate::components::stars::{STARS_MAX, average, ratings, signs};
use crate::http::forms::Pairs;

/// Reviews on one page.
const PAGE_REVIEWS: u32 = 6;

/// The reviews under a product.
pub struct ReviewsView<'a> {
    product: &'a ProductView,
    page: ReviewPage,
    /// Whether newer ones were left behind.
    older: bool,
    /// The variant that was chosen, to stay with it.
    sku: Option<String>,
}

impl<'a> ReviewsView<'a> {
    /// Loads the page that `?reviews=<time>~<id>` names, the newest without. A product that nobody rated costs no query.
    pub async fn load(db: &dyn Database, product: &'a ProductView, pairs: &Pairs) -> Result<Self, PageError> {
        let before = pairs.get("reviews").and_then(|text| {
            let (at_ms, id) = text.split_once('~')?;
            Some(Before { at_ms: at_ms.parse().ok()?, id: id.to_owned() })
        });
        let id = product.product.id.as_str();
        let page = if product.stars.count() == 0 {
            ReviewPage { reviews: Vec::new(), next: None }
        } else {
            reviews::page(db, id, before.as_ref(), PAGE_REVIEWS).await?
        };
        Ok(Self { product, page, older: before.is_some(), sku: pairs.get("sku").map(str::to_owned) })
    }

    fn url(&self, before: Option<&Before>) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.sku.clone().map(|sku| ("sku".to_owned(), sku)));
        pairs.extend(before.map(|before| ("reviews".to_owned(), format!("{}~{}", before.at_ms, before.id))));
        let (path, query) = (format!("/p/{}", self.product.product.handle), Pairs(pairs).encode());
        if query.is_empty() { format!("{path}#reviews") } else { format!("{path}?{query}#reviews") }
    }

    /// The section at `#reviews`.
    pub fn view(&self) -> AnyView {
        let stars = self.product.stars;
        view! {
            <section class="reviews band" id="reviews" aria-labelledby="reviews-title">
                <h2 id="reviews-title">"What customers say"</h2>
                {if stars.count() == 0 {
                    view! { <p class="lead">"Nobody has reviewed it yet. Who has bought it and received it can."</p> }.into_any()
                } else {
                    view! {
                        <div class="reviews-columns">
                            <div>
                                <p class="reviews-average">{average(stars)}</p>
                                {histogram(stars.counts)}
                            </div>
                            <div>{self.list()}</div>
                        </div>
                    }.into_any()
                }}
            </section>
        }
        .into_any()
    }

    fn list(&self) -> AnyView {
        if self.page.reviews.is_empty() {
            return view! { <p>"No reviews in words."</p> }.into_any();
        }
        let newest = self.older.then(|| {
            view! { <a class="button" rel="prev" href=self.url(None)>"Newest reviews"</a> }
        });
        let more = self.page.next.as_ref().map(|next| {
            view! { <a class="button" rel="next" href=self.url(Some(next))>"Load more reviews"</a> }
        });
        view! {
            <ul class="reviews-list" role="list">{self.page.reviews.iter().map(review).collect_view()}</ul>
            {(newest.is_some() || more.is_some()).then(|| view! {
                <nav class="paging" aria-label="Pages of reviews">{newest}{more}</nav>
            })}
        }
        .into_any()
    }
}

/// How often each number of stars was given, most stars first.
fn histogram(counts: [u32; 5]) -> AnyView {
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let row = |(stars, count): (u32, u32)| {
        let name = if stars == 1 { "1 star".to_owned() } else { format!("{stars} stars") };
        view! {
            <li>
                <span>{name}</span>
                <progress aria-hidden="true" max=most value=count></progress>
                <span><span class="vh">": "</span>{count}<span class="vh">{format!(" of {}", ratings(counts.iter().sum()))}</span></span>
            </li>
        }
    };
    let rows: Vec<(u32, u32)> = (1..=STARS_MAX).rev().zip(counts.into_iter().rev()).collect();
    view! { <ul class="histogram" role="list">{rows.into_iter().map(row).collect_view()}</ul> }.into_any()
}

fn review(review: &Review) -> AnyView {
    let id = format!("review-{}", review.id);
    let day = date(review.written_ms);
    let shot = |(number, picture): (usize, &Picture)| {
        let url = format!("/media/{}.{}", picture.hash, picture.ext);
        // Customers describe nothing; a nameless picture would be a nameless link.
        let nameless = format!("Picture {} of a customer", number + 1);
        let alt = if picture.alt.is_empty() { nameless } else { picture.alt.clone() };
        view! {
            <li><a href=url.clone()><img src=url.clone() alt=alt width="160" height="160" loading="lazy" decoding="async" /></a></li>
        }
    };
    view! {
        <li>
            <article class="review" aria-labelledby=id.clone()>
                <p class="rating">
                    {signs(review.stars.into())}<span class="vh">{format!("{} of 5 stars", review.stars)}</span>
                </p>
                <h3 id=id.clone()>{review.title.clone()}</h3>
                <p class="from">"By a customer who bought it, "<time datetime=day.clone()>{day.clone()}</time></p>
                <p class="review-text">{review.body.clone()}</p>
                {(!review.pictures.is_empty()).then(|| view! {
                    <ul class="review-pictures" role="list">{review.pictures.iter().enumerate().map(shot).collect_view()}</ul>
                })}
                {review.answer.clone().map(|answer| view! {
                    <div class="review-answer">
                        <p><strong>"The vendor answers"</strong></p>
                        <p class="review-text">{answer}</p>
                    </div>
                })}
            </article>
        </li>
    }
    .into_any()
}
