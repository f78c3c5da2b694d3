//! An edge-orders in memory: carts with versions, orders that replay, and refusals that a test puts in its mouth.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use kiosk_edge_platform::Database;
use kiosk_pop_store::catalog;
use kiosk_problem::Problem;
use serde_json::{Value, json};

use super::codes;

/// Where the provider's pages are.
pub const PAY_PAGE: &str = "https://pay.example/cs";

#[derive(Clone)]
pub struct FakeOrders(Arc<Inner>);

struct Inner {
    db: Arc<dyn Database>,
    state: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    carts: HashMap<String, Cart>,
    orders: HashMap<String, Value>,
    replies: HashMap<String, String>,
    refusal: Option<Problem>,
    /// The session that the last order came with.
    session: Option<String>,
    /// The cart of the one account there is, whatever its session.
    claimed: Option<String>,
    /// What accounts ordered, newest first.
    history: Vec<Value>,
    /// The return that was asked for last: key and body.
    asked: Option<(String, Value)>,
    /// What the account has earned; unknown while there is none.
    loyalty: Option<Value>,
    /// How far the appeal of the account is, while it is blocked.
    blocked: Option<&'static str>,
    appeals: Vec<String>,
    /// No session is known any more.
    ended: bool,
    /// Added to each price, as if the catalogue changed after a line was put in the cart.
    raise: i64,
}

#[derive(Clone, Default)]
pub(super) struct Cart {
    version: u64,
    lines: Vec<(String, u32, i64)>,
    order: Option<String>,
    /// A tenth off all goods.
    pub(super) code: Option<String>,
    /// Balance of its gift card.
    pub(super) card: Option<i64>,
}

pub(super) type Answer = Result<Response, Problem>;

impl FakeOrders {
    pub fn new(db: Arc<dyn Database>) -> Self {
        Self(Arc::new(Inner { db, state: Mutex::default() }))
    }

    /// The next order is refused like this.
    pub fn refuse_next(&self, problem: Problem) {
        self.book(|book| book.refusal = Some(problem));
    }

    /// Prices rise from now on.
    pub fn raise_prices(&self, by: i64) {
        self.book(|book| book.raise = by);
    }

    /// The session that the last order came with.
    pub fn last_session(&self) -> Option<String> {
        self.book(|book| book.session.clone())
    }

    /// The account ordered this before, at another POP.
    pub fn ordered_elsewhere(&self, order: Value) {
        self.book(|book| {
            book.orders.insert(order["id"].as_str().unwrap().to_owned(), order.clone());
            book.history.push(order);
        });
    }

    /// The account has earned this.
    /// The account may not buy, and its appeal is `possible`, `open` or `refused`; with none it may.
    pub fn block(&self, appeal: Option<&'static str>) {
        self.book(|book| book.blocked = appeal);
    }

    /// The appeals that were made.
    pub fn appeals(&self) -> Vec<String> {
        self.book(|book| book.appeals.clone())
    }

    pub fn earned(&self, loyalty: Value) {
        self.book(|book| book.loyalty = Some(loyalty));
    }

    /// All sessions end.
    pub fn end_sessions(&self) {
        self.book(|book| book.ended = true);
    }

