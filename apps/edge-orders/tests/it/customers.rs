//! Customers who are logged in: their orders, and those who may not buy.

use http::Method;
use kiosk_ids::{OrderId, ProductId, PromotionId, ReviewId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_privacy::{Kind, PseudonymKey};
use kiosk_risk::Outcome;
use kiosk_wire::people::{
    AppealState, Loyalty, LoyaltyTier, OrderState, OrderedLine, Parcel, ParcelStatus, Promotion, Rating,
    Review, Standing,
};
use kiosk_wire::{Attribute, Change, FeedPage};
use serde_json::{Value, json};

use crate::support::{ADA, AS_ADA, AS_BOB, BOB, MUG, PSEUDONYM_KEY, SOFA, TestPop, decision, product, who};

impl TestPop {
    async fn block(&self, customer: &str, blocked: bool) {
        self.core.tell(Change::Standing(Standing { customer: customer.into(), blocked, appeal: None }));
        self.follow().await;
    }

    async fn orders_of(&self, session: &[(&str, &str)], query: &str) -> Value {
        let path = format!("/v1/orders{query}");
        self.call(Method::GET, &path, None, session, None).await.is(200).body
    }
}

fn customer(email: &str) -> String {
    PseudonymKey::new(PSEUDONYM_KEY.as_bytes()).unwrap().pseudonym(Kind::Customer, email)
}

/// An order as the core tells it.
fn state(id: &str, session: &str, placed_ms: i64, status: ParcelStatus) -> OrderState {
    let vendor = VendorId::named("clay").unwrap();
    OrderState {
        id: OrderId::parse(id).unwrap(),
        account: who(session).account,
        placed_ms,
        total: Money::new(4_488, Currency::EUR),
        lines: vec![OrderedLine {
            sku: Sku::parse(MUG).unwrap(),
            product: ProductId::named("mug").unwrap(),
            title: "The mug".into(),
            vendor: vendor.clone(),
            quantity: 2,
            unit_price: Money::new(1_999, Currency::EUR),
            returnable: 0,
        }],
        parcels: vec![Parcel::new(vendor, status)],
        returns: Vec::new(),
    }
}

#[tokio::test]
async fn an_order_is_its_accounts_and_a_guests_is_nobodys() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.buy_as(ADA, &cart, "key").await.is(201);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let asked = pop.accounts.asked();
    pop.buy(&cart, "key").await.is(201);
    assert_eq!(pop.accounts.asked(), asked, "a guest's checkout asks nobody");
    pop.tick_until_quiet().await;
    let records = pop.core.orders();
    assert_eq!((records[0].account.clone(), records[1].account.clone()), (Some(who(ADA).account), None));
    let facts: Vec<_> = pop.fraud.asked().iter().map(|asked| asked.order.account_age_days).collect();
    let days = u32::try_from(pop.host.edge.clock.now_ms() / 86_400_000).unwrap();
    assert_eq!(facts, [Some(days), None]);
    assert_eq!(pop.orders_of(&AS_ADA, "").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_ended_session_does_not_lose_the_order_to_the_account() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let before = pop.effects().await;
    pop.buy_as("ended", &cart, "key").await.is_problem(401, "session_ended");
    pop.host.http.down("edge-accounts.spin.internal");
    pop.buy_as(ADA, &cart, "key").await.is_problem(503, "accounts_unavailable");
    assert_eq!(pop.effects().await, before);
    pop.buy(&cart, "key").await.is(201);
}

#[tokio::test]
async fn an_account_sees_its_own_tier() {
    let pop = TestPop::stocked().await;
    let tier = async |session: &[(&str, &str)]| {
        pop.call(Method::GET, "/v1/loyalty", None, session, None).await.is(200).body
    };
    assert_eq!(tier(&AS_ADA).await["tier"], Value::Null, "nothing is known of who never bought");
    let eur = |amount| Money::new(amount, Currency::EUR);
    let next = LoyaltyTier { name: "silver".into(), kept: eur(50_000), orders: 5 };
    let earned = |tier: &str| Loyalty {
        account: who(ADA).account,
        tier: Some(tier.to_owned()),
        kept: eur(12_000),
        orders: 3,
        next: Some(next.clone()),
    };
    pop.core.tell(Change::Loyalty(earned("none")));
    pop.core.tell(Change::Loyalty(earned("bronze")));
    pop.follow().await;
    let told = tier(&AS_ADA).await;
    assert_eq!((&told["tier"], &told["orders"]), (&json!("bronze"), &json!(3)));
    assert_eq!(
        told["next"],
        json!({ "name": "silver", "kept": { "amount": 50_000, "currency": "EUR" }, "orders": 5 })
    );
    assert!(told.get("account").is_none(), "a pseudonym is nobody's business");
    assert_eq!(tier(&AS_BOB).await["tier"], Value::Null);
    pop.host.http.down("edge-accounts.spin.internal");
    let away = pop.call(Method::GET, "/v1/loyalty", None, &AS_ADA, None).await;
    away.is_problem(503, "accounts_unavailable");
}

#[tokio::test]
async fn a_blocked_customer_buys_nothing_however_they_come() {
    let pop = TestPop::stocked().await;
    let guest = pop.cart_with(&[(MUG, 1)]).await;
    // By the address in the form, by the account, by the account's address.
    for (pseudonym, session) in
        [(customer("ada@example.org"), None), (who(BOB).account, Some(BOB)), (who(BOB).customer, Some(BOB))]
    {
        pop.block(&pseudonym, true).await;
        let before = pop.effects().await;
        let reply = match session {
            Some(session) => pop.buy_as(session, &guest, "key").await,
            None => pop.buy(&guest, "key").await,
        };
        reply.is_problem(403, "customer_blocked");
        assert!(reply.body["detail"].as_str().unwrap().contains("support"), "{}", reply.body);
        assert_eq!(pop.effects().await, before);
        assert!(pop.fraud.asked().is_empty());
        pop.block(&pseudonym, false).await;
    }
    pop.buy_as(BOB, &guest, "key").await.is(201);
}

/// The score is asked for after the cart was read and before the commit.
#[tokio::test]
async fn a_block_that_comes_during_the_checkout_undoes_it() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let before = pop.effects().await;
    let (db, standing) = (pop.host.edge.db.clone(), customer("ada@example.org"));
    let score = axum::routing::post(move || async move {
        let change = Change::Standing(Standing { customer: standing, blocked: true, appeal: None });
        let page = FeedPage { changes: vec![change], next: 99, more: false };
        kiosk_pop_store::catalog::apply::apply(&*db, &page).await.unwrap();
        axum::Json(decision(Outcome::Allow))
    });
    pop.host.http.up("edge-fraud.spin.internal", axum::Router::new().route("/score", score));
    pop.order(&cart, "key", &form).await.is_problem(403, "customer_blocked");
    assert_eq!(pop.effects().await, before);
    assert_eq!(pop.show(&cart).await["status"], "open");
}

