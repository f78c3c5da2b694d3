//! From cards to records.

use super::card::{CategoryFile, ProductCard};
use super::escape;
use crate::draw::{self, Look};
use crate::model::{Category, Picture, Price, Product, Variant};

/// A category and its sub-categories.
pub fn categories(file: &CategoryFile, position: u32) -> Vec<Category> {
    let top = &file.category;
    let first = Category {
        slug: top.slug.clone(),
        name: top.name.clone(),
        parent: None,
        position,
        blurb: top.blurb.clone(),
    };
    let subs = top.sub.iter().zip(1..).map(|(sub, position)| Category {
        slug: format!("{}-{}", top.slug, sub.slug),
        name: sub.name.clone(),
        parent: Some(top.slug.clone()),
        position,
        blurb: sub.blurb.clone(),
    });
    std::iter::once(first).chain(subs).collect()
}

/// A product and how it is drawn.
pub fn product(category: &str, card: &ProductCard) -> (Product, Look) {
    let look = Look::new(&card.handle, &card.draw, &card.colours, card.paint.as_deref());
    let mut options = Vec::new();
    if !card.colours.is_empty() {
        options.push(card.colour_option.clone().unwrap_or_else(|| "Colour".to_owned()));
    }
    if !card.sizes.is_empty() {
        options.push(card.size_option.clone().unwrap_or_else(|| "Size".to_owned()));
    }
    let product = Product {
        handle: card.handle.clone(),
        title: card.title.clone(),
        vendor: format!("ven_{}", card.vendor),
        category: format!("{category}-{}", card.r#in),
        description_html: description(card),
        featured: card.featured,
        bulky: card.bulky,
        created: format!("{}T00:00:00Z", card.created),
        tags: card.tags.clone(),
        options,
        pictures: pictures(card, &look),
        variants: variants(card, &look),
    };
    (product, look)
}

fn description(card: &ProductCard) -> String {
    let facts: String = card.facts.split(" · ").map(|fact| format!("<li>{}</li>", escape(fact))).collect();
    format!("<p>{}</p><ul>{facts}</ul>", escape(&card.text))
}

fn pictures(card: &ProductCard, look: &Look) -> Vec<Picture> {
    let views = draw::views(look).into_iter().zip(1..);
    views
        .map(|(view, number)| Picture {
            file: format!("{}-{number}.svg", card.handle),
            alt: match view {
                draw::View::Whole(colour) => match card.colours.get(colour) {
                    Some(name) => format!("{} in {}", card.title, name.to_lowercase()),
                    None => card.title.clone(),
                },
                draw::View::Detail => format!("{}, a closer look", card.title),
                draw::View::Range => format!("{}, the colours side by side", card.title),
                draw::View::Again => format!("{} in another light", card.title),
            },
        })
        .collect()
}

/// A size as written on a card.
struct Size<'a> {
    label: &'a str,
    price: Option<&'a str>,
    /// Pieces of the first size that it is a set of; 1 for a size of its own.
    pieces: u32,
}

impl<'a> Size<'a> {
    fn read(text: &'a str) -> Self {
        let (label, rest) = match text.split_once(" = ") {
            Some((label, rest)) => (label, Some(rest)),
            None => (text, None),
        };
        let (price, pieces) = match rest.and_then(|rest| rest.split_once(" x")) {
            Some((price, pieces)) => {
                (Some(price), pieces.parse().unwrap_or_else(|_| panic!("{text}: not a number of pieces")))
            }
            None => (rest, 1),
        };
        Self { label, price, pieces }
    }
}

fn variants(card: &ProductCard, look: &Look) -> Vec<Variant> {
    let sizes: Vec<Size<'_>> = card.sizes.iter().map(|text| Size::read(text)).collect();
    let colours: Vec<Option<&str>> = if card.colours.is_empty() {
        vec![None]
    } else {
        card.colours.iter().map(|c| Some(c.as_str())).collect()
    };
    let mut all = Vec::new();
    for (index, colour) in colours.iter().enumerate() {
        let picture = if index < look.pictured_colours() { index } else { 0 };
        if sizes.is_empty() {
            all.push(variant(card, *colour, None, None, picture));
        }
        let mut single: Option<String> = None;
        for size in &sizes {
            let made = variant(card, *colour, Some(size), single.as_deref(), picture);
            single.get_or_insert_with(|| made.sku.clone());
            all.push(made);
        }
    }
    all
}

fn variant(
    card: &ProductCard,
    colour: Option<&str>,
    size: Option<&Size<'_>>,
    single: Option<&str>,
    picture: usize,
) -> Variant {
    let values: Vec<&str> = colour.into_iter().chain(size.map(|size| size.label)).collect();
    let sku = std::iter::once(card.sku.clone())
        .chain(values.iter().map(|value| sku_part(value)))
        .collect::<Vec<_>>()
        .join("-");
    let pieces = size.map_or(1, |size| size.pieces);
    let stock_item = single.filter(|_| pieces > 1).map(str::to_owned);
    let is_out = card.out.iter().any(|out| out == "*" || values.contains(&out.as_str()));
    let own_price = size.and_then(|size| size.price);
    Variant {
        stock: if is_out || stock_item.is_some() {
            0
        } else {
            card.stock.unwrap_or_else(|| usual_stock(&sku, card.bulky))
        },
        options: values.iter().map(|value| (*value).to_owned()).collect(),
        price: price(own_price.unwrap_or(&card.price)),
        compare_at: card.was.as_deref().filter(|_| own_price.is_none()).map(price),
        weight_g: card.weight_g * pieces,
        stock_item,
        stock_units: pieces,
        picture,
        sku,
    }
}

/// `Set of 2` becomes `SET2`, `140 × 200 cm` becomes `140200`, `Night blue` becomes `NIGHBLUE`.
fn sku_part(value: &str) -> String {
    value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !matches!(*word, "of" | "x" | "cm"))
        .map(|word| word.chars().take(4).collect::<String>().to_uppercase())
        .collect()
}

/// Pieces on hand when a card does not say: fewer of what is large.
fn usual_stock(sku: &str, bulky: bool) -> u32 {
    if bulky { 3 + draw::seed(sku) % 12 } else { 14 + draw::seed(sku) % 90 }
}

/// Reads euros and cents.
fn price(text: &str) -> Price {
    let amount = text.split_once('.').and_then(|(euros, cents)| {
        Some(euros.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok().filter(|_| cents.len() == 2)?)
    });
    Price { amount: amount.unwrap_or_else(|| panic!("{text}: not a price")), currency: "EUR".to_owned() }
}
