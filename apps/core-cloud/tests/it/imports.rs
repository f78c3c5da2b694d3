//! Imports: each refused row is told, the rest is taken, and importing twice changes nothing.

use axum::Router;
use axum::routing::get;
use core_cloud::modules::imports::draft::Severity;
use core_cloud::modules::imports::formats::{self, Format, Pictures, ReadError};
use core_cloud::modules::imports::service::Report;
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, FeedPage, Product};

use crate::harness::*;

on_both_databases!(
    a_shopify_csv_is_imported_row_by_row,
    lines_are_counted_as_in_an_editor,
    importing_twice_changes_nothing,
    the_demo_shop_is_imported_whole,
    an_online_boutique_is_imported,
    pictures_are_fetched_once,
    two_vendors_may_use_a_handle,
    skus_are_unique_over_the_shop,
    a_changed_quantity_moves_the_stock,
    kiosk_lines_are_checked,
);

/// Made for this test: options, a picture of its own, a set without SKUs, and everything that can be wrong.
const CSV: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position
linen-shirt,Linen Shirt,\"<p onclick=\"\"x()\"\">Cool<script>bad()</script></p>\",Nordlicht,Shirts,\"summer, Linen\",true,Size,S,Colour,Blue,SHIRT-S,200,5,49.90,59.90,,
linen-shirt,,,,,,,,M,,Blue,SHIRT-M,210,3,49.90,,,
linen-shirt,,,,,,,,M,,Blue,SHIRT-M2,210,3,49.90,,,
linen-shirt,,,,,,,,L,,Blue,SHIRT-L,210,3,49.999,,,
linen-shirt,,,,,,,,XL,,Blue,SHIRT-XL,210,many,49.90,,,
linen-shirt,,,,,,,,XXL,,,SHIRT-XXL,210,1,49.90,,,
oak-table,Oak Table,Plain & solid.,Nordlicht,,\"Dining, wood\",true,Title,Default Title,,,,40000,-2,899,,,
ragged,row
,No Handle,,,,,true,Title,Default Title,,,X,1,1,1,,,
draft-mug,Draft Mug,,Nordlicht,,,false,Title,Default Title,,,MUG,300,9,12,,,
orphan,,,,,,,,S,,,ORPHAN,1,1,1,,,
free-lunch,Free Lunch,,Nordlicht,,,true,Title,Default Title,,,LUNCH,1,1,-5,,,
odd-sku,Odd SKU,,,,,true,Title,Default Title,,,A/1 x,1,1,5,,,
";

async fn feed(app: &TestApp, after: u64) -> FeedPage {
    app.pop_get("eu-1", &format!("/sync/v1/feed?after={after}")).await.ok()
}

async fn products(app: &TestApp) -> Vec<Product> {
    let changes = feed(app, 0).await.changes.into_iter();
    changes
        .filter_map(|change| match change {
            Change::Product(product) => Some(*product),
            _ => None,
        })
        .collect()
}

fn refused(report: &Report) -> Vec<(u64, &str)> {
    let issues = report.issues.iter().filter(|issue| issue.severity == Severity::Refused);
    let mut lines: Vec<_> = issues.map(|issue| (issue.line, issue.reason.as_str())).collect();
    lines.sort_unstable();
    lines
}

async fn a_shopify_csv_is_imported_row_by_row(app: TestApp) {
    let report = app.import(Format::ShopifyCsv, CSV).await;
    assert_eq!(
        refused(&report),
        [
            (4, "another row has the same options"),
            (5, "Variant Price: not a decimal amount"),
            (6, "Variant Inventory Qty is not a whole number"),
            (7, "an option has no value"),
            (9, "2 cells instead of 18"),
            (10, "Handle is empty"),
            (11, "it is not published"),
            (12, "no row of it has a Title"),
            (13, "the price is negative or too high"),
        ]
    );
    assert_eq!((report.created, report.refused, report.warnings), (3, 9, 3), "{report:?}");
    let products = products(&app).await;
    let [shirt, table, odd] = &products[..] else { panic!("{products:?}") };
    assert_eq!(shirt.description_html, "<p>Cool</p>");
    assert_eq!((shirt.options.join("/"), shirt.variants.len()), ("Size/Colour".to_owned(), 2));
    assert_eq!(shirt.variants[0].price, Money::new(4_990, Currency::EUR));
    assert_eq!(shirt.variants[0].compare_at, Some(Money::new(5_990, Currency::EUR)));
    assert_eq!(shirt.tags, ["summer", "linen", "shirts"]);
    assert_eq!((shirt.category.as_str(), shirt.vendor.as_str()), ("shirts", "ven_nordlicht"));
    assert_eq!(table.variants[0].sku.as_str(), "OAK-TABLE");
    assert!(table.bulky && table.options.is_empty() && table.category == "dining");
    assert_eq!(table.description_html, "<p>Plain &amp; solid.</p>");
    assert_eq!((odd.variants[0].sku.as_str(), odd.vendor.as_str()), ("A-1-x", "ven_other"));
    assert_eq!(app.stock("SHIRT-S").await, (5, 0, 0));
    assert_eq!(app.stock("OAK-TABLE").await, (0, 0, 0));
}

