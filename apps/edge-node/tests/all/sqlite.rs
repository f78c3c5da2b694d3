//! SQLite through a guest: transactions, turns, limits, and what is closed.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::common::Setup;

fn error(answer: &Value) -> &str {
    answer["error"].as_str().unwrap_or_else(|| panic!("not an error: {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_every_type_come_back_by_both_ways_of_calling() {
    let served = Setup::default().serve().await;
    for blocking in [false, true] {
        let params = json!([1, 2.5, "text", [0, 255], null]);
        let answers = served
            .sql(json!([{"sql": "SELECT ?1 AS a, ?2, ?3, ?4, ?5", "params": params, "blocking": blocking}]))
            .await;
        assert_eq!(answers[0]["rows"], json!([[1, 2.5, "text", [0, 255], null]]));
        assert_eq!(answers[0]["columns"][0], "a");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_and_row_ids_are_told() {
    let served = Setup::default().serve().await;
    let answers = served
        .sql(json!([
            {"sql": "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)"},
            {"sql": "INSERT INTO t (n) VALUES (1), (2), (3)"},
            {"sql": "UPDATE t SET n = 0 WHERE n > 1"},
            {"sql": "SELECT count(*) FROM t WHERE n = 0"},
        ]))
        .await;
    assert_eq!((&answers[1]["changes"], &answers[1]["last_insert_rowid"]), (&json!(3), &json!(3)));
    assert_eq!(answers[2]["changes"], 2);
    assert_eq!(answers[3]["rows"], json!([[2]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_left_open_is_rolled_back() {
    let served = Setup::default().serve().await;
    served.sql(json!([{"sql": "CREATE TABLE t (n INTEGER)"}])).await;
    for blocking in [false, true] {
        let answers = served
            .sql(json!([
                {"sql": "BEGIN IMMEDIATE", "blocking": blocking},
                {"sql": "INSERT INTO t VALUES (1)", "blocking": blocking},
                {"sql": "SELECT count(*) FROM t", "blocking": blocking},
            ]))
            .await;
        assert_eq!(answers[2]["rows"], json!([[1]]));
        let after = served.sql(json!([{"sql": "SELECT count(*) FROM t"}])).await;
        assert_eq!(after[0]["rows"], json!([[0]]));
        let committed = served
            .sql(json!([{"sql": "BEGIN IMMEDIATE"}, {"sql": "INSERT INTO t VALUES (1)"}, {"sql": "COMMIT"}, {"sql": "DELETE FROM t"}]))
            .await;
        assert_eq!(committed[3]["changes"], 1);
    }
}

/// Transactions that read, pause and write would lose updates, or fail as busy, without turns.
#[tokio::test(flavor = "multi_thread")]
async fn writers_take_turns_and_none_fails() {
    let served = Setup::default().serve().await;
    served.sql(json!([{"sql": "CREATE TABLE t (n INTEGER)"}, {"sql": "INSERT INTO t VALUES (0)"}])).await;
    let writers = (0..60).map(|_| async {
        let answers = served
            .sql(json!([
                {"sql": "BEGIN IMMEDIATE"},
                {"sql": "SELECT n FROM t", "sleep_ms": 2},
                {"sql": "UPDATE t SET n = n + 1"},
                {"sql": "COMMIT"},
            ]))
            .await;
        assert!(answers.iter().all(|answer| answer["error"].is_null()), "{answers:?}");
    });
    join_all(writers).await;
    let count = served.sql(json!([{"sql": "SELECT n FROM t"}])).await;
    assert_eq!(count[0]["rows"], json!([[60]]));
    assert!(served.metric("edge_node_sqlite_commits_total", &["default"]) >= 60.0);
}

/// Blocking transactions wait for those of other instances, and never for ever for their own.
#[tokio::test(flavor = "multi_thread")]
async fn blocking_calls_never_hang_an_instance() {
    let served = Setup::default().serve().await;
    served.sql(json!([{"sql": "CREATE TABLE t (n INTEGER)"}, {"sql": "INSERT INTO t VALUES (0)"}])).await;
    let writers = (0..40).map(|i| {
        let served = &served;
        async move {
            // Half of them pause inside the transaction, so that others of the same instance come in between.
            let pause = if i % 2 == 0 { 5 } else { 0 };
            let answers = served
                .sql(json!([
                    {"sql": "BEGIN IMMEDIATE", "blocking": true, "sleep_ms": pause},
                    {"sql": "UPDATE t SET n = n + 1", "blocking": true},
                    {"sql": "COMMIT", "blocking": true},
                ]))
                .await;
            let done = answers.iter().all(|answer| answer["error"].is_null());
            assert!(done || error(&answers[0]).contains("database is busy"), "{answers:?}");
            i64::from(done)
        }
    });
    let all =
        tokio::time::timeout(Duration::from_secs(30), join_all(writers)).await.expect("an instance hangs");
    let done: i64 = all.into_iter().sum();
    let count = served.sql(json!([{"sql": "SELECT n FROM t"}])).await;
    // A refused BEGIN leaves its request without a transaction, so its UPDATE commits by itself.
    let counted = count[0]["rows"][0][0].as_i64().unwrap();
    assert!(counted >= done && done > 0, "{counted} {done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_the_components_data_is_closed() {
    let served = Setup::default().serve().await;
    let elsewhere = served.folder.path().join("elsewhere.sqlite");
    let closed = [
        format!("ATTACH '{}' AS x", elsewhere.display()),
        format!("VACUUM INTO '{}'", elsewhere.display()),
        "PRAGMA synchronous = OFF".to_owned(),
        "PRAGMA journal_mode = DELETE".to_owned(),
        "PRAGMA foreign_keys = OFF".to_owned(),
        "CREATE TEMP TABLE t (n)".to_owned(),
        "SELECT load_extension('x')".to_owned(),
    ];
    for sql in closed {
        let answers = served.sql(json!([{"sql": sql}])).await;
        error(&answers[0]);
    }
    assert!(!elsewhere.exists());
    let settings = served
        .sql(json!([{"sql": "PRAGMA synchronous"}, {"sql": "PRAGMA journal_mode"}, {"sql": "PRAGMA foreign_keys"}]))
        .await;
    let settings: Vec<_> = settings.iter().map(|answer| answer["rows"][0][0].clone()).collect();
    assert_eq!(settings, [json!(2), json!("wal"), json!(1)]);
    let allowed =
        served.sql(json!([{"sql": "PRAGMA user_version = 7"}, {"sql": "PRAGMA user_version"}])).await;
    assert_eq!(allowed[1]["rows"], json!([[7]]));
    let grown = [
        "CREATE TABLE strict_one (n INTEGER PRIMARY KEY) STRICT",
        "INSERT INTO strict_one VALUES (1)",
        "ALTER TABLE strict_one ADD COLUMN word TEXT NOT NULL DEFAULT 'x' CHECK (word <> '')",
        "SELECT word FROM strict_one",
    ];
    let answers = served.sql(grown.iter().map(|sql| json!({ "sql": sql })).collect()).await;
    assert_eq!(answers[3]["rows"], json!([["x"]]), "a migration adds a column: {answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_databases_of_the_manifest_are_opened() {
    let served = Setup::default().serve().await;
    let open = |name: &str| served.sql(json!([{"sql": "SELECT 1", "database": name}]));
    assert!(error(&open("other").await[0]).contains("AccessDenied"));
    assert!(error(&open("nowhere").await[0]).contains("NoSuchDatabase"));
    assert_eq!(open("default").await[0]["rows"], json!([[1]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_statements_are_errors_and_endless_ones_are_stopped() {
    let served = Setup::default().serve().await;
    let endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c";
    let many = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c LIMIT 60000";
    let cases = [
        ("SELEC 1", json!([]), "syntax error"),
        ("SELECT ?1", json!([]), "expected 1 parameters"),
        ("SELECT 1", json!([1]), "expected 0 parameters"),
        ("SELECT 1; SELECT 2", json!([]), "Multiple statements"),
        (endless, json!([]), "interrupted"),
        (many, json!([]), "more than 50000 rows"),
        ("SELECT zeroblob(17000000)", json!([]), "more than 16777216 bytes"),
    ];
    for (sql, params, expected) in cases {
        let answers = served.sql(json!([{"sql": sql, "params": params}])).await;
        assert!(error(&answers[0]).contains(expected), "{sql}: {}", answers[0]);
    }
    let after = served.sql(json!([{"sql": "SELECT 1"}])).await;
    assert_eq!(after[0]["rows"], json!([[1]]));
}
