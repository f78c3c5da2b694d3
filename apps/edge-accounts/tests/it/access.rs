//! Who may call what: every route has a case here, and a route without one fails.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::support::{EMAIL, Region};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Everybody.
    Public,
    /// Whoever is logged in, for their own account.
    Customer,
    /// The host, in its own process.
    Host,
    /// Whoever has the tick key, where there is one.
    Scheduler,
    /// Another POP of the region, by its signature.
    Pop,
}

const CASES: [(&str, &str, Access); 31] = [
    ("POST", "/v1/account", Access::Public),
    ("POST", "/v1/account/verification", Access::Public),
    ("POST", "/v1/account/session", Access::Public),
    ("POST", "/v1/account/reset", Access::Public),
    ("PUT", "/v1/account/reset", Access::Public),
    ("PUT", "/v1/account/email", Access::Public),
    ("GET", "/v1/account/openapi.json", Access::Public),
    ("POST", "/v1/account/session/passkey/options", Access::Public),
    ("POST", "/v1/account/session/passkey", Access::Public),
    ("GET", "/v1/account", Access::Customer),
    ("PATCH", "/v1/account", Access::Customer),
    ("DELETE", "/v1/account", Access::Customer),
    ("DELETE", "/v1/account/session", Access::Customer),
    ("PUT", "/v1/account/password", Access::Customer),
    ("POST", "/v1/account/email", Access::Customer),
    ("GET", "/v1/account/export", Access::Customer),
    ("GET", "/v1/account/passkeys", Access::Customer),
    ("POST", "/v1/account/passkeys", Access::Customer),
    ("POST", "/v1/account/passkeys/options", Access::Customer),
    ("DELETE", "/v1/account/passkeys/{id}", Access::Customer),
    ("GET", "/v1/account/sessions", Access::Customer),
    ("DELETE", "/v1/account/sessions", Access::Customer),
    ("DELETE", "/v1/account/sessions/{id}", Access::Customer),
    ("GET", "/v1/account/addresses", Access::Customer),
    ("POST", "/v1/account/addresses", Access::Customer),
    ("PUT", "/v1/account/addresses/{id}", Access::Customer),
    ("DELETE", "/v1/account/addresses/{id}", Access::Customer),
    ("GET", "/internal/session", Access::Customer),
    ("POST", "/internal/tick", Access::Host),
    ("POST", "/v1/account/tick", Access::Scheduler),
    ("POST", "/v1/account/forwarded", Access::Pop),
];

#[test]
fn every_route_has_a_case() {
    let api: Value = serde_json::to_value(edge_accounts::openapi()).unwrap();
    let machines = ["/internal/tick", "/v1/account/tick", "/v1/account/forwarded"];
    let mut routes = BTreeSet::from(machines.map(|path| ("POST".to_owned(), path.to_owned())));
    routes.insert(("GET".to_owned(), "/internal/session".to_owned()));
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    let cases = CASES.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    assert_eq!(routes, BTreeSet::from(cases));
    for (method, path, access) in &CASES[..27] {
        let secured = api["paths"][path][method.to_lowercase()]["security"].is_array();
        assert_eq!(secured, *access == Access::Customer, "{method} {path} is described otherwise");
    }
}

#[tokio::test]
async fn customers_routes_are_closed_to_everybody_else() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let token = region.log_in(EMAIL).await;
    for (method, path, access) in CASES {
        if access != Access::Customer {
            continue;
        }
        let (method, path): (Method, _) = (method.parse().unwrap(), path.replace("{id}", "adr_x"));
        let without = region.call(method.clone(), &path, None, Some(json!({}))).await;
        let without = without.refused(401, "token_required");
        assert_eq!(without.headers["www-authenticate"], "Bearer");
        assert_eq!(without.headers["cache-control"], "no-store");
        assert_eq!(without.headers["x-content-type-options"], "nosniff");
        for forged in ["x", &token.to_uppercase(), &token[1..], &"a".repeat(64)] {
            let reply = region.call(method.clone(), &path, Some(forged), Some(json!({}))).await;
            reply.refused(401, "session_ended");
        }
        let long = "a".repeat(129);
        region.call(method, &path, Some(&long), Some(json!({}))).await.refused(401, "token_required");
    }
    region.get("/v1/account", &token).await.is(200);
}

#[tokio::test]
async fn a_scheduler_needs_the_tick_key_and_there_need_be_none() {
    let none = Region::new();
    none.call(Method::POST, "/v1/account/tick", Some("key"), None).await.refused(404, "route_not_found");
    let region = Region::with_variables(&[("tick_key", "0123456789abcdef")]);
    let tick = async |token: &str| region.call(Method::POST, "/v1/account/tick", Some(token), None).await;
    tick("0123456789abcdeF").await.refused(404, "route_not_found");
    tick("0123456789abcdef").await.is(200);
}

#[tokio::test]
async fn a_region_without_its_secrets_is_not_ready() {
    for (name, value) in [("vault_key", "short"), ("mail_url", "nowhere"), ("password_hashes_max", "0")] {
        let region = Region::with_variables(&[(name, value)]);
        let reply = region.register(EMAIL).await.refused(503, "not_ready");
        assert_eq!(reply.headers["retry-after"], "1");
    }
}
