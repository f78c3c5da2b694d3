//! What the shop of the table sells.

use std::fs;

use anyhow::Result;
use kiosk_testkit::{PopApi, ProductSpec, Shop, catalog_lines, wait_until};
use serde_json::{Value, json};

/// Products without stock in the category `rows`: enough for a full page of a list and the next one.
const ROWS: usize = 120;
/// Length of the description of the product `long`, in bytes: its page does not fit what a host sends in one piece.
const LONG_BYTES: usize = 60_000;
/// Length of the larger picture, in bytes.
const LARGE_BYTES: usize = 1_500_000;

/// Handles of what can be bought.
const IN_STOCK: [&str; 7] = ["plain", "mug", "can", "sofa", "us-lamp", "few", "last"];
const PICTURES: [&str; 2] = ["small.png", "large.png"];

/// The plain ones.
fn plain() -> [ProductSpec; 6] {
    [
        ProductSpec::new("PLAIN", 1_999, 500),
        ProductSpec::new("CAN", 1_000, 100).with_set_of(4),
        ProductSpec::new("FEW", 2_500, 3),
        ProductSpec::new("LAST", 3_000, 1),
        ProductSpec::new("GONE", 4_000, 0),
        ProductSpec::new("OTHER", 1_999, 0),
    ]
}

/// The bytes of the picture `name`. What makes it a picture is how it begins.
pub fn picture(name: &str) -> Vec<u8> {
    let length = if name == "large.png" { LARGE_BYTES } else { 300 };
    let noise = (0..length).map(|index| (index.wrapping_mul(2_654_435_761) >> 7) as u8);
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(noise).collect()
}

/// Imports them, and waits until the POP has everything.
///
/// The storefront keeps its navigation for seconds: no page is asked for before the catalogue is whole.
pub async fn stock(shop: &Shop) -> Result<()> {
    let folder = shop.dir().join("goods");
    fs::create_dir_all(folder.join("pictures"))?;
    for name in PICTURES {
        fs::write(folder.join("pictures").join(name), picture(name))?;
    }
    let file = folder.join("goods.jsonl");
    let others: String = others().iter().map(|line| format!("{line}\n")).collect();
    fs::write(&file, catalog_lines(&plain()) + &others)?;
    shop.import("kiosk-jsonl", &file).await?;
    let api = shop.api(0);
    // The last line of the file is the last to come.
    wait_for_item(&api, &format!("q=Row+{:03}", ROWS - 1)).await?;
    for handle in IN_STOCK {
        wait_for_item(&api, &format!("q={handle}&in_stock=true")).await?;
    }
    wait_for_pictures(&api).await
}

async fn wait_for_item(api: &PopApi, query: &str) -> Result<()> {
    wait_until(query, || async {
        let list: Value = api.get(&format!("/v1/products?{query}")).await?.json().await?;
        Ok(list["items"].as_array().is_some_and(|items| !items.is_empty()).then_some(()))
    })
    .await
}

/// A picture comes after its product; until then its address shows another one.
async fn wait_for_pictures(api: &PopApi) -> Result<()> {
    let mug: Value = api.get("/v1/products/prd_test-mug").await?.json().await?;
    for picture in mug["pictures"].as_array().into_iter().flatten() {
        let file = picture["file"].as_str().unwrap_or_default();
        wait_until(&format!("the picture {file}"), || async {
            let answer = api.get(&format!("/media/{file}")).await?;
            Ok(answer.headers().get("content-type").is_some_and(|kind| kind == "image/png").then_some(()))
        })
        .await?;
    }
    Ok(())
}

fn variant(sku: &str, options: &[&str], amount: i64, currency: &str, stock: u32) -> Value {
    json!({"sku": sku, "options": options, "price": {"amount": amount, "currency": currency}, "compare_at": null,
           "stock": stock, "weight_g": 300, "stock_item": null, "stock_units": 1, "picture": 0})
}

fn product(handle: &str, title: &str, options: &[&str], variants: &[Value]) -> Value {
    json!({"type": "product", "handle": handle, "title": title, "vendor": "ven_test", "category": "test-things",
           "description_html": "<p>For the table.</p>", "featured": false, "bulky": false,
           "created": "2026-01-02T00:00:00Z", "tags": [], "options": options, "pictures": [], "variants": variants})
}

/// Those that are special in some way.
fn others() -> Vec<Value> {
    let one = |handle: &str, title: &str, amount: i64, stock: u32| {
        product(handle, title, &[], &[variant(&handle.to_uppercase(), &[], amount, "EUR", stock)])
    };
    let mut mug = product(
        "mug",
        "Mug",
        &["Colour"],
        &[variant("MUG-BLUE", &["Blue"], 1_250, "EUR", 200), variant("MUG-RED", &["Red"], 1_450, "EUR", 200)],
    );
    mug["variants"][0]["compare_at"] = json!({"amount": 1_800, "currency": "EUR"});
    mug["pictures"] =
        json!([{"file": "small.png", "alt": "A blue mug"}, {"file": "large.png", "alt": "\"Red\" & round"}]);
    mug["tags"] = json!(["crockery"]);
    let mut sofa = one("sofa", "Sofa", 89_900, 50);
    sofa["bulky"] = json!(true);
    let lamp = product("us-lamp", "Test US-LAMP", &[], &[variant("US-LAMP", &[], 4_999, "USD", 200)]);
    let mut odd = one("odd", "<b>Größe</b> & \"Ünïcødé\" 日本 🏺", 700, 0);
    odd["description_html"] =
        json!("<p>Grüße<script>alert(1)</script> <a href=\"javascript:x\">hier</a></p>");
    let dear = one("dear", "Dear", 100_000_000_000, 0);
    let mut long = one("long", "Long", 900, 0);
    long["description_html"] =
        json!(format!("<p>{}</p><p>The end.</p>", "many words ".repeat(LONG_BYTES / 11)));
    let category = |slug: &str, name: &str, parent: Option<&str>| json!({"type": "category", "slug": slug, "name": name, "parent": parent, "position": 2, "blurb": "Many."});
    let mut bare = one("bare", "Bare", 800, 0);
    bare["category"] = json!("bare");
    let mut lines = Vec::from([category("more", "More", None)]);
    lines.extend([category("rows", "Rows", Some("more")), category("bare", "Bare", Some("more"))]);
    lines.extend([mug, sofa, lamp, odd, dear, long, bare]);
    lines.extend((0..ROWS).map(|number| {
        let mut row = one(&format!("row-{number:03}"), &format!("Row {number:03}"), 1_000 + number as i64, 0);
        row["category"] = json!("rows");
        // Older than the rest, each by itself, so that the newest come in one order.
        row["created"] = json!(format!("2025-{:02}-{:02}T00:00:00Z", 1 + number / 28, 1 + number % 28));
        if number == 0 {
            // A picture of its goods stands for a category.
            row["pictures"] = json!([{"file": "small.png", "alt": "A row"}]);
        }
        row
    }));
    lines
}
