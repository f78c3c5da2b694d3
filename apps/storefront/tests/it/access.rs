//! Who may see what: every route has a case here, and a route without one fails.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};

use crate::account::Region;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Everybody, with what their browser has of carts and orders.
    Visitor,
    /// Whoever is logged in; others are led to the login.
    Customer,
}

use Access::{Customer, Visitor};

const CASES: &[(&str, &str, Access)] = &[
    ("GET", "/", Visitor),
    ("GET", "/c/{slug}", Visitor),
    ("GET", "/p/{handle}", Visitor),
    ("GET", "/vendors/{id}", Visitor),
    ("GET", "/search", Visitor),
    ("GET", "/cart", Visitor),
    ("POST", "/cart/lines", Visitor),
    ("POST", "/cart/lines/{sku}", Visitor),
    ("POST", "/cart/code", Visitor),
    ("POST", "/cart/gift-cards", Visitor),
    ("GET", "/checkout", Visitor),
    ("POST", "/checkout", Visitor),
    ("GET", "/checkout/return", Visitor),
    ("GET", "/orders/{id}", Visitor),
    ("POST", "/orders/{id}/cancel-payment", Visitor),
    ("GET", "/orders/{id}/return", Visitor),
    ("POST", "/orders/{id}/return", Visitor),
    ("GET", "/account", Customer),
    ("GET", "/account/orders", Customer),
    ("GET", "/account/appeal", Customer),
    ("POST", "/account/appeal", Customer),
    ("GET", "/account/register", Visitor),
    ("POST", "/account/register", Visitor),
    ("GET", "/account/verify", Visitor),
    ("POST", "/account/verify", Visitor),
    ("GET", "/account/login", Visitor),
    ("POST", "/account/login", Visitor),
    ("POST", "/account/login/passkey", Visitor),
    ("POST", "/account/login/passkey/options", Visitor),
    ("POST", "/account/passkeys", Customer),
    ("POST", "/account/passkeys/options", Customer),
    ("POST", "/account/passkeys/remove", Customer),
    ("POST", "/account/logout", Visitor),
    ("GET", "/account/reset", Visitor),
    ("POST", "/account/reset", Visitor),
    ("GET", "/account/password", Visitor),
    ("POST", "/account/password", Visitor),
    ("GET", "/account/email", Visitor),
    ("POST", "/account/email", Visitor),
    ("GET", "/account/addresses", Customer),
    ("GET", "/account/addresses/new", Customer),
    ("POST", "/account/addresses/new", Customer),
    ("GET", "/account/addresses/{id}", Customer),
    ("POST", "/account/addresses/{id}", Customer),
    ("POST", "/account/addresses/{id}/remove", Customer),
    ("POST", "/account/profile", Customer),
    ("POST", "/account/sessions", Customer),
    ("POST", "/account/change-password", Customer),
    ("POST", "/account/change-email", Customer),
    ("POST", "/account/delete", Customer),
    ("GET", "/account/export", Customer),
    ("GET", "/account/chats", Customer),
    ("GET", "/account/chats/{order}/{vendor}", Customer),
    ("POST", "/account/chats/{order}/{vendor}", Customer),
    ("POST", "/account/chats/{order}/{vendor}/read", Customer),
    ("POST", "/account/chats/{order}/{vendor}/block", Customer),
    ("POST", "/account/chats/{order}/{vendor}/report", Customer),
    ("GET", "/account/reviews/{product}", Customer),
    ("POST", "/account/reviews/{product}", Customer),
    ("POST", "/account/reviews/{product}/withdraw", Customer),
    ("GET", "/media/{file}", Visitor),
    ("GET", "/assets/{name}", Visitor),
    ("GET", "/favicon.ico", Visitor),
    ("GET", "/robots.txt", Visitor),
    ("GET", "/sitemap.xml", Visitor),
];

/// Methods and paths of the router, as its source has them: axum does not list them.
fn routes() -> Vec<(&'static str, &'static str)> {
    let source = include_str!("../../src/router.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
    let routes = lines.flat_map(|line| {
        let (path, handlers) = line.split_once('"').unwrap();
        let methods = [("GET", "get("), ("POST", "post(")];
        methods.into_iter().filter(|(_, call)| handlers.contains(call)).map(move |(method, _)| (method, path))
    });
    routes.collect()
}

/// A path with names that fit.
fn named(path: &str) -> String {
    let names = [("{order}", "ord_1"), ("{vendor}", "ven_1"), ("{product}", "prd_1"), ("{id}", "adr_1")];
    names
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
        .replace(['{', '}'], "")
}

#[test]
fn every_route_has_a_case() {
    let cases: BTreeMap<_, _> = CASES.iter().map(|(method, path, _)| ((*path, *method), ())).collect();
    let routes: BTreeMap<_, _> = routes().into_iter().map(|(method, path)| ((path, method), ())).collect();
    assert!(routes.len() > 50, "was the router moved?");
    assert_eq!(routes, cases);
}

#[tokio::test]
async fn customers_pages_are_closed_to_everybody_else() {
    let mut region = Region::open().await;
    region.with_social();
    // The orders of these tests know no session but by what they are told.
    region.shop.orders.end_sessions();
    for (method, path, _) in CASES.iter().filter(|(.., access)| *access == Customer) {
        for session in [None, Some("0".repeat(64)), Some("forged".to_owned())] {
            region.shop.cookies.clear();
            region.shop.cookies.extend(session.clone().map(|token| ("kiosk_session".to_owned(), token)));
            let (method, path): (Method, _) = (method.parse().unwrap(), named(path));
            let form: &[(&str, &str)] = &[("id", "pky_1")];
            let own = [("sec-fetch-site", "same-origin")];
            let form = (method == Method::POST).then_some(form);
            let answer = region.shop.send(method.clone(), &path, &own, form).await;
            // A page leads to the login; what a script asks for is refused.
            let to = answer.headers.get("location").map(|to| to.to_str().unwrap());
            let closed = to == Some("/account/login") || answer.status == StatusCode::UNAUTHORIZED;
            assert!(closed, "{method} {path} {session:?}: {} {to:?}", answer.status);
        }
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let mut region = Region::open().await;
    region.shop.with_session();
    for (_, path, _) in CASES.iter().filter(|(method, ..)| *method == "POST") {
        for other in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let answer = region.shop.send(Method::POST, &named(path), &[other], Some(&[])).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {other:?}");
        }
    }
}
