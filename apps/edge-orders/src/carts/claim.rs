//! A cart for an account: a guest's cart becomes it, or goes into the one that the account has.

use kiosk_edge_platform::DbError;
use kiosk_ids::CartId;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::{self, Asked, CART_LINES_MAX, Cart, CartLine};
use kiosk_pop_store::claims::{self, MergedLine};
use kiosk_problem::Problem;
use kiosk_session::Who;

use super::service::{self, LINE_QUANTITY_MAX};
use super::view::{ClaimedCart, LeftOut, LeftOutReason};
use crate::app::Pop;
use crate::auth::Token;
use crate::error::{Result, busy, cart_closed};

/// Most times that one claim starts again because another request was faster.
const RACES_MAX: u32 = 10;

/// The open cart of `who`, after the guest's cart went into it. Claiming the same cart again changes nothing.
pub async fn claim_cart(pop: &Pop, who: &Who, guest: Option<(CartId, Token)>) -> Result<ClaimedCart> {
    for _ in 0..RACES_MAX {
        if let Some(claimed) = attempt(pop, who, guest.as_ref()).await? {
            return Ok(claimed);
        }
    }
    Err(busy().into())
}

/// One try; `None` when another request was faster.
async fn attempt(pop: &Pop, who: &Who, guest: Option<&(CartId, Token)>) -> Result<Option<ClaimedCart>> {
    let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
    let guest = match guest {
        Some((id, token)) => guests_cart(pop, who, id, token).await?,
        None => None,
    };
    let own = match claims::open_cart(db, &who.account).await? {
        Some(id) => carts::load(db, &id, Asked::default()).await?.map(|state| state.cart),
        None => None,
    };
    let mut left_out = Vec::new();
    let (id, written) = match (own, guest) {
        (Some(own), None) => (own.id, Ok(())),
        (None, None) => {
            let id = CartId::fresh(now_ms, &pop.edge.random_bytes());
            let hash = pop.config.cart_token(&id).hash();
            let created = claims::create(db, &id, &hash, &who.account, now_ms).await;
            (id, created)
        }
        (None, Some(guest)) => {
            let hash = pop.config.cart_token(&guest.id).hash();
            let bound = claims::bind(db, &guest, &hash, &who.account, now_ms).await;
            (guest.id, bound)
        }
        (Some(own), Some(guest)) => {
            let lines = merge(&own, &guest, &mut left_out);
            let merged = claims::merge(db, &guest, &own, &lines, now_ms).await;
            (own.id, merged)
        }
    };
    match written {
        Ok(()) => show(pop, &id, left_out).await,
        Err(StoreError::Db(DbError::Constraint(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn show(pop: &Pop, id: &CartId, left_out: Vec<LeftOut>) -> Result<Option<ClaimedCart>> {
    let Some(state) = carts::load(&*pop.edge.db, id, Asked::default()).await? else { return Ok(None) };
    let mut cart = service::show(pop, state).await?;
    cart.token = Some(pop.config.cart_token(id).reveal().to_owned());
    Ok(Some(ClaimedCart { cart, left_out }))
}

/// The guest's cart, for whoever has its token; `None` when the account claimed it before.
async fn guests_cart(pop: &Pop, who: &Who, id: &CartId, token: &Token) -> Result<Option<Cart>> {
    let state = carts::load(&*pop.edge.db, id, Asked::default()).await?;
    let cart = state.ok_or_else(|| Problem::not_found("cart"))?.cart;
    match &cart.account {
        Some(account) if *account == who.account => Ok(None),
        None if token.has_hash(&cart.token_hash) && cart.is_open() => Ok(Some(cart)),
        None if token.has_hash(&cart.token_hash) => Err(cart_closed(cart.order_id.as_deref()).into()),
        _ => Err(Problem::not_found("cart").into()),
    }
}

/// The lines that change in `own` when `guest` goes into it, with their quantities then.
fn merge<'a>(own: &Cart, guest: &'a Cart, left_out: &mut Vec<LeftOut>) -> Vec<MergedLine<'a>> {
    let mismatch = matches!((own.currency, guest.currency), (Some(own), Some(guest)) if own != guest);
    let mut room = (CART_LINES_MAX as usize).saturating_sub(own.lines.len());
    let mut lines = Vec::new();
    for line in &guest.lines {
        let mut leave = |quantity, reason| left_out.push(left(line, quantity, reason));
        if mismatch {
            leave(line.quantity, LeftOutReason::CurrencyMismatch);
            continue;
        }
        let held = own.lines.iter().find(|held| held.sku == line.sku);
        if held.is_none() && room == 0 {
            leave(line.quantity, LeftOutReason::CartFull);
            continue;
        }
        room -= usize::from(held.is_none());
        let both = held.map_or(0, |held| held.quantity).saturating_add(line.quantity);
        let quantity = both.min(LINE_QUANTITY_MAX);
        if both > quantity {
            leave(both - quantity, LeftOutReason::LineFull);
        }
        lines.push(MergedLine { sku: &line.sku, quantity });
    }
    lines
}

fn left(line: &CartLine, quantity: u32, reason: LeftOutReason) -> LeftOut {
    let title = line.sold.as_ref().map_or_else(|| line.sku.clone(), |sold| sold.title.clone());
    LeftOut { sku: line.sku.clone(), title, quantity, reason }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_money::Currency;

    use super::*;

    fn cart(currency: Option<Currency>, lines: &[(&str, u32)]) -> Cart {
        let line = |(sku, quantity): &(&str, u32)| CartLine {
            sku: (*sku).to_owned(),
            quantity: *quantity,
            shown_price: 1,
            sold: None,
            methods: Vec::new(),
            vendor_risk_ppm: None,
        };
        Cart {
            id: CartId::named("a").unwrap(),
            token_hash: String::new(),
            version: 1,
            currency,
            created_ms: 0,
            order_id: None,
            account: None,
            merged_into: None,
            code: None,
            lines: lines.iter().map(line).collect(),
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let eur = Some(Currency::EUR);
        let mut left_out = Vec::new();
        let guest = cart(eur, &[("A", 60), ("B", 3)]);
        let lines = merge(&cart(eur, &[("A", 50)]), &guest, &mut left_out);
        let expected = [MergedLine { sku: "A", quantity: 99 }, MergedLine { sku: "B", quantity: 3 }];
        assert_eq!(lines, expected);
        assert_eq!((left_out[0].quantity, left_out[0].reason), (11, LeftOutReason::LineFull));

        let names: Vec<String> = (0..CART_LINES_MAX).map(|number| format!("X{number}")).collect();
        let full: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        let guest = cart(eur, &[("B", 3), ("X7", 2)]);
        left_out.clear();
        assert_eq!(merge(&cart(eur, &full), &guest, &mut left_out), [MergedLine { sku: "X7", quantity: 3 }]);
        assert_eq!((left_out.len(), left_out[0].reason), (1, LeftOutReason::CartFull));

        left_out.clear();
        let guest = cart(Some(Currency::USD), &[("U", 2)]);
        assert!(merge(&cart(eur, &[("A", 1)]), &guest, &mut left_out).is_empty());
        assert_eq!((left_out[0].quantity, left_out[0].reason), (2, LeftOutReason::CurrencyMismatch));
        assert_eq!(
            merge(&cart(None, &[]), &guest, &mut Vec::new()).len(),
            1,
            "an empty cart has no currency"
        );
    }
}