/// However the lines end, and with a byte order mark in front.
async fn lines_are_counted_as_in_an_editor(app: TestApp) {
    let unix = app.import(Format::ShopifyCsv, CSV).await;
    let windows = app.import(Format::ShopifyCsv, &format!("\u{feff}{}", CSV.replace('\n', "\r\n"))).await;
    assert_eq!(refused(&unix), refused(&windows));
}

async fn importing_twice_changes_nothing(app: TestApp) {
    let first = app.import(Format::ShopifyCsv, CSV).await;
    let before = feed(&app, 0).await;
    app.ask("eu-1", "db", ask_whole("SHIRT-S", 0, 0, 4)).await;
    app.advance_ms(1_000);
    let second = app.import(Format::ShopifyCsv, CSV).await;
    assert_eq!((second.created, second.changed, second.unchanged), (0, 0, 3));
    assert_eq!((second.stock_changed, second.shelves_changed), (0, 0));
    assert_eq!(second.issues, first.issues);
    assert_eq!(feed(&app, 0).await, before);
    assert_eq!(app.stock("SHIRT-S").await, (1, 4, 0));
}

async fn the_demo_shop_is_imported_whole(app: TestApp) {
    let settings = formats::Settings { pictures: Pictures::Demo, ..app.settings() };
    let text: String = kiosk_demo_shop::json_lines().map(|line| line + "\n").collect();
    let report = app.import_with(Format::KioskJsonl, &text, &settings).await;
    assert_eq!((report.refused, report.warnings), (0, 0), "{:?}", report.issues.first());
    assert_eq!(report.created, kiosk_demo_shop::products().len() as u64);
    let latest = {
        let mut after = 0;
        loop {
            let page = feed(&app, after).await;
            after = page.next;
            if !page.more {
                break after;
            }
        }
    };
    let again = app.import_with(Format::KioskJsonl, &text, &settings).await;
    assert_eq!((again.created + again.changed, again.unchanged), (0, report.created));
    assert_eq!(feed(&app, latest).await.next, latest);
}

