//! Numbers that carry a check: payment cards and bank accounts.

use std::ops::Range;

/// Digits of a payment card (ISO/IEC 7812).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Characters of an IBAN (ISO 13616).
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;
/// What may stand between two digits of one number.
const GAP_CHARS_MAX: usize = 3;

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'.' | b'-' | b'/' | b'_' | b',' | b'\n')
}

/// Places of the bytes that `wanted` takes, in runs: between two of a run stand gaps alone, few of them.
fn runs(text: &str, wanted: impl Fn(u8) -> bool) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| wanted(*byte)) {
        match runs.last_mut() {
            Some(run) if is_near(text, run.last().copied(), at) => run.push(at),
            _ => runs.push(vec![at]),
        }
    }
    runs
}

fn is_near(text: &str, last: Option<usize>, at: usize) -> bool {
    let between = last.and_then(|last| text.as_bytes().get(last + 1..at));
    between.is_some_and(|gap| gap.len() <= GAP_CHARS_MAX && gap.iter().all(|byte| is_gap(*byte)))
}

/// Payment cards: 13 to 19 digits in whole groups, beginning as cards do, with the check digit of Luhn.
pub fn cards(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut found = Vec::new();
    for run in runs(text, |byte| byte.is_ascii_digit()) {
        let mut first = 0;
        while first < run.len() {
            match card_at(text, &run, first) {
                Some(length) => {
                    found.push(run[first]..run[first + length - 1] + 1);
                    first += length;
                }
                None => first += 1,
            }
        }
    }
    found.into_iter()
}

/// The length of the card whose first digit is `run[first]`.
fn card_at(text: &str, run: &[usize], first: usize) -> Option<usize> {
    let begins_group = first == 0 || run[first - 1] + 1 < run[first];
    if !begins_group || !(b'2'..=b'6').contains(&text.as_bytes()[run[first]]) {
        return None;
    }
    CARD_DIGITS.rev().find(|length| {
        let end = first + length;
        let ends_group = end == run.len() || run.get(end).is_some_and(|next| run[end - 1] + 1 < *next);
        ends_group && passes_luhn(run[first..end].iter().map(|at| text.as_bytes()[*at] - b'0'))
    })
}

fn passes_luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(index, digit)| match u32::from(digit) * if index % 2 == 1 { 2 } else { 1 } {
            doubled if doubled > 9 => doubled - 9,
            plain => plain,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Bank accounts: a country, two check digits and up to thirty characters, with remainder 1 modulo 97.
pub fn ibans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for run in runs(text, |byte| byte.is_ascii_alphanumeric()) {
        let mut first = 0;
        while first < run.len() {
            let begins = first == 0 || run[first - 1] + 1 < run[first];
            let shape =
                |index: usize, is: fn(&u8) -> bool| run.get(first + index).is_some_and(|at| is(&bytes[*at]));
            let letters = shape(0, u8::is_ascii_alphabetic) && shape(1, u8::is_ascii_alphabetic);
            let checked = shape(2, u8::is_ascii_digit) && shape(3, u8::is_ascii_digit);
            let length = (begins && letters && checked).then(|| iban_length(bytes, &run[first..])).flatten();
            if let Some(length) = length {
                found.push(run[first]..run[first + length - 1] + 1);
            }
            first += length.unwrap_or(1);
        }
    }
    found.into_iter()
}

fn iban_length(bytes: &[u8], run: &[usize]) -> Option<usize> {
    IBAN_CHARS.rev().filter(|length| *length <= run.len()).find(|length| {
        let ends = run.get(*length).is_none_or(|next| run[length - 1] + 1 < *next);
        ends && remainder_97(run[..*length].iter().map(|at| bytes[*at])) == 1
    })
}

/// ISO 7064: the first four characters go to the end, letters count from 10.
fn remainder_97(iban: impl Iterator<Item = u8> + Clone) -> u32 {
    iban.clone().skip(4).chain(iban.take(4)).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    })
}
