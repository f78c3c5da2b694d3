//! A guest's cart becomes an account's, or goes into the one it has.

use futures::future::join_all;
use http::Method;
use serde_json::json;

use crate::support::{ADA, AS_ADA, BOB, Cart, MUG, Reply, SET_OF_4, SOFA, TestPop, US_LAMP};

fn cart_of(reply: &Reply) -> Cart {
    let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
    Cart { id: text("id"), token: text("token") }
}

#[tokio::test]
async fn a_guests_cart_becomes_the_accounts() {
    let pop = TestPop::stocked().await;
    let guest = pop.cart_with(&[(MUG, 2)]).await;
    let reply = pop.claim(ADA, Some(&guest)).await.is(200);
    assert_eq!((&reply.body["quantity"], &reply.body["left_out"]), (&json!(2), &json!([])));
    let own = cart_of(&reply);
    assert_eq!(own.id, guest.id);
    // Whoever else had the guest's token has it no more.
    pop.get(&format!("/v1/carts/{}", guest.id), Some(&guest.token)).await.is_problem(404, "cart_not_found");
    // The answer was lost and the same is asked again; and another device logs in.
    for again in [pop.claim(ADA, Some(&guest)).await, pop.claim(ADA, None).await] {
        let again = again.is(200);
        assert_eq!((cart_of(&again).id, cart_of(&again).token), (own.id.clone(), own.token.clone()));
    }
    pop.put(&own, MUG, json!(3)).await.is(200);
    assert_eq!(pop.buy_as(ADA, &own, "key").await.is(201).body["status"], "placed");
    // That cart is an order now; the next one is fresh.
    let fresh = pop.claim(ADA, None).await.is(200);
    assert_ne!(cart_of(&fresh).id, own.id);
    assert_eq!(fresh.body["quantity"], 0);
}

#[tokio::test]
async fn a_guests_cart_goes_into_the_one_that_is_there() {
    let pop = TestPop::stocked().await;
    let own = cart_of(&pop.claim(ADA, None).await.is(200));
    pop.put(&own, MUG, json!(98)).await.is(200);
    let guest = pop.cart_with(&[(MUG, 3), (SOFA, 1)]).await;
    let reply = pop.claim(ADA, Some(&guest)).await.is(200);
    assert_eq!(cart_of(&reply).id, own.id);
    assert_eq!(reply.body["quantity"], 100);
    assert_eq!(
        reply.body["left_out"],
        json!([{"sku": MUG, "title": "The mug", "quantity": 2, "reason": "line_full"}])
    );
    let closed = pop.get(&format!("/v1/carts/{}", guest.id), Some(&guest.token)).await.is(200).body;
    assert_eq!((&closed["status"], &closed["quantity"]), (&json!("merged"), &json!(0)));
    pop.put(&guest, MUG, json!(1)).await.is_problem(409, "cart_closed");
    // Claimed again: nothing is added a second time.
    let again = pop.claim(ADA, Some(&guest)).await.is(200).body;
    assert_eq!((&again["quantity"], &again["left_out"]), (&json!(100), &json!([])));
    let american = pop.cart_with(&[(US_LAMP, 1)]).await;
    let reply = pop.claim(ADA, Some(&american)).await.is(200).body;
    assert_eq!(
        (&reply["quantity"], &reply["left_out"][0]["reason"]),
        (&json!(100), &json!("currency_mismatch"))
    );
}

#[tokio::test]
async fn a_cart_that_is_closed_or_anothers_is_not_claimed() {
    let pop = TestPop::stocked().await;
    let ordered = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.buy(&ordered, "key").await.is(201).body;
    let reply = pop.claim(ADA, Some(&ordered)).await;
    assert_eq!(reply.is_problem(409, "cart_closed").body["order_id"], order["id"]);
    let adas = pop.cart_with(&[(MUG, 1)]).await;
    pop.claim(ADA, Some(&adas)).await.is(200);
    pop.claim(BOB, Some(&adas)).await.is_problem(404, "cart_not_found");
    let merged = pop.cart_with(&[(SOFA, 1)]).await;
    pop.claim(ADA, Some(&merged)).await.is(200);
    pop.claim(BOB, Some(&merged)).await.is_problem(404, "cart_not_found");
    assert_eq!(pop.number("SELECT COUNT(*) FROM cart WHERE account IS NOT NULL").await, 2);
}

#[tokio::test]
async fn a_claim_that_makes_no_sense_is_refused() {
    let pop = TestPop::stocked().await;
    let claim = async |body| pop.call(Method::POST, "/v1/carts/claim", None, &AS_ADA, Some(body)).await;
    claim(json!({"cart": "crt_none"})).await.is_problem(401, "token_required");
    claim(json!({"cart": "../x"})).await.is_problem(404, "cart_not_found");
    claim(json!({"cart": 7})).await.is_problem(422, "invalid_value");
    claim(json!({"token": "x"})).await.is_problem(422, "invalid_value");
    claim(json!("crt_none")).await.is_problem(422, "invalid_value");
    pop.call(Method::POST, "/v1/carts/claim", None, &AS_ADA, None).await.is_problem(415, "json_expected");
    assert_eq!(pop.number("SELECT COUNT(*) FROM cart").await, 0);
}

#[tokio::test]
async fn many_logins_at_once_end_in_one_cart_with_everything() {
    let pop = TestPop::stocked().await;
    let mut guests = Vec::new();
    for _ in 0..4 {
        guests.push(pop.cart_with(&[(MUG, 1), (SET_OF_4, 2)]).await);
    }
    let replies = join_all(guests.iter().map(|guest| pop.claim(ADA, Some(guest)))).await;
    let carts: Vec<Cart> = replies.into_iter().map(|reply| cart_of(&reply.is(200))).collect();
    assert!(carts.iter().all(|cart| cart.id == carts[0].id && cart.token == carts[0].token));
    assert_eq!(pop.show(&carts[0]).await["quantity"], 12);
    assert_eq!(
        pop.number("SELECT COUNT(*) FROM cart WHERE order_id IS NULL AND merged_into IS NULL").await,
        1
    );
    assert_eq!(pop.number("SELECT COUNT(*) FROM guard").await, 0);
}

#[tokio::test]
async fn a_cart_is_ordered_or_merged_and_never_both() {
    let pop = TestPop::stocked().await;
    pop.claim(ADA, None).await.is(200);
    let guest = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&guest).await;
    let (order, claim) = futures::join!(pop.order(&guest, "key", &form), pop.claim(ADA, Some(&guest)));
    if order.status.as_u16() == 201 {
        claim.is_problem(409, "cart_closed");
        assert_eq!(pop.taken(MUG).await, 1);
    } else {
        order.is_problem(409, "cart_closed");
        assert_eq!((&claim.is(200).body["quantity"], pop.taken(MUG).await), (&json!(1), 0));
    }
}
