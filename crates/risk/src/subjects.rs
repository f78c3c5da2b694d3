//! What is scored besides orders: registrations (fake accounts), reviews (fake reviews), vendors (collusion with their
//! buyers) and discounts (codes that are farmed). Each is a flat set of facts without a personal value; a feature list names
//! them one by one, and [`crate::features`] turns them into the model's input, here and in training.

use serde::{Deserialize, Serialize};

use crate::FeatureError;

/// Something that is scored.
pub trait Subject {
    /// Where its raw values come from, as feature lists, rules and cards name them.
    type Source: Copy;

    /// Whether all its categories are known.
    ///
    /// # Errors
    /// [`FeatureError::Unknown`].
    fn check(&self) -> Result<(), FeatureError> {
        Ok(())
    }

    /// A raw value, before plausibility and scaling.
    ///
    /// # Errors
    /// [`FeatureError::Unknown`] when it cannot be told.
    fn value(&self, source: Self::Source) -> Result<f64, FeatureError>;
}

/// A set of facts, and the names of its facts.
macro_rules! facts {
    ($(#[$about:meta])* $Facts:ident, $Fact:ident { $($(#[$doc:meta])* $Variant:ident => $field:ident: $kind:ty,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $Facts {
            $($(#[$doc])* pub $field: $kind,)+
        }

        #[doc = concat!("A fact of [`", stringify!($Facts), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $Fact {
            $($(#[$doc])* $Variant,)+
        }

        impl Subject for $Facts {
            type Source = $Fact;

            fn value(&self, fact: $Fact) -> Result<f64, FeatureError> {
                Ok(match fact { $($Fact::$Variant => f64::from(self.$field),)+ })
            }
        }
    };
}

facts! {
    /// Somebody opens an account. Counts are of registrations before this one, in its region.
    RegistrationFacts, RegistrationFact {
        /// Hour of the day (UTC), 0 to 23.
        HourOfDay => hour_of_day: u8,
        /// The e-mail's domain is a known throw-away one.
        DisposableEmail => disposable_email: bool,
        /// Digits before the `@`.
        EmailDigits => email_digits: u8,
        /// A part of the name stands before the `@`.
        EmailHasName => email_has_name: bool,
        /// No telephone number was given.
        PhoneMissing => phone_missing: bool,
        /// From the same network in the last hour.
        ClientCountHour => client_count_hour: u32,
        /// From the same network in the last day.
        ClientCountDay => client_count_day: u32,
        /// With an address of the same letters and domain in the last day: `anna1@`, `anna2@`.
        AlikeCountDay => alike_count_day: u32,
        /// The same in the last week.
        AlikeCountWeek => alike_count_week: u32,
        /// With the same domain in the last hour.
        DomainCountHour => domain_count_hour: u32,
        /// All in the last hour.
        CountHour => count_hour: u32,
    }
}

facts! {
    /// Somebody reviews what was delivered to them. Counts leave this review out.
    ReviewFacts, ReviewFact {
        /// 1 to 5.
        Stars => stars: u8,
        /// Words of title and body.
        Words => words: u32,
        /// Pictures.
        Pictures => pictures: u32,
        /// Hours since the product was delivered.
        HoursSinceDelivery => hours_since_delivery: u32,
        /// Reviews of the account in the last day.
        AccountReviewsDay => account_reviews_day: u32,
        /// Reviews of the account in the last 30 days.
        AccountReviewsMonth => account_reviews_month: u32,
        /// Orders of the account.
        AccountOrders => account_orders: u32,
        /// Share of those that the vendor sold, 0 to 1.
        VendorShare => vendor_share: f64,
        /// Reviews of the product in the last day.
        ProductReviewsDay => product_reviews_day: u32,
        /// Reviews of the product in the last 30 days.
        ProductReviewsMonth => product_reviews_month: u32,
        /// How far the stars are from the product's mean, 0 to 4; 0 without one.
        AwayFromMean => away_from_mean: f64,
        /// Reviews of other accounts with the same text.
        Copies => copies: u32,
        /// Other accounts that review the vendor and share a device or an address with this one.
        LinkedReviewers => linked_reviewers: u32,
    }
}

facts! {
    /// A vendor, by who bought in the last 30 days. Shares are 0 to 1.
    VendorFacts, VendorFact {
        /// Days since the vendor's first order, up to 365.
        AgeDays => age_days: u32,
        /// Orders.
        Orders => orders: u32,
        /// Customers over orders.
        CustomersShare => customers_share: f64,
        /// Orders of the customer with the most.
        TopCustomerShare => top_customer_share: f64,
        /// Orders whose device or address was also used by two other customers or more.
        LinkedShare => linked_share: f64,
        /// Orders that the fraud score reviewed or refused.
        DoubtedShare => doubted_share: f64,
        /// Orders that the payer disputes.
        DisputedShare => disputed_share: f64,
        /// Orders that came back or were cancelled.
        ReturnedShare => returned_share: f64,
        /// Orders of the last three days.
        RecentShare => recent_share: f64,
        /// Reviews over orders.
        ReviewsShare => reviews_share: f64,
        /// Reviews with five stars.
        FiveStarShare => five_star_share: f64,
    }
}

facts! {
    /// A discount, by who used it in the last 30 days. Shares are 0 to 1.
    DiscountFacts, DiscountFact {
        /// Days since it began, up to 365.
        AgeDays => age_days: u32,
        /// Orders that used it.
        Orders => orders: u32,
        /// Customers over orders.
        CustomersShare => customers_share: f64,
        /// Orders of the customer with the most.
        TopCustomerShare => top_customer_share: f64,
        /// Orders whose device or address was also used by two other customers or more.
        LinkedShare => linked_share: f64,
        /// Orders that the fraud score reviewed or refused.
        DoubtedShare => doubted_share: f64,
        /// Orders that the payer disputes.
        DisputedShare => disputed_share: f64,
        /// Orders that came back or were cancelled.
        ReturnedShare => returned_share: f64,
        /// Orders of the last three days.
        RecentShare => recent_share: f64,
        /// What it takes off the goods, over what they would cost.
        TakenOffShare => taken_off_share: f64,
    }
}
