//! Who may call what: every route has its case here.

use http::StatusCode;

use crate::harness::*;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Access {
    /// Anybody: pages of a sandbox, which names no secret.
    Public,
    /// Who has Stripe's key.
    Stripe,
    /// Who has a token of PayPal.
    Paypal,
    /// Who has PayPal's client secret.
    Client,
}

/// Every route. A new one fails the test until it stands here.
const CASES: &[(&str, &str, Access)] = &[
    ("POST", "/v1/checkout/sessions", Access::Stripe),
    ("GET", "/v1/checkout/sessions/{id}", Access::Stripe),
    ("POST", "/v1/checkout/sessions/{id}/expire", Access::Stripe),
    ("GET", "/v1/payment_intents/{id}", Access::Stripe),
    ("POST", "/v1/payment_intents/{id}/capture", Access::Stripe),
    ("POST", "/v1/payment_intents/{id}/cancel", Access::Stripe),
    ("GET", "/v1/charges/{id}", Access::Stripe),
    ("POST", "/v1/refunds", Access::Stripe),
    ("POST", "/v1/transfers", Access::Stripe),
    ("GET", "/v1/balance", Access::Stripe),
    ("POST", "/v1/oauth2/token", Access::Client),
    ("POST", "/v2/checkout/orders", Access::Paypal),
    ("GET", "/v2/checkout/orders/{id}", Access::Paypal),
    ("PATCH", "/v2/checkout/orders/{id}", Access::Paypal),
    ("POST", "/v2/checkout/orders/{id}/authorize", Access::Paypal),
    ("GET", "/v2/payments/authorizations/{id}", Access::Paypal),
    ("POST", "/v2/payments/authorizations/{id}/capture", Access::Paypal),
    ("POST", "/v2/payments/authorizations/{id}/void", Access::Paypal),
    ("GET", "/v2/payments/captures/{id}", Access::Paypal),
    ("POST", "/v2/payments/captures/{id}/refund", Access::Paypal),
    ("POST", "/v1/payments/payouts", Access::Paypal),
    ("GET", "/v1/payments/payouts/{id}", Access::Paypal),
    ("POST", "/v1/notifications/verify-webhook-signature", Access::Paypal),
    ("GET", "/", Access::Public),
    ("POST", "/events/{id}/redeliver", Access::Public),
    ("POST", "/disputes", Access::Public),
    ("POST", "/disputes/{id}", Access::Public),
    ("POST", "/refunds/{id}/fail", Access::Public),
    ("GET", "/c/pay/{id}", Access::Public),
    ("POST", "/c/pay/{id}", Access::Public),
    ("GET", "/c/pay/{id}/challenge", Access::Public),
    ("POST", "/c/pay/{id}/challenge", Access::Public),
    ("GET", "/checkoutnow", Access::Public),
    ("POST", "/checkoutnow", Access::Public),
    ("GET", "/style.css", Access::Public),
    ("GET", "/sandbox/ledger", Access::Public),
    ("GET", "/healthz", Access::Public),
];

/// The paths that the source routes.
fn routed() -> Vec<&'static str> {
    let sources = [
        include_str!("../../src/app.rs"),
        include_str!("../../src/pages/mod.rs"),
        include_str!("../../src/stripe/routes.rs"),
        include_str!("../../src/paypal/mod.rs"),
    ];
    let paths = sources.iter().flat_map(|source| source.split(".route(").skip(1));
    paths.map(|rest| rest.split('"').nth(1).unwrap()).collect()
}

#[test]
fn every_route_has_a_case() {
    let routed = routed();
    assert!(routed.len() >= 28, "{routed:?}");
    for path in &routed {
        assert!(CASES.iter().any(|(_, case, _)| case == path), "{path} has no case");
    }
    for (_, case, _) in CASES {
        assert!(routed.contains(case), "{case} is not routed");
    }
}

#[tokio::test]
async fn every_route_is_guarded_as_it_says() {
    let world = World::new();
    let stripe = ("authorization", "Bearer sk_test_kiosk");
    let wrong = ("authorization", "Bearer sk_test_wrong");
    let client = ("authorization", "Basic a2lvc2stY2xpZW50Omtpb3NrLXNlY3JldA==");
    for (method, path, access) in CASES {
        let path = path.replace("{id}", "x");
        let mut told = Vec::new();
        for headers in [&[][..], &[wrong][..], &[stripe][..], &[client][..]] {
            let answer = world.request(method, &path, headers, "").await;
            told.push(answer.status() != StatusCode::UNAUTHORIZED);
        }
        let expected = match access {
            Access::Public => [true, true, true, true],
            Access::Stripe => [false, false, true, false],
            Access::Client => [false, false, false, true],
            Access::Paypal => [false, false, false, false],
        };
        assert_eq!(told, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_opens_paypals_routes_until_it_lapses() {
    let world = World::new();
    let basic = [
        ("authorization", "Basic a2lvc2stY2xpZW50Omtpb3NrLXNlY3JldA=="),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let refused = world.request("POST", "/v1/oauth2/token", &basic, "grant_type=password").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let answer = world.request("POST", "/v1/oauth2/token", &basic, "grant_type=client_credentials").await;
    let answer: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
    let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
    let look =
        async || world.request("GET", "/v2/checkout/orders/X", &[("authorization", &bearer)], "").await;
    assert_eq!(look().await.status(), StatusCode::NOT_FOUND);
    world.pass_ms(answer["expires_in"].as_i64().unwrap() * 1000);
    assert_eq!(look().await.status(), StatusCode::UNAUTHORIZED);
}
