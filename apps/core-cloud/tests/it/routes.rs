//! Who may do what: every route of the core has its case here.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use core_cloud::http::Access;

use crate::harness::*;

on_both_databases!(every_route_is_guarded_as_it_says, unknown_routes_are_problems);

/// Every route, and who may call it. A new route fails the test until it stands here.
const CASES: &[(&str, &str, Access)] = &[
    ("GET", "/healthz", Access::Public),
    ("GET", "/metrics", Access::Public),
    ("POST", "/sync/v1/events", Access::Pop),
    ("POST", "/sync/v1/leases", Access::Pop),
    ("GET", "/sync/v1/feed", Access::Pop),
    ("GET", "/sync/v1/media/{hash}", Access::Pop),
    ("GET", "/v1/inventory", Access::Operator),
    ("GET", "/v1/inventory/{sku}", Access::Operator),
    ("GET", "/v1/orders", Access::Operator),
    ("GET", "/v1/orders/{id}", Access::Operator),
    ("GET", "/admin", Access::OperatorPage),
    ("GET", "/admin/orders", Access::OperatorPage),
    ("GET", "/admin/orders/{id}", Access::OperatorPage),
    ("GET", "/admin/stock", Access::OperatorPage),
    ("GET", "/admin/leases", Access::OperatorPage),
    ("GET", "/admin/imports", Access::OperatorPage),
    ("GET", "/admin/imports/{id}", Access::OperatorPage),
    ("GET", "/admin/style.css", Access::OperatorPage),
];

async fn every_route_is_guarded_as_it_says(app: TestApp) {
    let cases: BTreeMap<_, _> =
        CASES.iter().map(|(method, path, access)| ((*path, *method), *access)).collect();
    let routes: BTreeMap<_, _> =
        app.app.routes.iter().map(|route| ((route.path, route.method.as_str()), route.access)).collect();
    assert_eq!(routes, cases, "every route needs its case");
    let basic = |key: &str| format!("Basic {}", BASE64.encode(format!("operator:{key}")));
    let bearer = |key: &str| format!("Bearer {key}");
    for route in &app.app.routes {
        let path = route.path.replace(['{', '}'], "");
        let call = async |authorization: Option<String>| {
            let mut request = Request::builder().method(&route.method).uri(&path);
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            app.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
        };
        let wrong =
            [None, Some(bearer("wrong")), Some(basic("wrong")), Some(bearer("")), Some("Bearer".to_owned())];
        for credentials in wrong {
            let refused = call(credentials.clone()).await == 401;
            assert_eq!(refused, route.access != Access::Public, "{} {credentials:?}", route.path);
        }
        // Each kind of caller gets past the guard of its own routes and of no others.
        let may = |access: Access| route.access == access || route.access == Access::Public;
        assert_eq!(call(Some(bearer(OPERATOR_KEY))).await != 401, may(Access::Operator), "{}", route.path);
        assert_eq!(call(Some(basic(OPERATOR_KEY))).await != 401, may(Access::OperatorPage), "{}", route.path);
        let signed = app.signed("eu-1", route.method.clone(), &path, b"");
        assert_eq!(app.send(signed).await.status != 401, may(Access::Pop), "{}", route.path);
    }
}

async fn unknown_routes_are_problems(app: TestApp) {
    app.get("/nothing", None).await.is_problem(404, "route_not_found");
    let post = Request::builder().method(Method::POST).uri("/healthz").body(Body::empty()).unwrap();
    app.send(post).await.is_problem(405, "method_not_allowed");
    assert_eq!(app.get("/healthz", None).await.text(), "ok\n");
    let odd = Request::builder().method("BREW").uri("/pot").body(Body::empty()).unwrap();
    app.send(odd).await;
    let metrics = app.get("/metrics", None).await.text();
    assert!(metrics.contains("core_http_requests_total"));
    // Each label is kept for good, so a client must not be able to make them up.
    assert!(metrics.contains("method=\"other\"") && !metrics.contains("BREW") && !metrics.contains("/pot"));
}
