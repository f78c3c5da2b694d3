//! Rates of exchange as the European Central Bank publishes them: units of a currency for one euro, by day.

use http::StatusCode;
use kiosk_money::{Currency, Money};
use kiosk_problem::Problem;

use super::plans::day_ms;
use super::rates_store as store;
use super::service::Service;
use crate::db::Conn;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;

/// How old a rate may be, in days: the bank publishes none on weekends and holidays.
pub const RATE_AGE_DAYS_MAX: i64 = 7;
/// Most rates of one import.
const IMPORTED_MAX: usize = 50_000;
/// Decimals of a rate that are kept.
const DECIMALS: usize = 6;
/// A rate of one, in millionths.
const ONE: i64 = 1_000_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A rate of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Days since 1970-01-01.
    pub day: i64,
    /// The currency.
    pub currency: Currency,
    /// Units of it for one euro, in millionths.
    pub micros: i64,
}

/// Reads the bank's `eurofxref-hist.csv`: a head of `Date` and currencies, then a line for each day. Currencies that have
/// ceased to exist are passed over.
///
/// # Errors
/// 422 that names the line that does not fit.
pub fn parse(text: &str) -> Result<Vec<Rate>, Error> {
    let refused = |line: usize, why: &str| Error::invalid("rates", format!("line {line}: {why}"));
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| refused(1, "is no head"))?.clone();
    if head.get(0).map(str::to_ascii_lowercase).as_deref() != Some("date") || head.len() < 2 {
        return Err(refused(1, "begins with Date, then names currencies: Date,USD,GBP"));
    }
    let currencies: Vec<Option<Currency>> = head.iter().map(Currency::from_code).collect();
    let mut rates = Vec::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|_| refused(line, "does not read"))?;
        let date = record.get(0).unwrap_or("");
        let day =
            day_ms(date).ok_or_else(|| refused(line, "begins with a date such as 2027-01-31"))? / DAY_MS;
        for (text, currency) in record.iter().zip(&currencies).skip(1) {
            let (Some(currency), false) = (currency, matches!(text, "" | "N/A")) else { continue };
            let micros =
                micros(text).ok_or_else(|| refused(line, "has a rate that is no number above zero"))?;
            rates.push(Rate { day, currency: *currency, micros });
        }
        if rates.len() > IMPORTED_MAX {
            return Err(refused(line, "is beyond what is read at once: import a shorter period"));
        }
    }
    if rates.is_empty() { Err(refused(2, "there is no rate")) } else { Ok(rates) }
}

fn micros(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || fraction.len() > DECIMALS || !digits(whole) || !digits(fraction)
    {
        return None;
    }
    format!("{whole}{fraction:0<DECIMALS$}").parse().ok().filter(|micros| *micros > 0)
}

/// An amount in another currency, at the rates of the day of a moment or the last ones before it, rounded half away
/// from zero.
///
/// # Errors
/// As [`convert_exactly`].
pub async fn convert(conn: &mut Conn, amount: Money, to: Currency, at_ms: i64) -> Result<Money, Error> {
    rounded(convert_exactly(conn, amount, to, at_ms).await?, to)
}

/// The same in millionths of the minor unit, to be added up before it is rounded.
///
/// # Errors
/// 409 `fx_rate_missing` when the last rate is older than [`RATE_AGE_DAYS_MAX`].
pub async fn convert_exactly(
    conn: &mut Conn,
    amount: Money,
    to: Currency,
    at_ms: i64,
) -> Result<i128, Error> {
    if amount.currency == to {
        return Ok(i128::from(amount.amount) * i128::from(ONE));
    }
    let day = at_ms.div_euclid(DAY_MS);
    let (from_rate, to_rate) = (rate_on(conn, amount.currency, day).await?, rate_on(conn, to, day).await?);
    exchange(amount, from_rate, (to, to_rate)).ok_or_else(out_of_range)
}

/// Millionths of a minor unit as an amount.
///
/// # Errors
/// When it is out of range.
pub fn rounded(millionths: i128, currency: Currency) -> Result<Money, Error> {
    let half = i128::from(if millionths < 0 { -ONE / 2 } else { ONE / 2 });
    let amount = i64::try_from((millionths + half) / i128::from(ONE)).map_err(|_| out_of_range())?;
    Ok(Money::new(amount, currency))
}

fn out_of_range() -> Error {
    Error::invalid("amount", "is out of range")
}

