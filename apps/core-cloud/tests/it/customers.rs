//! Customers by pseudonym: what their orders sum up to, and who may not buy.

use std::collections::BTreeMap;

use core_cloud::clock::Clock;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, OrderPlaced, Told};
use core_cloud::modules::customers::Customers;
use core_cloud::modules::members::policy::Role;
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, OrderRecord};

use crate::harness::*;

on_both_databases!(
    orders_are_counted_once_as_they_come,
    a_block_reaches_the_region_and_what_orders_link,
    a_blocked_account_blocks_the_addresses_it_buys_with_later,
    a_reason_is_required,
);

fn bought(name: &str, customer: &str, account: Option<&str>) -> OrderRecord {
    let mut order = order_of(name, account.unwrap_or("nobody"), &[("mug", "test")]);
    order.account = account.map(str::to_owned);
    customer.clone_into(&mut order.customer);
    order
}

/// Customers hear of what is delivered, as the bus tells it.
async fn delivered(app: &TestApp, events: Vec<kiosk_wire::Event>) {
    app.delivered(events).await;
    let facts = app.untold().await;
    let told: Vec<Told> =
        facts.into_iter().map(|fact| told(app, &format!("placed-{}", fact.key()), fact)).collect();
    hear(app, &told).await;
}

pub fn told(app: &TestApp, id: &str, fact: Fact) -> Told {
    Told { id: format!("evt_{id}"), written_ms: app.now_ms(), fact }
}

pub async fn hear(app: &TestApp, told: &[Told]) {
    let consumer = Customers::new(Clock::Manual(std::sync::Arc::clone(&app.clock)));
    let mut tx = app.db.begin().await.unwrap();
    consumer.apply(&mut tx, told).await.unwrap();
    tx.commit().await.unwrap();
}

pub fn sold_in(region: &str, order: OrderRecord) -> Fact {
    Fact::OrderPlaced(Box::new(OrderPlaced { pop: format!("{region}-1"), region: region.to_owned(), order }))
}

/// The standings that a POP is told.
async fn standings(app: &TestApp, pop: &str) -> BTreeMap<String, bool> {
    let changes = app.told(pop).await.into_iter().filter_map(|change| match change {
        Change::Standing(standing) => Some((standing.customer, standing.blocked)),
        _ => None,
    });
    changes.collect()
}

async fn orders_are_counted_once_as_they_come(app: TestApp) {
    let mut dollars = bought("three", "cus-a", None);
    dollars.total = Money::new(500, Currency::from_code("USD").unwrap());
    dollars.placed_ms -= 1_000;
    let mut huge = bought("four", "cus-b", None);
    huge.total.amount = i64::MAX;
    let events = vec![
        placed(1, bought("one", "cus-a", Some("acc-a"))),
        placed(2, bought("two", "cus-a", Some("acc-a"))),
        placed(3, dollars),
        placed(4, huge.clone()),
        placed(5, OrderRecord { id: "ord_five".parse().unwrap(), ..huge }),
    ];
    delivered(&app, events.clone()).await;
    delivered(&app, events).await;
    let read = async |pseudonym: &str| app.app.services.customers.get_customer(pseudonym).await.unwrap();
    let (customer, linked) = read("cus-a").await;
    assert_eq!((customer.orders, customer.is_account, linked), (3, false, vec!["acc-a".to_owned()]));
    let sums: Vec<String> = customer.sums.iter().map(|spent| spent.bought.to_string()).collect();
    assert_eq!(sums, ["€29.80", "$5.00"]);
    assert_eq!((customer.first_ms, customer.last_ms), (START_MS - 1_000, START_MS));
    assert_eq!(customer.last_order, "ord_two");
    let (account, linked) = read("acc-a").await;
    assert_eq!((account.orders, account.is_account, linked), (2, true, vec!["cus-a".to_owned()]));
    let moderator = app.staff(Role::Moderator).await;
    let list = async |query: &str| app.page(&format!("/admin/customers?{query}"), &moderator).await.text();
    assert!(list("").await.contains("cus-a") && list("q=CUS-b").await.contains("cus-b"));
    assert!(!list("q=cus-b").await.contains("cus-a") && !list("state=account").await.contains("cus-a"));
    assert!(list("state=blocked").await.contains("No such customer"));
    assert!(app.page("/admin/customers/acc-a", &moderator).await.text().contains("ord_one"));
    assert_eq!(app.page("/admin/customers/nobody", &moderator).await.status, 404);
}

