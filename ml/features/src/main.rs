//! Replays orders in the order of their time through the memories that POPs keep ([`kiosk_risk`],
//! [`kiosk_pop_store::velocity`]), and writes what a model would have seen of each before it was decided: training reads
//! what production computes.
//!
//! ```text
//! fraud-features handbook < transactions.csv > features.f32
//! fraud-features shop features-v2.json < orders.csv > features.f32
//! ```
//!
//! The output is one row of little-endian 32-bit floats per order, in the order of the input. The names of the
//! handbook's columns are the first line of standard error; those of the shop are the list's.

mod handbook;
mod shop;

use std::io::{BufReader, BufWriter, stdin, stdout};

use anyhow::Context as _;
use kiosk_risk::FeatureSpec;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next();
    let (input, output) = (BufReader::new(stdin().lock()), BufWriter::new(stdout().lock()));
    match (data.as_deref(), arguments.next()) {
        (Some("handbook"), None) => handbook::replay(input, output),
        (Some("shop"), Some(list)) => {
            let list = std::fs::read(&list).with_context(|| list)?;
            shop::replay(&FeatureSpec::from_json(&list)?, input, output)
        }
        _ => anyhow::bail!("usage: fraud-features handbook | shop LIST"),
    }
}
