//! What can be done with the codes of a cart.

use http::StatusCode;
use kiosk_ids::{CartId, GiftCardId};
use kiosk_pop_store::carts::{Asked, CartState};
use kiosk_pop_store::discounts::{self as store, GUESS_WINDOW_MS, Leased, UseChange};
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::leases::{self, Want};
use kiosk_problem::Problem;
use kiosk_wire::{GiftCard, LEASE_UNITS_MAX, LeaseAsk};

use crate::app::Pop;
use crate::auth::Token;
use crate::carts::service::{self, load};
use crate::carts::view::CartBody;
use crate::checkout::discounts::Unfit;
use crate::checkout::price::price;
use crate::checkout::supply::ASK_TIMEOUT_MS_MAX;
use crate::checkout::terms::Terms;
use crate::error::{Result, cart_closed, currency_mismatch};
use crate::sync;

/// Longest code that is looked at, in characters.
pub const CODE_CHARS_MAX: usize = 64;

/// Whose cart is changed, and which version of it.
pub struct Change<'a> {
    pub pop: &'a Pop,
    pub id: &'a CartId,
    pub token: &'a Token,
    pub version: Option<u64>,
}

impl Change<'_> {
    async fn load(&self) -> Result<CartState> {
        let state = load(self.pop, self.id, self.token, Asked::default()).await?;
        if !state.cart.is_open() {
            return Err(cart_closed(state.cart.order_id.as_deref()).into());
        }
        Ok(state)
    }

    const fn of(&self, now_ms: i64) -> UseChange<'_> {
        UseChange { cart: self.id, version: self.version, now_ms }
    }

    /// Counts a try before anything is said of the code.
    async fn guess(&self) -> Result<()> {
        match store::count_guess(&*self.pop.edge.db, self.id, self.pop.now_ms()).await {
            Err(error) if Guard::GuessesHaveRoom.broke(&error) => Err(too_many_codes().into()),
            result => Ok(result?),
        }
    }

    async fn done(&self, result: Result<(), kiosk_pop_store::StoreError>) -> Result<CartBody> {
        match result {
            Ok(()) => service::get_cart(self.pop, self.id, self.token).await,
            Err(error) => Err(service::refusal(self.pop, self.id, self.token, error).await),
        }
    }
}

/// Uses a discount's code. One that takes nothing of this cart is refused, and the code before it stays.
pub async fn put_code(change: Change<'_>, code: &str) -> Result<CartBody> {
    let code = checked(code)?.to_uppercase();
    let mut state = change.load().await?;
    change.guess().await?;
    state.cart.code = Some(code.clone());
    let terms = Terms::load(change.pop, &state, 0).await?;
    if terms.code_place().is_none() {
        return Err(code_unknown().into());
    }
    if let Some(reason) =
        price(&state.cart, &terms)?.code_unfit(&terms).filter(|reason| *reason != Unfit::Beaten)
    {
        return Err(code_unfit(reason).into());
    }
    let put = store::put_code(&*change.pop.edge.db, change.of(change.pop.now_ms()), Some(&code)).await;
    change.done(put).await
}

/// Uses no code any more.
pub async fn remove_code(change: Change<'_>) -> Result<CartBody> {
    change.load().await?;
    let put = store::put_code(&*change.pop.edge.db, change.of(change.pop.now_ms()), None).await;
    change.done(put).await
}

/// Pays with a gift card. One that is unknown, blocked, over or empty is refused with the same words.
pub async fn put_gift_card(change: Change<'_>, code: &str) -> Result<CartBody> {
    let hash = GiftCard::hash_of(checked(code)?);
    let state = change.load().await?;
    change.guess().await?;
    let (db, now_ms) = (&*change.pop.edge.db, change.pop.now_ms());
    let card = store::card_by_hash(db, &hash).await?;
    let usable = card.filter(|card| card.active && card.until_ms > now_ms);
    let card = usable.ok_or_else(gift_card_refused)?;
    if state.cart.currency.is_some_and(|currency| currency != card.currency) {
        return Err(currency_mismatch().param("code").into());
    }
    if balance(change.pop, &state, &card).await? == 0 {
        return Err(gift_card_refused().into());
    }
    let added = store::add_card(db, change.of(now_ms), &card).await;
    change.done(added).await
}

