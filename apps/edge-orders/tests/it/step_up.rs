//! A doubtful checkout has to show more: the card's bank asks, or a code goes to the e-mail address.

use http::StatusCode;
use kiosk_risk::Outcome;
use serde_json::{Value, json};

use crate::support::{ADA, Cart, FakeMail, MAIL_HOST, MAILS, MUG, TestPop};

const MINUTE_MS: i64 = 60_000;

/// A POP that sends mails and doubts every order, with a cart and its form.
async fn doubtful() -> (TestPop, FakeMail, Cart, Value) {
    let pop = TestPop::with_variables(&MAILS);
    let mail = FakeMail::default();
    pop.host.http.up(MAIL_HOST, mail.router());
    pop.core.sell_goods();
    pop.tick_until_quiet().await;
    pop.fraud.decide(Outcome::StepUp);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    (pop, mail, cart, form)
}

/// The code in the last mail.
async fn code(pop: &TestPop, mail: &FakeMail) -> String {
    pop.tick().await;
    let mails = mail.take();
    let subject = mails.last().expect("a mail went")["Subject"].as_str().unwrap().to_owned();
    subject.split(' ').next().unwrap().to_owned()
}

fn with(form: &Value, code: &str) -> Value {
    let mut form = form.clone();
    form["verification_code"] = code.into();
    form
}

/// A code that is not `code`.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn the_code_from_the_mail_places_the_order() {
    let (pop, mail, cart, form) = doubtful().await;
    let before = pop.effects().await;
    let asked = pop.order(&cart, "key", &form).await;
    asked.is_problem(403, "verification_required");
    assert_eq!(asked.body["param"], "verification_code");
    assert_eq!(pop.effects().await, before, "nothing is ordered");
    let code = code(&pop, &mail).await;
    assert_eq!(code.len(), 6);
    pop.order(&cart, "key", &with(&form, &other(&code))).await.is_problem(403, "verification_failed");
    let order = pop.order(&cart, "key", &with(&form, &code)).await.is(201).body;
    assert_eq!(order["status"], "placed", "who has shown who they are waits for nobody");
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders().pop().unwrap().fraud.outcome, "step_up");
    // The answer is repeated, and no other code goes out.
    pop.order(&cart, "key", &with(&form, &code)).await.is(201);
    pop.tick().await;
    assert!(mail.take().is_empty());
}

#[tokio::test]
async fn a_code_is_tried_a_few_times_only_and_sent_a_few_times_only() {
    let (pop, mail, cart, form) = doubtful().await;
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    let first = code(&pop, &mail).await;
    for _ in 0..5 {
        pop.order(&cart, "key", &with(&form, &other(&first))).await.is_problem(403, "verification_failed");
    }
    pop.order(&cart, "key", &with(&form, &first)).await.is_problem(403, "verification_failed");
    // Another one has tries of its own, and the first is worth nothing.
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    let second = code(&pop, &mail).await;
    assert_ne!(first, second);
    pop.order(&cart, "key", &with(&form, &first)).await.is_problem(403, "verification_failed");
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    let third = code(&pop, &mail).await;
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    pop.tick().await;
    assert!(mail.take().is_empty(), "three is all");
    pop.order(&cart, "key", &with(&form, &third)).await.is(201);
}

#[tokio::test]
async fn carts_together_send_an_address_few_codes() {
    let (pop, mail, _, _) = doubtful().await;
    for number in 0..10 {
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let form = pop.form(&cart).await;
        pop.order(&cart, &format!("key-{number}"), &form).await.is_problem(403, "verification_required");
    }
    pop.tick_until_quiet().await;
    assert_eq!(mail.take().len(), 6);
}

#[tokio::test]
async fn a_code_is_good_for_its_address_and_its_time() {
    let (pop, mail, cart, form) = doubtful().await;
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    let first = code(&pop, &mail).await;
    let mut another = with(&form, &first);
    another["contact"]["email"] = "somebody@else.example".into();
    pop.order(&cart, "key", &another).await.is_problem(403, "verification_failed");
    pop.order(&cart, "key", &with(&form, &first)).await.is_problem(403, "verification_failed");
    let sent = code(&pop, &mail).await;
    pop.host.clock.advance_ms(15 * MINUTE_MS);
    pop.order(&cart, "key", &with(&form, &sent)).await.is_problem(403, "verification_failed");
    let fresh = code(&pop, &mail).await;
    pop.order(&cart, "key", &with(&form, &fresh)).await.is(201);
    // Nobody keeps the address that a code went to.
    pop.host.clock.advance_ms(15 * MINUTE_MS);
    pop.tick().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM step_up").await, 0);
}

