//! What the vault holds of a person, and what is left when the person is erased.

use http::Method;
use kiosk_edge_platform::{Statement, Value};
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Region};

const CANARIES: [&str; 5] = ["Lovelace", "ada@example", "Unter den Linden", "10117", "correct horse"];

/// Every value of every table, as text.
async fn dump(region: &Region) -> String {
    let mut all = String::new();
    for db in [&region.host.edge.db, &region.keys] {
        let tables = db.query(Statement::new("SELECT name FROM sqlite_schema WHERE type = 'table'")).await;
        for table in tables.unwrap() {
            let select = format!("SELECT * FROM \"{}\"", table.get::<String>(0).unwrap());
            for row in db.query(Statement::new(select)).await.unwrap() {
                for value in row.0 {
                    match value {
                        Value::Text(text) => all.push_str(&text),
                        Value::Blob(bytes) => all.push_str(&String::from_utf8_lossy(&bytes)),
                        other => all.push_str(&format!("{other:?}")),
                    }
                    all.push('\n');
                }
            }
        }
    }
    all
}

/// A customer with everything that can be kept of them; returns their session.
async fn full_customer(region: &Region) -> String {
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let address =
        json!({"street": "Unter den Linden 1", "postcode": "10117", "city": "Berlin", "country": "DE"});
    let body = json!({"name": "Ada Lovelace", "address": address});
    region.call(Method::POST, "/v1/account/addresses", Some(&session), Some(body)).await.is(201);
    // A mail that waits holds name, address and a link.
    region.post("/v1/account/reset", json!({"email": EMAIL})).await.is(202);
    session
}

#[tokio::test]
async fn nothing_personal_lies_in_the_vault_unsealed() {
    let region = Region::new();
    full_customer(&region).await;
    let dump = dump(&region).await;
    for canary in CANARIES {
        assert!(!dump.to_lowercase().contains(&canary.to_lowercase()), "{canary}");
    }
    assert!(dump.contains("cus_"), "the dump sees the tables");
}

#[tokio::test]
async fn an_export_holds_all_that_is_kept() {
    let region = Region::new();
    let session = full_customer(&region).await;
    let export = region.get("/v1/account/export", &session).await.is(200).body;
    assert_eq!(export["profile"]["email"], EMAIL);
    assert_eq!(export["addresses"][0]["street"], "Unter den Linden 1");
}

#[tokio::test]
async fn who_is_erased_is_gone_also_from_a_restored_backup() {
    let region = Region::new();
    let session = full_customer(&region).await;
    let backup = rows(&region).await;
    let delete = async |password: &str| {
        let body = json!({"password": password});
        region.call(Method::DELETE, "/v1/account", Some(&session), Some(body)).await
    };
    delete("a wrong password").await.refused(422, "invalid_value");
    delete(PASSWORD).await.is(204);
    region.get("/v1/account", &session).await.refused(401, "session_ended");
    region.try_log_in(EMAIL, PASSWORD).await.refused(401, "login_failed");
    for table in ["account", "session", "link", "address", "mail"] {
        let count = Statement::new(format!("SELECT COUNT(*) FROM {table}"));
        let rows = region.host.edge.db.query(count).await.unwrap();
        assert_eq!(rows[0].get::<i64>(0).unwrap(), 0, "{table}");
    }
    restore(&region, backup).await;
    // The row is back, and its password fits; what is sealed opens no more.
    region.try_log_in(EMAIL, PASSWORD).await.refused(401, "session_ended");
    region.get("/v1/account", &session).await.refused(401, "session_ended");
    assert!(region.mails().await.is_empty());
}

async fn rows(region: &Region) -> Vec<Statement> {
    let mut inserts = Vec::new();
    for table in ["account", "session", "link", "address", "mail"] {
        let select = Statement::new(format!("SELECT * FROM {table}"));
        for row in region.host.edge.db.query(select).await.unwrap() {
            let places: Vec<_> = (1..=row.0.len()).map(|place| format!("?{place}")).collect();
            let insert = Statement::new(format!("INSERT INTO {table} VALUES ({})", places.join(", ")));
            inserts.push(row.0.into_iter().fold(insert, Statement::bind));
        }
    }
    assert!(inserts.len() >= 5, "every table has a row");
    inserts
}

async fn restore(region: &Region, rows: Vec<Statement>) {
    region.host.edge.db.batch(rows).await.unwrap();
}
