//! Bodies of requests and answers.

use kiosk_password::Password;
use kiosk_privacy::Personal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::person::Owner;

/// Who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    #[schema(value_type = String, max_length = 120)]
    pub name: Personal<String>,
    #[schema(value_type = String, max_length = 254)]
    pub email: Personal<String>,
    #[schema(value_type = String, min_length = 8, max_length = 256)]
    pub password: Password,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32)]
    pub phone: Option<Personal<String>>,
}

/// The token of a mail's link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    pub token: String,
}

/// A mail is on its way, if there is anybody to get it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailSent {
    /// What to do next, for people.
    pub next: String,
}

impl MailSent {
    /// Says the same whoever the address is of.
    pub fn to_whom_it_is() -> Self {
        Self { next: "Look into your mailbox and follow the link.".to_owned() }
    }
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    pub name: Option<Personal<String>>,
    /// Blank takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32)]
    pub phone: Option<Personal<String>>,
}

/// Another e-mail address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailChange {
    #[schema(value_type = String, max_length = 254)]
    pub email: Personal<String>,
    /// The account's password.
    #[schema(value_type = String)]
    pub password: Password,
}

/// The account is to be deleted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// The account's password.
    #[schema(value_type = String)]
    pub password: Password,
}

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Profile {
    /// `cus_…`
    pub id: String,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    /// Unix milliseconds.
    pub created_ms: i64,
}

impl Profile {
    /// Of an owner, for that owner.
    pub fn of(owner: &Owner) -> crate::error::Result<Self> {
        let person = owner.person()?;
        Ok(Self {
            id: owner.account.id.to_string(),
            name: person.name.reveal().clone(),
            email: person.email.reveal().clone(),
            phone: person.phone.map(|phone| phone.reveal().clone()),
            created_ms: owner.account.created_ms,
        })
    }
}