    /// The session of a request.
    fn session(&self, headers: &HeaderMap) -> Result<Option<String>, Problem> {
        let session = headers.get("kiosk-session").map(|value| value.to_str().unwrap().to_owned());
        if session.is_some() && self.book(|book| book.ended) {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "You are logged out"));
        }
        Ok(session)
    }

    fn account(&self, headers: &HeaderMap) -> Result<String, Problem> {
        let required = || Problem::new(StatusCode::UNAUTHORIZED, "session_required", "Please log in");
        self.session(headers)?.ok_or_else(required)
    }

    pub fn order_count(&self) -> usize {
        self.book(|book| book.orders.len())
    }

    /// The payment of an order ends: it is `placed`, or `cancelled` for a reason and its cart open again.
    pub fn end_payment(&self, id: &str, status: &str, reason: &str) {
        self.book(|book| {
            let order = book.orders.get_mut(id).unwrap();
            order["status"] = status.into();
            let state = if status == "cancelled" { "cancelled" } else { "authorised" };
            order["payment"] =
                json!({ "state": state, "redirect_url": null, "expires_ms": null, "reason": reason });
            let cart = order["cart"].as_str().unwrap().to_owned();
            if status == "cancelled" {
                let cart = book.carts.get_mut(&cart).unwrap();
                cart.order = None;
                cart.version += 1;
            }
        });
    }

    /// Changes members of an order.
    pub fn change(&self, id: &str, members: Value) {
        self.book(|book| {
            let order = book.orders.get_mut(id).unwrap();
            for (name, value) in members.as_object().unwrap() {
                order[name] = value.clone();
            }
        });
    }

    /// The return that was asked for last: idempotency key and body.
    pub fn asked(&self) -> Option<(String, Value)> {
        self.book(|book| book.asked.clone())
    }

    pub fn set_status(&self, id: &str, status: &str) {
        let parcel = json!({ "vendor": { "id": "ven_ostwerk", "name": "Ostwerk" }, "status": status });
        self.book(|book| {
            let order = book.orders.get_mut(id).unwrap();
            (order["status"], order["parcels"]) = (status.into(), json!([parcel]));
        });
    }

    fn book<T>(&self, f: impl FnOnce(&mut Book) -> T) -> T {
        f(&mut self.0.state.lock().unwrap())
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/carts", post(create))
            .route("/v1/carts/claim", post(claim))
            .route("/v1/carts/{id}", get(show))
            .route("/v1/carts/{id}/lines/{sku}", put(set).delete(remove))
            .route("/v1/carts/{id}/code", put(codes::put_code).delete(codes::remove_code))
            .route("/v1/carts/{id}/gift-cards", put(codes::put_card))
            .route("/v1/carts/{id}/gift-cards/{card}", delete(codes::remove_card))
            .route("/v1/orders", post(place).get(orders))
            .route("/v1/orders/{id}", get(order))
            .route("/v1/loyalty", get(loyalty))
            .route("/v1/standing", get(standing))
            .route("/v1/appeals", post(appeal))
            .route("/v1/orders/{id}/payment", post(settle))
            .route("/v1/orders/{id}/cancel-payment", post(cancel))
            .route("/v1/orders/{id}/returns", post(ask_return))
            .with_state(self.clone())
    }

    fn cart_of(&self, id: &str, headers: &HeaderMap) -> Result<Cart, Problem> {
        let cart = self.book(|book| book.carts.get(id).cloned());
        let token = format!("Bearer secret-of-{}", id.trim_start_matches("crt_"));
        let known = headers.get(header::AUTHORIZATION).is_some_and(|value| value.to_str().unwrap() == token);
        cart.filter(|_| known).ok_or_else(|| Problem::not_found("cart"))
    }

    /// Changes what a cart uses.
    pub(super) async fn using(
        &self,
        id: &str,
        headers: &HeaderMap,
        change: impl FnOnce(&mut Cart) -> Result<(), Problem>,
    ) -> Answer {
        self.cart_of(id, headers)?;
        self.book(|book| {
            let cart = book.carts.get_mut(id).unwrap();
            cart.version += 1;
            change(cart)
        })?;
        Ok(Json(self.json(id).await).into_response())
    }

    async fn json(&self, id: &str) -> Value {
        let (cart, raise) = self.book(|book| (book.carts[id].clone(), book.raise));
        let skus: Vec<&str> = cart.lines.iter().map(|(sku, ..)| sku.as_str()).collect();
        let known = catalog::skus(&*self.0.db, &skus).await.unwrap();
        let (mut total, mut list_total, mut bulky) = (0, 0, false);
        let mut lines = Vec::new();
        for (sku, quantity, shown) in &cart.lines {
            let Some(view) = known.iter().find(|view| view.sku == *sku) else { continue };
            let unit = view.price.amount + raise;
            let list = unit * i64::from(*quantity);
            let off = if cart.code.is_some() { list / 10 } else { 0 };
            list_total += list;
            total += list - off;
            bulky |= view.bulky;
            lines.push(json!({
                "sku": sku, "product_id": view.product_id, "handle": view.handle, "title": view.title,
                "options": view.options, "vendor": { "id": view.vendor_id, "name": view.vendor_name },
                "picture": view.picture, "bulky": view.bulky, "quantity": quantity, "unit_price": eur(unit),
                "shown_price": eur(*shown), "price_changed": unit != *shown, "line_total": eur(list - off),
                "list_total": (off > 0).then(|| eur(list)),
                "available": (view.stock.here + view.stock.core).clamp(0, 99), "removed": false,
            }));
        }
        let option = |kind: &str, name: &str, detail: &str, amount: i64| {
            let paid = cart.card.unwrap_or(0).min(total + amount);
            json!({ "kind": kind, "name": name, "detail": detail, "price": eur(amount), "total": eur(total + amount),
                "gift_cards": eur(paid), "due": eur(total + amount - paid) })
        };
        let ways = if bulky {
            vec![
                option("freight", "Freight", "To your door in 5 to 8 working days, by appointment", 4_900),
                option("pickup", "Pick-up", "At the store near you", 0),
            ]
        } else {
            vec![
                option("parcel", "Parcel", "2 to 3 working days", 490),
                option("express", "Express", "The next working day", 1_290),
            ]
        };
        let method =
            |method: &str, name: &str| json!({ "method": method, "name": name, "detail": "How it goes." });
        let methods = [
            method("card", "Card"),
            method("paypal", "PayPal"),
            method("bank_transfer", "Bank transfer"),
            method("invoice", "Pay on invoice"),
        ];
        json!({
            "id": id, "version": cart.version, "status": if cart.order.is_some() { "ordered" } else { "open" },
            "order_id": cart.order, "currency": "EUR", "quantity": cart.lines.iter().map(|(_, n, _)| n).sum::<u32>(),
            "lines": lines, "subtotal": eur(total), "delivery_options": ways, "payment_methods": methods,
            "list_subtotal": eur(list_total), "code": cart.code.map(|code| json!({ "code": code, "name": "A tenth off" })),
            "discounts": if total < list_total { json!([discount(list_total - total)]) } else { json!([]) },
            "gift_cards": cart.card.map(|left| json!({ "id": "gft_1", "balance": eur(left) })).into_iter().collect::<Vec<_>>(),
        })
    }
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