async fn an_online_boutique_is_imported(app: TestApp) {
    let json = r#"{"products": [
        {"id": "OLJ", "name": "Sunglasses", "description": "For the sun.", "picture": "/static/img/sun.jpg",
         "priceUsd": {"currencyCode": "USD", "units": 19, "nanos": 990000000}, "categories": ["accessories"]},
        {"id": "66V", "name": "Tank Top", "description": "", "picture": "",
         "priceUsd": {"currencyCode": "USD", "units": 18}, "categories": ["clothing", "tops"]},
        {"id": "BAD", "name": "Fraction", "priceUsd": {"currencyCode": "USD", "nanos": 1}, "categories": []},
        {"name": "No id"}
    ]}"#;
    let pictures = app.dir.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    std::fs::write(pictures.join("sun.jpg"), [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    let report = app.import(Format::OnlineBoutique, json).await;
    assert_eq!((report.created, report.refused, report.warnings), (2, 2, 0), "{report:?}");
    assert_eq!(refused(&report)[0], (3, "the price has a fraction of the smallest coin"));
    let products = products(&app).await;
    assert_eq!(products[0].variants[0].price, Money::new(1_999, Currency::USD));
    assert_eq!((products[0].handle.as_str(), products[0].pictures.len()), ("sunglasses", 1));
    assert_eq!(products[1].category, "tops");
    assert_eq!(app.stock("OLJ").await, (100, 0, 0));
    let again = app.import(Format::OnlineBoutique, json).await;
    assert_eq!((again.unchanged, again.changed), (2, 0));
}

async fn pictures_are_fetched_once(app: TestApp) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    let fetched = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&fetched);
    let serve_png = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { b"\x89PNG\r\n\x1a\nrest".to_vec() }
    };
    let router = Router::new()
        .route("/a.png", get(serve_png))
        .route("/page.png", get(|| async { "<html></html>" }))
        .route("/huge.png", get(|| async { vec![0; 9 * 1024 * 1024] }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    // A port that nobody listens on.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let rows: String = ["a.png", "page.png", "huge.png", "gone.png"]
        .iter()
        .enumerate()
        .map(|(number, file)| format!("p{number},P{number},true,1,1,http://{host}/{file}\n"))
        .collect();
    let csv = format!(
        "Handle,Title,Published,Variant Price,Variant Inventory Qty,Image Src\n{rows}\
         p8,P8,true,1,1,http://{closed}/a.png\np9,P9,true,1,1,ftp://example.test/a.png\n"
    );
    let report = app.import(Format::ShopifyCsv, &csv).await;
    assert_eq!((report.created, report.refused, report.warnings), (6, 0, 5), "{:#?}", report.issues);
    let with_picture =
        |products: &[Product]| products.iter().filter(|product| !product.pictures.is_empty()).count();
    assert_eq!(with_picture(&products(&app).await), 1);
    // The host may be gone the second time: the picture is known by its address.
    server.abort();
    let again = app.import(Format::ShopifyCsv, &csv).await;
    assert_eq!((again.unchanged, fetched.load(Ordering::SeqCst)), (6, 1));
    assert_eq!(with_picture(&products(&app).await), 1);
}

fn mug(vendor: &str, sku: &str, quantity: i64) -> String {
    format!(
        "Handle,Title,Vendor,Variant SKU,Variant Price,Variant Inventory Qty\nmug,Mug,{vendor},{sku},5,{quantity}\n"
    )
}

async fn two_vendors_may_use_a_handle(app: TestApp) {
    for _ in 0..2 {
        app.import(Format::ShopifyCsv, &mug("One", "MUG-1", 1)).await;
        app.import(Format::ShopifyCsv, &mug("Two", "MUG-2", 1)).await;
        let handles: Vec<_> = products(&app).await.into_iter().map(|product| product.handle).collect();
        assert_eq!(handles, ["mug", "mug-two"]);
    }
}

async fn skus_are_unique_over_the_shop(app: TestApp) {
    app.import(Format::ShopifyCsv, &mug("One", "MUG", 1)).await;
    let report = app.import(Format::ShopifyCsv, &mug("Two", "MUG", 7)).await;
    assert_eq!(refused(&report), [(2, "SKU MUG belongs to another product")]);
    assert_eq!(app.stock("MUG").await, (1, 0, 0));
}

async fn a_changed_quantity_moves_the_stock(app: TestApp) {
    let import = async |quantity| app.import(Format::ShopifyCsv, &mug("One", "MUG", quantity)).await;
    import(10).await;
    app.ask("eu-1", "db", ask_whole("MUG", 0, 0, 8)).await;
    app.deliver("eu-1", "db", vec![placed(1, order("o", vec![take("MUG", 1, 3)]))]).await;
    assert_eq!(import(10).await.stock_changed, 0);
    assert_eq!(app.stock("MUG").await, (2, 5, 3));
    assert_eq!(import(15).await.stock_changed, 1);
    assert_eq!(app.stock("MUG").await, (7, 5, 3));
    // Less than what is leased and sold: nothing is taken from the POPs.
    import(0).await;
    assert_eq!(app.stock("MUG").await, (0, 5, 3));
}

async fn kiosk_lines_are_checked(app: TestApp) {
    let good = catalogue(&[("A", 1)]);
    let bad = |change: fn(&mut serde_json::Value)| {
        let mut product = product("B", 1);
        change(&mut product);
        product.to_string()
    };
    let lines = [
        bad(|product| product["vendor"] = "ven_nobody".into()),
        bad(|product| product["category"] = "nowhere".into()),
        bad(|product| product["handle"] = "No Slug".into()),
        bad(|product| product["variants"] = serde_json::json!([])),
        bad(|product| product["variants"][0]["price"]["amount"] = (-1).into()),
        bad(|product| product["variants"][0]["price"]["currency"] = "EURO".into()),
        bad(|product| product["variants"][0]["stock_units"] = 0.into()),
        bad(|product| product["variants"][0]["options"] = serde_json::json!(["S"])),
        bad(|product| {
            product["variants"][0]["stock_item"] = "NOWHERE".into();
            product["variants"][0]["stock"] = 0.into();
        }),
        bad(|product| product["created"] = "yesterday".into()),
        r#"{"type":"category","slug":"sub","name":"Sub","parent":"nowhere","position":1,"blurb":""}"#
            .to_owned(),
        "{".to_owned(),
        product("A", 1).to_string(),
    ];
    for line in &lines {
        let report = app.import(Format::KioskJsonl, &format!("{good}{line}\n")).await;
        let refused = refused(&report);
        assert_eq!((refused.len(), refused[0].0), (1, 4), "{line}: {report:?}");
        assert_eq!(products(&app).await.len(), 1);
    }
    let settings = app.settings();
    for (format, text) in [
        (Format::KioskJsonl, "nonsense\nmore\n"),
        (Format::OnlineBoutique, "{\"products\": 1}"),
        (Format::ShopifyCsv, "a,b\n1,2\n"),
        (Format::ShopifyCsv, ""),
    ] {
        let nothing = formats::read(format, text.as_bytes(), &settings);
        assert!(matches!(nothing, Err(ReadError::NotThisFormat(_))), "{text}");
    }
}
