//! The counters of `kiosk_pop_store::velocity`, on SQLite, and through `POST /score`.

use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_pop_store::velocity::{CUSTOMERS_KEPT_MS, PRUNED_ROWS_MAX, ROWS_PER_KEY_MAX, load, prune, record};
use kiosk_risk::{
    IdentityKeys, KeyKind, Links, Spending, Velocity, WINDOW_1H_MS, WINDOW_7D_MS, WINDOW_24H_MS,
};

use crate::common::{NOW_MS, app, database, ml, ordinary, post_score, run, write};

fn keys() -> IdentityKeys {
    ordinary().keys
}

fn remember(db: &NativeDb, keys: &IdentityKeys, age_ms: i64, amount_minor: i64, order_id: &str) {
    run(db.batch(record(keys, NOW_MS - age_ms, amount_minor, "EUR", order_id))).unwrap();
}

fn counted(db: &NativeDb, keys: &IdentityKeys) -> Velocity {
    run(load(db, keys, NOW_MS)).unwrap().velocity
}

fn row_count(db: &NativeDb) -> i64 {
    run(db.query(Statement::new("SELECT count(*) FROM velocity"))).unwrap()[0].get(0).unwrap()
}

#[test]
fn windows_are_half_open_and_nested() {
    let db = database();
    let ages =
        [0, WINDOW_1H_MS - 1, WINDOW_1H_MS, WINDOW_24H_MS - 1, WINDOW_24H_MS, WINDOW_7D_MS - 1, WINDOW_7D_MS];
    for (index, age_ms) in ages.into_iter().enumerate() {
        remember(&db, &keys(), age_ms, 10_i64.pow(index as u32), &format!("ord_{index}"));
    }
    let velocity = counted(&db, &keys());
    for kind in KeyKind::ALL {
        assert_eq!(velocity.get(kind).count, [2, 4, 6], "{kind:?}");
        assert_eq!(velocity.get(kind).amount_minor, [11, 1_111, 111_111], "{kind:?}");
    }
}

#[test]
fn keys_and_kinds_are_counted_apart() {
    let db = database();
    let same_text = IdentityKeys { customer: Some("x".to_owned()), ..IdentityKeys::default() };
    remember(&db, &same_text, 5, 100, "ord_1");
    remember(&db, &IdentityKeys { device: Some("x".to_owned()), ..same_text.clone() }, 5, 50, "ord_2");
    let velocity = counted(&db, &IdentityKeys { card: Some("x".to_owned()), ..same_text });
    assert_eq!(velocity.customer.count, [2; 3]);
    assert_eq!(velocity.customer.amount_minor, [150; 3]);
    assert_eq!(velocity.device.count, [0; 3], "the order that is scored has no device key");
    assert_eq!(velocity.card.count, [0; 3]);
    assert_eq!(counted(&db, &IdentityKeys::default()), Velocity::default());
}

#[test]
fn recording_an_order_twice_counts_once() {
    let db = database();
    remember(&db, &keys(), 5, 100, "ord_1");
    remember(&db, &keys(), 5, 100, "ord_1");
    assert_eq!(counted(&db, &keys()).card.count, [1; 3]);
    assert_eq!(row_count(&db), 4);
}

#[test]
fn amounts_are_stored_in_reference_units() {
    let db = database();
    run(db.batch(record(&keys(), NOW_MS, 10_000, "USD", "ord_1"))).unwrap();
    assert_eq!(counted(&db, &keys()).customer.amount_minor, [9_000; 3]);
}

#[test]
fn rows_from_the_future_count_as_recent() {
    let db = database();
    remember(&db, &keys(), -WINDOW_24H_MS, 100, "ord_1");
    assert_eq!(counted(&db, &keys()).card.count, [1; 3]);
}

#[test]
fn counters_saturate_at_the_newest_rows_and_at_huge_amounts() {
    let db = database();
    let many = |n: i64| record(&keys(), NOW_MS - n, i64::MAX, "EUR", &format!("ord_{n}"));
    write(&db, (0..ROWS_PER_KEY_MAX + 5).flat_map(many));
    let velocity = counted(&db, &keys());
    assert_eq!(velocity.card.count, [ROWS_PER_KEY_MAX; 3]);
    assert_eq!(velocity.card.amount_minor, [i64::MAX; 3]);
}