fn discount(amount: i64) -> Value {
    json!({ "name": "A tenth off", "code": "TENTH", "amount": eur(amount) })
}

async fn create(State(fake): State<FakeOrders>) -> Answer {
    let number = fake.book(|book| {
        let number = book.carts.len() + 1;
        book.carts.insert(format!("crt_{number}"), Cart { version: 1, ..Cart::default() });
        number
    });
    let mut cart = fake.json(&format!("crt_{number}")).await;
    cart["token"] = format!("secret-of-{number}").into();
    Ok((StatusCode::CREATED, Json(cart)).into_response())
}

async fn claim(State(fake): State<FakeOrders>, headers: HeaderMap, Json(body): Json<Value>) -> Answer {
    fake.account(&headers)?;
    let guest = match body["cart"].as_str() {
        Some(id) => Some((id.to_owned(), fake.cart_of(id, &headers)?)),
        None => None,
    };
    if guest.as_ref().is_some_and(|(_, cart)| cart.order.is_some()) {
        return Err(Problem::new(StatusCode::CONFLICT, "cart_closed", "This cart is closed"));
    }
    let mut left_out = Vec::new();
    let id = fake.book(|book| {
        let open = book.claimed.clone().filter(|id| book.carts[id].order.is_none());
        let id = match (open, &guest) {
            (None, Some((id, _))) => id.clone(),
            (None, None) => {
                let id = format!("crt_{}", book.carts.len() + 1);
                book.carts.insert(id.clone(), Cart { version: 1, ..Cart::default() });
                id
            }
            (Some(own), Some((id, cart))) if own != *id => {
                let into = book.carts.get_mut(&own).unwrap();
                for (sku, quantity, shown) in &cart.lines {
                    match into.lines.iter_mut().find(|(held, ..)| held == sku) {
                        Some(line) => {
                            let both = line.1 + quantity;
                            line.1 = both.min(99);
                            if both > 99 {
                                left_out.push(json!({ "sku": sku, "title": sku, "quantity": both - 99, "reason": "line_full" }));
                            }
                        }
                        None => into.lines.push((sku.clone(), *quantity, *shown)),
                    }
                }
                book.carts.remove(id);
                own
            }
            (Some(own), _) => own,
        };
        book.claimed = Some(id.clone());
        id
    });
    let mut cart = fake.json(&id).await;
    cart["token"] = format!("secret-of-{}", id.trim_start_matches("crt_")).into();
    cart["left_out"] = left_out.into();
    Ok(Json(cart).into_response())
}

