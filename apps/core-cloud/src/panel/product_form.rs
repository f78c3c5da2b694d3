//! The form of a product: what it shows, and how it is read back.

use std::collections::HashMap;

use kiosk_money::Money;
use kiosk_wire::{Category, Product};
use leptos::prelude::*;

use crate::modules::catalog::products::Listed;
use crate::modules::listings::draft::{CURRENCIES, Draft, OPTIONS_MAX, Row};
use crate::page::{Area, Choice, Field, Fields, FormState};

/// Empty rows for more variants.
const ROWS_SPARE: usize = 2;
/// Fields that show their own reason.
const SHOWN: [&str; 4] = ["title", "description", "category", "currency"];

/// Reads the form.
pub fn read(fields: &Fields) -> Draft {
    let column = |name| -> Vec<String> { fields.all(name).map(str::to_owned).collect() };
    let (skus, prices, compare_ats) = (column("sku"), column("price"), column("compare_at"));
    let (weights, stocks, stocks_were) = (column("weight_g"), column("stock"), column("stock_was"));
    let values: Vec<Vec<String>> = OPTION_FIELDS.iter().map(|name| column(name)).collect();
    let at = |column: &[String], place: usize| column.get(place).cloned().unwrap_or_default();
    let row = |place: usize| Row {
        sku: at(&skus, place),
        options: values.iter().map(|values| at(values, place)).collect(),
        price: at(&prices, place),
        compare_at: at(&compare_ats, place),
        weight_g: at(&weights, place),
        stock: at(&stocks, place),
        stock_was: at(&stocks_were, place),
    };
    Draft {
        title: fields.text("title").to_owned(),
        description: fields.text("description").to_owned(),
        category: fields.text("category").to_owned(),
        currency: fields.text("currency").to_owned(),
        bulky: fields.text("delivery") == "bulky",
        options: column("option"),
        variants: (0..skus.len()).map(row).collect(),
        attributes: column("attribute_name").into_iter().zip(column("attribute")).collect(),
    }
}

/// Values of the variants' options, by column.
const OPTION_FIELDS: [&str; OPTIONS_MAX] = ["value1", "value2", "value3"];

/// The product as a draft; `stock` is what is for sale, by SKU.
pub fn draft_of(product: &Product, stock: &HashMap<String, i64>) -> Draft {
    let rows = product.variants.iter().map(|variant| {
        let pieces = stock.get(variant.sku.as_str()).map_or_else(String::new, i64::to_string);
        Row {
            sku: variant.sku.to_string(),
            options: variant.options.clone(),
            price: decimal(variant.price),
            compare_at: variant.compare_at.map_or_else(String::new, decimal),
            weight_g: variant.weight_g.to_string(),
            stock: pieces.clone(),
            stock_was: pieces,
        }
    });
    Draft {
        title: product.title.clone(),
        description: product.description_html.clone(),
        category: product.category.clone(),
        currency: product.variants.first().map_or("EUR", |variant| variant.price.currency.code()).to_owned(),
        bulky: product.bulky,
        options: product.options.clone(),
        variants: rows.collect(),
        attributes: product.attributes.iter().map(|fact| (fact.name.clone(), fact.value.clone())).collect(),
    }
}

