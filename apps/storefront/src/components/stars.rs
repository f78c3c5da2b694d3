//! Stars: how a product was rated.

use kiosk_pop_store::catalog::Stars;
use leptos::prelude::*;

/// Stars that one rating can have.
pub const STARS_MAX: u32 = 5;

/// `1 rating`, `24 ratings`
pub fn ratings(count: u32) -> String {
    if count == 1 { "1 rating".to_owned() } else { format!("{count} ratings") }
}

/// Stars as signs, whole ones; what they mean is said in words beside them.
pub fn signs(stars: u32) -> AnyView {
    let lit = stars.min(STARS_MAX);
    let signs = |sign: &str, count: u32| sign.repeat(count as usize);
    view! {
        <span class="stars" aria-hidden="true">
            {signs("★", lit)}<span class="stars-off">{signs("★", STARS_MAX - lit)}</span>
        </span>
    }
    .into_any()
}

/// `4.7`
pub fn decimal(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The average with its stars and the number of ratings; nothing when nobody rated.
pub fn average(stars: Stars) -> AnyView {
    let rated = stars.average_tenths().map(|tenths| {
        let words = format!("Rated {} out of 5 stars, {}", decimal(tenths), ratings(stars.count()));
        view! {
            <span class="rating">
                {signs((tenths + 5) / 10)}
                <span class="vh">{words}</span>
                <span aria-hidden="true">{format!("{} ({})", decimal(tenths), stars.count())}</span>
            </span>
        }
    });
    rated.into_any()
}