async fn a_block_reaches_the_region_and_what_orders_link(app: TestApp) {
    delivered(
        &app,
        vec![
            placed(1, bought("one", "cus-a", Some("acc-a"))),
            placed(2, bought("two", "cus-b", Some("acc-a"))),
            placed(3, bought("three", "cus-c", None)),
        ],
    )
    .await;
    let support = app.staff(Role::Support).await;
    let act = async |path: &str| app.post(path, &support, &[("reason", "chargebacks <b>")]).await;
    let answer = act("/admin/customers/acc-a/block").await;
    assert_eq!(answer.headers["location"], "/admin/customers/acc-a?done=blocked");
    let blocked = ["acc-a", "cus-a", "cus-b"].map(|pseudonym| (pseudonym.to_owned(), true));
    assert_eq!(standings(&app, "eu-1").await, BTreeMap::from(blocked));
    assert!(standings(&app, "us-1").await.is_empty(), "another region is told nothing");
    assert_eq!(act("/admin/customers/acc-a/block").await.status, 422, "blocked already");
    let page = app.page("/admin/customers/cus-b", &support).await.text();
    assert!(page.contains("for the sake of acc-a") && page.contains("chargebacks &lt;b&gt;"), "{page}");
    // One of them may be let off alone; the rest goes with the one that was blocked.
    act("/admin/customers/cus-b/unblock").await;
    assert!(!standings(&app, "eu-1").await["cus-b"]);
    act("/admin/customers/acc-a/unblock").await;
    let free = ["acc-a", "cus-a", "cus-b"].map(|pseudonym| (pseudonym.to_owned(), false));
    assert_eq!(standings(&app, "eu-1").await, BTreeMap::from(free));
    assert_eq!(act("/admin/customers/acc-a/unblock").await.status, 422, "not blocked");
    assert_eq!(act("/admin/customers/nobody/block").await.status, 404);
    let log = app.page("/admin/audit?q=customer.", &app.staff(Role::Owner).await).await.text();
    assert!(log.contains("customer.block") && log.contains("customer.unblock"), "{log}");
    assert_eq!(app.app.services.audit.find_break().await.unwrap(), None);
}

async fn a_blocked_account_blocks_the_addresses_it_buys_with_later(app: TestApp) {
    delivered(&app, vec![placed(1, bought("one", "cus-a", Some("acc-a")))]).await;
    let support = app.staff(Role::Support).await;
    app.post("/admin/customers/acc-a/block", &support, &[("reason", "fraud")]).await;
    delivered(
        &app,
        vec![
            placed(2, bought("two", "cus-new", Some("acc-a"))),
            placed(3, bought("three", "cus-other", Some("acc-b"))),
        ],
    )
    .await;
    let told = standings(&app, "eu-1").await;
    assert_eq!((told.get("cus-new"), told.get("cus-other")), (Some(&true), None));
    app.post("/admin/customers/acc-a/unblock", &support, &[("reason", "solved")]).await;
    assert!(standings(&app, "eu-1").await.values().all(|blocked| !blocked));
}

async fn a_reason_is_required(app: TestApp) {
    delivered(&app, vec![placed(1, bought("one", "cus-a", None))]).await;
    let support = app.staff(Role::Support).await;
    for reason in ["", "   ", &"x".repeat(501)] {
        let refused = app.post("/admin/customers/cus-a/block", &support, &[("reason", reason)]).await;
        assert_eq!(refused.status, 422);
    }
    assert!(standings(&app, "eu-1").await.is_empty());
    let finance = app.staff(Role::Finance).await;
    assert_eq!(app.post("/admin/customers/cus-a/block", &finance, &[("reason", "x")]).await.status, 403);
}
