//! What browsers load, as `scripts/build-browser` made it, and what it weighs.

use std::collections::HashMap;

use axum::http::{Method, StatusCode};

use crate::support::{TestShop, dist};

/// Most compressed bytes of WASM and script that a product page loads.
const ISLANDS_BYTES_MAX: usize = 150 * 1000;
/// Most bytes of the style sheet before compression.
const STYLE_BYTES_MAX: usize = 36 * 1000;

fn manifest() -> HashMap<String, String> {
    let path = dist().join("assets/manifest.json");
    let text = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run scripts/build-browser first", path.display()));
    serde_json::from_slice(&text).unwrap()
}

async fn load(shop: &mut TestShop, name: &str, encoding: &str) -> usize {
    let answer =
        shop.send(Method::GET, &format!("/assets/{name}"), &[("accept-encoding", encoding)], None).await;
    assert_eq!(answer.status, StatusCode::OK, "{name}");
    assert_eq!(answer.header("content-encoding"), encoding, "{name}");
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{name}");
    let path = dist().join("assets").join(name);
    let ending = if encoding == "br" { "br" } else { "gz" };
    std::fs::metadata(format!("{}.{ending}", path.display())).unwrap().len() as usize
}

#[tokio::test]
async fn a_product_page_loads_little() {
    let manifest = manifest();
    let mut shop = TestShop::open().await;
    let page = shop.get("/p/mug").await;
    let scripts: Vec<String> = ["src", "data-islands", "data-wasm"]
        .into_iter()
        .flat_map(|attribute| page.attributes("script", attribute))
        .map(|url| url.trim_start_matches("/assets/").to_owned())
        .collect();
    assert_eq!(scripts.len(), 3, "boot module, glue, WASM: {scripts:?}");
    for encoding in ["br", "gzip"] {
        let mut bytes = 0;
        for name in &scripts {
            bytes += load(&mut shop, name, encoding).await;
        }
        println!("{encoding}: {bytes} bytes of WASM and script");
        assert!(bytes <= ISLANDS_BYTES_MAX, "{encoding}: {bytes} bytes of WASM and script");
    }
    let style = std::fs::metadata(dist().join("assets").join(&manifest["kiosk.css"])).unwrap().len() as usize;
    assert!(style <= STYLE_BYTES_MAX, "{style} bytes of style");
}

#[tokio::test]
async fn assets_have_the_types_that_browsers_insist_on() {
    let manifest = manifest();
    let mut shop = TestShop::open().await;
    for (name, content_type) in [
        ("kiosk.css", "text/css; charset=utf-8"),
        ("boot.js", "text/javascript; charset=utf-8"),
        ("storefront.wasm", "application/wasm"),
    ] {
        let answer = shop.get(&format!("/assets/{}", manifest[name])).await;
        assert_eq!(answer.header("content-type"), content_type);
        assert_eq!(answer.header("content-encoding"), "", "{name}: not asked for");
        assert_eq!(answer.header("vary"), "Accept-Encoding");
    }
    assert_eq!(shop.get("/assets/manifest.json").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_names_the_style_sheet_by_its_hash() {
    let manifest = manifest();
    let mut shop = TestShop::open().await;
    let links = shop.get("/").await.attributes("link[rel=stylesheet]", "href");
    assert_eq!(links, [format!("/assets/{}", manifest["kiosk.css"])]);
}
