//! The database port: SQLite as Spin, D1 and a file offer it, which is statements and atomic batches.
//!
//! D1 has no interactive transaction, so a write is one [`Database::batch`] whose preconditions are constraints of
//! the schema (`CHECK`, `UNIQUE`): the first that fails undoes all of it.

use std::borrow::Cow;

use futures::future::BoxFuture;

/// Most statements in one batch; a longer one is a programming error. D1 takes 1,000 for a whole request, and each is
/// another call from a guest to its host.
pub const BATCH_STATEMENTS_MAX: usize = 100;

/// Refuses a batch that is too long, the same on every host.
///
/// # Errors
/// [`DbError::Host`] beyond [`BATCH_STATEMENTS_MAX`].
pub fn check_batch(statements: &[Statement]) -> Result<(), DbError> {
    if statements.len() <= BATCH_STATEMENTS_MAX {
        return Ok(());
    }
    Err(DbError::Host(format!(
        "a batch of {} statements is longer than {BATCH_STATEMENTS_MAX}",
        statements.len()
    )))
}

/// A value of SQLite's five storage classes.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// 64-bit integer; booleans are 0 and 1.
    Integer(i64),
    /// 64-bit float.
    Real(f64),
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty => |$x:ident| $value:expr;)*) => {
        $(impl From<$type> for Value { fn from($x: $type) -> Self { $value } })*
    };
}
value_from! {
    i64 => |x| Self::Integer(x);
    i32 => |x| Self::Integer(x.into());
    u32 => |x| Self::Integer(x.into());
    u16 => |x| Self::Integer(x.into());
    u8 => |x| Self::Integer(x.into());
    bool => |x| Self::Integer(x.into());
    f64 => |x| Self::Real(x);
    &str => |x| Self::Text(x.to_owned());
    String => |x| Self::Text(x);
    Vec<u8> => |x| Self::Blob(x);
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Null, Into::into)
    }
}

/// One SQL statement and its parameters, `?1` first.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text, with `?1`, `?2`, … for parameters.
    pub sql: Cow<'static, str>,
    /// The parameters in order.
    pub params: Vec<Value>,
}

impl Statement {
    /// A statement without parameters yet.
    #[must_use]
    pub fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), params: Vec::new() }
    }

    /// Binds the next parameter.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.params.push(value.into());
        self
    }
}

/// One row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The column `index` as `T`.
    ///
    /// # Errors
    /// [`DbError::Type`] when the column is missing or of another class: the query and the schema disagree.
    pub fn get<'a, T: FromValue<'a>>(&'a self, index: usize) -> Result<T, DbError> {
        let value = self.0.get(index).ok_or(DbError::Type { index })?;
        T::from_value(value).ok_or(DbError::Type { index })
    }

    /// Moves the text of column `index` out.
    ///
    /// # Errors
    /// [`DbError::Type`] when it is not text.
    pub fn take_text(&mut self, index: usize) -> Result<String, DbError> {
        match self.0.get_mut(index) {
            Some(Value::Text(text)) => Ok(std::mem::take(text)),
            _ => Err(DbError::Type { index }),
        }
    }
}

/// A type that a column can be read as.
pub trait FromValue<'a>: Sized {
    /// `None` when the class does not fit.
    fn from_value(value: &'a Value) -> Option<Self>;
}

impl<'a> FromValue<'a> for &'a str {
    fn from_value(value: &'a Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}
impl FromValue<'_> for String {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone()) } else { None }
    }
}
impl<'a> FromValue<'a> for &'a [u8] {
    fn from_value(value: &'a Value) -> Option<Self> {
        if let Value::Blob(bytes) = value { Some(bytes) } else { None }
    }
}
impl FromValue<'_> for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(number) = value { Some(*number) } else { None }
    }
}
impl FromValue<'_> for u64 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}
impl FromValue<'_> for u32 {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}
impl FromValue<'_> for bool {
    fn from_value(value: &Value) -> Option<Self> {
        Some(i64::from_value(value)? != 0)
    }
}
impl FromValue<'_> for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Real(number) => Some(*number),
            // SQLite stores a whole number in a REAL expression as an integer at will.
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }
}
impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    fn from_value(value: &'a Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::from_value(value).map(Some) }
    }
}

/// A statement or batch failed; nothing of it took effect.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// A constraint of the schema said no. Holds SQLite's text, e.g. `CHECK constraint failed: lease_not_overdrawn`.
    #[error("constraint failed: {0}")]
    Constraint(String),
    /// The database is there but did not take the request in time.
    #[error("database is busy: {0}")]
    Busy(String),
    /// Anything else the host said.
    #[error("database error: {0}")]
    Host(String),
    /// A column is missing or of another class than the code expects.
    #[error("column {index} is missing or has another type")]
    Type {
        /// Index of the column.
        index: usize,
    },
}

impl DbError {
    /// Sorts a host's message: SQLite's wording is the same on Spin, D1 and natively.
    #[must_use]
    pub fn from_message(message: String) -> Self {
        if message.contains("constraint failed") {
            Self::Constraint(message)
        } else if message.contains("database is locked") || message.contains("busy") {
            Self::Busy(message)
        } else {
            Self::Host(message)
        }
    }

    /// Whether the constraint called `name` (a `CHECK`'s name, or `table.column` of a `UNIQUE`) said no.
    #[must_use]
    pub fn violates(&self, name: &str) -> bool {
        matches!(self, Self::Constraint(text) if text.contains(name))
    }
}

/// The POP's database.
pub trait Database: Send + Sync {
    /// Runs one statement that reads.
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>>;

    /// Runs all statements in order as one durable transaction. A batch of one statement costs the least: each further
    /// one is another call from the guest to its host, with the database's write lock held all the while.
    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>>;
}
