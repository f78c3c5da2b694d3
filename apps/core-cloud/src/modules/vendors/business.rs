//! The business information of a vendor, checked as far as its form goes.

use super::service::COUNTRY_BYTES;
use crate::error::Error;
use crate::modules::imports::text::plain;

/// Longest line of it, in characters.
pub const LINE_CHARS_MAX: usize = 120;
/// Fewest digits of a phone number.
const PHONE_DIGITS_MIN: usize = 6;
/// Most digits of a phone number, by ITU-T E.164.
const PHONE_DIGITS_MAX: usize = 15;

/// What a vendor says of its business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Business {
    /// As it is registered.
    pub legal_name: String,
    /// Of the commercial register.
    pub register_number: String,
    /// For value added tax.
    pub vat_id: String,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// Phone.
    pub phone: String,
}

/// How VAT numbers look, by country: `9` is a digit, `A` a letter, `X` either, the rest stands for itself.
const VAT_FORMS: &[(&str, &[&str])] = &[
    ("AT", &["ATU99999999"]),
    ("BE", &["BE9999999999"]),
    ("CH", &["CHE999999999", "CHE999999999MWST", "CHE999999999TVA", "CHE999999999IVA"]),
    ("CZ", &["CZ99999999", "CZ999999999", "CZ9999999999"]),
    ("DE", &["DE999999999"]),
    ("DK", &["DK99999999"]),
    ("ES", &["ESX9999999X"]),
    ("FI", &["FI99999999"]),
    ("FR", &["FRXX999999999"]),
    ("GB", &["GB999999999", "GB999999999999"]),
    ("IE", &["IE9999999A", "IE9999999AA", "IE9X99999A"]),
    ("IT", &["IT99999999999"]),
    ("LU", &["LU99999999"]),
    ("NL", &["NLXXXXXXXXXBXX"]),
    ("NO", &["999999999MVA", "NO999999999MVA"]),
    ("PL", &["PL9999999999"]),
    ("PT", &["PT999999999"]),
    ("SE", &["SE999999999999"]),
    ("US", &["999999999"]),
];

impl Business {
    /// Trims and checks every field; `country` is the vendor's.
    ///
    /// # Errors
    /// 422 that names the first field that does not fit.
    pub fn checked(self, country: &str) -> Result<Self, Error> {
        Ok(Self {
            legal_name: line("legal_name", &self.legal_name)?,
            register_number: line("register_number", &self.register_number)?,
            vat_id: vat_id(&self.vat_id, country)?,
            street: line("street", &self.street)?,
            postcode: line("postcode", &self.postcode)?,
            city: line("city", &self.city)?,
            phone: phone(&self.phone)?,
        })
    }
}

/// A line of text that is not empty.
///
/// # Errors
/// 422 that names `param`.
pub fn line(param: &str, text: &str) -> Result<String, Error> {
    if text.chars().count() > LINE_CHARS_MAX {
        return Err(Error::invalid(param, format!("at most {LINE_CHARS_MAX} characters")));
    }
    let text = plain(text, LINE_CHARS_MAX);
    if text.is_empty() { Err(Error::invalid(param, "is missing")) } else { Ok(text) }
}

/// An ISO 3166-1 alpha-2 code by its form.
///
/// # Errors
/// 422 `country`.
pub fn country(text: &str) -> Result<String, Error> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() == COUNTRY_BYTES && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(code);
    }
    Err(Error::invalid("country", "two letters, such as DE"))
}

fn vat_id(text: &str, country: &str) -> Result<String, Error> {
    let separators = [' ', '.', '-', '/'];
    let id: String = text.chars().filter(|char| !separators.contains(char)).collect();
    let id = id.to_ascii_uppercase();
    let forms = VAT_FORMS.iter().find(|(code, _)| *code == country);
    let fits = match forms {
        Some((_, forms)) => forms.iter().any(|form| has_form(&id, form)),
        None => (4..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    if fits {
        return Ok(id);
    }
    let example = forms.and_then(|(_, forms)| forms.first()).copied().unwrap_or("4 to 20 letters and digits");
    Err(Error::invalid("vat_id", format!("does not look like a VAT number of {country} ({example})")))
}

fn has_form(id: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'9' => byte.is_ascii_digit(),
        b'A' if form == b'A' && byte.is_ascii_uppercase() => true,
        b'X' => byte.is_ascii_alphanumeric(),
        other => byte == other,
    };
    // The country's letters stand for themselves, an A among them too.
    let own = form.bytes().take_while(u8::is_ascii_uppercase).count().min(2);
    id.len() == form.len()
        && id.as_bytes()[..own] == form.as_bytes()[..own]
        && id.bytes().zip(form.bytes()).skip(own).all(fits)
}

fn phone(text: &str) -> Result<String, Error> {
    let text = plain(text, LINE_CHARS_MAX);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let other = |char: char| char.is_ascii_digit() || matches!(char, '+' | ' ' | '-' | '/' | '(' | ')' | '.');
    if (PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX).contains(&digits) && text.chars().all(other) {
        return Ok(text);
    }
    Err(Error::invalid("phone", "does not look like a phone number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vat_numbers_have_the_form_of_their_country() {
        for (country, id) in [
            ("DE", "DE 123 456 789"),
            ("AT", "ATU12345678"),
            ("NL", "NL123456789B01"),
            ("CH", "CHE-123.456.789 MWST"),
            ("FR", "FRK7399859412"),
            ("JP", "T1234567890123"),
        ] {
            assert!(vat_id(id, country).is_ok(), "{country} {id}");
        }
        for (country, id) in
            [("DE", "DE12345678"), ("DE", "FR12345678901"), ("AT", "AT12345678"), ("JP", "<b>"), ("DE", "")]
        {
            assert!(vat_id(id, country).is_err(), "{country} {id}");
        }
    }

    #[test]
    fn phones_and_countries_are_checked_by_their_form() {
        assert!(phone("+49 (30) 123-456").is_ok() && phone("call me").is_err() && phone("12").is_err());
        assert_eq!(country(" de ").ok().as_deref(), Some("DE"));
        assert!(country("D1").is_err() && country("").is_err() && country("ÄÖ").is_err());
    }
}
