//! What was agreed on a sale when it was placed, and what of it is earned by now. Every share is taken of the sum so far,
//! so that the last piece takes what rounding left, and what goes back is exactly what was booked.

use kiosk_money::{Currency, Money};
use kiosk_tax::{Pricing, Scheme, tax_of};

use super::account::Account;
use super::journal::{Draft, Side};

/// A vendor's part of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// `ord_…`.
    pub order: String,
    /// `ven_…`.
    pub vendor: String,
    /// Unix milliseconds.
    pub placed_ms: i64,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Country that the goods are sent from.
    pub seller_country: String,
    /// Country that they are sent to.
    pub country: String,
    /// Whose tax it is.
    pub jurisdiction: String,
    /// How it is declared.
    pub scheme: Scheme,
    /// Rate of the tax, parts per million.
    pub tax_ppm: i64,
    /// Delivery, as it was charged and is owed back; it is taxed as the goods are.
    pub delivery: Progress,
    /// The vendor's share of the price of delivery, minor units.
    pub delivery_gross: i64,
    /// What of that was added as tax; none where the tax is in the price.
    pub delivery_tax: Option<i64>,
    /// What gift cards pay of the whole order, minor units.
    pub gift_cards: i64,
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Place in the purchase, from 0.
    pub line: i64,
    /// `ven_…`.
    pub vendor: String,
    /// What was sold.
    pub sku: String,
    /// What it was called.
    pub title: String,
    /// Pieces.
    pub quantity: i64,
    /// What the customer pays for all of them, minor units.
    pub gross: i64,
    /// What of that is tax.
    pub tax: i64,
    /// What of that is the marketplace's.
    pub commission: i64,
    /// Its rate, parts per million of the price without tax.
    pub commission_ppm: i64,
    /// Listed price of one piece, where discounts or added tax make another of it.
    pub list_price: Option<i64>,
    /// What discounts take off one piece.
    pub discount: i64,
    /// What of that the marketplace owes the vendor.
    pub subsidy: i64,
    /// How much has left, and is owed back.
    pub progress: Progress,
    /// The same in pieces: what the marketplace bears goes by these, since a piece may cost nothing.
    pub pieces: Progress,
}

/// How much of an amount has left, and how much of it is owed back, minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Shipped.
    pub shipped: i64,
    /// Owed back.
    pub refunded: i64,
}

impl Progress {
    /// What is credited: a refund that is told before its shipment waits for it.
    #[must_use]
    pub fn credited(self) -> i64 {
        self.refunded.min(self.shipped)
    }
}

/// An amount with what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What the customer pays.
    pub gross: i64,
    /// Tax in it.
    pub tax: i64,
    /// Commission in it.
    pub commission: i64,
    /// What the marketplace adds for the vendor.
    pub subsidy: i64,
}

impl Parts {
    fn less(self, other: Self) -> Self {
        Self {
            gross: self.gross - other.gross,
            tax: self.tax - other.tax,
            commission: self.commission - other.commission,
            subsidy: self.subsidy - other.subsidy,
        }
    }
}

impl Line {
    /// The parts of the first `gross` of the line, and of so many pieces.
    fn first(&self, gross: i64, pieces: i64) -> Parts {
        let share = |whole: i64| match self.gross {
            0 => 0,
            all => i64::try_from(i128::from(whole) * i128::from(gross) / i128::from(all)).unwrap_or(whole),
        };
        let subsidy = self.subsidy.saturating_mul(pieces);
        Parts { gross, tax: share(self.tax), commission: share(self.commission), subsidy }
    }

    /// What was newly shipped and newly credited since the line stood as `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> (Parts, Parts) {
        let shipped = |line: &Self| line.first(line.progress.shipped, line.pieces.shipped);
        let credited = |line: &Self| line.first(line.progress.credited(), line.pieces.credited());
        (shipped(self).less(shipped(before)), credited(self).less(credited(before)))
    }

    /// Counts pieces that left or are owed back. What goes out in exchange costs nothing and counts for nothing.
    pub fn count(&mut self, (amount, quantity): (i64, i64), change: fn(&mut Progress, i64)) {
        change(&mut self.progress, amount);
        if amount > 0 || self.gross == 0 {
            change(&mut self.pieces, quantity);
        }
        if self.gross == 0 {
            let Progress { shipped, refunded } = self.pieces;
            self.pieces =
                Progress { shipped: shipped.min(self.quantity), refunded: refunded.min(self.quantity) };
        }
    }
}

impl Sale {
    fn first_delivery(&self, gross: i64) -> Parts {
        let tax = match self.delivery_tax {
            None => tax_of(gross, self.tax_ppm, Pricing::Inclusive),
            Some(_) if self.delivery_gross == 0 => 0,
            Some(tax) => {
                let share = i128::from(tax) * i128::from(gross) / i128::from(self.delivery_gross);
                i64::try_from(share).unwrap_or(tax)
            }
        };
        Parts { gross, tax, ..Parts::default() }
    }

