//! Tables `fraud_cases`, `fraud_links`.

use kiosk_money::{Currency, Money};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{Case, Link, NewCase};
use crate::db::{Conn, batches, may_be_cached, placeholders, tuples};
use crate::modules::orders::service::{is_pseudonym, price};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, kind, pop, region, at_ms, amount, currency, outcome, score, model, reasons, state, decided_by, \
     decided_ms, reason, facts";
/// What cases may be sorted by.
const SORTS: &[(&str, &str)] = &[("at", "at_ms"), ("score", "COALESCE(score, 0)"), ("total", "amount")];
/// Most links that are looked at to find the cases around one.
const SHARED_MAX: i64 = 200;

/// Keeps cases; one that is known stays as it is. Those that the score doubted are open.
pub async fn insert_cases(conn: &mut Conn, cases: &[NewCase<'_>]) -> Result<()> {
    for cases in batches(cases, 12) {
        let sql = format!(
            "INSERT INTO fraud_cases (id, kind, pop, region, at_ms, amount, currency, outcome, score, model, reasons, state) \
             VALUES {} ON CONFLICT (id) DO NOTHING",
            tuples(cases.len(), 12)
        );
        let scores = cases.iter().map(|case| case.fraud.score);
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(may_be_cached(scores));
        for case in cases {
            let total = case.total.unwrap_or(Money::zero(Currency::EUR));
            let doubted = matches!(case.fraud.outcome.as_str(), "review" | "block");
            query =
                query.bind(case.id).bind(case.kind.name()).bind(case.pop).bind(case.region).bind(case.at_ms);
            query = query.bind(total.amount).bind(total.currency.code()).bind(&*case.fraud.outcome);
            query = query.bind(case.fraud.score.map(f64::from)).bind(&*case.fraud.model);
            query = query.bind(case.fraud.reasons.join(",")).bind(if doubted { "open" } else { "none" });
        }
        query.execute(&mut *conn).await?;
    }
    let links: Vec<_> = cases.iter().flat_map(links_of).collect();
    for links in batches(&links, 4) {
        let sql = format!(
            "INSERT INTO fraud_links (case_id, kind, key, at_ms) VALUES {} ON CONFLICT DO NOTHING",
            tuples(links.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (case, kind, key, at_ms) in links {
            query = query.bind(*case).bind(*kind).bind(*key).bind(*at_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

fn links_of<'a>(case: &NewCase<'a>) -> impl Iterator<Item = (&'a str, &'static str, &'a str, i64)> + use<'a> {
    let links = &case.fraud.links;
    let keys = [
        ("customer", case.customer.or(links.customer.as_deref())),
        ("account", case.account.or(links.account.as_deref())),
        ("device", links.device.as_deref()),
        ("address", links.address.as_deref()),
    ];
    let (id, at_ms) = (case.id, case.at_ms);
    keys.into_iter()
        .filter_map(move |(kind, key)| Some((id, kind, key.filter(|key| is_pseudonym(key))?, at_ms)))
}

/// An order that nobody doubted is to be looked at.
pub async fn reopen(conn: &mut Conn, id: &str) -> Result<()> {
    let query = sqlx::query("UPDATE fraud_cases SET state = 'open' WHERE id = $1 AND state = 'none'");
    query.bind(id).execute(conn).await.map(|_| ())
}

/// The payer has the money back for good: it was fraud, unless somebody found otherwise.
pub async fn lose_dispute(conn: &mut Conn, id: &str, by: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE fraud_cases SET state = 'fraud', decided_by = $2, decided_ms = $3 \
         WHERE id = $1 AND state IN ('none', 'open')",
    );
    query.bind(id).bind(by).bind(now_ms).execute(conn).await.map(|_| ())
}

/// Somebody decided: who and why. What the case is about, if there is such a case.
pub async fn decide(
    conn: &mut Conn,
    id: &str,
    state: &str,
    (by, reason): (&str, &str),
    now_ms: i64,
) -> Result<Option<String>> {
    let query = sqlx::query_scalar(
        "UPDATE fraud_cases SET state = $2, decided_by = $3, decided_ms = $4, reason = $5 WHERE id = $1 RETURNING kind",
    );
    query.bind(id).bind(state).bind(by).bind(now_ms).bind(reason).fetch_optional(conn).await
}

/// Cases of a list.
pub async fn list_cases(conn: &mut Conn, list: &List) -> Result<Vec<Case>> {
    let of_state = match list.state.as_str() {
        "open" | "honest" | "rejected" | "fraud" => "state = $1",
        "step_up" | "review" | "block" => "outcome = $1",
        _ => "$1 = $1",
    };
    let of_text = "($2 = '' OR id = $2 OR id IN (SELECT case_id FROM fraud_links WHERE key = $2))";
    let order = list.order_by(SORTS, "id");
    let sql = format!(
        "SELECT {COLUMNS} FROM fraud_cases WHERE {of_state} AND {of_text} {order} LIMIT $3 OFFSET $4"
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*list.state).bind(list.search());
    query.bind(limit).bind(offset).fetch_all(conn).await?.iter().map(read).collect()
}

/// A case.
pub async fn get_case(conn: &mut Conn, id: &str) -> Result<Option<Case>> {
    let sql = format!("SELECT {COLUMNS} FROM fraud_cases WHERE id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Cases by their ids, the newest first.
pub async fn list_by_ids(conn: &mut Conn, ids: &[&str]) -> Result<Vec<Case>> {
    let mut cases = Vec::with_capacity(ids.len());
    for ids in batches(ids, 1) {
        let sql = format!("SELECT {COLUMNS} FROM fraud_cases WHERE id IN ({})", placeholders(1, ids.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *conn).await? {
            cases.push(read(&row)?);
        }
    }
    cases.sort_by(|a, b| (b.at_ms, &b.id).cmp(&(a.at_ms, &a.id)));
    Ok(cases)
}

/// The pseudonyms of a case.
pub async fn list_links(conn: &mut Conn, id: &str) -> Result<Vec<Link>> {
    let query = sqlx::query_as::<_, (String, String)>(
        "SELECT kind, key FROM fraud_links WHERE case_id = $1 ORDER BY kind",
    );
    let link = |(kind, key)| Link { case: id.to_owned(), kind, key };
    Ok(query.bind(id).fetch_all(conn).await?.into_iter().map(link).collect())
}

/// What other cases share of these pseudonyms, those of the newest first.
pub async fn list_shared(conn: &mut Conn, id: &str, links: &[Link]) -> Result<Vec<Link>> {
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let any: Vec<String> =
        (0..links.len()).map(|n| format!("(kind = ${} AND key = ${})", 2 * n + 3, 2 * n + 4)).collect();
    let sql = format!(
        "SELECT case_id, kind, key FROM fraud_links WHERE case_id <> $1 AND ({}) ORDER BY at_ms DESC, case_id LIMIT $2",
        any.join(" OR ")
    );
    let mut query =
        sqlx::query_as::<_, (String, String, String)>(AssertSqlSafe(sql)).bind(id).bind(SHARED_MAX);
    for link in links {
        query = query.bind(&*link.kind).bind(&*link.key);
    }
    let link = |(case, kind, key)| Link { case, kind, key };
    Ok(query.fetch_all(conn).await?.into_iter().map(link).collect())
}

fn read(row: &AnyRow) -> Result<Case> {
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(Case {
        id: text("id")?,
        kind: text("kind")?,
        pop: text("pop")?,
        region: text("region")?,
        at_ms: row.try_get("at_ms")?,
        total: price(row.try_get("amount")?, &text("currency")?),
        outcome: text("outcome")?,
        score: row.try_get("score")?,
        model: text("model")?,
        reasons: text("reasons")?.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        state: text("state")?,
        decided_by: text("decided_by")?,
        decided_ms: row.try_get("decided_ms")?,
        reason: text("reason")?,
        facts: text("facts")?,
    })
}
