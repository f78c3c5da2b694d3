//! Rows of sums: what discounts take off, what gift cards pay.

use kiosk_money::Money;
use leptos::prelude::*;

use super::price::{amount, fee};
use crate::orders::{AddedTax, Discount};

/// A row for each discount.
pub fn discounts(discounts: &[Discount]) -> AnyView {
    let row = |discount: &Discount| {
        let code = discount.code.as_ref().map(|code| view! { " "<code>{code.clone()}</code> });
        view! { <div class="sums-off"><dt>{discount.name.clone()}{code}</dt><dd>{minus(discount.amount)}</dd></div> }
    };
    discounts.iter().map(row).collect_view().into_any()
}

/// What a delivery costs, and what it would cost without a discount.
pub fn delivery(price: Money, list_price: Option<Money>) -> AnyView {
    let list = list_price.map(|list| view! { <s><span class="vh">"instead of "</span>{amount(list)}</s>" " });
    view! { {list}{fee(price)} }.into_any()
}

/// The row of the tax that comes on top, where one does.
pub fn tax(tax: Option<&AddedTax>) -> AnyView {
    let row = |tax: &AddedTax| {
        let percent = format!("{}.{:04}", tax.ppm / 10_000, tax.ppm % 10_000);
        let percent = percent.trim_end_matches('0').trim_end_matches('.').to_owned();
        let state = tax.jurisdiction.trim_start_matches("US-").to_owned();
        view! { <div><dt>{format!("Sales tax, {state} {percent} %")}</dt><dd>{amount(tax.amount)}</dd></div> }
    };
    tax.map(row).into_any()
}

/// The rows of what is paid: gift cards, when there are any, and what is left.
pub fn paid(gift_cards: Option<Money>, due: Option<Money>) -> AnyView {
    let used = gift_cards.filter(|paid| paid.amount > 0);
    used.map(|paid| {
        view! {
            <div class="sums-off"><dt>"Gift cards"</dt><dd>{minus(paid)}</dd></div>
            <div class="sums-total"><dt>"To pay"</dt><dd>{due.map(amount)}</dd></div>
        }
    })
    .into_any()
}

/// A price, with the listed one struck through beside it where it is another.
pub fn struck(price: Option<Money>, list_price: Option<Money>) -> AnyView {
    let list = list_price.map(
        |list| view! { <s class="line-list"><span class="vh">"instead of "</span>{amount(list)}</s>" " },
    );
    view! { {list}{price.map(amount)} }.into_any()
}

fn minus(money: Money) -> String {
    amount(Money::new(money.amount.saturating_neg(), money.currency))
}
