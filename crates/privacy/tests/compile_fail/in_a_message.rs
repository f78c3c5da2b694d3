//! A message type with a personal field.
use kiosk_privacy::Personal;

#[derive(serde::Serialize)]
struct Leak {
    email: Personal<String>,
}

fn main() {
    let _ = serde_json::to_string(&Leak { email: Personal::new(String::new()) });
}
