//! A guest that does one thing per path, good or bad, for the tests and benchmarks of hosts.
//!
//! Paths count from the last `/`, so that the guest answers below any route. On other targets the crate is empty.

#![cfg(target_family = "wasm")]

mod misbehave;
mod sql;

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;

type Response = http::Response<FullBody<Bytes>>;
type Query = HashMap<String, String>;

/// The one entry of the component.
#[http_service]
async fn handle(request: Request) -> Result<Response, spin_sdk::http::Error> {
    let (parts, body) = request.into_parts();
    let name = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let query: Query = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    let body = async move {
        let collected = body.collect().await.map_err(|code| spin_sdk::http::Error::ErrorCode(code))?;
        Ok::<_, spin_sdk::http::Error>(collected.to_bytes())
    };
    Ok(match name.as_str() {
        "hello" => text("Hello, edge!"),
        "echo" => http::Response::new(FullBody::new(body.await?)),
        "headers" => json_response(&headers_of(&parts)),
        "loop" => misbehave::spin(),
        "oom" => misbehave::allocate(),
        "trap" => misbehave::trap(),
        "error" => return Err("the guest does not want to".into()),
        "sleep" => {
            spin_sdk::time::sleep(Duration::from_millis(number(&query, "ms"))).await;
            text("slept")
        }
        "sql" => json_response(&sql::run(&body.await?).await),
        "reads" => json_response(&sql::reads(number(&query, "n"), query.contains_key("blocking")).await),
        "write" => json_response(&sql::write(query.contains_key("blocking")).await),
        "kv" => json_response(&key_value(&query).await),
        "variable" => json_response(&variable(&query).await),
        "outbound" => json_response(&outbound(&query).await),
        "file" => json_response(&file(&query)),
        "env" => json_response(&json!(std::env::vars().collect::<HashMap<_, _>>())),
        "connect" => json_response(&connect(&query)),
        "print" => {
            println!("printed by the guest");
            text("printed")
        }
        _ => not_found(),
    })
}

fn text(text: &'static str) -> Response {
    http::Response::new(FullBody::new(Bytes::from_static(text.as_bytes())))
}

fn not_found() -> Response {
    let mut response = text("no such path");
    *response.status_mut() = http::StatusCode::NOT_FOUND;
    response
}

fn json_response(value: &Value) -> Response {
    let mut response = http::Response::new(FullBody::new(Bytes::from(value.to_string())));
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn number(query: &Query, name: &str) -> u64 {
    query.get(name).and_then(|value| value.parse().ok()).unwrap_or(1)
}

fn headers_of(parts: &http::request::Parts) -> Value {
    let headers = parts.headers.iter();
    let headers: HashMap<_, _> =
        headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
    json!({"method": parts.method.as_str(), "uri": parts.uri.to_string(), "headers": headers})
}

async fn key_value(query: &Query) -> Value {
    use spin_sdk::key_value::Store;
    let answer = async {
        let store = Store::open(query.get("store").map_or("default", String::as_str)).await?;
        let key = query.get("key").cloned().unwrap_or_default();
        Ok::<_, spin_sdk::key_value::Error>(match query.get("op").map(String::as_str) {
            Some("set") => {
                store.set(&key, query.get("value").cloned().unwrap_or_default()).await?;
                json!(null)
            }
            Some("delete") => {
                store.delete(&key).await?;
                json!(null)
            }
            Some("exists") => json!(store.exists(&key).await?),
            Some("keys") => json!(store.get_keys().await.collect().await?),
            _ => json!(store.get(&key).await?.map(|value| String::from_utf8_lossy(&value).into_owned())),
        })
    };
    match answer.await {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

async fn variable(query: &Query) -> Value {
    match spin_sdk::variables::get(query.get("name").cloned().unwrap_or_default()).await {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

async fn outbound(query: &Query) -> Value {
    match spin_sdk::http::get(query.get("url").cloned().unwrap_or_default()).await {
        Ok(response) => {
            let (parts, body) = response.into_parts();
            match body.collect().await {
                Ok(body) => {
                    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
                    json!({"status": parts.status.as_u16(), "body": body})
                }
                Err(error) => json!({ "error": format!("{error:?}") }),
            }
        }
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

fn file(query: &Query) -> Value {
    let path = query.get("path").cloned().unwrap_or_default();
    let result = match query.get("write") {
        Some(text) => std::fs::write(&path, text).map(|()| String::new()),
        None => std::fs::read_to_string(&path),
    };
    match result {
        Ok(text) => json!({ "ok": text }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

/// Opens a socket, which no host should let a guest do.
fn connect(query: &Query) -> Value {
    let address = query.get("address").cloned().unwrap_or_default();
    match std::net::TcpStream::connect(address) {
        Ok(_) => json!({ "ok": null }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}
