//! Chats and reviews with forms alone, on the real edge-social.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::IntoResponse;
use http_body_util::BodyExt;
use kiosk_edge_platform::native::MapVariables;
use kiosk_ids::{MessageId, OrderId, ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::{catalog, outbox};
use kiosk_wire::{
    Change, EventBody, FeedPage, Message, OrderState, OrderedLine, Parcel, ParcelStatus, Party, RoomKey,
    Vendor,
};
use tower::ServiceExt;

use crate::html::fill;
use crate::support::{Answer, HOST, TestShop};

const ROOM: &str = "/account/chats/ord_one/ven_clay";
const REVIEW: &str = "/account/reviews/prd_mug";
const BOUNDARY: &str = "a-line-that-no-text-has";

fn token(digit: &str) -> String {
    digit.repeat(64)
}

/// A shop with edge-social, where Ada (`a…`) has bought a mug.
async fn shop() -> TestShop {
    let mut shop = TestShop::open().await;
    let accounts = Router::new().fallback(|request: Request<Body>| async move {
        let bearer = request.headers()[header::AUTHORIZATION].to_str().unwrap().to_owned();
        let name = match bearer.trim_start_matches("Bearer ") {
            known if known == token("a") => "ada",
            known if known == token("b") => "bob",
            _ => return StatusCode::UNAUTHORIZED.into_response(),
        };
        if request.uri().path() == "/v1/account/export" {
            return axum::Json(serde_json::json!({ "profile": { "name": name } })).into_response();
        }
        let who = serde_json::json!({ "account": name, "customer": name, "created_ms": 0 });
        axum::Json(who).into_response()
    });
    shop.host.http.up("edge-accounts.spin.internal", accounts);
    let variables = [("pseudonym_key".to_owned(), "the secret of the region".to_owned())];
    let mut edge = shop.host.edge.clone();
    edge.variables = Arc::new(MapVariables(HashMap::from(variables)));
    shop.host.http.up("edge-social.spin.internal", edge_social::router(edge));
    shop.cookies.push(("kiosk_session".to_owned(), token("a")));
    let vendor = Vendor {
        id: VendorId::named("clay").unwrap(),
        name: "Clay & Co".into(),
        region: "DE".into(),
        about: "Pots.".into(),
        methods: Vec::new(),
    };
    tell(&shop, vec![Change::Vendor(vendor), order(ParcelStatus::Shipped)]).await;
    shop
}

async fn tell(shop: &TestShop, changes: Vec<Change>) {
    let page = FeedPage { changes, next: 2, more: false };
    catalog::apply::apply(&*shop.host.edge.db, &page).await.unwrap();
}

fn order(status: ParcelStatus) -> Change {
    let price = Money::new(1_999, Currency::EUR);
    let vendor = VendorId::named("clay").unwrap();
    let line = OrderedLine {
        sku: Sku::parse("MUG").unwrap(),
        product: ProductId::named("mug").unwrap(),
        title: "A mug".into(),
        vendor: vendor.clone(),
        quantity: 1,
        unit_price: price,
        returnable: 0,
    };
    Change::Order(Box::new(OrderState {
        id: OrderId::named("one").unwrap(),
        account: "ada".into(),
        placed_ms: 1_000,
        total: price,
        lines: vec![line],
        parcels: vec![Parcel::new(vendor, status)],
        returns: Vec::new(),
    }))
}

fn message(number: u64, from: Party, text: &str) -> Change {
    let (order, vendor) = (OrderId::named("one").unwrap(), VendorId::named("clay").unwrap());
    Change::Message(Box::new(Message {
        id: MessageId::named(&number.to_string()).unwrap(),
        room: RoomKey { order, vendor },
        number,
        from,
        text: text.into(),
        pictures: Vec::new(),
        sent_ms: 2_000,
    }))
}

async fn events(shop: &TestShop) -> Vec<EventBody> {
    let pending = outbox::pending(&*shop.host.edge.db, 100).await.unwrap();
    pending.into_iter().map(|event| event.body).collect()
}

/// Sends a form with files, as browsers do.
async fn post_files(shop: &TestShop, path: &str, pairs: &[(&str, &str)], files: &[&[u8]]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in pairs {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for file in files {
        let head = "Content-Disposition: form-data; name=\"pictures\"; filename=\"x.png\"\r\nContent-Type: image/png";
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
        body.extend_from_slice(file);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let cookies: Vec<String> = shop.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookies.join("; "))
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    let response = shop.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// The smallest file that is taken for a picture.
fn png() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", b"\0\0\0\x04\0\0\0\x04\x08\x02\0\0\0".as_slice()),
        (b"IDAT", b"data".as_slice()),
        (b"IEND", b"".as_slice()),
    ] {
        file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        file.extend(kind);
        file.extend(data);
        file.extend([0; 4]);
    }
    file
}

#[tokio::test]
async fn a_customer_writes_and_sees_what_becomes_of_it() {
    let mut shop = shop().await;
    let list = shop.get("/account/chats").await;
    assert_eq!(
        (list.texts(".talk h2"), list.texts(".talk-last")),
        (vec!["Clay & Co".to_owned()], vec!["Nothing written yet".to_owned()])
    );
    assert_eq!(list.attributes(".talk a", "href"), [ROOM]);

    let form = shop.get(ROOM).await.form(ROOM);
    let pairs = fill(&form, &[("text", "Is it <b>safe</b>?\r\nMail ada@example.org")]);
    let sent = post_files(&shop, ROOM, &pairs, &[&[]]).await;
    assert_eq!(
        (sent.status, sent.header("location")),
        (StatusCode::SEE_OTHER, &*format!("{ROOM}?masked=email#write"))
    );
    let again = post_files(&shop, ROOM, &pairs, &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the second press of an impatient finger");

    let page = shop.get(&format!("{ROOM}?masked=email")).await;
    assert_eq!(page.texts(".say-text"), ["Is it <b>safe</b>? Mail [e-mail removed]"]);
    assert!(page.body.contains("Is it &lt;b&gt;safe&lt;/b&gt;?\nMail"), "{}", page.body);
    assert!(page.texts("#masked p")[0].contains("an e-mail address"));
    assert_eq!(page.texts(".say-mark"), ["Waiting to be delivered"]);
    assert_eq!(page.header("cache-control"), "private, no-store");

    tell(&shop, vec![message(1, Party::Vendor, "Yes, it is.")]).await;
    assert_eq!(shop.get("/account/chats").await.texts(".talk-new"), ["1 new"]);
    let page = shop.get(ROOM).await;
    assert_eq!(page.texts(".say-who"), ["Clay & Co", "You"]);
    assert_eq!(shop.get("/account/chats").await.texts(".talk-new"), Vec::<String>::new());
    assert!(events(&shop).await.iter().any(|event| matches!(event, EventBody::RoomRead { .. })));
}

#[tokio::test]
async fn pictures_are_sent_with_a_message() {
    let mut shop = shop().await;
    let form = shop.get(ROOM).await.form(ROOM);
    let pairs = fill(&form, &[("text", "")]);
    let sent = post_files(&shop, ROOM, &pairs, &[&png()]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = shop.get(ROOM).await;
    let pictures = page.attributes(".say-picture img", "src");
    assert!(pictures.len() == 1 && pictures[0].starts_with("/v1/pictures/"), "{pictures:?}");
}

#[tokio::test]
async fn what_is_refused_stays_in_the_form() {
    let mut shop = shop().await;
    let form = shop.get(ROOM).await.form(ROOM);
    let pairs = fill(&form, &[("text", "See the picture")]);
    let refused = post_files(&shop, ROOM, &pairs, &[b"<svg onload=x>"]).await;
    assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(refused.texts("[role=alert] p")[0].contains("only JPEG, PNG and WebP"), "{}", refused.body);
    assert_eq!(refused.texts("#text"), ["See the picture"]);
    let broken_out = "</textarea><script>alert(1)</script>";
    let refused = post_files(&shop, ROOM, &fill(&form, &[("text", broken_out)]), &[b"<svg onload=x>"]).await;
    assert_eq!(refused.texts("#text"), [broken_out]);
    assert!(!refused.body.contains("<script>alert"), "{}", refused.body);
    let blank = post_files(&shop, ROOM, &fill(&form, &[("text", " ")]), &[]).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let large = post_files(&shop, ROOM, &pairs, &[&vec![0; 3_600_000]]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let long = "x".repeat(20_000);
    assert_eq!(post_files(&shop, ROOM, &[("text", &long)], &[]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(events(&shop).await.is_empty());
}

#[tokio::test]
async fn a_room_is_its_customers_alone() {
    let mut shop = shop().await;
    let actions = ["", "/read", "/block", "/report"].map(|end| format!("{ROOM}{end}"));
    for (session, status) in [("b", StatusCode::NOT_FOUND), ("c", StatusCode::SEE_OTHER)] {
        shop.cookies = vec![("kiosk_session".to_owned(), token(session))];
        assert_eq!(shop.get(ROOM).await.status, status);
        for action in &actions {
            let answer =
                shop.post(action, &[("text", "x"), ("key", "k"), ("reason", "x"), ("blocked", "yes")]).await;
            assert_eq!(answer.status, status, "{action}");
            shop.cookies = vec![("kiosk_session".to_owned(), token(session))];
        }
    }
    shop.cookies.clear();
    for path in ["/account/chats", ROOM, REVIEW] {
        assert_eq!(shop.get(path).await.header("location"), "/account/login", "{path}");
    }
    assert_eq!(shop.get("/account/chats/ord_one/%2e%2e").await.status, StatusCode::NOT_FOUND);
    let foreign =
        shop.send(axum::http::Method::POST, ROOM, &[("sec-fetch-site", "cross-site")], Some(&[])).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(events(&shop).await.is_empty());
}

#[tokio::test]
async fn a_room_is_reported_closed_and_opened() {
    let mut shop = shop().await;
    let reported = shop.post(&format!("{ROOM}/report"), &[("reason", "Rude")]).await;
    assert_eq!(reported.header("location"), format!("{ROOM}?reported=yes"));
    let again = shop.post(&format!("{ROOM}/report"), &[("reason", "Rude")]).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(again.texts("[role=alert] p")[0].contains("reported this already"));
    shop.post(&format!("{ROOM}/block"), &[("blocked", "yes")]).await;
    let closed = shop.get(ROOM).await;
    assert!(closed.texts("#write")[0].contains("You closed this conversation"));
    assert!(closed.attributes("textarea#text", "id").is_empty());
    shop.host.clock.advance_ms(5_000);
    shop.post(&format!("{ROOM}/block"), &[("blocked", "no")]).await;
    assert_eq!(shop.get(ROOM).await.attributes("textarea#text", "id"), ["text"]);
}

#[tokio::test]
async fn a_review_is_written_changed_and_taken_back() {
    let mut shop = shop().await;
    let early = shop.get(REVIEW).await;
    assert_eq!(early.texts(".lead"), ["You can review it once it has arrived."]);
    assert!(early.attributes("form[action^='/account/reviews'] textarea", "id").is_empty());
    tell(&shop, vec![order(ParcelStatus::Delivered)]).await;

    let form = shop.get(REVIEW).await.form(REVIEW);
    let pairs =
        fill(&form, &[("stars", "4"), ("title", "Holds <i>coffee</i>"), ("body", "Ring 020 7946 0958")]);
    let sent = post_files(&shop, REVIEW, &pairs, &[&png()]).await;
    assert_eq!(sent.header("location"), format!("{REVIEW}?masked=phone&written=yes"), "{}", sent.body);
    let page = shop.get(&format!("{REVIEW}?masked=phone&written=yes")).await;
    assert_eq!(page.texts("h1"), ["A mug"]);
    assert_eq!(page.texts("textarea"), ["Ring [phone number removed]"]);
    assert_eq!(page.attributes("input[name=stars][checked]", "value"), ["4"]);
    assert_eq!(page.attributes("#title", "value"), ["Holds <i>coffee</i>"]);
    assert_eq!(page.attributes("input[name=keep]", "value").len(), 1);

    shop.host.clock.advance_ms(5_000);
    let form = page.form(REVIEW);
    let broken_out = "</textarea><script>alert(1)</script>";
    let nothing = post_files(&shop, REVIEW, &fill(&form, &[("title", " "), ("body", broken_out)]), &[]).await;
    assert_eq!(nothing.texts("textarea"), [broken_out]);
    assert!(!nothing.body.contains("<script>alert"), "{}", nothing.body);
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.texts("[role=alert] p")[0].contains("check the title"), "{}", nothing.body);
    let changed = post_files(&shop, REVIEW, &fill(&form, &[("stars", "5")]), &[]).await;
    assert_eq!(changed.header("location"), format!("{REVIEW}?written=yes"));
    let gone = shop.post(&format!("{REVIEW}/withdraw"), &[]).await;
    assert_eq!(gone.header("location"), format!("{REVIEW}?withdrawn=yes"));
    assert!(shop.get(REVIEW).await.attributes("input[name=stars][checked]", "value").is_empty());
}

#[tokio::test]
async fn the_download_has_what_one_wrote() {
    let mut shop = shop().await;
    for number in 0..60 {
        let id = format!("ord_before-{number}");
        shop.orders.ordered_elsewhere(serde_json::json!({ "id": id, "account": token("a") }));
    }
    tell(&shop, vec![order(ParcelStatus::Delivered), message(1, Party::Vendor, "It is on its way.")]).await;
    let form = shop.get(ROOM).await.form(ROOM);
    let pairs = fill(&form, &[("text", "Thank <b>you</b>")]);
    assert_eq!(post_files(&shop, ROOM, &pairs, &[]).await.status, StatusCode::SEE_OTHER);
    let form = shop.get(REVIEW).await.form(REVIEW);
    let pairs = fill(&form, &[("stars", "4"), ("title", "Good"), ("body", "Holds coffee.")]);
    assert_eq!(post_files(&shop, REVIEW, &pairs, &[]).await.status, StatusCode::SEE_OTHER);

    let export = shop.get("/account/export").await;
    assert_eq!(export.header("cache-control"), "private, no-store");
    let export: serde_json::Value = serde_json::from_str(&export.body).unwrap();
    assert_eq!((&export["profile"]["name"], &export["complete"]), (&"ada".into(), &true.into()));
    let texts: Vec<_> = export["messages"].as_array().unwrap().iter().map(|said| &said["text"]).collect();
    assert_eq!(texts, ["It is on its way.", "Thank <b>you</b>"]);
    assert_eq!(export["messages"][0]["order"], "ord_one");
    assert_eq!(export["reviews"][0]["product_title"], "A mug");
    assert_eq!(export["reviews"][0]["body"], "Holds coffee.");
    assert_eq!(export["orders"].as_array().unwrap().len(), 60, "of more than one page");
    assert_eq!(export["orders"][59]["id"], "ord_before-59");

    shop.cookies = vec![("kiosk_session".to_owned(), token("b"))];
    let export = shop.get("/account/export").await.body;
    assert!(
        export.contains("bob") && !export.contains("coffee") && !export.contains("on its way"),
        "{export}"
    );
    shop.host.http.down("edge-social.spin.internal");
    assert_eq!(shop.get("/account/export").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn without_edge_social_the_shop_says_so() {
    let mut shop = shop().await;
    shop.host.http.down("edge-social.spin.internal");
    for path in ["/account/chats", ROOM, REVIEW] {
        assert_eq!(shop.get(path).await.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}
