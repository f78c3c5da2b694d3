//! Accounts with forms alone, on the real edge-accounts and a mailbox.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::{Method, Request, StatusCode};
use kiosk_edge_platform::native::{ManualClock, MapVariables, NativeDb, NativeEdge};
use kiosk_problem::Problem;
use mail_sandbox::Mailbox;
use tower::ServiceExt;

use crate::html::fill;
use crate::support::{Answer, TestShop};

const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";
const VARIABLES: [(&str, &str); 7] = [
    ("pseudonym_key", "fedcba9876543210"),
    ("vault_key", "0123456789abcdef0123456789abcdef"),
    ("shop_url", "http://shop.example"),
    ("mail_url", "https://mail.test"),
    ("mail_token", "token"),
    ("mail_from", "Kiosk <shop@kiosk.test>"),
    ("password_hashes_max", "2"),
];

/// A shop with accounts.
pub struct Region {
    pub shop: TestShop,
    mailbox: Mailbox,
    accounts: axum::Router,
    clock: Arc<ManualClock>,
}

impl Region {
    pub async fn open() -> Self {
        let shop = TestShop::open().await;
        let host = NativeEdge::new(NativeDb::in_memory().unwrap(), &VARIABLES, ".".into(), 3);
        let mailbox = Mailbox::default();
        host.http.up("mail.test", mail_sandbox::router(mailbox.clone()));
        let accounts = edge_accounts::router(host.edge.clone(), Arc::new(NativeDb::in_memory().unwrap()));
        shop.host.http.up("edge-accounts.spin.internal", accounts.clone());
        Self { shop, mailbox, accounts, clock: host.clock }
    }

    /// Goes on with edge-social, over the shop's own database.
    pub fn with_social(&self) {
        let variables = [("pseudonym_key".to_owned(), "the secret of the region".to_owned())];
        let mut edge = self.shop.host.edge.clone();
        edge.variables = Arc::new(MapVariables(HashMap::from(variables)));
        self.shop.host.http.up("edge-social.spin.internal", edge_social::router(edge));
    }

