//! Nothing personal gets through, and ordinary texts stay as they are.
#![allow(clippy::unwrap_used, missing_docs)]

use kiosk_privacy::{Removed, mask};
use proptest::prelude::*;

#[track_caller]
fn masked(text: &str, kind: Removed) {
    let (clean, removed) = mask(text);
    assert_eq!(removed, [kind], "{text:?} became {:?}", clean.as_str());
    assert!(clean.as_str().contains(kind.placeholder()), "{text:?}");
}

#[test]
fn e_mail_addresses_in_every_spelling() {
    for text in [
        "write to ada@example.org please",
        "ADA.Lovelace+shop@Mail.Example.CO.UK",
        "ada @ example.org",
        "ada (at) example (dot) org",
        "ada[at]example[dot]org",
        "ada at example dot org",
        "ada dot lovelace at example dot org",
        "a d a @ e x a m p l e . o r g",
        "ada@exam\u{200b}ple.o\u{200d}rg",
        "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "jürgen@müller.de",
        "<ada@example.org>",
        "ada@xn--mller-kva.de",
    ] {
        masked(text, Removed::Email);
    }
    let (clean, _) = mask("Mail me: ada@example.org, thanks!");
    assert_eq!(clean.as_str(), "Mail me: [e-mail removed], thanks!");
}

#[test]
fn telephone_numbers_in_every_spelling() {
    for text in [
        "+44 20 7946 0958",
        "ring +49 (0) 30 / 901820",
        "0049 30 901820",
        "030 / 901 820 12",
        "01.23.45.67.89",
        "(212) 555-0123",
        "212.555.0123",
        "my phone is 5550123",
        "WhatsApp: 7946 0958",
        "０３０ ９０１８２０１２",
        "+4\u{200b}4 20 7946 09\u{200b}58",
        "+ 4 4 2 0 7 9 4 6 0 9 5 8",
    ] {
        masked(text, Removed::Phone);
    }
}

#[test]
fn cards_and_bank_accounts_by_their_checks() {
    for text in [
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "card:340000000000009.",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ] {
        masked(text, Removed::Card);
    }
    for text in [
        "DE89 3704 0044 0532 0130 00",
        "gb29nwbk60161331926819",
        "NL91-ABNA-0417-1643-00",
        "pay FR1420041010050500013M02606 now",
    ] {
        masked(text, Removed::Iban);
    }
    // One digit wrong, so it is another kind of number.
    assert!(mask("4111 1111 1111 1112").1.is_empty());
    assert!(mask("DE88 3704 1144 1532 1130 11").1.is_empty());
}

#[test]
fn addresses_as_they_are_usually_written() {
    for text in [
        "I live at 221b Baker Street",
        "send it to 10 Downing St, please",
        "Hauptstraße 5",
        "Musterstr. 12a",
        "Alte Straße 5",
        "Prinsengracht 263",
        "12 bis, rue de la Paix",
        "Calle Mayor 10",
        "SW1Y 4JH",
        "1015 CJ Amsterdam",
        "Springfield, IL 62704",
        "I am in 10115 Berlin",
    ] {
        masked(text, Removed::Address);
    }
}

#[test]
fn ordinary_texts_stay_as_they_are() {
    for text in [
        "Is the mug dishwasher safe?",
        "I paid 1.299,00 EUR for 2 pieces, or 19.99 each.",
        "Order ord_0192f3a4b5c67d8e9fa0b1c2d3e4f506 arrived on 01.02.2026 at 12:30.",
        "From 2026-03-04 to 2026-03-05, or 3/4/2026.",
        "It measures 120 x 60 x 75 cm, 30 cm square, 0.5 l.",
        "SKU MUG-12 and LAMP.US-3 in size 42.5",
        "Parcel 00340434161094021501 has not come",
        "Version 1.2.3 of 2026, 100 % cotton, 1000 pieces",
        "It will be here in 5 days in a row, I am on my way.",
        "We need 2 more by spring 2026, ordering 5 today",
        "I bought 2 @ 5.00 each",
        "Look at it. Thanks!",
        "3 of 4 arrived broken; item no. 7 is missing",
        "家族 👨\u{200d}👩\u{200d}👧 \u{2764}\u{fe0f} 100",
        "<script>alert(1)</script> & \"quotes\"",
        "line one\nline two",
    ] {
        let (clean, removed) = mask(text);
        assert_eq!((clean.as_str(), removed.as_slice()), (text, [].as_slice()));
    }
}

#[test]
fn what_is_not_seen_is_dropped() {
    assert_eq!(mask(" a\u{0}b\u{202e}c\r\n ").0.as_str(), "abc");
    assert_eq!(format!("{:?}", mask("x").0), "[masked]");
}

fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let value = u32::from(*digit) * if index % 2 == 0 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap()
}

proptest! {
    #[test]
    fn no_e_mail_survives(
        before in "[ a-z,.!?]{0,40}", local in "[a-z0-9][a-z0-9._+-]{0,20}", domain in "[a-z0-9]{1,12}(\\.[a-z]{2,8}){1,2}",
        after in "( [a-z,.!?]{0,40})?",
    ) {
        let text = format!("{before} {local}@{domain}{after}");
        let (clean, removed) = mask(&text);
        prop_assert!(removed.contains(&Removed::Email), "{text:?}");
        prop_assert!(!clean.as_str().contains('@'), "{text:?} became {:?}", clean.as_str());
    }

    #[test]
    fn no_card_survives(
        before in "[ a-z,!?]{0,20}", first in 2_u8..=6, rest in prop::collection::vec(0_u8..10, 11..=17),
        gap in prop::sample::select(vec!["", " ", "-", ".", " - "]), group in 1_usize..6, after in "[ a-z,!?]{0,20}",
    ) {
        let mut digits = vec![first];
        digits.extend(rest);
        digits.push(luhn(&digits));
        let groups: Vec<String> =
            digits.chunks(group).map(|chunk| chunk.iter().map(u8::to_string).collect()).collect();
        let text = format!("{before}{}{after}", groups.join(gap));
        let (clean, _) = mask(&text);
        let left = clean.as_str().bytes().filter(u8::is_ascii_digit).count();
        prop_assert!(left < 13, "{text:?} became {:?}", clean.as_str());
    }

    #[test]
    fn masking_ends_and_never_fails(text in "\\PC{0,200}") {
        let (clean, _) = mask(&text);
        prop_assert_eq!(mask(clean.as_str()).0, clean);
    }

    #[test]
    fn masking_a_masked_text_changes_nothing(text in "[a-z0-9@. +()at\\-DE/,]{0,120}") {
        let (clean, _) = mask(&text);
        prop_assert_eq!(mask(clean.as_str()).0, clean);
    }
}

/// The longest text that is taken, of what is looked at the longest.
#[test]
fn a_long_text_is_masked_in_no_time() {
    for text in ["a dot ", "a.b-c_d ", "1 2 3 ", "x@y ", "Ab Cd "] {
        let (clean, _) = mask(&text.repeat(2_000 / text.len()));
        assert!(!clean.as_str().is_empty());
    }
}
