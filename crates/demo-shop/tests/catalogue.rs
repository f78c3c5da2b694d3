//! The catalogue holds what an importer may rely on (`FORMAT.md`).
#![allow(clippy::unwrap_used)]

use kiosk_demo_shop::{Category, Product, Record, Variant, categories, json_lines, products, vendors};
use std::collections::{BTreeMap, BTreeSet};

const VENDORS_MIN: usize = 12;
const TOP_CATEGORIES_MIN: usize = 8;
const PRODUCTS_MIN: usize = 240;
const BULKY_MIN: usize = 15;
const SOLD_OUT_MIN: usize = 12;
const SETS_MIN: usize = 8;

fn variants() -> impl Iterator<Item = (Product, Variant)> {
    products().into_iter().flat_map(|product| {
        product.variants.clone().into_iter().map(move |variant| (product.clone(), variant))
    })
}

/// A set has no stock of its own: it is out when what it draws on is.
fn can_be_bought(product: &Product, variant: &Variant) -> bool {
    match &variant.stock_item {
        None => variant.stock >= variant.stock_units,
        Some(item) => {
            product.variants.iter().any(|other| other.sku == *item && other.stock >= variant.stock_units)
        }
    }
}

fn is_unique<T: Ord>(values: impl IntoIterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    values.into_iter().all(|value| seen.insert(value))
}

#[test]
fn there_is_enough_to_sell() {
    let all = products();
    let tops = categories().iter().filter(|category| category.parent.is_none()).count();
    assert!(vendors().len() >= VENDORS_MIN);
    assert!(tops >= TOP_CATEGORIES_MIN);
    assert!(all.len() >= PRODUCTS_MIN, "{} products", all.len());
    assert!(all.iter().filter(|product| product.bulky).count() >= BULKY_MIN);
    let sold_out = all
        .iter()
        .filter(|product| !product.variants.iter().any(|variant| can_be_bought(product, variant)))
        .count();
    assert!(sold_out >= SOLD_OUT_MIN, "{sold_out} sold out");
    let partly = all
        .iter()
        .filter(|p| {
            p.variants.iter().any(|v| can_be_bought(p, v)) && p.variants.iter().any(|v| !can_be_bought(p, v))
        })
        .count();
    assert!(partly > 0);
    assert!(variants().filter(|(_, variant)| variant.stock_item.is_some()).count() >= SETS_MIN);
    assert!(variants().any(|(_, variant)| variant.compare_at.is_some()));
    let featured = all.iter().filter(|product| product.featured).count();
    assert!((12..=24).contains(&featured), "{featured} featured");
}

#[test]
fn names_are_unique() {
    assert!(is_unique(vendors().into_iter().map(|vendor| vendor.id)));
    assert!(is_unique(categories().into_iter().map(|category| category.slug)));
    assert!(is_unique(products().into_iter().map(|product| product.handle)));
    assert!(is_unique(products().into_iter().map(|product| product.title)));
    assert!(is_unique(
        products().into_iter().flat_map(|product| product.pictures).map(|picture| picture.file)
    ));
    let mut skus = BTreeSet::new();
    for (product, variant) in variants() {
        assert!(skus.insert(variant.sku.clone()), "{}: {} twice", product.handle, variant.sku);
        assert!(
            variant.sku.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'),
            "{}",
            variant.sku
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let vendor_ids: BTreeSet<String> = vendors().into_iter().map(|vendor| vendor.id).collect();
    let by_slug: BTreeMap<String, Category> =
        categories().into_iter().map(|category| (category.slug.clone(), category)).collect();
    for category in by_slug.values() {
        if let Some(parent) = &category.parent {
            assert!(by_slug[parent].parent.is_none(), "{} is nested too deeply", category.slug);
        }
    }
    for product in products() {
        assert!(vendor_ids.contains(&product.vendor), "{}: {}", product.handle, product.vendor);
        assert!(
            by_slug.get(&product.category).is_some_and(|category| category.parent.is_some()),
            "{}: {}",
            product.handle,
            product.category
        );
        for variant in &product.variants {
            assert!(variant.picture < product.pictures.len(), "{}", variant.sku);
            assert_eq!(variant.options.len(), product.options.len(), "{}", variant.sku);
            let own = product.variants.iter().find(|other| variant.stock_item.as_ref() == Some(&other.sku));
            assert_eq!(
                own.is_some(),
                variant.stock_item.is_some(),
                "{}: stock item is not of this product",
                variant.sku
            );
            assert!(own.is_none_or(|own| own.stock_item.is_none()), "{} draws on a set", variant.sku);
        }
    }
}

#[test]
fn every_vendor_and_sub_category_has_goods() {
    let all = products();
    for vendor in vendors() {
        assert!(all.iter().any(|product| product.vendor == vendor.id), "{}", vendor.id);
    }
    for category in categories() {
        match &category.parent {
            Some(_) => assert!(
                all.iter().any(|product| product.category == category.slug),
                "{} is empty",
                category.slug
            ),
            None => {
                let subs =
                    categories().iter().filter(|sub| sub.parent.as_deref() == Some(&category.slug)).count();
                assert!((3..=6).contains(&subs), "{}: {subs}", category.slug);
            }
        }
    }
}

#[test]
fn prices_make_sense() {
    for (product, variant) in variants() {
        let (sku, price) = (&variant.sku, &variant.price);
        assert!(price.amount > 0 && price.currency == "EUR", "{sku}");
        assert!(variant.weight_g > 0, "{sku}");
        assert!(
            variant.compare_at.as_ref().is_none_or(|before| before.amount > price.amount),
            "{sku} was not dearer before"
        );
        if let Some(single) =
            product.variants.iter().find(|other| variant.stock_item.as_ref() == Some(&other.sku))
        {
            assert!(variant.stock_units > 1 && variant.stock == 0, "{sku}");
            assert!(
                price.amount > single.price.amount
                    && price.amount < single.price.amount * i64::from(variant.stock_units),
                "{sku}: a set costs more than one and less than all"
            );
        } else {
            assert_eq!(variant.stock_units, 1, "{sku}");
        }
    }
}

#[test]
fn days_of_arrival_are_spread() {
    let months: BTreeSet<String> =
        products().into_iter().map(|product| product.created[..7].to_owned()).collect();
    assert!(months.len() >= 20, "{} months", months.len());
    assert!(months.iter().all(|month| ("2025-01".."2027-01").contains(&month.as_str())));
}

#[test]
fn texts_are_written() {
    for product in products() {
        let html = &product.description_html;
        let text = html.split("</p>").next().unwrap_or_default();
        let sentences = text.split(['.', '?', '!']).filter(|rest| !rest.trim().is_empty()).count();
        assert!(sentences >= 2, "{}: {html}", product.handle);
        assert!(
            product.description_html.starts_with("<p>") && product.description_html.ends_with("</ul>"),
            "{}",
            product.handle
        );
    }
}

#[test]
fn lines_read_back_as_the_same_records() {
    let records: Vec<Record> = json_lines().map(|line| serde_json::from_str(&line).unwrap()).collect();
    let expected = vendors()
        .into_iter()
        .map(Record::Vendor)
        .chain(categories().into_iter().map(Record::Category))
        .chain(products().into_iter().map(Record::Product));
    assert!(expected.eq(records));
    assert!(json_lines().all(|line| !line.contains('\n') && line.starts_with("{\"type\":\"")));
}
