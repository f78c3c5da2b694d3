//! Parcels: what each vendor sends, who says how far it is, and what the region is told.

use core_cloud::modules::members::policy::Role;
use kiosk_wire::Change;
use kiosk_wire::people::{OrderState, ParcelStatus};

use crate::harness::*;

on_both_databases!(
    an_order_of_an_account_is_told_to_its_region,
    a_vendor_sees_and_moves_its_own_parcel_only,
    parcels_move_forward_only,
    orders_are_searched_filtered_and_sorted,
);

/// The states of orders that a POP is told.
async fn orders(app: &TestApp, pop: &str) -> Vec<OrderState> {
    let changes = app.told(pop).await.into_iter();
    changes.filter_map(|change| if let Change::Order(state) = change { Some(*state) } else { None }).collect()
}

fn statuses(order: &OrderState) -> Vec<(&str, ParcelStatus)> {
    order.parcels.iter().map(|parcel| (parcel.vendor.as_str(), parcel.status)).collect()
}

async fn an_order_of_an_account_is_told_to_its_region(app: TestApp) {
    app.stock_up(&[("MUG", 5)]).await;
    let mut bought = order_of("one", "acc-1", &[("mug", "test"), ("lamp", "other"), ("mug", "test")]);
    bought.lines[0].product = app.column("SELECT id FROM catalog_products").await[0].parse().unwrap();
    app.sold(1, vec![bought, order("guest", vec![])]).await;
    assert!(orders(&app, "us-1").await.is_empty(), "another region is told nothing");
    let told = orders(&app, "eu-1").await;
    assert_eq!(told.len(), 1, "guests have nobody to tell");
    assert_eq!((told[0].account.as_str(), told[0].total.amount), ("acc-1", 3_490));
    assert_eq!(told[0].lines.iter().map(|line| line.title.as_str()).collect::<Vec<_>>(), ["MUG", "", ""]);
    assert_eq!(statuses(&told[0]), [("ven_other", ParcelStatus::Placed), ("ven_test", ParcelStatus::Placed)]);
    let support = app.staff(Role::Support).await;
    let shipped =
        app.post("/admin/orders/ord_one/parcels/ven_test", &support, &[("status", "shipped")]).await;
    assert_eq!(shipped.headers["location"], "/admin/orders/ord_one");
    let told_again = orders(&app, "eu-1").await;
    assert_eq!(
        statuses(&told_again[0]),
        [("ven_other", ParcelStatus::Placed), ("ven_test", ParcelStatus::Shipped)]
    );
    assert_eq!(told_again[0].lines, told[0].lines);
    assert_eq!(app.as_operator("/v1/orders/ord_one").await.json()["status"], "partially_shipped");
    for status in ["shipped", "delivered"] {
        app.post("/admin/orders/ord_one/parcels/ven_other", &support, &[("status", status)]).await;
    }
    assert_eq!(app.as_operator("/v1/orders/ord_one").await.json()["status"], "shipped");
    let owner = app.staff(Role::Owner).await;
    let log = app.page("/admin/audit?q=order.parcel", &owner).await.text();
    assert!(log.contains("parcel of ven_other is delivered"), "{log}");
}

