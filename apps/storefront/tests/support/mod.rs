//! A host in memory with a small catalogue, and an edge-orders whose refusals a test chooses.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

pub mod catalogue;
mod codes;
pub mod orders;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
use kiosk_edge_platform::{Database, Statement};
use kiosk_pop_store::{catalog, schema};
use kiosk_wire::Change;
use tower::ServiceExt;

use orders::FakeOrders;

/// The host that every test shop answers as.
pub const HOST: &str = "shop.example";

/// A token of a session.
pub const SESSION: &str = "5e55105e55105e55105e55105e55105e55105e55105e55105e55105e55105e55";

pub struct TestShop {
    pub host: NativeEdge,
    pub orders: FakeOrders,
    pub router: Router,
    pub cookies: Vec<(String, String)>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// Where `scripts/build-browser` puts the assets.
pub fn dist() -> PathBuf {
    std::env::var_os("KIOSK_DIST")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist")), PathBuf::from)
}

impl TestShop {
    pub async fn open() -> Self {
        Self::with(catalogue::small()).await
    }

    pub async fn with(changes: Vec<Change>) -> Self {
        let db = NativeDb::in_memory().unwrap();
        schema::migrate(&db).await.unwrap();
        let host = NativeEdge::new(
            db,
            &[("pop_id", "eu-1"), ("payment_pages", "https://pay.example evil';")],
            dist(),
            7,
        );
        let db: Arc<dyn Database> = host.edge.db.clone();
        let page = kiosk_wire::FeedPage { changes, next: 1, more: false };
        catalog::apply::apply(&*db, &page).await.unwrap();
        // Everything is leased in plenty, except what a SKU says otherwise.
        db.batch(vec![
            Statement::new("UPDATE lease SET granted = 40, core_available = 100"),
            Statement::new("UPDATE lease SET granted = 0, core_available = 0 WHERE item LIKE '%-OUT'"),
            Statement::new("UPDATE lease SET granted = 0 WHERE item LIKE '%-WAY'"),
            Statement::new("UPDATE lease SET granted = 3, core_available = 0 WHERE item LIKE '%-FEW'"),
        ])
        .await
        .unwrap();
        let orders = FakeOrders::new(db);
        host.http.up("edge-orders.spin.internal", orders.router());
        let router = storefront::router(host.edge.clone());
        Self { host, orders, router, cookies: Vec::new() }
    }

    /// Tells more by the feed.
    pub async fn tell(&self, changes: Vec<Change>) {
        let page = kiosk_wire::FeedPage { changes, next: 2, more: false };
        catalog::apply::apply(&*self.host.edge.db, &page).await.unwrap();
    }

    /// Goes on with a session, as after a login.
    pub fn with_session(&mut self) {
        self.cookies.push(("kiosk_session".to_owned(), SESSION.to_owned()));
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, &[("sec-fetch-site", "same-origin")], Some(form)).await
    }

    /// Sends with the cookies that were set so far, and keeps those that are set now, as a browser does.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: Option<&[(&str, &str)]>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let line: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        let body = form.map(|pairs| serde_urlencoded::to_string(pairs).unwrap()).unwrap_or_default();
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn keep(&mut self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        self.cookies.retain(|(known, _)| known != name);
        if !cookie.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
