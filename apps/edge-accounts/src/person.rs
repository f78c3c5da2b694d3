//! A person as the vault keeps them: what is sealed and with whose key.

use std::borrow::Cow;

use kiosk_ids::CustomerId;
use kiosk_privacy::Personal;
use serde::{Deserialize, Serialize};

use crate::app::Region;
use crate::error::{Result, session_ended};
use crate::seal::SealKey;
use crate::store::accounts::Account;
use crate::store::keys;

/// Name, e-mail address and telephone number.
#[derive(Clone, Debug)]
pub struct Person {
    /// Full name.
    pub name: Personal<String>,
    /// E-mail address as typed.
    pub email: Personal<String>,
    /// Telephone number.
    pub phone: Option<Personal<String>>,
}

/// What is sealed. Private: a [`Person`] cannot be serialised in any other way.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    phone: Option<Cow<'a, str>>,
}

/// An account with the key of its person.
pub struct Owner {
    /// The account.
    pub account: Account,
    key: SealKey,
}

impl Region {
    /// Keyed hash by which the account of an e-mail address is found.
    pub fn lookup(&self, email: &Personal<String>) -> String {
        let normal = email.reveal().trim().to_lowercase();
        self.config.pseudonym_key.pseudonym(kiosk_privacy::Kind::Customer, &normal)
    }

    /// Makes and keeps the key of a new person.
    pub async fn new_key(&self, id: &CustomerId) -> Result<SealKey> {
        let key = SealKey::fresh(&*self.edge.random);
        let wrapped = key.wrapped_by(&self.config.wrap_key, &*self.edge.random, id.as_str());
        keys::insert(&*self.keys, id, wrapped).await?;
        Ok(key)
    }

    /// The account with its person's key. Without the key the person is erased, and nobody can act as them.
    pub async fn owner(&self, account: Account) -> Result<Owner> {
        let wrapped = keys::get(&*self.keys, &account.id).await?.ok_or_else(session_ended)?;
        let key = SealKey::unwrap_by(&self.config.wrap_key, &wrapped, account.id.as_str())?;
        Ok(Owner { account, key })
    }

    /// Seals a person for a new account.
    pub fn seal_person(&self, key: &SealKey, id: &CustomerId, person: &Person) -> Result<Vec<u8>> {
        let stored = Stored {
            name: person.name.reveal().into(),
            email: person.email.reveal().into(),
            phone: person.phone.as_ref().map(|phone| phone.reveal().into()),
        };
        Ok(key.seal(&*self.edge.random, &context(id, "person"), &serde_json::to_vec(&stored)?))
    }
}

impl Owner {
    /// With a key that is known already.
    pub fn new(account: Account, key: SealKey) -> Self {
        Self { account, key }
    }

    /// The person.
    pub fn person(&self) -> Result<Person> {
        let bytes = self.key.open(&context(&self.account.id, "person"), &self.account.sealed)?;
        let stored: Stored<'_> = serde_json::from_slice(&bytes)?;
        let own = |text: Cow<'_, str>| Personal::new(text.into_owned());
        Ok(Person { name: own(stored.name), email: own(stored.email), phone: stored.phone.map(own) })
    }

    /// The person, changed.
    pub fn seal_person(&self, region: &Region, person: &Person) -> Result<Vec<u8>> {
        region.seal_person(&self.key, &self.account.id, person)
    }

    /// Seals something else of theirs; `what` names it.
    pub fn seal(&self, region: &Region, what: &str, value: &[u8]) -> Vec<u8> {
        self.key.seal(&*region.edge.random, &context(&self.account.id, what), value)
    }

    /// Opens what [`Owner::seal`] sealed.
    pub fn open(&self, what: &str, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>> {
        Ok(self.key.open(&context(&self.account.id, what), sealed)?)
    }
}

fn context(id: &CustomerId, what: &str) -> String {
    format!("{id}/{what}")
}
