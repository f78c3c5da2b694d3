//! What customers kept, the tier that it earns them, and who is watched.

use core_cloud::modules::bus::fact::{Fact, GoodsMoved, PaymentMoved, RefundDue, ReturnRejected, Told};
use core_cloud::modules::customers::service::Customer;
use core_cloud::modules::members::policy::Role;
use kiosk_ids::{OrderId, PaymentId, RefundId, ReturnId};
use kiosk_money::{Currency, Money};
use kiosk_wire::people::Loyalty;
use kiosk_wire::{Change, OrderRecord};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::customers::{hear, sold_in, told};
use crate::harness::*;

on_both_databases!(
    a_tier_is_earned_lost_and_told,
    facts_count_once_in_any_order,
    two_currencies_are_one_value,
    time_takes_a_tier_away,
    who_disputes_is_watched,
    an_order_of_nobody_counts_for_nobody,
    admins_keep_the_rules,
);

const DAY_MS: i64 = 86_400_000;

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn id(name: &str) -> OrderId {
    OrderId::named(name).unwrap()
}

fn bought(name: &str, total: Money, placed_ms: i64) -> OrderRecord {
    let mut order = order_of(name, "acc-a", &[("mug", "test")]);
    "cus-a".clone_into(&mut order.customer);
    (order.subtotal, order.delivery, order.total) = (total, Money::zero(total.currency), total);
    order.placed_ms = placed_ms;
    order
}

fn placed_fact(app: &TestApp, name: &str, total: Money) -> Told {
    told(app, &format!("{name}-placed"), sold_in("eu", bought(name, total, app.now_ms())))
}

fn returned(app: &TestApp, name: &str, fact: &str, amount: i64) -> Told {
    let due = RefundDue {
        refund: RefundId::named(fact).unwrap(),
        order: id(name),
        vendor: "ven_test".parse().unwrap(),
        lines: Vec::new(),
        delivery: eur(0),
        total: eur(amount),
        reason: "changed_mind".to_owned(),
    };
    told(app, &format!("{fact}-due"), Fact::RefundDue(Box::new(due)))
}

fn cancelled(app: &TestApp, name: &str, amount: i64) -> Told {
    let moved = GoodsMoved {
        order: id(name),
        vendor: "ven_test".parse().unwrap(),
        parcel: None,
        lines: Vec::new(),
        delivery: eur(0),
        total: eur(amount),
        last: true,
        reason: "customer".to_owned(),
    };
    told(app, &format!("{name}-cancelled-{amount}"), Fact::GoodsCancelled(Box::new(moved)))
}

fn moved(name: &str, amount: i64) -> PaymentMoved {
    PaymentMoved {
        payment: PaymentId::named(name).unwrap(),
        order: id(name),
        provider: "stripe".to_owned(),
        movement: "dp".to_owned(),
        reference: "dp".to_owned(),
        amount: eur(amount),
        fee: eur(0),
    }
}

async fn customer(app: &TestApp, pseudonym: &str) -> Customer {
    app.app.services.customers.get_customer(pseudonym).await.unwrap().0
}

async fn tiers(app: &TestApp) -> Vec<String> {
    let changes = app.app.services.customers.list_tier_changes("acc-a").await.unwrap();
    changes.into_iter().rev().map(|change| change.tier).collect()
}

async fn loyalty(app: &TestApp, pop: &str) -> Option<Loyalty> {
    let last = |found, change| match change {
        Change::Loyalty(loyalty) => Some(loyalty),
        _ => found,
    };
    app.told(pop).await.into_iter().fold(None, last)
}

async fn a_tier_is_earned_lost_and_told(app: TestApp) {
    hear(&app, &[placed_fact(&app, "one", eur(6_000))]).await;
    let told = loyalty(&app, "eu-1").await.unwrap();
    assert_eq!((told.account.as_str(), told.tier, told.orders), ("acc-a", None, 1));
    let next = told.next.unwrap();
    assert_eq!((next.name.as_str(), next.kept, next.orders), ("bronze", eur(10_000), 2));
    hear(&app, &[placed_fact(&app, "two", eur(6_000))]).await;
    let told = loyalty(&app, "eu-1").await.unwrap();
    assert_eq!((told.tier.as_deref(), told.kept), (Some("bronze"), eur(12_000)));
    assert_eq!(told.next.unwrap().name, "silver");
    assert_eq!(loyalty(&app, "us-1").await, None, "another region is told nothing");
    // What comes back after the tier rose takes it away.
    hear(&app, &[returned(&app, "two", "late", 3_000)]).await;
    assert_eq!(loyalty(&app, "eu-1").await.unwrap().tier, None);
    assert_eq!(tiers(&app).await, ["bronze", ""]);
    let customer = customer(&app, "cus-a").await;
    let spent = (customer.sums[0].bought, customer.sums[0].kept);
    assert_eq!((customer.value, spent), (eur(9_000), (eur(12_000), eur(9_000))));
    let support = app.staff(Role::Support).await;
    let page = app.page("/admin/customers/acc-a", &support).await.text();
    assert!(page.contains("bronze") && page.contains("€90.00"), "{page}");
}

