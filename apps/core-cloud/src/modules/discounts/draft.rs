//! A discount as it is written into a form, and what it is when it is read.

use kiosk_ids::{DiscountId, ProductId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Discount, DiscountBudget, DiscountRate};

use crate::error::Error;
use crate::modules::accounting::plans::{day_ms, percent_ppm};
use crate::modules::imports::text;

/// Currencies that discounts and gift cards can be in.
pub const CURRENCIES: [Currency; 4] = [Currency::EUR, Currency::USD, Currency::GBP, Currency::CHF];
/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Shortest code, in characters.
pub const CODE_CHARS_MIN: usize = 3;
/// Longest code, in characters.
pub const CODE_CHARS_MAX: usize = 24;
/// Most products that a discount names.
pub const PRODUCTS_MAX: usize = 100;
/// Most categories that a discount names.
pub const CATEGORIES_MAX: usize = 50;
/// Highest amount that is taken off, or that goods must come to, in minor units.
pub const AMOUNT_MINOR_MAX: i64 = 100_000_000;
/// Largest budget, in orders or minor units.
pub const BUDGET_UNITS_MAX: i64 = 1_000_000_000;
/// How far ahead a discount can begin, in days.
pub const AHEAD_DAYS_MAX: i64 = 365;
/// Longest period, in days.
pub const PERIOD_DAYS_MAX: i64 = 366;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// The whole, in parts per million.
const WHOLE_PPM: i64 = 1_000_000;

/// A discount as somebody writes it down.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// For people.
    pub name: String,
    /// What shoppers type; empty for one that applies of itself.
    pub code: String,
    /// `share`, `amount` or `delivery`.
    pub rate: String,
    /// Percent of a share, or the amount.
    pub value: String,
    /// Code of the currency of all amounts.
    pub currency: String,
    /// What the goods must come to; empty for nothing.
    pub goods_min: String,
    /// Slugs; empty for all.
    pub categories: Vec<String>,
    /// Ids; empty for all.
    pub products: Vec<String>,
    /// First day, as `2027-01-31`.
    pub from: String,
    /// Last day.
    pub until: String,
    /// `none`, `orders` or `money`.
    pub budget: String,
    /// How many orders, or how much.
    pub budget_size: String,
}

