//! Postings that the journal takes in a second, and the same double entries by plain statements.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use core_cloud::db::{Db, Tx};
use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::accounting::journal::{Books, Draft, Posting, Side, find_break};
use kiosk_money::{Currency, Money};

use crate::alone::Alone;
use crate::report::Report;

/// Entries of one transaction where facts come by the hundred.
const BATCH: u64 = 100;

/// The journal on SQLite and on PostgreSQL, each beside its peer.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("The journal: postings, four to an entry");
    for name in ["SQLite", "PostgreSQL"] {
        let core = if name == "SQLite" { Alone::on_sqlite().await? } else { Alone::on_postgres().await? };
        let mut next = 1;
        let batched = book(&core.db, BATCH, duration, &mut next).await?;
        report.line(&format!("{name}: by {BATCH} entries"), &format!("{batched:.0}/s"), "");
        let single = book(&core.db, 1, duration, &mut next).await?;
        report.line(&format!("{name}: entry by entry"), &format!("{single:.0}/s"), "");
        let broken = find_break(&mut *core.db.read().await?).await?;
        ensure!(broken.is_none(), "the chain of the journal is broken at {broken:?}");
        let plain = write_plainly(&core.db, duration).await?;
        report.line(&format!("{name}: plain statements, entry by entry"), &format!("{plain:.0}/s"), "");
        let ratios = format!("{:.1}, {:.2}", batched / plain, single / plain);
        report.line(&format!("{name}: ratios"), &ratios, "");
        core.db.close().await;
    }
    Ok(())
}

/// What a parcel of one of many orders books.
fn draft(number: u64) -> Draft {
    let order = format!("ord_bench-{number}");
    let vendor = format!("ven_bench-{}", number % 50);
    let posting = |credit, cents| {
        let debit = Side::of(Account::Receivable, &order);
        Posting { debit, credit, amount: Money::new(cents, Currency::EUR) }
    };
    Draft {
        at_ms: 1_795_000_000_000,
        source: format!("par_bench-{number}"),
        kind: "shipment",
        subject: order.clone(),
        note: String::new(),
        postings: vec![
            posting(Side::of(Account::VendorPayable, &vendor), 2_943),
            posting(Side::all(Account::Commission), 401),
            posting(Side::of(Account::TaxPayable, "DE"), 636),
            posting(Side::all(Account::Shipping), 412),
        ],
    }
}

/// Books entries for `duration`, so many to a transaction; postings a second.
async fn book(db: &Db, entries: u64, duration: Duration, next: &mut u64) -> Result<f64> {
    let (started, first) = (Instant::now(), *next);
    while started.elapsed() < duration {
        let mut tx = db.begin().await?;
        let mut books = Books::open(&mut tx).await?;
        for number in *next..*next + entries {
            books.enter(draft(number))?;
        }
        books.close(&mut tx).await?;
        tx.commit().await?;
        *next += entries;
    }
    Ok(postings(*next - first, started))
}

#[allow(clippy::cast_precision_loss)]
fn postings(entries: u64, started: Instant) -> f64 {
    (entries * draft(0).postings.len() as u64) as f64 / started.elapsed().as_secs_f64()
}

/// As a ledger without chain, numbers and balances is written: the entry, then a row for each side of each posting.
async fn write_plainly(db: &Db, duration: Duration) -> Result<f64> {
    let mut tx = db.begin().await?;
    for table in [
        "CREATE TABLE plain_entries (source TEXT NOT NULL PRIMARY KEY, at_ms BIGINT NOT NULL, kind TEXT NOT NULL, \
         subject TEXT NOT NULL)",
        "CREATE TABLE plain_legs (source TEXT NOT NULL REFERENCES plain_entries (source), place BIGINT NOT NULL, \
         account TEXT NOT NULL, party TEXT NOT NULL, currency TEXT NOT NULL, amount BIGINT NOT NULL, \
         PRIMARY KEY (source, place))",
        "CREATE INDEX plain_legs_of_account ON plain_legs (account, party)",
    ] {
        sqlx::query(table).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    let (started, mut number) = (Instant::now(), 0);
    while started.elapsed() < duration {
        number += 1;
        let mut tx = db.begin().await?;
        write_entry(&mut tx, &draft(number)).await?;
        tx.commit().await?;
    }
    Ok(postings(number, started))
}

async fn write_entry(tx: &mut Tx, draft: &Draft) -> Result<()> {
    let insert =
        sqlx::query("INSERT INTO plain_entries (source, at_ms, kind, subject) VALUES ($1, $2, $3, $4)");
    let insert = insert.bind(&draft.source).bind(draft.at_ms).bind(draft.kind).bind(&draft.subject);
    insert.execute(&mut **tx).await?;
    let legs = draft.postings.iter().flat_map(|posting| {
        let cents = posting.amount.amount;
        [(&posting.debit, cents, posting), (&posting.credit, -cents, posting)]
    });
    for (place, (side, cents, posting)) in (1_i64..).zip(legs) {
        let insert = sqlx::query(
            "INSERT INTO plain_legs (source, place, account, party, currency, amount) VALUES ($1, $2, $3, $4, $5, $6)",
        );
        let insert = insert.bind(&draft.source).bind(place).bind(side.account.name()).bind(&side.party);
        insert.bind(posting.amount.currency.code()).bind(cents).execute(&mut **tx).await?;
    }
    Ok(())
}
