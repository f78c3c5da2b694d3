//! Products in the panel, their pictures and what they have cost; what admins take off the shop.

use core_cloud::modules::members::policy::Role;
use kiosk_wire::{Change, FeedPage, Product};

use crate::harness::*;
use crate::media::png;
use crate::vendors::upload;

on_both_databases!(
    a_product_is_written_listed_and_archived,
    two_who_change_a_product_at_once_notice,
    many_products_change_at_once_or_none,
    pictures_are_drawn_anew_and_false_ones_refused,
    an_admin_suspends_a_product_and_restores_it,
    another_vendors_products_are_none,
    a_vendor_imports_a_file_for_itself_alone,
    the_tree_of_categories_is_edited,
);

const CUP: [(&str, &str); 9] = [
    ("title", "A cup <script>alert(1)</script>"),
    ("description", "<p onclick=x>Fine</p><script>alert(1)</script>"),
    ("category", "things"),
    ("currency", "EUR"),
    ("delivery", "bulky"),
    ("sku", "MY-CUP"),
    ("price", "19.99"),
    ("weight_g", "300"),
    ("stock", "7"),
];

fn changed<'a>(fields: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(key, known)| (*key, if *key == name { value } else { *known })).collect()
}

/// A shop with a category and a vendor; the cookie of somebody of the vendor.
async fn shop(app: &TestApp) -> String {
    app.stock_up(&[("OLD", 5)]).await;
    app.vendor_member("ven_test").await
}

/// Writes the cup; its address in the panel.
async fn written(app: &TestApp, vendor: &str) -> String {
    let answer = app.post("/vendor/products/new", vendor, &CUP).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.headers["location"].to_str().unwrap().split('?').next().unwrap().to_owned()
}

