//! What the providers know: payments and their movements, transfers, events. Both APIs and the pages act on it by the
//! functions of `actions` and `movements`; a refusal is put into a provider's words where it is answered.

mod actions;
pub mod cards;
pub mod events;
mod ledger;
mod movements;
pub mod payment;

use std::collections::{BTreeMap, HashMap, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kiosk_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use actions::{NewPayment, Paid};
pub use ledger::{Ledger, LedgerLine, Totals};

use cards::Decline;
use events::Event;
use payment::{Payment, Provider, Status};

/// Payments that are kept; the oldest go first.
pub const PAYMENTS_MAX: usize = 50_000;
/// Answers that are remembered for their keys.
pub const KEYS_MAX: usize = 100_000;
/// How long they are, in milliseconds.
pub const KEY_MS_MAX: i64 = 24 * 3_600_000;
/// Access tokens that are good at once.
const TOKENS_MAX: usize = 1_000;
/// Stripe gives an authorisation up after seven days, in milliseconds.
pub const STRIPE_AUTHORISATION_MS: i64 = 7 * 86_400_000;
/// PayPal after 29.
pub const PAYPAL_AUTHORISATION_MS: i64 = 29 * 86_400_000;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing.
    Unknown,
    /// The payment is not in a state for it.
    State(Status),
    /// More than there is; the rest that could be.
    TooMuch(i64),
    /// All of it was given back before.
    NothingLeft,
    /// The payer disputes it.
    Disputed,
    /// The card can be captured once only.
    OnceOnly,
    /// Another currency than the payment's.
    Currency,
    /// The balance does not reach.
    Balance,
    /// The card or account was declined.
    Declined(Decline),
}

/// Money that went to a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Whose.
    pub provider: Provider,
    /// Identifier.
    pub id: String,
    /// The vendor's account.
    pub destination: String,
    /// How much.
    pub amount: Money,
    /// The shop's words.
    pub description: String,
    /// Stripe: what it belongs to.
    pub group: Option<String>,
    /// PayPal: the shop's own name for it.
    pub sender_batch: Option<String>,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

impl Transfer {
    /// Whether the shop names it so, in its words or its own name for it.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        self.description.contains(name)
            || self.sender_batch.as_deref().is_some_and(|batch| batch.contains(name))
    }
}

/// An answer that is given again for its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Remembered {
    /// What was asked, as a digest.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Body; at PayPal the path of what was made, which is shown as it is now.
    pub body: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// All of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    seed: u64,
    counter: u64,
    /// What each currency's balance began with, in minor units.
    opening: i64,
    /// By reference; ordered, so that what happens to several at once happens in the same order in each run.
    pub(crate) payments: BTreeMap<String, Payment>,
    /// References in the order of their making.
    order: VecDeque<String>,
    /// Intents, charges, authorisations and captures, to the reference of their payment.
    aliases: HashMap<String, String>,
    pub(crate) transfers: Vec<Transfer>,
    /// `stripe EUR` to what came and went.
    balances: BTreeMap<String, i64>,
    keys: HashMap<String, Remembered>,
    key_order: VecDeque<String>,
    tokens: VecDeque<(String, i64)>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) hooks: Vec<events::Hook>,
}

impl World {
    /// An empty one. `seed` makes its identifiers; `opening` is what each currency's balance begins with.
    #[must_use]
    pub fn new(seed: u64, opening: i64, hooks: Vec<events::Hook>) -> Self {
        Self { seed, opening, hooks, ..Self::default() }
    }

    /// Takes what this run was started with into what an earlier one left.
    pub(crate) fn continue_with(&mut self, hooks: Vec<events::Hook>) {
        self.hooks = hooks;
    }

    /// A number that was not given before, as text that cannot be guessed without the seed.
    fn fresh(&mut self, prefix: &str, chars: usize) -> String {
        let mut text = String::new();
        while text.len() < chars {
            self.counter += 1;
            let digest =
                Sha256::new_with_prefix(self.seed.to_be_bytes()).chain_update(self.counter.to_be_bytes());
            let word = BASE64.encode(digest.finalize());
            text.extend(word.chars().filter(char::is_ascii_alphanumeric));
        }
        text.truncate(chars);
        format!("{prefix}{text}")
    }

    /// The same in PayPal's manner: capital letters and digits.
    fn fresh_upper(&mut self, chars: usize) -> String {
        self.fresh("", chars).to_ascii_uppercase()
    }

    /// A payment by its reference, by its authorisation, its charge or one of its captures.
    #[must_use]
    pub fn find(&self, provider: Provider, name: &str) -> Option<&Payment> {
        let reference = self.aliases.get(name).map_or(name, String::as_str);
        self.payments.get(reference).filter(|payment| payment.provider == provider)
    }

    fn find_mut(&mut self, provider: Provider, name: &str) -> Result<&mut Payment, Refusal> {
        let reference = self.aliases.get(name).map_or(name, String::as_str);
        let payment = self.payments.get_mut(reference);
        payment.filter(|payment| payment.provider == provider).ok_or(Refusal::Unknown)
    }

    /// The newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Payment> {
        self.order.iter().rev().filter_map(|reference| self.payments.get(reference))
    }

    pub(crate) fn remembered(&self, key: &str, now_ms: i64) -> Option<&Remembered> {
        self.keys.get(key).filter(|found| now_ms - found.at_ms < KEY_MS_MAX)
    }

    pub(crate) fn remember(&mut self, key: String, answer: Remembered) {
        if self.keys.insert(key.clone(), answer).is_none() {
            self.key_order.push_back(key);
        }
        while self.key_order.len() > KEYS_MAX {
            self.key_order.pop_front().and_then(|old| self.keys.remove(&old));
        }
    }

    pub(crate) fn new_token(&mut self, good_until_ms: i64) -> String {
        let token = self.fresh("A21AA", 80);
        self.tokens.push_back((token.clone(), good_until_ms));
        if self.tokens.len() > TOKENS_MAX {
            self.tokens.pop_front();
        }
        token
    }

    pub(crate) fn token_is_good(&self, token: &str, now_ms: i64) -> bool {
        self.tokens.iter().any(|(known, until_ms)| known == token && now_ms < *until_ms)
    }

    /// Makes all tokens bad, as if they had lapsed.
    pub(crate) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    /// What is there to pay vendors with.
    pub(crate) fn balance(&self, provider: Provider, currency: Currency) -> i64 {
        self.opening + self.balances.get(&account(provider, currency)).copied().unwrap_or(0)
    }

    /// Of each currency in which something has moved, what is there.
    pub(crate) fn balances_of(&self, provider: Provider) -> Vec<Money> {
        let moved = self.balances.iter().filter_map(|(name, change)| {
            let code = name.strip_prefix(provider.name())?.trim_start();
            Some(Money::new(self.opening + change, Currency::from_code(code)?))
        });
        moved.collect()
    }

    fn move_balance(&mut self, provider: Provider, change: Money) {
        *self.balances.entry(account(provider, change.currency)).or_default() += change.amount;
    }
}

fn account(provider: Provider, currency: Currency) -> String {
    format!("{} {}", provider.name(), currency.code())
}
