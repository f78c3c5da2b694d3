//! Payouts and statements as admins and vendors read them.

use std::sync::Arc;

use kiosk_ids::VendorId;
use kiosk_money::Money;

use super::send::Sender;
use super::settle::StatementLine;
use super::store;
use super::terms::{Terms, TermsDraft};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::modules::accounting::account::Account;
use crate::modules::accounting::service::balances_of;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::page::List;

/// How far a payout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for somebody to approve it.
    Open,
    /// Waits to be sent.
    Due,
    /// The provider has it.
    Sent,
    /// The provider said no.
    Failed,
    /// Taken back.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Due, Self::Sent, Self::Failed, Self::Cancelled];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it may get into another state. One that is due may be at the provider already, so that it is not taken
    /// back, unless the bank has not heard of it ([`Service::is_revocable`]); one that failed is taken back, and what
    /// it was for is settled anew.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Open, Self::Due | Self::Cancelled)
                | (Self::Due, Self::Sent | Self::Failed)
                | (Self::Failed, Self::Cancelled)
        )
    }
}

/// What a vendor is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// `pyt_…`.
    pub id: String,
    /// `ven_…`.
    pub vendor: String,
    /// The end of its period, Unix milliseconds.
    pub period_ms: i64,
    /// How far it is.
    pub state: State,
    /// How much.
    pub amount: Money,
    /// Through whom.
    pub provider: String,
    /// The vendor's account there.
    pub destination: String,
    /// The provider's name of it.
    pub reference: String,
    /// Why it failed, or is tried again.
    pub error: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Unix milliseconds.
    pub changed_ms: i64,
    /// How often it was tried.
    pub attempts: i64,
}

/// What a vendor has with the marketplace now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What it is owed, by currency; below zero what it owes.
    pub payable: Vec<Money>,
    /// What of that is held back.
    pub held: Vec<Money>,
    /// Fees of promotions that it owes.
    pub dues: Vec<Money>,
}

/// Payouts.
#[derive(Clone)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) sender: Arc<dyn Sender>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

impl Service {
    /// Over this database; transfers go through `sender`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, sender: Arc<dyn Sender>) -> Self {
        Self { db, clock, sender }
    }

    /// Payouts of a vendor, or of all, as the list asks for them; one more than a page when there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, vendor: Option<&VendorId>, list: &List) -> Result<Vec<Payout>, Error> {
        let vendor = vendor.map_or("", VendorId::as_str);
        Ok(store::list(&mut *self.db.read().await?, vendor, list).await?)
    }

    /// A payout with its statement; `vendor` sees its own alone.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(
        &self,
        vendor: Option<&VendorId>,
        id: &str,
    ) -> Result<(Payout, Vec<StatementLine>), Error> {
        let conn = &mut *self.db.read().await?;
        let found = store::get(conn, id).await?;
        let found = found.filter(|payout| vendor.is_none_or(|vendor| payout.vendor == vendor.as_str()));
        let payout = found.ok_or(Error::NotFound("payout"))?;
        let lines = store::list_lines(conn, &payout.vendor, payout.period_ms).await?;
        Ok((payout, lines))
    }

    /// What a vendor has with the marketplace now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_standing(&self, vendor: &VendorId) -> Result<Standing, Error> {
        let conn = &mut *self.db.read().await?;
        let owed = balances_of(conn, Account::VendorPayable, vendor.as_str()).await?;
        let payable = owed.into_iter().map(|sum| Money::new(-sum.amount, sum.currency)).collect();
        let held = store::sum_held(conn, vendor.as_str()).await?;
        let dues = balances_of(conn, Account::PromotionDues, vendor.as_str()).await?;
        Ok(Standing { payable, held, dues })
    }

    /// On which terms a vendor is paid.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_terms(&self, vendor: &VendorId) -> Result<Terms, Error> {
        let terms = store::get_terms(&mut *self.db.read().await?, vendor.as_str()).await?;
        Ok(terms.unwrap_or_default())
    }

    /// Changes the terms of a vendor, from its next settlement on.
    ///
    /// # Errors
    /// 422 that names the field.
    pub async fn set_terms(
        &self,
        actor: &Member,
        vendor: &VendorId,
        draft: &TermsDraft<'_>,
    ) -> Result<(), Error> {
        let terms = draft.checked()?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        store::put_terms(&mut tx, vendor.as_str(), &terms, now_ms).await?;
        let detail = format!(
            "{}, at least {}, {} ppm held {} days, {}",
            terms.schedule.name(),
            terms.minimum,
            terms.reserve_ppm,
            terms.reserve_days,
            terms.provider
        );
        let act = Act { action: "payouts.terms", subject: vendor.as_str(), detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}
