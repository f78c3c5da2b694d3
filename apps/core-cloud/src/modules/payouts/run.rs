//! Settling with vendors: once for each period, in one transaction with its entry in the journal.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use kiosk_ids::{PayoutId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_problem::Problem;

use super::service::{Payout, Service, State};
use super::settle::{Owed, StatementLine};
use super::store;
use super::terms::Terms;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::accounting::account::Account;
use crate::modules::accounting::journal::{Books, Draft, Side};
use crate::modules::accounting::rates::{convert_exactly, rounded};
use crate::modules::accounting::service::{balances_of, changes_of, list_parties};
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::service as catalog;
use crate::modules::members::service::Member;
use crate::modules::promotions::service as promotions;
use crate::random::random;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

impl Service {
    /// Settles with every vendor whose period is over; with how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_due(&self) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let mut settled = 0;
        for vendor in self.list_vendors().await? {
            let terms = self.get_terms(&vendor).await?;
            let period_ms = terms.schedule.period_end_ms(now_ms);
            let known = store::has_run(&mut *self.db.read().await?, vendor.as_str(), period_ms).await?;
            if !known {
                settled += usize::from(self.settle(&vendor, &terms, period_ms).await?);
            }
        }
        Ok(settled)
    }

    /// Settles with every vendor now, whatever its schedule; with how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_now(&self, actor: &Member) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let mut settled = 0;
        for vendor in self.list_vendors().await? {
            let terms = self.get_terms(&vendor).await?;
            settled += usize::from(self.settle(&vendor, &terms, now_ms).await?);
        }
        let mut tx = self.db.begin().await?;
        let detail = format!("{settled} vendors");
        let act = Act { action: "payouts.run", subject: "payouts", detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        tx.commit().await?;
        Ok(settled)
    }

    /// Vendors that are owed something, or owe.
    async fn list_vendors(&self) -> Result<BTreeSet<VendorId>, Error> {
        let mut found = BTreeSet::new();
        let conn = &mut *self.db.read().await?;
        for account in [Account::VendorPayable, Account::PromotionDues] {
            let mut after = String::new();
            loop {
                let parties = list_parties(conn, account, &after).await?;
                let Some(last) = parties.last() else { break };
                after.clone_from(last);
                found.extend(parties.iter().filter_map(|party| VendorId::parse(party).ok()));
            }
        }
        Ok(found)
    }

    /// Settles a period of a vendor, unless it was.
    async fn settle(&self, vendor: &VendorId, terms: &Terms, period_ms: i64) -> Result<bool, Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        // Ending a promotion writes to the feed, whose writers queue first.
        catalog::lock_writers(&mut tx).await?;
        let books = Books::open(&mut tx).await?;
        if store::has_run(&mut tx, vendor.as_str(), period_ms).await? {
            return Ok(false);
        }
        store::release(&mut tx, vendor.as_str(), now_ms).await?;
        let mut run =
            Run { vendor, terms, period_ms, now_ms, books, owed: BTreeMap::new(), lines: Vec::new() };
        run.look(&mut tx).await?;
        run.set_off(&mut tx).await?;
        let available = run.hold(&mut tx).await?;
        run.pay(&mut tx, available).await?;
        store::insert_lines(&mut tx, vendor.as_str(), period_ms, &run.lines).await?;
        let entry = run.books.close(&mut tx).await?;
        store::insert_run(&mut tx, vendor.as_str(), period_ms, entry, now_ms).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// A settlement as it is made.
struct Run<'a> {
    vendor: &'a VendorId,
    terms: &'a Terms,
    period_ms: i64,
    now_ms: i64,
    books: Books,
    owed: BTreeMap<&'static str, Owed>,
    lines: Vec<StatementLine>,
}

