//! What the vendors' and the admins' pages of discounts share: the form, and what a discount is in a table.

use kiosk_money::Money;
use kiosk_wire::{Discount, DiscountRate};
use leptos::prelude::*;

use super::fields::Fields;
use super::form::{Choice, Field, FormState, Several};
use super::format::{count, time};
use super::layout::{Badge, Tone};
use crate::modules::accounting::plans::percent;
use crate::modules::discounts::draft::{CURRENCIES, Draft};
use crate::modules::discounts::service::Spent;

/// The fields of the form, as refusals name them.
pub const FIELDS: [&str; 12] = [
    "name",
    "code",
    "rate",
    "value",
    "currency",
    "goods_min",
    "categories",
    "products",
    "from",
    "until",
    "budget",
    "budget_size",
];

/// What a form says.
pub fn read(fields: &Fields) -> Draft {
    let text = |name: &str| fields.text(name).to_owned();
    // Products are chosen from a list, or written one a line.
    let products = fields.all("products").flat_map(str::lines).map(str::to_owned);
    Draft {
        name: text("name"),
        code: text("code"),
        rate: text("rate"),
        value: text("value"),
        currency: text("currency"),
        goods_min: text("goods_min"),
        categories: fields.all("categories").map(str::to_owned).collect(),
        products: products.collect(),
        from: text("from"),
        until: text("until"),
        budget: text("budget"),
        budget_size: text("budget_size"),
    }
}

/// The currencies of amounts, as a form offers them.
pub fn currencies() -> Vec<(String, String)> {
    CURRENCIES.into_iter().map(|currency| (currency.code().to_owned(), currency.code().to_owned())).collect()
}

/// The form that makes a discount.
#[component]
pub fn DiscountForm(
    to: &'static str,
    form: FormState,
    /// Slug and name.
    categories: Vec<(String, String)>,
    /// The field that says which products it is for.
    products: AnyView,
    /// Whether it may take off the price of delivery.
    delivery: bool,
) -> impl IntoView {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect()
    };
    let mut rates = pairs(&[("share", "A share of each price, in percent"), ("amount", "An amount")]);
    if delivery {
        rates.extend(pairs(&[("delivery", "The price of delivery")]));
    }
    let budgets = pairs(&[("none", "No bound"), ("orders", "So many orders"), ("money", "So much money")]);
    view! {
        <form class="form card" method="post" action=to>
            <div class="pair">
                <Field form=form.clone() name="name" label="Name" required=true hint="Shoppers see it in their cart." />
                <Field form=form.clone() name="code" label="Code" hint="Letters, digits and dashes; nothing for one that applies of itself." />
            </div>
            <div class="pair">
                <Choice form=form.clone() name="rate" label="Takes off" options=rates />
                <Field form=form.clone() name="value" label="How much" hint="Percent such as 12.5, or an amount such as 5.00" />
            </div>
            <div class="pair">
                <Choice form=form.clone() name="currency" label="Currency" options=currencies() hint="Of all amounts here." />
                <Field form=form.clone() name="goods_min" label="From a value of goods of" hint="Nothing for any." />
            </div>
            <Several form=form.clone() name="categories" label="Categories" options=categories hint="With those below them; none chosen means all." />
            {products}
            <div class="pair">
                <Field form=form.clone() name="from" label="First day" kind="date" required=true hint="Days begin and end at midnight UTC." />
                <Field form=form.clone() name="until" label="Last day" kind="date" required=true />
            </div>
            <div class="pair">
                <Choice form=form.clone() name="budget" label="Budget" options=budgets />
                <Field form=form.clone() name="budget_size" label="Size of the budget" hint="Shops hold parts of it, so that it is never overspent." />
            </div>
            <button type="submit">"Make it"</button>
        </form>
    }
}

/// How a discount's phase looks.
#[component]
pub fn PhaseBadge(phase: &'static str) -> impl IntoView {
    let tone = match phase {
        "running" => Tone::Good,
        "coming" => Tone::Warn,
        "ended" => Tone::Bad,
        _ => Tone::Plain,
    };
    view! { <Badge tone text=phase /> }
}

/// What it takes off: `12.5 %`, `€5.00`, `delivery`.
pub fn rate_text(discount: &Discount) -> String {
    match discount.rate {
        DiscountRate::Share { ppm } => format!("{} %", percent(i64::from(ppm))),
        DiscountRate::Amount { amount } => amount.to_string(),
        DiscountRate::Delivery => "delivery".to_owned(),
    }
}

/// Cells of a discount that both tables have: name and code, what it takes off, state, period, what it spent, what is
/// left.
pub fn cells(spent: &Spent, now_ms: i64) -> impl IntoView + use<> {
    let discount = spent.made.discount.clone();
    let phase = spent.made.phase(now_ms);
    let rate = rate_text(&discount);
    let min = discount.goods_min.map(|min| format!("from {min}"));
    let code = discount.code.clone().unwrap_or_else(|| "without a code".to_owned());
    let amounts: Vec<String> = spent.amounts.iter().map(ToString::to_string).collect();
    let amounts = if amounts.is_empty() { "nothing".to_owned() } else { amounts.join(", ") };
    let orders = match spent.orders {
        1 => "1 order".to_owned(),
        orders => format!("{} orders", count(orders)),
    };
    view! {
        <td class="head" data-label="Discount">{discount.name.clone()}<span class="sub mono">{code}</span></td>
        <td data-label="Takes off">{rate}<span class="sub">{min}</span></td>
        <td data-label="State"><PhaseBadge phase /></td>
        <td data-label="From">{time(discount.from_ms)}</td>
        <td data-label="Until before">{time(discount.until_ms)}</td>
        <td class="num" data-label="Took off">{amounts}<span class="sub">{orders}</span></td>
        <td class="num" data-label="Left">{left_text(spent)}</td>
    }
}

fn left_text(spent: &Spent) -> String {
    let (Some(budget), Some(level)) = (&spent.made.discount.budget, &spent.left) else {
        return "no bound".to_owned();
    };
    let shown = |units: i64| match budget.currency {
        Some(currency) => Money::new(units, currency).to_string(),
        None => count(units),
    };
    format!("{} of {}", shown(level.available + level.leased), shown(spent.made.budget))
}
