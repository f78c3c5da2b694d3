//! Logging in and out, invitations, passwords and roles. Functions on a [`Tx`] take part in another module's transaction.

use std::sync::Arc;

use http::StatusCode;
use kiosk_ids::{MemberId, VendorId};
use kiosk_password::{Hasher, Password, SALT_BYTES};
use kiosk_privacy::checks;
use kiosk_problem::Problem;
use tokio::sync::Semaphore;

use super::policy::{Permission, Role, may};
use super::store::{self, Stored};
use super::token::Token;
use super::{attempts, texts};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::mail::service as mail;
use crate::random::random;

/// How long a session lasts, in milliseconds.
pub const SESSION_MS: i64 = 12 * 3_600_000;
/// How long the link of an invitation is good, in milliseconds.
const INVITATION_MS: i64 = 7 * 24 * 3_600_000;
/// How long the link of a verification is good, in milliseconds.
const VERIFICATION_MS: i64 = 24 * 3_600_000;
/// How long the link of a forgotten password is good, in milliseconds.
const RESET_MS: i64 = 3_600_000;
/// Passwords that are hashed at once: each takes a processor for a moment.
const HASHES_AT_ONCE_MAX: usize = 2;

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An admin.
    Staff(Role),
    /// Somebody of a vendor.
    Vendor(VendorId),
}

/// Somebody who works with the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// `mem_…`.
    pub id: String,
    /// E-mail address, in lower case.
    pub email: String,
    /// Full name.
    pub name: String,
    /// What they are.
    pub kind: Kind,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// When their address was proven, Unix milliseconds.
    pub verified_ms: Option<i64>,
    /// When they were shut out, Unix milliseconds.
    pub disabled_ms: Option<i64>,
}

impl Member {
    /// Whether this is an admin who may do this.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        matches!(self.kind, Kind::Staff(role) if may(role, permission))
    }

    /// The vendor they belong to.
    #[must_use]
    pub fn vendor(&self) -> Option<&VendorId> {
        match &self.kind {
            Kind::Vendor(vendor) => Some(vendor),
            Kind::Staff(_) => None,
        }
    }
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To prove an address.
    Verify,
    /// To choose a password.
    Password,
}

impl Purpose {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Password => "password",
        }
    }
}

/// A session that begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// For the cookie; shown this once.
    pub token: String,
    /// Who.
    pub member: Member,
}

/// Members.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
    hasher: Arc<Hasher>,
    hashing: Arc<Semaphore>,
    /// Where links of mails lead, without a slash at the end.
    url: Arc<str>,
}

