//! PayPal: every operation of the adapter, every kind of account.

use http::StatusCode;
use kiosk_money::{Currency, Money};
use kiosk_payments::{Gateway as _, NewPayment, PayError, State, Transfer};
use psp_sandbox::Provider;

use crate::harness::*;

#[tokio::test]
async fn an_order_is_authorised_when_it_is_looked_at_and_captured_in_parts() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    assert!(paying.started.url.contains("/checkoutnow?token="));
    assert_eq!(paying.look().await.state, State::Open);
    leads_to(
        &paying.approve("balance").await,
        &format!("{RETURN_URL}?token={}&PayerID=", paying.reference()),
    );
    let seen = paying.look().await;
    assert_eq!((seen.state, seen.amount), (State::Authorised, Some(eur(5000))));
    assert_eq!(paying.look().await, seen, "looked at twice it is one authorisation");

    let first = paying.capture("c1", eur(2000), false).await.unwrap();
    assert_eq!((first.amount, first.fee), (eur(2000), Some(eur(85))), "2.49 % and 35 cents");
    let last = paying.capture("c2", eur(1000), true).await.unwrap();
    assert_ne!(last.reference, first.reference, "each capture has its own name");
    let seen = paying.look().await;
    assert_eq!((seen.state, seen.amount), (State::Captured, Some(eur(3000))));
    paying.refund("r1", &first.reference, eur(2000)).await.unwrap();
    let more = paying.refund("r2", &first.reference, eur(1)).await;
    assert_eq!(refusal(more), "CAPTURE_FULLY_REFUNDED");
    assert_eq!(refusal(paying.refund("r3", &last.reference, eur(1001)).await), "REFUND_AMOUNT_EXCEEDED");
    let sums = world.line(paying.reference()).sums;
    assert_eq!((sums.captured, sums.refunded), (3000, 2000));
}

#[tokio::test]
async fn the_same_key_acts_once() {
    let world = World::new();
    let new = new_payment("pay_1", eur(5000), NOW_MS);
    let first = world.paypal.start(&new).await.unwrap();
    assert_eq!(world.paypal.start(&new).await.unwrap().reference, first.reference);
    let other = NewPayment { amount: eur(1), ..new };
    assert_eq!(refusal(world.paypal.start(&other).await), "DUPLICATE_REQUEST_ID");
    let paying = world.authorised(Provider::Paypal, eur(5000)).await;
    let captured = paying.capture("c1", eur(2000), false).await.unwrap();
    assert_eq!(paying.capture("c1", eur(2000), false).await.unwrap(), captured);
    let refunded = paying.refund("r1", &captured.reference, eur(500)).await.unwrap();
    assert_eq!(paying.refund("r1", &captured.reference, eur(500)).await.unwrap(), refunded);
    // The refund has changed the capture, which the same request shows as it is now.
    assert_eq!(paying.capture("c1", eur(2000), false).await.unwrap(), captured);
    let sums = world.line(paying.reference()).sums;
    assert_eq!((sums.captured, sums.refunded), (2000, 500));
}

/// As a POP whose database was set back to before PayPal had told its name for the order.
#[tokio::test]
async fn whoever_begins_again_finds_the_order_however_far_it_is() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    let again = async || world.paypal.start(&new_payment("pay_1", eur(5000), NOW_MS)).await.unwrap();
    assert_eq!(again().await, paying.started);
    paying.approve("balance").await;
    for state in [State::Authorised, State::Captured] {
        let found = again().await;
        assert_eq!(
            (&*found.reference, &*found.url),
            (paying.reference(), RETURN_URL),
            "the payer is through"
        );
        assert_eq!(paying.look().await.state, state);
        if state == State::Authorised {
            paying.capture("c1", eur(5000), true).await.unwrap();
        }
    }
    assert_eq!(paying.cancel().await.state, State::Captured);
}

#[tokio::test]
async fn an_order_that_was_given_up_is_not_authorised_any_more() {
    let world = World::new();
    let open = world.start(Provider::Paypal, "pay_open", eur(5000)).await;
    assert_eq!(open.cancel().await.state, State::Closed);
    // PayPal's page is still there, and the shopper approves.
    open.approve("balance").await;
    assert_eq!(open.look().await.state, State::Closed);
    assert_eq!(open.cancel().await.state, State::Closed);
    assert_eq!(world.line(open.reference()).sums.authorised, 0);

    let approved = world.start(Provider::Paypal, "pay_approved", eur(5000)).await;
    approved.approve("balance").await;
    assert_eq!(approved.cancel().await.state, State::Closed);
    assert_eq!(approved.look().await.state, State::Closed);
    assert_eq!(world.line(approved.reference()).sums.authorised, 0);
}

