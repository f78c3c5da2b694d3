//! A personal value formatted into text.
use kiosk_privacy::Personal;

fn main() {
    let _ = format!("{}", Personal::new("Ada"));
}
