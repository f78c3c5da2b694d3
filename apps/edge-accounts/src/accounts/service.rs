//! Registration, verification, profile, change of address, deletion.

use kiosk_ids::CustomerId;
use kiosk_privacy::checks;
use kiosk_risk::Outcome;

use super::score;
use super::view::{Deletion, EmailChange, Profile, ProfileChange, Registration};
use crate::app::Region;
use crate::client::Client;
use crate::error::{Result, link_unusable, refused_field, registration_refused};
use crate::guard::{Session, count, hashing};
use crate::mail::{self, texts};
use crate::person::{Owner, Person};
use crate::store::accounts::{self, Account};
use crate::store::attempts::Attempt;
use crate::store::{keys, links};
use crate::token::Token;

/// How long an account whose registration was doubtful is watched, in milliseconds.
const WATCHED_MS: i64 = 30 * 24 * 3_600_000;

/// Makes an account that waits for its address to be verified. Who asks for an address that has one learns nothing: its
/// owner gets a mail instead.
///
/// # Errors
/// 403 when too much speaks for a false account, whosever the address is.
pub async fn register(region: &Region, client: Client, registration: Registration) -> Result<()> {
    let person = Person {
        name: checks::name(&registration.name, "name").map_err(refused_field)?,
        email: checks::email(&registration.email, "email").map_err(refused_field)?,
        phone: checks::phone(registration.phone, "phone").map_err(refused_field)?,
    };
    kiosk_password::check(
        "password",
        &registration.password,
        &[person.name.reveal(), person.email.reveal()],
    )?;
    let lookup = region.lookup(&person.email);
    let password = hashing(region, Some((Attempt::Mail, &lookup)), |hasher| {
        hasher.hash(&registration.password, &region.edge.random_bytes())
    })
    .await?;
    // Before anybody looks whether the address is taken, so that who asks cannot tell by answer or time.
    let watched_until_ms = match score::score(region, client, &person).await?.outcome {
        Outcome::Allow => 0,
        Outcome::StepUp | Outcome::Review => region.now_ms() + WATCHED_MS,
        Outcome::Block => return Err(registration_refused().into()),
    };
    let taken = accounts::find(&*region.edge.db, &lookup).await?;
    if let Some(account) = taken.filter(|account| account.verified_ms.is_some()) {
        // It takes as long as a new key.
        keys::touch(&*region.keys).await?;
        return tell_owner(region, account).await;
    }
    open(region, person, New { lookup, password, watched_until_ms }).await
}

/// What a new account has besides its person.
struct New {
    lookup: String,
    password: String,
    watched_until_ms: i64,
}

async fn open(region: &Region, person: Person, new: New) -> Result<()> {
    let New { lookup, password, watched_until_ms } = new;
    let now_ms = region.now_ms();
    let id = CustomerId::fresh(now_ms, &region.edge.random_bytes());
    let key = region.new_key(&id).await?;
    let sealed = region.seal_person(&key, &id, &person)?;
    let account =
        Account { id, lookup, sealed, password, created_ms: now_ms, verified_ms: None, watched_until_ms };
    let owner = Owner::new(account, key);
    let token = Token::fresh(&*region.edge.random);
    let mut batch = accounts::insert(&owner.account).to_vec();
    batch.push(links::put(&owner.account.id, links::Kind::Verify, token.hash(), None, now_ms));
    batch.push(mail::queue(region, &owner, &texts::verify(region, &person, &token))?);
    match region.edge.db.batch(batch).await {
        // Verified by another request meanwhile: the mail of that one says the same.
        Err(error) if error.violates("account.lookup") => Ok(()),
        result => Ok(result?),
    }
}

async fn tell_owner(region: &Region, account: Account) -> Result<()> {
    let owner = region.owner(account).await?;
    let mail = texts::taken(region, &owner.person()?);
    Ok(region.edge.db.batch(vec![mail::queue(region, &owner, &mail)?]).await?)
}

/// Verifies the address of a new account by the link that was sent to it.
pub async fn verify(region: &Region, token: &str) -> Result<()> {
    let (link, hash) = find_link(region, links::Kind::Verify, token).await?;
    let mut batch = links::take(links::Kind::Verify, &hash).to_vec();
    batch.push(accounts::set_verified(&link.account.id, region.now_ms()));
    use_link(region, batch).await
}

