//! Cards that can be paid with, and what happens then. A number is looked at and forgotten: brand and last four digits
//! are all that is kept.

use serde::{Deserialize, Serialize};

/// Why a card was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// The bank gives no reason.
    Generic,
    /// The card has not enough.
    InsufficientFunds,
    /// The bank's computer failed.
    ProcessingError,
    /// The holder did not prove who it is.
    Authentication,
    /// A card that is not one of the test cards.
    NotATestCard,
}

impl Decline {
    /// Stripe's `code` and `decline_code`.
    #[must_use]
    pub const fn codes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Generic => ("card_declined", Some("generic_decline")),
            Self::InsufficientFunds => ("card_declined", Some("insufficient_funds")),
            Self::ProcessingError => ("processing_error", None),
            Self::Authentication => ("payment_intent_authentication_failure", None),
            Self::NotATestCard => ("card_declined", Some("test_mode_live_card")),
        }
    }

    /// For the shopper.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Generic => "Your card was declined. Please try another card.",
            Self::InsufficientFunds => "Your card has insufficient funds. Please try another card.",
            Self::ProcessingError => {
                "An error occurred while processing your card. Try again in a little bit."
            }
            Self::Authentication => {
                "We are unable to authenticate your payment method. Please choose another card and try again."
            }
            Self::NotATestCard => "Your card was declined: this is a sandbox, and it takes test cards only.",
        }
    }
}

/// What goes wrong later with a payment, as its card or account says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Nothing.
    #[default]
    Fine,
    /// Its webhooks are written and not sent; the overview can send them later.
    WebhookLost,
    /// Each of its webhooks is sent twice.
    WebhookTwice,
    /// The first capture is done, and its answer does not arrive.
    CaptureUnanswered,
    /// PayPal only: the instrument is declined when the order is authorised.
    InstrumentDeclined,
}

/// What a number does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Authorised at once.
    Takes(Scenario),
    /// Authorised after 3-D Secure.
    Challenges,
    /// Not authorised.
    Declines(Decline),
}

/// A test card.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    /// Its number.
    pub number: &'static str,
    /// What it does.
    pub behaviour: Behaviour,
    /// Whether parts can be captured one after the other.
    pub multicapture: bool,
    /// The same in words.
    pub note: &'static str,
}

const fn card(number: &'static str, behaviour: Behaviour, note: &'static str) -> TestCard {
    TestCard { number, behaviour, multicapture: true, note }
}

/// All test cards: Stripe's, then Kiosk's own.
pub const TEST_CARDS: [TestCard; 10] = [
    card("4242424242424242", Behaviour::Takes(Scenario::Fine), "Succeeds"),
    card("4000000000000002", Behaviour::Declines(Decline::Generic), "Declined"),
    card("4000000000009995", Behaviour::Declines(Decline::InsufficientFunds), "Insufficient funds"),
    card("4000002500003155", Behaviour::Challenges, "3-D Secure"),
    card("4000002760003184", Behaviour::Challenges, "3-D Secure, each time"),
    card("4000000000000119", Behaviour::Declines(Decline::ProcessingError), "Processing error"),
    TestCard {
        multicapture: false,
        ..card("4000008400000076", Behaviour::Takes(Scenario::Fine), "Succeeds, captured once only")
    },
    card("4000009900000012", Behaviour::Takes(Scenario::WebhookLost), "Succeeds, its webhooks are lost"),
    card("4000009900000020", Behaviour::Takes(Scenario::WebhookTwice), "Succeeds, its webhooks come twice"),
    card(
        "4000009900000038",
        Behaviour::Takes(Scenario::CaptureUnanswered),
        "Succeeds, its first capture is not answered",
    ),
];

/// What may be shown of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// `visa`, `mastercard`, `amex` or `unknown`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
}

/// The digits of what was typed, when their check digit fits (Luhn).
#[must_use]
pub fn read_number(text: &str) -> Option<String> {
    let typed = text.trim();
    if typed.len() > 40 || typed.chars().any(|c| !c.is_ascii_digit() && c != ' ' && c != '-') {
        return None;
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    ((12..=19).contains(&digits.len()) && sum.is_multiple_of(10)).then_some(digits)
}

/// What a number does, whether it can be captured in parts, and what may be kept of it.
#[must_use]
pub fn look_up(digits: &str) -> (Behaviour, bool, Shown) {
    let known = TEST_CARDS.iter().find(|card| card.number == digits);
    let behaviour = known.map_or(Behaviour::Declines(Decline::NotATestCard), |card| card.behaviour);
    let brand = match digits.as_bytes() {
        [b'4', ..] => "visa",
        [b'5', b'1'..=b'5', ..] => "mastercard",
        [b'3', b'4' | b'7', ..] => "amex",
        _ => "unknown",
    };
    let last4 = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    (behaviour, known.is_some_and(|card| card.multicapture), Shown { brand: brand.to_owned(), last4 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked() {
        for card in TEST_CARDS {
            assert_eq!(read_number(card.number).as_deref(), Some(card.number), "{}", card.note);
        }
        assert_eq!(read_number("4242 4242-4242 4242").as_deref(), Some("4242424242424242"));
        for bad in ["", "4242424242424241", "4242", "4242x4242424242424", "٤٢٤٢424242424242"] {
            assert_eq!(read_number(bad), None, "{bad}");
        }
        assert!(matches!(look_up("5555555555554444").0, Behaviour::Declines(Decline::NotATestCard)));
    }
}
