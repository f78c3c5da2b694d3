//! `GET /sync/v1/feed`, `GET /sync/v1/media/{hash}`: every change, in order, once in its last state.

use core_cloud::modules::imports::formats::Format;
use kiosk_wire::{CHANGES_PER_PAGE_MAX, Change, FeedPage};

use crate::harness::*;

on_both_databases!(
    what_is_of_a_region_is_told_there_only,
    a_key_that_changed_twice_stands_once,
    pages_follow_each_other,
    no_change_is_missed_while_others_write,
    a_cursor_of_another_feed_is_refused,
    a_product_that_is_taken_off_is_told,
    pictures_are_served_by_hash,
);

async fn page(app: &TestApp, after: u64, limit: u32) -> FeedPage {
    app.pop_get("eu-1", &format!("/sync/v1/feed?after={after}&limit={limit}")).await.ok()
}

/// What a change is about, and its title.
fn key(change: &Change) -> String {
    match change {
        Change::Vendor(vendor) => vendor.id.to_string(),
        Change::Category(category) => category.slug.clone(),
        Change::Product(product) => product.title.clone(),
        Change::ProductRemoved { id } => format!("-{id}"),
        Change::CategoryRemoved { slug } => format!("-{slug}"),
        other => format!("{other:?}"),
    }
}

async fn what_is_of_a_region_is_told_there_only(app: TestApp) {
    app.stock_up(&[("A", 1)]).await;
    let standing = |customer: &str| {
        Change::Standing(kiosk_wire::Standing { customer: customer.to_owned(), blocked: true, appeal: None })
    };
    let rating =
        Change::Rating(kiosk_wire::Rating { product: "prd_a".parse().unwrap(), counts: [0, 0, 0, 0, 1] });
    let publish = async |region: Option<&str>, change: &Change| {
        let mut tx = app.db.begin().await.unwrap();
        core_cloud::modules::catalog::feed::publish(&mut tx, region, std::slice::from_ref(change))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    publish(Some("eu"), &standing("one")).await;
    publish(None, &rating).await;
    publish(Some("eu"), &standing("one")).await;
    publish(Some("us"), &standing("two")).await;
    let of = async |pop: &str| -> FeedPage { app.pop_get(pop, "/sync/v1/feed?after=3&limit=500").await.ok() };
    assert_eq!(of("eu-1").await.changes, [rating.clone(), standing("one")]);
    assert_eq!(of("us-1").await.changes, [rating, standing("two")]);
    // A POP passes over what others are told, however much of it there is.
    assert_eq!((of("eu-1").await.next, of("us-1").await.next), (7, 7));
    let short: FeedPage = app.pop_get("us-1", "/sync/v1/feed?after=3&limit=1").await.ok();
    assert_eq!((short.changes.len(), short.more, short.next), (1, true, 5));
}

async fn a_key_that_changed_twice_stands_once(app: TestApp) {
    app.stock_up(&[("A", 1), ("B", 1)]).await;
    let before = page(&app, 0, 500).await;
    assert_eq!(before.changes.iter().map(key).collect::<Vec<_>>(), ["ven_test", "things", "A", "B"]);
    assert_eq!((before.next, before.more), (4, false));
    for title in ["first", "second"] {
        let mut product = product("A", 1);
        product["title"] = title.into();
        let report = app.import(Format::KioskJsonl, &product.to_string()).await;
        assert_eq!((report.changed, report.refused), (1, 0), "{report:?}");
    }
    let after = page(&app, before.next, 500).await;
    assert_eq!(after.changes.iter().map(key).collect::<Vec<_>>(), ["second"]);
    let all = page(&app, 0, 500).await;
    assert_eq!(all.changes.iter().map(key).collect::<Vec<_>>(), ["ven_test", "things", "B", "second"]);
    let nothing = page(&app, all.next, 500).await;
    assert_eq!((nothing.changes.len(), nothing.next, nothing.more), (0, all.next, false));
}

async fn pages_follow_each_other(app: TestApp) {
    let names: Vec<String> = (0..23).map(|number| format!("P{number:02}")).collect();
    app.stock_up(&names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>()).await;
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let page = page(&app, after, 4).await;
        assert!(page.changes.len() <= 4 && page.next > after);
        seen.extend(page.changes.iter().map(key));
        after = page.next;
        if !page.more {
            break;
        }
    }
    assert_eq!(seen[2..], names);
    for limit in [0, CHANGES_PER_PAGE_MAX + 1] {
        let path = format!("/sync/v1/feed?after=0&limit={limit}");
        app.pop_get("eu-1", &path).await.is_problem(422, "invalid_value");
    }
    app.pop_get("eu-1", "/sync/v1/feed?after=-1").await.is_problem(422, "invalid_value");
}