#[tokio::test]
async fn what_is_no_code_is_refused_before_it_counts() {
    let (pop, mail, cart, form) = doubtful().await;
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    let code = code(&pop, &mail).await;
    for bad in ["", "12345", "1234567", "12a456", "１２３４５６"] {
        let reply = pop.order(&cart, "key", &with(&form, bad)).await;
        reply.is_problem(422, "invalid_value");
        assert_eq!(reply.body["param"], "verification_code");
    }
    pop.order(&cart, "key", &with(&form, &code)).await.is(201);
}

#[tokio::test]
async fn a_mail_that_does_not_go_is_tried_again() {
    let (pop, mail, cart, form) = doubtful().await;
    mail.refuse(Some((StatusCode::SERVICE_UNAVAILABLE, 0)));
    pop.order(&cart, "key", &form).await.is_problem(403, "verification_required");
    pop.tick().await;
    assert_eq!(mail.asked(), 1);
    mail.refuse(None);
    pop.host.clock.advance_ms(MINUTE_MS);
    let code = code(&pop, &mail).await;
    pop.order(&cart, "key", &with(&form, &code)).await.is(201);
}

#[tokio::test]
async fn who_cannot_be_asked_is_reviewed() {
    let pop = TestPop::stocked().await;
    pop.fraud.decide(Outcome::StepUp);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.buy(&cart, "key").await.is(201).body["status"], "in_review");
}

#[tokio::test]
async fn who_has_a_watched_account_is_asked_for_more() {
    let (pop, mail, cart, form) = doubtful().await;
    pop.fraud.decide(Outcome::Allow);
    let order = async |form: &Value| pop.order_as(ADA, &cart, "key", form).await;
    pop.accounts.watch(true);
    order(&form).await.is_problem(403, "verification_required");
    let code = code(&pop, &mail).await;
    order(&with(&form, &code)).await.is(201);
    pop.tick_until_quiet().await;
    let told = pop.core.orders().pop().unwrap().fraud;
    assert_eq!((told.outcome.as_str(), told.reasons), ("step_up", vec!["watched_account".to_owned()]));
}

/// What the score says of the order itself is no less for it, and its words stay.
#[tokio::test]
async fn a_watched_account_changes_nothing_that_is_doubted_already() {
    let pop = TestPop::stocked().await;
    pop.accounts.watch(true);
    for (outcome, status) in [(Outcome::Review, 201), (Outcome::Block, 403)] {
        pop.fraud.decide(outcome);
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        pop.buy_as(ADA, &cart, outcome.as_str()).await.is(status);
    }
    // A guest has no account, and one that is not watched any more is as any other.
    pop.fraud.decide(Outcome::Allow);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.buy(&cart, "guest").await.is(201).body["status"], "placed");
    pop.accounts.watch(false);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.buy_as(ADA, &cart, "later").await.is(201).body["status"], "placed");
    pop.tick_until_quiet().await;
    let told: Vec<_> = pop.core.orders().into_iter().map(|order| order.fraud).collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|fraud| !fraud.reasons.contains(&"watched_account".to_owned())), "{told:?}");
}

#[tokio::test]
async fn a_card_is_asked_about_at_its_bank() {
    const CHALLENGE: &str = "payment_method_options[card][request_three_d_secure]";
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.order_by_card(&cart, "allowed").await.is(201).body;
    assert!(!pop.stripe.sessions()[0].fields.contains_key(CHALLENGE), "the bank decides");
    pop.cancel_payment(&order).await.is(200);
    pop.fraud.decide(Outcome::StepUp);
    let order = pop.order_by_card(&cart, "doubted").await.is(201).body;
    assert_eq!(order["status"], "awaiting_payment", "no code is asked for");
    assert_eq!(pop.stripe.sessions()[1].fields[CHALLENGE], "challenge");
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    assert_eq!(pop.settle(&order).await.is(200).body["status"], json!("placed"));
}
