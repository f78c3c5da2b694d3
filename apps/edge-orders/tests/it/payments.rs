//! Paying at a provider, from the button to the core, and what else may come of it.

use futures::future::join_all;
use http::{Method, StatusCode};
use kiosk_edge_platform::Statement;
use kiosk_risk::Outcome;
use serde_json::{Value, json};

use crate::support::{ADA, AS_ADA, Cart, MUG, PAYS, STRIPE_HOST, TestPop, US_LAMP};

/// How long a shopper has to pay, and a little more.
const EXPIRED_MS: i64 = 36 * 60_000;

fn url(order: &Value) -> &str {
    order["payment"]["redirect_url"].as_str().unwrap()
}

/// A cart with one mug, ordered by card.
async fn awaiting(pop: &TestPop) -> (Cart, Value) {
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.order_by_card(&cart, "key").await.is(201).body;
    assert_eq!((&order["status"], &order["payment"]["state"]), (&json!("awaiting_payment"), &json!("open")));
    (cart, order)
}

/// Nothing of an order is left but what tells that it was.
async fn is_given_up(pop: &TestPop, cart: &Cart, order: &Value, reason: &str) {
    let own = pop.of_order(order, Method::GET, "").await.is(200).body;
    assert_eq!(own["status"], "cancelled");
    assert_eq!((&own["payment"]["state"], &own["payment"]["reason"]), (&json!("cancelled"), &json!(reason)));
    assert_eq!(own["payment"]["redirect_url"], Value::Null);
    assert_eq!(pop.taken(MUG).await, 0, "the stock is back");
    let shown = pop.show(cart).await;
    assert_eq!((&shown["status"], &shown["lines"][0]["quantity"]), (&json!("open"), &json!(1)));
    pop.tick_until_quiet().await;
    assert_eq!((pop.stripe.authorised(), pop.stripe.open()), (0, 0), "nothing is reserved");
    assert!(pop.core.orders().is_empty(), "the core hears nothing of it");
}

#[tokio::test]
async fn an_order_counts_when_it_is_paid() {
    let pop = TestPop::paying().await;
    let (cart, order) = awaiting(&pop).await;
    let fields = pop.stripe.sessions()[0].fields.clone();
    assert_eq!(fields["client_reference_id"], order["id"].as_str().unwrap());
    let back = format!("https://shop.test/checkout/return?order={}", order["id"].as_str().unwrap());
    assert_eq!((&fields["success_url"], &fields["cancel_url"]), (&back, &format!("{back}&unfinished=1")));
    assert_eq!(pop.stripe.sessions()[0].amount, order["total"]["amount"].as_i64().unwrap());
    assert_eq!(pop.show(&cart).await["status"], "ordered");
    assert_eq!(pop.taken(MUG).await, 1);
    pop.tick_until_quiet().await;
    assert!(pop.core.orders().is_empty());

    let waits = pop.settle(&order).await.is(200).body;
    assert_eq!((&waits["status"], url(&waits)), (&json!("awaiting_payment"), url(&order)));
    pop.stripe.pay(url(&order));
    let paid = pop.settle(&order).await.is(200).body;
    assert_eq!((&paid["status"], &paid["payment"]["state"]), (&json!("placed"), &json!("authorised")));
    assert_eq!(paid["payment"]["redirect_url"], Value::Null);
    // As often as one likes.
    assert_eq!(pop.settle(&order).await.is(200).body, paid);
    assert_eq!(pop.cancel_payment(&order).await.is(200).body, paid, "it is too late to give it up");
    pop.tick_until_quiet().await;
    let told = pop.core.orders();
    assert_eq!(told.len(), 1);
    let payment = &told[0].payment;
    assert_eq!((payment.method.as_str(), payment.provider.as_deref()), ("card", Some("stripe")));
    assert_eq!(payment.reference.as_deref(), Some("pi_0"));
    assert_eq!((pop.taken(MUG).await, pop.stripe.authorised()), (1, 1));
}