impl Run<'_> {
    fn line(&mut self, kind: &str, subject: &str, amount: Money) {
        if amount.amount != 0 {
            let (kind, subject) = (kind.to_owned(), subject.to_owned());
            self.lines.push(StatementLine { kind, subject, amount });
        }
    }

    fn draft(&self, kind: &'static str, source: &str) -> Draft {
        let (source, subject) = (source.to_owned(), self.vendor.to_string());
        Draft { at_ms: self.now_ms, source, kind, subject, note: String::new(), postings: Vec::new() }
    }

    fn side(&self, account: Account) -> Side {
        Side::of(account, self.vendor.as_str())
    }

    /// What is owed by the books, and what came to it since the last time.
    async fn look(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let vendor = self.vendor.as_str();
        let after = store::last_entry(tx, vendor).await?;
        let changes = changes_of(tx, Account::VendorPayable, vendor, after).await?;
        let mut brought: BTreeMap<&'static str, Money> = BTreeMap::new();
        for sum in balances_of(tx, Account::VendorPayable, vendor).await? {
            self.owed.entry(sum.currency.code()).or_default().payable = -sum.amount;
            brought.insert(sum.currency.code(), Money::new(-sum.amount, sum.currency));
        }
        for sum in store::sum_held(tx, vendor).await? {
            self.owed.entry(sum.currency.code()).or_default().held = sum.amount;
        }
        let mut moved = Vec::new();
        for (kind, sum) in changes {
            let change = Money::new(-sum.amount, sum.currency);
            brought.entry(sum.currency.code()).or_insert(Money::zero(sum.currency)).amount -= change.amount;
            if matches!(kind.as_str(), "shipment" | "credit_note") {
                self.owed.entry(sum.currency.code()).or_default().earned += change.amount;
            }
            moved.push((kind, change));
        }
        for amount in brought.into_values() {
            self.line("brought_forward", "", amount);
        }
        for (kind, change) in moved {
            self.line(&kind, "", change);
        }
        Ok(())
    }

    /// Takes fees of promotions that are due off; one for which there is not enough ends its promotion.
    async fn set_off(&mut self, tx: &mut Tx) -> Result<(), Error> {
        for booking in promotions::list_due(tx, self.vendor, self.now_ms).await? {
            let fee = booking.fee;
            let before = self.owed.entry(fee.currency.code()).or_default();
            let mut after = *before;
            if !after.set_off(fee.amount) {
                promotions::end_unpaid(tx, &booking, self.now_ms).await?;
                continue;
            }
            // A card may have been quicker.
            if !promotions::settle(tx, &booking.id).await? {
                continue;
            }
            *before = after;
            let mut entry = self.draft("promotion_fee", &format!("fee:{}", booking.id));
            entry.post(self.side(Account::VendorPayable), self.side(Account::PromotionDues), fee);
            self.books.enter(entry)?;
            self.line("promotion_fee", &booking.id, Money::new(-fee.amount, fee.currency));
        }
        Ok(())
    }

    /// Holds the reserve back; what is left, by currency.
    async fn hold(&mut self, tx: &mut Tx) -> Result<Vec<Money>, Error> {
        let mut available = Vec::new();
        for (code, owed) in self.owed.clone() {
            let currency = Currency::from_code(code).ok_or(Error::NotFound("currency"))?;
            let settled = owed.settle(self.terms.reserve_ppm);
            if settled.reserve > 0 {
                let release_ms = self.now_ms + self.terms.reserve_days * DAY_MS;
                let reserve = Money::new(settled.reserve, currency);
                store::hold(tx, self.vendor.as_str(), self.period_ms, reserve, release_ms).await?;
            }
            self.line("held", "", Money::new(-(owed.held + settled.reserve), currency));
            available.push(Money::new(settled.available, currency));
        }
        Ok(available)
    }

    /// Makes a payout of what is left, when it is enough.
    async fn pay(&mut self, tx: &mut Tx, available: Vec<Money>) -> Result<(), Error> {
        let to = self.terms.minimum.currency;
        let (mut legs, mut sum) = (Vec::new(), 0_i128);
        for amount in available.into_iter().filter(|amount| amount.amount != 0) {
            match convert_exactly(tx, amount, to, self.now_ms).await {
                Ok(exact) => {
                    sum += exact;
                    legs.push((amount, rounded(exact, to)?));
                }
                Err(Error::Refused(problem)) if problem.code == "fx_rate_missing" => {
                    self.line("rate_missing", "", Money::new(-amount.amount, amount.currency));
                }
                Err(error) => return Err(error),
            }
        }
        let total = rounded(sum, to)?;
        if total.amount <= 0 || total.amount < self.terms.minimum.amount {
            for (amount, _) in legs {
                self.line("carried_over", "", Money::new(-amount.amount, amount.currency));
            }
            return Ok(());
        }
        let id = PayoutId::fresh(self.now_ms, &random()?).to_string();
        let (payable, transit) = (self.side(Account::VendorPayable), self.side(Account::PayoutsInTransit));
        let mut entry = self.draft("payout", &id);
        let mut left = total.amount;
        for (amount, leg) in legs {
            left -= leg.amount;
            if amount.currency == to {
                entry.post(payable.clone(), transit.clone(), amount);
            } else {
                entry.post(payable.clone(), Side::all(Account::Exchange), amount);
                entry.post(Side::all(Account::Exchange), transit.clone(), leg);
            }
            self.line("payout", &id, Money::new(-amount.amount, amount.currency));
        }
        // Rounded once as a sum, which may be another unit than the sum of the rounded parts.
        entry.post(Side::all(Account::Rounding), transit, Money::new(left, to));
        self.books.enter(entry)?;
        store::insert(tx, &self.payout(id, total)).await?;
        Ok(())
    }

    fn payout(&self, id: String, amount: Money) -> Payout {
        Payout {
            id,
            vendor: self.vendor.to_string(),
            period_ms: self.period_ms,
            state: State::Open,
            amount,
            provider: self.terms.provider.clone(),
            destination: self.terms.destination.clone(),
            reference: String::new(),
            error: String::new(),
            created_ms: self.now_ms,
            changed_ms: self.now_ms,
            attempts: 0,
        }
    }
}

/// 409: it is no time for that.
pub(super) fn wrong_state(state: State) -> Error {
    let problem =
        Problem::new(StatusCode::CONFLICT, "payout_state", "This cannot be done with this payout now");
    problem.detail(format!("It is {}.", state.name())).into()
}
