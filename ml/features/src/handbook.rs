//! The transactions of the Fraud Detection Handbook's simulator: its terminals are what vendors are to Kiosk.

use std::collections::VecDeque;
use std::io::{Read, Write};

use anyhow::Context as _;
use kiosk_risk::{Label, Record, Spending};
use serde::Deserialize;

/// How long after a transaction it is known whether it was fraud, in milliseconds: the handbook's seven days.
const LABEL_DELAY_MS: i64 = 7 * 86_400_000;
/// From this ratio of an amount to what its customer usually spends, the amount alone explains a fraud.
const LOUD_RATIO: f64 = 2.5;
/// From this amount likewise, in cents.
const LOUD_MINOR: i64 = 22_000;

const COLUMNS: [&str; 13] = [
    "amount",
    "customer_orders",
    "customer_usual",
    "customer_ratio",
    "customer_peak",
    "customer_rest",
    "terminal_genuine",
    "terminal_fraud",
    "terminal_quiet",
    "terminal_risk",
    "terminal_run",
    "terminal_last_fraud",
    "terminal_last_genuine",
];

/// A transaction, as the simulator writes it.
#[derive(Deserialize)]
struct Transaction {
    at_s: i64,
    customer: usize,
    terminal: usize,
    amount_minor: i64,
    fraud: u8,
}

/// Reads transactions and writes their features.
///
/// # Errors
/// A row that cannot be read, or is before the one above it.
pub fn replay(input: impl Read, mut output: impl Write) -> anyhow::Result<()> {
    eprintln!("{}", COLUMNS.join(","));
    let (mut customers, mut terminals) = (Vec::<Spending>::new(), Vec::<Record>::new());
    let mut unknown: VecDeque<(i64, usize, Label)> = VecDeque::new();
    let mut last_ms = i64::MIN;
    for (place, row) in csv::Reader::from_reader(input).deserialize().enumerate() {
        let row: Transaction = row.with_context(|| format!("transaction {place}"))?;
        let now_ms = row.at_s * 1_000;
        anyhow::ensure!(now_ms >= last_ms, "transaction {place} is before the one above it");
        last_ms = now_ms;
        grow(&mut customers, row.customer);
        grow(&mut terminals, row.terminal);
        while let Some(&(at_ms, terminal, label)) =
            unknown.front().filter(|(at_ms, ..)| at_ms + LABEL_DELAY_MS <= now_ms)
        {
            terminals[terminal].add(at_ms, label);
            unknown.pop_front();
        }
        let (customer, terminal) = (&mut customers[row.customer], &terminals[row.terminal]);
        for value in features(&row, customer, terminal, now_ms) {
            output.write_all(&(value as f32).to_le_bytes())?;
        }
        let loud = customer.ratio(row.amount_minor as f64) >= LOUD_RATIO || row.amount_minor > LOUD_MINOR;
        let label = match (row.fraud, loud) {
            (0, _) => Label::Genuine,
            (_, true) => Label::LoudFraud,
            (_, false) => Label::QuietFraud,
        };
        unknown.push_back((now_ms, row.terminal, label));
        customer.add(row.amount_minor, now_ms);
    }
    output.flush()?;
    Ok(())
}

fn grow<T: Default + Clone>(list: &mut Vec<T>, place: usize) {
    if list.len() <= place {
        list.resize(place + 1, T::default());
    }
}

fn features(row: &Transaction, customer: &Spending, terminal: &Record, now_ms: i64) -> [f64; COLUMNS.len()] {
    let known = terminal.known(now_ms);
    [
        row.amount_minor as f64 / 100.0,
        f64::from(customer.orders()),
        customer.usual_minor() / 100.0,
        customer.ratio(row.amount_minor as f64),
        customer.peak(now_ms),
        customer.rest_days(now_ms),
        f64::from(known.genuine),
        f64::from(known.fraud),
        f64::from(known.quiet),
        known.risk(),
        known.run_days,
        known.last_fraud_days,
        known.last_genuine_days,
    ]
}
