//! Tables `accounting_entries`, `accounting_postings`, `accounting_balances`, `accounting_head`.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::account::Account;
use super::journal::{Entry, Moved, Posting, Side, currency};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use kiosk_money::Money;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "e.seq, e.at_ms, e.source, e.kind, e.subject, e.note, e.hash";

/// The number and hash of the last entry, locked until the transaction ends.
pub async fn lock_head(conn: &mut Conn) -> Result<(i64, String)> {
    let sql = format!("SELECT seq, hash FROM accounting_head WHERE id = 1{}", lock_by(conn, "id"));
    sqlx::query_as(AssertSqlSafe(sql)).fetch_one(conn).await
}

/// The number and hash of the last entry.
pub async fn get_head(conn: &mut Conn) -> Result<(i64, String)> {
    sqlx::query_as("SELECT seq, hash FROM accounting_head WHERE id = 1").fetch_one(conn).await
}

/// Moves the end of the chain.
pub async fn set_head(conn: &mut Conn, seq: i64, hash: &str) -> Result<()> {
    let query = sqlx::query("UPDATE accounting_head SET seq = $1, hash = $2 WHERE id = 1");
    query.bind(seq).bind(hash).execute(conn).await.map(|_| ())
}

/// Appends entries with their postings.
pub async fn insert(conn: &mut Conn, entries: &[Entry]) -> Result<()> {
    for entries in batches(entries, 7) {
        let sql = format!(
            "INSERT INTO accounting_entries (seq, at_ms, source, kind, subject, note, hash) VALUES {}",
            tuples(entries.len(), 7)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for entry in entries {
            query = query.bind(entry.seq).bind(entry.at_ms).bind(&*entry.source).bind(&*entry.kind);
            query = query.bind(&*entry.subject).bind(&*entry.note).bind(&*entry.hash);
        }
        query.execute(&mut *conn).await?;
    }
    let postings =
        entries.iter().flat_map(|entry| (1_i64..).zip(&entry.postings).map(|posting| (entry.seq, posting)));
    let postings: Vec<(i64, (i64, &Posting))> = postings.collect();
    for postings in batches(&postings, 8) {
        let sql = format!(
            "INSERT INTO accounting_postings (entry, place, debit, debit_party, credit, credit_party, currency, amount) \
             VALUES {}",
            tuples(postings.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (seq, (place, Posting { debit, credit, amount })) in postings {
            query = query.bind(*seq).bind(*place).bind(debit.account.name()).bind(&*debit.party);
            query = query.bind(credit.account.name()).bind(&*credit.party);
            query = query.bind(amount.currency.code()).bind(amount.amount);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Adds to the sums of accounts.
pub async fn add_balances(conn: &mut Conn, moved: &Moved) -> Result<()> {
    let moved: Vec<_> = moved.iter().collect();
    for moved in batches(&moved, 5) {
        let sql = format!(
            "INSERT INTO accounting_balances (account, party, currency, debit, credit) VALUES {} \
             ON CONFLICT (account, party, currency) DO UPDATE SET debit = accounting_balances.debit + excluded.debit, \
             credit = accounting_balances.credit + excluded.credit",
            tuples(moved.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((side, currency), (debit, credit)) in moved {
            query =
                query.bind(side.account.name()).bind(&*side.party).bind(*currency).bind(*debit).bind(*credit);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Sums of an account by currency and party, debits less credits, those that are zero left out; from a party on, in
/// the parties' order. An empty `party` names all.
pub async fn list_balances(
    conn: &mut Conn,
    account: Account,
    (party, after): (&str, &str),
    limit: i64,
) -> Result<Vec<(String, Money)>> {
    let query = sqlx::query_as::<_, (String, String, i64)>(
        "SELECT party, currency, debit - credit FROM accounting_balances WHERE account = $1 \
         AND ($2 = '' OR party = $2) AND party > $3 AND debit <> credit ORDER BY party, currency LIMIT $4",
    );
    let rows = query.bind(account.name()).bind(party).bind(after).bind(limit).fetch_all(conn).await?;
    rows.into_iter().map(|(party, code, sum)| Ok((party, Money::new(sum, currency(&code)?)))).collect()
}

/// Debits and credits of each account and currency.
pub async fn sum_accounts(conn: &mut Conn) -> Result<Vec<(String, String, i64, i64)>> {
    // CAST: PostgreSQL sums BIGINTs to NUMERIC.
    let query = sqlx::query_as(
        "SELECT account, currency, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT) FROM accounting_balances \
         GROUP BY account, currency ORDER BY currency, account",
    );
    query.fetch_all(conn).await
}

/// What each account, party and currency had before a moment, debits less credits.
pub async fn sum_before(conn: &mut Conn, before_ms: i64) -> Result<Vec<(Side, Money)>> {
    let query = sqlx::query_as::<_, (String, String, String, i64)>(
        "SELECT account, party, currency, CAST(SUM(amount) AS BIGINT) FROM (\
         SELECT p.debit AS account, p.debit_party AS party, p.currency, p.amount FROM accounting_postings p \
         JOIN accounting_entries e ON e.seq = p.entry WHERE e.at_ms < $1 \
         UNION ALL SELECT p.credit, p.credit_party, p.currency, -p.amount FROM accounting_postings p \
         JOIN accounting_entries e ON e.seq = p.entry WHERE e.at_ms < $1) moved \
         GROUP BY account, party, currency HAVING SUM(amount) <> 0 ORDER BY account, party, currency",
    );
    let rows = query.bind(before_ms).fetch_all(conn).await?;
    let read = |(name, party, code, sum): (String, String, String, i64)| {
        Ok((Side { account: account(&name)?, party }, Money::new(sum, currency(&code)?)))
    };
    rows.into_iter().map(read).collect()
}

/// What entries after a number changed of an account's party, by their kind: debits less credits.
pub async fn sum_kinds(
    conn: &mut Conn,
    account: Account,
    party: &str,
    after: i64,
) -> Result<Vec<(String, Money)>> {
    let query = sqlx::query_as::<_, (String, String, i64)>(
        "SELECT kind, currency, CAST(SUM(amount) AS BIGINT) FROM (\
         SELECT e.kind, p.currency, p.amount FROM accounting_postings p JOIN accounting_entries e ON e.seq = p.entry \
         WHERE p.debit = $1 AND p.debit_party = $2 AND p.entry > $3 \
         UNION ALL SELECT e.kind, p.currency, -p.amount FROM accounting_postings p \
         JOIN accounting_entries e ON e.seq = p.entry \
         WHERE p.credit = $1 AND p.credit_party = $2 AND p.entry > $3) moved GROUP BY kind, currency ORDER BY kind",
    );
    let rows = query.bind(account.name()).bind(party).bind(after).fetch_all(conn).await?;
    rows.into_iter().map(|(kind, code, sum)| Ok((kind, Money::new(sum, currency(&code)?)))).collect()
}

/// Entries before a number whose source, kind or subject contains `search`, newest first.
pub async fn list(conn: &mut Conn, before: i64, search: &str, limit: i64) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM accounting_entries e WHERE e.seq < $1 AND ($2 = '' OR e.subject = $2 OR e.source = $2 \
         OR e.kind = $2) ORDER BY e.seq DESC LIMIT $3"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(before).bind(search).bind(limit).fetch_all(&mut *conn).await?;
    with_postings(conn, &rows).await
}

/// Entries after a number, oldest first.
pub async fn list_after(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM accounting_entries e WHERE e.seq > $1 ORDER BY e.seq LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(&mut *conn).await?;
    with_postings(conn, &rows).await
}

/// Entries after a number, of a period, oldest first.
pub async fn list_period(
    conn: &mut Conn,
    after: i64,
    (from_ms, until_ms): (i64, i64),
    limit: i64,
) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM accounting_entries e WHERE e.seq > $1 AND e.at_ms >= $2 AND e.at_ms < $3 \
         ORDER BY e.seq LIMIT $4"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(from_ms).bind(until_ms).bind(limit);
    let rows = query.fetch_all(&mut *conn).await?;
    with_postings(conn, &rows).await
}

/// The entry of a source.
pub async fn get_of_source(conn: &mut Conn, source: &str) -> Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM accounting_entries e WHERE e.source = $1");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(source).fetch_all(&mut *conn).await?;
    Ok(with_postings(conn, &rows).await?.pop())
}

async fn with_postings(conn: &mut Conn, rows: &[AnyRow]) -> Result<Vec<Entry>> {
    let mut entries = rows.iter().map(read).collect::<Result<Vec<Entry>>>()?;
    let seqs: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
    let mut found: HashMap<i64, Vec<Posting>> = HashMap::new();
    for seqs in batches(&seqs, 1) {
        let sql = format!(
            "SELECT entry, debit, debit_party, credit, credit_party, currency, amount FROM accounting_postings \
             WHERE entry IN ({}) ORDER BY entry, place",
            placeholders(1, seqs.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for seq in seqs {
            query = query.bind(*seq);
        }
        for row in query.fetch_all(&mut *conn).await? {
            let side = |name: &str, party: &str| -> Result<Side> {
                let name: String = row.try_get(name)?;
                Ok(Side { account: account(&name)?, party: row.try_get(party)? })
            };
            let code: String = row.try_get("currency")?;
            let posting = Posting {
                debit: side("debit", "debit_party")?,
                credit: side("credit", "credit_party")?,
                amount: Money::new(row.try_get("amount")?, currency(&code)?),
            };
            found.entry(row.try_get("entry")?).or_default().push(posting);
        }
    }
    for entry in &mut entries {
        entry.postings = found.remove(&entry.seq).unwrap_or_default();
    }
    Ok(entries)
}

fn account(name: &str) -> Result<Account> {
    Account::parse(name).ok_or_else(|| sqlx::Error::Decode("no account".into()))
}

fn read(row: &AnyRow) -> Result<Entry> {
    Ok(Entry {
        seq: row.try_get("seq")?,
        at_ms: row.try_get("at_ms")?,
        source: row.try_get("source")?,
        kind: row.try_get("kind")?,
        subject: row.try_get("subject")?,
        note: row.try_get("note")?,
        postings: Vec::new(),
        hash: row.try_get("hash")?,
    })
}