/// `19.99`, as prices are typed.
fn decimal(price: Money) -> String {
    let digits = usize::from(price.currency.exponent().unwrap_or(0));
    let text = format!("{:0>width$}", price.amount, width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// The form of a product that is there, or of a new one.
#[component]
pub fn ProductForm(
    draft: Draft,
    categories: Vec<Category>,
    /// The product as it stands; none for a new one.
    known: Option<Listed>,
    /// What was wrong with what was sent.
    error: Option<(String, String)>,
) -> impl IntoView {
    let delivery = if draft.bulky { "bulky" } else { "parcel" };
    let mut form = FormState::of(vec![
        ("title", draft.title.clone()),
        ("description", draft.description.clone()),
        ("category", draft.category.clone()),
        ("currency", draft.currency.clone()),
        ("delivery", delivery.to_owned()),
    ]);
    form.error = error;
    let action = match &known {
        Some(listed) => format!("/vendor/products/{}", listed.product.id),
        None => "/vendor/products/new".to_owned(),
    };
    let version = known.as_ref().map(|listed| listed.version.to_string());
    let facts = categories.iter().find(|category| category.slug == draft.category);
    let facts = facts.map_or_else(Vec::new, |category| category.attributes.clone());
    let shelves = categories.iter().map(|category| {
        let indent = if category.parent.is_some() { "\u{2003}" } else { "" };
        (category.slug.clone(), format!("{indent}{}", category.name))
    });
    let shelves = shelves.collect::<Vec<_>>();
    let currencies =
        CURRENCIES.map(|currency| (currency.code().to_owned(), currency.code().to_owned())).to_vec();
    let deliveries = [("parcel", "Parcel"), ("bulky", "Bulky: by freight")];
    let deliveries = deliveries.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    let save = if known.is_some() { "Save" } else { "Save as a draft" };
    view! {
        <form class="form wide card" method="post" action=action>
            {form.rest(&SHOWN)}
            {version.map(|version| view! { <input type="hidden" name="version" value=version /> })}
            <Field form=form.clone() name="title" label="Name" required=true />
            <Area form=form.clone() name="description" label="Description" rows=6
                hint="Plain text, or HTML with paragraphs, lists, tables and links." />
            <div class="pair">
                <Choice form=form.clone() name="category" label="Category" options=shelves />
                <Choice form=form.clone() name="delivery" label="Delivery" options=deliveries />
                <Choice form=form.clone() name="currency" label="Currency" options=currencies />
            </div>
            <Facts names=facts values=draft.attributes.clone() />
            <Variants draft />
            <button type="submit">{save}</button>
        </form>
    }
}

/// What the category asks for.
#[component]
fn Facts(names: Vec<String>, values: Vec<(String, String)>) -> impl IntoView {
    if names.is_empty() {
        return view! { <p class="sub">"What a category asks for can be filled in once the product is saved in it."</p> }.into_any();
    }
    let inputs = names.into_iter().enumerate().map(|(place, name)| {
        let value = values
            .iter()
            .find(|(known, _)| *known == name)
            .map_or_else(String::new, |(_, value)| value.clone());
        let id = format!("attribute-{place}");
        view! {
            <div class="field">
                <label for=id.clone()>{name.clone()}</label>
                <input type="hidden" name="attribute_name" value=name />
                <input id=id name="attribute" value=value maxlength="200" autocomplete="off" />
            </div>
        }
    });
    view! {
        <fieldset class="field"><legend class="label">"Facts"</legend><div class="pair">{inputs.collect_view()}</div></fieldset>
    }
    .into_any()
}

#[component]
fn Variants(draft: Draft) -> impl IntoView {
    let names = (0..OPTIONS_MAX).map(|place| {
        let value = draft.options.get(place).cloned().unwrap_or_default();
        let label = format!("Name of option {}", place + 1);
        view! { <input name="option" value=value aria-label=label.clone() placeholder=label maxlength="60" autocomplete="off" /> }
    });
    let names = names.collect_view();
    let spare = std::iter::repeat_n(Row::default(), ROWS_SPARE);
    let rows =
        draft.variants.into_iter().chain(spare).enumerate().map(|(place, row)| variant_row(place + 1, row));
    view! {
        <fieldset class="field">
            <legend class="label">"Options and variants"</legend>
            <span class="sub">"Options such as Colour and Size; leave them empty when there is one variant without choice. \
                A row that is emptied is taken away; save for more rows."</span>
            <div class="pair">{names}</div>
            <div class="scroll" tabindex="0" role="region" aria-label="Variants">
                <table>
                    <thead><tr>
                        <th scope="col">"SKU"</th><th scope="col">"Option 1"</th><th scope="col">"Option 2"</th><th scope="col">"Option 3"</th>
                        <th scope="col">"Price"</th><th scope="col">"Before"</th><th scope="col">"Grams"</th><th scope="col">"For sale"</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </fieldset>
    }
}

fn variant_row(place: usize, row: Row) -> impl IntoView {
    let cell = move |name: &'static str, label: &'static str, value: String| {
        let label = format!("{label} of variant {place}");
        view! { <td><input class="cell" name=name value=value aria-label=label autocomplete="off" /></td> }
    };
    let option = |at: usize| row.options.get(at).cloned().unwrap_or_default();
    let values = [option(0), option(1), option(2)];
    let [first, second, third] = values;
    view! {
        <tr>
            {cell("sku", "SKU", row.sku)}
            {cell("value1", "Option 1", first)}{cell("value2", "Option 2", second)}{cell("value3", "Option 3", third)}
            {cell("price", "Price", row.price)}{cell("compare_at", "Price before", row.compare_at)}
            {cell("weight_g", "Weight in grams", row.weight_g)}
            <td>
                <input type="hidden" name="stock_was" value=row.stock_was />
                <input class="cell" name="stock" value=row.stock aria-label=format!("Pieces for sale of variant {place}") inputmode="numeric" autocomplete="off" />
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use kiosk_money::Currency;

    use super::*;

    #[test]
    fn prices_are_shown_as_they_are_typed() {
        let text = |amount, currency| decimal(Money::new(amount, currency));
        assert_eq!(text(1_999, Currency::EUR), "19.99");
        assert_eq!(text(5, Currency::EUR), "0.05");
        assert_eq!(text(0, Currency::EUR), "0.00");
        assert_eq!(text(1_200, Currency::JPY), "1200");
    }
}
