//! The tier of an account, and how far the next one is.

use leptos::prelude::*;

use crate::components::price::amount;
use crate::orders::{Loyalty, NextTier};

/// The section of the account's page; nothing while nothing is known of a tier.
pub fn view(loyalty: &Loyalty) -> Option<AnyView> {
    if loyalty.tier.is_none() && loyalty.next.is_none() {
        return None;
    }
    let text = match &loyalty.tier {
        Some(tier) => format!("You are a {} customer.", capital(tier)),
        None => "You have no tier yet.".to_owned(),
    };
    let next = match &loyalty.next {
        Some(next) => missing(loyalty, next),
        None => view! { <p>"There is none above it. Thank you."</p> }.into_any(),
    };
    let section = view! {
        <section aria-labelledby="loyalty">
            <h2 id="loyalty">"Your tier"</h2>
            <p><strong>{text}</strong></p>
            {next}
            <p class="hint">"What you bought in the last twelve months and kept counts."</p>
        </section>
    };
    Some(section.into_any())
}

fn missing(loyalty: &Loyalty, next: &NextTier) -> AnyView {
    let name = capital(&next.name);
    let money = next.kept.amount - loyalty.kept.amount;
    let orders = next.orders.saturating_sub(loyalty.orders);
    let money = (money > 0).then(|| amount(kiosk_money::Money::new(money, next.kept.currency)));
    let orders =
        (orders > 0).then(|| if orders == 1 { "1 order".to_owned() } else { format!("{orders} orders") });
    let missing = match (money, orders) {
        (Some(money), Some(orders)) => format!("{money} and {orders} until {name}."),
        (Some(one), None) | (None, Some(one)) => format!("{one} until {name}."),
        (None, None) => format!("{name} is being counted."),
    };
    let bar = |id: &'static str, label: String, value: i64, max: i64| {
        // A tier can ask for nothing of one kind; a bar has no room for that.
        (max > 0).then(|| {
            view! {
                <div class="tier-bar">
                    <label for=id>{label}</label>
                    <progress id=id value=value.clamp(0, max).to_string() max=max.to_string()>{missing.clone()}</progress>
                </div>
            }
        })
    };
    let kept = format!("{} of {}", amount(loyalty.kept), amount(next.kept));
    let placed = format!("{} of {} orders", loyalty.orders, next.orders);
    view! {
        <p>{missing.clone()}</p>
        {bar("tier-kept", kept, loyalty.kept.amount, next.kept.amount)}
        {bar("tier-orders", placed, i64::from(loyalty.orders), i64::from(next.orders))}
    }
    .into_any()
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
