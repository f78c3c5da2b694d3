//! Issuing gift cards, blocking them, and what becomes of their balances. Functions on a [`Tx`] take part in another
//! module's transaction.

use http::StatusCode;
use kiosk_ids::{GiftCardId, OrderId};
use kiosk_money::{Currency, Money};
use kiosk_problem::Problem;
use kiosk_wire::{Change, GiftCard, GiftCardUse, LEASE_UNITS_MAX, OrderRecord, StockTake};

use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::accounting::plans::day_ms;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::bus::fact::{Fact, GiftCardIssued, GiftCardMoved, GiftCardRefundDue};
use crate::modules::bus::service as bus;
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::discounts::draft::CURRENCIES;
use crate::modules::imports::text;
use crate::modules::inventory::escrow::Kind;
use crate::modules::inventory::service::{self as inventory, StockMove};
use crate::modules::members::service::Member;
use crate::page::List;
use crate::random::random;

/// Filters of the list of gift cards.
pub const FILTERS: [&str; 3] = ["active", "expired", "blocked"];
/// Most that a gift card is issued for, in minor units: a POP can ask for all of it at once.
pub const AMOUNT_MINOR_MAX: i64 = LEASE_UNITS_MAX as i64;
/// Longest a gift card can be used, in days.
pub const VALID_DAYS_MAX: i64 = 10 * 366;
/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 200;
/// Characters of a code: eighty random bits, so that a fast hash is enough.
const CODE_CHARS: usize = 16;
/// What codes are made of: nothing in it looks like another.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Characters of a code that stand together.
const CODE_GROUP_CHARS: usize = 4;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// How a gift card came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody paid for it, into the bank account.
    Sold,
    /// It was given away.
    Given,
}

impl Origin {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::Given => "given",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Sold, Self::Given].into_iter().find(|origin| origin.name() == name)
    }
}

/// A gift card with its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// `gft_…`.
    pub id: GiftCardId,
    /// SHA-256 of its code, hex.
    pub code_hash: String,
    /// What it was issued for.
    pub amount: Money,
    /// What is left: here, and leased to POPs.
    pub left: Money,
    /// Until when it can be used, Unix milliseconds.
    pub until_ms: i64,
    /// How it came about.
    pub origin: Origin,
    /// What it was issued for, in words.
    pub note: String,
    /// When it was blocked, Unix milliseconds; 0 for never.
    pub blocked_ms: i64,
    /// Unix milliseconds.
    pub issued_ms: i64,
}

impl Card {
    /// Where it stands at a time, as the list's filter calls it.
    #[must_use]
    pub const fn phase(&self, now_ms: i64) -> &'static str {
        if self.blocked_ms > 0 {
            "blocked"
        } else if now_ms >= self.until_ms {
            "expired"
        } else {
            "active"
        }
    }

    fn told(&self) -> Result<Change, Error> {
        let item = self.id.as_str().parse().map_err(|_| Error::NotFound("gift card"))?;
        let (id, code_hash) = (self.id.clone(), self.code_hash.clone());
        let (currency, until_ms, active) = (self.amount.currency, self.until_ms, self.blocked_ms == 0);
        Ok(Change::GiftCard(GiftCard { id, code_hash, item, currency, until_ms, active }))
    }
}

/// Something that happened to a gift card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// `issued`, `spent` or `returned`.
    pub kind: String,
    /// The order; empty when it was issued.
    pub order: String,
    /// How much; above zero.
    pub amount: Money,
}

/// A gift card as somebody writes it down.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The card's id, made with the form: one form issues one card, however often it is sent.
    pub id: String,
    /// How much.
    pub amount: String,
    /// Code of the currency.
    pub currency: String,
    /// Last day, as `2027-01-31`.
    pub until: String,
    /// `sold` or `given`.
    pub origin: String,
    /// What for; nothing personal.
    pub note: String,
}

/// What a gift card pays of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// `gft_…`.
    pub card: String,
    /// How much it paid.
    pub paid: Money,
    /// What of that went back onto it.
    pub returned: Money,
}