async fn standing(State(fake): State<FakeOrders>, headers: HeaderMap) -> Answer {
    fake.account(&headers)?;
    let appeal = fake.book(|book| book.blocked);
    Ok(axum::Json(json!({ "blocked": appeal.is_some(), "appeal": appeal })).into_response())
}

async fn appeal(
    State(fake): State<FakeOrders>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Value>,
) -> Answer {
    fake.account(&headers)?;
    let text = body["text"].as_str().unwrap().to_owned();
    if text.chars().count() > 1_000 {
        return Err(Problem::invalid("text", "too long"));
    }
    if fake.book(|book| book.blocked) != Some("possible") {
        return Err(Problem::new(StatusCode::CONFLICT, "appeal_not_possible", "No"));
    }
    fake.book(|book| {
        book.blocked = Some("open");
        book.appeals.push(text);
    });
    standing(State(fake), headers).await
}

async fn loyalty(State(fake): State<FakeOrders>, headers: HeaderMap) -> Answer {
    fake.account(&headers)?;
    let away = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "accounts_unavailable", "Away");
    let loyalty = fake.book(|book| book.loyalty.clone()).ok_or_else(away)?;
    Ok(axum::Json(loyalty).into_response())
}

async fn orders(
    State(fake): State<FakeOrders>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let session = fake.account(&headers)?;
    let limit: usize = query["limit"].parse().unwrap();
    let from: usize = query
        .get("cursor")
        .map_or(Ok(0), |cursor| cursor.parse())
        .map_err(|_| Problem::invalid("cursor", "none"))?;
    let own: Vec<Value> =
        fake.book(|book| book.history.iter().filter(|order| order["account"] == session).cloned().collect());
    let next = (own.len() > from + limit).then(|| (from + limit).to_string());
    let items: Vec<&Value> = own.iter().skip(from).take(limit).collect();
    Ok(Json(json!({ "items": items, "next": next })).into_response())
}

async fn show(State(fake): State<FakeOrders>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    fake.cart_of(&id, &headers)?;
    Ok(Json(fake.json(&id).await).into_response())
}

async fn set(
    State(fake): State<FakeOrders>,
    Path((id, sku)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Answer {
    let cart = fake.cart_of(&id, &headers)?;
    let quantity = body["quantity"].as_u64().filter(|n| (1..=99).contains(n));
    let quantity = quantity.ok_or_else(|| Problem::invalid("quantity", "1 to 99"))? as u32;
    if cart.order.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "cart_closed", "The cart was ordered"));
    }
    let views = catalog::skus(&*fake.0.db, &[&sku]).await.unwrap();
    let view = views.first().ok_or_else(|| Problem::not_found("sku"))?;
    fake.book(|book| {
        let shown = view.price.amount + book.raise;
        let cart = book.carts.get_mut(&id).unwrap();
        cart.version += 1;
        match cart.lines.iter_mut().find(|(known, ..)| *known == sku) {
            Some(line) => (line.1, line.2) = (quantity, shown),
            None => cart.lines.push((sku.clone(), quantity, shown)),
        }
    });
    Ok(Json(fake.json(&id).await).into_response())
}

