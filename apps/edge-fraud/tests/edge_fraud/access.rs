//! Who may call what: every route has a case here, and a route without one fails.
//!
//! The app asks nobody who they are: no host gives it an address. `tests/spin/manifest.rs` holds `spin.toml` to that, and
//! `tests/conformance/cases/paths.toml` each host. So its routes may tell and change nothing that would be worth the call.

use std::collections::BTreeSet;

use axum::body::Body;
use http::StatusCode;
use kiosk_edge_platform::Statement;
use kiosk_risk::RegistrationFacts;

use crate::common::{app, call, database, ml, ordinary, run};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Another component of the POP.
    Sibling,
}

const CASES: [(&str, &str, Access); 3] = [
    ("POST", "/score", Access::Sibling),
    ("POST", "/score/registration", Access::Sibling),
    ("GET", "/model", Access::Sibling),
];

/// Methods and paths of the router, as its source has them: axum does not list them.
fn routes() -> BTreeSet<(&'static str, &'static str)> {
    let source = include_str!("../../src/routes.rs");
    let lines = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once('"'));
    let methods =
        [("GET", "get("), ("POST", "post("), ("PUT", "put("), ("PATCH", "patch("), ("DELETE", "delete(")];
    let routes = lines.flat_map(|(path, handlers)| {
        let named = methods.into_iter().filter(|(_, call)| handlers.contains(call));
        named.map(move |(method, _)| (method, path))
    });
    routes.collect()
}

#[test]
fn every_route_has_a_case() {
    assert_eq!(routes(), BTreeSet::from(CASES.map(|(method, path, _)| (method, path))));
}

/// A body that fits the route.
fn body(path: &str) -> Body {
    match path {
        "/score" => Body::from(serde_json::to_string(&ordinary()).unwrap()),
        "/score/registration" => Body::from(serde_json::to_string(&RegistrationFacts::default()).unwrap()),
        _ => Body::empty(),
    }
}

#[test]
fn what_a_sibling_calls_changes_nothing_and_tells_of_nobody() {
    let (router, native) = app(database(), ml());
    let changes = || -> i64 {
        let changes = Statement::new("SELECT total_changes()");
        run(native.edge.db.query(changes)).unwrap()[0].get(0).unwrap()
    };
    let before = changes();
    for (method, path, Access::Sibling) in CASES {
        let (status, _, answer) = call(&router, method, path, body(path));
        assert_eq!(status, StatusCode::OK, "{method} {path}: {answer}");
        for key in ["c1", "d1", "a1", "k1"] {
            let told = answer.to_string().contains(&format!("\"{key}\""));
            assert!(!told, "{method} {path} repeats a pseudonym: {answer}");
        }
    }
    assert_eq!(changes(), before);
}

#[test]
fn other_methods_are_no_way_in() {
    let (router, _native) = app(database(), ml());
    let routes = routes();
    for (_, path, _) in CASES {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if !routes.contains(&(method, path)) {
                let (status, _, problem) = call(&router, method, path, body(path));
                assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                assert_eq!(problem["code"], "method_not_allowed");
            }
        }
    }
}
