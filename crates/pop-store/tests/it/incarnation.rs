//! A database that was set back to an older copy takes another name.

use futures::executor::block_on;
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_pop_store::incarnation::renew;
use kiosk_pop_store::{outbox, schema};

async fn texts(db: &NativeDb, sql: &'static str) -> Vec<String> {
    let rows = db.query(Statement::new(sql)).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

async fn rewound() -> NativeDb {
    let db = NativeDb::in_memory().unwrap();
    schema::migrate(&db).await.unwrap();
    let order = r#"{"type":"order_placed","id":"ord_1","takes":[{"item":"A","epoch":3,"units":2}]}"#;
    let returned = r#"{"type":"stock_returned","take":{"item":"A","epoch":3,"units":1}}"#;
    let blocked = r#"{"type":"checkout_blocked"}"#;
    let mut batch = vec![
        Statement::new("INSERT INTO meta VALUES ('incarnation', 'old'), ('leases_expire_ms', '9')"),
        Statement::new("INSERT INTO lease (item, epoch, granted, taken) VALUES ('A', 3, 8, 2)"),
    ];
    for (id, body) in [("gone", order), ("a", order), ("b", returned), ("c", blocked)] {
        let append = Statement::new("INSERT INTO outbox (id, occurred_ms, body) VALUES (?1, 0, ?2)");
        batch.push(append.bind(id).bind(body));
    }
    batch.push(outbox::acknowledge(1, "old"));
    db.batch(batch).await.unwrap();
    db
}

const OUTBOX: &str = "SELECT seq || id || COALESCE(body ->> '$.takes[0].epoch', '') FROM outbox ORDER BY seq";

#[test]
fn what_waits_is_numbered_anew_and_leases_stay_behind() {
    block_on(async {
        let db = rewound().await;
        renew(&db, "old", "new").await.unwrap();
        assert_eq!(texts(&db, OUTBOX).await, ["1a0", "2c"]);
        assert_eq!(texts(&db, "SELECT value FROM meta").await, ["new"]);
        let lease = texts(&db, "SELECT epoch || granted || taken || returned FROM lease").await;
        assert_eq!(lease, ["0000"]);
        // The next event follows without a gap, and an acknowledgement for the old name removes nothing.
        let next = Statement::new("INSERT INTO outbox (id, occurred_ms, body) VALUES ('d', 0, '{}')");
        db.batch(vec![next, outbox::acknowledge(4, "old")]).await.unwrap();
        assert_eq!(texts(&db, OUTBOX).await, ["1a0", "2c", "3d"]);
    });
}

#[test]
fn a_name_is_given_up_once() {
    block_on(async {
        let db = rewound().await;
        let before = texts(&db, OUTBOX).await;
        renew(&db, "another", "new").await.unwrap();
        assert_eq!(texts(&db, OUTBOX).await, before);
        assert_eq!(texts(&db, "SELECT value FROM meta WHERE key = 'incarnation'").await, ["old"]);
    });
}