/// A reader that follows the feed while several writers write ends with every record in its last state.
async fn no_change_is_missed_while_others_write(app: TestApp) {
    app.stock_up(&[("A", 1)]).await;
    let writers = (0..4).map(async |writer| {
        for round in 0..8 {
            let mut product = product(&format!("W{writer}-{}", round % 3), 1);
            product["title"] = format!("{writer} in round {round}").into();
            app.import(Format::KioskJsonl, &product.to_string()).await;
        }
    });
    let finished = std::sync::atomic::AtomicBool::new(false);
    let write = async {
        futures::future::join_all(writers).await;
        finished.store(true, std::sync::atomic::Ordering::SeqCst);
    };
    let mut known = std::collections::BTreeMap::new();
    let follow = async {
        let mut after = 0;
        loop {
            // One more look after the last writer is done.
            let last_look = finished.load(std::sync::atomic::Ordering::SeqCst);
            let page = page(&app, after, 3).await;
            after = page.next;
            for change in page.changes {
                if let Change::Product(product) = change {
                    known.insert(product.id.to_string(), product.title);
                }
            }
            if last_look && !page.more {
                break;
            }
        }
    };
    futures::future::join(write, follow).await;
    let expected: std::collections::BTreeMap<_, _> = page(&app, 0, 500)
        .await
        .changes
        .into_iter()
        .filter_map(|change| match change {
            Change::Product(product) => Some((product.id.to_string(), product.title)),
            _ => None,
        })
        .collect();
    assert_eq!(known, expected);
    assert_eq!(known.len(), 13);
}

async fn a_cursor_of_another_feed_is_refused(app: TestApp) {
    app.stock_up(&[("A", 1)]).await;
    let refused = app.pop_get("eu-1", "/sync/v1/feed?after=99").await.is_problem(409, "feed_cursor_ahead");
    assert_eq!(refused["latest"], 3);
}

async fn a_product_that_is_taken_off_is_told(app: TestApp) {
    let csv = |published: &str| {
        format!(
            "Handle,Title,Published,Variant SKU,Variant Inventory Qty,Variant Price\nmug,Mug,{published},MUG,3,4.50\n"
        )
    };
    assert_eq!(app.import(Format::ShopifyCsv, &csv("true")).await.created, 1);
    let before = page(&app, 0, 500).await;
    let report = app.import(Format::ShopifyCsv, &csv("false")).await;
    assert_eq!((report.removed, report.refused), (1, 1));
    let after = page(&app, before.next, 500).await;
    assert_eq!(after.changes.iter().map(key).collect::<Vec<_>>(), ["-prd_other-mug"]);
    // Taking it off again changes nothing; listing it again does.
    assert_eq!(app.import(Format::ShopifyCsv, &csv("false")).await.removed, 0);
    assert_eq!(page(&app, after.next, 500).await.changes.len(), 0);
    app.import(Format::ShopifyCsv, &csv("true")).await;
    let back = page(&app, after.next, 500).await;
    assert_eq!(back.changes.iter().map(key).collect::<Vec<_>>(), ["Mug"]);
    assert_eq!(app.stock("MUG").await, (3, 0, 0));
}

async fn pictures_are_served_by_hash(app: TestApp) {
    let pictures = app.dir.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg'><rect width='1' height='1'/></svg>";
    std::fs::write(pictures.join("good.svg"), svg).unwrap();
    std::fs::write(pictures.join("bad.svg"), svg.replace("rect", "script")).unwrap();
    std::fs::write(pictures.join("text.png"), "no picture").unwrap();
    let mut thing = product("A", 1);
    thing["pictures"] = ["gone.svg", "bad.svg", "text.png", "good.svg"]
        .map(|file| serde_json::json!({"file": file, "alt": file}))
        .to_vec()
        .into();
    thing["variants"][0]["picture"] = 3.into();
    app.stock_up(&[]).await;
    let report = app.import(Format::KioskJsonl, &thing.to_string()).await;
    assert_eq!((report.created, report.refused, report.warnings), (1, 0, 3), "{report:?}");
    let page = page(&app, 0, 500).await;
    let Some(Change::Product(product)) = page.changes.last() else { panic!("{page:?}") };
    assert_eq!((product.pictures.len(), product.variants[0].picture), (1, Some(0)));
    let picture = &product.pictures[0];
    assert_eq!((picture.ext.as_str(), picture.alt.as_str()), ("svg", "good.svg"));
    let path = format!("/sync/v1/media/{}", picture.hash);
    let answer = app.pop_get("eu-1", &path).await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, svg));
    assert_eq!(answer.headers["content-type"], "image/svg+xml");
    assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    app.get(&path, None).await.is_problem(401, "signature_required");
    for hash in ["0".repeat(64), "..%2f..%2fcore.sqlite".to_owned(), "x".to_owned()] {
        app.pop_get("eu-1", &format!("/sync/v1/media/{hash}")).await.is_problem(404, "picture_not_found");
    }
    // A picture path never leaves its folder.
    let mut thing = crate::harness::product("B", 1);
    thing["pictures"] = serde_json::json!([{"file": "../core.sqlite", "alt": ""}]);
    assert_eq!(app.import(Format::KioskJsonl, &thing.to_string()).await.refused, 1);
}
