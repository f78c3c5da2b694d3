//! Loyalty: which tier a customer has, by rules that admins keep.

use http::StatusCode;
use kiosk_money::Money;
use kiosk_problem::Problem;

use super::count::REPORTED;
use super::service::Service;
use super::{count_store, tiers_store as store};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::service as catalog;
use crate::modules::members::service::Member;

/// Most tiers.
pub const TIERS_MAX: usize = 8;
/// Longest name of a tier, in characters.
pub const NAME_CHARS_MAX: usize = 24;
/// Most orders that a tier can ask for.
const ORDERS_MAX: i64 = 10_000;
/// Largest value that a tier can ask for, in minor units.
const VALUE_MAX: i64 = 100_000_000_000;

/// A rule: who kept so much in so many orders of the last twelve months has this tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Lower case.
    pub name: String,
    /// Minor units of [`REPORTED`].
    pub value_min: i64,
    /// Orders of which something was kept.
    pub orders_min: i64,
}

/// A tier that a customer got or lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierChange {
    /// Empty for none.
    pub tier: String,
    /// Unix milliseconds.
    pub changed_ms: i64,
}

/// The highest tier whose thresholds are both met; empty for none. The lowest rule stands first.
pub(super) fn reached(rules: &[Tier], value: i64, orders: i64) -> &str {
    let met = rules.iter().rev().find(|rule| value >= rule.value_min && orders >= rule.orders_min);
    met.map_or("", |rule| &rule.name)
}

/// The tier above one; none above the highest.
pub(super) fn next<'a>(rules: &'a [Tier], tier: &str) -> Option<&'a Tier> {
    match rules.iter().position(|rule| rule.name == tier) {
        Some(place) => rules.get(place + 1),
        None => rules.first(),
    }
}

impl Service {
    /// The rules, the lowest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_tiers(&self) -> Result<Vec<Tier>, Error> {
        Ok(store::list(&mut *self.db.read().await?).await?)
    }

    /// Tiers that a customer got and lost, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_tier_changes(&self, pseudonym: &str) -> Result<Vec<TierChange>, Error> {
        Ok(store::list_changes(&mut *self.db.read().await?, pseudonym).await?)
    }

    /// Adds a rule, or changes the one of this name. All customers are counted anew by the job.
    ///
    /// # Errors
    /// 422 that names the field, also when a higher tier would ask for less than a lower one.
    pub async fn set_tier(
        &self,
        by: &Member,
        name: &str,
        (value, orders): (&str, &str),
    ) -> Result<(), Error> {
        let rule = read_rule(name, value, orders)?;
        let mut tx = self.db.begin().await?;
        // Who counts customers waits, so that nobody waits for each other in a circle.
        catalog::lock_writers(&mut tx).await?;
        let mut rules = store::lock(&mut tx).await?;
        rules.retain(|known| known.name != rule.name);
        if rules.len() >= TIERS_MAX {
            return Err(Error::invalid("name", format!("there are {TIERS_MAX} tiers, which is most")));
        }
        let mut ordered = true;
        for known in &rules {
            let above = known.value_min > rule.value_min && known.orders_min >= rule.orders_min;
            let below = known.value_min < rule.value_min && known.orders_min <= rule.orders_min;
            ordered &= above || below;
        }
        if !ordered {
            return Err(Error::invalid("value", "a higher tier asks for more value and for no fewer orders"));
        }
        store::put(&mut tx, &rule).await?;
        count_store::set_all_due(&mut tx).await?;
        let value = Money::new(rule.value_min, REPORTED);
        let detail = format!("{value} and {} orders in twelve months", rule.orders_min);
        let act = Act { action: "tier.set", subject: &rule.name, detail };
        audit::append(&mut tx, &by.id, &act, self.clock.now_ms()).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a rule away; who had its tier has the one below.
    ///
    /// # Errors
    /// 409 `tier_unknown`.
    pub async fn remove_tier(&self, by: &Member, name: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        store::lock(&mut tx).await?;
        if !store::delete(&mut tx, name).await? {
            return Err(Problem::new(StatusCode::CONFLICT, "tier_unknown", "There is no such tier").into());
        }
        count_store::set_all_due(&mut tx).await?;
        let act = Act { action: "tier.remove", subject: name, detail: String::new() };
        audit::append(&mut tx, &by.id, &act, self.clock.now_ms()).await?;
        Ok(tx.commit().await?)
    }
}

fn read_rule(name: &str, value: &str, orders: &str) -> Result<Tier, Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > NAME_CHARS_MAX || !name.bytes().all(plain) {
        let detail = format!("1 to {NAME_CHARS_MAX} small letters, digits and hyphens");
        return Err(Error::invalid("name", detail));
    }
    let value_min = Money::parse_decimal(value, REPORTED).ok().map(|money| money.amount);
    let value_min = value_min.filter(|amount| (0..=VALUE_MAX).contains(amount));
    let value_min = value_min.ok_or_else(|| Error::invalid("value", "an amount such as 500.00"))?;
    let orders_min = orders.parse().ok().filter(|orders| (0..=ORDERS_MAX).contains(orders));
    let orders_min = orders_min.ok_or_else(|| Error::invalid("orders", format!("0 to {ORDERS_MAX}")))?;
    Ok(Tier { name: name.to_owned(), value_min, orders_min })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Vec<Tier> {
        let rule = |name: &str, value_min, orders_min| Tier { name: name.to_owned(), value_min, orders_min };
        vec![rule("bronze", 10_000, 2), rule("silver", 50_000, 5)]
    }

    #[test]
    fn both_thresholds_have_to_be_met() {
        for (value, orders, tier) in [
            (9_999, 9, ""),
            (10_000, 1, ""),
            (10_000, 2, "bronze"),
            (90_000, 4, "bronze"),
            (50_000, 5, "silver"),
        ] {
            assert_eq!(reached(&rules(), value, orders), tier, "{value} in {orders}");
        }
        assert_eq!(reached(&[], 1, 1), "");
    }

    #[test]
    fn the_next_tier_is_the_one_above() {
        let name = |tier| next(&rules(), tier).map(|rule| rule.name.clone());
        assert_eq!((name("").as_deref(), name("bronze").as_deref()), (Some("bronze"), Some("silver")));
        assert_eq!((name("silver"), next(&[], "")), (None, None));
    }
}
