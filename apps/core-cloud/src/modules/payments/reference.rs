//! What payers of bank transfers write: creditor references (ISO 11649), found inside whatever else they write.

use kiosk_ids::OrderId;
use kiosk_payments::bank::{CreditorReference, REFERENCE_CHARS_MAX};

/// Longest text in which references are looked for, in characters: what a statement may hold of one transaction.
const TEXT_CHARS_MAX: usize = 2_000;
/// Most references that are looked up of one text.
const REFERENCES_MAX: usize = 20;
/// Shortest reference: `RF`, two check digits, one character.
const REFERENCE_CHARS_MIN: usize = 5;

/// What the payer of an order writes; empty for a text that is no order's id.
#[must_use]
pub fn reference_of(order: &str) -> String {
    let order = OrderId::parse(order).ok();
    order.map(|order| CreditorReference::of_order(&order).as_str().to_owned()).unwrap_or_default()
}

/// Everything in a text that can be a reference, spaces and signs in between taken out. By chance one text in a hundred
/// holds one more, which no order has.
#[must_use]
pub fn find_references(text: &str) -> Vec<String> {
    let letters: Vec<char> = text
        .chars()
        .take(TEXT_CHARS_MAX)
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let mut found: Vec<String> = Vec::new();
    for start in 0..letters.len() {
        if letters.get(start..start + 2) != Some(&['R', 'F']) {
            continue;
        }
        // The longest first: an order's own reference has them all.
        for length in (REFERENCE_CHARS_MIN..=REFERENCE_CHARS_MAX).rev() {
            let Some(part) = letters.get(start..start + length) else { continue };
            let part: String = part.iter().collect();
            if let Ok(reference) = CreditorReference::parse(&part) {
                let reference = reference.as_str().to_owned();
                if !found.contains(&reference) && found.len() < REFERENCES_MAX {
                    found.push(reference);
                }
            }
        }
    }
    found
}

/// An id as it fits the 35 characters of a payment's end-to-end identification: `rfd_0190…` is `RFD0190…`.
#[must_use]
pub fn end_to_end(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_found_in_what_people_write() {
        let reference = reference_of("ord_0190000000007000800000000000002a");
        assert!(reference.starts_with("RF") && reference.len() == 20, "{reference}");
        let (one, two) = reference.split_at(9);
        for text in [
            reference.clone(),
            format!("Rechnung {reference} vom 3.5., danke!"),
            format!("ref {} {}", one.to_lowercase(), two),
            format!("{one}-{two}/1"),
            format!("RF RF12 {reference}"),
        ] {
            assert!(find_references(&text).contains(&reference), "{text}");
        }
        assert!(!find_references(&reference.replace('R', "P")).contains(&reference));
        assert_eq!(find_references("thank you"), Vec::<String>::new());
        assert_eq!(reference_of("no order"), "");
    }

    #[test]
    fn long_texts_and_long_lists_are_cut() {
        assert!(find_references(&"RF18539007547034 ".repeat(1_000)).len() <= REFERENCES_MAX);
        assert_eq!(end_to_end("rfd_0190000000007000800000000000002a").len(), 35);
    }
}
