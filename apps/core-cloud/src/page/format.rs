//! Numbers and times for people.

use jiff::Timestamp;

/// `12,345`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// `2026-11-20 23:01:09 UTC`; empty for 0.
pub fn time(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(time) if ms > 0 => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        _ => String::new(),
    }
}

/// `in 23 h`, `4 min ago`.
pub fn distance(now_ms: i64, ms: i64) -> String {
    let seconds = (ms - now_ms) / 1_000;
    let text = match seconds.abs() {
        0..=1 => return "now".to_owned(),
        s @ 2..=119 => format!("{s} s"),
        s @ 120..=7_199 => format!("{} min", s / 60),
        s @ 7_200..=172_799 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    };
    if seconds > 0 { format!("in {text}") } else { format!("{text} ago") }
}

/// A value for the query of an address.
pub fn query_value(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_short() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(-12), "-12");
        assert_eq!(count(999), "999");
        assert_eq!(time(1_795_215_669_000), "2026-11-20 23:01:09 UTC");
        assert_eq!(time(0), "");
        assert_eq!(distance(1_000_000, 1_000_000 - 240_000), "4 min ago");
        assert_eq!(distance(0, 86_400_000), "in 24 h");
        assert_eq!(query_value("a b&c"), "a+b%26c");
    }
}
