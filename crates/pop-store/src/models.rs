//! Fraud models: the plan as the core told it, the models that were fetched for it, and which of them run here.
//!
//! The plan comes with the feed; the tick fetches what it names ([`missing`], [`put`]) and then [`activate`]s it, so that
//! edge-fraud, which reads the active pair with its counters, never hears of a model that is not here.

use kiosk_edge_platform::{Database, Statement, Value};
use kiosk_wire::FraudPlan;

use crate::StoreError;

/// A plan whose models could not be fetched is tried again after this long, in milliseconds: as pictures are, since the
/// tick looks for both in one statement.
pub const RETRY_MS: i64 = crate::media::RETRY_MS;

/// The tables of this module, for the POP's schema. `plan` of the active pair is the plan that it was made of.
pub const SCHEMA: [&str; 3] = [
    "CREATE TABLE fraud_plan (
        id INTEGER PRIMARY KEY CHECK (id = 1), doc TEXT NOT NULL, tried_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT",
    "CREATE TABLE fraud_model (version TEXT PRIMARY KEY, card TEXT NOT NULL, onnx BLOB NOT NULL) STRICT",
    "CREATE TABLE fraud_active (
        id INTEGER PRIMARY KEY CHECK (id = 1), plan TEXT NOT NULL, decides TEXT NOT NULL, shadows TEXT
    ) STRICT",
];

/// Whether the plan is another than the active one, and may be tried; `?1` is the last time that is long enough ago.
pub(crate) const IS_DUE: &str = "EXISTS (SELECT 1 FROM fraud_plan p WHERE p.tried_ms <= ?1
    AND NOT EXISTS (SELECT 1 FROM fraud_active a WHERE a.plan = p.doc))";

/// The models that run at this POP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Active {
    /// Version of the model that decides.
    pub decides: String,
    /// Version of the model that is watched beside it.
    pub shadows: Option<String>,
}

/// A model as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredModel {
    /// Its card, JSON.
    pub card: String,
    /// Its network.
    pub onnx: Vec<u8>,
}

/// A plan as the core told it: the row's text, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    doc: String,
    /// The plan.
    pub plan: FraudPlan,
}

/// Takes a plan in. One that is told again changes nothing.
///
/// # Errors
/// Never: a plan is JSON.
pub fn tell(plan: &FraudPlan) -> Result<Statement, StoreError> {
    let put = Statement::new(
        "INSERT INTO fraud_plan (id, doc) VALUES (1, ?1)
         ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, tried_ms = 0 WHERE doc <> excluded.doc",
    );
    Ok(put.bind(serde_json::to_string(plan)?))
}

/// The plan that was told and is not active yet.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &dyn Database, now_ms: i64) -> Result<Option<Told>, StoreError> {
    let select = Statement::new(format!("SELECT doc FROM fraud_plan WHERE {IS_DUE}"));
    let rows = db.query(select.bind(now_ms - RETRY_MS)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let doc: String = row.get(0)?;
    let plan = serde_json::from_str(&doc)?;
    Ok(Some(Told { doc, plan }))
}

/// The models of a plan that are not here yet, each once.
///
/// # Errors
/// When the database fails.
pub async fn missing(db: &dyn Database, plan: &FraudPlan) -> Result<Vec<String>, StoreError> {
    let select = Statement::new(
        "SELECT DISTINCT value FROM json_each(?1)
         WHERE NOT EXISTS (SELECT 1 FROM fraud_model WHERE version = value)",
    );
    let named = serde_json::to_string(&plan.models().collect::<Vec<_>>())?;
    let rows = db.query(select.bind(named)).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Stores a model. One that is here stays as it is: a version never changes.
#[must_use]
pub fn put(version: &str, card: &str, onnx: Vec<u8>) -> Statement {
    Statement::new(
        "INSERT INTO fraud_model (version, card, onnx) VALUES (?1, ?2, ?3) ON CONFLICT (version) DO NOTHING",
    )
    .bind(version)
    .bind(card)
    .bind(onnx)
}

/// The model of a version, or `None` when it was not fetched.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, version: &str) -> Result<Option<StoredModel>, StoreError> {
    let select = Statement::new("SELECT card, onnx FROM fraud_model WHERE version = ?1").bind(version);
    let mut rows = db.query(select).await?;
    let Some(row) = rows.first_mut() else { return Ok(None) };
    let card = row.take_text(0)?;
    let Value::Blob(onnx) = row.0.swap_remove(1) else { return Ok(None) };
    Ok(Some(StoredModel { card, onnx }))
}

/// Makes a plan active as it holds at the POP `pop`, and removes models that neither it nor the pair before names: an
/// instance may be about to read those, and a roll-back needs them.
#[must_use]
pub fn activate(told: &Told, pop: &str) -> [Statement; 2] {
    let (decides, shadows) = told.plan.at(pop);
    [
        Statement::new(
            "DELETE FROM fraud_model WHERE version NOT IN (?1, ?2) AND NOT EXISTS
               (SELECT 1 FROM fraud_active a WHERE version = a.decides OR version = a.shadows)",
        )
        .bind(&*told.plan.champion)
        .bind(told.plan.candidate.as_deref().unwrap_or("")),
        Statement::new(
            "INSERT INTO fraud_active (id, plan, decides, shadows) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET plan = excluded.plan, decides = excluded.decides, shadows = excluded.shadows",
        )
        .bind(&*told.doc)
        .bind(decides)
        .bind(shadows),
    ]
}

/// Remembers that a plan's models could not be had.
#[must_use]
pub fn failed(now_ms: i64) -> Statement {
    Statement::new("UPDATE fraud_plan SET tried_ms = ?1").bind(now_ms)
}

/// The models that run here; none before the core told of any.
///
/// # Errors
/// When the database fails.
pub async fn active(db: &dyn Database) -> Result<Option<Active>, StoreError> {
    let rows = db.query(Statement::new("SELECT decides, shadows FROM fraud_active")).await?;
    let row = rows.first().map(|row| Ok(Active { decides: row.get(0)?, shadows: row.get(1)? }));
    row.transpose()
}