#[tokio::test]
async fn however_often_the_button_is_pressed_one_payment_is_begun() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form_by(&cart, "card").await;
    let replies = join_all((0..5).map(|_| pop.order(&cart, "key", &form))).await;
    let first = &replies[0].body;
    for reply in &replies {
        assert_eq!((reply.status, url(&reply.body)), (StatusCode::CREATED, url(first)));
    }
    // Another window, with another key.
    let other = pop.order(&cart, "other", &form).await;
    assert_eq!(other.is_problem(409, "cart_closed").body["order_id"], first["id"]);
    assert_eq!((pop.stripe.sessions().len(), pop.taken(MUG).await), (1, 1));
    // The same button long after: the answer is as it is then.
    pop.stripe.pay(url(first));
    pop.settle(first).await.is(200);
    let again = pop.order(&cart, "key", &form).await.is(201);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(
        (&again.body["status"], &again.body["payment"]["state"]),
        (&json!("placed"), &json!("authorised"))
    );
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders").await, 1);
}

#[tokio::test]
async fn an_order_that_was_given_up_can_be_paid_another_way() {
    let pop = TestPop::paying().await;
    let (cart, order) = awaiting(&pop).await;
    let old_form = pop.form_by(&cart, "card").await;
    let given_up = pop.cancel_payment(&order).await.is(200).body;
    assert_eq!(given_up["status"], "cancelled");
    is_given_up(&pop, &cart, &order, "given_up").await;
    assert_eq!(pop.cancel_payment(&order).await.is(200).body["status"], "cancelled");
    // The old page is of another version of the cart: its button orders nothing.
    pop.order(&cart, "key", &old_form).await.is_problem(412, "cart_version_stale");
    let form = pop.form_by(&cart, "invoice").await;
    assert_eq!(pop.order(&cart, "key", &form).await.is(201).body["status"], "placed");
    pop.tick_until_quiet().await;
    assert_eq!((pop.core.orders().len(), pop.taken(MUG).await), (1, 1));
    assert_eq!(pop.of_order(&order, Method::GET, "").await.is(200).body["status"], "cancelled");
}

#[tokio::test]
async fn who_paid_before_giving_up_has_an_order() {
    let pop = TestPop::paying().await;
    let (_, order) = awaiting(&pop).await;
    pop.stripe.pay(url(&order));
    assert_eq!(pop.cancel_payment(&order).await.is(200).body["status"], "placed");
    pop.tick_until_quiet().await;
    assert_eq!((pop.stripe.authorised(), pop.core.orders().len()), (1, 1));
}

#[tokio::test]
async fn giving_up_does_not_wait_for_a_provider_that_is_away() {
    let pop = TestPop::paying().await;
    let (cart, order) = awaiting(&pop).await;
    pop.host.http.down(STRIPE_HOST);
    pop.settle(&order).await.is_problem(503, "payment_unavailable");
    assert_eq!(pop.cancel_payment(&order).await.is(200).body["status"], "cancelled");
    assert_eq!(pop.show(&cart).await["status"], "open");
    // They paid after all, before the provider heard of it.
    pop.stripe.pay(url(&order));
    pop.let_pass_ms(60_000).await;
    assert_eq!(pop.stripe.authorised(), 1);
    pop.host.http.up(STRIPE_HOST, pop.stripe.router());
    pop.let_pass_ms(10 * 60_000).await;
    is_given_up(&pop, &cart, &order, "given_up").await;
}

#[tokio::test]
async fn without_the_provider_nothing_is_left() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form_by(&cart, "card").await;
    pop.host.http.down(STRIPE_HOST);
    let before = pop.show(&cart).await;
    let reply = pop.order(&cart, "key", &form).await;
    assert!(reply.is_problem(503, "payment_unavailable").headers.contains_key("retry-after"));
    for sql in [
        "SELECT COUNT(*) FROM orders",
        "SELECT COUNT(*) FROM order_person",
        "SELECT COUNT(*) FROM idempotency",
    ] {
        assert_eq!(pop.number(sql).await, 0, "{sql}");
    }
    let after = pop.show(&cart).await;
    assert_eq!((&after["status"], &after["lines"]), (&json!("open"), &before["lines"]));
    assert_eq!(pop.taken(MUG).await, 0);
    // The provider may have heard of it: it is asked until it says that nothing is open.
    pop.host.http.up(STRIPE_HOST, pop.stripe.router());
    pop.let_pass_ms(60_000).await;
    assert_eq!((pop.stripe.open(), pop.stripe.authorised()), (0, 0));
    let form = pop.form_by(&cart, "invoice").await;
    pop.order(&cart, "key", &form).await.is(201);
}

