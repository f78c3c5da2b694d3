//! Tells an account whether it may buy, and takes its appeal.

use kiosk_ids::EventId;
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::standings as store;
use kiosk_privacy::mask;
use kiosk_problem::Problem;
use kiosk_session::Who;
use kiosk_wire::people::{APPEAL_CHARS_MAX, AppealRecord, AppealState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Pop;
use crate::error::{Result, appeal_not_possible};

/// Whether an account may buy.
#[derive(Serialize, ToSchema)]
#[schema(as = Standing)]
pub struct StandingBody {
    /// Its checkouts are refused.
    blocked: bool,
    /// `possible`, `open` or `refused`; null for an account that may buy.
    appeal: Option<&'static str>,
}

/// The body of `POST /v1/appeals`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeAppeal {
    /// In one's own words, 1 to 1,000 characters. What could name somebody is taken out before it leaves the region.
    text: String,
}

/// Whether the account may buy, and what it can do if not.
pub async fn get_standing(pop: &Pop, who: &Who) -> Result<StandingBody> {
    let appeal = store::get(&*pop.edge.db, &who.account).await?;
    let state = |appeal: Option<AppealState>| appeal.map_or("possible", AppealState::as_str);
    Ok(StandingBody { blocked: appeal.is_some(), appeal: appeal.map(state) })
}

/// Makes the appeal of a blocked account, one for each block.
pub async fn make_appeal(pop: &Pop, who: &Who, appeal: &MakeAppeal) -> Result<StandingBody> {
    let text = appeal.text.trim();
    if text.is_empty() || text.chars().count() > APPEAL_CHARS_MAX {
        let why = format!("say it in 1 to {APPEAL_CHARS_MAX} characters");
        return Err(Problem::invalid("text", why).into());
    }
    let (masked, _) = mask(text);
    let now_ms = pop.now_ms();
    let record = AppealRecord {
        id: EventId::fresh(now_ms, &pop.edge.random_bytes()),
        account: who.account.clone(),
        // What stands for something taken out may be longer than that was.
        text: masked.as_str().chars().take(APPEAL_CHARS_MAX).collect(),
    };
    match store::appeal(&*pop.edge.db, record, now_ms).await {
        Ok(()) => get_standing(pop, who).await,
        Err(error) if Guard::AppealIsPossible.broke(&error) => Err(appeal_not_possible().into()),
        Err(error) => Err(error.into()),
    }
}
