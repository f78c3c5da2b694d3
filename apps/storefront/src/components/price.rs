//! Amounts for people.

use kiosk_money::Money;
use leptos::prelude::*;

/// `€1,249.00`: the currency's symbol, groups of three digits, as many decimals as the currency has.
pub fn amount(money: Money) -> String {
    let plain = money.to_string();
    let start = plain.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let end = plain[start..].find('.').map_or(plain.len(), |dot| start + dot);
    let mut text = String::with_capacity(plain.len() + 4);
    text.push_str(&plain[..start]);
    for (index, digit) in plain[start..end].chars().enumerate() {
        if index > 0 && (end - start - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&plain[end..]);
    text
}

/// What delivery costs.
pub fn fee(money: Money) -> String {
    if money.amount == 0 { "Free".to_owned() } else { amount(money) }
}

/// A price, with the one before a reduction beside it.
pub fn price(now: Money, before: Option<Money>, from: bool) -> AnyView {
    let before = before.filter(|before| before.currency == now.currency && before.amount > now.amount);
    let reduced = before.is_some();
    view! {
        <span class=if reduced { "price price-reduced" } else { "price" }>
            {from.then_some("from ")}
            {reduced.then(|| view! { <span class="vh">"Now "</span> })}
            <span class="price-now">{amount(now)}</span>
            {before.map(|before| view! { " " <s><span class="vh">"before "</span>{amount(before)}</s> })}
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use kiosk_money::Currency;

    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (minor, text) in
            [(5, "€0.05"), (99_900, "€999.00"), (124_900, "€1,249.00"), (-123_456_789, "-€1,234,567.89")]
        {
            assert_eq!(amount(Money::new(minor, Currency::EUR)), text);
        }
        assert_eq!(amount(Money::new(12_000, Currency::JPY)), "¥12,000");
    }
}
