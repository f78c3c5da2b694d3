//! Statements over many rows at once, in SQL that both databases take.

use std::fmt::Write;

/// Most parameters of one statement. SQLite looks parameters up by walking a list, so more of them cost more than
/// more statements do.
const PARAMS_PER_STATEMENT_MAX: usize = 512;

/// Splits rows into runs that each fit one statement. Their lengths are powers of two, so that few different
/// statements are prepared, each once.
pub fn batches<T>(mut rows: &[T], columns: usize) -> impl Iterator<Item = &[T]> {
    let longest = (PARAMS_PER_STATEMENT_MAX / columns).max(1);
    std::iter::from_fn(move || {
        let length = 1 << rows.len().min(longest).checked_ilog2()?;
        let (batch, rest) = rows.split_at(length);
        rows = rest;
        Some(batch)
    })
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

/// Whether a statement that takes these numbers may be kept prepared. sqlx's `Any` tells PostgreSQL of a missing number that it
/// is a `REAL` (`any/arguments.rs` takes `Real` for `Double` there), and a statement that is kept would take no `DOUBLE
/// PRECISION` in its place any more.
#[must_use]
pub fn may_be_cached(mut numbers: impl Iterator<Item = Option<f32>>) -> bool {
    numbers.all(|number| number.is_some())
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

    #[test]
    fn batches_have_few_lengths() {
        let lengths =
            |rows: usize, columns| batches(&vec![0; rows], columns).map(<[i32]>::len).collect::<Vec<_>>();
        assert_eq!(lengths(200, 24), [16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 8]);
        assert_eq!(lengths(7, 1), [4, 2, 1]);
        assert_eq!(lengths(0, 1), [0; 0]);
        assert_eq!(lengths(2, 1_000), [1, 1]);
    }
}
