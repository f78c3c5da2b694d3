//! Sales tax that comes on top of prices, by where the goods go.
//!
//! Value-added taxes are in the prices, as the law of their countries asks. A state's sales tax in the US is told apart and
//! added at the checkout, by POPs whose prices are without it. Delivery is taxed as the goods are. The tax is rounded for
//! each piece (Streamlined Sales and Use Tax Agreement, section 324: by item), so that each piece has a price of its own
//! that is charged and given back to the cent.

use kiosk_money::Money;
use kiosk_privacy::checks::Refused;
use kiosk_privacy::{Personal, area_of};
use kiosk_problem::Problem;
use kiosk_tax::{Day, Pricing, Scheme, Supply, Tables, tax_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::delivery::delivery;
use crate::openapi::MoneySchema;

/// Digits of a ZIP code that say where it is; four more may follow a dash.
const ZIP_DIGITS: usize = 5;

/// What prices are to sales tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SalesTax {
    /// Prices have it in them.
    #[default]
    Included,
    /// It is added where goods go to a state that has one.
    Added,
}

impl SalesTax {
    /// Reads the variable `sales_tax`, which is `included` when it is empty.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "included" => Some(Self::Included),
            "added" => Some(Self::Added),
            _ => None,
        }
    }
}

/// Where an order goes, as far as tax asks.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    #[schema(value_type = String, max_length = 16)]
    pub postcode: Personal<String>,
}

impl Destination {
    /// Checks both values.
    ///
    /// # Errors
    /// 422 that names the first that was refused.
    pub fn checked(self) -> Result<Self, Problem> {
        let refused = |Refused { param, why }| Problem::invalid(&param, why);
        let postcode = kiosk_privacy::checks::postcode(&self.postcode, "postcode").map_err(refused)?;
        if !delivery().serves(&self.country) {
            return Err(Problem::invalid("country", "we do not deliver to this country"));
        }
        Ok(Self { postcode, ..self })
    }
}

/// A tax that comes on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedTax {
    /// `US-` and the state.
    pub jurisdiction: String,
    /// Parts per million.
    pub ppm: i64,
}

impl AddedTax {
    /// The tax of what is sold to `to` at `now_ms`; none where prices have it in them.
    ///
    /// # Errors
    /// 422 for a ZIP code that is none: it would be a way around the tax. `at` is where the postcode is in the request.
    pub fn of(
        sales_tax: SalesTax,
        (country, postcode): (&str, &str),
        at: &str,
        now_ms: i64,
    ) -> Result<Option<Self>, Problem> {
        if sales_tax == SalesTax::Included || country != "US" {
            return Ok(None);
        }
        if !is_zip(postcode) {
            return Err(Problem::invalid(at, "must be a ZIP code, such as 94110"));
        }
        // By what the core gets of it, so that both find the same state.
        let area = area_of(country, postcode);
        let supply = Supply { seller: "", destination: country, area: &area, day: Day::of_ms(now_ms) };
        let taxation = supply.taxation(Tables::bundled());
        let added = Self { jurisdiction: taxation.jurisdiction, ppm: taxation.ppm };
        Ok((taxation.scheme == Scheme::State).then_some(added))
    }

    /// Of one amount.
    pub fn on(&self, amount: Money) -> Money {
        Money::new(tax_of(amount.amount, self.ppm, Pricing::Exclusive), amount.currency)
    }
}

fn is_zip(postcode: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    match postcode.trim().split_once('-') {
        Some((zip, more)) => digits(zip, ZIP_DIGITS) && digits(more, 4),
        None => digits(postcode.trim(), ZIP_DIGITS),
    }
}

/// The tax that is on top of an order; stored with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxBody {
    /// `US-` and the state.
    pub jurisdiction: String,
    /// The rate, parts per million.
    pub ppm: i64,
    /// On the goods.
    #[schema(value_type = MoneySchema)]
    pub goods: Money,
    /// On delivery.
    #[schema(value_type = MoneySchema)]
    pub delivery: Money,
    /// Both.
    #[schema(value_type = MoneySchema)]
    pub amount: Money,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// 2026-11-18.
    const DAY_MS: i64 = 1_795_000_000_000;

    fn added(country: &str, postcode: &str) -> Result<Option<(String, i64)>, Option<String>> {
        let added = AddedTax::of(SalesTax::Added, (country, postcode), "address.postcode", DAY_MS);
        added.map(|added| added.map(|added| (added.jurisdiction, added.ppm))).map_err(|problem| problem.param)
    }

    #[test]
    fn states_add_theirs_and_value_added_taxes_are_in_the_price() {
        assert_eq!(added("US", "94110"), Ok(Some(("US-CA".to_owned(), 72_500))));
        assert_eq!(added("US", "94110-1234"), Ok(Some(("US-CA".to_owned(), 72_500))));
        assert_eq!(added("US", "97201"), Ok(None), "Oregon has none");
        assert_eq!(added("US", "09012"), Ok(None), "military mail is in no state");
        assert_eq!(added("DE", "10115"), Ok(None));
        for none in ["9411", "ABCDE", "94110-", "94110-12", "941100", ""] {
            assert_eq!(added("US", none), Err(Some("address.postcode".to_owned())), "{none}");
        }
    }

    #[test]
    fn it_is_rounded_for_each_piece() {
        let tax = AddedTax { jurisdiction: "US-CA".to_owned(), ppm: 72_500 };
        let on = |amount| tax.on(Money::new(amount, kiosk_money::Currency::USD)).amount;
        assert_eq!([on(1_000), on(690), on(6), on(7), on(0)], [73, 50, 0, 1, 0]);
    }

    #[test]
    fn the_variable_is_one_of_two() {
        let parsed = ["", "included", "added", "on"].map(SalesTax::parse);
        let included = Some(SalesTax::Included);
        assert_eq!(parsed, [included, included, Some(SalesTax::Added), None]);
    }
}
