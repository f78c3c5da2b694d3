//! Replays orders in the order of their time through the memories that POPs keep ([`kiosk_risk`]), and writes what a
//! model would have seen of each before it was decided: training reads what production computes.
//!
//! ```text
//! fraud-features handbook < transactions.csv > features.f32
//! ```
//!
//! The output is one row of little-endian 32-bit floats per order, in the order of the input; the names of its columns
//! are the first line of standard error.

mod handbook;

use std::io::{BufReader, BufWriter, stdin, stdout};

fn main() -> anyhow::Result<()> {
    let data = std::env::args().nth(1);
    let (input, output) = (BufReader::new(stdin().lock()), BufWriter::new(stdout().lock()));
    match data.as_deref() {
        Some("handbook") => handbook::replay(input, output),
        _ => anyhow::bail!("usage: fraud-features handbook < transactions.csv > features.f32"),
    }
}
