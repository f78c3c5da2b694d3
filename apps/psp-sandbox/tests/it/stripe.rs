//! Stripe: every operation of the adapter, every test card.

use http::StatusCode;
use kiosk_payments::{Gateway as _, PayError, State, Stripe, Transfer};
use psp_sandbox::Provider;

use crate::harness::*;

#[tokio::test]
async fn a_card_is_authorised_captured_in_parts_and_refunded() {
    let world = World::new();
    let paying = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    assert!(paying.started.url.ends_with(&format!("/c/pay/{}", paying.reference())));
    assert_eq!(paying.look().await.state, State::Open);
    leads_to(&paying.pay("4242 4242 4242 4242").await, RETURN_URL);
    let seen = paying.look().await;
    assert_eq!((seen.state, seen.amount), (State::Authorised, Some(eur(5000))));
    assert!(seen.authorisation.unwrap().starts_with("pi_"));

    let first = paying.capture("c1", eur(2000), false).await.unwrap();
    assert_eq!((first.amount, first.fee), (eur(2000), Some(eur(55))), "1.5 % and 25 cents");
    let last = paying.capture("c2", eur(1000), true).await.unwrap();
    assert_eq!(last.reference, first.reference, "one charge");
    assert_eq!(last.fee, Some(eur(40)));
    let seen = paying.look().await;
    assert_eq!((seen.state, seen.amount), (State::Captured, Some(eur(3000))));

    paying.refund("r1", &first.reference, eur(2500)).await.unwrap();
    let sums = world.line(paying.reference()).sums;
    assert_eq!((sums.captured, sums.refunded, sums.capturable, sums.fees), (3000, 2500, 0, 95));
}

#[tokio::test]
async fn begun_twice_it_is_one_payment() {
    let world = World::new();
    let new = new_payment("pay_1", eur(5000), NOW_MS);
    let first = world.stripe.start(&new).await.unwrap();
    assert_eq!(world.stripe.start(&new).await.unwrap(), first);
    let other = kiosk_payments::NewPayment { amount: eur(1), ..new };
    assert_eq!(refusal(world.stripe.start(&other).await), "idempotency_error");
    assert_eq!(world.sandbox.ledger().payments.len(), 1);
}