#[tokio::test]
async fn an_authorisation_is_voided() {
    let world = World::new();
    let paying = world.authorised(Provider::Paypal, eur(5000)).await;
    assert_eq!(paying.cancel().await.state, State::Closed);
    assert_eq!(paying.cancel().await.state, State::Closed);
    assert_eq!(refusal(paying.capture("c1", eur(1), true).await), "AUTHORIZATION_VOIDED");

    let world = World::new();
    let partly = world.authorised(Provider::Paypal, eur(5000)).await;
    partly.capture("c1", eur(2000), false).await.unwrap();
    let seen = partly.cancel().await;
    assert_eq!((seen.state, seen.amount), (State::Captured, Some(eur(2000))));
    assert_eq!(partly.cancel().await, seen);
    assert_eq!(refusal(partly.capture("c2", eur(3001), true).await), "AUTHORIZATION_ALREADY_CAPTURED");
}

#[tokio::test]
async fn no_more_is_captured_than_was_authorised() {
    let world = World::new();
    let paying = world.authorised(Provider::Paypal, eur(5000)).await;
    assert_eq!(refusal(paying.capture("c0", eur(5001), true).await), "MAX_CAPTURE_AMOUNT_EXCEEDED");
    let dollars = Money::new(100, Currency::USD);
    assert_eq!(refusal(paying.capture("c1", dollars, true).await), "AUTH_CAPTURE_CURRENCY_MISMATCH");
    assert_eq!(refusal(paying.capture("c2", eur(0), true).await), "CANNOT_BE_ZERO_OR_NEGATIVE");
}

#[tokio::test]
async fn an_instrument_that_is_declined_ends_the_payment() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    assert_eq!(paying.approve("shells").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    paying.approve("declined").await;
    assert_eq!(paying.look().await.state, State::Closed);
    assert_eq!(world.line(paying.reference()).sums.authorised, 0);
}

#[tokio::test]
async fn a_shopper_goes_back_without_paying() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    let fields = [("token", paying.reference()), ("action", "cancel")];
    leads_to(&world.form("/checkoutnow", &fields).await, "http://localhost:8001/checkout/cancel?token=");
    assert_eq!(paying.look().await.state, State::Open);
}

#[tokio::test]
async fn a_token_that_has_lapsed_is_fetched_anew() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    world.sandbox.forget_tokens();
    assert_eq!(paying.look().await.state, State::Open);
    world.pass_ms(32_400_000 + 1);
    let gone = world.paypal.look(&paying.id, paying.reference()).await;
    assert_eq!(refusal(gone), "INVALID_RESOURCE_ID", "nobody approved it in three hours");
}

#[tokio::test]
async fn another_payment_is_noticed() {
    let world = World::new();
    let paying = world.authorised(Provider::Paypal, eur(5000)).await;
    let other = kiosk_ids::PaymentId::parse("pay_2").unwrap();
    let seen = world.paypal.look(&other, paying.reference()).await;
    assert!(matches!(seen, Err(PayError::Mismatch("payment"))), "{seen:?}");
    assert!(matches!(
        world.paypal.cancel(&other, paying.reference()).await,
        Err(PayError::Mismatch("payment"))
    ));
}

#[tokio::test]
async fn only_currencies_that_paypal_has_are_asked_for() {
    let world = World::new();
    let dinar = new_payment("pay_1", Money::new(1000, Currency::KWD), NOW_MS);
    assert_eq!(refusal(world.paypal.start(&dinar).await), "CURRENCY_NOT_SUPPORTED");
    let forint = new_payment("pay_2", Money::new(120_050, Currency::HUF), NOW_MS);
    assert_eq!(refusal(world.paypal.start(&forint).await), "DECIMALS_NOT_SUPPORTED");
    let forint = world.start(Provider::Paypal, "pay_3", Money::new(120_000, Currency::HUF)).await;
    forint.approve("balance").await;
    let captured = forint.look().await;
    assert_eq!(captured.amount, Some(Money::new(120_000, Currency::HUF)));
    let captured = forint.capture("c1", Money::new(120_000, Currency::HUF), true).await.unwrap();
    assert_eq!(captured.fee.map(|fee| fee.amount % 100), Some(0));
}

#[tokio::test]
async fn vendors_are_paid_once() {
    let world = World::new();
    let transfer = |key: &str, destination: &str, amount| Transfer {
        key: key.to_owned(),
        destination: destination.to_owned(),
        amount: eur(amount),
        description: "Payout pyt_1".to_owned(),
    };
    let paid = world.paypal.transfer(&transfer("t1", "vendor@shop.example", 600)).await.unwrap();
    assert_eq!(world.paypal.transfer(&transfer("t1", "vendor@shop.example", 600)).await.unwrap(), paid);
    // After the key is forgotten, the batch is still known.
    world.pass_ms(25 * 3_600_000);
    assert_eq!(world.paypal.transfer(&transfer("t1", "vendor@shop.example", 600)).await.unwrap(), paid);
    assert_eq!(
        refusal(world.paypal.transfer(&transfer("t2", "vendor@shop.example", 401)).await),
        "INSUFFICIENT_FUNDS"
    );
    assert_eq!(refusal(world.paypal.transfer(&transfer("t3", "a b", 1)).await), "RECEIVER_INVALID");
    assert_eq!(world.sandbox.ledger().totals["paypal"]["EUR"].transferred, 600);
}
