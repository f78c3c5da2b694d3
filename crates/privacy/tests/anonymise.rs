//! What leaves the region of an order.
#![allow(clippy::unwrap_used)]

use kiosk_privacy::{OrderFacts, PseudonymKey, Shopper, anonymise};

fn facts() -> OrderFacts {
    serde_json::from_value(serde_json::json!({
        "id": "ord_1", "cart": "crt_1", "region": "eu", "placed_ms": 1, "customer": "", "country": "", "area": "",
        "lines": [], "takes": [], "subtotal": {"amount": 1, "currency": "EUR"}, "delivery": {"amount": 0, "currency": "EUR"},
        "total": {"amount": 1, "currency": "EUR"}, "delivery_kind": "parcel", "payment": {"id": "pay_1", "method": "invoice"},
        "fraud": {"outcome": "allow", "score": 0.1, "model": "m", "reasons": []}
    }))
    .unwrap()
}

fn shopper(email: &str) -> Shopper {
    serde_json::from_value(serde_json::json!({
        "contact": {"name": "Ada Lovelace", "email": email, "phone": "+4930123"},
        "address": {"street": "Invalidenstr. 116", "postcode": "10115", "city": "Berlin", "country": "DE"}
    }))
    .unwrap()
}

#[test]
fn a_zip_code_leaves_as_much_as_tells_the_state() {
    let mut american = shopper("ada@example.org");
    american.address = serde_json::from_value(serde_json::json!({
        "street": "5th Ave 1", "postcode": "90210", "city": "Beverly Hills", "country": "US"
    }))
    .unwrap();
    let key = PseudonymKey::new(b"0123456789abcdef").unwrap();
    assert_eq!(anonymise(&american, facts(), &key).area, "902");
}

#[test]
fn the_record_has_a_pseudonym_and_a_coarse_area_only() {
    let key = PseudonymKey::new(b"0123456789abcdef").unwrap();
    let record = anonymise(&shopper("ada@example.org"), facts(), &key);
    assert_eq!((record.country.as_str(), record.area.as_str()), ("DE", "10"));
    let text = serde_json::to_string(&record).unwrap().to_lowercase();
    for personal in ["ada", "lovelace", "4930123", "invaliden", "10115", "berlin"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    assert_eq!(
        record.customer,
        anonymise(&shopper(" ADA@example.org"), facts(), &key).customer,
        "one person, one pseudonym"
    );
}

#[test]
fn a_personal_value_shows_a_placeholder_when_debugged() {
    assert!(!format!("{:?}", shopper("ada@example.org")).contains("ada"));
}
