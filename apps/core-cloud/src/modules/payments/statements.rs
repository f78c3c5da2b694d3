//! Importing bank statements, matching their lines to orders, refunds and payouts, and what people decide of the rest.

use std::collections::HashMap;

use http::StatusCode;
use kiosk_ids::OrderId;
use kiosk_money::Money;
use kiosk_problem::Problem;

use super::book::Book;
use super::camt::{self, Line, Statement, Way};
use super::matching::Candidates;
use super::service::Service;
use super::state::{Kind, Provider, Step};
use super::{movement_store, statement_store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::random::random;
use crate::text::clean;

/// Lines that wait for a person and are shown at once.
pub const OPEN_LINES_MAX: i64 = 200;
/// Statements that are shown.
const STATEMENTS_MAX: i64 = 50;
/// Longest reason of a decision, in characters.
pub const REASON_CHARS_MAX: usize = 500;

/// A statement that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Identifier.
    pub id: String,
    /// The bank's name of it.
    pub name: String,
    /// IBAN.
    pub account: String,
    /// Unix milliseconds.
    pub imported_ms: i64,
    /// `mem_…` or the terminal.
    pub imported_by: String,
    /// Its lines.
    pub lines: i64,
    /// How many of them were here before.
    pub known: i64,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Identifier.
    pub id: String,
    /// Its statement.
    pub statement: String,
    /// IBAN.
    pub account: String,
    /// The bank's name of the entry.
    pub entry: String,
    /// Place in the entry.
    pub part: i64,
    /// `credit` or `debit`.
    pub way: String,
    /// How much.
    pub amount: Money,
    /// Day.
    pub booked: String,
    /// References, separated by spaces.
    pub said: String,
    /// `matched`, `open`, `assigned`, `returned`.
    pub state: String,
    /// Why it is open, or what was decided.
    pub reason: String,
    /// The order or movement it settled.
    pub settled: String,
}

