//! Accounts with forms alone, on the real edge-accounts and a mailbox.

use std::sync::Arc;

use axum::http::{Method, Request, StatusCode};
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
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
struct Region {
    shop: TestShop,
    mailbox: Mailbox,
    accounts: axum::Router,
}

impl Region {
    async fn open() -> Self {
        let shop = TestShop::open().await;
        let host = NativeEdge::new(NativeDb::in_memory().unwrap(), &VARIABLES, ".".into(), 3);
        let mailbox = Mailbox::default();
        host.http.up("mail.test", mail_sandbox::router(mailbox.clone()));
        let accounts = edge_accounts::router(host.edge.clone(), Arc::new(NativeDb::in_memory().unwrap()));
        shop.host.http.up("edge-accounts.spin.internal", accounts.clone());
        Self { shop, mailbox, accounts }
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

    let export = region.shop.get("/account/export").await;
    assert!(export.header("content-disposition").starts_with("attachment"));
    assert!(export.body.contains("new@example.org"));

    let wrong = [("delete-password", PASSWORD)];
    let answer = region.send("/account", "/account/delete", &wrong).await;
    assert!(answer.texts("#delete-password-error")[0].contains("not your password"), "{}", answer.body);
    let right = [("delete-password", "another horse battery")];
    let answer = region.send("/account", "/account/delete", &right).await;
    assert_eq!(answer.header("location"), "/");
    assert_eq!(region.shop.get("/account").await.header("location"), "/account/login");
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
