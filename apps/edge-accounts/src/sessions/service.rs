//! Sessions.

use http::StatusCode;
use kiosk_edge_platform::Statement;
use kiosk_password::Password;
use kiosk_privacy::{Kind, Personal, checks};
use kiosk_problem::Problem;
use kiosk_session::Who;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::view::Profile;
use crate::app::Region;
use crate::error::{Result, login_failed, refused_field};
use crate::guard::{Session, hashing};
use crate::person::Owner;
use crate::store::attempts::{self, Attempt};
use crate::store::{accounts, sessions};
use crate::token::Token;

/// Hexadecimal digits of a session's public name.
const PUBLIC_ID_CHARS: usize = 32;

/// Who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    #[schema(value_type = String, max_length = 254)]
    pub email: Personal<String>,
    #[schema(value_type = String, max_length = 256)]
    pub password: Password,
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
pub struct NewSession {
    /// For `Authorization: Bearer <token>`; shown this once.
    pub token: String,
    /// Unix milliseconds.
    pub expires_ms: i64,
    pub account: Profile,
}

/// Begins a session, always a new one. An unknown address is answered as a wrong password is, and as slowly.
pub async fn create_session(region: &Region, log_in: &LogIn) -> Result<NewSession> {
    let email = checks::email(&log_in.email, "email").map_err(refused_field)?;
    let (db, lookup) = (&*region.edge.db, region.lookup(&email));
    let account = accounts::find(db, &lookup).await?;
    let hash = account.as_ref().map(|account| account.password.clone());
    let tried = Some((Attempt::LogIn, lookup.as_str()));
    if !hashing(region, tried, |hasher| hasher.is(&log_in.password, hash.as_deref())).await? {
        return Err(login_failed().into());
    }
    // Without a hash nothing matches, so there is an account.
    let account = account.ok_or_else(login_failed)?;
    if account.verified_ms.is_none() {
        return Err(email_unverified().into());
    }
    let owner = region.owner(account).await?;
    begin(region, &owner, attempts::succeeded(Attempt::LogIn, &lookup)).await
}

/// Begins a session of an account that has shown who it is, in one batch with what that changes.
pub async fn begin(region: &Region, owner: &Owner, shown: Statement) -> Result<NewSession> {
    let (token, now_ms) = (Token::fresh(&*region.edge.random), region.now_ms());
    let mut batch = sessions::insert(&owner.account.id, token.hash(), now_ms).to_vec();
    batch.push(shown);
    region.edge.db.batch(batch).await?;
    Ok(NewSession {
        token: token.reveal().to_owned(),
        expires_ms: now_ms + sessions::SESSION_MS,
        account: Profile::of(owner)?,
    })
}

/// One of one's own sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// `ses_…`
    pub id: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Unix milliseconds.
    pub expires_ms: i64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// What names a session among the account's others: a part of its token's hash, which opens nothing.
fn public_id(token_hash: &str) -> String {
    format!("ses_{}", token_hash.get(..PUBLIC_ID_CHARS).unwrap_or(token_hash))
}

/// One's own sessions, newest first.
pub async fn list_sessions(region: &Region, session: &Session) -> Result<Vec<OwnSession>> {
    let begun = sessions::list(&*region.edge.db, &session.owner.account.id, region.now_ms()).await?;
    let own = |begun: sessions::Begun| OwnSession {
        id: public_id(&begun.token_hash),
        created_ms: begun.created_ms,
        expires_ms: begun.expires_ms,
        current: begun.token_hash == session.token_hash,
    };
    Ok(begun.into_iter().map(own).collect())
}

/// Ends one of one's own sessions. Somebody else's is not told from one that is not there.
pub async fn end_session(region: &Region, session: &Session, id: &str) -> Result<()> {
    let db = &*region.edge.db;
    let begun = sessions::list(db, &session.owner.account.id, region.now_ms()).await?;
    let found = begun.into_iter().find(|begun| public_id(&begun.token_hash) == id);
    let found = found.ok_or_else(|| Problem::not_found("session"))?;
    Ok(db.batch(vec![sessions::delete(found.token_hash)]).await?)
}

/// Ends all of one's own sessions but the one that asks.
pub async fn end_other_sessions(region: &Region, session: &Session) -> Result<()> {
    let end = sessions::delete_all(&session.owner.account.id, &session.token_hash);
    Ok(region.edge.db.batch(vec![end]).await?)
}

fn email_unverified() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "email_unverified", "Your e-mail address is not confirmed yet")
        .detail("Follow the link in the mail that we sent you, or register again to get another one.")
}

/// Who the session is, by pseudonyms.
pub fn get_session(region: &Region, session: &Session) -> Who {
    let account = &session.owner.account;
    Who {
        account: region.config.pseudonym_key.pseudonym(Kind::Account, account.id.as_str()),
        customer: account.lookup.clone(),
        created_ms: account.created_ms,
        watched: region.now_ms() < account.watched_until_ms,
    }
}

/// Ends the session of the request.
pub async fn delete_session(region: &Region, session: Session) -> Result<()> {
    Ok(region.edge.db.batch(vec![sessions::delete(session.token_hash)]).await?)
}
