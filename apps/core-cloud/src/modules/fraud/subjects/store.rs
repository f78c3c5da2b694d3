//! Tables `fraud_subjects`, and `fraud_cases` of its subjects.

use std::collections::{HashMap, HashSet};

use sqlx::{AssertSqlSafe, Row};

use super::{Scored, SubjectKind};
use crate::db::{Conn, batches, may_be_cached, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What the score said of a subject that it doubts.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The case about it, if there is one.
    pub case: Option<String>,
    /// Probability of fraud.
    pub score: Option<f64>,
    /// Codes of the reasons.
    pub reasons: Vec<String>,
}

/// Keeps the latest score of each subject.
pub async fn put_scores(conn: &mut Conn, scored: &[Scored]) -> Result<()> {
    for rows in batches(scored, 7) {
        let sql = format!(
            "INSERT INTO fraud_subjects (kind, id, of_ms, score, outcome, model, reasons) VALUES {} \
             ON CONFLICT (kind, id) DO UPDATE SET of_ms = excluded.of_ms, score = excluded.score, \
             outcome = excluded.outcome, model = excluded.model, reasons = excluded.reasons",
            tuples(rows.len(), 7)
        );
        let cached = may_be_cached(rows.iter().map(|one| one.decision.score));
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(cached);
        for Scored { kind, id, of_ms, decision, .. } in rows {
            query = query.bind(kind.name()).bind(&**id).bind(*of_ms).bind(decision.score.map(f64::from));
            query =
                query.bind(decision.outcome.as_str()).bind(&*decision.model_version).bind(codes(decision));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

fn codes(decision: &kiosk_risk::Decision) -> String {
    decision.reasons.iter().map(|reason| &*reason.code).collect::<Vec<_>>().join(",")
}

/// Which of these have an open case, or one that was decided since.
pub async fn list_settled(conn: &mut Conn, scored: &[&Scored], since_ms: i64) -> Result<HashSet<String>> {
    let mut settled = HashSet::new();
    for rows in batches(scored, 1) {
        let sql = format!(
            "SELECT DISTINCT l.key FROM fraud_links l JOIN fraud_cases c ON c.id = l.case_id AND c.kind = l.kind \
             WHERE l.kind IN ('review', 'vendor', 'discount') AND l.key IN ({}) AND (c.state = 'open' OR c.decided_ms > $1)",
            placeholders(2, rows.len())
        );
        let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).bind(since_ms);
        for one in rows {
            query = query.bind(&*one.id);
        }
        settled.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(settled)
}

/// Opens a case for each.
pub async fn insert_cases(conn: &mut Conn, scored: &[&Scored], now_ms: i64) -> Result<()> {
    for rows in batches(scored, 13) {
        let sql = format!(
            "INSERT INTO fraud_cases (id, kind, at_ms, outcome, score, model, reasons, facts, pop, region, amount, currency, \
             state) VALUES {} ON CONFLICT (id) DO NOTHING",
            tuples(rows.len(), 13)
        );
        let cached = may_be_cached(rows.iter().map(|one| one.decision.score));
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(cached);
        for one in rows {
            let decision = &one.decision;
            query =
                query.bind(case_id(one)).bind(one.kind.name()).bind(now_ms).bind(decision.outcome.as_str());
            query = query.bind(decision.score.map(f64::from)).bind(&*decision.model_version);
            query = query.bind(codes(decision)).bind(&*one.facts);
            // It is of no POP, and costs nothing by itself.
            query = query.bind("").bind("").bind(0_i64).bind("EUR").bind("open");
        }
        query.execute(&mut *conn).await?;
    }
    let links = scored.iter().flat_map(|one| one.links.iter().map(|link| (case_id(one), link)));
    let links: Vec<_> = links.filter(|(_, (_, key))| !key.is_empty()).collect();
    for links in batches(&links, 4) {
        let sql = format!(
            "INSERT INTO fraud_links (case_id, kind, key, at_ms) VALUES {} ON CONFLICT DO NOTHING",
            tuples(links.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (case, (kind, key)) in links {
            query = query.bind(&**case).bind(*kind).bind(&**key).bind(now_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// One subject may have a case a day.
fn case_id(one: &Scored) -> String {
    format!("{}-{}", one.id, one.of_ms / super::DAY_MS)
}

/// What the score said of these, of those that it doubts, each with its newest case.
pub async fn list_doubts(conn: &mut Conn, kind: SubjectKind, ids: &[&str]) -> Result<HashMap<String, Doubt>> {
    let mut doubts = HashMap::new();
    for ids in batches(ids, 1) {
        let sql = format!(
            "SELECT s.id, s.score, s.reasons, (SELECT MAX(l.case_id) FROM fraud_links l JOIN fraud_cases c ON c.id = l.case_id \
             WHERE l.kind = $1 AND l.key = s.id AND c.kind = $1) AS case_id FROM fraud_subjects s \
             WHERE s.kind = $1 AND s.outcome IN ('review', 'block') AND s.id IN ({})",
            placeholders(2, ids.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(kind.name());
        for id in ids {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *conn).await? {
            let reasons: String = row.try_get("reasons")?;
            let reasons = reasons.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect();
            let doubt = Doubt { case: row.try_get("case_id")?, score: row.try_get("score")?, reasons };
            doubts.insert(row.try_get("id")?, doubt);
        }
    }
    Ok(doubts)
}
