//! Privacy by type (invariant I3).
//!
//! A personal value lives in [`Personal`], which has no `Serialize` and no `Display`: it cannot get into a message to
//! the core, a log line or a page by accident. [`anonymise`] is the only way from a personal record to a wire record.
//! Pseudonyms are HMACs under a key that stays in the region. [`mask()`] takes personal values out of free text, and its
//! [`Masked`] is the only text that a message or a review is made of.

pub mod checks;
mod disposable;
pub mod mask;
mod personal;
mod pseudonym;
pub mod schema;

pub use disposable::is_disposable;
use kiosk_wire::OrderRecord;
pub use mask::{Masked, Removed, mask};
pub use personal::{Address, Contact, Personal, Shopper};
pub use pseudonym::{Kind, PseudonymKey};

/// Characters of a postcode that leave the region.
pub const AREA_CHARS_MAX: usize = 2;
/// Those of a ZIP code: fewer do not tell the state, whose tax it is. A three-digit area has some 360,000 people.
pub const AREA_CHARS_MAX_US: usize = 3;

/// The facts of an order that are nobody's: everything of an [`OrderRecord`] but who bought and where to.
pub type OrderFacts = OrderRecord;

/// Turns an order of a person into the record that may leave the region.
///
/// `facts` has `customer`, `country` and `area` empty; they are filled here, the first as a pseudonym, the last cut to
/// [`AREA_CHARS_MAX`] characters ([`AREA_CHARS_MAX_US`] of a ZIP code).
#[must_use]
pub fn anonymise(shopper: &Shopper, facts: OrderFacts, key: &PseudonymKey) -> OrderRecord {
    OrderRecord {
        customer: key.pseudonym(Kind::Customer, &shopper.contact.email.reveal().to_lowercase()),
        country: shopper.address.country.clone(),
        area: area_of(&shopper.address.country, shopper.address.postcode.reveal()),
        ..facts
    }
}

/// What of a postcode may leave the region.
#[must_use]
pub fn area_of(country: &str, postcode: &str) -> String {
    let chars_max = if country == "US" { AREA_CHARS_MAX_US } else { AREA_CHARS_MAX };
    postcode
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(chars_max)
        .collect::<String>()
        .to_ascii_uppercase()
}