impl Service {
    /// Over this database; links of mails lead to `url`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, url: &str) -> Self {
        let hashing = Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX));
        Self { db, clock, hasher: Arc::new(Hasher::new(&[])), hashing, url: url.into() }
    }

    /// Who a session is; `None` when it is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Member>, Error> {
        let Some(token) = Token::sent(token) else { return Ok(None) };
        let conn = &mut *self.db.read().await?;
        let found = store::find_by_session(conn, &token.hash(), self.clock.now_ms()).await?;
        Ok(found.map(|stored| stored.member))
    }

    /// Begins a session, always a new one. An unknown address is answered as a wrong password is, and as slowly.
    ///
    /// # Errors
    /// 401 `login_failed`, 403 `email_unverified`, 429 `too_many_attempts`.
    pub async fn log_in(&self, email: &str, password: Password) -> Result<NewSession, Error> {
        let (email, now_ms) = (normal_email(email), self.clock.now_ms());
        let what = format!("login/{email}");
        self.count(&what).await?;
        let found = store::find_by_email(&mut *self.db.read().await?, &email).await?;
        let hash = found.as_ref().map(|stored| stored.password.clone()).filter(|hash| !hash.is_empty());
        let fits = self.hashing(move |hasher| hasher.is(&password, hash.as_deref())).await?;
        let found = found.filter(|stored| fits && stored.member.disabled_ms.is_none());
        let Some(Stored { member, .. }) = found else { return Err(login_failed()) };
        if member.verified_ms.is_none() {
            return Err(email_unverified());
        }
        let token = Token::fresh()?;
        let mut tx = self.db.begin().await?;
        attempts::succeeded(&mut tx, &what).await?;
        store::insert_session(&mut tx, &member.id, &token.hash(), now_ms, now_ms + SESSION_MS).await?;
        tx.commit().await?;
        Ok(NewSession { token: token.reveal().to_owned(), member })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, token: &str) -> Result<(), Error> {
        let Some(token) = Token::sent(token) else { return Ok(()) };
        let mut tx = self.db.begin().await?;
        store::delete_session(&mut tx, &token.hash()).await?;
        Ok(tx.commit().await?)
    }

    /// Sends a link to choose another password, if there is somebody with this address: nobody else learns whether.
    ///
    /// # Errors
    /// 422 when it is no address, 429 `too_many_attempts`.
    pub async fn request_reset(&self, email: &str) -> Result<(), Error> {
        let email = checked_email(email)?;
        self.count(&format!("mail/{email}")).await?;
        let mut tx = self.db.begin().await?;
        if let Some(Stored { member, .. }) = store::find_by_email(&mut tx, &email).await?
            && member.disabled_ms.is_none()
        {
            let url = self.new_link(&mut tx, &member, Purpose::Password, RESET_MS).await?;
            mail::queue(&mut tx, &texts::reset(&member.email, &member.name, &url), self.clock.now_ms())
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Chooses a password by the link of an invitation or of a forgotten one; all sessions end.
    ///
    /// # Errors
    /// 422 `link_unusable`, or why the password is not taken.
    pub async fn choose_password(&self, token: &str, password: Password) -> Result<Member, Error> {
        let token = Token::sent(token).ok_or_else(link_unusable)?;
        let hash = self.new_hash("password", password, &[]).await?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let found = store::take_link(&mut tx, Purpose::Password, &token.hash(), now_ms).await?;
        let member = found.ok_or_else(link_unusable)?.member;
        store::set_password(&mut tx, &member.id, &hash, now_ms).await?;
        store::delete_sessions(&mut tx, &member.id).await?;
        attempts::succeeded(&mut tx, &format!("login/{}", member.email)).await?;
        tx.commit().await?;
        Ok(member)
    }

    /// Proves an address by the link that was sent to it.
    ///
    /// # Errors
    /// 422 `link_unusable`.
    pub async fn verify(&self, token: &str) -> Result<Member, Error> {
        let token = Token::sent(token).ok_or_else(link_unusable)?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let found = store::take_link(&mut tx, Purpose::Verify, &token.hash(), now_ms).await?;
        let member = found.ok_or_else(link_unusable)?.member;
        store::set_verified(&mut tx, &member.id, now_ms).await?;
        tx.commit().await?;
        Ok(member)
    }

    /// Checks a new password and hashes it.
    ///
    /// # Errors
    /// 422 that names `param` and says why it is not taken; `known` is what it may not be.
    pub async fn new_hash(&self, param: &str, password: Password, known: &[&str]) -> Result<String, Error> {
        kiosk_password::check(param, &password, known)?;
        let salt = random::<SALT_BYTES>()?;
        self.hashing(move |hasher| hasher.hash(&password, &salt)).await
    }

    /// Registers somebody of a vendor, who gets a mail to prove their address; false when the address is somebody's, who
    /// gets a mail about that instead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn register(
        &self,
        tx: &mut Tx,
        (email, name): (&str, &str),
        vendor: &VendorId,
        password_hash: &str,
    ) -> Result<bool, Error> {
        let member = self.new_member(email, name, Kind::Vendor(vendor.clone()))?;
        if store::insert(tx, &member, password_hash).await? {
            let url = self.new_link(tx, &member, Purpose::Verify, VERIFICATION_MS).await?;
            mail::queue(tx, &texts::verification(&member.email, &member.name, &url), member.created_ms)
                .await?;
            return Ok(true);
        }
        let Some(Stored { member: owner, .. }) = store::find_by_email(tx, &member.email).await? else {
            return Ok(false);
        };
        let told = if owner.verified_ms.is_some() {
            texts::taken(&owner.email, &owner.name, &format!("{}/login", self.url))
        } else {
            let url = self.new_link(tx, &owner, Purpose::Verify, VERIFICATION_MS).await?;
            texts::verification(&owner.email, &owner.name, &url)
        };
        mail::queue(tx, &told, member.created_ms).await?;
        Ok(false)
    }

    /// Counts an attempt by what is tried, or refuses it when there were too many.
    ///
    /// # Errors
    /// 429 `too_many_attempts`.
    pub async fn count(&self, what: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let blocked_until_ms = attempts::count(&mut tx, what, now_ms).await?;
        tx.commit().await?;
        match blocked_until_ms {
            None => Ok(()),
            Some(until_ms) => Err(too_many_attempts(until_ms - now_ms)),
        }
    }

    /// Admins, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_staff(&self) -> Result<Vec<Member>, Error> {
        Ok(store::list_staff(&mut *self.db.read().await?).await?)
    }

    /// The people of a vendor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_of_vendor(&self, vendor: &VendorId) -> Result<Vec<Member>, Error> {
        Ok(store::list_of_vendor(&mut *self.db.read().await?, vendor.as_str()).await?)
    }

    /// Invites an admin, who chooses a password by the link of a mail.
    ///
    /// # Errors
    /// 422 for a field that does not fit, an address that is somebody's among them.
    pub async fn invite(&self, actor: &Member, email: &str, name: &str, role: Role) -> Result<Member, Error> {
        let email = checked_email(email)?;
        let name = checked_name(name)?;
        let member = self.new_member(&email, &name, Kind::Staff(role))?;
        let mut tx = self.db.begin().await?;
        if !store::insert(&mut tx, &member, "").await? {
            return Err(Error::invalid("email", "somebody has this address already"));
        }
        let url = self.new_link(&mut tx, &member, Purpose::Password, INVITATION_MS).await?;
        mail::queue(&mut tx, &texts::invitation(&email, &name, &url), member.created_ms).await?;
        let act = Act { action: "staff.invite", subject: &member.id, detail: format!("role {role}") };
        audit::append(&mut tx, &actor.id, &act, member.created_ms).await?;
        tx.commit().await?;
        Ok(member)
    }

    /// Makes the first owner, with a password, from a terminal. Does nothing when somebody has the address.
    ///
    /// # Errors
    /// 422 for a field that does not fit.
    pub async fn ensure_owner(&self, email: &str, name: &str, password: Password) -> Result<bool, Error> {
        let (email, name) = (checked_email(email)?, checked_name(name)?);
        let hash = self.new_hash("password", password, &[&email, &name]).await?;
        let mut member = self.new_member(&email, &name, Kind::Staff(Role::Owner))?;
        member.verified_ms = Some(member.created_ms);
        let mut tx = self.db.begin().await?;
        let made = store::insert(&mut tx, &member, &hash).await?;
        if made {
            let act = Act { action: "staff.create", subject: &member.id, detail: "role owner".to_owned() };
            audit::append(&mut tx, audit::TERMINAL, &act, member.created_ms).await?;
        }
        tx.commit().await?;
        Ok(made)
    }

    /// Gives an admin another role, or shuts them out (`None`). There is always an owner.
    ///
    /// # Errors
    /// [`Error::NotFound`], 422 for the last owner.
    pub async fn set_role(&self, actor: &Member, id: &str, role: Option<Role>) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let found = store::get(&mut tx, id).await?.filter(|stored| stored.member.vendor().is_none());
        let member = found.ok_or(Error::NotFound("admin"))?.member;
        match role {
            Some(role) => {
                store::set_role(&mut tx, id, role).await?;
                store::set_disabled(&mut tx, id, None).await?;
            }
            None => {
                store::set_disabled(&mut tx, id, Some(now_ms)).await?;
                store::delete_sessions(&mut tx, id).await?;
            }
        }
        if store::count_owners(&mut tx).await? == 0 {
            return Err(Error::invalid("role", "somebody has to be the owner"));
        }
        let detail = role.map_or_else(|| "shut out".to_owned(), |role| format!("role {role}"));
        let act = Act { action: "staff.role", subject: &member.id, detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// Removes what has expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        store::prune(&mut tx, now_ms).await?;
        attempts::prune(&mut tx, now_ms).await?;
        Ok(tx.commit().await?)
    }

    fn new_member(&self, email: &str, name: &str, kind: Kind) -> Result<Member, Error> {
        let created_ms = self.clock.now_ms();
        Ok(Member {
            id: MemberId::fresh(created_ms, &random()?).into(),
            email: normal_email(email),
            name: name.to_owned(),
            kind,
            created_ms,
            verified_ms: None,
            disabled_ms: None,
        })
    }

    /// Stores a link and returns its address.
    async fn new_link(
        &self,
        tx: &mut Tx,
        member: &Member,
        purpose: Purpose,
        lasts_ms: i64,
    ) -> Result<String, Error> {
        let token = Token::fresh()?;
        let expires_ms = self.clock.now_ms() + lasts_ms;
        store::put_link(tx, &member.id, purpose, &token.hash(), expires_ms).await?;
        let path = match purpose {
            Purpose::Verify => "verify",
            Purpose::Password => "password/new",
        };
        Ok(format!("{}/{path}?token={}", self.url, token.reveal()))
    }

    /// Runs a hash where it keeps no request waiting but those that hash too.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _place = self.hashing.acquire().await.map_err(std::io::Error::other)?;
        let hasher = Arc::clone(&self.hasher);
        Ok(tokio::task::spawn_blocking(move || work(&hasher)).await.map_err(std::io::Error::other)?)
    }
}

