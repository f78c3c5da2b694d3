//! Tables `models_models` and `models_plans`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::plan::Plan;
use crate::db::Conn;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A model as it is handed in.
#[derive(Clone, Debug)]
pub struct Registered {
    pub version: String,
    pub onnx_sha256: String,
    pub features_version: String,
    pub data_hash: String,
    pub card: String,
    pub onnx: Vec<u8>,
}

/// A model without its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRow {
    /// Its version.
    pub version: String,
    /// SHA-256 of its network, hex.
    pub onnx_sha256: String,
    /// Version of its feature list.
    pub features_version: String,
    /// SHA-256 of what it was trained on, hex.
    pub data_hash: String,
    /// Its card, JSON.
    pub card: String,
    /// Unix milliseconds.
    pub registered_ms: i64,
    /// `mem_…`, or `release`.
    pub registered_by: String,
}

/// Registers a model, unless its version is there; whether it was not.
pub async fn insert_model(conn: &mut Conn, model: &Registered, by: &str, now_ms: i64) -> Result<bool> {
    let sql = "INSERT INTO models_models (version, onnx_sha256, features_version, data_hash, card, onnx, registered_ms, \
        registered_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (version) DO NOTHING";
    let query = sqlx::query(sql).bind(&*model.version).bind(&*model.onnx_sha256);
    let query = query.bind(&*model.features_version).bind(&*model.data_hash).bind(&*model.card);
    let query = query.bind(STANDARD.encode(&model.onnx)).bind(now_ms).bind(by);
    Ok(query.execute(conn).await?.rows_affected() > 0)
}

const COLUMNS: &str = "SELECT version, onnx_sha256, features_version, data_hash, card, registered_ms, \
    registered_by FROM models_models";

/// All models, the newest first.
pub async fn list_models(conn: &mut Conn, limit: i64) -> Result<Vec<ModelRow>> {
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY registered_ms DESC, version DESC LIMIT $1"));
    sqlx::query(sql).bind(limit).fetch_all(conn).await?.iter().map(model_of).collect()
}

/// One model.
pub async fn get_model(conn: &mut Conn, version: &str) -> Result<Option<ModelRow>> {
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE version = $1"));
    sqlx::query(sql).bind(version).fetch_optional(conn).await?.as_ref().map(model_of).transpose()
}

/// The network of a model.
pub async fn get_onnx(conn: &mut Conn, version: &str) -> Result<Option<Vec<u8>>> {
    let query = sqlx::query("SELECT onnx FROM models_models WHERE version = $1").bind(version);
    let Some(row) = query.fetch_optional(conn).await? else { return Ok(None) };
    let bytes = STANDARD.decode(row.try_get::<String, _>(0)?);
    bytes.map(Some).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn model_of(row: &AnyRow) -> Result<ModelRow> {
    Ok(ModelRow {
        version: row.try_get(0)?,
        onnx_sha256: row.try_get(1)?,
        features_version: row.try_get(2)?,
        data_hash: row.try_get(3)?,
        card: row.try_get(4)?,
        registered_ms: row.try_get(5)?,
        registered_by: row.try_get(6)?,
    })
}

/// The last revisions of the plan, the newest first.
pub async fn list_plans(conn: &mut Conn, limit: i64) -> Result<Vec<Plan>> {
    let sql = "SELECT revision, champion, candidate, canary_pops, former, act, reason, changed_ms, changed_by \
        FROM models_plans ORDER BY revision DESC LIMIT $1";
    sqlx::query(sql).bind(limit).fetch_all(conn).await?.iter().map(plan_of).collect()
}

fn plan_of(row: &AnyRow) -> Result<Plan> {
    let pops: String = row.try_get(3)?;
    Ok(Plan {
        revision: row.try_get(0)?,
        champion: row.try_get(1)?,
        candidate: row.try_get(2)?,
        canary_pops: serde_json::from_str(&pops).map_err(|error| sqlx::Error::Decode(error.into()))?,
        former: row.try_get(4)?,
        act: row.try_get(5)?,
        reason: row.try_get(6)?,
        changed_ms: row.try_get(7)?,
        changed_by: row.try_get(8)?,
    })
}

/// Stores a revision of the plan, unless it is there.
pub async fn insert_plan(conn: &mut Conn, plan: &Plan) -> Result<()> {
    let sql = "INSERT INTO models_plans (revision, champion, candidate, canary_pops, former, act, reason, changed_ms, \
        changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (revision) DO NOTHING";
    let pops = serde_json::to_string(&plan.canary_pops).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let query = sqlx::query(sql).bind(plan.revision).bind(&*plan.champion).bind(&*plan.candidate).bind(pops);
    let query = query.bind(&*plan.former).bind(&*plan.act).bind(&*plan.reason);
    query.bind(plan.changed_ms).bind(&*plan.changed_by).execute(conn).await.map(|_| ())
}
