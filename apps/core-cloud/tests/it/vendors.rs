//! Vendors: registration, the checklist, and what admins decide.

use axum::body::Body;
use axum::http::Request;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::vendors::document::DOCUMENT_BYTES_MAX;
use kiosk_wire::FeedPage;

use crate::harness::*;

on_both_databases!(
    a_vendor_registers_is_rejected_mends_it_and_is_approved,
    registering_tells_nobody_who_has_an_address,
    documents_are_private_and_told_by_their_bytes,
    a_suspended_vendor_is_off_the_shop_and_comes_back,
    what_does_not_fit_is_refused_with_its_reason,
);

const EMAIL: &str = "vera@vendor.test";
pub const PDF: &[u8] = b"%PDF-1.7 a document";

/// A form with files, as a browser sends it.
pub async fn upload(
    app: &TestApp,
    path: &str,
    cookie: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (name, bytes) in files {
        let head = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=";
        body.extend(format!("{head}\"{name}\"\r\ncontent-type: image/png\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let request = Request::post(path)
        .header("host", "core.test")
        .header("origin", "http://core.test")
        .header("cookie", cookie)
        .header("content-type", "multipart/form-data; boundary=edge");
    app.send(request.body(Body::from(body)).unwrap()).await
}

fn registration() -> Vec<(&'static str, &'static str)> {
    vec![
        ("trading_name", "Vera & <b>Sons</b>"),
        ("country", "de"),
        ("name", "Vera Vendor"),
        ("email", EMAIL),
        ("password", PASSWORD),
    ]
}

const BUSINESS: [(&str, &str); 7] = [
    ("legal_name", "Vera Söhne GmbH <script>"),
    ("register_number", "HRB 1234"),
    ("vat_id", "DE 123456789"),
    ("street", "Am Markt 1"),
    ("postcode", "10115"),
    ("city", "Berlin"),
    ("phone", "+49 30 123456"),
];

/// Registers, verifies and logs in; the cookie and the vendor's id.
async fn registered(app: &TestApp) -> (String, String) {
    assert_eq!(app.post("/vendor/register", "", &registration()).await.status, 200);
    let token = app.link_of(EMAIL).await;
    assert_eq!(app.post("/verify", "", &[("token", &token)]).await.status, 200);
    let answer = app.post("/login", "", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(answer.headers["location"], "/vendor");
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let query = "SELECT vendor FROM members_members WHERE email = $1";
    let (vendor,): (String,) =
        sqlx::query_as(query).bind(EMAIL).fetch_one(&mut *app.db.read().await.unwrap()).await.unwrap();
    (cookie, vendor)
}

async fn hand_everything_in(app: &TestApp, cookie: &str) {
    assert_eq!(app.post("/vendor/business", cookie, &BUSINESS).await.status, 303);
    for item in ["register-extract", "identity", "bank-statement"] {
        let path = format!("/vendor/documents/{item}");
        assert_eq!(upload(app, &path, cookie, &[], &[("a.exe", PDF)]).await.status, 303, "{item}");
    }
}

async fn feed_of(app: &TestApp) -> String {
    let page: FeedPage = app.pop_get("eu-1", "/sync/v1/feed?after=0").await.ok();
    serde_json::to_string(&page).unwrap()
}

async fn a_vendor_registers_is_rejected_mends_it_and_is_approved(app: TestApp) {
    let (vendor, id) = registered(&app).await;
    let admin = app.staff(Role::Moderator).await;
    let home = app.page("/vendor", &vendor).await.text();
    assert!(home.contains("You cannot sell yet") && home.contains("missing"), "{home}");
    assert!(home.contains("Vera &amp; &lt;b&gt;Sons"), "markup is text");
    let early = app.post("/vendor/submit", &vendor, &[]).await;
    assert!(early.status == 422 && early.text().contains("Still to do: Business information"));
    let new = app.post("/vendor/products/new", &vendor, &[("title", "A cup")]).await;
    assert!(new.status == 403 && new.text().contains("You cannot sell yet"), "{}", new.text());

    hand_everything_in(&app, &vendor).await;
    assert_eq!(app.post("/vendor/submit", &vendor, &[]).await.headers["location"], "/vendor?done=submitted");
    assert_eq!(app.post("/vendor/business", &vendor, &BUSINESS).await.status, 422, "it is with the admins");
    let queue = app.page("/admin/vendors?state=submitted&q=vera&sort=name", &admin).await.text();
    assert!(queue.contains(&id) && queue.contains("1 wait to be looked at"), "{queue}");
    let page = format!("/admin/vendors/{id}");
    assert!(!app.page(&page, &admin).await.text().contains("<script>"));

    // Item by item: one is refused with a reason, so approving is refused and rejecting reaches the vendor.
    let item = async |item: &str, act: &str, reason: &str| {
        app.post(&format!("{page}/items/{item}"), &admin, &[("act", act), ("reason", reason)]).await.status
    };
    assert_eq!(item("identity", "refuse", "").await, 422);
    assert_eq!(item("identity", "refuse", "The passport has expired").await, 303);
    assert_eq!(app.post(&page, &admin, &[("act", "approve")]).await.status, 422);
    assert_eq!(app.post(&page, &admin, &[("act", "reject"), ("reason", " ")]).await.status, 422);
    app.advance_ms(1_000);
    let reject = [("act", "reject"), ("reason", "Please send a valid passport")];
    assert_eq!(app.post(&page, &admin, &reject).await.status, 303);
    assert!(app.mails(EMAIL).await[0].1.contains("Please send a valid passport"));
    let home = app.page("/vendor", &vendor).await.text();
    assert!(home.contains("Please send a valid passport") && home.contains("The passport has expired"));
    assert_eq!(app.post("/vendor/submit", &vendor, &[]).await.status, 422, "it is not mended");

    upload(&app, "/vendor/documents/identity", &vendor, &[], &[("b.pdf", PDF)]).await;
    assert_eq!(app.post("/vendor/submit", &vendor, &[]).await.status, 303);
    for name in ["business", "register-extract", "identity", "bank-statement"] {
        assert_eq!(item(name, "accept", "").await, 303, "{name}");
    }
    assert!(!feed_of(&app).await.contains(&id));
    app.advance_ms(1_000);
    assert_eq!(app.post(&page, &admin, &[("act", "approve")]).await.status, 303);
    assert!(feed_of(&app).await.contains(&id), "the shop knows the vendor");
    assert!(!feed_of(&app).await.contains("\"methods\""), "all ways to pay are none named");
    let card = [("about", "Pots"), ("methods", "card"), ("methods", "gold")];
    assert_eq!(app.post("/vendor/settings", &vendor, &card).await.status, 303);
    assert!(feed_of(&app).await.contains("\"methods\":[\"card\"]"));
    assert!(app.page(&page, &admin).await.text().contains("Card, over Stripe"));
    assert!(app.mails(EMAIL).await[0].0.contains("You can sell"));
    assert!(app.page("/vendor", &vendor).await.text().contains("You are approved"));
    let log = app.page("/admin/audit", &app.staff(Role::Owner).await).await.text();
    for action in ["vendor.submit", "vendor.judge", "vendor.reject", "vendor.approve"] {
        assert!(log.contains(action), "{action}");
    }
}

async fn registering_tells_nobody_who_has_an_address(app: TestApp) {
    let first = app.post("/vendor/register", "", &registration()).await;
    let token = app.link_of(EMAIL).await;
    app.post("/verify", "", &[("token", &token)]).await;
    app.advance_ms(1_000);
    let again = app.post("/vendor/register", "", &registration()).await;
    assert_eq!((first.status, first.text()), (again.status, again.text()));
    assert_eq!(app.mails(EMAIL).await[0].0, "You have an account already");
    let mut conn = app.db.read().await.unwrap();
    let (vendors,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM vendors_vendors").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(vendors, 1);
}

async fn documents_are_private_and_told_by_their_bytes(app: TestApp) {
    let (vendor, id) = registered(&app).await;
    let (support, finance) = (app.staff(Role::Support).await, app.staff(Role::Finance).await);
    let path = "/vendor/documents/identity";
    let too_large = vec![b'%'; DOCUMENT_BYTES_MAX + 1];
    for bytes in [&b"<html><script>alert(1)</script>"[..], b"MZ\x90", b"GIF89a", &too_large] {
        assert_eq!(upload(&app, path, &vendor, &[], &[("passport.pdf", bytes)]).await.status, 422);
    }
    assert_eq!(upload(&app, path, &vendor, &[], &[]).await.status, 422, "no file");
    assert_eq!(app.page(path, &vendor).await.status, 404);
    assert_eq!(upload(&app, "/vendor/documents/business", &vendor, &[], &[("a", PDF)]).await.status, 404);
    upload(&app, path, &vendor, &[], &[("../../etc/passwd", PDF)]).await;
    let admins = format!("/admin/vendors/{id}/documents/identity");
    for answer in [app.page(path, &vendor).await, app.page(&admins, &support).await] {
        assert_eq!((answer.status.as_u16(), answer.bytes.as_slice()), (200, PDF));
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"identity.pdf\"");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    }
    assert_eq!(app.page(&admins, &finance).await.status, 403);
    let other = app.vendor_member("ven_other").await;
    assert_eq!(app.page(path, &other).await.status, 404, "its own, and it has none");
    assert_eq!(app.page(&admins, &other).await.status, 403);
}

async fn a_suspended_vendor_is_off_the_shop_and_comes_back(app: TestApp) {
    app.stock_up(&[("CUP", 5)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let admin = app.staff(Role::Moderator).await;
    let decide = async |act: &str| {
        let decision = [("act", act), ("reason", "Complaints of customers")];
        app.post("/admin/vendors/ven_test", &admin, &decision).await.status
    };
    assert_eq!(decide("reject").await, 422, "it was never submitted");
    assert_eq!(decide("suspend").await, 303);
    let page: FeedPage = app.pop_get("eu-1", "/sync/v1/feed?after=0").await.ok();
    let last = serde_json::to_string(page.changes.last().unwrap()).unwrap();
    assert!(last.contains("product_removed"), "{last}");
    assert!(app.page("/vendor", &vendor).await.text().contains("Complaints of customers"));
    let new = app.post("/vendor/products/new", &vendor, &[("title", "A cup")]).await;
    assert_eq!(new.status, 403);
    // An import in between changes nothing about that.
    app.stock_up(&[("CUP", 6), ("POT", 1)]).await;
    assert!(!feed_of(&app).await.contains("\"type\":\"product\""));
    assert_eq!(decide("restore").await, 303);
    assert_eq!(feed_of(&app).await.matches("\"type\":\"product\"").count(), 2);
    assert_eq!(app.post("/admin/vendors/ven_nobody", &admin, &[("act", "restore")]).await.status, 404);
}

async fn what_does_not_fit_is_refused_with_its_reason(app: TestApp) {
    for (field, value, why) in [
        ("trading_name", "", "is missing"),
        ("country", "Germany", "two letters"),
        ("email", "nobody", "mail"),
        ("password", "password1", "stolen"),
        ("name", "", "error"),
    ] {
        let fields: Vec<_> = registration()
            .into_iter()
            .map(|(name, known)| (name, if name == field { value } else { known }))
            .collect();
        let answer = app.post("/vendor/register", "", &fields).await;
        assert!(answer.status == 422 && answer.text().contains(why), "{field}: {}", answer.text());
    }
    let (vendor, _) = registered(&app).await;
    for (field, value) in
        [("vat_id", "DE1"), ("phone", "<script>"), ("legal_name", ""), ("city", &"x".repeat(121))]
    {
        let fields = BUSINESS.map(|(name, known)| (name, if name == field { value } else { known }));
        let answer = app.post("/vendor/business", &vendor, &fields).await;
        assert!(answer.status == 422 && answer.text().contains(&format!("id=\"{field}-error\"")), "{field}");
        assert!(!answer.text().contains("<script>"));
    }
    let long = "x".repeat(2_001);
    for fields in
        [vec![("about", long.as_str()), ("methods", "invoice")], vec![("about", "Fine"), ("methods", "gold")]]
    {
        assert_eq!(app.post("/vendor/settings", &vendor, &fields).await.status, 422);
    }
    let fields = [("about", "We make <i>cups</i>"), ("methods", "card"), ("methods", "bank_transfer")];
    assert_eq!(app.post("/vendor/settings", &vendor, &fields).await.status, 303);
    let page = app.page("/vendor/settings", &vendor).await.text();
    assert!(page.contains("&lt;i&gt;cups"), "{page}");
    for (method, ticked) in [("card", true), ("paypal", false), ("bank_transfer", true), ("invoice", false)] {
        let tick = page.split("<input").find(|input| input.contains(&format!("value=\"{method}\""))).unwrap();
        assert_eq!(tick.split('>').next().unwrap().contains("checked"), ticked, "{tick}");
    }
}