    /// What of delivery was newly shipped and newly credited since `before`.
    #[must_use]
    pub fn delivery_since(&self, before: Progress) -> (Parts, Parts) {
        let now = self.delivery;
        (
            self.first_delivery(now.shipped).less(self.first_delivery(before.shipped)),
            self.first_delivery(now.credited()).less(self.first_delivery(before.credited())),
        )
    }

    /// Whom the tax is declared to: a country through the One Stop Shop has an account of its own.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.scheme {
            Scheme::Oss => format!("OSS-{}", self.jurisdiction),
            _ => self.jurisdiction.clone(),
        }
    }

    /// Books what was earned, or with `sign` -1 takes it back: goods to the vendor, the marketplace and the authority,
    /// delivery to the marketplace and the authority. What the marketplace bears of a discount it owes the vendor on top.
    pub fn book(&self, draft: &mut Draft, goods: &[Parts], delivery: Parts, sign: i64) {
        let sum = |part: fn(&Parts) -> i64| sign * goods.iter().map(part).sum::<i64>();
        let receivable = || Side::of(Account::Receivable, &self.order);
        let amounts = [
            (
                Side::of(Account::VendorPayable, &self.vendor),
                sum(|parts| parts.gross - parts.tax - parts.commission),
            ),
            (Side::all(Account::Commission), sum(|parts| parts.commission)),
            (Side::of(Account::TaxPayable, &self.authority()), sum(|parts| parts.tax) + sign * delivery.tax),
            (Side::all(Account::Shipping), sign * (delivery.gross - delivery.tax)),
        ];
        for (side, amount) in amounts {
            draft.post(receivable(), side, Money::new(amount, self.currency));
        }
        let subsidy = Money::new(sum(|parts| parts.subsidy), self.currency);
        draft.post(Side::all(Account::Discounts), Side::of(Account::VendorPayable, &self.vendor), subsidy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(gross: i64, tax: i64, commission: i64) -> Line {
        let (vendor, sku, title) = (String::new(), String::new(), String::new());
        let (progress, pieces) = (Progress::default(), Progress::default());
        let (list_price, discount, subsidy) = (None, 0, 0);
        let (line, quantity, commission_ppm) = (0, 3, 0);
        Line {
            line,
            vendor,
            sku,
            title,
            quantity,
            gross,
            tax,
            commission,
            commission_ppm,
            list_price,
            discount,
            subsidy,
            progress,
            pieces,
        }
    }

    fn ship(progress: &mut Progress, amount: i64) {
        progress.shipped += amount;
    }

    fn refund(progress: &mut Progress, amount: i64) {
        progress.refunded += amount;
    }

    #[test]
    fn the_last_piece_takes_what_rounding_left() {
        let mut line = line(1_000, 160, 101);
        let (mut tax, mut commission) = (0, 0);
        for piece in [333, 333, 334] {
            let before = line.clone();
            line.progress.shipped += piece;
            let (shipped, credited) = line.since(&before);
            (tax, commission) = (tax + shipped.tax, commission + shipped.commission);
            assert_eq!((shipped.gross, credited), (piece, Parts::default()));
        }
        assert_eq!((tax, commission), (160, 101));
        let before = line.clone();
        line.progress.refunded = 1_000;
        assert_eq!(line.since(&before).1, Parts { gross: 1_000, tax: 160, commission: 101, subsidy: 0 });
    }

    #[test]
    fn a_refund_that_is_told_first_waits_for_its_shipment() {
        let mut line = line(1_000, 160, 101);
        let new = line.clone();
        line.progress.refunded = 400;
        assert_eq!(line.since(&new), (Parts::default(), Parts::default()));
        let before = line.clone();
        line.progress.shipped = 300;
        let (shipped, credited) = line.since(&before);
        assert_eq!(shipped, credited);
    }

    #[test]
    fn what_the_marketplace_bears_goes_by_pieces() {
        for gross in [0, 900] {
            let mut line = Line { subsidy: 50, ..line(gross, 0, 0) };
            let new = line.clone();
            line.count((gross / 3 * 2, 2), ship);
            assert_eq!(line.since(&new).0.subsidy, 100);
            line.count((gross / 3, 1), refund);
            line.count((gross / 3, 1), ship);
            assert_eq!(line.since(&new), {
                let (all, third) = (line.first(gross, 3), line.first(gross / 3, 1));
                (all, third)
            });
            // What goes out in exchange is owed nothing.
            let before = line.clone();
            line.count((0, 1), ship);
            assert_eq!(line.since(&before).0, Parts::default());
        }
    }

    #[test]
    fn tax_that_was_added_to_delivery_is_shared_as_it_is_charged() {
        let sale = Sale {
            order: String::new(),
            vendor: String::new(),
            placed_ms: 0,
            currency: Currency::USD,
            seller_country: String::new(),
            country: "US".to_owned(),
            jurisdiction: "US-CA".to_owned(),
            scheme: Scheme::State,
            tax_ppm: 72_500,
            delivery: Progress::default(),
            delivery_gross: 536,
            delivery_tax: Some(36),
            gift_cards: 0,
        };
        assert_eq!((sale.first_delivery(536).tax, sale.first_delivery(0).tax), (36, 0));
        assert_eq!(Sale { delivery_gross: 0, ..sale }.first_delivery(0).tax, 0);
    }
}