impl Draft {
    /// Reads it: the discount, and the units of its budget, 0 without one.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn read(
        &self,
        id: DiscountId,
        vendor: Option<&VendorId>,
        now_ms: i64,
    ) -> Result<(Discount, i64), Error> {
        let (from_ms, until_ms) = self.period(now_ms)?;
        let (budget, units) = self.budget(&id)?;
        let discount = Discount {
            code: self.code()?,
            name: self.name()?,
            vendor: vendor.cloned(),
            categories: listed("categories", &self.categories, CATEGORIES_MAX)?,
            products: self.products()?,
            rate: self.rate(vendor)?,
            goods_min: match self.goods_min.trim() {
                "" => None,
                text => Some(self.amount("goods_min", text)?),
            },
            from_ms,
            until_ms,
            budget,
            id,
        };
        Ok((discount, units))
    }

    fn name(&self) -> Result<String, Error> {
        let name = text::plain(&self.name, NAME_CHARS_MAX);
        if name.is_empty() || self.name.trim().chars().count() > NAME_CHARS_MAX {
            return Err(Error::invalid("name", format!("1 to {NAME_CHARS_MAX} characters")));
        }
        Ok(name)
    }

    fn code(&self) -> Result<Option<String>, Error> {
        let code = self.code.trim().to_ascii_uppercase();
        if code.is_empty() {
            return Ok(None);
        }
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
        if !(CODE_CHARS_MIN..=CODE_CHARS_MAX).contains(&code.len()) || !code.bytes().all(plain) {
            let what = format!("{CODE_CHARS_MIN} to {CODE_CHARS_MAX} letters, digits and dashes");
            return Err(Error::invalid("code", what));
        }
        Ok(Some(code))
    }

    fn rate(&self, vendor: Option<&VendorId>) -> Result<DiscountRate, Error> {
        match self.rate.as_str() {
            "share" => {
                let ppm = percent_ppm(&self.value).filter(|ppm| (1..=WHOLE_PPM).contains(ppm));
                let ppm = ppm.and_then(|ppm| u32::try_from(ppm).ok());
                let ppm = ppm.ok_or_else(|| Error::invalid("value", "a percentage above 0, at most 100"))?;
                Ok(DiscountRate::Share { ppm })
            }
            "amount" => Ok(DiscountRate::Amount { amount: self.amount("value", &self.value)? }),
            // What customers pay for delivery is the marketplace's.
            "delivery" if vendor.is_some() => {
                Err(Error::invalid("rate", "delivery is the marketplace's to give"))
            }
            "delivery" => Ok(DiscountRate::Delivery),
            _ => Err(Error::invalid("rate", "choose one")),
        }
    }

    fn currency(&self) -> Result<Currency, Error> {
        let known = CURRENCIES.into_iter().find(|currency| currency.code() == self.currency.trim());
        known.ok_or_else(|| Error::invalid("currency", "choose one"))
    }

    fn amount(&self, param: &str, text: &str) -> Result<Money, Error> {
        let amount = Money::parse_decimal(text.trim(), self.currency()?).ok();
        let amount = amount.filter(|amount| (1..=AMOUNT_MINOR_MAX).contains(&amount.amount));
        amount.ok_or_else(|| Error::invalid(param, "an amount above 0, such as 5.00"))
    }

    fn products(&self) -> Result<Vec<ProductId>, Error> {
        let ids = listed("products", &self.products, PRODUCTS_MAX)?;
        let id = |id: String| {
            ProductId::parse(&id).map_err(|_| Error::invalid("products", format!("there is no product {id}")))
        };
        ids.into_iter().map(id).collect()
    }

    /// Days are those of UTC; the last one is within the period.
    fn period(&self, now_ms: i64) -> Result<(i64, i64), Error> {
        let day = |param: &str, text: &str| {
            day_ms(text).ok_or_else(|| Error::invalid(param, "not a date such as 2027-01-31"))
        };
        let (from_ms, until_ms) = (day("from", &self.from)?, day("until", &self.until)? + DAY_MS);
        let today_ms = now_ms - now_ms.rem_euclid(DAY_MS);
        if from_ms < today_ms {
            return Err(Error::invalid("from", "today or later"));
        }
        if from_ms > today_ms + AHEAD_DAYS_MAX * DAY_MS {
            return Err(Error::invalid("from", format!("at most {AHEAD_DAYS_MAX} days ahead")));
        }
        if until_ms <= from_ms || until_ms > from_ms + PERIOD_DAYS_MAX * DAY_MS {
            let what = format!("the first day or later, at most {PERIOD_DAYS_MAX} days in all");
            return Err(Error::invalid("until", what));
        }
        Ok((from_ms, until_ms))
    }

    fn budget(&self, id: &DiscountId) -> Result<(Option<DiscountBudget>, i64), Error> {
        let (currency, units) = match self.budget.as_str() {
            "" | "none" => return Ok((None, 0)),
            "orders" => (None, self.budget_size.trim().parse().unwrap_or(0)),
            "money" => {
                let currency = self.currency()?;
                let size = Money::parse_decimal(self.budget_size.trim(), currency).ok();
                (Some(currency), size.map_or(0, |size| size.amount))
            }
            _ => return Err(Error::invalid("budget", "choose one")),
        };
        if !(1..=BUDGET_UNITS_MAX).contains(&units) {
            return Err(Error::invalid("budget_size", "how many orders, or how much money, above 0"));
        }
        let item = id.as_str().parse().map_err(|_| Error::NotFound("discount"))?;
        Ok((Some(DiscountBudget { item, currency }), units))
    }
}

