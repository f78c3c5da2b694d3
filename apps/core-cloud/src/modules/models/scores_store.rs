//! Tables `models_scores` and `models_labels`.

use kiosk_wire::FraudRecord;
use sqlx::{AssertSqlSafe, Row};

use super::figures::{BIN_EDGES, Cell, Pair, Recency, Role};
use crate::db::{Conn, batches, may_be_cached, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What models said of an order, or of a checkout that was refused.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'a> {
    pub id: &'a str,
    pub pop: &'a str,
    pub at_ms: i64,
    pub fraud: &'a FraudRecord,
}

/// Stores scores that are not there yet.
pub async fn insert_scores(conn: &mut Conn, scored: &[Scored<'_>]) -> Result<()> {
    for rows in batches(scored, 9) {
        let sql = format!(
            "INSERT INTO models_scores (id, pop, at_ms, model, score, outcome, shadow_model, shadow_score, \
             shadow_outcome) VALUES {} ON CONFLICT (id) DO NOTHING",
            tuples(rows.len(), 9)
        );
        let shadows = rows.iter().map(|row| row.fraud.shadow.as_ref().and_then(|shadow| shadow.score));
        let scores = rows.iter().map(|row| row.fraud.score).chain(shadows);
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(may_be_cached(scores));
        for Scored { id, pop, at_ms, fraud } in rows {
            query = query.bind(*id).bind(*pop).bind(*at_ms).bind(&*fraud.model);
            query = query.bind(fraud.score.map(f64::from)).bind(&*fraud.outcome);
            let shadow = fraud.shadow.as_ref();
            query = query.bind(shadow.map(|shadow| &*shadow.model));
            query = query.bind(shadow.and_then(|shadow| shadow.score).map(f64::from));
            query = query.bind(shadow.map(|shadow| &*shadow.outcome));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores a label in place of an earlier one.
pub async fn put_label(conn: &mut Conn, order: &str, fraud: bool, now_ms: i64) -> Result<()> {
    let sql = "INSERT INTO models_labels (order_id, fraud, labelled_ms) VALUES ($1, $2, $3) \
        ON CONFLICT (order_id) DO UPDATE SET fraud = excluded.fraud, labelled_ms = excluded.labelled_ms";
    let query = sqlx::query(sql).bind(order).bind(i64::from(fraud)).bind(now_ms);
    query.execute(conn).await.map(|_| ())
}

/// Forgets what is older.
pub async fn delete_before(conn: &mut Conn, before_ms: i64) -> Result<()> {
    for sql in
        ["DELETE FROM models_scores WHERE at_ms < $1", "DELETE FROM models_labels WHERE labelled_ms < $1"]
    {
        sqlx::query(sql).bind(before_ms).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The bin of a score as SQL; none where there is no score.
fn bin_of(score: &str) -> String {
    let cases =
        BIN_EDGES.iter().enumerate().map(|(bin, edge)| format!(" WHEN {score} < {edge:?} THEN {bin}"));
    format!("CASE WHEN {score} IS NULL THEN NULL{} ELSE {} END", cases.collect::<String>(), BIN_EDGES.len())
}

/// Counts what models said from `from_ms` on, by all that figures are made of. `last_day_ms` and `last_week_ms` are where
/// the parts of [`Recency`] begin.
pub async fn count_cells(
    conn: &mut Conn,
    role: Role,
    from_ms: i64,
    (last_day_ms, last_week_ms): (i64, i64),
) -> Result<Vec<Cell>> {
    let (model, score, outcome) = match role {
        Role::Decides => ("s.model", "s.score", "s.outcome"),
        Role::Shadows => ("s.shadow_model", "s.shadow_score", "s.shadow_outcome"),
    };
    let bin = bin_of(score);
    // CAST: PostgreSQL takes a bare number for INTEGER, and sums BIGINTs to NUMERIC.
    let sql = format!(
        "SELECT {model}, s.pop, {outcome}, CAST({bin} AS BIGINT), \
           CAST(CASE WHEN s.at_ms >= $2 THEN 2 WHEN s.at_ms >= $3 THEN 1 ELSE 0 END AS BIGINT), \
           COUNT(*), COALESCE(SUM({score}), 0.0), COUNT(l.fraud), CAST(COALESCE(SUM(l.fraud), 0) AS BIGINT) \
         FROM models_scores s LEFT JOIN models_labels l ON l.order_id = s.id \
         WHERE s.at_ms >= $1 AND {model} IS NOT NULL GROUP BY 1, 2, 3, 4, 5"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(from_ms).bind(last_day_ms).bind(last_week_ms);
    let rows = query.fetch_all(conn).await?;
    let cell = |row: &sqlx::any::AnyRow| {
        Ok(Cell {
            role,
            model: row.try_get(0)?,
            pop: row.try_get(1)?,
            outcome: row.try_get(2)?,
            bin: row.try_get::<Option<i64>, _>(3)?.and_then(|bin| usize::try_from(bin).ok()),
            recency: Recency::of(row.try_get(4)?),
            scored: row.try_get(5)?,
            score_sum: row.try_get(6)?,
            labelled: row.try_get(7)?,
            fraud: row.try_get(8)?,
        })
    };
    rows.iter().map(cell).collect()
}

/// Counts what two models said of the same orders from `from_ms` on.
pub async fn count_pairs(conn: &mut Conn, from_ms: i64) -> Result<Vec<Pair>> {
    let sql = "SELECT model, shadow_model, outcome, shadow_outcome, COUNT(*) FROM models_scores \
        WHERE at_ms >= $1 AND shadow_model IS NOT NULL GROUP BY 1, 2, 3, 4";
    let rows = sqlx::query(sql).bind(from_ms).fetch_all(conn).await?;
    let pair = |row: &sqlx::any::AnyRow| {
        Ok(Pair {
            models: [row.try_get(0)?, row.try_get(1)?],
            outcomes: [row.try_get(2)?, row.try_get(3)?],
            orders: row.try_get(4)?,
        })
    };
    rows.iter().map(pair).collect()
}

/// POPs that told of orders from `from_ms` on, all of them without this model: POP and orders.
pub async fn list_pops_without(conn: &mut Conn, model: &str, from_ms: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT pop, COUNT(*) FROM models_scores WHERE at_ms >= $1 GROUP BY pop \
        HAVING SUM(CASE WHEN model = $2 OR shadow_model = $2 THEN 1 ELSE 0 END) = 0 ORDER BY pop";
    sqlx::query_as(sql).bind(from_ms).bind(model).fetch_all(conn).await
}
