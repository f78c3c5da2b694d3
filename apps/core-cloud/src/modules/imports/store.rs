//! Tables `imports_runs`, `imports_rows`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::draft::{Issue, Severity};
use super::service::{Report, RunView};
use crate::db::{Conn, batches, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// An import begins.
pub async fn insert_run(
    conn: &mut Conn,
    id: &str,
    format: &str,
    source: &str,
    started_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO imports_runs \
         (id, format, source, started_ms, created, changed, unchanged, removed, refused, warnings) \
         VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, 0)",
    );
    query.bind(id).bind(format).bind(source).bind(started_ms).execute(conn).await.map(|_| ())
}

/// An import has ended.
pub async fn finish_run(conn: &mut Conn, id: &str, finished_ms: i64, report: &Report) -> Result<()> {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let query = sqlx::query(
        "UPDATE imports_runs SET finished_ms = $2, created = $3, changed = $4, unchanged = $5, removed = $6, \
         refused = $7, warnings = $8 WHERE id = $1",
    );
    let query = query.bind(id).bind(finished_ms).bind(count(report.created)).bind(count(report.changed));
    let query = query.bind(count(report.unchanged)).bind(count(report.removed));
    query.bind(count(report.refused)).bind(count(report.warnings)).execute(conn).await.map(|_| ())
}

/// Keeps the issues of an import.
pub async fn insert_rows(conn: &mut Conn, id: &str, issues: &[Issue]) -> Result<()> {
    let numbered: Vec<_> = (1_i64..).zip(issues).collect();
    for rows in batches(&numbered, 6) {
        let sql = format!(
            "INSERT INTO imports_rows (import, number, line, record, severity, reason) VALUES {}",
            tuples(rows.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (number, issue) in rows {
            let severity = if issue.severity == Severity::Refused { "refused" } else { "warning" };
            query = query.bind(id).bind(*number).bind(i64::try_from(issue.line).unwrap_or(i64::MAX));
            query = query.bind(&*issue.record).bind(severity).bind(&*issue.reason);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

const RUN_COLUMNS: &str =
    "id, format, source, started_ms, finished_ms, created, changed, unchanged, removed, refused, warnings";

/// Imports, the newest first.
pub async fn list_runs(conn: &mut Conn, limit: i64) -> Result<Vec<RunView>> {
    let sql = format!("SELECT {RUN_COLUMNS} FROM imports_runs ORDER BY started_ms DESC, id DESC LIMIT $1");
    sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?.iter().map(run_of).collect()
}

/// One import.
pub async fn get_run(conn: &mut Conn, id: &str) -> Result<Option<RunView>> {
    let sql = format!("SELECT {RUN_COLUMNS} FROM imports_runs WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(run_of).transpose()
}

fn run_of(row: &AnyRow) -> Result<RunView> {
    Ok(RunView {
        id: row.try_get("id")?,
        format: row.try_get("format")?,
        source: row.try_get("source")?,
        started_ms: row.try_get("started_ms")?,
        finished_ms: row.try_get("finished_ms")?,
        created: row.try_get("created")?,
        changed: row.try_get("changed")?,
        unchanged: row.try_get("unchanged")?,
        removed: row.try_get("removed")?,
        refused: row.try_get("refused")?,
        warnings: row.try_get("warnings")?,
    })
}

/// Issues of an import after a number: number and issue.
pub async fn list_rows(conn: &mut Conn, id: &str, after: i64, limit: i64) -> Result<Vec<(i64, Issue)>> {
    let query = sqlx::query(
        "SELECT number, line, record, severity, reason FROM imports_rows \
         WHERE import = $1 AND number > $2 ORDER BY number LIMIT $3",
    );
    let rows = query.bind(id).bind(after).bind(limit).fetch_all(conn).await?;
    let issue_of = |row: &AnyRow| {
        let refused = row.try_get::<String, _>("severity")? == "refused";
        let issue = Issue {
            line: u64::try_from(row.try_get::<i64, _>("line")?).unwrap_or(0),
            record: row.try_get("record")?,
            severity: if refused { Severity::Refused } else { Severity::Warning },
            reason: row.try_get("reason")?,
        };
        Ok((row.try_get("number")?, issue))
    };
    rows.iter().map(issue_of).collect()
}
