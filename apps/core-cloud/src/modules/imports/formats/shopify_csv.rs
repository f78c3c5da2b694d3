//! Shopify's product CSV: rows grouped by `Handle`, a row for each variant and for each further picture.

use std::collections::HashMap;

use csv::{ByteRecord, StringRecord};

use super::shopify_product::read_product;
use super::{ReadError, Settings};
use crate::modules::imports::draft::{Entry, Issue};
use crate::modules::imports::text;

/// Columns without which the file is something else.
const COLUMNS_NEEDED: [&str; 3] = ["Handle", "Title", "Variant Price"];

/// A row, with its columns by name.
pub struct Row<'a> {
    /// Line of the file where it starts.
    pub line: u64,
    columns: &'a HashMap<String, usize>,
    cells: StringRecord,
}

impl Row<'_> {
    /// The cell of a column, trimmed; empty when there is no such column.
    pub fn get(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|place| self.cells.get(*place)).unwrap_or("").trim()
    }

    /// Whether a cell holds `true`.
    pub fn is(&self, column: &str) -> bool {
        self.get(column).eq_ignore_ascii_case("true")
    }
}

/// Tells lines by byte: the reader's own count lags behind where lines end with a carriage return.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that starts at, or after the line break at, this byte. Asked in order.
    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let mut start =
            position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.at);
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = self.bytes.get(self.at..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = self.at.max(start);
        self.line
    }
}

/// Reads the file.
pub fn read(bytes: &[u8], settings: &Settings) -> Result<Vec<Entry>, ReadError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headers = reader.byte_headers().map_err(|error| ReadError::NotThisFormat(error.to_string()))?.clone();
    let columns: HashMap<String, usize> = headers
        .iter()
        .enumerate()
        .map(|(place, name)| (String::from_utf8_lossy(name).trim().to_owned(), place))
        .collect();
    if let Some(missing) = COLUMNS_NEEDED.iter().find(|name| !columns.contains_key(**name)) {
        return Err(ReadError::NotThisFormat(format!("there is no column {missing}")));
    }
    let mut entries = Vec::new();
    let mut groups: Vec<(String, Vec<Row<'_>>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut lines = Lines { bytes, at: 0, line: 1 };
    for record in reader.into_byte_records() {
        let line = match &record {
            Ok(record) => lines.line_of(record.position()),
            Err(error) => lines.line_of(error.position()),
        };
        match read_row(line, record, headers.len(), &columns) {
            Ok(row) => {
                let handle = text::slug(row.get("Handle"));
                let place = *places.entry(handle.clone()).or_insert_with(|| {
                    groups.push((handle, Vec::new()));
                    groups.len() - 1
                });
                groups[place].1.push(row);
            }
            Err(issue) => entries.push(Entry::Issue(issue)),
        }
    }
    for (handle, rows) in groups {
        read_product(&handle, &rows, settings, &mut entries);
    }
    Ok(entries)
}

fn read_row(
    line: u64,
    record: Result<ByteRecord, csv::Error>,
    cells_expected: usize,
    columns: &HashMap<String, usize>,
) -> Result<Row<'_>, Issue> {
    let record = record.map_err(|error| Issue::refused(line, "", error.to_string()))?;
    if record.len() != cells_expected {
        let name = record.get(0).map(|cell| text::plain(&String::from_utf8_lossy(cell), 80));
        let reason = format!("{} cells instead of {cells_expected}", record.len());
        return Err(Issue::refused(line, name.unwrap_or_default(), reason));
    }
    let cells = StringRecord::from_byte_record(record).map_err(|_| Issue::refused(line, "", "not UTF-8"))?;
    let row = Row { line, columns, cells };
    if text::slug(row.get("Handle")).is_empty() {
        return Err(Issue::refused(line, text::plain(row.get("Title"), 80), "Handle is empty"));
    }
    Ok(row)
}
