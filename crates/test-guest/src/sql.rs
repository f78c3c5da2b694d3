//! SQL, through the two ways of calling that the interface has.

use bytes::Bytes;
use serde_json::{Value as Json, json};
use spin_sdk::sqlite::wit::sqlite::{Connection as Blocking, QueryResult};
use spin_sdk::sqlite::{Connection, RowResult, Value};
use std::time::Duration;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT NOT NULL)";
const READ: &str = "SELECT id, name FROM items WHERE id = ?1";
const WRITE: &str = "INSERT INTO items (name) VALUES (?1)";

/// Runs steps on one connection each request: `[{"sql": "...", "params": [...], "blocking": false, "sleep_ms": 0}]`.
/// `database` in the first step names another database than `default`.
pub async fn run(body: &Bytes) -> Json {
    let steps: Vec<Json> = match serde_json::from_slice(body) {
        Ok(steps) => steps,
        Err(error) => return json!([{ "error": error.to_string() }]),
    };
    let name = steps.first().and_then(|step| step["database"].as_str()).unwrap_or("default").to_owned();
    let connection = match Blocking::open_async(name).await {
        Ok(connection) => connection,
        Err(error) => return json!([{ "error": format!("{error:?}") }]),
    };
    let mut answers = Vec::new();
    for step in &steps {
        let sql = step["sql"].as_str().unwrap_or_default().to_owned();
        let params: Vec<Value> = step["params"].as_array().into_iter().flatten().map(from_json).collect();
        let result = if step["blocking"].as_bool().unwrap_or(false) {
            connection.execute(&sql, &params).map(|QueryResult { columns, rows }| (columns, rows))
        } else {
            execute(&connection, sql, params).await
        };
        answers.push(match result {
            Ok((columns, rows)) => json!({
                "columns": columns,
                "rows": rows.iter().map(row_to_json).collect::<Vec<_>>(),
                "changes": connection.changes(),
                "last_insert_rowid": connection.last_insert_rowid(),
            }),
            Err(error) => json!({ "error": format!("{error:?}") }),
        });
        if let Some(ms) = step["sleep_ms"].as_u64() {
            spin_sdk::time::sleep(Duration::from_millis(ms)).await;
        }
    }
    Json::Array(answers)
}

type Rows = (Vec<String>, Vec<RowResult>);

async fn execute(
    connection: &Blocking,
    sql: String,
    params: Vec<Value>,
) -> Result<Rows, spin_sdk::sqlite::Error> {
    let (columns, rows, end) = connection.execute_async(sql, params).await?;
    let rows = rows.collect().await;
    end.await?;
    Ok((columns, rows))
}

/// Reads `n` rows by their key, one query each.
pub async fn reads(n: u64, blocking: bool) -> Json {
    let mut found = 0;
    if blocking {
        let Ok(connection) = Blocking::open("default") else { return json!(null) };
        for id in 1..=n {
            let rows = connection.execute(READ, &[Value::Integer(id as i64)]);
            found += rows.map_or(0, |result| result.rows.len());
        }
    } else {
        let Ok(connection) = Connection::open_default().await else { return json!(null) };
        for id in 1..=n {
            if let Ok(result) = connection.execute(READ, [Value::Integer(id as i64)]).await {
                found += result.collect().await.map_or(0, |rows| rows.len());
            }
        }
    }
    json!({ "found": found })
}

/// One transaction of three statements.
pub async fn write(blocking: bool) -> Json {
    let name = || vec![Value::Text("an item".to_owned())];
    let steps =
        [(TABLE, vec![]), ("BEGIN IMMEDIATE", vec![]), (WRITE, name()), (WRITE, name()), ("COMMIT", vec![])];
    let Ok(connection) = Blocking::open("default") else { return json!(null) };
    for (sql, params) in steps {
        let result = if blocking {
            connection.execute(sql, &params).map(|_| ())
        } else {
            execute(&connection, sql.to_owned(), params).await.map(|_| ())
        };
        if let Err(error) = result {
            return json!({ "error": format!("{error:?}") });
        }
    }
    json!({ "ok": connection.last_insert_rowid() })
}

fn from_json(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::Text(text.clone()),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Real(number.as_f64().unwrap_or_default()),
        },
        Json::Array(bytes) => Value::Blob(bytes.iter().filter_map(|b| b.as_u64().map(|b| b as u8)).collect()),
        _ => Value::Null,
    }
}

fn row_to_json(row: &RowResult) -> Json {
    let values = row.values.iter().map(|value| match value {
        Value::Integer(integer) => json!(integer),
        Value::Real(real) => json!(real),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!(bytes),
        Value::Null => Json::Null,
    });
    Json::Array(values.collect())
}
