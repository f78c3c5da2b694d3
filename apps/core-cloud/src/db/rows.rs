//! Statements over many rows at once, in SQL that both databases take.

use std::fmt::Write;

/// Most parameters of one statement: below SQLite's 32,766.
pub const PARAMS_PER_STATEMENT_MAX: usize = 30_000;

/// How many rows of `columns` values fit one statement.
#[must_use]
pub const fn rows_per_statement(columns: usize) -> usize {
    PARAMS_PER_STATEMENT_MAX / columns
}

/// `$<first>,$<first+1>,…`, `count` of them.
#[must_use]
pub fn placeholders(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for number in first..first + count {
        let comma = if number > first { "," } else { "" };
        let _ = write!(text, "{comma}${number}");
    }
    text
}

/// `($1,$2),($3,$4),…`: `rows` rows of `columns` values.
#[must_use]
pub fn tuples(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * (columns * 5 + 3));
    for row in 0..rows {
        let comma = if row > 0 { "," } else { "" };
        let _ = write!(text, "{comma}({})", placeholders(row * columns + 1, columns));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_on_over_rows() {
        assert_eq!(placeholders(3, 2), "$3,$4");
        assert_eq!(tuples(2, 2), "($1,$2),($3,$4)");
        assert_eq!(tuples(0, 2), "");
    }
}
