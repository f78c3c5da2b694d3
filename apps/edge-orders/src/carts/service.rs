//! What can be done with a cart.

use http::StatusCode;
use kiosk_ids::{CartId, Sku};
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::{self, Asked, CART_LINES_MAX, CartState, LineChange};
use kiosk_pop_store::catalog;
use kiosk_pop_store::discounts::GIFT_CARDS_MAX;
use kiosk_pop_store::guard::Guard;
use kiosk_problem::Problem;

use super::view::CartBody;
use crate::app::Pop;
use crate::auth::Token;
use crate::checkout::tax::{AddedTax, Destination};
use crate::checkout::terms::Terms;
use crate::error::{ApiError, Result, cart_closed, cart_version_stale, currency_mismatch};

/// Most pieces of one line.
pub const LINE_QUANTITY_MAX: u32 = 99;

/// The cart `id`, for whoever has its token: somebody else's is not there.
pub async fn load(pop: &Pop, id: &CartId, token: &Token, asked: Asked<'_>) -> Result<CartState> {
    let state = carts::load(&*pop.edge.db, id, asked).await?;
    let owned = state.filter(|state| token.has_hash(&state.cart.token_hash));
    Ok(owned.ok_or_else(|| Problem::not_found("cart"))?)
}

/// An empty cart. Its token is shown here and never again.
pub async fn create_cart(pop: &Pop) -> Result<CartBody> {
    let now_ms = pop.now_ms();
    let id = CartId::fresh(now_ms, &pop.edge.random_bytes());
    let token = Token::fresh(pop.edge.random_bytes());
    carts::create(&*pop.edge.db, &id, &token.hash(), now_ms).await?;
    Ok(CartBody::created(id, token.reveal().to_owned(), pop.config.sales_tax))
}

/// The cart.
pub async fn get_cart(pop: &Pop, id: &CartId, token: &Token) -> Result<CartBody> {
    show(pop, load(pop, id, token, Asked::default()).await?).await
}

/// A cart as it was read, at today's prices.
pub async fn show(pop: &Pop, state: CartState) -> Result<CartBody> {
    let terms = Terms::load(pop, &state, 0).await?;
    CartBody::of(state, &terms, &pop.config, pop.now_ms())
}

/// The cart, with the tax that comes on top where it goes.
pub async fn quote(pop: &Pop, id: &CartId, token: &Token, to: &Destination) -> Result<CartBody> {
    let state = load(pop, id, token, Asked::default()).await?;
    let now_ms = pop.now_ms();
    let to = (to.country.as_str(), to.postcode.reveal().as_str());
    let tax = AddedTax::of(pop.config.sales_tax, to, "postcode", now_ms)?;
    let terms = Terms::load(pop, &state, 0).await?.with_tax(tax);
    CartBody::of(state, &terms, &pop.config, now_ms)
}

/// Sets the pieces of a SKU, at the price that is shown now.
pub async fn put_line(
    pop: &Pop,
    id: &CartId,
    token: &Token,
    sku: &Sku,
    quantity: u32,
    version: Option<u64>,
) -> Result<CartBody> {
    if !(1..=LINE_QUANTITY_MAX).contains(&quantity) {
        let detail = format!("a whole number from 1 to {LINE_QUANTITY_MAX}");
        return Err(Problem::invalid("quantity", detail).into());
    }
    load(pop, id, token, Asked::default()).await?;
    let db = &*pop.edge.db;
    let sold = catalog::skus(db, &[sku.as_str()]).await?.pop().ok_or_else(|| Problem::not_found("sku"))?;
    match carts::put_line(
        db,
        LineChange { cart: id, version, sku, now_ms: pop.now_ms() },
        quantity,
        sold.price,
    )
    .await
    {
        Ok(()) => get_cart(pop, id, token).await,
        Err(error) => Err(refusal(pop, id, token, error).await),
    }
}

/// Removes a SKU.
pub async fn remove_line(
    pop: &Pop,
    id: &CartId,
    token: &Token,
    sku: &Sku,
    version: Option<u64>,
) -> Result<CartBody> {
    load(pop, id, token, Asked::default()).await?;
    let change = LineChange { cart: id, version, sku, now_ms: pop.now_ms() };
    match carts::remove_line(&*pop.edge.db, change).await {
        Ok(()) => get_cart(pop, id, token).await,
        Err(error) => Err(refusal(pop, id, token, error).await),
    }
}

/// Why a change was undone.
pub async fn refusal(pop: &Pop, id: &CartId, token: &Token, error: StoreError) -> ApiError {
    if Guard::CartHasRoom.broke(&error) {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "cart_full", "The cart is full");
        return problem.detail(format!("A cart holds {CART_LINES_MAX} lines.")).into();
    }
    if Guard::GiftCardsHaveRoom.broke(&error) {
        let title = "The cart has as many gift cards as it can";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "gift_cards_full", title);
        return problem.param("code").detail(format!("{GIFT_CARDS_MAX} gift cards pay one order.")).into();
    }
    if Guard::CartHasOneCurrency.broke(&error) {
        return currency_mismatch().into();
    }
    let now = match load(pop, id, token, Asked::default()).await {
        Ok(state) => state.cart,
        Err(error) => return error,
    };
    if Guard::CartIsOpen.broke(&error) {
        cart_closed(now.order_id.as_deref()).into()
    } else if Guard::CartVersionIsCurrent.broke(&error) {
        cart_version_stale(now.version).into()
    } else {
        error.into()
    }
}