#[tokio::test]
async fn a_refusal_of_the_provider_leaves_nothing() {
    for (status, error, code) in [
        (
            StatusCode::PAYMENT_REQUIRED,
            json!({"type": "card_error", "code": "card_declined"}),
            (402, "payment_declined"),
        ),
        (StatusCode::BAD_REQUEST, json!({"code": "parameter_invalid"}), (503, "payment_unavailable")),
    ] {
        let pop = TestPop::paying().await;
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let form = pop.form_by(&cart, "card").await;
        pop.stripe.refuse(status, error);
        pop.order(&cart, "key", &form).await.is_problem(code.0, code.1);
        assert_eq!((pop.number("SELECT COUNT(*) FROM orders").await, pop.taken(MUG).await), (0, 0));
        assert_eq!(pop.number("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL").await, 0);
        assert_eq!(pop.show(&cart).await["status"], "open");
    }
}

#[tokio::test]
async fn who_does_not_come_back_is_asked_for() {
    let pop = TestPop::paying().await;
    let (_, order) = awaiting(&pop).await;
    pop.stripe.pay(url(&order));
    pop.let_pass_ms(60_000).await;
    assert_eq!(pop.of_order(&order, Method::GET, "").await.is(200).body["status"], "placed");
    assert_eq!(pop.core.orders().len(), 1);
}

#[tokio::test]
async fn who_does_not_pay_in_time_has_a_cart_again() {
    let pop = TestPop::paying().await;
    let (cart, order) = awaiting(&pop).await;
    pop.let_pass_ms(EXPIRED_MS).await;
    is_given_up(&pop, &cart, &order, "expired").await;
}

#[tokio::test]
async fn a_page_that_the_provider_closed_is_not_paid() {
    let pop = TestPop::paying().await;
    let (cart, order) = awaiting(&pop).await;
    pop.stripe.change(0, |session| session.status = "expired");
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "cancelled");
    is_given_up(&pop, &cart, &order, "not_paid").await;
}

#[tokio::test]
async fn another_amount_or_currency_is_voided() {
    for change in [(1, "eur"), (0, "usd")] {
        let pop = TestPop::paying().await;
        let (cart, order) = awaiting(&pop).await;
        pop.stripe.pay(url(&order));
        pop.stripe.change(0, |session| {
            session.amount += change.0;
            session.currency = change.1.to_owned();
        });
        assert_eq!(pop.settle(&order).await.is(200).body["status"], "cancelled");
        is_given_up(&pop, &cart, &order, "mismatch").await;
    }
}

#[tokio::test]
async fn stock_that_is_gone_undoes_a_paid_order() {
    let pop = TestPop::paying().await;
    let (cart, order) = awaiting(&pop).await;
    pop.stripe.pay(url(&order));
    let raise = "UPDATE lease SET epoch = 2, granted = 5, taken = 0 WHERE item = 'MUG'";
    pop.host.edge.db.batch(vec![Statement::new(raise)]).await.unwrap();
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "cancelled");
    // Nothing is given back to the new lease: the old one was written off with what it held.
    is_given_up(&pop, &cart, &order, "stock_gone").await;
}

#[tokio::test]
async fn leases_that_lapsed_meanwhile_are_renewed_or_the_order_is_undone() {
    for core_answers in [true, false] {
        let pop = TestPop::paying().await;
        let (cart, order) = awaiting(&pop).await;
        pop.stripe.pay(url(&order));
        pop.host.clock.advance_ms(pop.core.with(|state| state.lease_ttl_ms) + 1);
        if core_answers {
            assert_eq!(pop.settle(&order).await.is(200).body["status"], "placed");
            continue;
        }
        pop.host.http.down("core.test");
        assert_eq!(pop.settle(&order).await.is(200).body["status"], "cancelled");
        is_given_up(&pop, &cart, &order, "stock_gone").await;
    }
}

