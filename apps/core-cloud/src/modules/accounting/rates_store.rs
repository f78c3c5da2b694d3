//! Table `accounting_rates`.

use sqlx::AssertSqlSafe;

use super::journal::currency;
use super::rates::Rate;
use crate::db::{Conn, batches, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Puts rates in.
pub async fn put(conn: &mut Conn, rates: &[Rate]) -> Result<()> {
    for rates in batches(rates, 3) {
        let sql = format!(
            "INSERT INTO accounting_rates (day, currency, micros) VALUES {} \
             ON CONFLICT (currency, day) DO UPDATE SET micros = excluded.micros",
            tuples(rates.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for rate in rates {
            query = query.bind(rate.day).bind(rate.currency.code()).bind(rate.micros);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// The last rate of a currency from a day to another.
pub async fn get_last(conn: &mut Conn, currency: &str, from: i64, to: i64) -> Result<Option<i64>> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT micros FROM accounting_rates WHERE currency = $1 AND day >= $2 AND day <= $3 ORDER BY day DESC LIMIT 1",
    );
    Ok(query.bind(currency).bind(from).bind(to).fetch_optional(conn).await?.map(|(micros,)| micros))
}

/// The last rate of each currency.
pub async fn list_last(conn: &mut Conn) -> Result<Vec<Rate>> {
    let query = sqlx::query_as::<_, (i64, String, i64)>(
        "SELECT r.day, r.currency, r.micros FROM accounting_rates r JOIN \
         (SELECT currency, MAX(day) AS day FROM accounting_rates GROUP BY currency) last \
         ON last.currency = r.currency AND last.day = r.day ORDER BY r.currency",
    );
    let rows = query.fetch_all(conn).await?;
    rows.into_iter().map(|(day, code, micros)| Ok(Rate { day, currency: currency(&code)?, micros })).collect()
}
