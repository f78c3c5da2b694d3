//! Who is asking: the session of a request, the password again before what matters, and how often one may try.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{StatusCode, header};
use kiosk_edge_platform::Statement;
use kiosk_password::{Hasher, Password};
use kiosk_problem::Problem;

use crate::app::{App, Region};
use crate::error::{ApiError, Result, busy, session_ended, too_many_attempts};
use crate::person::Owner;
use crate::store::attempts::{self, Attempt};
use crate::store::sessions;
use crate::token::Token;

/// Random bytes of the name under which a place to hash in is held.
const HOLDER_BYTES: usize = 16;

/// Somebody who is logged in. A route that takes this is refused without it.
pub struct Session {
    /// Who.
    pub owner: Owner,
    /// Names the session among the account's others.
    pub token_hash: String,
}

impl FromRequestParts<App> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = bearer(parts)?;
        let region = Region::from_request_parts(parts, app).await?;
        let token_hash = token.hash();
        let account = sessions::find(&*region.edge.db, &token_hash, region.now_ms()).await?;
        let owner = region.owner(account.ok_or_else(session_ended)?).await?;
        Ok(Self { owner, token_hash })
    }
}

/// The token of `Authorization: Bearer <token>`.
pub fn bearer(parts: &Parts) -> Result<Token, Problem> {
    let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.split_once(' ')).unwrap_or_default();
    let token = if scheme.eq_ignore_ascii_case("bearer") { Token::sent(token) } else { None };
    token.ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "token_required",
            "This address needs `Authorization: Bearer <token>`",
        )
    })
}

impl Session {
    /// Refuses who has the session and not the password.
    pub async fn prove(&self, region: &Region, param: &str, password: &Password) -> Result<()> {
        let lookup = &self.owner.account.lookup;
        let (tried, hash) = (Some((Attempt::LogIn, lookup.as_str())), self.owner.account.password.clone());
        if !hashing(region, tried, |hasher| hasher.is(password, Some(&hash))).await? {
            return Err(Problem::invalid(param, "this is not your password").into());
        }
        region.edge.db.batch(vec![attempts::succeeded(Attempt::LogIn, lookup)]).await?;
        Ok(())
    }
}

/// Counts an attempt, or refuses it when there were too many.
pub async fn count(region: &Region, attempt: Attempt, lookup: &str) -> Result<()> {
    let counted = counting(region, attempt, lookup).await?;
    Ok(region.edge.db.batch(vec![counted]).await?)
}

/// The same, to be committed with what is tried.
pub async fn counting(region: &Region, attempt: Attempt, lookup: &str) -> Result<Statement> {
    let (db, now_ms) = (&*region.edge.db, region.now_ms());
    let blocked_ms = attempts::blocked_until_ms(db, attempt, lookup).await? - now_ms;
    if blocked_ms > 0 {
        return Err(too_many_attempts(u32::try_from((blocked_ms + 999) / 1_000).unwrap_or(u32::MAX)).into());
    }
    Ok(attempts::count(attempt, lookup, now_ms))
}

/// Hashes passwords, of which the whole region does a few at once: each takes memory and a processor, which the shop's
/// pages need too. What is `tried` is counted when there is a place for it: one that was turned away has tried nothing.
pub async fn hashing<T>(
    region: &Region,
    tried: Option<(Attempt, &str)>,
    work: impl FnOnce(&Hasher) -> T,
) -> Result<T> {
    let db = &*region.edge.db;
    let counted = match tried {
        Some((attempt, lookup)) => Some(counting(region, attempt, lookup).await?),
        None => None,
    };
    let holder = hex::encode(region.edge.random_bytes::<HOLDER_BYTES>());
    if !attempts::take_place(db, &holder, region.config.hashes_max, region.now_ms()).await? {
        return Err(busy().into());
    }
    if let Some(counted) = counted {
        db.batch(vec![counted]).await?;
    }
    let result = work(&region.hasher);
    if let Err(error) = db.batch(vec![attempts::leave_place(&holder)]).await {
        tracing::warn!(%error, "a place to hash in was not given back and lapses");
    }
    Ok(result)
}
