//! A mobile app's view of a POP.

use anyhow::{Context, Result, bail};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::wait_until;

/// Calls the JSON API of one POP.
#[derive(Clone)]
pub struct PopApi {
    client: Client,
    url: String,
}

/// A cart and the token that opens it.
#[derive(Clone, Debug)]
pub struct Cart {
    /// Identifier.
    pub id: String,
    /// Secret of its owner.
    pub token: String,
    /// As the POP last told it.
    pub state: Value,
}

/// How a checkout ended.
#[derive(Clone, Debug)]
pub enum OrderOutcome {
    /// 201, or a replay of it: the order.
    Placed(Value),
    /// Any other answer: status and problem.
    Refused(StatusCode, Value),
}

impl OrderOutcome {
    /// The order's id when it was placed.
    #[must_use]
    pub fn order_id(&self) -> Option<&str> {
        match self {
            Self::Placed(order) => order["id"].as_str(),
            Self::Refused(..) => None,
        }
    }

    /// The problem's code when it was refused.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Placed(_) => "",
            Self::Refused(_, problem) => problem["code"].as_str().unwrap_or("?"),
        }
    }
}

/// A person of the tests. Each name lives at an address of its own: many orders to one address look like fraud.
#[must_use]
pub fn shopper(name: &str) -> Value {
    json!({
        "contact": {"name": name, "email": format!("{}@example.org", name.to_lowercase().replace(' ', ".")), "phone": "+49 30 901820"},
        "address": {"street": format!("{name} Street 1"), "postcode": "10115", "city": "Berlin", "country": "DE"},
    })
}

impl PopApi {
    pub(crate) fn new(client: Client, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    /// GET `path`.
    ///
    /// # Errors
    /// When the POP cannot be reached.
    pub async fn get(&self, path: &str) -> Result<Response> {
        Ok(self.client.get(format!("{}{path}", self.url)).send().await?)
    }

    /// Waits until the first variant of the product at `handle` can be bought here.
    ///
    /// # Errors
    /// When it does not become so.
    pub async fn wait_for_stock(&self, handle: &str) -> Result<()> {
        wait_until(&format!("stock of {handle} at {}", self.url), || async {
            let page = self.get(&format!("/p/{handle}")).await?;
            if page.status() != StatusCode::OK {
                return Ok(None);
            }
            let list = self.get(&format!("/v1/products?q={handle}&in_stock=true")).await?;
            if list.status() != StatusCode::OK {
                return Ok(None);
            }
            let list: Value = list.json().await?;
            let found = list["items"]
                .as_array()
                .is_some_and(|items| items.iter().any(|item| item["handle"] == handle));
            Ok(found.then_some(()))
        })
        .await
    }

    /// Waits until at least `count` products have come through the feed.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn wait_for_products(&self, count: usize) -> Result<()> {
        wait_until(&format!("{count} products at {}", self.url), || async {
            let sitemap = self.get("/sitemap.xml").await?.text().await?;
            Ok((sitemap.matches("/p/").count() >= count).then_some(()))
        })
        .await
    }

    /// A new cart.
    ///
    /// # Errors
    /// When the POP does not answer 201.
    pub async fn cart(&self) -> Result<Cart> {
        let response = self.client.post(format!("{}/v1/carts", self.url)).json(&json!({})).send().await?;
        let state: Value = response.error_for_status()?.json().await?;
        let text = |name: &str| {
            state[name].as_str().map(str::to_owned).with_context(|| format!("cart without {name}"))
        };
        Ok(Cart { id: text("id")?, token: text("token")?, state })
    }

    /// Sets a line and returns the status and body.
    ///
    /// # Errors
    /// When the POP cannot be reached.
    pub async fn put_line(&self, cart: &mut Cart, sku: &str, body: Value) -> Result<StatusCode> {
        let url = format!("{}/v1/carts/{}/lines/{sku}", self.url, cart.id);
        let response = self.client.put(url).bearer_auth(&cart.token).json(&body).send().await?;
        let status = response.status();
        cart.state = response.json().await?;
        Ok(status)
    }

    /// A cart with `quantity` pieces of `sku`.
    ///
    /// # Errors
    /// When the POP refuses.
    pub async fn cart_with(&self, sku: &str, quantity: u32) -> Result<Cart> {
        let mut cart = self.cart().await?;
        let status = self.put_line(&mut cart, sku, json!({"quantity": quantity})).await?;
        if status != StatusCode::OK {
            bail!("line {sku} x {quantity}: {status} {}", cart.state);
        }
        Ok(cart)
    }

    /// The body of a checkout of `cart` by `name`.
    #[must_use]
    pub fn order_body(&self, cart: &Cart, name: &str) -> Value {
        let person = shopper(name);
        let subtotal = cart.state["subtotal"]["amount"].as_i64().unwrap_or(0);
        let option = &cart.state["delivery_options"][0];
        let delivery = option["price"]["amount"].as_i64().unwrap_or(0);
        json!({
            "cart": cart.id, "cart_version": cart.state["version"],
            "expected_total": {"amount": subtotal + delivery, "currency": cart.state["currency"]},
            "contact": person["contact"], "address": person["address"],
            "delivery": option["kind"], "payment": {"method": "invoice"},
        })
    }

    /// Checks out with `body` under `key`.
    ///
    /// # Errors
    /// When no answer comes: whether the order was placed is then unknown.
    pub async fn place(&self, cart: &Cart, body: &Value, key: &str) -> Result<OrderOutcome> {
        let request = self.client.post(format!("{}/v1/orders", self.url)).bearer_auth(&cart.token);
        let response = request.header("idempotency-key", key).json(body).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        Ok(if status == StatusCode::CREATED {
            OrderOutcome::Placed(answer)
        } else {
            OrderOutcome::Refused(status, answer)
        })
    }

    /// Buys one piece of `sku` as a new shopper: cart, line, checkout.
    ///
    /// # Errors
    /// When the POP cannot be reached or refuses the cart.
    pub async fn buy(&self, sku: &str, name: &str) -> Result<OrderOutcome> {
        let cart = self.cart_with(sku, 1).await?;
        self.place(&cart, &self.order_body(&cart, name), &format!("key-{}", cart.id)).await
    }
}
