//! A POP in memory, with customers that are logged in.

use axum::Router;
use axum::body::Body;
use axum::extract::Request as AxumRequest;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kiosk_edge_platform::Statement;
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
use kiosk_ids::{MessageId, OrderId, ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::{catalog, outbox, schema};
use kiosk_session::Who;
use kiosk_wire::{
    Change, EventBody, FeedPage, Message, OrderState, OrderedLine, Parcel, ParcelStatus, Party, Room, RoomKey,
};
use serde_json::Value;
use tower::ServiceExt;

pub const ADA: &str = "token-of-ada";
pub const BOB: &str = "token-of-bob";
/// Where Ada talks with the potter.
pub const ROOM: &str = "/v1/chats/ord_one/ven_clay";
pub const MUG: &str = "prd_mug";

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
    pub body: Value,
}

impl Reply {
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!(
            (self.status.as_u16(), self.body["code"].as_str().unwrap_or("")),
            (status, code),
            "{}",
            self.body
        );
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        self
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

pub struct TestPop {
    pub host: NativeEdge,
    router: Router,
}

impl TestPop {
    /// A POP where Ada bought a mug of the potter, and Bob a lamp.
    pub async fn open() -> Self {
        let db = NativeDb::in_memory().unwrap();
        schema::migrate(&db).await.unwrap();
        let host = NativeEdge::new(db, &[("pseudonym_key", "the secret of the region")], ".".into(), 5);
        host.http.up("edge-accounts.spin.internal", Router::new().fallback(session));
        let router = edge_social::router(host.edge.clone());
        let pop = Self { host, router };
        pop.tell(vec![order("one", "ada", "mug", "clay"), order("two", "bob", "lamp", "light")]).await;
        pop
    }

    /// Applies what the core tells.
    pub async fn tell(&self, changes: Vec<Change>) {
        let page = FeedPage { changes, next: 1, more: false };
        catalog::apply::apply(&*self.host.edge.db, &page).await.unwrap();
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, bytes, body }
    }

    /// Sends JSON with a session and an idempotency key.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        key: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("idempotency-key", key);
        if !token.is_empty() {
            request = request.header("kiosk-session", token);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, ADA, "-", None).await
    }

    /// Writes as Ada to the potter.
    pub async fn write(&self, key: &str, text: &str) -> Reply {
        let body = serde_json::json!({ "text": text });
        self.call(Method::POST, &format!("{ROOM}/messages"), ADA, key, Some(body)).await
    }

    /// Hands in a picture as Ada.
    pub async fn upload(&self, file: &[u8]) -> Reply {
        let request = Request::post("/v1/pictures").header("kiosk-session", ADA);
        self.send(request.body(Body::from(file.to_vec())).unwrap()).await
    }

    /// What waits for the core.
    pub async fn events(&self) -> Vec<EventBody> {
        outbox::pending(&*self.host.edge.db, 500).await.unwrap().into_iter().map(|event| event.body).collect()
    }

    /// Everything that a refused request must not change.
    pub async fn effects(&self) -> Vec<i64> {
        let mut effects = Vec::new();
        for table in
            ["outbox", "message", "own_review", "upload", "upload_part", "idempotency", "social_guard"]
        {
            let count = Statement::new(format!("SELECT COUNT(*) FROM {table}"));
            effects.push(self.host.edge.db.query(count).await.unwrap()[0].get(0).unwrap());
        }
        effects
    }
}

/// edge-accounts, as far as it is asked.
async fn session(request: AxumRequest) -> axum::response::Response {
    let name = match request.headers()[header::AUTHORIZATION].to_str().unwrap() {
        "Bearer token-of-ada" => "ada",
        "Bearer token-of-bob" => "bob",
        _ => return StatusCode::UNAUTHORIZED.into_response(),
    };
    let who =
        Who { account: name.to_owned(), customer: format!("mail of {name}"), created_ms: 0, watched: false };
    axum::Json(who).into_response()
}

pub fn key() -> RoomKey {
    RoomKey { order: OrderId::named("one").unwrap(), vendor: VendorId::named("clay").unwrap() }
}

/// An order that is on its way.
pub fn order(id: &str, account: &str, product: &str, vendor: &str) -> Change {
    order_at(id, account, product, vendor, ParcelStatus::Shipped)
}

pub fn order_at(id: &str, account: &str, product: &str, vendor: &str, status: ParcelStatus) -> Change {
    let price = Money::new(1_999, Currency::EUR);
    let vendor = VendorId::named(vendor).unwrap();
    let line = OrderedLine {
        sku: Sku::parse(product).unwrap(),
        product: ProductId::named(product).unwrap(),
        title: format!("A {product}"),
        vendor: vendor.clone(),
        quantity: 1,
        unit_price: price,
        returnable: 0,
    };
    Change::Order(Box::new(OrderState {
        id: OrderId::named(id).unwrap(),
        account: account.to_owned(),
        placed_ms: 1_000,
        total: price,
        lines: vec![line],
        parcels: vec![Parcel::new(vendor, status)],
        returns: Vec::new(),
    }))
}

/// What the core tells of Ada's room.
pub fn room(closed_by: Option<Party>, vendor_read_ms: i64) -> Change {
    Change::Room(Room { key: key(), account: "ada".into(), closed_by, vendor_read_ms, customer_read_ms: 0 })
}

/// A message in Ada's room as the core tells it.
pub fn message(id: &str, number: u64, from: Party, text: &str, sent_ms: i64) -> Change {
    Change::Message(Box::new(Message {
        id: MessageId::parse(id).unwrap(),
        room: key(),
        number,
        from,
        text: text.into(),
        pictures: Vec::new(),
        sent_ms,
    }))
}
