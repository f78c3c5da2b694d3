//! A region in memory.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
use kiosk_edge_platform::{Database, Statement};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::fraud::{self, FakeFraud};

pub const EMAIL: &str = "ada@example.org";
pub const PASSWORD: &str = "correct horse battery";
pub const VAULT_KEY: &str = "0123456789abcdef0123456789abcdef";

/// What the mail provider has got, and how it answers.
#[derive(Default)]
pub struct Provider {
    pub mails: Vec<Value>,
    pub tokens: Vec<String>,
    pub refuse: Option<(StatusCode, u32)>,
}

/// A region's vault with its host.
pub struct Region {
    pub host: NativeEdge,
    pub keys: Arc<dyn Database>,
    pub provider: Arc<Mutex<Provider>>,
    pub fraud: FakeFraud,
    pub router: Router,
}

/// A reply.
pub struct Reply {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        self
    }
}

impl Region {
    pub fn new() -> Self {
        Self::with_variables(&[])
    }

    pub fn with_variables(more: &[(&str, &str)]) -> Self {
        let mut variables = vec![
            ("pseudonym_key", "fedcba9876543210"),
            ("vault_key", VAULT_KEY),
            ("shop_url", "https://shop.test"),
            ("mail_url", "https://mail.test"),
            ("mail_token", "mail-token"),
            ("mail_from", "Kiosk <shop@kiosk.test>"),
            ("password_hashes_max", "2"),
        ];
        variables.extend(more);
        let host = NativeEdge::new(NativeDb::in_memory().unwrap(), &variables, ".".into(), 11);
        let keys: Arc<dyn Database> = Arc::new(NativeDb::in_memory().unwrap());
        let provider = Arc::new(Mutex::new(Provider::default()));
        host.http.up("mail.test", provider_router(provider.clone()));
        let fraud = FakeFraud::default();
        host.http.up(fraud::HOST, fraud.router());
        let router = edge_accounts::router(host.edge.clone(), keys.clone());
        Self { host, keys, provider, fraud, router }
    }

    /// A POP of the same region that forwards to this one.
    pub fn other_pop(&self) -> Self {
        let mut other = Self::with_variables(&[("vault_url", "https://vault.test")]);
        other.host.http.up("vault.test", self.router.clone());
        other.provider = self.provider.clone();
        other
    }

    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        let token = token.map(|token| ("authorization", format!("Bearer {token}")));
        self.send(method, path, token.as_slice(), body).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = match body {
            Some(body) => {
                request.header("content-type", "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        let (parts, body) = self.router.clone().oneshot(request.unwrap()).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, None, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PUT, path, None, Some(body)).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.call(Method::GET, path, Some(token), None).await
    }

    pub async fn tick(&self) -> u64 {
        self.call(Method::POST, "/internal/tick", None, None).await.is(200).body["mails"].as_u64().unwrap()
    }

    /// The mails that went since the last call.
    pub async fn mails(&self) -> Vec<Value> {
        self.tick().await;
        std::mem::take(&mut self.provider.lock().unwrap().mails)
    }

    /// The token of the link in the only mail with one that went.
    pub async fn link(&self) -> String {
        let mut mails = self.mails().await;
        mails.retain(|mail| mail["TextBody"].as_str().unwrap().contains("?token="));
        assert_eq!(mails.len(), 1, "{mails:?}");
        let text = mails[0]["TextBody"].as_str().unwrap();
        text.split_once("?token=").unwrap().1.split_whitespace().next().unwrap().to_owned()
    }

    pub async fn register(&self, email: &str) -> Reply {
        let body = json!({"name": "Ada Lovelace", "email": email, "password": PASSWORD});
        self.post("/v1/account", body).await
    }

    /// Registers and verifies.
    pub async fn customer(&self, email: &str) {
        self.register(email).await.is(202);
        let token = self.link().await;
        self.post("/v1/account/verification", json!({"token": token})).await.is(204);
    }

    pub async fn try_log_in(&self, email: &str, password: &str) -> Reply {
        self.post("/v1/account/session", json!({"email": email, "password": password})).await
    }

    /// Logs in; returns the token.
    pub async fn log_in(&self, email: &str) -> String {
        let reply = self.try_log_in(email, PASSWORD).await.is(201);
        reply.body["token"].as_str().unwrap().to_owned()
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        self.host.edge.db.query(Statement::new(sql)).await.unwrap()[0].get(0).unwrap()
    }
}

fn provider_router(provider: Arc<Mutex<Provider>>) -> Router {
    Router::new().route(
        "/email",
        post(move |headers: http::HeaderMap, body: axum::Json<Value>| async move {
            let mut provider = provider.lock().unwrap();
            if let Some((status, code)) = provider.refuse {
                return (status, axum::Json(json!({"ErrorCode": code, "Message": "no"})));
            }
            provider.tokens.push(headers["x-postmark-server-token"].to_str().unwrap().to_owned());
            provider.mails.push(body.0);
            (StatusCode::OK, axum::Json(json!({"ErrorCode": 0, "Message": "OK"})))
        }),
    )
}