impl Service {
    /// Imports a file of statements. What is here already is passed over, so a file can be imported twice.
    ///
    /// # Errors
    /// 422 `statement_refused` with line and reason: nothing of the file is taken then.
    pub async fn import_statements(&self, by: &str, file: &[u8]) -> Result<Vec<Imported>, Error> {
        let statements = camt::read(file).map_err(|refusal| refused(&refusal))?;
        let now_ms = self.clock.now_ms();
        let mut done = Vec::with_capacity(statements.len());
        let mut tx = self.db.begin().await?;
        let mut candidates = Candidates::lock(&mut tx, &statements).await?;
        for statement in &statements {
            let id = hex::encode(random::<16>()?);
            let mut known = list_known(&mut tx, statement).await?;
            let mut imported = Imported {
                id,
                name: statement.name.clone(),
                account: statement.account.clone(),
                imported_ms: now_ms,
                imported_by: by.to_owned(),
                lines: i64::try_from(statement.lines.len()).unwrap_or(i64::MAX),
                known: 0,
            };
            for (line, place) in statement.lines.iter().zip(1..) {
                let said = (line.amount, line.way.name().to_owned(), line.booked.clone());
                match known.get(&(line.entry.clone(), line.part)) {
                    Some(before) if *before == said => imported.known += 1,
                    Some(_) => return Err(renamed(line)),
                    None => {
                        import_line(&mut tx, &mut candidates, &imported, (line, place), now_ms).await?;
                        known.insert((line.entry.clone(), line.part), said);
                    }
                }
            }
            statement_store::insert(&mut tx, &imported).await?;
            done.push(imported);
        }
        // At the end: the log is one row for everybody.
        for Imported { id, name, account, lines, known, .. } in &done {
            let detail = format!("{name} of {account}: {lines} lines, {known} known");
            audit::append(&mut tx, by, &Act { action: "statement.import", subject: id, detail }, now_ms)
                .await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Statements, newest first, and the lines that a person is to decide.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_statements(&self) -> Result<(Vec<Imported>, Vec<Stored>), Error> {
        let conn = &mut *self.db.read().await?;
        let statements = statement_store::list(conn, STATEMENTS_MAX).await?;
        Ok((statements, statement_store::list_open(conn, OPEN_LINES_MAX).await?))
    }

    /// Says which order an open line pays.
    ///
    /// # Errors
    /// 404, 409 `line_decided`, 422 when the line is no credit, or of another currency than the order.
    pub async fn assign_line(&self, by: &Member, line: &str, order: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let order = OrderId::parse(order).map_err(|_| Error::invalid("order", "not an order's number"))?;
        let mut tx = self.db.begin().await?;
        let mut line = lock_open(&mut tx, line).await?;
        if line.way != Way::Credit.name() {
            return Err(Error::invalid("order", "only money that came can pay an order"));
        }
        let opened = Book::open(&mut tx, order.as_str(), now_ms).await?;
        let (mut book, before) = opened.ok_or_else(|| Error::invalid("order", "there is no such order"))?;
        if book.payment.provider != Provider::Bank {
            return Err(Error::invalid("order", "it is paid through a provider"));
        }
        if book.payment.currency != line.amount.currency {
            return Err(Error::invalid("order", format!("it is paid in {}", book.payment.currency.code())));
        }
        book.received(&line.id, &line.entry, line.amount.amount);
        book.close(&mut tx, &before).await?;
        "assigned".clone_into(&mut line.state);
        line.settled = order.to_string();
        decide(&mut tx, by, &line, "statement.assign", now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// Says that the money of an open line goes back, or is none of the shop's orders, and why.
    ///
    /// # Errors
    /// 404, 409 `line_decided`, 422 without a reason.
    pub async fn return_line(&self, by: &Member, line: &str, reason: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let reason = checked_reason(reason)?;
        let mut tx = self.db.begin().await?;
        let mut line = lock_open(&mut tx, line).await?;
        "returned".clone_into(&mut line.state);
        line.reason = reason;
        decide(&mut tx, by, &line, "statement.return", now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// A reason that people read, bounded.
///
/// # Errors
/// 422 when it is empty or too long.
pub(super) fn checked_reason(reason: &str) -> Result<String, Error> {
    let reason = clean(reason);
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Error::invalid("reason", format!("1 to {REASON_CHARS_MAX} characters")));
    }
    Ok(reason)
}

async fn decide(tx: &mut Tx, by: &Member, line: &Stored, action: &str, now_ms: i64) -> Result<(), Error> {
    statement_store::update_line(tx, line).await?;
    let detail = format!("{} {} {}", line.amount, line.settled, line.reason);
    audit::append(tx, &by.id, &Act { action, subject: &line.id, detail }, now_ms).await
}

async fn lock_open(tx: &mut Tx, id: &str) -> Result<Stored, Error> {
    let line = statement_store::lock_line(tx, id).await?.ok_or(Error::NotFound("line"))?;
    if line.state != "open" {
        let problem = Problem::new(StatusCode::CONFLICT, "line_decided", "This line is decided already");
        return Err(problem.into());
    }
    Ok(line)
}

/// What the lines of a statement said that are here already: amount, way and day by entry and part.
async fn list_known(
    tx: &mut Tx,
    statement: &Statement,
) -> Result<HashMap<(String, i64), (Money, String, String)>, Error> {
    let mut entries: Vec<&str> = statement.lines.iter().map(|line| &*line.entry).collect();
    entries.sort_unstable();
    entries.dedup();
    let known = statement_store::list_known(tx, &statement.account, &entries).await?;
    Ok(known
        .into_iter()
        .map(|line| ((line.entry, line.part), (line.amount, line.way, line.booked)))
        .collect())
}

/// Passing it over could lose money.
fn renamed(line: &Line) -> Error {
    let why = format!("Ntry: {} is known with another amount, way or day", line.entry);
    refused(&camt::Refusal { line: line.row, why })
}

async fn import_line(
    tx: &mut Tx,
    candidates: &mut Candidates,
    statement: &Imported,
    (line, place): (&Line, i64),
    now_ms: i64,
) -> Result<(), Error> {
    let id = format!("{}-{place}", statement.id);
    let found = candidates.settle(tx, &id, line, now_ms).await?;
    let stored = Stored {
        id,
        statement: statement.id.clone(),
        account: statement.account.clone(),
        entry: line.entry.clone(),
        part: line.part,
        way: line.way.name().to_owned(),
        amount: line.amount,
        booked: line.booked.clone(),
        said: line.references.join(" "),
        state: if found.settled.is_some() { "matched" } else { "open" }.to_owned(),
        reason: found.reason.to_owned(),
        settled: found.settled.unwrap_or_default(),
    };
    if statement_store::insert_line(tx, &stored).await? {
        Ok(())
    } else {
        // Another import of the same file was quicker; the constraint ends this one.
        Err(Problem::new(StatusCode::CONFLICT, "statement_imported", "This statement is being imported")
            .into())
    }
}

/// A refund or payout that a person was to pay is paid; `reference` names the payment. Whether it still was to be paid.
///
/// # Errors
/// When the database fails.
pub(super) async fn pay_by_hand(tx: &mut Tx, id: &str, reference: &str, now_ms: i64) -> Result<bool, Error> {
    let Some(movement) = movement_store::get(tx, id).await? else { return Ok(false) };
    if movement.kind == Kind::Transfer {
        let Some(mut transfer) = movement_store::lock(tx, id).await? else { return Ok(false) };
        if transfer.step != Step::Payable {
            return Ok(false);
        }
        transfer.step = Step::Done;
        reference.clone_into(&mut transfer.reference);
        transfer.changed_ms = now_ms;
        movement_store::update(tx, &transfer).await?;
        return Ok(true);
    }
    let Some((mut book, before)) = Book::open(tx, &movement.order, now_ms).await? else { return Ok(false) };
    let payable = book.movement(id).is_some_and(|known| known.step == Step::Payable);
    if payable {
        book.refunded(id, reference);
        book.close(tx, &before).await?;
    }
    Ok(payable)
}

fn refused(refusal: &camt::Refusal) -> Error {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "statement_refused", "The statement is not taken")
        .param("file")
        .detail(format!("Line {}: {}. Nothing of it was taken.", refusal.line, refusal.why))
        .with("line", refusal.line)
        .into()
}