    /// Where the link of the newest mail leads, without the host.
    async fn link(&self) -> String {
        let tick = Request::post("/internal/tick").body(axum::body::Body::empty()).unwrap();
        assert_eq!(self.accounts.clone().oneshot(tick).await.unwrap().status(), StatusCode::OK);
        let mail = self.mailbox.messages().remove(0);
        let (_, rest) = mail.text_body.split_once("http://shop.example").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// Fills a form in and sends it.
    async fn send(&mut self, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
        let form = self.shop.get(page).await.form(action);
        self.shop.post(action, &fill(&form, values)).await
    }

    async fn customer(&mut self) {
        let values = [("name", "Ada Lovelace"), ("email", EMAIL), ("password", PASSWORD)];
        let answer = self.send("/account/register", "/account/register", &values).await;
        assert_eq!(answer.texts("h1"), ["Look into your mailbox"]);
        let link = self.link().await;
        let answer = self.send(&link, "/account/verify", &[]).await;
        assert_eq!(answer.texts("h1"), ["Your account is ready"]);
    }

    async fn log_in(&mut self, password: &str) -> Answer {
        let values = [("email", EMAIL), ("password", password)];
        self.send("/account/login", "/account/login", &values).await
    }
}

#[tokio::test]
async fn a_customer_registers_verifies_and_logs_in_without_script() {
    let mut region = Region::open().await;
    assert_eq!(region.shop.get("/account").await.header("location"), "/account/login");
    region.customer().await;
    let answer = region.log_in(PASSWORD).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/account"));
    let own = region.shop.get("/account").await;
    assert_eq!(own.texts(".own-facts dd"), ["Ada Lovelace", EMAIL]);
    assert_eq!(own.header("cache-control"), "private, no-store");
    let answer = region.shop.post("/account/logout", &[]).await;
    assert_eq!(answer.header("location"), "/");
    assert!(region.shop.cookies.iter().all(|(name, _)| name != "kiosk_session"));
    assert_eq!(region.shop.get("/account").await.header("location"), "/account/login");
}

#[tokio::test]
async fn looking_at_a_mails_link_does_nothing() {
    let mut region = Region::open().await;
    let values = [("name", "Ada Lovelace"), ("email", EMAIL), ("password", PASSWORD)];
    region.send("/account/register", "/account/register", &values).await;
    let link = region.link().await;
    for _ in 0..3 {
        assert_eq!(region.shop.get(&link).await.status, StatusCode::OK);
    }
    let early = region.log_in(PASSWORD).await;
    assert_eq!(early.status, StatusCode::FORBIDDEN);
    assert!(early.texts(".notice p")[0].contains("not confirmed"), "{}", early.body);
    region.send(&link, "/account/verify", &[]).await;
    let used = region.send(&link, "/account/verify", &[]).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(used.texts(".notice p")[0].contains("cannot be used any more"), "{}", used.body);
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_is_no_secret() {
    let mut region = Region::open().await;
    let values = [("name", "Ada Lovelace"), ("email", EMAIL), ("password", "password1")];
    let answer = region.send("/account/register", "/account/register", &values).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.texts("#password-error")[0].contains("stolen"), "{}", answer.body);
    assert_eq!(answer.attributes("#email", "value"), [EMAIL]);
    assert_eq!(answer.attributes("#password", "value"), [""]);
    assert!(!answer.body.contains("password1"));
    let wrong = region.log_in("a wrong password").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.texts(".notice p")[0].contains("register"), "{}", wrong.body);
    for _ in 0..5 {
        region.log_in("a wrong password").await;
    }
    let blocked = region.log_in("a wrong password").await;
    assert_eq!(blocked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(blocked.texts(".notice p")[0].contains("1 seconds"), "{}", blocked.body);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew() {
    let mut region = Region::open().await;
    region.customer().await;
    let answer = region.send("/account/reset", "/account/reset", &[("email", EMAIL)]).await;
    assert_eq!(answer.texts("h1"), ["Look into your mailbox"]);
    let link = region.link().await;
    let values = [("password", " another horse battery ")];
    let answer = region.send(&link, "/account/password", &values).await;
    assert_eq!(answer.header("location"), "/account/login");
    assert_eq!(region.log_in("another horse battery").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(region.log_in(" another horse battery ").await.header("location"), "/account");
}

#[tokio::test]
async fn the_account_is_changed_exported_and_deleted() {
    let mut region = Region::open().await;
    region.customer().await;
    region.log_in(PASSWORD).await;
    let wrong = [("current", "a wrong password"), ("new-password", "another horse battery")];
    let answer = region.send("/account", "/account/change-password", &wrong).await;
    assert!(answer.texts("#current-error")[0].contains("not your password"), "{}", answer.body);
    let weak = [("current", PASSWORD), ("new-password", "12345678")];
    let answer = region.send("/account", "/account/change-password", &weak).await;
    assert!(answer.texts("#new-password-error")[0].contains("stolen"), "{}", answer.body);
    let fine = [("current", PASSWORD), ("new-password", "another horse battery")];
    let answer = region.send("/account", "/account/change-password", &fine).await;
    assert_eq!(answer.texts("h1"), ["Your password was changed"]);

    let other = [("email", "new@example.org"), ("email-password", "another horse battery")];
    let answer = region.send("/account", "/account/change-email", &other).await;
    assert_eq!(answer.texts("h1"), ["Look into your mailbox"]);
    let link = region.link().await;
    let answer = region.send(&link, "/account/email", &[]).await;
    assert_eq!(answer.texts("h1"), ["Your address was changed"]);

    let away = region.shop.get("/account/export").await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE, "a part of a file would be taken for all of it");
    region.with_social();
    let export = region.shop.get("/account/export").await;
    assert!(export.header("content-disposition").starts_with("attachment"));
    let export: serde_json::Value = serde_json::from_str(&export.body).unwrap();
    assert_eq!(export["profile"]["email"], "new@example.org");
    for list in ["addresses", "sessions", "passkeys", "orders", "reviews", "messages"] {
        assert!(export[list].is_array(), "{list}");
    }
    assert_eq!(export["complete"], true);

    let wrong = [("delete-password", PASSWORD)];
    let answer = region.send("/account", "/account/delete", &wrong).await;
    assert!(answer.texts("#delete-password-error")[0].contains("not your password"), "{}", answer.body);
    let right = [("delete-password", "another horse battery")];
    let answer = region.send("/account", "/account/delete", &right).await;
    assert_eq!(answer.header("location"), "/");
    assert_eq!(region.shop.get("/account").await.header("location"), "/account/login");
}

#[tokio::test]
async fn the_page_shows_the_tier_and_what_is_missing() {
    let mut region = Region::open().await;
    region.customer().await;
    region.log_in(PASSWORD).await;
    let away = region.shop.get("/account").await;
    assert_eq!(
        (away.status, away.texts("#loyalty").len()),
        (StatusCode::OK, 0),
        "the account is there without it"
    );
    let eur = |amount: i64| serde_json::json!({ "amount": amount, "currency": "EUR" });
    let next = serde_json::json!({ "name": "silver", "kept": eur(50_000), "orders": 5 });
    region
        .shop
        .orders
        .earned(serde_json::json!({ "tier": "bronze", "kept": eur(12_000), "orders": 3, "next": next }));
    let page = region.shop.get("/account").await;
    crate::pages::check_page("/account", &page.html());
    assert!(page.body.contains("You are a Bronze customer."), "{}", page.body);
    assert!(page.body.contains("€380.00 and 2 orders until Silver."), "{}", page.body);
    assert_eq!(page.attributes("progress", "value"), ["12000", "3"]);
    assert_eq!(page.attributes("progress", "max"), ["50000", "5"]);
    assert_eq!(page.texts(".tier-bar label"), ["€120.00 of €500.00", "3 of 5 orders"]);
    region
        .shop
        .orders
        .earned(serde_json::json!({ "tier": "gold", "kept": eur(200_000), "orders": 30, "next": null }));
    let page = region.shop.get("/account").await;
    assert!(page.body.contains("none above it") && page.texts("progress").is_empty(), "{}", page.body);
    region.shop.orders.earned(serde_json::json!({ "tier": null, "kept": eur(0), "orders": 0, "next": null }));
    assert!(region.shop.get("/account").await.texts("#loyalty").is_empty(), "nothing is known yet");
}

#[tokio::test]
async fn the_session_is_locked_to_the_host() {
    let mut region = Region::open().await;
    region.customer().await;
    let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-proto", "https")];
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let answer = region.shop.send(Method::POST, "/account/login", &headers, Some(&form)).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-kiosk_session="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    // A session that somebody else put into the browser is replaced by the login, and opens nothing before.
    region.shop.cookies = vec![("kiosk_session".to_owned(), "a".repeat(64))];
    assert_eq!(region.shop.get("/account").await.header("location"), "/account/login");
    region.log_in(PASSWORD).await;
    assert!(region.shop.cookies.iter().all(|(_, value)| *value != "a".repeat(64)));
}

#[tokio::test]
async fn without_accounts_the_shop_still_sells() {
    let mut shop = TestShop::open().await;
    shop.cookies = vec![("kiosk_session".to_owned(), "a".repeat(64))];
    assert_eq!(shop.get("/account").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shop.get("/p/mug").await.status, StatusCode::OK);
    assert_eq!(shop.get("/account/login").await.status, StatusCode::OK);
}

const ADDRESS: [(&str, &str); 4] =
    [("street", "Unter den Linden 1"), ("postcode", "10117"), ("city", "Berlin"), ("country", "DE")];

impl Region {
    async fn open_logged_in() -> Self {
        let mut region = Self::open().await;
        region.customer().await;
        region.log_in(PASSWORD).await;
        region
    }

    /// Keeps an address; returns where it is changed.
    async fn keep_address(&mut self, values: &[(&str, &str)]) -> String {
        // Addresses stand in the order of their ids, which begin with the time.
        self.clock.advance_ms(1);
        let new = "/account/addresses/new";
        let answer = self.send(new, new, values).await;
        assert_eq!(answer.header("location"), "/account/addresses", "{}", answer.body);
        let list = self.shop.get("/account/addresses").await;
        list.attributes(".own-buttons a", "href").pop().unwrap()
    }

    fn session(&self) -> Option<String> {
        let cookie = self.shop.cookies.iter().find(|(name, _)| name == "kiosk_session");
        cookie.map(|(_, token)| token.clone())
    }
}

#[tokio::test]
async fn addresses_are_kept_changed_and_removed_without_script() {
    let mut region = Region::open().await;
    for page in ["/account/addresses", "/account/addresses/new", "/account/addresses/adr_1"] {
        assert_eq!(region.shop.get(page).await.header("location"), "/account/login", "{page}");
    }
    region.customer().await;
    region.log_in(PASSWORD).await;
    let empty = region.shop.get("/account/addresses").await;
    assert!(empty.texts(".lead")[0].contains("none yet"));
    let url = region.keep_address(&ADDRESS).await;
    let list = region.shop.get("/account/addresses").await;
    assert_eq!(list.texts("main address"), ["Ada Lovelace, Unter den Linden 1, 10117 Berlin, Germany"]);

    let answer = region.send(&url, &url, &[("name", "Bob Babbage"), ("extra", "3rd floor")]).await;
    assert_eq!(answer.header("location"), "/account/addresses");
    let list = region.shop.get("/account/addresses").await;
    assert_eq!(
        list.texts("main address"),
        ["Bob Babbage, Unter den Linden 1, 3rd floor, 10117 Berlin, Germany"]
    );

    let refused = region.send(&url, &url, &[("street", "x".repeat(300).as_str())]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (refused.texts("#street-error").len(), refused.attributes("#city", "value")),
        (1, vec!["Berlin".into()])
    );

    let remove = format!("{url}/remove");
    for _ in 0..2 {
        assert_eq!(region.shop.post(&remove, &[]).await.header("location"), "/account/addresses");
    }
    assert_eq!(region.shop.get(&url).await.status, StatusCode::NOT_FOUND);
    assert_eq!(region.shop.post(&url, &ADDRESS).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        region.shop.post("/account/addresses/..%2Fexport", &ADDRESS).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn somebody_elses_address_is_not_there() {
    let mut region = Region::open_logged_in().await;
    let url = region.keep_address(&ADDRESS).await;
    region.shop.cookies.clear();
    let values = [("name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    region.send("/account/register", "/account/register", &values).await;
    let link = region.link().await;
    region.send(&link, "/account/verify", &[]).await;
    let form = [("email", "eve@example.org"), ("password", PASSWORD)];
    region.send("/account/login", "/account/login", &form).await;
    assert_eq!(region.shop.get(&url).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        region.shop.post(&url, &[&ADDRESS[..], &[("name", "Eve")]].concat()).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(region.shop.get("/account/addresses").await.texts("main address").is_empty());
}

#[tokio::test]
async fn name_and_telephone_are_changed() {
    let mut region = Region::open_logged_in().await;
    let values = [("name", "Ada King"), ("phone", "+49 30 123456")];
    let answer = region.send("/account", "/account/profile", &values).await;
    assert_eq!(answer.header("location"), "/account");
    let own = region.shop.get("/account").await;
    assert_eq!(own.texts(".own-facts dd"), ["Ada King", EMAIL, "+49 30 123456"]);
    let answer = region.send("/account", "/account/profile", &[("name", " ")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.texts("#name-error").len(), 1, "{}", answer.body);
}

#[tokio::test]
async fn one_sees_where_one_is_logged_in_and_ends_it() {
    let mut region = Region::open_logged_in().await;
    let first = region.shop.cookies.clone();
    region.clock.advance_ms(1);
    region.log_in(PASSWORD).await;
    let own = region.shop.get("/account").await;
    assert_eq!(own.texts("details .own-list p"), ["Since 2026-09-21, here", "Since 2026-09-21"]);
    let answer = region.send("/account", "/account/sessions", &[]).await;
    assert_eq!(answer.header("location"), "/account");
    assert_eq!(region.shop.get("/account").await.texts("details .own-list p"), ["Since 2026-09-21, here"]);
    region.shop.cookies = first;
    assert_eq!(region.shop.get("/account").await.header("location"), "/account/login");
    assert_eq!(region.shop.post("/account/sessions", &[("id", "../x")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_checkout_knows_the_customer_and_their_addresses() {
    let mut region = Region::open_logged_in().await;
    region.keep_address(&ADDRESS).await;
    let other = [
        ("name", "Bob Babbage"),
        ("street", "Marktgasse 2"),
        ("postcode", "3011"),
        ("city", "Bern"),
        ("country", "CH"),
    ];
    region.keep_address(&other).await;
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;

    // The newest address at first, any other by a link.
    let page = region.shop.get("/checkout").await;
    assert_eq!(
        page.texts(".saved .chip"),
        ["Bob Babbage, Marktgasse 2, Bern", "Ada Lovelace, Unter den Linden 1, Berlin"]
    );
    assert_eq!(
        (page.attributes("#name", "value"), page.attributes("#email", "value")),
        (vec!["Bob Babbage".into()], vec![EMAIL.into()])
    );
    assert_eq!(page.attributes("#country option[selected]", "value"), ["CH"]);
    let link = page.attributes(".saved .chip", "href").pop().unwrap();
    let page = region.shop.get(&link).await;
    assert_eq!(page.texts(".saved .chip[aria-current]"), ["Ada Lovelace, Unter den Linden 1, Berlin"]);
    assert_eq!(page.attributes("#street", "value"), ["Unter den Linden 1"]);

    // An address that is kept already is not kept twice; another one is.
    let form = page.form("/checkout");
    let placed = region.shop.post("/checkout", &fill(&form, &[("save", "1")])).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER, "{}", placed.body);
    assert!(region.session().is_some() && region.shop.orders.last_session() == region.session());
    assert_eq!(region.shop.get("/account/addresses").await.texts("main address").len(), 2);
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = region.shop.get("/checkout").await.form("/checkout");
    region.clock.advance_ms(1);
    region.shop.post("/checkout", &fill(&form, &[("save", "1"), ("street", "Marktgasse 3")])).await;
    let list = region.shop.get("/account/addresses").await.texts("main address");
    assert_eq!(list[2], "Bob Babbage, Marktgasse 3, 3011 Bern, Switzerland");
}

#[tokio::test]
async fn a_checkout_goes_on_when_its_session_ends_or_accounts_are_away() {
    let mut region = Region::open_logged_in().await;
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = region.shop.get("/checkout").await.form("/checkout");
    let sent = fill(&form, &ADDRESS);
    let ended = Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "You are logged out");
    region.shop.orders.refuse_next(ended);
    let answer = region.shop.post("/checkout", &sent).await;
    assert!(answer.texts("#trouble p")[0].contains("logged out"), "{}", answer.body);
    assert_eq!((region.session(), answer.texts("#save").len()), (None, 0));
    assert_eq!(answer.attributes("#street", "value"), ["Unter den Linden 1"]);
    let placed = region.shop.post("/checkout", &fill(&answer.form("/checkout"), &ADDRESS)).await;
    assert_eq!((placed.status, region.shop.orders.last_session()), (StatusCode::SEE_OTHER, None));

    region.log_in(PASSWORD).await;
    region.shop.host.http.down("edge-accounts.spin.internal");
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let page = region.shop.get("/checkout").await;
    assert_eq!((page.status, page.attributes("#email", "value")), (StatusCode::OK, vec![String::new()]));
}

#[tokio::test]
async fn what_a_client_may_ask_for_is_counted_by_the_visitors_address() {
    let mut region = Region::open().await;
    let client = |last: u8| {
        [("sec-fetch-site", "same-origin".to_owned()), ("kiosk-client", format!("192.0.2.{last}"))]
    };
    let mut ask = async |last: u8, email: &str| {
        let headers = client(last);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let form = [("email", email)];
        region.shop.send(Method::POST, "/account/reset", &headers, Some(&form)).await
    };
    for number in 0..40 {
        assert_eq!(ask(1, &format!("c{number}@example.org")).await.status, StatusCode::OK);
    }
    let refused = ask(1, "c41@example.org").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.texts(".notice p")[0].contains("15 seconds"), "{}", refused.body);
    assert_eq!(ask(2, "c41@example.org").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_cart_survives_the_login_and_goes_with_the_logout() {
    let mut region = Region::open().await;
    region.customer().await;
    region.shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    region.log_in(PASSWORD).await;
    let cart = region.shop.get("/cart").await;
    assert_eq!(cart.texts(".line h2"), ["Oak bench"]);
    region.shop.post("/account/logout", &[]).await;
    assert_eq!((region.shop.cookie("kiosk_cart"), region.shop.cookie("kiosk_session")), (None, None));
    assert!(region.shop.get("/cart").await.texts(".line h2").is_empty());
    // A guest who looks at the login page keeps the cart.
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    region.shop.get("/account").await;
    assert!(region.shop.cookie("kiosk_cart").is_some());
}

#[tokio::test]
async fn what_does_not_fit_at_the_login_is_told() {
    let mut region = Region::open().await;
    region.customer().await;
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S"), ("quantity", "98")]).await;
    region.log_in(PASSWORD).await;
    region.shop.post("/account/logout", &[]).await;
    region.shop.post("/cart/lines", &[("sku", "MUG-SAND-S"), ("quantity", "3")]).await;
    region.shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    let answer = region.log_in(PASSWORD).await;
    let cart = region.shop.get(answer.header("location")).await;
    assert!(
        cart.texts(".notice span")[0].ends_with("It had no room for: Speckled mug (2 pieces)."),
        "{}",
        cart.body
    );
    assert_eq!(region.shop.cookie("kiosk_cart_count"), Some("100"));
    // A login stands though the cart cannot be claimed.
    region.shop.post("/account/logout", &[]).await;
    region.shop.host.http.down("edge-orders.spin.internal");
    assert_eq!(region.log_in(PASSWORD).await.header("location"), "/account");
}

#[tokio::test]
async fn passkeys_wait_for_a_script_and_errors_are_pages() {
    let mut region = Region::open_logged_in().await;
    let own = region.shop.get("/account").await;
    assert_eq!(own.texts("details[hidden] > form[hidden][data-passkey=create]").len(), 1, "{}", own.body);
    let json = [("sec-fetch-site", "same-origin"), ("accept", "application/json")];
    let ask = [("passkey-password", "a wrong password")];
    let options = "/account/passkeys/options";
    let wrong = region.shop.send(Method::POST, options, &json, Some(&ask)).await;
    assert_eq!(
        (wrong.status, wrong.body.contains("not your password")),
        (StatusCode::UNPROCESSABLE_ENTITY, true)
    );
    let ask = [("passkey-password", PASSWORD)];
    let fine = region.shop.send(Method::POST, options, &json, Some(&ask)).await;
    assert!(fine.status == StatusCode::OK && fine.body.contains("shop.example"), "{}", fine.body);
    for credential in
        ["", "no json", r#"{"id":"AAAA","response":{"clientDataJSON":"e30","authenticatorData":"AAAA"}}"#]
    {
        let form = [("passkey-name", "Laptop"), ("credential", credential)];
        let refused = region.shop.post("/account/passkeys", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{credential}");
        assert_eq!(refused.attributes("#passkey-name", "value"), ["Laptop"]);
    }
    let removed = region.shop.post("/account/passkeys/remove", &[("id", "pky_1")]).await;
    assert_eq!(removed.header("location"), "/account");

    region.shop.cookies.clear();
    let login = region.shop.get("/account/login").await;
    assert_eq!(login.attributes("form[hidden]", "data-options"), ["/account/login/passkey/options"]);
    let fine = region.shop.send(Method::POST, "/account/login/passkey/options", &json, Some(&[])).await;
    assert!(fine.status == StatusCode::OK && fine.body.contains("challenge"), "{}", fine.body);
    let refused = region.shop.post("/account/login/passkey", &[("credential", "{}")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((refused.texts(".notice p").len(), refused.texts("h1")), (1, vec!["Log in".to_owned()]));
}

#[tokio::test]
async fn a_blocked_account_appeals_once() {
    let mut region = Region::open().await;
    region.customer().await;
    region.log_in(PASSWORD).await;
    let page = region.shop.get("/account/appeal").await;
    assert!(page.body.contains("Nothing is blocked"), "{}", page.body);
    let invited = async |region: &mut Region| {
        let page = region.shop.get("/account").await;
        crate::pages::check_page("/account", &page.html());
        page.attributes("#blocked + p a", "href")
    };
    assert_eq!(invited(&mut region).await, [""; 0]);
    region.shop.orders.block(Some("possible"));
    assert_eq!(invited(&mut region).await, ["/account/appeal"]);
    let page = region.shop.get("/account/appeal").await;
    crate::pages::check_page("/account/appeal", &page.html());
    assert_eq!(page.texts("label[for=text]"), ["Why the block is wrong"]);
    let empty = region.shop.post("/account/appeal", &[("text", "  ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "a".repeat(1_001);
    let long = region.shop.post("/account/appeal", &[("text", &long)]).await;
    assert!(long.body.contains("in fewer words"), "{}", long.body);
    let sent = region.shop.post("/account/appeal", &[("text", "It was my own card.")]).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/account/appeal"));
    assert!(region.shop.get("/account/appeal").await.body.contains("We have your appeal"));
    region.shop.post("/account/appeal", &[("text", "Again.")]).await;
    assert_eq!(region.shop.orders.appeals(), ["It was my own card."]);
    region.shop.orders.block(Some("refused"));
    assert!(region.shop.get("/account/appeal").await.body.contains("the block stays"));
}
