//! The order a shopper asks for, and what is refused of it. A refusal names the field and never its value.

use kiosk_ids::CartId;
use kiosk_money::Money;
use kiosk_privacy::{Address, Contact, Personal, Shopper};
use kiosk_problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::{DeliveryKind, delivery};
use crate::openapi::MoneySchema;

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Longest e-mail address, in characters (RFC 5321).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Longest telephone number, in characters.
pub const PHONE_CHARS_MAX: usize = 32;
/// Fewest digits of a telephone number.
pub const PHONE_DIGITS_MIN: usize = 5;
/// Longest street and extra line, in characters each.
pub const STREET_CHARS_MAX: usize = 200;
/// Longest postcode, in characters.
pub const POSTCODE_CHARS_MAX: usize = 16;
/// Longest city, in characters.
pub const CITY_CHARS_MAX: usize = 100;
/// Longest name of a device, in characters.
pub const DEVICE_CHARS_MAX: usize = 128;
/// Longest idempotency key, in bytes.
pub const KEY_BYTES_MAX: usize = 64;

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// On invoice, after delivery.
    Invoice,
}

impl PaymentMethod {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
        }
    }
}

/// Which payment the shopper chose.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentChoice {
    pub method: PaymentMethod,
}

/// The body of `POST /v1/orders`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// The cart, `crt_…`.
    #[schema(value_type = String)]
    pub cart: CartId,
    /// The version that the shopper saw.
    pub cart_version: u64,
    /// The total, delivery included, that the shopper saw.
    #[schema(value_type = MoneySchema)]
    pub expected_total: Money,
    #[schema(value_type = ContactSchema)]
    pub contact: Contact,
    #[schema(value_type = AddressSchema)]
    pub address: Address,
    pub delivery: DeliveryKind,
    pub payment: PaymentChoice,
    /// An opaque name of the browser or the app's installation.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub device: Option<Personal<String>>,
}

/// How to reach the shopper.
#[derive(ToSchema)]
#[schema(as = Contact)]
#[allow(dead_code, reason = "describes kiosk_privacy::Contact")]
pub struct ContactSchema {
    #[schema(max_length = 120)]
    name: String,
    #[schema(max_length = 254)]
    email: String,
    #[schema(max_length = 32)]
    phone: Option<String>,
}

/// Where to deliver.
#[derive(ToSchema)]
#[schema(as = Address)]
#[allow(dead_code, reason = "describes kiosk_privacy::Address")]
pub struct AddressSchema {
    #[schema(max_length = 200)]
    street: String,
    #[schema(max_length = 200)]
    extra: Option<String>,
    #[schema(max_length = 16)]
    postcode: String,
    #[schema(max_length = 100)]
    city: String,
    /// ISO 3166-1 alpha-2.
    country: String,
}

impl PlaceOrder {
    /// Checks every value and trims it.
    ///
    /// # Errors
    /// 422 that names the first field that was refused.
    pub fn checked(mut self) -> Result<(Shopper, Self), Problem> {
        let Contact { name, email, phone } = self.contact.clone();
        let contact = Contact {
            name: line(&name, "contact.name", NAME_CHARS_MAX)?,
            email: self::email(&email)?,
            phone: optional(phone, "contact.phone", PHONE_CHARS_MAX)?,
        };
        if let Some(phone) = &contact.phone {
            check_phone(phone.reveal())?;
        }
        let Address { street, extra, postcode, city, country } = self.address.clone();
        let address = Address {
            street: line(&street, "address.street", STREET_CHARS_MAX)?,
            extra: optional(extra, "address.extra", STREET_CHARS_MAX)?,
            postcode: line(&postcode, "address.postcode", POSTCODE_CHARS_MAX)?,
            city: line(&city, "address.city", CITY_CHARS_MAX)?,
            country,
        };
        check_postcode(address.postcode.reveal())?;
        if !delivery().serves(&address.country) {
            return Err(Problem::invalid("address.country", "we do not deliver to this country"));
        }
        self.device = optional(self.device.take(), "device", DEVICE_CHARS_MAX)?;
        Ok((Shopper { contact, address }, self))
    }
}

/// A line of text: not blank, not too long, nothing that is not seen.
fn line(value: &Personal<String>, param: &str, chars_max: usize) -> Result<Personal<String>, Problem> {
    let text = value.reveal().trim();
    if text.is_empty() {
        return Err(Problem::invalid(param, "must not be blank"));
    }
    if text.chars().count() > chars_max {
        return Err(Problem::invalid(param, format!("at most {chars_max} characters")));
    }
    // Besides control characters: marks that turn or hide text, which have no place on a label.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(hidden) {
        return Err(Problem::invalid(param, "must not contain control characters"));
    }
    Ok(Personal::new(text.to_owned()))
}

/// As [`line`]; blank counts as not given.
fn optional(
    value: Option<Personal<String>>,
    param: &str,
    chars_max: usize,
) -> Result<Option<Personal<String>>, Problem> {
    let given = value.filter(|value| !value.reveal().trim().is_empty());
    given.map(|value| line(&value, param, chars_max)).transpose()
}

fn email(value: &Personal<String>) -> Result<Personal<String>, Problem> {
    let email = line(value, "contact.email", EMAIL_CHARS_MAX)?;
    let options =
        email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    match email_address::EmailAddress::parse_with_options(email.reveal(), options) {
        Ok(_) => Ok(email),
        Err(_) => Err(Problem::invalid("contact.email", "must be an e-mail address")),
    }
}

fn check_phone(phone: &str) -> Result<(), Problem> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '/' | '.' | ' ');
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if phone.chars().all(plain) && digits >= PHONE_DIGITS_MIN {
        return Ok(());
    }
    Err(Problem::invalid("contact.phone", "must be a telephone number"))
}

fn check_postcode(postcode: &str) -> Result<(), Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
    if postcode.chars().all(plain) && postcode.chars().any(|c| c.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Problem::invalid("address.postcode", "must be letters, digits, spaces and dashes"))
}
