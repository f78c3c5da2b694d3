//! Pages of a list: `limit`, and a `cursor` that only this API can read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use kiosk_pop_store::Before;
use kiosk_problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Result;

/// The `limit` of a query string, at most `max`.
pub fn limit(value: &str, max: u32) -> Result<u32, Problem> {
    match value.parse() {
        Ok(limit) if (1..=max).contains(&limit) => Ok(limit),
        _ => Err(Problem::invalid("limit", format!("a whole number from 1 to {max}"))),
    }
}

/// The `cursor` of a query string.
pub fn cursor<T: DeserializeOwned>(value: &str) -> Result<T, Problem> {
    let bytes = BASE64.decode(value).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Problem::invalid("cursor", "not a cursor of an earlier page"))
}

/// The cursor for the page after this one.
pub fn next(cursor: Option<impl Serialize>) -> Result<Option<String>> {
    let bytes = cursor.map(|cursor| serde_json::to_vec(&cursor)).transpose()?;
    Ok(bytes.map(|bytes| BASE64.encode(bytes)))
}

/// A page of a list that goes back in time, as the query string asks for it.
#[derive(Debug)]
pub struct PageQuery {
    pub limit: u32,
    pub before: Option<Before>,
}

impl PageQuery {
    /// Reads it; without a `limit` there are `rows` on a page, and never more than `rows_max`.
    pub fn read(pairs: Vec<(String, String)>, rows: u32, rows_max: u32) -> Result<Self, Problem> {
        let mut query = Self { limit: rows, before: None };
        for (name, value) in pairs {
            match name.as_str() {
                "limit" => query.limit = limit(&value, rows_max)?,
                "cursor" => query.before = Some(cursor(&value)?),
                name => return Err(Problem::invalid(name, "this parameter is not known")),
            }
        }
        Ok(query)
    }
}
