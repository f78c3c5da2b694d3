//! What is taken as a name, an e-mail address, a telephone number or a delivery address. A refusal names the field and
//! never its value.

use crate::{Address, Contact, Personal};

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

/// A value that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{param}: {why}")]
pub struct Refused {
    /// The field.
    pub param: String,
    /// What it must be.
    pub why: String,
}

impl Refused {
    fn new(param: &str, why: impl Into<String>) -> Self {
        Self { param: param.to_owned(), why: why.into() }
    }
}

impl Contact {
    /// Every value checked and trimmed; `at` is the path of the contact in the request.
    ///
    /// # Errors
    /// The first field that is refused.
    pub fn checked(&self, at: &str) -> Result<Self, Refused> {
        Ok(Self {
            name: name(&self.name, &format!("{at}.name"))?,
            email: email(&self.email, &format!("{at}.email"))?,
            phone: phone(self.phone.clone(), &format!("{at}.phone"))?,
        })
    }
}

impl Address {
    /// Every value checked and trimmed; `at` is the path of the address in the request. Whether the country is served
    /// is not looked at.
    ///
    /// # Errors
    /// The first field that is refused.
    pub fn checked(&self, at: &str) -> Result<Self, Refused> {
        let field = |name: &str| format!("{at}.{name}");
        Ok(Self {
            street: line(&self.street, &field("street"), STREET_CHARS_MAX)?,
            extra: optional(self.extra.clone(), &field("extra"), STREET_CHARS_MAX)?,
            city: line(&self.city, &field("city"), CITY_CHARS_MAX)?,
            country: self.country.clone(),
            postcode: postcode(&self.postcode, &field("postcode"))?,
        })
    }
}

/// A full name.
///
/// # Errors
/// When it is blank, too long, or has characters that are not seen.
pub fn name(value: &Personal<String>, param: &str) -> Result<Personal<String>, Refused> {
    line(value, param, NAME_CHARS_MAX)
}

/// An e-mail address (RFC 5321), without a display name.
///
/// # Errors
/// When it is none.
pub fn email(value: &Personal<String>, param: &str) -> Result<Personal<String>, Refused> {
    let email = line(value, param, EMAIL_CHARS_MAX)?;
    let options =
        email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    match email_address::EmailAddress::parse_with_options(email.reveal(), options) {
        Ok(_) => Ok(email),
        Err(_) => Err(Refused::new(param, "must be an e-mail address")),
    }
}

/// A telephone number; blank counts as not given.
///
/// # Errors
/// When it has other characters than telephone numbers have, or too few digits.
pub fn phone(value: Option<Personal<String>>, param: &str) -> Result<Option<Personal<String>>, Refused> {
    let phone = optional(value, param, PHONE_CHARS_MAX)?;
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '/' | '.' | ' ');
    let fits = |text: &str| {
        text.chars().all(plain) && text.chars().filter(char::is_ascii_digit).count() >= PHONE_DIGITS_MIN
    };
    match &phone {
        Some(phone) if !fits(phone.reveal()) => Err(Refused::new(param, "must be a telephone number")),
        _ => Ok(phone),
    }
}

/// A line of text: not blank, not too long, nothing that is not seen.
///
/// # Errors
/// When it is one of these.
pub fn line(value: &Personal<String>, param: &str, chars_max: usize) -> Result<Personal<String>, Refused> {
    let text = value.reveal().trim();
    if text.is_empty() {
        return Err(Refused::new(param, "must not be blank"));
    }
    if text.chars().count() > chars_max {
        return Err(Refused::new(param, format!("at most {chars_max} characters")));
    }
    // Besides control characters: marks that turn or hide text, which have no place on a label.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(hidden) {
        return Err(Refused::new(param, "must not contain control characters"));
    }
    Ok(Personal::new(text.to_owned()))
}

/// As [`line`]; blank counts as not given.
///
/// # Errors
/// As [`line`].
pub fn optional(
    value: Option<Personal<String>>,
    param: &str,
    chars_max: usize,
) -> Result<Option<Personal<String>>, Refused> {
    let given = value.filter(|value| !value.reveal().trim().is_empty());
    given.map(|value| line(&value, param, chars_max)).transpose()
}

/// A postcode.
///
/// # Errors
/// When it is blank, too long, or has characters that postcodes do not have.
pub fn postcode(value: &Personal<String>, param: &str) -> Result<Personal<String>, Refused> {
    let postcode = line(value, param, POSTCODE_CHARS_MAX)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
    let text = postcode.reveal();
    if text.chars().all(plain) && text.chars().any(|c| c.is_ascii_alphanumeric()) {
        return Ok(postcode);
    }
    Err(Refused::new(param, "must be letters, digits, spaces and dashes"))
}