/// The link of a token, and its hash.
pub async fn find_link(region: &Region, kind: links::Kind, token: &str) -> Result<(links::Link, String)> {
    let token = Token::sent(token).ok_or_else(link_unusable)?;
    let hash = token.hash();
    let link = links::find(&*region.edge.db, kind, &hash, region.now_ms()).await?;
    Ok((link.ok_or_else(link_unusable)?, hash))
}

/// Commits what a link does; of two requests with one link the second is refused.
pub async fn use_link(region: &Region, batch: Vec<kiosk_edge_platform::Statement>) -> Result<()> {
    match region.edge.db.batch(batch).await {
        Err(error) if error.violates("link_is_there") || error.violates("account.lookup") => {
            Err(link_unusable().into())
        }
        result => Ok(result?),
    }
}

/// Changes name or telephone number.
pub async fn update_profile(region: &Region, session: Session, change: ProfileChange) -> Result<Profile> {
    let mut owner = session.owner;
    let mut person = owner.person()?;
    if let Some(name) = change.name {
        person.name = checks::name(&name, "name").map_err(refused_field)?;
    }
    if change.phone.is_some() {
        person.phone = checks::phone(change.phone, "phone").map_err(refused_field)?;
    }
    owner.account.sealed = owner.seal_person(region, &person)?;
    let update = accounts::set_sealed(&owner.account.id, owner.account.sealed.clone());
    region.edge.db.batch(vec![update]).await?;
    Profile::of(&owner)
}

/// Sends a link to a new address. The old one stays until it is followed.
pub async fn change_email(region: &Region, session: &Session, change: EmailChange) -> Result<()> {
    let email = checks::email(&change.email, "email").map_err(refused_field)?;
    session.prove(region, "password", &change.password).await?;
    let lookup = region.lookup(&email);
    count(region, Attempt::Mail, &lookup).await?;
    let taken = accounts::find(&*region.edge.db, &lookup).await?;
    if let Some(account) = taken.filter(|account| account.verified_ms.is_some()) {
        return tell_owner(region, account).await;
    }
    let (owner, token) = (&session.owner, Token::fresh(&*region.edge.random));
    let sealed = owner.seal(region, "email", email.reveal().as_bytes());
    let person = Person { email, ..owner.person()? };
    let id = &owner.account.id;
    let batch = vec![
        links::put(id, links::Kind::Email, token.hash(), Some(sealed), region.now_ms()),
        mail::queue(region, owner, &texts::confirm_email(region, &person, &token))?,
    ];
    Ok(region.edge.db.batch(batch).await?)
}

/// Changes the address by the link that was sent to the new one.
pub async fn confirm_email(region: &Region, token: &str) -> Result<()> {
    let (link, hash) = find_link(region, links::Kind::Email, token).await?;
    let owner = region.owner(link.account).await?;
    let sealed = link.sealed.ok_or_else(link_unusable)?;
    let email = String::from_utf8_lossy(&owner.open("email", &sealed)?).into_owned();
    let old = owner.person()?;
    let new = Person { email: kiosk_privacy::Personal::new(email), ..old.clone() };
    let lookup = region.lookup(&new.email);
    let mut batch = links::take(links::Kind::Email, &hash).to_vec();
    batch.push(accounts::delete_unverified(&lookup));
    batch.push(accounts::set_email(&owner.account.id, &lookup, owner.seal_person(region, &new)?));
    batch.push(mail::queue(region, &owner, &texts::email_changed(&old))?);
    use_link(region, batch).await
}

/// Erases a person: the key first, so that nothing opens any more whatever happens next.
pub async fn delete(region: &Region, session: &Session, deletion: &Deletion) -> Result<()> {
    session.prove(region, "password", &deletion.password).await?;
    let id = &session.owner.account.id;
    keys::delete(&*region.keys, id).await?;
    region.edge.db.batch(vec![accounts::delete(id)]).await?;
    tracing::info!(customer = %id, "an account was erased");
    Ok(())
}
