//! Reads what an account has earned.

use kiosk_money::{Currency, Money};
use kiosk_pop_store::loyalty;
use kiosk_session::Who;
use kiosk_wire::people::{Loyalty, LoyaltyTier};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Pop;
use crate::error::Result;
use crate::openapi::MoneySchema;

/// What an account has earned by what it bought and kept in the last twelve months.
#[derive(Serialize, ToSchema)]
#[schema(as = Loyalty)]
pub struct LoyaltyBody {
    /// Its tier; null before the first.
    tier: Option<String>,
    /// What it kept, in the currency of the marketplace's reports.
    #[schema(value_type = MoneySchema)]
    kept: Money,
    /// Orders of which it kept something.
    orders: u32,
    /// The tier above; null for the highest, and while nothing is known.
    next: Option<NextTierBody>,
}

/// A tier, and what it asks for within twelve months.
#[derive(Serialize, ToSchema)]
#[schema(as = NextTier)]
pub struct NextTierBody {
    name: String,
    /// What has to be kept.
    #[schema(value_type = MoneySchema)]
    kept: Money,
    /// In so many orders.
    orders: u32,
}

/// What `who` has earned; nothing for an account that never bought.
pub async fn get_loyalty(pop: &Pop, who: &Who) -> Result<LoyaltyBody> {
    let told = loyalty::get(&*pop.edge.db, &who.account).await?;
    let Some(Loyalty { tier, kept, orders, next, .. }) = told else {
        return Ok(LoyaltyBody { tier: None, kept: Money::zero(Currency::EUR), orders: 0, next: None });
    };
    let next = next.map(|LoyaltyTier { name, kept, orders }| NextTierBody { name, kept, orders });
    Ok(LoyaltyBody { tier, kept, orders, next })
}
