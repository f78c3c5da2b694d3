//! A personal record put into a message as it is.
use kiosk_privacy::Shopper;

fn send(shopper: &Shopper) -> String {
    serde_json::to_string(shopper).unwrap()
}

fn main() {
    let _ = send;
}