/// Every order of facts, some of them twice, comes to the same.
async fn facts_count_once_in_any_order(app: TestApp) {
    let story = |account: &str| {
        let rename = |mut told: Told| {
            told.id = format!("{}-{account}", told.id);
            if let Fact::OrderPlaced(placed) = &mut told.fact {
                placed.order.account = Some(account.to_owned());
                placed.order.customer = format!("cus-{account}");
                placed.order.id = id(&format!("{}{account}", &placed.order.id.as_str()[4..]));
            }
            told
        };
        let of = |name: &str| format!("{name}{account}");
        vec![
            rename(placed_fact(&app, "one", eur(20_000))),
            rename(placed_fact(&app, "two", eur(30_000))),
            rename(returned(&app, &of("one"), "r1", 5_000)),
            rename(cancelled(&app, &of("two"), 10_000)),
            rename(told(&app, "open", Fact::ChargebackOpened(moved(&of("one"), 15_000)))),
            rename(told(&app, "won", Fact::ChargebackWon(moved(&of("one"), 15_000)))),
        ]
    };
    let mut runner = TestRunner::deterministic();
    for case in 0..12 {
        let account = format!("acc{case}");
        let facts = story(&account);
        let twice: Vec<Told> = [facts.clone(), facts].concat();
        let shuffled = Just(twice).prop_shuffle().new_tree(&mut runner).unwrap().current();
        for part in shuffled.chunks(3) {
            hear(&app, part).await;
        }
        let customer = customer(&app, &account).await;
        assert_eq!(
            (customer.orders, customer.value, &*customer.tier),
            (2, eur(35_000), "bronze"),
            "{shuffled:?}"
        );
        assert_eq!(customer.standing(), "good", "the dispute was won");
    }
}

async fn two_currencies_are_one_value(app: TestApp) {
    let dollars = Money::new(11_000, Currency::USD);
    hear(&app, &[placed_fact(&app, "one", eur(6_000)), placed_fact(&app, "two", dollars)]).await;
    let before = customer(&app, "acc-a").await;
    assert_eq!((before.value, before.recent_orders), (eur(6_000), 2), "there is no rate yet");
    let finance = app.staff(Role::Finance).await;
    let rates = [("rates", "Date,USD\n2026-11-18,1.1\n2026-11-20,2.2\n")];
    assert_eq!(app.post("/admin/rates", &finance, &rates).await.status, 303);
    assert_eq!(app.app.services.customers.recount_due().await.unwrap(), 0, "it is looked for later");
    app.advance_ms(DAY_MS);
    assert!(app.app.services.customers.recount_due().await.unwrap() > 0);
    let after = customer(&app, "acc-a").await;
    assert_eq!((after.value, &*after.tier), (eur(16_000), "bronze"), "by the rate of the day it was bought");
    let kept: Vec<String> = after.sums.iter().map(|spent| spent.kept.to_string()).collect();
    assert_eq!(kept, ["€60.00", "$110.00"]);
    hear(
        &app,
        &[told(
            &app,
            "half",
            Fact::ChargebackOpened(PaymentMoved {
                amount: Money::new(5_500, Currency::USD),
                ..moved("two", 0)
            }),
        )],
    )
    .await;
    assert_eq!(customer(&app, "acc-a").await.value, eur(11_000));
}

async fn time_takes_a_tier_away(app: TestApp) {
    hear(&app, &[placed_fact(&app, "one", eur(9_000))]).await;
    app.advance_ms(100 * DAY_MS);
    hear(&app, &[placed_fact(&app, "two", eur(9_000))]).await;
    assert_eq!(customer(&app, "acc-a").await.tier, "bronze");
    assert_eq!(app.app.services.customers.recount_due().await.unwrap(), 0);
    app.advance_ms(265 * DAY_MS);
    assert_eq!(app.app.services.customers.recount_due().await.unwrap(), 2, "address and account");
    let customer = customer(&app, "acc-a").await;
    assert_eq!((customer.value, customer.recent_value, &*customer.tier), (eur(18_000), eur(9_000), ""));
    assert_eq!(tiers(&app).await, ["bronze", ""]);
    assert_eq!(loyalty(&app, "eu-1").await.unwrap().kept, eur(9_000));
    assert_eq!(app.app.services.customers.recount_due().await.unwrap(), 0);
}

