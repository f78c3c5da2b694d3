//! Who may call what: every route has a case here, and a route without one fails.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use mail_sandbox::{MAILS_MAX, Mailbox, router};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Who has a server token, as Postmark calls it.
    Sender,
    /// Everybody on this machine: `main.rs` listens on no other address.
    Machine,
}

const CASES: [(&str, &str, Access); 4] = [
    ("POST", "/email", Access::Sender),
    ("GET", "/", Access::Machine),
    ("GET", "/messages", Access::Machine),
    ("GET", "/healthz", Access::Machine),
];

/// Methods and paths of the router, as its source has them: axum does not list them.
fn routes() -> BTreeSet<(&'static str, &'static str)> {
    let source = include_str!("../src/lib.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once('"'));
    let methods = [("GET", "get("), ("POST", "post("), ("PUT", "put("), ("DELETE", "delete(")];
    let routes = lines.flat_map(|(path, handlers)| {
        let named = methods.into_iter().filter(|(_, call)| handlers.contains(call));
        named.map(move |(method, _)| (method, path))
    });
    routes.collect()
}

/// Status and text of an answer.
async fn call(
    mailbox: &Mailbox,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &[u8],
) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("x-postmark-server-token", token);
    }
    let request = request.body(Body::from(body.to_vec())).unwrap();
    let answer = router(mailbox.clone()).oneshot(request).await.unwrap();
    let status = answer.status();
    assert!(!answer.headers().contains_key("access-control-allow-origin"), "no page of elsewhere reads it");
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn mail() -> Vec<u8> {
    let mail = json!({"From": "shop@kiosk.test", "To": "ada@example.org", "Subject": "Confirm", "TextBody": "Hello"});
    mail.to_string().into_bytes()
}

#[test]
fn every_route_has_a_case() {
    assert_eq!(routes(), BTreeSet::from(CASES.map(|(method, path, _)| (method, path))));
}

#[tokio::test]
async fn a_sender_needs_a_token_as_at_postmark() {
    for (method, path, access) in CASES {
        let mailbox = Mailbox::default();
        for token in [None, Some("")] {
            let (status, text) = call(&mailbox, method, path, token, &mail()).await;
            match access {
                Access::Sender => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
                    let refusal: Value = serde_json::from_str(&text).unwrap();
                    let message = "Bad or missing Server API token.";
                    assert_eq!(refusal, json!({"ErrorCode": 10, "Message": message}));
                }
                Access::Machine => assert_eq!(status, StatusCode::OK, "{method} {path}"),
            }
        }
        assert_eq!(mailbox.messages(), []);
        let (status, _) = call(&mailbox, method, path, Some("token"), &mail()).await;
        assert_eq!(status, StatusCode::OK, "{method} {path}");
    }
}

/// What is wrong with a mail is for its sender alone to know.
#[tokio::test]
async fn the_token_is_asked_for_first() {
    let without =
        [("To", "ada@bounce.example"), ("To", "nobody"), ("From", "nobody")].map(|(field, value)| {
            let mut mail: Value = serde_json::from_slice(&mail()).unwrap();
            mail[field] = json!(value);
            mail.to_string().into_bytes()
        });
    let bodies = without.into_iter().zip([406, 300, 300]);
    let unreadable = [(b"{".to_vec(), 402), (b"\xff".to_vec(), 402), (Vec::new(), 402)];
    let mailbox = Mailbox::default();
    for (body, code) in bodies.chain(unreadable) {
        assert_eq!(call(&mailbox, "POST", "/email", None, &body).await.0, StatusCode::UNAUTHORIZED);
        let (status, text) = call(&mailbox, "POST", "/email", Some("token"), &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["ErrorCode"], code);
    }
    assert_eq!(mailbox.messages(), []);
}

#[tokio::test]
async fn what_came_is_shown_and_the_oldest_goes_first() {
    let mailbox = Mailbox::default();
    for _ in 0..=MAILS_MAX {
        call(&mailbox, "POST", "/email", Some("token"), &mail()).await;
    }
    assert_eq!(mailbox.messages().len(), MAILS_MAX);
    let (_, json) = call(&mailbox, "GET", "/messages", None, b"").await;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()[0]["To"], "ada@example.org");
    assert!(call(&mailbox, "GET", "/", None, b"").await.1.contains("Confirm"));
}