#[tokio::test]
async fn an_accounts_orders_come_from_all_of_the_region() {
    let pop = TestPop::stocked().await;
    pop.core.tell(Change::Order(Box::new(state("ord_there", ADA, 5, ParcelStatus::Delivered))));
    pop.core.tell(Change::Order(Box::new(state("ord_bobs", BOB, 6, ParcelStatus::Placed))));
    pop.follow().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let here = pop.buy_as(ADA, &cart, "key").await.is(201).body;
    let id = here["id"].as_str().unwrap();
    let first = pop.orders_of(&AS_ADA, "?limit=1").await;
    assert_eq!((&first["items"][0]["id"], &first["items"][0]["total"]), (&json!(id), &here["total"]));
    assert_eq!(
        first["items"][0]["parcels"][0],
        json!({"vendor": {"id": "ven_clay", "name": "Clay & Co"}, "status": "placed", "shipments": []})
    );
    let cursor = first["next"].as_str().unwrap();
    let second = pop.orders_of(&AS_ADA, &format!("?limit=1&cursor={cursor}")).await;
    let there = &second["items"][0];
    assert_eq!(
        (&there["id"], &there["status"], &second["next"]),
        (&json!("ord_there"), &json!("delivered"), &json!(null))
    );
    assert_eq!(
        (&there["lines"][0]["handle"], &there["lines"][0]["vendor"]["name"]),
        (&json!("mug"), &json!("Clay & Co"))
    );
    // The core tells the order that was placed here: it stands once, with how far it is.
    let placed_ms = here["placed_ms"].as_i64().unwrap();
    pop.core.tell(Change::Order(Box::new(state(id, ADA, placed_ms, ParcelStatus::Shipped))));
    pop.follow().await;
    let all = pop.orders_of(&AS_ADA, "").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    assert_eq!((&all["items"][0]["id"], &all["items"][0]["status"]), (&json!(id), &json!("shipped")));
    for (query, param) in [("limit=0", "limit"), ("limit=51", "limit"), ("cursor=x", "cursor"), ("x=1", "x")]
    {
        let reply = pop.call(Method::GET, &format!("/v1/orders?{query}"), None, &AS_ADA, None).await;
        assert_eq!(reply.is_problem(422, "invalid_value").body["param"], param);
    }
}

