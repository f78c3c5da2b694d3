//! Who may sync: signed, by a known POP, once.

use axum::body::Body;
use axum::http::{Method, Request};
use kiosk_wire::sign::{CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, TOLERANCE_S};

use crate::harness::*;

on_both_databases!(
    an_unsigned_request_is_refused,
    a_replayed_request_is_refused,
    a_tampered_request_is_refused,
    a_stale_request_is_refused,
    nonces_are_forgotten_once_they_are_of_no_use,
);

const PATH: &str = "/sync/v1/feed?after=0";

/// The same request again, byte for byte, with a change to it.
fn copy(request: &Request<Body>, change: impl FnOnce(&mut Request<Body>)) -> Request<Body> {
    let mut copy =
        Request::builder().method(request.method()).uri(request.uri()).body(Body::empty()).unwrap();
    *copy.headers_mut() = request.headers().clone();
    change(&mut copy);
    copy
}

async fn an_unsigned_request_is_refused(app: TestApp) {
    app.get(PATH, None).await.is_problem(401, "signature_required");
    app.get(PATH, Some(&format!("Bearer {OPERATOR_KEY}"))).await.is_problem(401, "signature_required");
    for missing in [SIGNATURE, SIGNATURE_INPUT, CONTENT_DIGEST] {
        let mut request = app.signed("eu-1", Method::GET, PATH, b"");
        request.headers_mut().remove(missing);
        app.send(request).await.is_problem(401, "signature_required");
    }
}

async fn a_replayed_request_is_refused(app: TestApp) {
    let request = app.signed("eu-1", Method::GET, PATH, b"");
    let replay = || copy(&request, |_| {});
    assert_eq!(app.send(replay()).await.status, 200);
    app.send(replay()).await.is_problem(401, "signature_replayed");
    // Many at once: one gets through.
    let request = app.signed("eu-1", Method::GET, PATH, b"");
    let racing: Vec<_> = (0..16)
        .map(|_| {
            let (app, request) = (app.clone(), copy(&request, |_| {}));
            tokio::spawn(async move { app.send(request).await.status })
        })
        .collect();
    let mut accepted = 0;
    for answer in racing {
        accepted += u32::from(answer.await.unwrap() == 200);
    }
    assert_eq!(accepted, 1);
}

async fn a_tampered_request_is_refused(app: TestApp) {
    let request = app.signed("eu-1", Method::GET, PATH, b"");
    let other_path = copy(&request, |copy| *copy.uri_mut() = "/sync/v1/feed?after=1".parse().unwrap());
    app.send(other_path).await.is_problem(401, "signature_invalid");
    let other_body = copy(&request, |copy| *copy.body_mut() = Body::from("{}"));
    app.send(other_body).await.is_problem(401, "signature_invalid");
    let other_method = copy(&request, |copy| *copy.method_mut() = Method::HEAD);
    app.send(other_method).await;
    let garbage = copy(&request, |copy| {
        copy.headers_mut().insert(SIGNATURE, "kiosk=:AAAA:".parse().unwrap());
    });
    app.send(garbage).await.is_problem(401, "signature_invalid");
    // A POP that nobody knows looks like a bad signature; so does another POP's name.
    for stranger in ["xx-9", "X", "us-1"] {
        let input = request.headers()[SIGNATURE_INPUT].to_str().unwrap().replace("eu-1", stranger);
        let renamed = copy(&request, |copy| {
            copy.headers_mut().insert(SIGNATURE_INPUT, input.parse().unwrap());
        });
        app.send(renamed).await.is_problem(401, "signature_invalid");
    }
    app.send(app.signed("xx-9", Method::GET, PATH, b"")).await.is_problem(401, "signature_invalid");
    // None of that used the signature up.
    assert_eq!(app.send(request).await.status, 200);
}

async fn a_stale_request_is_refused(app: TestApp) {
    let early = app.signed("eu-1", Method::GET, PATH, b"");
    let late = app.signed("eu-1", Method::GET, PATH, b"");
    app.advance_ms(TOLERANCE_S * 1_000);
    assert_eq!(app.send(early).await.status, 200);
    app.advance_ms(1_000);
    app.send(late).await.is_problem(401, "signature_invalid");
    // From a clock that runs ahead.
    let ahead = app.signed("eu-1", Method::GET, PATH, b"");
    app.advance_ms(-(TOLERANCE_S + 1) * 1_000);
    app.send(ahead).await.is_problem(401, "signature_invalid");
}

async fn nonces_are_forgotten_once_they_are_of_no_use(app: TestApp) {
    let request = app.signed("eu-1", Method::GET, PATH, b"");
    assert_eq!(app.send(copy(&request, |_| {})).await.status, 200);
    app.app.services.sync.prune().await.unwrap();
    app.send(copy(&request, |_| {})).await.is_problem(401, "signature_replayed");
    app.advance_ms((TOLERANCE_S + 2) * 1_000);
    app.app.services.sync.prune().await.unwrap();
    let (left,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM sync_nonces")
        .fetch_one(&mut *app.db.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(left, 0);
    app.send(request).await.is_problem(401, "signature_invalid");
}
