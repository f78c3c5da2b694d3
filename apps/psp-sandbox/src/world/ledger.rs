//! What the providers would put into their reports: the sums of every payment and of every currency, to reconcile with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::payment::{Payment, Provider, Status, Sums};
use super::{Transfer, World};

/// One payment. Amounts are minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Whose.
    pub provider: Provider,
    /// Session or order at the provider.
    pub reference: String,
    /// Intent or authorisation.
    pub authorisation: Option<String>,
    /// The shop's payment.
    pub payment: Option<String>,
    /// The shop's order.
    pub order: Option<String>,
    /// How far it is.
    pub status: Status,
    /// ISO 4217.
    pub currency: String,
    /// Its sums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// The sums of a provider and a currency, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Of its payments.
    #[serde(flatten)]
    pub sums: Sums,
    /// Paid to vendors.
    pub transferred: i64,
    /// What is left of what was captured: without what the account began with.
    pub net: i64,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Payments, by reference.
    pub payments: Vec<LedgerLine>,
    /// `provider` to `currency` to its sums.
    pub totals: BTreeMap<String, BTreeMap<String, Totals>>,
    /// What went to vendors, in order.
    pub transfers: Vec<Transfer>,
}

impl World {
    /// The sums as they are now.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger { transfers: self.transfers.clone(), ..Ledger::default() };
        for payment in self.payments.values() {
            let line = line_of(payment);
            add(ledger.of(payment.provider, payment.amount.currency.code()), line.sums);
            ledger.payments.push(line);
        }
        for transfer in &self.transfers {
            let totals = ledger.of(transfer.provider, transfer.amount.currency.code());
            totals.transferred += transfer.amount.amount;
        }
        for totals in ledger.totals.values_mut().flat_map(BTreeMap::values_mut) {
            let Sums { captured, refunded, disputed, fees, .. } = totals.sums;
            totals.net = captured - refunded - disputed - fees - totals.transferred;
        }
        ledger
    }

    /// A payment by its reference, its authorisation or one of its captures.
    #[must_use]
    pub fn line(&self, provider: Provider, name: &str) -> Option<LedgerLine> {
        self.find(provider, name).map(line_of)
    }
}

fn line_of(payment: &Payment) -> LedgerLine {
    let mark = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| payment.metadata.get(*name));
        found.cloned()
    };
    LedgerLine {
        provider: payment.provider,
        reference: payment.reference.clone(),
        authorisation: payment.authorisation.clone(),
        payment: mark(["payment", "custom_id"]),
        order: mark(["order", "invoice_id"]),
        status: payment.status,
        currency: payment.amount.currency.code().to_owned(),
        sums: payment.sums(),
    }
}

impl Ledger {
    fn of(&mut self, provider: Provider, currency: &str) -> &mut Totals {
        let currencies = self.totals.entry(provider.name().to_owned()).or_default();
        currencies.entry(currency.to_owned()).or_default()
    }
}

fn add(totals: &mut Totals, sums: Sums) {
    totals.sums.authorised += sums.authorised;
    totals.sums.capturable += sums.capturable;
    totals.sums.captured += sums.captured;
    totals.sums.refunded += sums.refunded;
    totals.sums.disputed += sums.disputed;
    totals.sums.fees += sums.fees;
}
