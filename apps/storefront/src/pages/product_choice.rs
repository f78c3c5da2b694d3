//! Choosing a variant: each option's values, and which variant a value leads to from the one shown.

use kiosk_pop_store::catalog::ProductView;
use kiosk_wire::{Product, Variant};

use crate::components::stock::Stock;

/// An option of the product, from the variant shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// Name of the option.
    pub name: String,
    /// Its values in the order of the variants.
    pub values: Vec<ChoiceValue>,
    /// Whether each value has a picture of its own, so that pictures can stand for the values.
    pub pictured: bool,
}

/// A value of an option.
#[derive(Debug, PartialEq, Eq)]
pub struct ChoiceValue {
    /// The value.
    pub value: String,
    /// The variant to show when it is chosen.
    pub sku: String,
    /// Whether the variant shown has it.
    pub chosen: bool,
    /// Whether that variant can be bought.
    pub buyable: bool,
    /// Index of that variant's picture.
    pub picture: Option<usize>,
}

/// The variant that `sku` names, else the first that can be bought, else the first.
pub fn shown<'a>(view: &'a ProductView, sku: Option<&str>) -> Option<&'a Variant> {
    let variants = &view.product.variants;
    sku.and_then(|sku| variants.iter().find(|variant| variant.sku.as_str() == sku))
        .or_else(|| variants.iter().find(|variant| Stock::of(view, variant).buyable()))
        .or_else(|| variants.first())
}

/// The options of the product; none when there is nothing to choose.
pub fn choices(view: &ProductView, shown: &Variant) -> Vec<Choice> {
    let product = &view.product;
    if product.variants.len() < 2 {
        return Vec::new();
    }
    let names = product.options.iter().enumerate();
    names
        .map(|(index, name)| choice(view, shown, index, name))
        .filter(|choice| choice.values.len() > 1)
        .collect()
}

fn choice(view: &ProductView, shown: &Variant, index: usize, name: &str) -> Choice {
    let mut values: Vec<ChoiceValue> = Vec::new();
    for variant in &view.product.variants {
        let Some(value) = variant.options.get(index) else { continue };
        if values.iter().any(|known| known.value == *value) {
            continue;
        }
        let target = target(&view.product, shown, index, value).unwrap_or(variant);
        values.push(ChoiceValue {
            value: value.clone(),
            sku: target.sku.as_str().to_owned(),
            chosen: shown.options.get(index) == Some(value),
            buyable: Stock::of(view, target).buyable(),
            picture: target.picture.and_then(|picture| usize::try_from(picture).ok()),
        });
    }
    let mut pictures: Vec<_> = values.iter().filter_map(|value| value.picture).collect();
    pictures.sort_unstable();
    pictures.dedup();
    let pictured = pictures.len() == values.len();
    Choice { name: name.to_owned(), values, pictured }
}

/// The variant with `value` that has most of the other options as the one shown.
fn target<'a>(product: &'a Product, shown: &Variant, index: usize, value: &str) -> Option<&'a Variant> {
    let with_value = product.variants.iter().filter(|v| v.options.get(index).is_some_and(|own| own == value));
    // Of equals the first: `max_by_key` would take the last.
    with_value.rev().max_by_key(|variant| {
        variant.options.iter().zip(&shown.options).filter(|(own, other)| own == other).count()
    })
}
