//! Who may call what: every route has a case here, and a route without one fails.

use std::collections::BTreeSet;

use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{ADA, BOB, ROOM, TestPop};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Public,
    /// Whoever is logged in, each for their own.
    Customer,
    /// Who is in the room; nobody else learns whether it is there.
    Member,
    /// Who handed the picture in.
    Owner,
}

const CASES: [(&str, &str, Access); 14] = [
    ("GET", "/v1/social/openapi.json", Access::Public),
    ("GET", "/v1/social/export", Access::Customer),
    ("GET", "/v1/chats", Access::Customer),
    ("GET", "/v1/chats/{order}/{vendor}", Access::Member),
    ("GET", "/v1/chats/{order}/{vendor}/events", Access::Member),
    ("POST", "/v1/chats/{order}/{vendor}/messages", Access::Member),
    ("PUT", "/v1/chats/{order}/{vendor}/read", Access::Member),
    ("PUT", "/v1/chats/{order}/{vendor}/block", Access::Member),
    ("POST", "/v1/chats/{order}/{vendor}/report", Access::Member),
    ("POST", "/v1/pictures", Access::Customer),
    ("GET", "/v1/pictures/{id}", Access::Owner),
    ("GET", "/v1/reviews/mine", Access::Customer),
    ("PUT", "/v1/reviews/{product}", Access::Customer),
    ("DELETE", "/v1/reviews/{product}", Access::Customer),
];

fn body(path: &str) -> Option<Value> {
    Some(match path.rsplit('/').next() {
        Some("messages") => json!({ "text": "Hello" }),
        Some("block") => json!({ "blocked": true }),
        Some("report") => json!({ "reason": "Rude" }),
        Some("{product}") => json!({ "stars": 5, "title": "Good" }),
        _ => return None,
    })
}

#[tokio::test]
async fn every_route_has_a_case() {
    let pop = TestPop::open().await;
    let api = pop.call(Method::GET, "/v1/social/openapi.json", "", "-", None).await.is(200).body;
    let mut routes = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            routes.insert((method.to_uppercase(), path.clone()));
            let secured = operation["security"].is_array();
            let case = CASES.iter().find(|case| case.0 == method.to_uppercase() && case.1 == path);
            assert_eq!(secured, case.unwrap().2 != Access::Public, "{method} {path} is described otherwise");
        }
    }
    let cases = CASES.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    assert_eq!(routes, BTreeSet::from(cases));
}

#[tokio::test]
async fn nobody_and_others_get_nowhere() {
    let pop = TestPop::open().await;
    let picture =
        pop.upload(&crate::pictures::png(2, 2)).await.is(201).body["id"].as_str().unwrap().to_owned();
    let before = pop.effects().await;
    for (method, path, access) in CASES.iter().filter(|case| case.2 != Access::Public) {
        let url = path
            .replace("{order}", "ord_one")
            .replace("{vendor}", "ven_clay")
            .replace("{id}", &picture)
            .replace("{product}", "prd_mug");
        let method: Method = method.parse().unwrap();
        let call = |token: &'static str| pop.call(method.clone(), &url, token, "stolen", body(path));
        let nobody = call("").await;
        nobody.is_problem(401, "session_required");
        assert_eq!(nobody.headers["www-authenticate"], "Kiosk-Session");
        call("forged").await.is_problem(401, "session_ended");
        match access {
            Access::Member => drop(call(BOB).await.is_problem(404, "room_not_found")),
            Access::Owner => drop(call(BOB).await.is_problem(404, "picture_not_found")),
            Access::Customer | Access::Public => {}
        }
    }
    assert_eq!(pop.effects().await, before);
    assert_eq!(pop.call(Method::GET, "/v1/chats", BOB, "-", None).await.body["rooms"][0]["order"], "ord_two");
}

#[tokio::test]
async fn names_that_are_none_are_not_found() {
    let pop = TestPop::open().await;
    for path in [
        "/v1/chats/ord_one/ven_light",
        "/v1/chats/ord_two/ven_light",
        "/v1/chats/x/y",
        "/v1/chats/ord_one/%27",
    ] {
        pop.get(path).await.is_problem(404, "room_not_found");
    }
    pop.get("/v1/chats/ord_one/ven_clay/nothing").await.is_problem(404, "route_not_found");
    pop.call(Method::DELETE, ROOM, ADA, "-", None).await.is_problem(405, "method_not_allowed");
}

/// Cookies come with every request of a browser, so they are enough for reading alone.
#[tokio::test]
async fn the_shops_cookie_reads_and_changes_nothing() {
    let pop = TestPop::open().await;
    let with_cookie = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path);
        request
            .header(header::COOKIE, format!("a=1; kiosk_session={ADA}"))
            .body(axum::body::Body::empty())
            .unwrap()
    };
    let before = pop.effects().await;
    for path in ["/v1/chats", ROOM, "/v1/chats/ord_one/ven_clay/events", "/v1/reviews/mine?product=prd_mug"] {
        assert_eq!(pop.send(with_cookie("GET", path)).await.status, 200, "{path}");
    }
    for (method, path, _) in CASES.iter().filter(|case| case.0 != "GET") {
        let url = path
            .replace("{order}", "ord_one")
            .replace("{vendor}", "ven_clay")
            .replace("{product}", "prd_mug");
        pop.send(with_cookie(method, &url)).await.is_problem(401, "session_required");
    }
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn accounts_that_are_away_are_said_to_be() {
    let pop = TestPop::open().await;
    pop.host.http.down("edge-accounts.spin.internal");
    pop.get("/v1/chats").await.is_problem(503, "accounts_unavailable");
}
