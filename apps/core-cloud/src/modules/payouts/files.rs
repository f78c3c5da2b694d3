//! Files of payouts that go by bank transfer: made once, downloaded as often as wanted. A payout stays due until the
//! statement has its debit, or a person says that it was sent.

use http::StatusCode;
use kiosk_ids::{DocumentId, VendorId};
use kiosk_problem::Problem;

use super::pain::{self, Transfer};
use super::{files_store as store, store as payouts};
use crate::clock::Clock;
use crate::config::BankConfig;
use crate::db::Db;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::modules::vendors::service::get_profile;
use crate::random::random;

/// Most payouts of a file; the rest is for the next.
const PAYOUTS_MAX: i64 = 500;
/// Files that are listed.
const FILES_MAX: i64 = 50;

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutFile {
    /// `doc_…`.
    pub id: String,
    /// Unix milliseconds.
    pub made_ms: i64,
    /// Who made it: `mem_…`.
    pub made_by: String,
    /// Payouts in it.
    pub payouts: i64,
    /// Of those that wait for the statement.
    pub waiting: i64,
}

/// Files of payouts.
#[derive(Clone, Debug)]
pub struct Files {
    db: Db,
    clock: Clock,
    bank: Option<BankConfig>,
}

impl Files {
    /// Of payouts from this account.
    #[must_use]
    pub fn new(db: Db, clock: Clock, bank: Option<BankConfig>) -> Self {
        Self { db, clock, bank }
    }

    /// Whether the account is known that payouts are made from.
    #[must_use]
    pub const fn has_account(&self) -> bool {
        self.bank.is_some()
    }

    /// Files, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self) -> Result<Vec<PayoutFile>, Error> {
        Ok(store::list(&mut *self.db.read().await?, FILES_MAX).await?)
    }

    /// Makes a file of all payouts that wait for the bank and are in no file yet.
    ///
    /// # Errors
    /// 409 `nothing_to_pay`, 409 `iban_wrong` that names the payout, 409 `no_account`.
    pub async fn make(&self, by: &Member) -> Result<String, Error> {
        if self.bank.is_none() {
            return Err(no_account());
        }
        let now_ms = self.clock.now_ms();
        let id = DocumentId::fresh(now_ms, &random()?).to_string();
        let mut tx = self.db.begin().await?;
        let waiting = store::lock_waiting(&mut tx, PAYOUTS_MAX).await?;
        if waiting.is_empty() {
            let title = "No payout waits for the bank";
            return Err(Problem::new(StatusCode::CONFLICT, "nothing_to_pay", title).into());
        }
        store::insert(&mut tx, &id, now_ms, &by.id).await?;
        for (payout, vendor, destination) in &waiting {
            let iban = iban_of(vendor, payout, destination)?;
            let vendor = VendorId::parse(vendor).map_err(|_| Error::NotFound("vendor"))?;
            let profile = get_profile(&mut tx, &vendor).await?;
            let legal = Some(profile.business.legal_name).filter(|name| !name.is_empty());
            let name = legal.unwrap_or(profile.name);
            store::insert_line(&mut tx, &id, payout, (&name, &iban)).await?;
        }
        let act = Act { action: "payouts.file", subject: &id, detail: format!("{} payouts", waiting.len()) };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A file as the bank takes it.
    ///
    /// # Errors
    /// [`Error::NotFound`], 409 `no_account`.
    pub async fn get(&self, id: &str) -> Result<String, Error> {
        let bank = self.bank.as_ref().ok_or_else(no_account)?;
        let conn = &mut *self.db.read().await?;
        let made_ms = store::get_made(conn, id).await?.ok_or(Error::NotFound("file"))?;
        let mut transfers = Vec::new();
        for (payout, name, iban) in store::list_lines(conn, id).await? {
            let amount = payouts::get(conn, &payout).await?.ok_or(Error::NotFound("payout"))?.amount;
            transfers.push(Transfer { payout, name, iban, amount });
        }
        pain::write(id, made_ms, bank, &transfers)
    }
}

/// The account that a payout goes to by bank.
///
/// # Errors
/// 409 `iban_wrong` that names vendor and payout.
pub(super) fn iban_of(vendor: &str, payout: &str, destination: &str) -> Result<String, Error> {
    pain::checked_iban(destination).ok_or_else(|| {
        let title = "The account of a vendor is no IBAN";
        let problem = Problem::new(StatusCode::CONFLICT, "iban_wrong", title);
        let todo = "Take it back and change the vendor's terms: it is made again with the next settlement.";
        problem.detail(format!("It is {vendor}, whose payout {payout} waits. {todo}")).into()
    })
}

fn no_account() -> Error {
    let title = "The account that payouts are made from is not known";
    let problem = Problem::new(StatusCode::CONFLICT, "no_account", title);
    problem.detail("Set KIOSK_BANK_HOLDER and KIOSK_BANK_IBAN.".to_owned()).into()
}