async fn a_vendor_sees_and_moves_its_own_parcel_only(app: TestApp) {
    let mut bought = order_of("one", "acc-1", &[("mug", "test"), ("lamp", "other")]);
    bought.customer = "canary-customer".to_owned();
    bought.area = "canary-area".to_owned();
    app.sold(1, vec![bought, order_of("two", "acc-1", &[("lamp", "other")])]).await;
    let vendor = app.vendor_member("ven_test").await;
    let list = app.page("/vendor/orders", &vendor).await.text();
    assert!(list.contains("ord_one") && !list.contains("ord_two"), "{list}");
    let page = app.page("/vendor/orders/ord_one", &vendor).await.text();
    assert!(page.contains("MUG") && page.contains("to DE") && page.contains("10.00"), "{page}");
    for hidden in ["LAMP", "ven_other", "canary", "acc-1", "24.90", "4.90", "20.00"] {
        assert!(!page.contains(hidden) && !list.contains(hidden), "{hidden}");
    }
    // Another vendor's order is nowhere, for reading and for acting.
    assert_eq!(app.page("/vendor/orders/ord_two", &vendor).await.status, 404);
    assert_eq!(app.post("/vendor/orders/ord_two", &vendor, &[("status", "shipped")]).await.status, 404);
    assert_eq!(app.page("/vendor/orders/nonsense", &vendor).await.status, 404);
    assert_eq!(app.post("/vendor/orders/ord_one", &vendor, &[("status", "cancelled")]).await.status, 422);
    assert_eq!(app.post("/vendor/orders/ord_one", &vendor, &[("status", "shipped")]).await.status, 303);
    let told = orders(&app, "eu-1").await;
    let one = told.iter().find(|order| order.id.as_str() == "ord_one").unwrap();
    assert_eq!(statuses(one), [("ven_other", ParcelStatus::Placed), ("ven_test", ParcelStatus::Shipped)]);
}

async fn parcels_move_forward_only(app: TestApp) {
    app.sold(1, vec![order_of("one", "acc-1", &[("mug", "test")])]).await;
    let support = app.staff(Role::Support).await;
    let path = "/admin/orders/ord_one/parcels/ven_test";
    let set = async |status: &str| app.post(path, &support, &[("status", status)]).await;
    assert_eq!(set("delivered").await.status, 409, "nothing left yet");
    assert_eq!(set("shipped").await.status, 303);
    assert_eq!(set("delivered").await.status, 303);
    for status in ["shipped", "delivered", "cancelled"] {
        let refused = set(status).await;
        assert!(refused.status == 409 && refused.text().contains("delivered"), "{status}");
    }
    for status in ["placed", "lost", "refunded"] {
        assert_eq!(set(status).await.status, 422, "{status}");
    }
    let nowhere = [
        "/admin/orders/ord_one/parcels/ven_other",
        "/admin/orders/ord_x/parcels/ven_test",
        "/admin/orders/x/parcels/y",
    ];
    for path in nowhere {
        assert_eq!(app.post(path, &support, &[("status", "shipped")]).await.status, 404, "{path}");
    }
    let moderator = app.staff(Role::Moderator).await;
    assert_eq!(app.post(path, &moderator, &[("status", "shipped")]).await.status, 403);
}

async fn orders_are_searched_filtered_and_sorted(app: TestApp) {
    let mut risky = order_of("risky", "acc-2", &[("mug", "test"), ("lamp", "other")]);
    risky.fraud = fraud("review");
    risky.placed_ms += 1;
    app.sold(1, vec![order_of("plain", "acc-1", &[("mug", "test")]), risky]).await;
    let support = app.staff(Role::Support).await;
    let find = async |query: &str| {
        let page = app.page(&format!("/admin/orders?{query}"), &support).await.text();
        let place = |id: &str| page.find(&format!("/admin/orders/{id}\""));
        match (place("ord_plain"), place("ord_risky")) {
            (Some(plain), Some(risky)) if plain < risky => "plain risky",
            (Some(_), Some(_)) => "risky plain",
            (Some(_), None) => "plain",
            (None, Some(_)) => "risky",
            (None, None) => "none",
        }
    };
    let cases = [
        ("", "risky plain"),
        ("sort=placed", "plain risky"),
        ("sort=total", "plain risky"),
        ("sort=-total", "risky plain"),
        ("sort=1;DROP", "plain risky"),
        ("q=ord_plain", "plain"),
        ("q=acc-2", "risky"),
        ("q=pseudonym", "risky plain"),
        ("q=pseudo", "none"),
        ("q=%27%20OR%201=1", "none"),
        ("state=review", "risky"),
        ("state=allow", "plain"),
        ("state=cleared", "plain"),
        ("state=in_review", "risky"),
        ("state=delivered", "none"),
        ("state=attention", "none"),
        ("page=2", "none"),
    ];
    for (query, expected) in cases {
        assert_eq!(find(query).await, expected, "{query}");
    }
}