#[tokio::test]
async fn an_order_of_another_pop_opens_for_its_account_without_the_person() {
    let pop = TestPop::stocked().await;
    pop.core.tell(Change::Order(Box::new(state("ord_there", ADA, 5, ParcelStatus::Shipped))));
    pop.follow().await;
    let order = pop.call(Method::GET, "/v1/orders/ord_there", None, &AS_ADA, None).await.is(200).body;
    assert_eq!((&order["subtotal"]["amount"], &order["delivery"]["amount"]), (&json!(3_998), &json!(490)));
    assert_eq!(
        (&order["status"], &order["contact"], &order["address"]),
        (&json!("shipped"), &json!(null), &json!(null))
    );
    pop.call(Method::GET, "/v1/orders/ord_there", None, &AS_BOB, None)
        .await
        .is_problem(404, "order_not_found");
    pop.get("/v1/orders/ord_there", None).await.is_problem(401, "token_required");
    pop.get("/v1/orders/ord_there", Some("x")).await.is_problem(404, "order_not_found");
    // One that was placed here has the person, for its account as for its token.
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let placed = pop.buy_as(ADA, &cart, "key").await.is(201).body;
    let path = format!("/v1/orders/{}", placed["id"].as_str().unwrap());
    let own = pop.call(Method::GET, &path, None, &AS_ADA, None).await.is(200).body;
    assert_eq!(own["contact"]["name"], "Ada Lovelace");
    assert_eq!(pop.get(&path, placed["token"].as_str()).await.is(200).body, own);
}

