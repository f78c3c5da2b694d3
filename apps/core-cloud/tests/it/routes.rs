//! Who may do what: every route of the core has its case here.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use core_cloud::http::Access;
use core_cloud::modules::members::policy::{Permission, Role, may};

use crate::harness::*;

on_both_databases!(
    every_route_is_guarded_as_it_says,
    forms_of_other_sites_are_refused,
    unknown_routes_are_problems
);

/// Every route, and who may call it. A new route fails the test until it stands here.
const CASES: &[(&str, &str, Access)] = &[
    ("GET", "/healthz", Access::Public),
    ("GET", "/metrics", Access::Public),
    ("POST", "/sync/v1/events", Access::Pop),
    ("POST", "/sync/v1/leases", Access::Pop),
    ("GET", "/sync/v1/feed", Access::Pop),
    ("GET", "/sync/v1/media/{hash}", Access::Pop),
    ("POST", "/sync/v1/media", Access::Pop),
    ("GET", "/sync/v1/models/{version}", Access::Pop),
    ("GET", "/sync/v1/models/{version}/onnx", Access::Pop),
    ("GET", "/v1/inventory", Access::Operator),
    ("GET", "/v1/inventory/{sku}", Access::Operator),
    ("GET", "/v1/orders", Access::Operator),
    ("GET", "/v1/orders/{id}", Access::Operator),
    ("GET", "/", Access::Visitor),
    ("GET", "/style.css", Access::Visitor),
    ("GET", "/chat.js", Access::Visitor),
    ("GET", "/login", Access::Visitor),
    ("POST", "/login", Access::Visitor),
    ("POST", "/logout", Access::Visitor),
    ("GET", "/password", Access::Visitor),
    ("POST", "/password", Access::Visitor),
    ("GET", "/password/new", Access::Visitor),
    ("POST", "/password/new", Access::Visitor),
    ("GET", "/verify", Access::Visitor),
    ("POST", "/verify", Access::Visitor),
    ("GET", "/admin", Access::Desk(Permission::Look)),
    ("GET", "/admin/orders", Access::Desk(Permission::Orders)),
    ("GET", "/admin/orders/{id}", Access::Desk(Permission::Orders)),
    ("GET", "/admin/stock", Access::Desk(Permission::Stock)),
    ("GET", "/admin/leases", Access::Desk(Permission::Stock)),
    ("GET", "/admin/imports", Access::Desk(Permission::Stock)),
    ("GET", "/admin/imports/{id}", Access::Desk(Permission::Stock)),
    ("GET", "/admin/audit", Access::Desk(Permission::Audit)),
    ("GET", "/admin/events", Access::Desk(Permission::Events)),
    ("POST", "/admin/events/{consumer}", Access::Desk(Permission::Events)),
    ("POST", "/admin/events/{consumer}/{id}", Access::Desk(Permission::Events)),
    ("GET", "/admin/staff", Access::Desk(Permission::Staff)),
    ("POST", "/admin/staff", Access::Desk(Permission::Staff)),
    ("POST", "/admin/staff/{id}/role", Access::Desk(Permission::Staff)),
    ("GET", "/admin/vendors", Access::Desk(Permission::Vendors)),
    ("GET", "/admin/vendors/{id}", Access::Desk(Permission::Vendors)),
    ("POST", "/admin/vendors/{id}", Access::Desk(Permission::Vendors)),
    ("POST", "/admin/vendors/{id}/items/{item}", Access::Desk(Permission::Vendors)),
    ("GET", "/admin/vendors/{id}/documents/{item}", Access::Desk(Permission::Vendors)),
    ("GET", "/admin/products", Access::Desk(Permission::Products)),
    ("GET", "/admin/products/{id}", Access::Desk(Permission::Products)),
    ("POST", "/admin/products/{id}", Access::Desk(Permission::Products)),
    ("GET", "/admin/pictures/{hash}", Access::Desk(Permission::Look)),
    ("GET", "/admin/categories", Access::Desk(Permission::Categories)),
    ("POST", "/admin/categories", Access::Desk(Permission::Categories)),
    ("GET", "/admin/categories/{slug}", Access::Desk(Permission::Categories)),
    ("POST", "/admin/categories/{slug}", Access::Desk(Permission::Categories)),
    ("POST", "/admin/categories/{slug}/act", Access::Desk(Permission::Categories)),
    ("GET", "/admin/promotions", Access::Desk(Permission::Promotions)),
    ("POST", "/admin/promotions/payments/{id}", Access::Desk(Permission::Payments)),
    ("GET", "/admin/discounts", Access::Desk(Permission::Discounts)),
    ("POST", "/admin/discounts", Access::Desk(Permission::Discounts)),
    ("POST", "/admin/discounts/{id}/end", Access::Desk(Permission::Discounts)),
    ("GET", "/admin/gift-cards", Access::Desk(Permission::GiftCards)),
    ("POST", "/admin/gift-cards", Access::Desk(Permission::GiftCards)),
    ("GET", "/admin/gift-cards/{id}", Access::Desk(Permission::GiftCards)),
    ("POST", "/admin/gift-cards/{id}", Access::Desk(Permission::GiftCards)),
    ("GET", "/admin/fraud", Access::Desk(Permission::Fraud)),
    ("GET", "/admin/fraud/{id}", Access::Desk(Permission::Fraud)),
    ("POST", "/admin/fraud/{id}", Access::Desk(Permission::Fraud)),
    ("GET", "/admin/appeals", Access::Desk(Permission::Fraud)),
    ("GET", "/admin/appeals/{id}", Access::Desk(Permission::Fraud)),
    ("POST", "/admin/appeals/{id}", Access::Desk(Permission::Fraud)),
    ("GET", "/admin/models", Access::Desk(Permission::Models)),
    ("POST", "/admin/models", Access::Desk(Permission::Models)),
    ("GET", "/admin/models/{version}", Access::Desk(Permission::Models)),
    ("POST", "/admin/model-plan", Access::Desk(Permission::Models)),
    ("POST", "/v1/payments/webhooks/{provider}", Access::Public),
    ("GET", "/admin/payments", Access::Desk(Permission::Payments)),
    ("GET", "/admin/payments/{order}", Access::Desk(Permission::Payments)),
    ("POST", "/admin/payments/{order}", Access::Desk(Permission::Payments)),
    ("POST", "/admin/movements/{id}", Access::Desk(Permission::Payments)),
    ("GET", "/admin/statements", Access::Desk(Permission::Payments)),
    ("POST", "/admin/statements", Access::Desk(Permission::Payments)),
    ("POST", "/admin/statements/lines/{id}", Access::Desk(Permission::Payments)),
    ("GET", "/vendor/products", Access::Vendor),
    ("POST", "/vendor/products", Access::Vendor),
    ("GET", "/vendor/products/import", Access::Vendor),
    ("POST", "/vendor/products/import", Access::Vendor),
    ("GET", "/vendor/products/new", Access::Vendor),
    ("POST", "/vendor/products/new", Access::Vendor),
    ("GET", "/vendor/products/{id}", Access::Vendor),
    ("POST", "/vendor/products/{id}", Access::Vendor),
    ("POST", "/vendor/products/{id}/state", Access::Vendor),
    ("POST", "/vendor/products/{id}/pictures", Access::Vendor),
    ("POST", "/vendor/products/{id}/pictures/{hash}", Access::Vendor),
    ("GET", "/vendor/pictures/{hash}", Access::Vendor),
    ("GET", "/vendor/promotions", Access::Vendor),
    ("GET", "/vendor/discounts", Access::Vendor),
    ("POST", "/vendor/discounts", Access::Vendor),
    ("POST", "/vendor/discounts/{id}/end", Access::Vendor),
    ("POST", "/vendor/promotions", Access::Vendor),
    ("POST", "/vendor/promotions/{id}/cancel", Access::Vendor),
    ("GET", "/vendor/promotions/{id}/payment", Access::Vendor),
    ("POST", "/vendor/promotions/{id}/payment", Access::Vendor),
    ("GET", "/vendor", Access::Vendor),
    ("POST", "/vendor/submit", Access::Vendor),
    ("GET", "/vendor/register", Access::Visitor),
    ("POST", "/vendor/register", Access::Visitor),
    ("GET", "/vendor/business", Access::Vendor),
    ("POST", "/vendor/business", Access::Vendor),
    ("GET", "/vendor/documents/{item}", Access::Vendor),
    ("POST", "/vendor/documents/{item}", Access::Vendor),
    ("GET", "/vendor/settings", Access::Vendor),
    ("POST", "/vendor/settings", Access::Vendor),
    ("POST", "/admin/orders/{id}/parcels/{vendor}", Access::Desk(Permission::Orders)),
    ("POST", "/admin/orders/{id}/review", Access::Desk(Permission::Orders)),
    ("GET", "/admin/customers", Access::Desk(Permission::Customers)),
    ("GET", "/admin/customers/{id}", Access::Desk(Permission::Customers)),
    ("POST", "/admin/customers/{id}/block", Access::Desk(Permission::Customers)),
    ("POST", "/admin/customers/{id}/unblock", Access::Desk(Permission::Customers)),
    ("GET", "/admin/tiers", Access::Desk(Permission::Customers)),
    ("POST", "/admin/tiers", Access::Desk(Permission::Customers)),
    ("GET", "/admin/reviews", Access::Desk(Permission::Reviews)),
    ("GET", "/admin/reviews/{id}", Access::Desk(Permission::Reviews)),
    ("POST", "/admin/reviews/{id}/publish", Access::Desk(Permission::Reviews)),
    ("POST", "/admin/reviews/{id}/refuse", Access::Desk(Permission::Reviews)),
    ("POST", "/admin/reviews/{id}/remove", Access::Desk(Permission::Reviews)),
    ("GET", "/admin/chats", Access::Desk(Permission::Chats)),
    ("GET", "/admin/chats/{order}/{vendor}", Access::Desk(Permission::Chats)),
    ("POST", "/admin/chats/{order}/{vendor}/close", Access::Desk(Permission::Chats)),
    ("POST", "/admin/chats/{order}/{vendor}/open", Access::Desk(Permission::Chats)),
    ("POST", "/admin/chats/{order}/{vendor}/settle", Access::Desk(Permission::Chats)),
    ("POST", "/admin/chats/{order}/{vendor}/messages/{id}/remove", Access::Desk(Permission::Chats)),
    ("GET", "/admin/ledger", Access::Desk(Permission::Books)),
    ("GET", "/admin/ledger/journal", Access::Desk(Permission::Books)),
    ("GET", "/admin/ledger/entries/{seq}", Access::Desk(Permission::Books)),
    ("GET", "/admin/ledger/export/{format}", Access::Desk(Permission::Books)),
    ("GET", "/admin/commissions", Access::Desk(Permission::Books)),
    ("POST", "/admin/commissions", Access::Desk(Permission::Books)),
    ("GET", "/admin/rates", Access::Desk(Permission::Books)),
    ("POST", "/admin/rates", Access::Desk(Permission::Books)),
    ("GET", "/admin/documents", Access::Desk(Permission::Books)),
    ("GET", "/admin/documents/{vendor}/{name}", Access::Desk(Permission::Books)),
    ("GET", "/admin/payouts", Access::Desk(Permission::Books)),
    ("POST", "/admin/payouts/run", Access::Desk(Permission::Books)),
    ("GET", "/admin/payouts/files", Access::Desk(Permission::Books)),
    ("POST", "/admin/payouts/files", Access::Desk(Permission::Books)),
    ("GET", "/admin/payouts/files/{id}", Access::Desk(Permission::Books)),
    ("GET", "/admin/payouts/{id}", Access::Desk(Permission::Books)),
    ("POST", "/admin/payouts/{id}", Access::Desk(Permission::Books)),
    ("GET", "/admin/payouts/terms/{vendor}", Access::Desk(Permission::Books)),
    ("POST", "/admin/payouts/terms/{vendor}", Access::Desk(Permission::Books)),
    ("GET", "/vendor/statements", Access::Vendor),
    ("GET", "/vendor/statements/{id}", Access::Vendor),
    ("GET", "/vendor/invoices", Access::Vendor),
    ("GET", "/vendor/invoices/{name}", Access::Vendor),
    ("GET", "/vendor/parcels", Access::Vendor),
    ("GET", "/vendor/parcels/{id}", Access::Vendor),
    ("POST", "/vendor/parcels/{id}", Access::Vendor),
    ("GET", "/vendor/freight", Access::Vendor),
    ("POST", "/vendor/freight/sizes", Access::Vendor),
    ("POST", "/vendor/freight/{order}/{line}", Access::Vendor),
    ("GET", "/vendor/warehouses", Access::Vendor),
    ("POST", "/vendor/warehouses", Access::Vendor),
    ("GET", "/vendor/warehouses/{id}", Access::Vendor),
    ("POST", "/vendor/warehouses/{id}", Access::Vendor),
    ("GET", "/vendor/returns", Access::Vendor),
    ("GET", "/vendor/returns/{id}", Access::Vendor),
    ("POST", "/vendor/returns/{id}", Access::Vendor),
    ("POST", "/vendor/orders/{id}/returns", Access::Vendor),
    ("POST", "/vendor/orders/{id}/cancel", Access::Vendor),
    ("GET", "/admin/returns", Access::Desk(Permission::Orders)),
    ("GET", "/admin/returns/{id}", Access::Desk(Permission::Orders)),
    ("POST", "/admin/returns/{id}", Access::Desk(Permission::Orders)),
    ("POST", "/admin/orders/{id}/parcels/{vendor}/cancel", Access::Desk(Permission::Orders)),
    ("POST", "/admin/orders/{id}/parcels/{vendor}/returns", Access::Desk(Permission::Orders)),
    ("GET", "/vendor/orders", Access::Vendor),
    ("GET", "/vendor/orders/{id}", Access::Vendor),
    ("POST", "/vendor/orders/{id}", Access::Vendor),
    ("GET", "/vendor/reviews", Access::Vendor),
    ("GET", "/vendor/reviews/{id}", Access::Vendor),
    ("POST", "/vendor/reviews/{id}", Access::Vendor),
    ("GET", "/vendor/chats", Access::Vendor),
    ("GET", "/vendor/chats/{order}", Access::Vendor),
    ("POST", "/vendor/chats/{order}", Access::Vendor),
    ("GET", "/vendor/chats/{order}/events", Access::Vendor),
    ("POST", "/vendor/chats/{order}/report", Access::Vendor),
    ("POST", "/vendor/chats/{order}/block", Access::Vendor),
];