async fn version(app: &TestApp, path: &str, vendor: &str) -> String {
    let page = app.page(path, vendor).await.text();
    let rest = page.split("name=\"version\" value=\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

async fn move_to(app: &TestApp, path: &str, vendor: &str, state: &str) -> u16 {
    let version = version(app, path, vendor).await;
    let fields = [("version", version.as_str()), ("state", state)];
    app.post(&format!("{path}/state"), vendor, &fields).await.status.as_u16()
}

async fn feed(app: &TestApp) -> Vec<Change> {
    app.pop_get("eu-1", "/sync/v1/feed?after=0").await.ok::<FeedPage>().changes
}

async fn told(app: &TestApp, path: &str) -> Option<Product> {
    feed(app).await.into_iter().find_map(|change| match change {
        Change::Product(product) if path.ends_with(product.id.as_str()) => Some(*product),
        _ => None,
    })
}

async fn a_product_is_written_listed_and_archived(app: TestApp) {
    let vendor = shop(&app).await;
    let path = written(&app, &vendor).await;
    assert_eq!(told(&app, &path).await, None, "a draft stays in the core");
    assert_eq!(app.stock("MY-CUP").await, (7, 0, 0));
    let page = app.page(&path, &vendor).await.text();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    assert_eq!(move_to(&app, &path, &vendor, "listed").await, 303);
    let product = told(&app, &path).await.unwrap();
    assert_eq!((product.description_html.as_str(), product.bulky), ("<p>Fine</p>", true));
    assert_eq!(product.variants[0].price.amount, 1_999);

    // A higher price is noted; stock moves by what was typed against what was shown.
    app.advance_ms(1_000);
    let shown = version(&app, &path, &vendor).await;
    let mut fields = changed(&changed(&CUP, "price", "24,50"), "stock", "10");
    fields.extend([("version", shown.as_str()), ("stock_was", "7")]);
    assert_eq!(app.post(&path, &vendor, &fields).await.status, 303);
    assert_eq!(app.stock("MY-CUP").await, (10, 0, 0));
    let page = app.page(&path, &vendor).await.text();
    assert!(page.contains("€24.50") && page.contains("€19.99"), "the price history: {page}");

    for (state, status) in
        [("suspended", 409), ("archived", 303), ("listed", 409), ("draft", 303), ("listed", 303)]
    {
        assert_eq!(move_to(&app, &path, &vendor, state).await, status, "{state}");
    }
    for (field, value) in [
        ("title", ""),
        ("category", "nowhere"),
        ("currency", "XXX"),
        ("sku", "no spaces"),
        ("price", "free"),
        ("price", "-1"),
        ("weight_g", "heavy"),
        ("stock", "-3"),
    ] {
        let answer = app.post("/vendor/products/new", &vendor, &changed(&CUP, field, value)).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text());
    }
    let text = "</textarea><script>alert(1)</script>";
    let bad = changed(&changed(&CUP, "description", text), "price", "free");
    let page = app.post("/vendor/products/new", &vendor, &bad).await.text();
    assert!(page.contains("&lt;/textarea&gt;") && !page.contains("<script"), "{page}");
    let taken = app.post("/vendor/products/new", &vendor, &changed(&CUP, "sku", "OLD")).await;
    assert!(taken.status == 422 && taken.text().contains("belongs to another product"));
    let list = app.page("/vendor/products?q=my-cup&state=listed&sort=-changed", &vendor).await.text();
    assert!(list.contains(&path) && list.contains("€24.50"), "{list}");
    assert!(!app.page("/vendor/products?q=nothing", &vendor).await.text().contains(&path));
}

async fn two_who_change_a_product_at_once_notice(app: TestApp) {
    let vendor = shop(&app).await;
    let path = written(&app, &vendor).await;
    let shown = version(&app, &path, &vendor).await;
    let mut mine = changed(&CUP, "title", "Mine");
    mine.extend([("version", shown.as_str()), ("stock_was", "7")]);
    let mut yours = changed(&CUP, "title", "Yours");
    yours.extend([("version", shown.as_str()), ("stock_was", "7")]);
    assert_eq!(app.post(&path, &vendor, &mine).await.status, 303);
    let late = app.post(&path, &vendor, &yours).await;
    assert!(late.status == 409 && late.text().contains("Somebody changed this product"), "{}", late.text());
    assert!(late.text().contains("Mine"), "what is there now is shown");
    assert!(app.page(&path, &vendor).await.text().contains("Mine"));
}

async fn many_products_change_at_once_or_none(app: TestApp) {
    let vendor = shop(&app).await;
    let path = written(&app, &vendor).await;
    let cup = path.rsplit('/').next().unwrap();
    let ticked = |act| vec![("id", cup), ("id", "prd_test-old"), ("act", act)];
    assert_eq!(app.post("/vendor/products", &vendor, &ticked("list")).await.status, 303);
    app.advance_ms(1_000);
    let mut cut = ticked("price");
    cut.push(("percent", "-10"));
    assert_eq!(app.post("/vendor/products", &vendor, &cut).await.status, 303);
    assert_eq!(told(&app, &path).await.unwrap().variants[0].price.amount, 1_799);
    for percent in ["0", "-91", "301", "half"] {
        let mut bad = ticked("price");
        bad.push(("percent", percent));
        assert_eq!(app.post("/vendor/products", &vendor, &bad).await.status, 422, "{percent}");
    }
    let foreign = [("id", cup), ("id", "prd_other-thing"), ("act", "archive")];
    assert_eq!(app.post("/vendor/products", &vendor, &foreign).await.status, 404);
    assert!(told(&app, &path).await.is_some(), "all or none");
    assert_eq!(app.post("/vendor/products", &vendor, &[("act", "list")]).await.status, 422, "none ticked");
    assert_eq!(app.post("/vendor/products", &vendor, &ticked("archive")).await.status, 303);
    assert_eq!(told(&app, &path).await, None);
}

async fn pictures_are_drawn_anew_and_false_ones_refused(app: TestApp) {
    let vendor = shop(&app).await;
    let path = written(&app, &vendor).await;
    let to = format!("{path}/pictures");
    let add = async |files: &[(&str, &[u8])]| {
        let shown = version(&app, &path, &vendor).await;
        upload(&app, &to, &vendor, &[("version", &shown), ("alt", "A <b>cup</b>")], files)
            .await
            .status
            .as_u16()
    };
    let mut polyglot = png(50, 60);
    polyglot.extend_from_slice(b"<script>alert(1)</script>");
    assert_eq!(add(&[("a.png", &png(700, 500)), ("b.png", &polyglot)]).await, 303);
    assert_eq!(move_to(&app, &path, &vendor, "listed").await, 303);
    let product = told(&app, &path).await.unwrap();
    let widths: Vec<_> = product.pictures[0].widths.iter().map(|size| size.width).collect();
    assert_eq!((product.pictures.len(), widths), (2, vec![320, 640, 700]));
    let shown = app.page(&format!("/vendor/pictures/{}", product.pictures[1].hash), &vendor).await;
    assert!(shown.status == 200 && !shown.text().contains("script"), "what rode along is gone");

    for bytes in [&b"<svg onload='x'/>"[..], b"GIF89a", b"\x89PNG\r\n\x1a\nno", &vec![0; 9 * 1024 * 1024]] {
        let status = add(&[("c.png", bytes)]).await;
        assert!(status == 422 || status == 413, "{status}");
    }
    let seventh = png(20, 20);
    let many: Vec<(&str, &[u8])> = vec![("d.png", &seventh); 7];
    assert_eq!(add(&many).await, 422, "more than eight");
    let page = app.page(&path, &vendor).await.text();
    assert!(page.contains("A &lt;b&gt;cup") && !page.contains("too many"));

    let second = product.pictures[1].hash.clone();
    let one = format!("{to}/{second}");
    for (act, status, left) in [("lead", 303, 2), ("remove", 303, 1), ("remove", 404, 1)] {
        let shown = version(&app, &path, &vendor).await;
        let answer = app.post(&one, &vendor, &[("version", &shown), ("act", act)]).await;
        assert_eq!(answer.status, status, "{act}");
        let pictures = told(&app, &path).await.unwrap().pictures;
        assert_eq!(pictures.len(), left);
        assert!(act != "lead" || pictures[0].hash == second);
    }
}

async fn an_admin_suspends_a_product_and_restores_it(app: TestApp) {
    let vendor = shop(&app).await;
    let admin = app.staff(Role::Moderator).await;
    let path = written(&app, &vendor).await;
    let admins = path.replace("/vendor/", "/admin/");
    let act = async |act: &str, reason: &str| {
        app.post(&admins, &admin, &[("act", act), ("reason", reason)]).await.status.as_u16()
    };
    assert_eq!(act("suspend", "It is a draft").await, 422);
    assert_eq!(move_to(&app, &path, &vendor, "listed").await, 303);
    assert_eq!(act("suspend", "").await, 422);
    assert_eq!(act("suspend", "A copy of another brand").await, 303);
    assert_eq!(told(&app, &path).await, None);
    assert!(app.page(&path, &vendor).await.text().contains("A copy of another brand"));
    for state in ["listed", "draft", "archived"] {
        assert_eq!(move_to(&app, &path, &vendor, state).await, 409, "{state}");
    }
    assert_eq!(act("restore", "").await, 303);
    assert!(told(&app, &path).await.is_some());
    assert!(app.page("/admin/products?q=cup&state=listed", &admin).await.text().contains(&admins));
}

async fn another_vendors_products_are_none(app: TestApp) {
    let vendor = shop(&app).await;
    let path = written(&app, &vendor).await;
    let other = app.vendor_member("ven_other").await;
    let shown = version(&app, &path, &vendor).await;
    let mut fields = CUP.to_vec();
    fields.push(("version", &shown));
    assert_eq!(app.page(&path, &other).await.status, 404);
    assert_eq!(app.post(&path, &other, &fields).await.status, 404);
    let state = [("version", shown.as_str()), ("state", "listed")];
    assert_eq!(app.post(&format!("{path}/state"), &other, &state).await.status, 404);
    let files: [(&str, &[u8]); 1] = [("a.png", &png(10, 10))];
    assert_eq!(upload(&app, &format!("{path}/pictures"), &other, &state, &files).await.status, 404);
    assert!(!app.page("/vendor/products", &other).await.text().contains(&path));
}

async fn a_vendor_imports_a_file_for_itself_alone(app: TestApp) {
    shop(&app).await;
    let other = app.vendor_member("ven_other").await;
    let mut tx = app.db.begin().await.unwrap();
    let record: kiosk_wire::Vendor =
        serde_json::from_str(r#"{"id":"ven_other","name":"Other","region":"DE","about":""}"#).unwrap();
    core_cloud::modules::catalog::service::put_vendors(&mut tx, &[record]).await.unwrap();
    tx.commit().await.unwrap();
    // The file says that its goods are another vendor's, renames that one, and takes its stock.
    let mut stolen = product("STOLEN", 3);
    stolen["variants"][0]["stock_item"] = "OLD".into();
    stolen["variants"][0]["stock"] = 0.into();
    let lines = [
        serde_json::json!({"type": "vendor", "id": "ven_test", "name": "Renamed", "region": "DE", "about": ""}),
        product("NEW-ONE", 3),
        product("OLD", 9),
        stolen,
    ];
    let file: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let fields = [("format", "kiosk-jsonl"), ("currency", "EUR")];
    let files: [(&str, &[u8]); 1] = [("goods.jsonl", file.as_bytes())];
    let answer = upload(&app, "/vendor/products/import", &other, &fields, &files).await;
    assert!(answer.status == 200 && answer.text().contains("1 new"), "{}", answer.text());
    assert!(answer.text().contains("SKU OLD belongs to another product"));
    assert!(answer.text().contains("draws on the stock of another product"));
    let feed = serde_json::to_string(&feed(&app).await).unwrap();
    assert!(feed.contains("prd_other-new-one") && !feed.contains("Renamed") && !feed.contains("STOLEN"));
    assert_eq!(app.stock("OLD").await, (5, 0, 0));
    let bad = upload(&app, "/vendor/products/import", &other, &fields, &[("a", b"<html>")]).await;
    assert!(bad.status == 422 && bad.text().contains("cannot be imported"), "{}", bad.text());
}

async fn the_tree_of_categories_is_edited(app: TestApp) {
    let vendor = shop(&app).await;
    let admin = app.staff(Role::Moderator).await;
    let path = "/admin/categories";
    let add = async |name: &str, parent: &str, attributes: &str| {
        let fields = [("name", name), ("parent", parent), ("attributes", attributes)];
        app.post(path, &admin, &fields).await.status.as_u16()
    };
    assert_eq!(add("Lamps <b>", "", "Height\nSocket\nHeight").await, 303);
    assert_eq!(add("Lamps <b>", "", "").await, 422, "twice");
    assert_eq!(add("Desk lamps", "lamps-b", "").await, 303);
    assert_eq!(add("Too deep", "desk-lamps", "").await, 422);
    assert_eq!(add("", "", "").await, 422);
    let page = app.page(path, &admin).await.text();
    assert!(page.contains("Height, Socket") && page.contains("Lamps &lt;b&gt;"), "{page}");
    let act = async |slug: &str, act: &str| {
        app.post(&format!("{path}/{slug}/act"), &admin, &[("act", act)]).await.status.as_u16()
    };
    assert_eq!(act("lamps-b", "up").await, 303);
    assert_eq!([act("lamps-b", "remove").await, act("things", "remove").await], [422, 422], "not empty");
    let moved = [("name", "Lights"), ("parent", "things"), ("attributes", "")];
    assert_eq!(app.post(&format!("{path}/lamps-b"), &admin, &moved).await.status, 422, "it carries others");
    let moved = [("name", "Desk lights"), ("parent", "things"), ("attributes", "Watt")];
    assert_eq!(app.post(&format!("{path}/desk-lamps"), &admin, &moved).await.status, 303);
    assert_eq!(act("lamps-b", "remove").await, 303);
    let feed = serde_json::to_string(&feed(&app).await).unwrap();
    assert!(feed.contains(r#"{"type":"category_removed","slug":"lamps-b"}"#), "{feed}");
    assert!(feed.contains("Desk lights") && feed.contains("Watt"));
    assert_eq!(act("nowhere", "remove").await, 404);
    // A product fills the attributes of its category, and no others.
    let mut fields = changed(&CUP, "category", "desk-lamps");
    fields.extend([("attribute_name", "Watt"), ("attribute", "5 <i>W</i>")]);
    fields.extend([("attribute_name", "Other"), ("attribute", "x")]);
    let answer = app.post("/vendor/products/new", &vendor, &fields).await;
    let product = answer.headers["location"].to_str().unwrap().split('?').next().unwrap().to_owned();
    assert!(app.page(&product, &vendor).await.text().contains("5 &lt;i&gt;W"));
    assert_eq!(move_to(&app, &product, &vendor, "listed").await, 303);
    assert_eq!(told(&app, &product).await.unwrap().attributes.len(), 1);
}