#[tokio::test]
async fn an_order_that_is_reviewed_is_so_when_it_is_paid() {
    let pop = TestPop::paying().await;
    pop.fraud.decide(Outcome::Review);
    let (_, order) = awaiting(&pop).await;
    pop.stripe.pay(url(&order));
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "in_review");
}

#[tokio::test]
async fn a_cart_does_not_try_one_payment_after_the_other() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    for number in 0..6 {
        let order = pop.order_by_card(&cart, &format!("key-{number}")).await.is(201).body;
        pop.cancel_payment(&order).await.is(200);
    }
    let before = pop.effects().await;
    pop.order_by_card(&cart, "more").await.is_problem(429, "too_many_payments");
    assert_eq!(pop.effects().await, before);
    // It can be paid otherwise, and after a while by card again.
    pop.host.clock.advance_ms(10 * 60_000);
    pop.order_by_card(&cart, "more").await.is(201);
}

#[tokio::test]
async fn a_bank_transfer_is_told_where_it_goes() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form_by(&cart, "bank_transfer").await;
    let order = pop.order(&cart, "key", &form).await.is(201).body;
    assert_eq!((&order["status"], &order["payment"]["state"]), (&json!("placed"), &json!("expected")));
    let transfer = &order["payment"]["transfer"];
    assert_eq!(
        (&transfer["iban"], &transfer["holder"]),
        (&json!("DE89370400440532013000"), &json!("Kiosk GmbH"))
    );
    assert_eq!(transfer["amount"], order["total"]);
    assert!(transfer["reference"].as_str().unwrap().starts_with("RF"));
    assert!(transfer["until_ms"].as_i64() > order["placed_ms"].as_i64());
    assert_eq!(pop.of_order(&order, Method::GET, "").await.is(200).body["payment"], order["payment"]);
    assert_eq!(pop.order(&cart, "key", &form).await.is(201).body, order);
    pop.tick_until_quiet().await;
    let record = &pop.core.orders()[0].payment;
    assert_eq!(
        (record.provider.as_deref(), record.reference.as_deref()),
        (None, transfer["reference"].as_str())
    );
}

#[tokio::test]
async fn a_cart_is_paid_as_all_its_vendors_take_it() {
    let pop = TestPop::paying().await;
    let methods = async |pop: &TestPop, cart: &Cart| {
        let shown = pop.show(cart).await;
        let options = shown["payment_methods"].as_array().unwrap().clone();
        options.iter().map(|option| option["method"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(methods(&pop, &cart).await, ["card", "paypal", "bank_transfer", "invoice"]);
    let dollars = pop.cart_with(&[(US_LAMP, 1)]).await;
    assert_eq!(methods(&pop, &dollars).await, ["card", "paypal", "invoice"], "an IBAN takes euros");
    pop.core.take_only(&["bank_transfer", "card"]);
    pop.host.clock.advance_ms(2_000);
    pop.tick_until_quiet().await;
    assert_eq!(methods(&pop, &cart).await, ["card", "bank_transfer"]);
    let before = pop.effects().await;
    let refused = pop.buy(&cart, "key").await;
    let refused = &refused.is_problem(422, "payment_method_unsupported").body;
    assert_eq!(
        (&refused["param"], &refused["supported"]),
        (&json!("payment.method"), &json!(["card", "bank_transfer"]))
    );
    assert_eq!(pop.effects().await, before);
    pop.order_by_card(&cart, "key").await.is(201);
}

#[tokio::test]
async fn what_is_not_set_up_is_not_offered() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.show(&cart).await["payment_methods"][0]["method"], "invoice");
    assert_eq!(pop.show(&cart).await["payment_methods"].as_array().unwrap().len(), 1);
    let refused = pop.order_by_card(&cart, "key").await;
    assert_eq!(refused.is_problem(422, "payment_method_unsupported").body["supported"], json!(["invoice"]));
    // Nobody is sent away who could not come back.
    let nowhere: Vec<_> = PAYS.into_iter().filter(|(name, _)| *name != "shop_url").collect();
    let pop = TestPop::with_variables(&nowhere);
    pop.core.sell_goods();
    pop.tick_until_quiet().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.show(&cart).await["payment_methods"][0]["method"], "bank_transfer");
}