/// What was chosen, each once.
fn listed(param: &str, chosen: &[String], most: usize) -> Result<Vec<String>, Error> {
    let mut kept: Vec<String> = Vec::new();
    for name in chosen.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if !kept.iter().any(|known| known == name) {
            kept.push(name.to_owned());
        }
    }
    if kept.len() > most {
        return Err(Error::invalid(param, format!("at most {most}")));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// 2026-11-18T10:26:40Z.
    const NOW_MS: i64 = 1_794_997_600_000;

    fn draft() -> Draft {
        Draft {
            name: "Autumn".to_owned(),
            code: "autumn-10".to_owned(),
            rate: "share".to_owned(),
            value: "12.5".to_owned(),
            currency: "EUR".to_owned(),
            from: "2026-11-18".to_owned(),
            until: "2026-11-18".to_owned(),
            budget: "none".to_owned(),
            ..Draft::default()
        }
    }

    fn read(draft: &Draft, vendor: Option<&str>) -> Result<(Discount, i64), String> {
        let vendor = vendor.map(|id| VendorId::parse(id).unwrap());
        let read = draft.read(DiscountId::named("d").unwrap(), vendor.as_ref(), NOW_MS);
        read.map_err(|error| match error {
            Error::Invalid { param, .. } => param,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn what_is_written_down_is_read() {
        let (discount, units) = read(&draft(), None).unwrap();
        assert_eq!(
            (discount.code.as_deref(), discount.until_ms - discount.from_ms),
            (Some("AUTUMN-10"), DAY_MS)
        );
        assert_eq!((discount.rate, discount.budget, units), (DiscountRate::Share { ppm: 125_000 }, None, 0));
        let draft = Draft {
            code: String::new(),
            rate: "amount".to_owned(),
            value: "5".to_owned(),
            goods_min: "40".to_owned(),
            products: vec!["prd_a".to_owned(), " prd_a ".to_owned(), String::new()],
            budget: "money".to_owned(),
            budget_size: "1000.50".to_owned(),
            ..draft()
        };
        let (discount, units) = read(&draft, Some("ven_v")).unwrap();
        assert_eq!(discount.rate, DiscountRate::Amount { amount: Money::new(500, Currency::EUR) });
        assert_eq!((discount.code, discount.products.len(), units), (None, 1, 100_050));
        assert_eq!(discount.budget.unwrap().currency, Some(Currency::EUR));
        let orders = Draft { budget: "orders".to_owned(), budget_size: "7".to_owned(), ..draft };
        assert_eq!(read(&orders, None).unwrap().1, 7);
    }

    #[test]
    fn what_cannot_be_names_its_field() {
        let with = |change: fn(&mut Draft)| {
            let mut draft = draft();
            change(&mut draft);
            read(&draft, Some("ven_v")).unwrap_err()
        };
        assert_eq!(with(|draft| draft.name = " ".to_owned()), "name");
        for code in ["AB", "HAS SPACE", "ÄÖÜ", &"A".repeat(25)] {
            let draft = Draft { code: code.to_owned(), ..draft() };
            assert_eq!(read(&draft, None).unwrap_err(), "code", "{code}");
        }
        assert_eq!(with(|draft| draft.value = "0".to_owned()), "value");
        assert_eq!(with(|draft| draft.value = "100.0001".to_owned()), "value");
        assert_eq!(with(|draft| draft.rate = "half".to_owned()), "rate");
        assert_eq!(with(|draft| draft.rate = "delivery".to_owned()), "rate");
        assert_eq!(with(|draft| draft.goods_min = "-1".to_owned()), "goods_min");
        assert_eq!(
            with(|draft| (draft.goods_min, draft.currency) = ("1".to_owned(), "XXX".to_owned())),
            "currency"
        );
        assert_eq!(with(|draft| draft.from = "2026-11-17".to_owned()), "from");
        assert_eq!(with(|draft| draft.from = "2028-01-01".to_owned()), "from");
        assert_eq!(with(|draft| draft.until = "2026-11-17".to_owned()), "until");
        assert_eq!(with(|draft| draft.until = "2027-11-20".to_owned()), "until");
        assert_eq!(with(|draft| draft.products = vec!["chair".to_owned()]), "products");
        assert_eq!(with(|draft| draft.budget = "orders".to_owned()), "budget_size");
        assert_eq!(with(|draft| draft.budget = "both".to_owned()), "budget");
        let all = Draft { rate: "delivery".to_owned(), ..draft() };
        assert_eq!(read(&all, None).unwrap().0.rate, DiscountRate::Delivery);
    }
}
