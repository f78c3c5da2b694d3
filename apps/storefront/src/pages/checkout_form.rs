//! The checkout's form: its fields, what may be in them, and what becomes of them.

use kiosk_money::{Currency, Money};

use super::vendor::COUNTRIES;
use crate::components::field::Field;
use crate::http::forms::Pairs;
use crate::orders::{Address, Contact, Destination, Key, Payment, PlaceOrder};

/// Who buys.
pub const CONTACT: [Field; 3] = [
    Field::required("name", "Full name", "text", "name", 100),
    Field::required("email", "E-mail", "email", "email", 254),
    Field { optional: true, ..Field::required("phone", "Telephone", "tel", "tel", 32) },
];
/// Where it goes; the country is a list.
pub const ADDRESS: [Field; 4] = [
    Field::required("street", "Street and number", "text", "address-line1", 120),
    Field {
        optional: true,
        ..Field::required("extra", "Floor, company, care of", "text", "address-line2", 120)
    },
    Field::required("postcode", "Postcode", "text", "postal-code", 16),
    Field::required("city", "Town or city", "text", "address-level2", 80),
];

/// The code that confirms the e-mail address, once one is asked for.
pub const CODE: Field = Field {
    optional: true,
    ..Field::required("verification_code", "Code from the e-mail", "text", "one-time-code", 16)
};

/// What the shopper wrote, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The form as it was sent.
    pub pairs: Pairs,
    /// Name of a field and what to do about it, in the order of the page.
    pub errors: Vec<(&'static str, String)>,
}

impl Draft {
    /// Checks a form.
    pub fn check(pairs: Pairs) -> Self {
        let mut errors = Vec::new();
        for field in CONTACT.iter().chain(&ADDRESS) {
            if let Some(error) = refuse(field, pairs.text(field.name)) {
                errors.push((field.name, error));
            }
        }
        if !COUNTRIES.iter().any(|(code, _)| *code == pairs.text("country")) {
            errors.push(("country", "Please choose a country.".to_owned()));
        }
        if pairs.get("delivery").is_none() {
            errors.push(("delivery", "Please choose how you would like to get it.".to_owned()));
        }
        if pairs.get("payment").is_none() {
            errors.push(("payment", "Please choose how you would like to pay.".to_owned()));
        }
        Self { pairs, errors }
    }

    /// What is wrong with the field `name`.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(field, _)| *field == name).map(|(_, error)| error.as_str())
    }

    /// Takes note that the way to pay has to be another one.
    pub fn refused_payment(&mut self, why: &str) {
        self.errors.push(("payment", why.to_owned()));
    }

    /// Takes note that edge-orders refused `param`, e.g. `address.postcode`; whether a field has that name.
    pub fn refused(&mut self, param: &str) -> bool {
        let last = param.rsplit('.').next().unwrap_or(param);
        let name = if param.starts_with("payment") { "payment" } else { last };
        let known = CONTACT.iter().chain(&ADDRESS).chain([&CODE]).map(|field| field.name);
        let known = known.chain(["country", "delivery", "payment"]);
        let field = known.into_iter().find(|field| *field == name);
        if let Some(field) = field {
            self.errors.push((field, "Please check this once more; it was not accepted.".to_owned()));
        }
        field.is_some()
    }

    /// Where it goes, once that is filled in right.
    pub fn destination(&self) -> Option<Destination<'_>> {
        let (country, postcode) = (self.pairs.text("country"), self.pairs.text("postcode"));
        let fits = !country.is_empty() && !postcode.is_empty();
        let refused = self.error("country").or(self.error("postcode")).is_some();
        (fits && !refused).then_some(Destination { country, postcode })
    }

    /// What the page showed as `name`, `total` or `due`, for the delivery that was chosen.
    fn shown(&self, name: &str) -> Option<Money> {
        let text = self.pairs.get(&format!("{name}.{}", self.pairs.text("delivery")))?;
        let (amount, currency) = text.split_once(' ')?;
        Some(Money::new(amount.parse().ok()?, Currency::from_code(currency)?))
    }

    /// The order it asks for; `None` when the page's own fields were tampered with.
    pub fn order(&self, cart: &Key, device: Option<String>) -> Option<PlaceOrder> {
        let text = |name: &str| self.pairs.text(name).to_owned();
        let optional = |name: &str| self.pairs.get(name).map(str::to_owned);
        Some(PlaceOrder {
            cart: cart.id.clone(),
            cart_version: self.pairs.get("cart_version")?.parse().ok()?,
            expected_total: self.shown("total")?,
            expected_due: self.shown("due").or_else(|| self.shown("total"))?,
            contact: Contact { name: text("name"), email: text("email"), phone: optional("phone") },
            address: Address {
                street: text("street"),
                extra: optional("extra"),
                postcode: text("postcode"),
                city: text("city"),
                country: text("country"),
            },
            delivery: text("delivery"),
            payment: Payment { method: text("payment") },
            device,
            // People copy codes with the spaces around and between.
            verification_code: optional(CODE.name).map(|code| code.split_whitespace().collect()),
        })
    }

    /// The key that makes the order happen once, when it is one.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.pairs.get("key").filter(|key| key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit()))
    }
}

fn refuse(field: &Field, value: &str) -> Option<String> {
    let lower = field.label.to_lowercase();
    if value.is_empty() {
        return (!field.optional).then(|| match field.name {
            "name" => "Please tell us your name.".to_owned(),
            "email" => "Please tell us your e-mail address.".to_owned(),
            _ => format!("Please fill in: {lower}."),
        });
    }
    if value.chars().count() > field.chars_max {
        return Some(format!("At most {} characters, please.", field.chars_max));
    }
    if value.chars().any(char::is_control) {
        return Some("Please use plain letters, digits and signs.".to_owned());
    }
    match field.kind {
        "email" if !is_email(value) => {
            Some("That does not look like an e-mail address, such as ada@example.com.".to_owned())
        }
        "tel" if !is_phone(value) => Some("A telephone number has digits, spaces and a +.".to_owned()),
        _ => None,
    }
}

/// A local part, an `@`, and a domain with a dot; the invoice proves the rest.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let labels_fill = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    !local.is_empty() && labels_fill && !text.contains(char::is_whitespace)
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (5..=20).contains(&digits) && text.bytes().all(|b| b.is_ascii_digit() || b" +-()/.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_people_are_told_from_typing_errors() {
        for good in ["ada@example.com", "a.b+c@x.co.uk", "ü@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "ada", "@example.com", "ada@example", "ada@.com", "ada@example.", "a da@example.com"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn every_required_field_is_named_when_the_form_is_empty() {
        let names: Vec<_> = Draft::check(Pairs::default()).errors.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["name", "email", "street", "postcode", "city", "country", "delivery", "payment"]);
    }
}
