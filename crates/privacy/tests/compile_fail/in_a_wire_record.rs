//! A personal value where the wire record wants text.
use kiosk_privacy::{OrderFacts, Personal};

fn fill(mut facts: OrderFacts, name: Personal<String>) -> OrderFacts {
    facts.customer = name;
    facts
}

fn main() {
    let _ = fill;
}
