//! The pages that shoppers and developers see.

use http::{StatusCode, header};
use psp_sandbox::Provider;

use crate::harness::*;

#[tokio::test]
async fn pages_run_nothing_and_lead_where_they_say() {
    let world = World::new();
    let card = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    let wallet = world.start(Provider::Paypal, "pay_2", eur(5000)).await;
    for path in [
        "/".to_owned(),
        format!("/c/pay/{}", card.reference()),
        format!("/checkoutnow?token={}", wallet.reference()),
    ] {
        let page = world.request("GET", &path, &[], "").await;
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        let body = page.body();
        assert!(!body.contains("<script") && !body.contains("style=\""), "{path}");
        assert_eq!(body.matches("<h1").count(), 1, "{path}");
        if path != "/" {
            assert!(policy.contains("form-action 'self' http://localhost:8001"), "{policy}");
            assert!(body.contains("€50.00") && body.contains("Test mode"), "{path}");
        }
    }
    let card = world.request("GET", &format!("/c/pay/{}", card.reference()), &[], "").await;
    for field in ["number", "expiry", "cvc", "name"] {
        assert!(card.body().contains(&format!("<label for=\"{field}\">")), "{field}");
    }
}

#[tokio::test]
async fn a_form_that_is_filled_in_wrong_says_where_and_repeats_no_number() {
    let world = World::new();
    let paying = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    let path = format!("/c/pay/{}", paying.reference());
    let fields = [("number", "4242424242424241"), ("expiry", "01 / 20"), ("cvc", "1"), ("name", "<b>Ada")];
    let page = world.form(&path, &fields).await;
    assert_eq!(page.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body = page.body();
    for words in
        ["number is not valid", "has expired", "three or four digits", "role=\"alert\"", "&lt;b&gt;Ada"]
    {
        assert!(body.contains(words), "{words}: {body}");
    }
    assert!(!body.contains("4242424242424241") && !body.contains("<b>Ada"), "{body}");
    let empty = world.form(&path, &[]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.line(paying.reference()).sums.authorised, 0);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let world = World::new();
    let paying = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    let path = format!("/c/pay/{}", paying.reference());
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = "number=4242424242424242&expiry=12%2F40&cvc=123&name=Ada";
    for other in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.test"),
        ("origin", "null"),
    ] {
        let answer = world.request("POST", &path, &[form, ("host", "127.0.0.1:8009"), other], body).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{other:?}");
    }
    let own = [
        form,
        ("host", "127.0.0.1:8009"),
        ("origin", "http://127.0.0.1:8009"),
        ("sec-fetch-site", "same-origin"),
    ];
    leads_to(&world.request("POST", &path, &own, body).await, RETURN_URL);
}

#[tokio::test]
async fn the_overview_shows_payments_masked_and_opens_disputes() {
    let world = World::new();
    let empty = world.request("GET", "/", &[], "").await;
    assert!(empty.body().contains("No payment yet") && empty.body().contains("No event yet"));
    let paying = world.authorised(Provider::Stripe, eur(5000)).await;
    let captured = paying.capture("c1", eur(5000), true).await.unwrap();
    let page = world.request("GET", "/", &[], "").await.into_body();
    assert!(page.contains("···· 4242") && !page.contains("4242424242424242"), "{page}");
    assert!(page.contains("Dispute €50.00"), "{page}");
    let fields = [("provider", "stripe"), ("capture", captured.reference.as_str())];
    leads_to(&world.form("/disputes", &fields).await, "/");
    assert_eq!(world.form("/disputes", &fields).await.status(), StatusCode::NOT_FOUND);
    let page = world.request("GET", "/", &[], "").await.into_body();
    let dispute = page.split("/disputes/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let verdict = [("provider", "stripe"), ("outcome", "won")];
    leads_to(&world.form(&format!("/disputes/{dispute}"), &verdict).await, "/");
    assert_eq!(world.line(paying.reference()).sums.disputed, 0);
}

#[tokio::test]
async fn a_payment_that_is_not_there_has_a_page_that_says_so() {
    let world = World::new();
    for path in ["/c/pay/cs_test_x", "/c/pay/cs_test_x/challenge", "/checkoutnow", "/checkoutnow?token=X"] {
        let page = world.request("GET", path, &[], "").await;
        assert_eq!(page.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(page.body().contains("Go back to the shop"), "{path}");
    }
    // PayPal's page does not open a payment of Stripe's, nor the other way.
    let paying = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    let page = world.request("GET", &format!("/checkoutnow?token={}", paying.reference()), &[], "").await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
}
