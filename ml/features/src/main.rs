//! Replays orders in the order of their time through the memories that POPs keep ([`kiosk_risk`],
//! [`kiosk_pop_store::velocity`]), and writes what a model would have seen of each before it was decided: training reads
//! what production computes.
//!
//! ```text
//! fraud-features handbook < transactions.csv > features.f32
//! fraud-features shop features-v3.json < orders.csv > features.f32
//! fraud-features facts reviews subjects/features-reviews-v1.json < facts.csv > features.f32
//! ```
//!
//! The output is one row of little-endian 32-bit floats per order, in the order of the input. The names of the
//! handbook's columns are the first line of standard error; those of the others are the list's. What is scored besides
//! orders has no memory here: its rows are the facts themselves.

mod facts;
mod handbook;
mod shop;

use std::io::{BufReader, BufWriter, stdin, stdout};

use anyhow::Context as _;
use kiosk_risk::FeatureSpec;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next();
    let (input, output) = (BufReader::new(stdin().lock()), BufWriter::new(stdout().lock()));
    let rest: Vec<String> = arguments.collect();
    match (data.as_deref(), &rest[..]) {
        (Some("handbook"), []) => handbook::replay(input, output),
        (Some("shop"), [list]) => shop::replay(&FeatureSpec::from_json(&read(list)?)?, input, output),
        (Some("facts"), [kind, list]) => facts::scale(kind, &read(list)?, input, output),
        _ => anyhow::bail!("usage: fraud-features handbook | shop LIST | facts KIND LIST"),
    }
}

fn read(path: &str) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.to_owned())
}