/// Gift cards.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Gift cards as the list asks for them, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, list: &List) -> Result<(Vec<Card>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let mut cards = store::list(conn, list, self.clock.now_ms()).await?;
        let more = list.cut(&mut cards);
        let ids: Vec<&str> = cards.iter().map(|card| card.id.as_str()).collect();
        let levels = inventory::list_levels(conn, &ids).await?;
        for card in &mut cards {
            card.left.amount = levels.get(card.id.as_str()).map_or(0, |level| level.available + level.leased);
        }
        Ok((cards, more))
    }

    /// A gift card with all that happened to it, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, id: &str) -> Result<(Card, Vec<Entry>), Error> {
        let conn = &mut *self.db.read().await?;
        let mut card = store::get(conn, id).await?.ok_or(Error::NotFound("gift card"))?;
        let levels = inventory::list_levels(conn, &[id]).await?;
        card.left.amount = levels.get(id).map_or(0, |level| level.available + level.leased);
        let entries = store::list_entries(conn, id).await?;
        Ok((card, entries))
    }

    /// What gift cards pay of an order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_of_order(&self, order: &str) -> Result<Vec<Used>, Error> {
        Ok(store::list_of_order(&mut *self.db.read().await?, order).await?)
    }

    /// Makes the id of a card that a form is to issue.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn fresh_id(&self) -> Result<GiftCardId, Error> {
        Ok(GiftCardId::fresh(self.clock.now_ms(), &random()?))
    }

    /// Issues a gift card and tells every POP. The code is returned this once, grouped; only its hash is kept.
    ///
    /// # Errors
    /// 409 `gift_card_issued` when the form was sent before, 422 that names the field.
    pub async fn issue(&self, actor: &Member, draft: &Draft) -> Result<(Card, String), Error> {
        let now_ms = self.clock.now_ms();
        let code = code_of(&random()?);
        let card = read(draft, GiftCard::hash_of(&code), now_ms)?;
        let id = card.id.as_str();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        if store::get(&mut tx, id).await?.is_some() {
            return Err(issued());
        }
        store::insert(&mut tx, &card).await?;
        store::insert_entry(&mut tx, id, ("issued", ""), (card.amount.amount, now_ms)).await?;
        inventory::open_account(&mut tx, id, Kind::GiftCard, card.amount.amount).await?;
        feed::publish(&mut tx, None, &[card.told()?]).await?;
        let sold = card.origin == Origin::Sold;
        let fact = GiftCardIssued { card: card.id.clone(), amount: card.amount, sold };
        bus::publish(&mut tx, &[Fact::GiftCardIssued(fact)], now_ms).await?;
        let detail = format!("{}, {}", card.amount, card.origin.name());
        let act = Act { action: "gift_card.issue", subject: id, detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        tx.commit().await?;
        Ok((card, code))
    }

    /// Blocks a gift card, or lets it be used again. What a POP is not told yet it can still take.
    ///
    /// # Errors
    /// 422 without a reason, [`Error::NotFound`].
    pub async fn set_blocked(
        &self,
        actor: &Member,
        id: &str,
        blocked: bool,
        reason: &str,
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let reason = text::plain(reason, NOTE_CHARS_MAX);
        if reason.is_empty() {
            return Err(Error::invalid("reason", "say why"));
        }
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let mut card = store::get(&mut tx, id).await?.ok_or(Error::NotFound("gift card"))?;
        card.blocked_ms = if blocked { now_ms } else { 0 };
        store::set_blocked(&mut tx, id, card.blocked_ms).await?;
        feed::publish(&mut tx, None, &[card.told()?]).await?;
        let action = if blocked { "gift_card.block" } else { "gift_card.unblock" };
        audit::append(&mut tx, &actor.id, &Act { action, subject: id, detail: reason }, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// A code of random bytes, in groups: five bits for each character.
fn code_of(bytes: &[u8; CODE_CHARS]) -> String {
    let mut code = String::with_capacity(CODE_CHARS + CODE_CHARS / CODE_GROUP_CHARS);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % CODE_GROUP_CHARS == 0 {
            code.push('-');
        }
        code.push(char::from(CODE_ALPHABET[usize::from(byte % 32)]));
    }
    code
}

fn read(draft: &Draft, code_hash: String, now_ms: i64) -> Result<Card, Error> {
    let id = GiftCardId::parse(&draft.id).map_err(|_| Error::invalid("id", "load the form again"))?;
    let currency = CURRENCIES.into_iter().find(|currency| currency.code() == draft.currency.trim());
    let currency = currency.ok_or_else(|| Error::invalid("currency", "choose one"))?;
    let amount = Money::parse_decimal(draft.amount.trim(), currency).ok();
    let amount = amount.filter(|amount| (1..=AMOUNT_MINOR_MAX).contains(&amount.amount));
    let most = Money::new(AMOUNT_MINOR_MAX, currency);
    let amount = amount.ok_or_else(|| Error::invalid("amount", format!("above 0, at most {most}")))?;
    let until_ms = day_ms(&draft.until).map(|day_ms| day_ms + DAY_MS);
    let until_ms = until_ms.ok_or_else(|| Error::invalid("until", "not a date such as 2027-01-31"))?;
    if until_ms <= now_ms || until_ms > now_ms + VALID_DAYS_MAX * DAY_MS {
        return Err(Error::invalid("until", "today or later, within ten years"));
    }
    let origin = Origin::parse(&draft.origin).ok_or_else(|| Error::invalid("origin", "choose one"))?;
    if draft.note.trim().chars().count() > NOTE_CHARS_MAX {
        return Err(Error::invalid("note", format!("at most {NOTE_CHARS_MAX} characters")));
    }
    let note = text::plain(&draft.note, NOTE_CHARS_MAX);
    let (left, blocked_ms) = (amount, 0);
    Ok(Card { id, code_hash, amount, left, until_ms, origin, note, blocked_ms, issued_ms: now_ms })
}

/// What the gift cards of an order took of their balances.
pub fn takes(order: &OrderRecord) -> impl Iterator<Item = &StockTake> {
    order.gift_cards.iter().filter_map(|used| take_of(order, used))
}

/// A balance is kept under its card's own name, in minor units: a card pays by nothing else.
fn take_of<'a>(order: &OrderRecord, used: &'a GiftCardUse) -> Option<&'a StockTake> {
    let fits = used.take.item.as_str() == used.card.as_str()
        && i64::from(used.take.units) == used.amount.amount
        && used.amount.currency == order.total.currency;
    fits.then_some(&used.take)
}

