//! Discounts: made, told to every POP, spent within their budgets, ended.

use core_cloud::modules::members::policy::Role;
use kiosk_ids::DiscountId;
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, Discount, DiscountRate, DiscountUse, OrderRecord};

use crate::harness::*;

on_both_databases!(
    a_vendor_makes_a_discount_and_ends_it,
    what_cannot_be_a_discount_is_refused,
    budgets_are_leased_and_spent_once,
    a_budget_is_given_back_when_nothing_of_the_order_comes,
);

const PATH: &str = "/vendor/discounts";
const ADMIN: &str = "/admin/discounts";
/// The tests begin on 2026-11-18.
const TODAY: &str = "2026-11-18";
const LATER: &str = "2026-11-25";

type Form = Vec<(&'static str, &'static str)>;

/// Ten percent off with the code AUTUMN, from today on.
fn form(changes: &[(&'static str, &'static str)]) -> Form {
    let mut form = vec![
        ("name", "Autumn"),
        ("code", "autumn"),
        ("rate", "share"),
        ("value", "10"),
        ("currency", "EUR"),
        ("goods_min", ""),
        ("from", TODAY),
        ("until", LATER),
        ("budget", "none"),
        ("budget_size", ""),
    ];
    for &(name, value) in changes {
        match form.iter_mut().find(|(known, _)| *known == name) {
            Some(field) => field.1 = value,
            None => form.push((name, value)),
        }
    }
    form
}

pub async fn discounts(app: &TestApp, pop: &str) -> Vec<Discount> {
    let told = app.told(pop).await.into_iter();
    told.filter_map(|change| if let Change::Discount(discount) = change { Some(*discount) } else { None })
        .collect()
}

/// Makes a discount of the marketplace.
pub async fn made(app: &TestApp, changes: &[(&'static str, &'static str)]) -> Discount {
    let finance = app.staff(Role::Finance).await;
    let answer = app.post(ADMIN, &finance, &form(changes)).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    discounts(app, "eu-1").await.pop().unwrap()
}