/// How addresses are stored and found.
#[must_use]
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// An e-mail address as it is stored.
///
/// # Errors
/// 422 when it is none.
pub fn checked_email(email: &str) -> Result<String, Error> {
    let email = checks::email(&kiosk_privacy::Personal::new(email.to_owned()), "email");
    Ok(normal_email(email.map_err(|refused| Error::invalid(&refused.param, refused.why))?.reveal()))
}

/// A name, trimmed.
///
/// # Errors
/// 422 when it is none.
pub fn checked_name(name: &str) -> Result<String, Error> {
    let name = checks::name(&kiosk_privacy::Personal::new(name.to_owned()), "name");
    Ok(name.map_err(|refused| Error::invalid(&refused.param, refused.why))?.reveal().clone())
}

fn login_failed() -> Error {
    Problem::new(StatusCode::UNAUTHORIZED, "login_failed", "E-mail address and password do not fit")
        .detail("Try again, or choose another password.")
        .into()
}

fn email_unverified() -> Error {
    Problem::new(StatusCode::FORBIDDEN, "email_unverified", "Your e-mail address is not confirmed yet")
        .detail("Follow the link in the mail that we sent you, or register again to get another one.")
        .into()
}

fn too_many_attempts(wait_ms: i64) -> Error {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts")
        .detail("Wait a moment, or choose another password.")
        .retry_after_s(u32::try_from((wait_ms + 999) / 1_000).unwrap_or(u32::MAX))
        .into()
}

fn link_unusable() -> Error {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "link_unusable", "This link cannot be used any more")
        .param("token")
        .detail("It has expired or was used already. Ask for another one.")
        .into()
}
