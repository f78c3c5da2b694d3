//! The chart of accounts.

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// What the marketplace has, or is owed.
    Assets,
    /// What it owes.
    Liabilities,
    /// Where one currency turns into another.
    Equity,
    /// What it earns.
    Income,
    /// What it spends.
    Expenses,
}

impl Class {
    /// As accountants and beancount call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assets => "Assets",
            Self::Liabilities => "Liabilities",
            Self::Equity => "Equity",
            Self::Income => "Income",
            Self::Expenses => "Expenses",
        }
    }
}

/// An account of the general ledger. Each is kept by party: what [`Account::party`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What customers owe for goods that left; below zero, what they have paid ahead or are owed back.
    Receivable,
    /// Money at a provider or bank.
    Clearing,
    /// Fees of promotions that vendors owe.
    PromotionDues,
    /// Payments that payers dispute, until it is decided.
    Chargebacks,
    /// What vendors are owed of their sales.
    VendorPayable,
    /// Taxes collected for an authority.
    TaxPayable,
    /// What is left on gift cards.
    GiftCards,
    /// Payouts that are decided and not sent yet.
    PayoutsInTransit,
    /// Where a payout changes its currency.
    Exchange,
    /// Commission on sales.
    Commission,
    /// Delivery that customers paid.
    Shipping,
    /// Fees of promotions.
    PromotionFees,
    /// Discounts that the marketplace bears and owes the vendors.
    Discounts,
    /// Gift cards that were given away.
    GiftCardsGiven,
    /// Disputes of payers that were lost.
    ChargebackLosses,
    /// What providers keep.
    PaymentFees,
    /// Minor units that conversions gain or lose.
    Rounding,
}

impl Account {
    /// All of them, by number.
    pub const ALL: [Self; 17] = [
        Self::Receivable,
        Self::Clearing,
        Self::PromotionDues,
        Self::Chargebacks,
        Self::VendorPayable,
        Self::TaxPayable,
        Self::GiftCards,
        Self::PayoutsInTransit,
        Self::Exchange,
        Self::Commission,
        Self::Shipping,
        Self::PromotionFees,
        Self::Discounts,
        Self::GiftCardsGiven,
        Self::ChargebackLosses,
        Self::PaymentFees,
        Self::Rounding,
    ];

    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receivable => "receivable",
            Self::Clearing => "clearing",
            Self::PromotionDues => "promotion_dues",
            Self::Chargebacks => "chargebacks",
            Self::VendorPayable => "vendor_payable",
            Self::TaxPayable => "tax_payable",
            Self::GiftCards => "gift_cards",
            Self::PayoutsInTransit => "payouts_in_transit",
            Self::Exchange => "exchange",
            Self::Commission => "commission",
            Self::Shipping => "shipping",
            Self::PromotionFees => "promotion_fees",
            Self::Discounts => "discounts",
            Self::GiftCardsGiven => "gift_cards_given",
            Self::ChargebackLosses => "chargeback_losses",
            Self::PaymentFees => "payment_fees",
            Self::Rounding => "rounding",
        }
    }

    /// Its number in the chart.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Receivable => 1_200,
            Self::Clearing => 1_360,
            Self::PromotionDues => 1_400,
            Self::Chargebacks => 1_450,
            Self::VendorPayable => 3_300,
            Self::TaxPayable => 3_800,
            Self::GiftCards => 3_500,
            Self::PayoutsInTransit => 3_600,
            Self::Exchange => 3_900,
            Self::Commission => 4_100,
            Self::Shipping => 4_200,
            Self::PromotionFees => 4_300,
            Self::Discounts => 6_500,
            Self::GiftCardsGiven => 6_600,
            Self::ChargebackLosses => 6_700,
            Self::PaymentFees => 6_800,
            Self::Rounding => 6_900,
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Receivable => "Receivables from customers",
            Self::Clearing => "Clearing at providers",
            Self::PromotionDues => "Promotion fees owed by vendors",
            Self::Chargebacks => "Chargebacks",
            Self::VendorPayable => "Payables to vendors",
            Self::TaxPayable => "Taxes payable",
            Self::GiftCards => "Gift cards",
            Self::PayoutsInTransit => "Payouts in transit",
            Self::Exchange => "Exchange of currencies",
            Self::Commission => "Commission",
            Self::Shipping => "Shipping",
            Self::PromotionFees => "Promotion fees",
            Self::Discounts => "Discounts borne by the marketplace",
            Self::GiftCardsGiven => "Gift cards given away",
            Self::ChargebackLosses => "Chargebacks that were lost",
            Self::PaymentFees => "Fees of payment providers",
            Self::Rounding => "Rounding",
        }
    }

    /// What it is.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::Receivable | Self::Clearing | Self::PromotionDues | Self::Chargebacks => Class::Assets,
            Self::VendorPayable | Self::TaxPayable | Self::GiftCards | Self::PayoutsInTransit => {
                Class::Liabilities
            }
            Self::Exchange => Class::Equity,
            Self::Commission | Self::Shipping | Self::PromotionFees => Class::Income,
            Self::Discounts
            | Self::GiftCardsGiven
            | Self::ChargebackLosses
            | Self::PaymentFees
            | Self::Rounding => Class::Expenses,
        }
    }

    /// Whose: an order, a provider, a vendor, a tax authority, a gift card; none where all is one.
    #[must_use]
    pub const fn party(self) -> Option<&'static str> {
        match self {
            Self::Receivable => Some("order"),
            Self::Clearing | Self::Chargebacks | Self::ChargebackLosses | Self::PaymentFees => {
                Some("provider")
            }
            Self::PromotionDues | Self::VendorPayable | Self::PayoutsInTransit => Some("vendor"),
            Self::TaxPayable => Some("authority"),
            Self::GiftCards => Some("card"),
            Self::Exchange
            | Self::Commission
            | Self::Shipping
            | Self::PromotionFees
            | Self::Discounts
            | Self::GiftCardsGiven
            | Self::Rounding => None,
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn accounts_have_numbers_of_their_own_and_read_back() {
        let numbers: BTreeSet<u16> = Account::ALL.into_iter().map(Account::number).collect();
        assert_eq!(numbers.len(), Account::ALL.len());
        for account in Account::ALL {
            assert_eq!(Account::parse(account.name()), Some(account));
        }
        assert_eq!(Account::parse("cash"), None);
    }
}
