//! The form of a request: `a[b][0]=c`, as Stripe's libraries write it.

use std::collections::BTreeMap;

use kiosk_money::Currency;

use super::answer::{Problem, invalid};

/// Currencies whose smallest unit at Stripe is not that of ISO 4217: left out here.
const ODD_CURRENCIES: [Currency; 3] = [Currency::ISK, Currency::UGX, Currency::MGA];
/// Stripe's largest amount has eight digits.
const AMOUNT_MAX: i64 = 99_999_999;

/// The fields of a request.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body or a query. A field that no `known` pattern covers is refused, as Stripe does; in a pattern `[]`
    /// stands for any one index or name.
    pub fn read(text: &str, known: &[&str]) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(text).map_err(|_| invalid("Invalid request body.", None, None))?;
        let mut fields = BTreeMap::new();
        for (place, (name, value)) in pairs.into_iter().enumerate() {
            if !known.iter().any(|pattern| covers(pattern, &name)) {
                let message = format!("Received unknown parameter: {name}");
                return Err(invalid(&message, Some(&name), Some("parameter_unknown")));
            }
            // `expand[]` may come several times.
            let name = if name.ends_with("[]") { name.replace("[]", &format!("[{place}]")) } else { name };
            if fields.insert(name.clone(), value).is_some() {
                return Err(invalid("A parameter was given twice.", Some(&name), None));
            }
        }
        Ok(Self(fields))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, Problem> {
        let missing =
            || invalid(&format!("Missing required param: {name}."), Some(name), Some("parameter_missing"));
        self.get(name).ok_or_else(missing)
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, Problem> {
        let odd = |text| {
            invalid(&format!("Invalid integer: {text}"), Some(name), Some("parameter_invalid_integer"))
        };
        self.get(name).map(|text| text.parse().map_err(|_| odd(text))).transpose()
    }

    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.get(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(invalid(&format!("Invalid boolean: {text}"), Some(name), None)),
        }
    }

    /// A positive amount that Stripe takes.
    pub fn amount(&self, name: &str) -> Result<Option<i64>, Problem> {
        match self.integer(name)? {
            Some(amount) if amount < 0 => Err(invalid(
                "This value must be greater than or equal to 1.",
                Some(name),
                Some("parameter_invalid_integer"),
            )),
            Some(amount) if amount > AMOUNT_MAX => {
                Err(invalid("Amount must be no more than 99999999.", Some(name), Some("amount_too_large")))
            }
            amount => Ok(amount),
        }
    }

    pub fn currency(&self, name: &str) -> Result<Currency, Problem> {
        let text = self.required(name)?;
        let found =
            Currency::from_code(&text.to_ascii_uppercase()).filter(|found| !ODD_CURRENCIES.contains(found));
        found.ok_or_else(|| invalid(&format!("Invalid currency: {text}."), Some(name), None))
    }

    /// A map such as `metadata[…]`.
    pub fn map(&self, name: &str) -> BTreeMap<String, String> {
        let inner = |key: &str| {
            let rest = key.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!rest.contains('[')).then(|| rest.to_owned())
        };
        self.0.iter().filter_map(|(key, value)| Some((inner(key)?, value.clone()))).collect()
    }

    pub fn expands(&self, what: &str) -> bool {
        let mut asked = self.0.iter().filter(|(key, _)| key.starts_with("expand["));
        asked.any(|(_, value)| {
            value == what || value.strip_prefix(what).is_some_and(|rest| rest.starts_with('.'))
        })
    }
}

fn covers(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.split('['), name.split('['));
    loop {
        match (pattern.next(), name.next()) {
            (None, None) => return true,
            (Some("]"), Some(part)) if part.ends_with(']') => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_names_with_brackets() {
        let known = ["mode", "metadata[]", "line_items[][price_data][unit_amount]", "expand[]"];
        let text = "mode=payment&metadata%5Border%5D=ord_1&line_items[0][price_data][unit_amount]=5&expand[]=a.b&expand[]=c";
        let Ok(form) = Form::read(text, &known) else { panic!("it is read") };
        assert_eq!(form.get("mode"), Some("payment"));
        assert_eq!(form.map("metadata").get("order").map(String::as_str), Some("ord_1"));
        assert!(form.expands("a") && form.expands("a.b") && form.expands("c") && !form.expands("b"));
        for bad in ["other=1", "metadata=1", "metadata[a][b]=1", "mode=a&mode=b", "line_items[0][price]=1"] {
            assert!(Form::read(bad, &known).is_err(), "{bad}");
        }
    }
}