fn exchange(amount: Money, from_rate: i64, (to, to_rate): (Currency, i64)) -> Option<i128> {
    let unit = |currency: Currency| 10_i128.pow(u32::from(currency.exponent().unwrap_or(0)));
    let dividend = i128::from(amount.amount).checked_mul(i128::from(to_rate))?.checked_mul(unit(to))?;
    Some(dividend.checked_mul(i128::from(ONE))? / (i128::from(from_rate) * unit(amount.currency)))
}

async fn rate_on(conn: &mut Conn, currency: Currency, day: i64) -> Result<i64, Error> {
    if currency == Currency::EUR {
        return Ok(ONE);
    }
    let found = store::get_last(conn, currency.code(), day - RATE_AGE_DAYS_MAX, day).await?;
    found.ok_or_else(|| {
        let problem = Problem::new(StatusCode::CONFLICT, "fx_rate_missing", "There is no rate of exchange");
        let detail =
            format!("Import one of {} that is not older than {RATE_AGE_DAYS_MAX} days.", currency.code());
        problem.detail(detail).into()
    })
}

impl Service {
    /// Takes rates in; those of a day that is known are replaced.
    ///
    /// # Errors
    /// 422 as [`parse`].
    pub async fn import_rates(&self, actor: &Member, text: &str) -> Result<usize, Error> {
        let rates = parse(text)?;
        let mut tx = self.db.begin().await?;
        store::put(&mut tx, &rates).await?;
        let detail = format!("{} rates", rates.len());
        let act = Act { action: "rates.import", subject: "rates", detail };
        audit::append(&mut tx, &actor.id, &act, self.clock.now_ms()).await?;
        tx.commit().await?;
        Ok(rates.len())
    }

    /// The last rate of each currency, by currency.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_rates(&self) -> Result<Vec<Rate>, Error> {
        Ok(store::list_last(&mut *self.db.read().await?).await?)
    }

    /// Sums in one currency at today's rates, for reports.
    ///
    /// # Errors
    /// 409 `fx_rate_missing`.
    pub async fn total(&self, amounts: &[Money], currency: Currency) -> Result<Money, Error> {
        let conn = &mut *self.db.read().await?;
        let mut total = Money::zero(currency);
        for amount in amounts {
            let amount = convert(conn, *amount, currency, self.clock.now_ms()).await?;
            total = total.checked_add(amount).map_err(|_| Error::invalid("amount", "is out of range"))?;
        }
        Ok(total)
    }
}

/// A rate as the bank writes it.
#[must_use]
pub fn shown(micros: i64) -> String {
    let text = format!("{}.{:06}", micros / ONE, micros % ONE);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_banks_file_is_read() {
        let text = "Date,USD,JPY,CYP,\n2026-11-20,1.0843,162.35,N/A,\n2026-11-19,1.0801,161.9,,\n";
        let rates = parse(text).unwrap();
        assert_eq!(rates.len(), 4);
        assert_eq!(
            (rates[0].currency, rates[0].micros, shown(rates[0].micros).as_str()),
            (Currency::USD, 1_084_300, "1.0843")
        );
        assert_eq!(rates[0].day - rates[2].day, 1);
        for bad in [
            "",
            "USD\n1",
            "Date,USD\n",
            "Date,USD\nnever,1",
            "Date,USD\n2026-11-20,0",
            "Date,USD\n2026-11-20,-1",
            "Date,USD\n2026-11-20,1.0000001",
            "Date,USD\n2026-11-20,1e3",
            "Date,USD\n2026-11-20,N/A",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts_keep_their_minor_units_apart() {
        let eur = |amount| Money::new(amount, Currency::EUR);
        let in_yen = exchange(eur(1_000), ONE, (Currency::JPY, 162_350_000)).unwrap();
        assert_eq!(in_yen, 1_623_500_000);
        let yen = rounded(in_yen, Currency::JPY).unwrap();
        assert_eq!(yen, Money::new(1_624, Currency::JPY));
        let back = exchange(yen, 162_350_000, (Currency::EUR, ONE)).unwrap();
        assert_eq!(rounded(back, Currency::EUR).unwrap(), eur(1_000));
        let owed = exchange(eur(-100), ONE, (Currency::USD, 1_084_500)).unwrap();
        assert_eq!(rounded(owed, Currency::USD).unwrap().amount, -108);
        let too_much =
            exchange(eur(i64::MAX), 1, (Currency::JPY, ONE)).map(|sum| rounded(sum, Currency::JPY).is_err());
        assert!(too_much.unwrap_or(true));
    }
}
