//! The words of `/admin/fraud` for codes, kinds and facts.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The words of a card that are read here.
#[derive(Deserialize)]
struct Words {
    rules: Vec<Worded>,
    reasons: Vec<Worded>,
}

#[derive(Deserialize)]
struct Worded {
    code: String,
    text: String,
}

/// What a code of a reason says: as the models' cards have it, and for the reasons that are none of a model.
pub fn words(code: &str) -> String {
    static WORDS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let cards = [
            include_str!("../../../../ml/fraud/models/fraud-v3.json"),
            include_str!("../../../../ml/fraud/models/reviews-v1.json"),
            include_str!("../../../../ml/fraud/models/vendors-v1.json"),
            include_str!("../../../../ml/fraud/models/discounts-v1.json"),
        ];
        let words = cards.into_iter().filter_map(|card| serde_json::from_str::<Words>(card).ok());
        let worded = words.flat_map(|words| words.rules.into_iter().chain(words.reasons));
        worded.map(|worded| (worded.code, worded.text)).collect()
    });
    match (WORDS.get(code), code) {
        (Some(text), _) => text.clone(),
        (None, "model_unavailable") => "No fraud model could judge it".to_owned(),
        (None, "input_implausible") => "Something of it is outside what is plausible".to_owned(),
        (None, "velocity_unavailable") => "Earlier orders of this buyer could not be counted".to_owned(),
        (None, "scorer_unavailable") => "The fraud check did not answer in time".to_owned(),
        (None, "watched_account") => "The account is new and its registration was doubtful".to_owned(),
        (None, "clock_skew") => "The times of this buyer's orders do not fit together".to_owned(),
        (None, code) => code.replace('_', " "),
    }
}

/// What a case is about.
pub fn kind_name(kind: &str) -> &'static str {
    match kind {
        "order" => "Order",
        "refused" => "Checkout",
        kind => key_name(kind),
    }
}

/// What was seen of a subject: the names of its facts in words, numbers to three digits.
pub fn seen(facts: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(facts)) = serde_json::from_str(facts) else { return Vec::new() };
    let words = |(name, value): (String, Value)| {
        let value = match value.as_f64() {
            Some(number) if number.fract() != 0.0 => format!("{number:.3}"),
            _ => value.to_string(),
        };
        (name.replace('_', " "), value)
    };
    facts.into_iter().map(words).collect()
}

/// What a kind of pseudonym is called.
pub fn key_name(kind: &str) -> &'static str {
    match kind {
        "customer" => "E-mail address",
        "account" => "Account",
        "device" => "Device",
        "review" => "Review",
        "vendor" => "Vendor",
        "product" => "Product",
        "discount" => "Discount",
        _ => "Place",
    }
}
