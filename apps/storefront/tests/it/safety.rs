//! Headers, caching, and forms from elsewhere.

use axum::http::{Method, StatusCode};
use kiosk_pop_store::media;

use crate::support::TestShop;

#[tokio::test]
async fn hostile_texts_stay_texts() {
    let mut shop = TestShop::open().await;
    for path in ["/p/odd", "/c/mugs", "/search?q=%3Cscript%3E%22'", "/"] {
        let answer = shop.get(path).await;
        assert!(!answer.body.contains("<script>alert"), "{path}");
        assert!(!answer.body.contains("<b>Red"), "{path}");
        assert!(answer.attributes("[onclick]", "onclick").is_empty(), "{path}");
    }
    assert_eq!(shop.get("/p/odd").await.texts("h1"), ["<script>alert('x')</script> & \"quotes\""]);
    assert_eq!(shop.get("/search?q=%3Cscript%3E").await.attributes("#q", "value"), ["<script>"]);
}

#[tokio::test]
async fn forms_from_elsewhere_are_refused() {
    let mut shop = TestShop::open().await;
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("referer", "http://evil.example/?shop.example")],
    ] {
        for path in
            ["/cart/lines", "/cart/lines/MUG-SAND-S", "/checkout", "/account/login", "/account/delete"]
        {
            let answer = shop.send(Method::POST, path, headers, Some(&[("sku", "MUG-SAND-S")])).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(shop.cookies.is_empty());
        }
    }
    for headers in [&[("origin", "http://shop.example")][..], &[("referer", "http://shop.example/p/mug")]] {
        let answer = shop.send(Method::POST, "/cart/lines", headers, Some(&[("sku", "MUG-SAND-S")])).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{headers:?}");
    }
}

#[tokio::test]
async fn every_answer_is_fenced_in() {
    let mut shop = TestShop::open().await;
    for path in ["/", "/p/mug", "/cart", "/nowhere", "/robots.txt", "/media/abc.svg", "/account/login"] {
        let answer = shop.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{path}");
    }
}

#[tokio::test]
async fn catalogue_pages_are_kept_and_told_apart_by_content() {
    let mut shop = TestShop::open().await;
    let first = shop.get("/p/mug").await;
    assert_eq!(first.header("cache-control"), "public, max-age=5, stale-while-revalidate=60");
    assert_eq!(first.header("vary"), "Cookie");
    let etag = first.header("etag").to_owned();
    let again = shop.send(Method::GET, "/p/mug", &[("if-none-match", &etag)], None).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(again.header("etag"), etag);
    let other = shop.send(Method::GET, "/p/lamp", &[("if-none-match", &etag)], None).await;
    assert_eq!(other.status, StatusCode::OK);

    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let own = shop.send(Method::GET, "/p/mug", &[("if-none-match", &etag)], None).await;
    assert_eq!((own.status, own.header("cache-control")), (StatusCode::OK, "private, no-store"));
    assert_eq!(own.header("etag"), "");
}

#[tokio::test]
async fn cookies_are_locked_to_the_host() {
    let mut shop = TestShop::open().await;
    let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-proto", "https")];
    let answer = shop.send(Method::POST, "/cart/lines", &headers, Some(&[("sku", "MUG-SAND-S")])).await;
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-kiosk_cart"), "{cookie}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    }
}

#[tokio::test]
async fn pictures_are_kept_for_ever_once_they_are_here() {
    let mut shop = TestShop::open().await;
    let path = format!("/media/{}.svg", "01".repeat(32));
    let early = shop.get(&path).await;
    assert_eq!((early.status, early.header("cache-control")), (StatusCode::OK, "public, max-age=5"));
    assert!(early.body.starts_with("<svg"), "a placeholder");
    let put = media::put(&"01".repeat(32), b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec());
    shop.host.edge.db.batch(vec![put]).await.unwrap();
    let picture = shop.get(&path).await;
    assert_eq!(picture.body, "<svg xmlns='http://www.w3.org/2000/svg'/>");
    assert_eq!(picture.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert_eq!(
        picture.header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    );
    let other_ending = shop.get(&path.replace(".svg", ".png")).await;
    assert_eq!(other_ending.status, StatusCode::NOT_FOUND, "the ending is part of the address");
}

#[tokio::test]
async fn forms_are_limited() {
    let mut shop = TestShop::open().await;
    let long = "x".repeat(17 * 1024);
    let answer = shop.post("/cart/lines", &[("sku", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