async fn every_route_is_guarded_as_it_says(app: TestApp) {
    let cases: BTreeMap<_, _> =
        CASES.iter().map(|(method, path, access)| ((*path, *method), *access)).collect();
    let routes: BTreeMap<_, _> =
        app.app.routes.iter().map(|route| ((route.path, route.method.as_str()), route.access)).collect();
    assert_eq!(routes, cases, "every route needs its case");
    let bearer = |key: &str| format!("Bearer {key}");
    let mut staff = Vec::new();
    for role in Role::ALL {
        staff.push((role, app.staff(role).await));
    }
    let vendor = app.vendor_member("ven_test").await;
    for route in &app.app.routes {
        let path = route.path.replace(['{', '}'], "");
        let machine = matches!(route.access, Access::Operator | Access::Pop);
        let call = async |credentials: Option<(&str, String)>| {
            let mut request = Request::builder().method(&route.method).uri(&path);
            if let Some((name, value)) = credentials {
                request = request.header(name, value);
            }
            let request = request.header("host", "core.test").header("origin", "http://core.test");
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            let to_login =
                answer.headers.get("location").is_some_and(|to| to.as_bytes().starts_with(b"/login?"));
            let refused = matches!(answer.status.as_u16(), 401 | 403);
            // A visitor's own refusals are not those of the guard.
            if route.access == Access::Visitor || route.access == Access::Public {
                true
            } else {
                !refused && !to_login
            }
        };
        let open = matches!(route.access, Access::Public | Access::Visitor);
        let nobody = [
            None,
            Some(("authorization", bearer("wrong"))),
            Some(("authorization", bearer(""))),
            Some(("authorization", "Bearer".to_owned())),
            Some(("cookie", "kiosk_member=forged".to_owned())),
            Some(("cookie", format!("kiosk_member={}", "0".repeat(64)))),
        ];
        for credentials in nobody {
            assert_eq!(call(credentials.clone()).await, open, "{} {credentials:?}", route.path);
        }
        // Each kind of caller gets past the guard of its own routes and of no others.
        let operator = Some(("authorization", bearer(OPERATOR_KEY)));
        assert_eq!(call(operator).await, open || route.access == Access::Operator, "{}", route.path);
        let signed = app.signed("eu-1", route.method.clone(), &path, b"");
        if machine {
            assert_eq!(app.send(signed).await.status != 401, route.access == Access::Pop, "{}", route.path);
        }
        for (role, cookie) in &staff {
            let allowed = matches!(route.access, Access::Desk(permission) if may(*role, permission));
            // Logging somebody out would end the loop.
            if route.path != "/logout" {
                assert_eq!(
                    call(Some(("cookie", cookie.clone()))).await,
                    open || allowed,
                    "{role} {}",
                    route.path
                );
            }
        }
        if route.path != "/logout" {
            let allowed = open || route.access == Access::Vendor;
            assert_eq!(call(Some(("cookie", vendor.clone()))).await, allowed, "a vendor at {}", route.path);
        }
    }
}

async fn forms_of_other_sites_are_refused(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    for route in app.app.routes.iter().filter(|route| route.method != Method::GET) {
        if matches!(route.access, Access::Operator | Access::Pop | Access::Public) {
            continue;
        }
        for origin in ["http://evil.test", "null", "http://core.test.evil.test"] {
            let path = route.path.replace(['{', '}'], "");
            let request = Request::builder().method(&route.method).uri(&path).header("host", "core.test");
            let request = request.header("origin", origin).header("cookie", &owner);
            let answer = app.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 403, "{} from {origin}", route.path);
        }
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