async fn who_disputes_is_watched(app: TestApp) {
    hear(&app, &[placed_fact(&app, "one", eur(6_000)), placed_fact(&app, "two", eur(6_000))]).await;
    let refused = |name: &str| {
        let vendor = "ven_test".parse().unwrap();
        let refused =
            ReturnRejected { id: ReturnId::named(name).unwrap(), order: id("one"), vendor, pieces: 1 };
        told(&app, name, Fact::ReturnRejected(refused))
    };
    hear(&app, &[refused("a")]).await;
    assert_eq!(customer(&app, "acc-a").await.standing(), "good", "once is nothing");
    hear(&app, &[refused("b"), told(&app, "d", Fact::ChargebackOpened(moved("two", 6_000)))]).await;
    let watched = customer(&app, "acc-a").await;
    assert_eq!(
        (watched.standing(), watched.watched),
        ("watched", vec!["chargeback".to_owned(), "returns_refused".to_owned()])
    );
    let support = app.staff(Role::Support).await;
    let list = app.page("/admin/customers?state=watched", &support).await.text();
    assert!(list.contains("acc-a"), "{list}");
    let page = app.page("/admin/customers/acc-a", &support).await.text();
    assert!(page.contains("was disputed") && page.contains("were refused"), "{page}");
    app.post("/admin/customers/acc-a/block", &support, &[("reason", "disputes")]).await;
    assert_eq!(customer(&app, "acc-a").await.standing(), "blocked", "a person's decision goes first");
    hear(&app, &[placed_fact(&app, "three", eur(100))]).await;
    assert_eq!(customer(&app, "acc-a").await.standing(), "blocked", "counting leaves it alone");
}

/// Whose key was erased in the region has no pseudonym that fits, or one that nobody has any more.
async fn an_order_of_nobody_counts_for_nobody(app: TestApp) {
    let mut erased = bought("one", eur(6_000), app.now_ms());
    (erased.customer, erased.account) = (String::new(), None);
    hear(&app, &[told(&app, "p", sold_in("eu", erased)), returned(&app, "one", "r", 100)]).await;
    assert_eq!(app.column("SELECT pseudonym FROM customers_customers").await, Vec::<String>::new());
    // What comes back of an order from before goes on counting, by a pseudonym that leads to nobody.
    hear(&app, &[placed_fact(&app, "two", eur(6_000))]).await;
    hear(&app, &[returned(&app, "two", "r2", 6_000)]).await;
    let customer = customer(&app, "acc-a").await;
    assert_eq!((customer.orders, customer.recent_orders, customer.value), (1, 0, eur(0)));
}

async fn admins_keep_the_rules(app: TestApp) {
    hear(&app, &[placed_fact(&app, "one", eur(6_000))]).await;
    let support = app.staff(Role::Support).await;
    let set = async |name: &str, value: &str, orders: &str| {
        app.post("/admin/tiers", &support, &[("name", name), ("value", value), ("orders", orders)]).await
    };
    assert!(app.page("/admin/tiers", &support).await.text().contains("€1500.00"));
    for (name, value, orders) in [
        ("Gold!", "1", "1"),
        ("", "1", "1"),
        ("tin", "1,5", "1"),
        ("tin", "-1", "1"),
        ("tin", "1", "x"),
        ("tin", "20.00", "9"),
        ("tin", "100.00", "2"),
    ] {
        assert_eq!(set(name, value, orders).await.status, 422, "{name} {value} {orders}");
    }
    assert_eq!(set("tin", "50.00", "1").await.headers["location"], "/admin/tiers?done=set");
    while app.app.services.customers.recount_due().await.unwrap() > 0 {}
    assert_eq!(customer(&app, "acc-a").await.tier, "tin");
    let remove = [("act", "remove"), ("name", "tin")];
    assert_eq!(app.post("/admin/tiers", &support, &remove).await.status, 303);
    assert_eq!(app.post("/admin/tiers", &support, &remove).await.status, 422, "it is gone");
    while app.app.services.customers.recount_due().await.unwrap() > 0 {}
    assert_eq!(loyalty(&app, "eu-1").await.unwrap().tier, None);
    let log = app.page("/admin/audit?q=tier.", &app.staff(Role::Owner).await).await.text();
    assert!(log.contains("tier.set") && log.contains("tier.remove") && log.contains("€50.00"), "{log}");
}
