//! Every picture that a product names can be drawn, and is safe to inline into a page.
#![allow(clippy::unwrap_used)]

use kiosk_demo_shop::{PICTURE_BYTES_MAX, picture, products};
use roxmltree::Document;
use std::collections::BTreeSet;

fn all() -> impl Iterator<Item = (String, String)> {
    products().into_iter().flat_map(|product| product.pictures).map(|file| {
        let svg = picture(&file.file).unwrap_or_else(|| panic!("{} is not drawn", file.file));
        (file.file, svg)
    })
}

#[test]
fn pictures_are_small_and_well_formed() {
    for (file, svg) in all() {
        assert!(svg.len() <= PICTURE_BYTES_MAX, "{file}: {} bytes", svg.len());
        let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(document.root_element().tag_name().name(), "svg");
        assert!(
            document
                .descendants()
                .any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title"))
                    && node.text().is_some())
        );
    }
}

#[test]
fn pictures_hold_nothing_active_and_nothing_from_elsewhere() {
    let allowed = [
        "svg",
        "title",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "pattern",
        "clipPath",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
    ];
    for (file, svg) in all() {
        let document = Document::parse(&svg).unwrap();
        for element in document.descendants().filter(|node| node.is_element()) {
            assert!(allowed.contains(&element.tag_name().name()), "{file}: {}", element.tag_name().name());
            for attribute in element.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                assert!(!name.starts_with("on") && name != "href" && name != "style", "{file}: {name}");
                assert!(!value.contains("url(") || value.starts_with("url(#"), "{file}: {value}");
                assert!(!value.contains("NaN") && !value.contains("inf"), "{file}: {name}={value}");
            }
        }
    }
}

#[test]
fn ids_are_defined_once_and_clash_with_no_other_picture() {
    let mut seen = BTreeSet::new();
    for (file, svg) in all() {
        let document = Document::parse(&svg).unwrap();
        let ids: BTreeSet<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        for id in &ids {
            assert!(seen.insert((*id).to_owned()), "{file}: {id} is used elsewhere");
        }
        for value in
            document.descendants().flat_map(|node| node.attributes()).map(|attribute| attribute.value())
        {
            if let Some(id) = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')')) {
                assert!(ids.contains(id), "{file}: {id} is not defined");
            }
        }
    }
}

#[test]
fn each_product_has_two_to_four_different_pictures() {
    for product in products() {
        assert!((2..=4).contains(&product.pictures.len()), "{}", product.handle);
        let drawn: BTreeSet<String> = product
            .pictures
            .iter()
            .filter_map(|file| picture(&file.file))
            .map(|svg| svg.split("</title>").nth(1).unwrap().to_owned())
            .collect();
        assert_eq!(drawn.len(), product.pictures.len(), "{}", product.handle);
        assert!(product.pictures.iter().all(|file| !file.alt.is_empty()));
    }
}

#[test]
fn drawing_again_gives_the_same_picture() {
    for (file, svg) in all().step_by(9) {
        assert_eq!(picture(&file).unwrap(), svg, "{file}");
    }
}

#[test]
fn unknown_names_have_no_picture() {
    for name in [
        "",
        "x",
        ".svg",
        "speckled-stoneware-mug",
        "speckled-stoneware-mug-0.svg",
        "speckled-stoneware-mug-9.svg",
        "speckled-stoneware-mug-01.svg",
        "../speckled-stoneware-mug-1.svg",
    ] {
        assert_eq!(picture(name), None, "{name}");
    }
}
