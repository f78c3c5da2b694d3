//! What admins decide about vendors.

use kiosk_ids::VendorId;
use kiosk_wire::Vendor;

use super::business::LINE_CHARS_MAX;
use super::service::{Profile, Service, admit_imported, told_methods, wrong_state};
use super::state::{Item, State, Verdict};
use super::{store, texts};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::catalog::service as catalog;
use crate::modules::imports::text::plain;
use crate::modules::mail::service as mail;
use crate::modules::members::service::Member;
use crate::modules::promotions::service as promotions;
use crate::page::List;

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 1_000;

impl Service {
    /// Vendors as the list asks for them; one more than a page when there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, list: &List) -> Result<Vec<Profile>, Error> {
        Ok(store::list(&mut *self.db.read().await?, list).await?)
    }

    /// How many vendors stand here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, state: State) -> Result<i64, Error> {
        Ok(store::count(&mut *self.db.read().await?, state).await?)
    }

    /// Accepts or refuses a point of the checklist.
    ///
    /// # Errors
    /// 422 without a reason for a refusal, 409 `vendor_state`, [`Error::NotFound`].
    pub async fn judge(
        &self,
        actor: &Member,
        id: &VendorId,
        item: Item,
        verdict: Verdict,
        reason: &str,
    ) -> Result<(), Error> {
        let reason = if verdict == Verdict::Refused { checked_reason(reason)? } else { String::new() };
        let mut tx = self.db.begin().await?;
        let profile = store::lock(&mut tx, id.as_str()).await?.ok_or(Error::NotFound("vendor"))?;
        if profile.state != State::Submitted {
            return Err(wrong_state(profile.state));
        }
        let handed = store::list_items(&mut tx, id.as_str()).await?;
        let found = handed.into_iter().find(|handed| handed.item == item);
        let mut handed = found.ok_or(Error::NotFound("item"))?;
        (handed.verdict, handed.reason) = (verdict, reason);
        store::put_item(&mut tx, id.as_str(), &handed).await?;
        let detail = format!("{}: {} {}", item.name(), verdict.name(), handed.reason);
        self.log(&mut tx, &actor.id, "vendor.judge", id.as_str(), detail.trim_end().to_owned()).await?;
        Ok(tx.commit().await?)
    }

    /// Approves, rejects, suspends or restores a vendor, and tells its people by mail. A reason is asked for where
    /// something is taken away.
    ///
    /// # Errors
    /// 422 without a reason, or while a point of the checklist is not accepted; 409 `vendor_state`, [`Error::NotFound`].
    pub async fn decide(
        &self,
        actor: &Member,
        id: &VendorId,
        next: State,
        reason: &str,
    ) -> Result<(), Error> {
        let refuses = matches!(next, State::Rejected | State::Suspended);
        let reason = if refuses { checked_reason(reason)? } else { String::new() };
        let people = self.members.list_of_vendor(id).await?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        if let Some(vendor) = catalog::get_vendor(&mut tx, id).await? {
            admit_imported(&mut tx, &[vendor]).await?;
        }
        let profile = store::lock(&mut tx, id.as_str()).await?.ok_or(Error::NotFound("vendor"))?;
        // Handing in is the vendor's own act.
        if !profile.state.may_become(next) || next == State::Submitted {
            return Err(wrong_state(profile.state));
        }
        if profile.state == State::Submitted && next == State::Approved {
            self.require_accepted(&mut tx, id).await?;
            catalog::put_vendors(&mut tx, &[public(id, &profile)]).await?;
        }
        store::set_state(&mut tx, id.as_str(), next, &reason, now_ms).await?;
        catalog::hide_vendor(&mut tx, id, next == State::Suspended).await?;
        if next == State::Suspended {
            promotions::end_of_vendor(&mut tx, id, now_ms).await?;
        }
        let action = match next {
            State::Approved if profile.state == State::Suspended => "vendor.restore",
            State::Approved => "vendor.approve",
            State::Suspended => "vendor.suspend",
            _ => "vendor.reject",
        };
        for person in people.iter().filter(|person| person.disabled_ms.is_none()) {
            let told = texts::decided(&person.email, &person.name, &profile.name, next, &reason, &self.url);
            mail::queue(&mut tx, &told, now_ms).await?;
        }
        self.log(&mut tx, &actor.id, action, id.as_str(), reason).await?;
        Ok(tx.commit().await?)
    }

    async fn require_accepted(&self, tx: &mut Tx, id: &VendorId) -> Result<(), Error> {
        let handed = store::list_items(tx, id.as_str()).await?;
        let accepted = |item: &Item| {
            handed.iter().any(|handed| handed.item == *item && handed.verdict == Verdict::Accepted)
        };
        match Item::ALL.iter().find(|item| !accepted(item)) {
            None => Ok(()),
            Some(item) => Err(Error::invalid("", format!("accept the point “{}” first", item.title()))),
        }
    }
}

/// A reason for people.
///
/// # Errors
/// 422 `reason` when it is missing or too long.
pub fn checked_reason(reason: &str) -> Result<String, Error> {
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Error::invalid("reason", format!("at most {REASON_CHARS_MAX} characters")));
    }
    let reason = plain(reason, REASON_CHARS_MAX);
    if reason.is_empty() { Err(Error::invalid("reason", "say why")) } else { Ok(reason) }
}

/// What the shop shows of a vendor.
fn public(id: &VendorId, profile: &Profile) -> Vendor {
    Vendor {
        id: id.clone(),
        name: plain(&profile.name, LINE_CHARS_MAX),
        region: profile.country.clone(),
        about: profile.about.clone(),
        methods: told_methods(&profile.methods),
    }
}