#[tokio::test]
async fn a_replayed_answer_says_so() {
    let world = World::new();
    let headers = [
        ("authorization", "Bearer sk_test_kiosk"),
        ("idempotency-key", "k1"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = "amount=100&currency=eur&destination=acct_1";
    let first = world.request("POST", "/v1/transfers", &headers, body).await;
    assert!(first.headers().get("idempotent-replayed").is_none());
    let again = world.request("POST", "/v1/transfers", &headers, body).await;
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(again.body(), first.body());
    let unknown = world.request("POST", "/v1/transfers", &headers[..1], "amount=1&colour=red").await;
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    assert!(unknown.body().contains("parameter_unknown"), "{}", unknown.body());
}

#[tokio::test]
async fn cards_that_are_declined_leave_the_payment_open() {
    let world = World::new();
    let paying = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    for (card, words) in [
        ("4000000000000002", "declined"),
        ("4000000000009995", "insufficient funds"),
        ("4000000000000119", "processing your card"),
        ("5555555555554444", "test cards only"),
    ] {
        let answer = paying.pay(card).await;
        assert_eq!(answer.status(), StatusCode::PAYMENT_REQUIRED);
        assert!(answer.body().contains(words), "{card}: {}", answer.body());
        assert_eq!(paying.look().await.state, State::Open);
    }
    paying.pay("4242424242424242").await;
    assert_eq!(paying.look().await.state, State::Authorised);
}

#[tokio::test]
async fn a_bank_can_ask_for_proof() {
    let world = World::new();
    for card in ["4000002500003155", "4000002760003184"] {
        let paying = world.start(Provider::Stripe, &format!("pay_{card}"), eur(5000)).await;
        leads_to(&paying.pay(card).await, "/c/pay/cs_test_");
        assert_eq!(paying.look().await.state, State::Open);
        let failed = paying.challenge("fail").await;
        assert_eq!(failed.status(), StatusCode::PAYMENT_REQUIRED);
        assert!(failed.body().contains("unable to authenticate"));
        leads_to(&paying.challenge("complete").await, "/c/pay/");
        assert_eq!(paying.look().await.state, State::Open, "a proof without a question proves nothing");
        paying.pay(card).await;
        leads_to(&paying.challenge("complete").await, RETURN_URL);
        assert_eq!(paying.look().await.state, State::Authorised);
    }
}

#[tokio::test]
async fn what_is_cancelled_takes_no_money_any_more() {
    let world = World::new();
    let open = world.start(Provider::Stripe, "pay_open", eur(5000)).await;
    assert_eq!(open.cancel().await.state, State::Closed);
    assert_eq!(open.cancel().await.state, State::Closed);
    assert_eq!(open.pay("4242424242424242").await.status(), StatusCode::GONE);
    assert_eq!(open.look().await.state, State::Closed);

    let authorised = world.authorised(Provider::Stripe, eur(5000)).await;
    assert_eq!(authorised.cancel().await.state, State::Closed);
    assert_eq!(authorised.cancel().await.state, State::Closed);
    let late = authorised.capture("c1", eur(100), false).await;
    assert_eq!(refusal(late), "payment_intent_unexpected_state");
    assert_eq!(world.line(authorised.reference()).sums.capturable, 0);
}

#[tokio::test]
async fn cancelled_after_a_part_was_captured_the_rest_is_released() {
    let world = World::new();
    let paying = world.authorised(Provider::Stripe, eur(5000)).await;
    paying.capture("c1", eur(2000), false).await.unwrap();
    let seen = paying.cancel().await;
    assert_eq!((seen.state, seen.amount), (State::Captured, Some(eur(2000))));
    assert_eq!(paying.cancel().await, seen);
    assert_eq!(refusal(paying.capture("c2", eur(1), true).await), "payment_intent_unexpected_state");
}

#[tokio::test]
async fn no_more_is_captured_or_refunded_than_there_is() {
    let world = World::new();
    let paying = world.authorised(Provider::Stripe, eur(5000)).await;
    assert_eq!(refusal(paying.capture("c0", eur(5001), true).await), "amount_too_large");
    let captured = paying.capture("c1", eur(2000), false).await.unwrap();
    assert_eq!(paying.capture("c1", eur(2000), false).await.unwrap(), captured, "the same key, once");
    assert_eq!(refusal(paying.capture("c1", eur(1999), false).await), "idempotency_error");
    assert_eq!(refusal(paying.refund("r0", &captured.reference, eur(2001)).await), "invalid_request_error");
    let refunded = paying.refund("r1", &captured.reference, eur(1500)).await.unwrap();
    assert_eq!(paying.refund("r1", &captured.reference, eur(1500)).await.unwrap(), refunded);
    assert_eq!(refusal(paying.refund("r2", &captured.reference, eur(501)).await), "invalid_request_error");
    paying.refund("r3", &captured.reference, eur(500)).await.unwrap();
    let more = paying.refund("r4", &captured.reference, eur(1)).await;
    assert_eq!(refusal(more), "charge_already_refunded");
    let sums = world.line(paying.reference()).sums;
    assert_eq!((sums.captured, sums.refunded, sums.capturable), (2000, 2000, 3000));
}

#[tokio::test]
async fn a_card_that_cannot_be_captured_in_parts_is_captured_once() {
    let world = World::new();
    let paying = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    paying.pay("4000008400000076").await;
    assert_eq!(refusal(paying.capture("c1", eur(2000), false).await), kiosk_payments::CAPTURE_ONCE_ONLY);
    paying.capture("c1", eur(2000), true).await.expect("the key is free");
    assert_eq!(paying.look().await.amount, Some(eur(2000)));
}

#[tokio::test]
async fn pages_and_authorisations_lapse_by_the_clock() {
    let world = World::new();
    let open = world.start(Provider::Stripe, "pay_open", eur(5000)).await;
    let authorised = world.authorised(Provider::Stripe, eur(5000)).await;
    world.pass_ms(45 * 60_000);
    assert_eq!(open.look().await.state, State::Closed);
    assert_eq!(open.pay("4242424242424242").await.status(), StatusCode::GONE);
    assert_eq!(authorised.look().await.state, State::Authorised);
    world.pass_ms(7 * 86_400_000);
    assert_eq!(authorised.look().await.state, State::Closed);
}

#[tokio::test]
async fn a_page_is_open_for_half_an_hour_to_a_day() {
    let world = World::new();
    for minutes in [20, 25 * 60] {
        let mut new = new_payment("pay_1", eur(5000), NOW_MS);
        new.expires_ms = NOW_MS + minutes * 60_000;
        assert_eq!(refusal(world.stripe.start(&new).await), "invalid_request_error");
    }
}

#[tokio::test]
async fn another_payment_or_key_is_noticed() {
    let world = World::new();
    let paying = world.authorised(Provider::Stripe, eur(5000)).await;
    let other = kiosk_ids::PaymentId::parse("pay_2").unwrap();
    let seen = world.stripe.look(&other, paying.reference()).await;
    assert!(matches!(seen, Err(PayError::Mismatch("payment"))), "{seen:?}");
    assert_eq!(refusal(world.stripe.look(&paying.id, "cs_test_unknown").await), "resource_missing");
    assert_eq!(refusal(world.stripe.look(&paying.id, "../balance").await), "invalid_reference");
    let stranger = Stripe { secret_key: "sk_test_other".to_owned(), ..world.stripe.clone() };
    let seen = stranger.look(&paying.id, paying.reference()).await;
    assert!(matches!(seen, Err(PayError::Refused { status: 401, .. })), "{seen:?}");
}

#[tokio::test]
async fn vendors_are_paid_once_and_from_what_is_there() {
    let world = World::new();
    let transfer = |key: &str, destination: &str, amount| Transfer {
        key: key.to_owned(),
        destination: destination.to_owned(),
        amount: eur(amount),
        description: "Payout pyt_1".to_owned(),
    };
    let paid = world.stripe.transfer(&transfer("t1", "acct_1", 600)).await.unwrap();
    assert_eq!(world.stripe.transfer(&transfer("t1", "acct_1", 600)).await.unwrap(), paid);
    assert_eq!(refusal(world.stripe.transfer(&transfer("t2", "acct_1", 401)).await), "balance_insufficient");
    assert_eq!(refusal(world.stripe.transfer(&transfer("t3", "ada", 1)).await), "resource_missing");
    let ledger = world.sandbox.ledger();
    assert_eq!(ledger.totals["stripe"]["EUR"].transferred, 600);
}

#[tokio::test]
async fn yen_have_no_decimals() {
    let world = World::new();
    let yen = |amount| kiosk_money::Money::new(amount, kiosk_money::Currency::JPY);
    let paying = world.start(Provider::Stripe, "pay_1", yen(1200)).await;
    paying.pay("4242424242424242").await;
    assert_eq!(paying.look().await.amount, Some(yen(1200)));
    assert!(matches!(paying.capture("c1", eur(1200), true).await, Err(PayError::Mismatch("amount"))));
}
