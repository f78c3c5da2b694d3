//! Runs one statement: parameters in, rows out, within limits of time and size.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use super::{QueryResult, RowResult, Value};
use crate::limits::{SQL_RESULT_BYTES_MAX, SQL_ROWS_MAX, SQL_STATEMENT_MS_MAX};

/// Steps of SQLite's machine between two looks at the clock.
const STEPS_PER_CHECK: i32 = 50_000;
/// What a value costs besides its bytes, for the size limit.
const VALUE_OVERHEAD_BYTES: usize = 32;

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StatementError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("expected {expected} parameters, got {given}")]
    Parameters { expected: usize, given: usize },
    #[error("more than {SQL_ROWS_MAX} rows")]
    TooManyRows,
    #[error("a result of more than {SQL_RESULT_BYTES_MAX} bytes")]
    TooManyBytes,
    #[error("column {0} holds text that is not UTF-8")]
    NotUtf8(usize),
}

/// Interrupts a statement that runs too long. Milliseconds are counted from when the connection was made.
pub(super) struct StatementTimer {
    start: Instant,
    deadline_ms: Arc<AtomicU64>,
}

impl StatementTimer {
    pub fn install(sqlite: &rusqlite::Connection) -> Result<Self, rusqlite::Error> {
        let start = Instant::now();
        let deadline_ms = Arc::new(AtomicU64::new(u64::MAX));
        let seen = deadline_ms.clone();
        sqlite.progress_handler(
            STEPS_PER_CHECK,
            Some(move || start.elapsed().as_millis() as u64 > seen.load(Ordering::Relaxed)),
        )?;
        Ok(Self { start, deadline_ms })
    }

    fn restart(&self) {
        let deadline = self.start.elapsed().as_millis() as u64 + SQL_STATEMENT_MS_MAX;
        self.deadline_ms.store(deadline, Ordering::Relaxed);
    }

    fn stop(&self) {
        self.deadline_ms.store(u64::MAX, Ordering::Relaxed);
    }
}

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Integer(integer) => ValueRef::Integer(*integer),
            Value::Real(real) => ValueRef::Real(*real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(blob) => ValueRef::Blob(blob),
            Value::Null => ValueRef::Null,
        }))
    }
}

/// Runs a statement to its end and collects its rows.
pub(super) fn run(
    sqlite: &rusqlite::Connection,
    timer: &StatementTimer,
    sql: &str,
    parameters: &[Value],
) -> Result<QueryResult, StatementError> {
    let mut statement = sqlite.prepare_cached(sql)?;
    let expected = statement.parameter_count();
    if expected != parameters.len() {
        return Err(StatementError::Parameters { expected, given: parameters.len() });
    }
    for (index, parameter) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Parameter(parameter))?;
    }
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    timer.restart();
    let rows = collect(&mut statement, columns.len());
    timer.stop();
    Ok(QueryResult { columns, rows: rows? })
}

fn collect(statement: &mut rusqlite::Statement<'_>, width: usize) -> Result<Vec<RowResult>, StatementError> {
    let mut found = Vec::new();
    let mut bytes = 0;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        if found.len() == SQL_ROWS_MAX {
            return Err(StatementError::TooManyRows);
        }
        let mut values = Vec::with_capacity(width);
        for index in 0..width {
            let value = value_of(row.get_ref(index)?).ok_or(StatementError::NotUtf8(index))?;
            bytes += VALUE_OVERHEAD_BYTES
                + match &value {
                    Value::Text(text) => text.len(),
                    Value::Blob(blob) => blob.len(),
                    _ => 0,
                };
            values.push(value);
        }
        if bytes > SQL_RESULT_BYTES_MAX {
            return Err(StatementError::TooManyBytes);
        }
        found.push(RowResult { values });
    }
    Ok(found)
}

fn value_of(value: ValueRef<'_>) -> Option<Value> {
    Some(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(String::from_utf8(text.to_vec()).ok()?),
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
    })
}