async fn remove(
    State(fake): State<FakeOrders>,
    Path((id, sku)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    fake.cart_of(&id, &headers)?;
    fake.book(|book| {
        let cart = book.carts.get_mut(&id).unwrap();
        cart.version += 1;
        cart.lines.retain(|(known, ..)| *known != sku);
    });
    Ok(Json(fake.json(&id).await).into_response())
}

async fn place(State(fake): State<FakeOrders>, headers: HeaderMap, Json(body): Json<Value>) -> Answer {
    let id = body["cart"].as_str().unwrap().to_owned();
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let session = fake.session(&headers)?;
    if let Some(order) = fake.book(|book| book.replies.get(&key).map(|id| book.orders[id].clone())) {
        return Ok((StatusCode::CREATED, Json(order)).into_response());
    }
    let cart = fake.cart_of(&id, &headers)?;
    fake.book(|book| book.session.clone_from(&session));
    if let Some(problem) = fake.book(|book| book.refusal.take()) {
        return Err(problem);
    }
    if cart.order.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "cart_closed", "The cart was ordered")
            .with("order_id", cart.order));
    }
    let seen = fake.json(&id).await;
    let way = seen["delivery_options"]
        .as_array()
        .unwrap()
        .iter()
        .find(|way| way["kind"] == body["delivery"])
        .unwrap()
        .clone();
    let total = seen["subtotal"]["amount"].as_i64().unwrap() + way["price"]["amount"].as_i64().unwrap();
    if body["expected_total"] != eur(total) || body["expected_due"] != way["due"] {
        let changes = seen["lines"].as_array().unwrap().iter().map(|line| json!({ "sku": line["sku"], "shown_price": line["shown_price"], "unit_price": line["unit_price"] }));
        let changes: Vec<Value> = changes.collect();
        return Err(Problem::new(StatusCode::CONFLICT, "price_changed", "A price changed")
            .with("lines", changes)
            .with("total", eur(total)));
    }
    let order = fake.book(|book| {
        let order_id = format!("ord_{}", book.orders.len() + 1);
        let order = json!({
            "id": order_id, "token": format!("key-of-{order_id}"), "status": "placed", "placed_ms": 1_790_000_000_000_i64,
            "lines": seen["lines"], "subtotal": seen["subtotal"], "delivery": way["price"], "total": eur(total),
            "delivery_kind": body["delivery"], "payment_method": body["payment"]["method"], "contact": body["contact"],
            "address": body["address"], "account": session, "parcels": [], "cart": id, "due": way["due"],
            "discounts": seen["discounts"], "gift_cards": [{ "id": "gft_1", "amount": way["gift_cards"] }],
        });
        let order = with_payment(order);
        book.carts.get_mut(&id).unwrap().order = Some(order_id.clone());
        book.orders.insert(order_id.clone(), order.clone());
        book.history.insert(0, order.clone());
        book.replies.insert(key, order_id);
        order
    });
    Ok((StatusCode::CREATED, Json(order)).into_response())
}

/// As it is paid: at a provider whose page is not this shop's, by transfer, or later.
fn with_payment(mut order: Value) -> Value {
    match order["payment_method"].as_str().unwrap() {
        "card" | "paypal" => {
            order["status"] = "awaiting_payment".into();
            let page = format!("{PAY_PAGE}/{}", order["id"].as_str().unwrap());
            order["payment"] = json!({ "state": "open", "redirect_url": page, "expires_ms": 1_790_002_100_000_i64,
                "reason": null, "transfer": null });
        }
        "bank_transfer" => {
            let transfer = json!({ "iban": "DE89370400440532013000", "holder": "Kiosk GmbH", "amount": order["total"],
                "reference": "RF18539007547034", "until_ms": 1_790_900_000_000_i64 });
            order["payment"] = json!({ "state": "expected", "redirect_url": null, "expires_ms": null, "reason": null,
                "transfer": transfer });
        }
        _ => order["payment"] = Value::Null,
    }
    order
}

async fn settle(fake: State<FakeOrders>, id: Path<String>, headers: HeaderMap) -> Answer {
    if let Some(problem) = fake.book(|book| book.refusal.take()) {
        return Err(problem);
    }
    order(fake, id, headers).await
}

async fn cancel(fake: State<FakeOrders>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    order(fake.clone(), Path(id.clone()), headers.clone()).await?;
    if fake.book(|book| book.orders[&id]["status"] == "awaiting_payment") {
        fake.end_payment(&id, "cancelled", "given_up");
    }
    order(fake, Path(id), headers).await
}

async fn ask_return(
    fake: State<FakeOrders>,
    id: Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Answer {
    order(fake.clone(), id, headers.clone()).await?;
    if let Some(problem) = fake.book(|book| book.refusal.take()) {
        return Err(problem);
    }
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    fake.book(|book| book.asked = Some((key, body)));
    Ok((StatusCode::ACCEPTED, Json(json!({ "returns": [] }))).into_response())
}

async fn order(State(fake): State<FakeOrders>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let order = fake.book(|book| book.orders.get(&id).cloned());
    let token = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let session = fake.session(&headers)?;
    let order = order.filter(|order| {
        let by_token = order["token"].as_str().is_some_and(|own| token == Some(format!("Bearer {own}")));
        by_token || session.is_some() && order["account"].as_str() == session.as_deref()
    });
    Ok(Json(order.ok_or_else(|| Problem::not_found("order"))?).into_response())
}
