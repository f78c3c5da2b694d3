//! Every step of a payment broken off in turn, before and after it took effect, once and twice.

use http::Method;
use kiosk_edge_platform::DbError;
use serde_json::Value;

use crate::support::{Cart, Fault, MUG, Side, TestPop};

/// How long a shopper has to pay, and a little more.
const EXPIRED_MS: i64 = 36 * 60_000;

/// A step, by what is said to the database or the provider.
#[derive(Clone, Copy, Debug)]
enum Step {
    Db(&'static str),
    Provider(&'static str),
}

const COMMIT: Step = Step::Db("INSERT INTO checkout");
const BEGIN: Step = Step::Provider("POST https://stripe.test/v1/checkout/sessions");
const KEEP: Step = Step::Db("SET reference");
const LOOK: Step = Step::Provider("GET https://stripe.test/v1/checkout/sessions");
const PLACE: Step = Step::Db("INSERT INTO payment_success");
const CLOSE: Step = Step::Provider("/expire");
const CANCEL: Step = Step::Provider("/cancel");
const GIVE_UP: Step = Step::Db("INSERT INTO payment_failure");
const FORGET: Step = Step::Db("SET state = 'closed'");

impl Step {
    fn fail(self, pop: &TestPop, side: Side) {
        let error = || DbError::Host("the connection was lost".into());
        match (self, side) {
            (Self::Db(text), Side::Before) => pop.db.fail(text, Fault::Before(error())),
            (Self::Db(text), Side::After) => pop.db.fail(text, Fault::After(error())),
            (Self::Provider(text), side) => pop.sent.fail(text, side),
        }
    }
}

/// All ways that one step of `steps` can break off.
fn faults(steps: &[Step]) -> Vec<(Step, Side, u32)> {
    let mut faults = Vec::new();
    for step in steps {
        for side in [Side::Before, Side::After] {
            faults.extend([(*step, side, 1), (*step, side, 2)]);
        }
    }
    faults
}

/// Orders as a shopper does: the same button again while there is no answer, and a page that is made anew when the order
/// was undone.
async fn order(pop: &TestPop, cart: &Cart, fault: (Step, Side, u32)) -> Value {
    let mut form = pop.form_by(cart, "card").await;
    let mut faults = fault.2;
    for _ in 0..8 {
        if faults > 0 {
            fault.0.fail(pop, fault.1);
        }
        let reply = pop.order(cart, "key", &form).await;
        match reply.status.as_u16() {
            201 => return reply.body,
            412 => form = pop.form_by(cart, "card").await,
            500.. => faults = faults.saturating_sub(1),
            _ => panic!("{fault:?}: {}", reply.body),
        }
    }
    panic!("{fault:?}: the order never went through");
}

/// One order, one payment, told once; nothing else is open or reserved.
async fn is_bought_once(pop: &TestPop, what: &str) {
    pop.let_pass_ms(EXPIRED_MS).await;
    let placed = "SELECT COUNT(*) FROM orders WHERE status = 'placed'";
    assert_eq!(pop.number(placed).await, 1, "{what}");
    let told = pop.core.orders();
    assert_eq!(told.len(), 1, "{what}");
    assert_eq!((pop.stripe.authorised(), pop.stripe.open()), (1, 0), "{what}");
    let session = pop.stripe.sessions().iter().position(|session| session.intent == Some("requires_capture"));
    assert_eq!(told[0].payment.reference, Some(format!("pi_{}", session.unwrap())), "{what}");
    assert_eq!(pop.taken(MUG).await, 1, "{what}");
    assert_eq!(pop.number("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL").await, 0, "{what}");
}

/// Nothing is sold, reserved or open, and the cart is there.
async fn is_undone(pop: &TestPop, cart: &Cart, what: &str) {
    pop.let_pass_ms(EXPIRED_MS).await;
    assert_eq!((pop.stripe.authorised(), pop.stripe.open()), (0, 0), "{what}");
    assert!(pop.core.orders().is_empty(), "{what}");
    assert_eq!(pop.taken(MUG).await, 0, "{what}");
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders WHERE status <> 'cancelled'").await, 0, "{what}");
    assert_eq!(pop.number("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL").await, 0, "{what}");
    assert_eq!(pop.show(cart).await["status"], "open", "{what}");
}

#[tokio::test]
async fn a_shopper_who_tries_again_buys_once() {
    for fault in faults(&[COMMIT, BEGIN, KEEP]) {
        let pop = TestPop::paying().await;
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let order = order(&pop, &cart, fault).await;
        pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
        pop.settle(&order).await.is(200);
        is_bought_once(&pop, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn a_shopper_who_does_not_come_back_leaves_nothing() {
    for fault in faults(&[COMMIT, BEGIN, KEEP]) {
        let pop = TestPop::paying().await;
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let form = pop.form_by(&cart, "card").await;
        fault.0.fail(&pop, fault.1);
        pop.order(&cart, "key", &form).await;
        if fault.2 == 2 {
            fault.0.fail(&pop, fault.1);
        }
        is_undone(&pop, &cart, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn what_was_paid_is_placed_whoever_breaks_off() {
    for fault in faults(&[LOOK, PLACE]) {
        for comes_back in [true, false] {
            let pop = TestPop::paying().await;
            let cart = pop.cart_with(&[(MUG, 1)]).await;
            let order = pop.order_by_card(&cart, "key").await.is(201).body;
            pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
            for time in 0..fault.2 {
                fault.0.fail(&pop, fault.1);
                if comes_back {
                    let failed = pop.settle(&order).await.status.is_server_error();
                    assert!(failed || time > 0, "{fault:?}");
                } else {
                    pop.let_pass_ms(40_000).await;
                }
            }
            is_bought_once(&pop, &format!("{fault:?}, comes back: {comes_back}")).await;
            assert_eq!(pop.of_order(&order, Method::GET, "").await.is(200).body["status"], "placed");
        }
    }
}

#[tokio::test]
async fn what_is_given_up_is_undone_once_whoever_breaks_off() {
    for fault in faults(&[LOOK, CLOSE, GIVE_UP]) {
        let pop = TestPop::paying().await;
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let order = pop.order_by_card(&cart, "key").await.is(201).body;
        for _ in 0..fault.2 {
            fault.0.fail(&pop, fault.1);
            pop.cancel_payment(&order).await;
        }
        pop.cancel_payment(&order).await.is(200);
        is_undone(&pop, &cart, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn what_is_voided_is_voided_whoever_breaks_off() {
    for fault in faults(&[LOOK, CANCEL, GIVE_UP, FORGET]) {
        let pop = TestPop::paying().await;
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let order = pop.order_by_card(&cart, "key").await.is(201).body;
        pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
        pop.stripe.change(0, |session| session.amount += 1);
        for _ in 0..fault.2 {
            fault.0.fail(&pop, fault.1);
            pop.settle(&order).await;
            pop.let_pass_ms(20_000).await;
        }
        is_undone(&pop, &cart, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn what_is_given_up_is_decided_here_before_the_provider_hears_of_it() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.order_by_card(&cart, "key").await.is(201).body;
    GIVE_UP.fail(&pop, Side::Before);
    assert!(pop.cancel_payment(&order).await.status.is_server_error());
    assert_eq!(pop.stripe.open(), 1, "another request may see it paid and place the order");
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    pop.settle(&order).await.is(200);
    is_bought_once(&pop, "paid after all").await;
}