/// Pays with a gift card no more.
pub async fn remove_gift_card(change: Change<'_>, card: &GiftCardId) -> Result<CartBody> {
    change.load().await?;
    let removed = store::remove_card(&*change.pop.edge.db, change.of(change.pop.now_ms()), card).await;
    change.done(removed).await
}

/// What a gift card has left, in minor units. The core is asked for what the cart needs of it, so that the checkout need
/// not.
async fn balance(pop: &Pop, state: &CartState, card: &GiftCard) -> Result<u64> {
    let db = &*pop.edge.db;
    store::open_lease(db, card).await?;
    let needs = price(&state.cart, &Terms::default()).map_or(1, |priced| priced.list_subtotal.amount.max(1));
    let needs = u32::try_from(needs).unwrap_or(u32::MAX).min(LEASE_UNITS_MAX);
    let items = [card.item.as_str()];
    let account = || leases::accounts(db, &items);
    for account in account().await?.into_iter().filter(|account| account.here < needs) {
        if state.supply.core_retry_ms > pop.now_ms() {
            continue;
        }
        let ask = LeaseAsk {
            units: needs - account.here,
            item: account.item,
            epoch: account.epoch,
            granted_seen: account.granted,
            whole: false,
        };
        sync::leases::ask_now(pop, &[Want { ask, target: 0 }], ASK_TIMEOUT_MS_MAX).await?;
    }
    let found = account().await?.pop();
    let terms = Terms::load(pop, &load_again(pop, state).await?, 1).await?;
    Ok(found.map_or(0, |account| {
        let core = i64::try_from(account.core_available).unwrap_or(i64::MAX);
        terms.left(&Leased { epoch: account.epoch, here: i64::from(account.here), core })
    }))
}

/// The cart with the supply as it is after the core was asked.
async fn load_again(pop: &Pop, state: &CartState) -> Result<CartState> {
    let again = kiosk_pop_store::carts::load(&*pop.edge.db, &state.cart.id, Asked::default()).await?;
    Ok(again.unwrap_or_else(|| state.clone()))
}

/// A code that could be one, trimmed.
fn checked(code: &str) -> Result<&str, Problem> {
    let code = code.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ' ');
    if code.is_empty() || code.len() > CODE_CHARS_MAX || !code.chars().all(plain) {
        return Err(Problem::invalid("code", format!("1 to {CODE_CHARS_MAX} letters, digits and dashes")));
    }
    Ok(code)
}

/// 422: no discount with this code runs.
fn code_unknown() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code_unknown", "This code is not known")
        .param("code")
        .detail("No discount with this code is on at the moment.")
}

/// 422: the discount is not for this cart; 409 when it has nothing left.
fn code_unfit(reason: Unfit) -> Problem {
    if reason == Unfit::UsedUp {
        return Problem::new(StatusCode::CONFLICT, "code_used_up", "This discount is used up")
            .param("code")
            .detail("What was set aside for this discount is spent, or cannot be had at the moment.");
    }
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code_not_applicable", "This code is not for this cart")
        .param("code")
        .with("reason", reason.name())
}

/// 422: whatever is wrong with it, so that nobody learns which codes there are.
fn gift_card_refused() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "gift_card_refused", "This gift card cannot be used")
        .param("code")
        .detail("It is unknown, over or empty, or it cannot be checked at the moment.")
}

/// 429: somebody tries one code after the other.
fn too_many_codes() -> Problem {
    let after_s = u32::try_from(GUESS_WINDOW_MS / 1_000).unwrap_or(u32::MAX);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_codes", "Too many codes were tried")
        .param("code")
        .detail("Please try again in a few minutes.")
        .retry_after_s(after_s)
}
