//! Commission plans: what the marketplace keeps, by vendor, category and day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kiosk_ids::VendorId;

use super::sales_store as store;
use super::service::Service;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;

/// Most plans that are kept.
pub const PLANS_MAX: i64 = 5_000;
/// Highest commission, in parts per million.
pub const COMMISSION_PPM_MAX: i64 = 500_000;
/// Longest category of a plan, in bytes.
const CATEGORY_BYTES_MAX: usize = 64;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What is kept of prices without tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `ven_…`; empty for all.
    pub vendor: String,
    /// Slug; empty for all.
    pub category: String,
    /// From then on, Unix milliseconds.
    pub from_ms: i64,
    /// Parts per million.
    pub ppm: i64,
}

/// The rate of a sale: the plan of the vendor's goods in the category, else of the vendor, else of the category, else
/// of everything; of each the last one that had begun.
#[must_use]
pub fn rate_of(plans: &[Plan], vendor: &str, category: &str, at_ms: i64) -> i64 {
    let fits = |plan: &&Plan| {
        plan.from_ms <= at_ms
            && (plan.vendor.is_empty() || plan.vendor == vendor)
            && (plan.category.is_empty() || plan.category == category)
    };
    let best = plans
        .iter()
        .filter(fits)
        .max_by_key(|plan| (!plan.vendor.is_empty(), !plan.category.is_empty(), plan.from_ms));
    best.map_or(0, |plan| plan.ppm)
}

impl Service {
    /// All plans, the newest of each first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_plans(&self) -> Result<Vec<Plan>, Error> {
        Ok(store::list_plans(&mut *self.db.read().await?, PLANS_MAX).await?)
    }

    /// Adds a plan from a day on, today or later: what was sold keeps its terms.
    ///
    /// # Errors
    /// 422 that names the field.
    pub async fn add_plan(
        &self,
        actor: &Member,
        (vendor, category): (&str, &str),
        (percent, from): (&str, &str),
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        if !vendor.is_empty() && VendorId::parse(vendor).is_err() {
            return Err(Error::invalid("vendor", "the number of a vendor, ven_…, or nothing for all"));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if category.len() > CATEGORY_BYTES_MAX || !category.bytes().all(plain) {
            return Err(Error::invalid("category", "the short name of a category, or nothing for all"));
        }
        let ppm = percent_ppm(percent).filter(|ppm| (0..=COMMISSION_PPM_MAX).contains(ppm));
        let ppm = ppm.ok_or_else(|| Error::invalid("percent", "0 to 50, with up to four decimals"))?;
        let from_ms = day_ms(from).ok_or_else(|| Error::invalid("from", "not a date such as 2027-01-31"))?;
        if from_ms < now_ms - now_ms.rem_euclid(DAY_MS) {
            return Err(Error::invalid("from", "today or later"));
        }
        let plan = Plan { vendor: vendor.to_owned(), category: category.to_owned(), from_ms, ppm };
        let mut tx = self.db.begin().await?;
        if store::list_plans(&mut tx, PLANS_MAX).await?.len()
            >= usize::try_from(PLANS_MAX).unwrap_or(usize::MAX)
        {
            return Err(Error::invalid("vendor", format!("there are {PLANS_MAX} plans, which is most")));
        }
        store::put_plan(&mut tx, &plan).await?;
        let detail = format!("{vendor} {category} {percent} % from {from}");
        let act = Act { action: "commission.set", subject: "commission", detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// A decimal percentage in parts per million, read digit by digit.
#[must_use]
pub fn percent_ppm(text: &str) -> Option<i64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || fraction.len() > 4 || !digits(whole) || !digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<4}").parse().ok()
}

/// Parts per million as a percentage, without zeros at its end.
#[must_use]
pub fn percent(ppm: i64) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Midnight UTC of a date, Unix milliseconds.
#[must_use]
pub fn day_ms(text: &str) -> Option<i64> {
    let date: Date = text.trim().parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_that_says_most_goes_first_and_the_last_of_it() {
        let plan = |vendor: &str, category: &str, from_ms, ppm| {
            let (vendor, category) = (vendor.to_owned(), category.to_owned());
            Plan { vendor, category, from_ms, ppm }
        };
        let plans = [
            plan("", "", 0, 120_000),
            plan("", "chairs", 0, 100_000),
            plan("ven_a", "", 5, 90_000),
            plan("ven_a", "", 10, 80_000),
            plan("ven_a", "chairs", 20, 70_000),
        ];
        let rate = |vendor, category, at_ms| rate_of(&plans, vendor, category, at_ms);
        assert_eq!(rate("ven_b", "lamps", 9), 120_000);
        assert_eq!(rate("ven_b", "chairs", 9), 100_000);
        assert_eq!((rate("ven_a", "lamps", 9), rate("ven_a", "lamps", 10)), (90_000, 80_000));
        assert_eq!((rate("ven_a", "chairs", 4), rate("ven_a", "chairs", 20)), (100_000, 70_000));
        assert_eq!(rate_of(&[], "ven_a", "chairs", 0), 0);
    }

    #[test]
    fn percentages_are_read_and_shown_exactly() {
        for (text, ppm) in [("12", 120_000), ("0.5", 5_000), ("12.3456", 123_456), ("0", 0)] {
            assert_eq!((percent_ppm(text), percent(ppm).as_str()), (Some(ppm), text));
        }
        for bad in ["", "-1", "1,5", "1.23456", "1e2", "٣"] {
            assert_eq!(percent_ppm(bad), None, "{bad}");
        }
    }
}