/// Records what gift cards pay of new orders, each order with the units that its [`takes`] were short: a card pays what
/// its balance had. Returns what is to be told of it.
///
/// # Errors
/// When the database fails.
pub async fn redeem(tx: &mut Tx, placed: &[(&OrderRecord, &[i64])], now_ms: i64) -> Result<Vec<Fact>, Error> {
    let mut facts = Vec::new();
    for (order, short) in placed {
        let mut short = short.iter();
        for (place, used) in (0_i64..).zip(&order.gift_cards) {
            let paid = take_of(order, used)
                .map_or(0, |take| i64::from(take.units) - short.next().copied().unwrap_or_default());
            store::insert_use(tx, order.id.as_str(), place, used, paid).await?;
            if paid > 0 {
                let (card, amount) = (used.card.clone(), Money::new(paid, used.amount.currency));
                store::insert_entry(tx, card.as_str(), ("spent", order.id.as_str()), (paid, now_ms)).await?;
                facts.push(Fact::GiftCardRedeemed(GiftCardMoved { card, order: order.id.clone(), amount }));
            }
        }
    }
    Ok(facts)
}

/// Whether a gift card of an order had less than it was to pay, by what its [`takes`] were short.
#[must_use]
pub fn is_short(order: &OrderRecord, short: &[i64]) -> bool {
    takes(order).count() < order.gift_cards.len() || short.iter().any(|units| *units > 0)
}

/// Gives money of orders back onto their gift cards, the last that paid first, and tells of it. A card that had less than
/// it was to pay gets back no more than it paid.
///
/// # Errors
/// When the database fails.
pub async fn give_back(tx: &mut Tx, due: &[&GiftCardRefundDue], now_ms: i64) -> Result<(), Error> {
    let (mut moves, mut entries, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for GiftCardRefundDue { order, amount } in due {
        let mut rest = amount.amount;
        for used in store::lock_uses(tx, order.as_str()).await? {
            let part = rest.min(used.paid - used.returned);
            if part <= 0 {
                continue;
            }
            rest -= part;
            store::add_returned(tx, order.as_str(), used.place, part).await?;
            facts.push(refunded(&used.card, order, Money::new(part, amount.currency))?);
            entries.push((used.card.clone(), order, part));
            moves.push((used.card, StockMove::Release, part));
        }
        if rest > 0 {
            tracing::warn!(%order, rest, "gift cards are owed more than they paid");
        }
    }
    // The balance is locked before its entries are numbered, as purchases do.
    inventory::move_stock(tx, &moves).await?;
    for (card, order, part) in entries {
        store::insert_entry(tx, &card, ("returned", order.as_str()), (part, now_ms)).await?;
    }
    if facts.is_empty() { Ok(()) } else { bus::publish(tx, &facts, now_ms).await }
}

fn refunded(card: &str, order: &OrderId, amount: Money) -> Result<Fact, Error> {
    let card = GiftCardId::parse(card).map_err(|_| Error::NotFound("gift card"))?;
    Ok(Fact::GiftCardRefunded(GiftCardMoved { card, order: order.clone(), amount }))
}

fn issued() -> Error {
    let title = "This form has issued a card already";
    Problem::new(StatusCode::CONFLICT, "gift_card_issued", title).into()
}

/// The currency of a stored amount.
pub(super) fn currency(code: &str) -> Result<Currency, sqlx::Error> {
    Currency::from_code(code).ok_or_else(|| sqlx::Error::Decode("no currency".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_grouped_and_read_back() {
        let code = code_of(&[0, 1, 2, 3, 31, 32, 33, 255, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(code, "2345-Z23Z-ABCD-EFGH");
        assert_eq!(GiftCard::hash_of(&code), GiftCard::hash_of("2345z23zabcdefgh"));
    }
}