#[tokio::test]
async fn products_tell_promotion_stars_attributes_and_reviews() {
    let pop = TestPop::stocked().await;
    let now_ms = pop.host.edge.clock.now_ms();
    let mut sofa = product("sofa", true, Currency::EUR, &[(SOFA, 89_900, SOFA, 1)]);
    sofa.attributes = vec![Attribute { name: "Material".into(), value: "Oak".into() }];
    let id = sofa.id.clone();
    pop.core.tell(Change::Product(Box::new(sofa)));
    let (from_ms, until_ms) = (now_ms, now_ms + 60_000);
    let promotion = PromotionId::named("a").unwrap();
    pop.core.tell(Change::Promotion(Promotion { id: promotion, product: id.clone(), from_ms, until_ms }));
    pop.core.tell(Change::Rating(Rating { product: id.clone(), counts: [0, 0, 0, 1, 2] }));
    for number in 0..3_i64 {
        pop.core.tell(Change::Review(Box::new(Review {
            id: ReviewId::named(&number.to_string()).unwrap(),
            product: id.clone(),
            stars: 5,
            title: "<script>".into(),
            body: "Soft.".into(),
            pictures: vec![],
            written_ms: number,
            answer: None,
        })));
    }
    pop.follow().await;
    let sofa = async || pop.get("/v1/products/prd_sofa", None).await.is(200).body;
    let told = sofa().await;
    assert_eq!(told["rating"], json!({"average": 4.7, "count": 3, "counts": [0, 0, 0, 1, 2]}));
    assert_eq!(
        (&told["promoted"], &told["attributes"]),
        (&json!(true), &json!([{"name": "Material", "value": "Oak"}]))
    );
    let list = pop.get("/v1/products?q=sofa", None).await.is(200).body;
    assert_eq!(
        (&list["items"][0]["promoted"], &list["items"][0]["rating"]["count"]),
        (&json!(true), &json!(3))
    );
    let mug = pop.get("/v1/products/prd_mug", None).await.is(200).body;
    assert_eq!((&mug["promoted"], &mug["rating"]["average"]), (&json!(false), &json!(null)));
    // It ends by itself while the core is away.
    pop.core.with(|state| state.down = Some(http::StatusCode::BAD_GATEWAY));
    pop.host.clock.advance_ms(60_000);
    assert_eq!(sofa().await["promoted"], false);

    let page = pop.get("/v1/products/prd_sofa/reviews?limit=2", None).await.is(200).body;
    assert_eq!((&page["items"][0]["id"], &page["items"][0]["title"]), (&json!("rev_2"), &json!("<script>")));
    let cursor = page["next"].as_str().unwrap();
    let rest =
        pop.get(&format!("/v1/products/prd_sofa/reviews?limit=2&cursor={cursor}"), None).await.is(200).body;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &json!(null)));
    assert_eq!(
        pop.get("/v1/products/prd_mug/reviews", None).await.is(200).body,
        json!({"items": [], "next": null})
    );
    pop.get("/v1/products/prd_none/reviews", None).await.is_problem(404, "product_not_found");
    pop.get("/v1/products/x/reviews", None).await.is_problem(404, "product_not_found");
    for query in ["limit=0", "limit=51", "cursor=x", "q=x"] {
        let path = format!("/v1/products/prd_sofa/reviews?{query}");
        pop.get(&path, None).await.is_problem(422, "invalid_value");
    }
}

#[tokio::test]
async fn a_blocked_account_appeals_and_hears_what_becomes_of_it() {
    let pop = TestPop::stocked().await;
    let account = who(ADA).account;
    let standing = async || pop.call(Method::GET, "/v1/standing", None, &AS_ADA, None).await.is(200).body;
    let appeal = async |text: &str| {
        pop.call(Method::POST, "/v1/appeals", None, &AS_ADA, Some(json!({ "text": text }))).await
    };
    assert_eq!(standing().await, json!({"blocked": false, "appeal": null}));
    appeal("Nothing is wrong").await.is_problem(409, "appeal_not_possible");
    pop.block(&account, true).await;
    assert_eq!(standing().await, json!({"blocked": true, "appeal": "possible"}));
    for bad in ["", "  ", &"a".repeat(1_001)] {
        appeal(bad).await.is_problem(422, "invalid_value");
    }
    let text = "It was my own card, write to ada@example.com or call +44 20 7946 0958.";
    assert_eq!(appeal(text).await.is(202).body, json!({"blocked": true, "appeal": "open"}));
    appeal("once more").await.is_problem(409, "appeal_not_possible");
    pop.tick_until_quiet().await;
    let told = pop.core.with(|state| {
        let appeals = state.events.iter().filter_map(|event| match &event.body {
            kiosk_wire::EventBody::AppealMade(record) => Some((**record).clone()),
            _ => None,
        });
        appeals.collect::<Vec<_>>()
    });
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].account, account);
    assert!(told[0].text.starts_with("It was my own card"), "{}", told[0].text);
    assert!(!told[0].text.contains("ada@") && !told[0].text.contains("7946"), "{}", told[0].text);
    let refused = Standing { customer: account.clone(), blocked: true, appeal: Some(AppealState::Refused) };
    pop.core.tell(Change::Standing(refused));
    pop.follow().await;
    assert_eq!(standing().await, json!({"blocked": true, "appeal": "refused"}));
    // Blocked anew, it may say something again.
    pop.block(&account, false).await;
    pop.block(&account, true).await;
    assert_eq!(standing().await["appeal"], "possible");
}
