//! Changing and resetting a password.

use kiosk_ids::CustomerId;
use kiosk_password::Password;
use kiosk_privacy::{Personal, checks};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts::service::{find_link, use_link};
use crate::app::Region;
use crate::error::{Result, refused_field};
use crate::guard::{Session, counting, hashing};
use crate::mail::{self, texts};
use crate::person::{Owner, Person};
use crate::store::attempts::{self, Attempt};
use crate::store::links::Kind;
use crate::store::{accounts, keys, links, sessions};
use crate::token::Token;

/// Who forgot their password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forgotten {
    #[schema(value_type = String, max_length = 254)]
    pub email: Personal<String>,
}

/// Another password, by a mail's link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The token of the link.
    pub token: String,
    #[schema(value_type = String, min_length = 8, max_length = 256)]
    pub password: Password,
}

/// Another password, by the old one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[schema(value_type = String)]
    pub current: Password,
    #[schema(value_type = String, min_length = 8, max_length = 256)]
    pub password: Password,
}

/// Sends a link to whoever has this address. Nobody else learns whether somebody has: with and without an account it is
/// two reads of the vault, one of the keys, and one commit.
pub async fn request_reset(region: &Region, forgotten: &Forgotten) -> Result<()> {
    let email = checks::email(&forgotten.email, "email").map_err(refused_field)?;
    let (db, lookup) = (&*region.edge.db, region.lookup(&email));
    let mut batch = vec![counting(region, Attempt::Mail, &lookup).await?];
    let owner = match accounts::find(db, &lookup).await? {
        // One whose key is gone is erased.
        Some(account) => region.owner(account).await.ok(),
        None => {
            let nobody = CustomerId::fresh(region.now_ms(), &region.edge.random_bytes());
            keys::get(&*region.keys, &nobody).await?;
            None
        }
    };
    if let Some(owner) = owner {
        let token = Token::fresh(&*region.edge.random);
        batch.push(links::put(&owner.account.id, Kind::Reset, token.hash(), None, region.now_ms()));
        batch.push(mail::queue(region, &owner, &texts::reset(region, &owner.person()?, &token))?);
    }
    Ok(db.batch(batch).await?)
}

/// Sets another password by a link. Whoever follows it reads the address's mail, so the address is verified too.
pub async fn reset(region: &Region, reset: &Reset) -> Result<()> {
    let (link, hash) = find_link(region, Kind::Reset, &reset.token).await?;
    let owner = region.owner(link.account).await?;
    let mut batch = links::take(Kind::Reset, &hash).to_vec();
    batch.push(accounts::set_verified(&owner.account.id, region.now_ms()));
    batch.extend(set_password(region, &owner, &reset.password, "").await?);
    use_link(region, batch).await
}

/// Changes the password. All other sessions end.
pub async fn change(region: &Region, session: &Session, change: &Change) -> Result<()> {
    session.prove(region, "current", &change.current).await?;
    let batch = set_password(region, &session.owner, &change.password, &session.token_hash).await?;
    Ok(region.edge.db.batch(batch).await?)
}

/// Statements that set a password, end all sessions but one, and tell the owner.
async fn set_password(
    region: &Region,
    owner: &Owner,
    password: &Password,
    kept_session: &str,
) -> Result<Vec<kiosk_edge_platform::Statement>> {
    let person: Person = owner.person()?;
    kiosk_password::check("password", password, &[person.name.reveal(), person.email.reveal()])?;
    let hash = hashing(region, None, |hasher| hasher.hash(password, &region.edge.random_bytes())).await?;
    let account = &owner.account;
    Ok(vec![
        accounts::set_password(&account.id, hash),
        sessions::delete_all(&account.id, kept_session),
        attempts::succeeded(Attempt::LogIn, &account.lookup),
        mail::queue(region, owner, &texts::password_changed(region, &person))?,
    ])
}