#[test]
fn pruning_removes_what_no_window_reaches_and_no_more_than_its_cap() {
    let db = database();
    remember(&db, &keys(), WINDOW_7D_MS - 1, 1, "ord_kept");
    let without_customer = IdentityKeys { customer: None, ..keys() };
    let old = |n: i64| record(&without_customer, NOW_MS - WINDOW_7D_MS - n, 1, "EUR", &format!("ord_{n}"));
    write(&db, (0..PRUNED_ROWS_MAX / 3 + 1).flat_map(old));
    let before = counted(&db, &keys());
    let old_rows = (PRUNED_ROWS_MAX / 3 + 1) * 3;
    assert_eq!(row_count(&db), 4 + old_rows);
    for left in [4 + old_rows - PRUNED_ROWS_MAX, 4, 4] {
        run(db.batch(prune(NOW_MS).into())).unwrap();
        assert_eq!(row_count(&db), left);
    }
    assert_eq!(counted(&db, &keys()), before);
}

#[test]
fn orders_of_a_customer_are_remembered_for_half_a_year() {
    let db = database();
    remember(&db, &keys(), CUSTOMERS_KEPT_MS - 1, 4_000, "ord_1");
    remember(&db, &keys(), WINDOW_7D_MS, 4_000, "ord_2");
    run(db.batch(prune(NOW_MS).into())).unwrap();
    assert_eq!(row_count(&db), 2, "the other keys are forgotten");
    let spending = run(load(&db, &keys(), NOW_MS)).unwrap().spending;
    let mut same = Spending::default();
    same.add(4_000, NOW_MS - CUSTOMERS_KEPT_MS + 1);
    same.add(4_000, NOW_MS - WINDOW_7D_MS);
    assert_eq!(spending, same);
    run(db.batch(prune(NOW_MS + 1).into())).unwrap();
    assert_eq!(run(load(&db, &keys(), NOW_MS)).unwrap().spending.orders(), 1);
}

#[test]
fn who_shares_devices_and_addresses_is_counted() {
    let db = database();
    for (number, (device, address)) in
        [("d", "a"), ("d", "b"), ("e", "a"), ("d", "a")].into_iter().enumerate()
    {
        let keys = IdentityKeys {
            customer: Some(format!("c{}", number % 3)),
            device: Some(device.to_owned()),
            address: Some(address.to_owned()),
            card: None,
        };
        remember(&db, &keys, 5, 100, &format!("ord_{number}"));
    }
    let keys = IdentityKeys {
        customer: Some("c0".to_owned()),
        device: Some("d".to_owned()),
        address: Some("a".to_owned()),
        card: None,
    };
    let links = run(load(&db, &keys, NOW_MS)).unwrap().links;
    let expected =
        Links { device_customers: 2, address_customers: 2, customer_devices: 1, customer_addresses: 1 };
    assert_eq!(links, expected);
}

#[test]
fn counting_reads_one_range_of_the_key_and_scans_no_table() {
    let db = database();
    // The statement is private to the store; its plan is seen through a branch of the same form.
    let plan = "EXPLAIN QUERY PLAN SELECT at_ms, amount_minor FROM velocity \
                WHERE kind = 3 AND key = 'x' AND at_ms > 5 ORDER BY at_ms DESC LIMIT 10";
    let steps = run(db.query(Statement::new(plan))).unwrap();
    let text: Vec<String> = steps.iter().map(|row| row.get::<String>(3).unwrap()).collect();
    assert_eq!(text.len(), 1, "{text:?}");
    assert!(
        text[0].starts_with("SEARCH velocity USING PRIMARY KEY (kind=? AND key=? AND at_ms>?)"),
        "{text:?}"
    );
}

#[test]
fn a_burst_with_one_card_is_blocked_over_http() {
    let db = database();
    for n in 0..21 {
        remember(
            &db,
            &IdentityKeys { card: Some("k1".to_owned()), ..IdentityKeys::default() },
            n,
            500,
            &format!("ord_{n}"),
        );
    }
    let (router, _native) = app(db, ml());
    let answer = post_score(&router, &serde_json::to_value(ordinary()).unwrap());
    assert_eq!(answer["outcome"], "block");
    assert_eq!(answer["reasons"][0]["code"], "card_velocity_limit");
    let mut other_card = ordinary();
    other_card.keys.card = Some("k2".to_owned());
    assert_eq!(post_score(&router, &serde_json::to_value(other_card).unwrap())["outcome"], "allow");
}
