//! The database: D1. Its `batch` is a transaction; numbers cross JavaScript as 64-bit floats.

use futures::FutureExt;
use futures::future::BoxFuture;
use wasm_bindgen::{JsCast, JsValue};
use worker::js_sys::{Array, ArrayBuffer, Number, Uint8Array};
use worker::send::SendFuture;
use worker::{D1Database, D1PreparedStatement};

use crate::db::check_batch;
use crate::{Database, DbError, Row, Statement, Value};

/// Beyond it JavaScript would round an integer.
const INTEGER_MAX: u64 = (1 << 53) - 1;

pub(super) struct D1(pub D1Database);

// Sorted by SQLite's own words, which D1 carries in its message.
fn error_of(error: &worker::Error) -> DbError {
    DbError::from_message(match error {
        worker::Error::D1(error) => AsRef::<worker::js_sys::Error>::as_ref(error).message().into(),
        other => other.to_string(),
    })
}

#[allow(clippy::cast_precision_loss)]
fn to_js(value: &Value) -> Result<JsValue, DbError> {
    Ok(match value {
        Value::Null => JsValue::NULL,
        Value::Integer(number) if number.unsigned_abs() <= INTEGER_MAX => JsValue::from_f64(*number as f64),
        Value::Integer(number) => return Err(DbError::Host(format!("{number} is too large for D1"))),
        Value::Real(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
        Value::Blob(bytes) => Uint8Array::from(bytes.as_slice()).buffer().into(),
    })
}

#[allow(clippy::cast_possible_truncation)]
fn from_js(value: &JsValue) -> Result<Value, DbError> {
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Null);
    }
    if let Some(number) = value.as_f64() {
        return Ok(if Number::is_safe_integer(value) {
            Value::Integer(number as i64)
        } else {
            Value::Real(number)
        });
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::Text(text));
    }
    if value.is_instance_of::<ArrayBuffer>() || Array::is_array(value) {
        // D1 hands bytes out as an array of numbers.
        return Ok(Value::Blob(Uint8Array::new(value).to_vec()));
    }
    Err(DbError::Host("D1 answered with a value of no class of SQLite".to_owned()))
}

fn row_of(row: &JsValue) -> Result<Row, DbError> {
    let columns = row.unchecked_ref::<Array>();
    columns.iter().map(|value| from_js(&value)).collect::<Result<_, _>>().map(Row)
}

impl D1 {
    fn prepare(&self, statement: &Statement) -> Result<D1PreparedStatement, DbError> {
        let params = statement.params.iter().map(to_js).collect::<Result<Vec<_>, _>>()?;
        self.0.prepare(statement.sql.as_ref()).bind(&params).map_err(|error| error_of(&error))
    }

    async fn read(&self, statement: Statement) -> Result<Vec<Row>, DbError> {
        let prepared = self.prepare(&statement)?;
        let rows = prepared.raw_js_value().await.map_err(|error| error_of(&error))?;
        rows.iter().map(row_of).collect()
    }

    async fn write(&self, statements: Vec<Statement>) -> Result<(), DbError> {
        check_batch(&statements)?;
        let prepared =
            statements.iter().map(|statement| self.prepare(statement)).collect::<Result<_, _>>()?;
        self.0.batch(prepared).await.map_err(|error| error_of(&error))?;
        Ok(())
    }
}

impl Database for D1 {
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>> {
        SendFuture::new(self.read(statement)).boxed()
    }

    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>> {
        SendFuture::new(self.write(statements)).boxed()
    }
}
