//! A payment, the same for both providers, and the sums that follow from its movements.

use std::collections::BTreeMap;

use kiosk_money::Money;
use serde::{Deserialize, Serialize};

use super::cards::{Decline, Scenario, Shown};

/// Whose API a payment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Stripe.
    Stripe,
    /// PayPal.
    Paypal,
}

impl Provider {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Paypal => "paypal",
        }
    }
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The shopper has not paid.
    Open,
    /// The shopper proves who it is (3-D Secure).
    Challenge,
    /// PayPal: approved, and not authorised yet.
    Approved,
    /// The money is reserved, a part of it may be captured.
    Authorised,
    /// All that ever will be is captured.
    Captured,
    /// What was reserved is given back, nothing was captured.
    Voided,
    /// The page was closed before anybody paid.
    Expired,
}

/// Money that was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Capture {
    /// What refunds name: at Stripe the charge, the same for all captures of a payment.
    pub reference: String,
    /// The movement of the balance.
    pub transaction: String,
    /// How much.
    pub amount: Money,
    /// What the provider keeps.
    pub fee: Money,
    /// Whether it was the last.
    pub last: bool,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// Money that was given back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Identifier.
    pub id: String,
    /// The capture's reference.
    pub capture: String,
    /// How much.
    pub amount: Money,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Whether the payer's bank sent it back: the money is the shop's again.
    #[serde(default)]
    pub failed: bool,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// Not decided; the money is with the payer.
    Open,
    /// The shop has its money back.
    Won,
    /// The payer keeps it.
    Lost,
}

/// A payer wants captured money back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// Identifier.
    pub id: String,
    /// The capture's reference.
    pub capture: String,
    /// How much.
    pub amount: Money,
    /// What the provider takes for it, whoever wins.
    pub fee: Money,
    /// How it stands.
    pub status: DisputeStatus,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// Whose.
    pub provider: Provider,
    /// A Checkout Session, or a PayPal order.
    pub reference: String,
    /// A PaymentIntent, or a PayPal authorisation.
    pub authorisation: Option<String>,
    /// Stripe's charge.
    pub charge: Option<String>,
    /// How far it is.
    pub status: Status,
    /// What goes wrong with it.
    pub scenario: Scenario,
    /// What is to be paid.
    pub amount: Money,
    /// What the page says it is for.
    pub description: String,
    /// What the shop keeps there: Stripe's metadata, PayPal's `reference_id`, `custom_id` and `invoice_id`.
    pub metadata: BTreeMap<String, String>,
    /// Stripe: metadata of the intent.
    pub intent_metadata: BTreeMap<String, String>,
    /// Stripe: what its transfers share.
    pub transfer_group: Option<String>,
    /// Where the shopper goes afterwards.
    pub return_url: String,
    /// Where a shopper goes who gives up.
    pub cancel_url: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// When the page closes.
    pub expires_ms: i64,
    /// When it was authorised.
    pub authorised_ms: Option<i64>,
    /// The card that was tried last.
    pub card: Option<Shown>,
    /// Why it was not taken.
    pub failure: Option<Decline>,
    /// Whether several captures are possible.
    pub multicapture: bool,
    /// Stripe: whether the shop asked for that.
    pub multicapture_asked: bool,
    /// Whether the holder has to be asked by the card's bank.
    #[serde(default)]
    pub challenge_asked: bool,
    /// Money taken.
    pub captures: Vec<Capture>,
    /// Money given back.
    pub refunds: Vec<Refund>,
    /// Money that payers want back.
    pub disputes: Vec<Dispute>,
}

/// Sums of minor units of a payment's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Reserved, or was before it was captured or given back.
    pub authorised: i64,
    /// Reserved still.
    pub capturable: i64,
    /// Taken.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
    /// With payers because of disputes that are open or lost.
    pub disputed: i64,
    /// Kept by the provider, of captures and for disputes.
    pub fees: i64,
}

impl Payment {
    /// Its sums.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let captured = self.captures.iter().map(|capture| capture.amount.amount).sum();
        let held = |dispute: &&Dispute| dispute.status != DisputeStatus::Won;
        Sums {
            authorised: if self.authorised_ms.is_some() { self.amount.amount } else { 0 },
            capturable: if self.status == Status::Authorised { self.amount.amount - captured } else { 0 },
            captured,
            refunded: self.kept_refunds().map(|refund| refund.amount.amount).sum(),
            disputed: self.disputes.iter().filter(held).map(|dispute| dispute.amount.amount).sum(),
            fees: self.captures.iter().map(|capture| capture.fee.amount).sum::<i64>()
                + self.disputes.iter().map(|dispute| dispute.fee.amount).sum::<i64>(),
        }
    }

    /// Taken under one reference.
    #[must_use]
    pub fn captured_as(&self, reference: &str) -> i64 {
        let captures = self.captures.iter().filter(|capture| capture.reference == reference);
        captures.map(|capture| capture.amount.amount).sum()
    }

    /// Refunds that did not fail.
    fn kept_refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| !refund.failed)
    }

    /// Given back of it.
    #[must_use]
    pub fn refunded_of(&self, reference: &str) -> i64 {
        let refunds = self.kept_refunds().filter(|refund| refund.capture == reference);
        refunds.map(|refund| refund.amount.amount).sum()
    }

    /// Disputed of it, unless the shop has won.
    #[must_use]
    pub fn disputed_of(&self, reference: &str) -> i64 {
        let held = self.disputes.iter();
        let held =
            held.filter(|dispute| dispute.capture == reference && dispute.status != DisputeStatus::Won);
        held.map(|dispute| dispute.amount.amount).sum()
    }

    /// The amount with another number.
    #[must_use]
    pub const fn of(&self, amount: i64) -> Money {
        Money::new(amount, self.amount.currency)
    }
}