#[tokio::test]
async fn an_account_sees_what_it_has_to_pay() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form_by(&cart, "card").await;
    let headers = [("idempotency-key", "key"), ("kiosk-session", ADA)];
    let order =
        pop.call(Method::POST, "/v1/orders", Some(&cart.token), &headers, Some(form)).await.is(201).body;
    let listed = async |pop: &TestPop| {
        let page = pop.call(Method::GET, "/v1/orders", None, &AS_ADA, None).await.is(200).body;
        page["items"][0].clone()
    };
    let entry = listed(&pop).await;
    assert_eq!((&entry["status"], &entry["parcels"]), (&json!("awaiting_payment"), &json!([])));
    let path = format!("/v1/orders/{}/cancel-payment", order["id"].as_str().unwrap());
    let given_up = pop.call(Method::POST, &path, None, &AS_ADA, None).await.is(200).body;
    assert_eq!((&given_up["status"], &given_up["parcels"]), (&json!("cancelled"), &json!([])));
    let entry = listed(&pop).await;
    assert_eq!((&entry["status"], &entry["parcels"]), (&json!("cancelled"), &json!([])));
}

#[tokio::test]
async fn an_account_that_has_another_cart_by_now_gets_the_lines_back_there() {
    let pop = TestPop::paying().await;
    let claimed = async |pop: &TestPop| {
        let body = pop.claim(ADA, None).await.is(200).body;
        Cart { id: body["id"].as_str().unwrap().into(), token: body["token"].as_str().unwrap().into() }
    };
    let first = claimed(&pop).await;
    pop.put(&first, MUG, json!(2)).await.is(200);
    let form = pop.form_by(&first, "card").await;
    let headers = [("idempotency-key", "key"), ("kiosk-session", ADA)];
    let order =
        pop.call(Method::POST, "/v1/orders", Some(&first.token), &headers, Some(form)).await.is(201).body;
    let other = claimed(&pop).await;
    assert_ne!(first.id, other.id);
    pop.cancel_payment(&order).await.is(200);
    let shown = pop.show(&other).await;
    assert_eq!(
        (&shown["lines"][0]["sku"], &shown["quantity"], &shown["currency"]),
        (&json!(MUG), &json!(2), &json!("EUR"))
    );
    assert_eq!(pop.show(&first).await["status"], "ordered");
    assert_eq!(pop.taken(MUG).await, 0);
    let form = pop.form_by(&other, "invoice").await;
    pop.order(&other, "key", &form).await.is(201);
}

/// A database that was set back takes another name, and its leases count anew from epoch 1.
#[tokio::test]
async fn a_database_that_was_set_back_gives_up_what_is_not_paid() {
    let pop = TestPop::paying().await;
    let (_, order) = awaiting(&pop).await;
    pop.stripe.pay(url(&order));
    let named = "SELECT value FROM meta WHERE key = 'incarnation'";
    let old: String = pop.host.edge.db.query(Statement::new(named)).await.unwrap()[0].get(0).unwrap();
    kiosk_pop_store::incarnation::renew(&*pop.host.edge.db, &old, "another").await.unwrap();
    let again = [
        "UPDATE lease SET epoch = 1, granted = 8",
        "INSERT INTO meta (key, value) VALUES ('leases_expire_ms', '9000000000000')",
    ];
    pop.host.edge.db.batch(again.map(Statement::new).into()).await.unwrap();
    let given_up = pop.settle(&order).await.is(200).body;
    assert_eq!(
        (&given_up["status"], &given_up["payment"]["reason"]),
        (&json!("cancelled"), &json!("stock_gone"))
    );
    assert_eq!(pop.taken(MUG).await, 0);
}