async fn a_vendor_makes_a_discount_and_ends_it(app: TestApp) {
    app.stock_up(&[("CUP", 5)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let answer =
        app.post(PATH, &vendor, &form(&[("categories", "things"), ("products", "prd_test-cup")])).await;
    assert_eq!(answer.headers["location"], "/vendor/discounts?done=made", "{}", answer.text());
    let told = discounts(&app, "eu-1").await;
    assert_eq!((told.len(), discounts(&app, "us-1").await), (1, told.clone()), "all POPs are told");
    let Discount { id, code, vendor: owner, rate, .. } = told[0].clone();
    assert_eq!(owner.map(|owner| owner.to_string()).as_deref(), Some("ven_test"));
    assert_eq!((code.as_deref(), rate), (Some("AUTUMN"), DiscountRate::Share { ppm: 100_000 }));
    assert_eq!((told[0].categories.as_slice(), told[0].products.len()), (&["things".to_owned()][..], 1));
    let page = app.page(PATH, &vendor).await.text();
    assert!(page.contains("AUTUMN") && page.contains("running") && page.contains("no bound"), "{page}");
    let finance = app.staff(Role::Finance).await;
    assert!(app.page("/admin/discounts?q=autumn", &finance).await.text().contains("ven_test"));
    assert!(!app.page("/admin/discounts?state=over", &finance).await.text().contains("AUTUMN"));
    let other = app.vendor_member("ven_other").await;
    let end = format!("{PATH}/{id}/end");
    assert_eq!(app.post(&end, &other, &[]).await.status, 404, "another's");
    assert_eq!(app.post(&end, &vendor, &[]).await.status, 303);
    assert_eq!(app.post(&end, &vendor, &[]).await.status, 409, "once");
    let gone = |change: &Change| matches!(change, Change::DiscountRemoved { id: gone } if *gone == id);
    assert!(app.told("us-1").await.iter().any(gone));
    // Its code is free again.
    assert_eq!(app.post(PATH, &vendor, &form(&[])).await.status, 303);
    assert!(app.page("/admin/audit", &finance).await.text().contains("discount.end"));
}

async fn what_cannot_be_a_discount_is_refused(app: TestApp) {
    app.stock_up(&[("CUP", 5)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let finance = app.staff(Role::Finance).await;
    for (change, why) in [
        (("name", ""), "name"),
        (("code", "A B"), "code"),
        (("value", "101"), "value"),
        (("rate", "delivery"), "rate"),
        (("from", "2026-11-17"), "from"),
        (("until", "2026-11-17"), "until"),
        (("goods_min", "x"), "goods_min"),
        (("categories", "nothing"), "categories"),
        (("products", "prd_nothing"), "products"),
        (("budget", "orders"), "budget_size"),
    ] {
        let answer = app.post(PATH, &vendor, &form(&[change])).await;
        assert_eq!(answer.status, 422, "{change:?}");
        assert!(answer.text().contains(&format!("id=\"{why}-error\"")), "{why}: {}", answer.text());
    }
    assert_eq!(app.post(PATH, &vendor, &form(&[])).await.status, 303);
    let taken = app.post(ADMIN, &finance, &form(&[("from", LATER), ("until", LATER)])).await;
    assert!(taken.status == 409 && taken.text().contains("has this code"), "{}", taken.text());
    let after = form(&[("from", "2026-11-26"), ("until", "2026-11-26")]);
    assert_eq!(app.post(ADMIN, &finance, &after).await.status, 303, "right after");
    let moderator = app.staff(Role::Moderator).await;
    assert_eq!(app.page(ADMIN, &moderator).await.status, 403);
}

/// An order of a cup at 9.00 that a discount takes 1.00 off, with what it took of its budget.
pub fn reduced(name: &str, discount: &DiscountId, units: u32) -> OrderRecord {
    let amount = Money::new(100, Currency::EUR);
    let mut order = order(name, vec![take("CUP", 1, 1)]);
    order.lines[0].unit_price = Money::new(900, Currency::EUR);
    order.lines[0].list_price = Some(Money::new(1_000, Currency::EUR));
    order.lines[0].subsidy = Some(amount);
    (order.subtotal.amount, order.total.amount) = (900, 1_390);
    let take = (units > 0).then(|| take(discount.as_str(), 1, units));
    order.discounts = vec![DiscountUse { discount: discount.clone(), amount, take }];
    order
}

async fn budgets_are_leased_and_spent_once(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    let Discount { id, budget, .. } =
        made(&app, &[("code", ""), ("budget", "money"), ("budget_size", "5.00")]).await;
    let item = budget.unwrap().item;
    assert_eq!(item.as_str(), id.as_str());
    app.ask("eu-1", "db", ask("CUP", 0, 0, 4)).await;
    assert_eq!(app.ask("eu-1", "db", ask(item.as_str(), 0, 0, 200)).await.granted, 200);
    assert_eq!(app.stock(item.as_str()).await, (300, 200, 0));
    let events = vec![placed(1, reduced("one", &id, 100)), placed(2, reduced("two", &id, 100))];
    app.delivered(events.clone()).await;
    app.delivered(events).await;
    assert_eq!(app.stock(item.as_str()).await, (300, 0, 200), "told twice it is spent once");
    // A budget is nothing that is in a warehouse.
    let listed = app.as_operator("/v1/inventory").await.text();
    assert!(listed.contains("CUP") && !listed.contains(item.as_str()), "{listed}");
    assert_eq!(app.app.services.inventory.get_totals().await.unwrap().1.on_hand, 9);
    let finance = app.staff(Role::Finance).await;
    let page = app.page(ADMIN, &finance).await.text();
    assert!(page.contains("2 orders") && page.contains("€3.00 of €5.00"), "{page}");
    let page = app.page("/admin/orders/ord_one", &finance).await.text();
    assert!(page.contains("€1.00 by Autumn") && page.contains("listed at €10.00"), "{page}");
    // More than there is: the order stands, and somebody looks.
    app.delivered(vec![placed(3, reduced("three", &id, 400))]).await;
    let order = app.app.services.orders.get_order(&"ord_three".parse().unwrap()).await.unwrap();
    assert_eq!(
        (order.attention, app.stock(item.as_str()).await),
        (vec!["overspent".to_owned()], (0, 0, 500))
    );
    // What names another's budget spends nothing.
    let mut stray = reduced("four", &id, 0);
    stray.discounts[0].take = Some(take("CUP", 1, 1));
    app.delivered(vec![placed(4, stray)]).await;
    assert_eq!(app.stock("CUP").await, (5, 0, 4));
}

async fn a_budget_is_given_back_when_nothing_of_the_order_comes(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    let Discount { id, .. } = made(&app, &[("budget", "orders"), ("budget_size", "10")]).await;
    app.ask("eu-1", "db", ask("CUP", 0, 0, 4)).await;
    app.ask("eu-1", "db", ask(id.as_str(), 0, 0, 3)).await;
    let orders = [reduced("one", &id, 1), reduced("two", &id, 1), reduced("three", &id, 1)];
    app.delivered((1..).zip(orders).map(|(seq, order)| placed(seq, order)).collect()).await;
    app.drain().await;
    assert_eq!(app.stock(id.as_str()).await, (7, 0, 3));
    let support = app.staff(Role::Support).await;
    let cancel = async |name: &str| {
        let path = format!("/admin/orders/ord_{name}/parcels/ven_test");
        let answer = app.post(&path, &support, &[("status", "cancelled")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        app.drain().await;
    };
    cancel("one").await;
    assert_eq!(app.stock(id.as_str()).await, (8, 0, 2));
    let finance = app.staff(Role::Finance).await;
    assert!(app.page(ADMIN, &finance).await.text().contains("2 orders"));
    // What left is spent, whatever comes back.
    let shipped =
        app.post("/admin/orders/ord_two/parcels/ven_test", &support, &[("status", "shipped")]).await;
    assert_eq!(shipped.status, 303, "{}", shipped.text());
    app.drain().await;
    assert_eq!(app.stock(id.as_str()).await, (8, 0, 2));
    // One that ended keeps nothing that comes back.
    assert_eq!(app.post(&format!("{ADMIN}/{id}/end"), &finance, &[]).await.status, 303);
    assert_eq!(app.stock(id.as_str()).await, (0, 0, 2));
    cancel("three").await;
    assert_eq!(app.stock(id.as_str()).await, (0, 0, 1));
}
