//! What a payment and its movements are, and how far they can be.

use kiosk_money::{Currency, Money};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$case_doc])* $case,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            /// As it is stored and shown.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$case => $text,)*
                }
            }

            /// Reads what [`Self::name`] wrote.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.name() == name)
            }
        }
    };
}

named!(
    /// Whose clearing account money moves on.
    Provider {
        /// Cards.
        Stripe = "stripe",
        /// PayPal.
        Paypal = "paypal",
        /// The shop's own bank account: transfers and invoices.
        Bank = "bank",
    }
);

named!(
    /// How far a payment is.
    State {
        /// No money has come yet.
        Awaiting = "awaiting",
        /// Reserved at the provider.
        Authorised = "authorised",
        /// A part was taken or has come.
        PartlyPaid = "partly_paid",
        /// All that will be taken was taken.
        Paid = "paid",
        /// A part went back.
        PartlyRefunded = "partly_refunded",
        /// All of it went back.
        Refunded = "refunded",
        /// The payer took money back through their bank.
        Disputed = "disputed",
        /// Nothing was taken, and nothing will be.
        Cancelled = "cancelled",
        /// The money could not be had.
        Failed = "failed",
    }
);

named!(
    /// What holds the money for us.
    Hold {
        /// Nothing: it is paid into the bank account.
        None = "none",
        /// An authorisation at the provider.
        Held = "held",
        /// We gave back what was left of it.
        Released = "released",
        /// It is gone, or is waited for no longer.
        Lapsed = "lapsed",
    }
);

named!(
    /// What a movement does.
    Kind {
        /// Takes reserved money.
        Capture = "capture",
        /// Gives back what is left of a reservation.
        Void = "void",
        /// Gives taken money back.
        Refund = "refund",
        /// The payer took it back.
        Chargeback = "chargeback",
        /// Money came on the bank account.
        Receipt = "receipt",
        /// Pays a vendor.
        Transfer = "transfer",
    }
);

named!(
    /// How far a movement is.
    Step {
        /// The provider is to be asked.
        Due = "due",
        /// A person is to pay it from the bank account.
        Payable = "payable",
        /// It happened.
        Done = "done",
        /// It was refused or given up.
        Failed = "failed",
        /// A chargeback that was decided for us.
        Won = "won",
    }
);

/// How an order is paid. All amounts are minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// `ord_…`.
    pub order: String,
    /// `pay_…`.
    pub id: String,
    /// Whose account.
    pub provider: Provider,
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    pub method: String,
    /// What captures name; what the payer of a bank transfer writes.
    pub reference: String,
    /// What the provider called it when it was begun; empty for a bank's.
    pub started: String,
    /// The order's currency.
    pub currency: Currency,
    /// What is to be paid: what the order costs, less what gift cards pay of it.
    pub total: i64,
    /// What of that was cancelled before it was sent.
    pub cancelled: i64,
    /// What gift cards pay of the order.
    pub gift: i64,
    /// What of that they are given back.
    pub gift_returned: i64,
    /// What the goods and the delivery cost that are still to come, however they are paid.
    pub to_come: i64,
    /// The same of what the customer has and keeps.
    pub kept: i64,
    /// What was reserved, or has come.
    pub authorised: i64,
    /// What was taken, or has come.
    pub captured: i64,
    /// What went back.
    pub refunded: i64,
    /// What the payer took back.
    pub charged_back: i64,
    /// Whether all that is owed is taken before all of it is sent: always so through a bank, at providers for cards that
    /// can be captured once only.
    pub prepaid: bool,
    /// What holds the money.
    pub hold: Hold,
    /// A code of what a person should look at; empty for nothing.
    pub attention: String,
    /// When the order was placed, Unix milliseconds.
    pub placed_ms: i64,
    /// Unix milliseconds.
    pub changed_ms: i64,
    /// When the authorisation lapses or the transfer is given up, Unix milliseconds; 0 for neither.
    pub lapses_ms: i64,
    /// When it is looked at next, Unix milliseconds; 0 for never.
    pub look_ms: i64,
}

impl Payment {
    /// How far it is: the one place that says so.
    #[must_use]
    pub const fn state(&self) -> State {
        let ends = !matches!(self.hold, Hold::Held);
        let kept = self.captured - self.charged_back;
        // What gift cards pay is paid from the start.
        let by_cards = self.gift - self.gift_returned;
        if self.charged_back > 0 {
            State::Disputed
        } else if self.refunded > 0 {
            let whole = ends && self.refunded == kept && by_cards == 0;
            if whole { State::Refunded } else { State::PartlyRefunded }
        } else if self.captured > 0 {
            let whole = match self.hold {
                Hold::None => self.captured >= self.total - self.cancelled,
                Hold::Held | Hold::Lapsed => false,
                Hold::Released => true,
            };
            if whole { State::Paid } else { State::PartlyPaid }
        } else {
            match self.hold {
                Hold::Lapsed => State::Failed,
                Hold::Held => State::Authorised,
                Hold::None if self.cancelled < self.total => State::Awaiting,
                Hold::None | Hold::Released if by_cards > 0 && self.gift_returned > 0 => {
                    State::PartlyRefunded
                }
                Hold::None | Hold::Released if by_cards > 0 => State::Paid,
                // What costs nothing is paid too.
                Hold::None if self.total == 0 && self.gift == 0 => State::Paid,
                Hold::None | Hold::Released => State::Cancelled,
            }
        }
    }

    /// An amount of its currency.
    #[must_use]
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }
}

/// What is asked of a provider, or was seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The idempotency key, made of the fact that asked for it.
    pub id: String,
    /// `ord_…`; empty for a transfer.
    pub order: String,
    /// Place among the order's movements.
    pub seq: i64,
    /// What it does.
    pub kind: Kind,
    /// The parcel, refund, dispute, statement line or payout.
    pub subject: String,
    /// Of a refund or chargeback: the movement it is taken from.
    pub source: String,
    /// Whose account.
    pub provider: Provider,
    /// Of a transfer: to whom.
    pub destination: String,
    /// How much.
    pub amount: Money,
    /// Of a chargeback: what the provider took beyond the amount, since no more was left of the payment; minor units.
    pub short: i64,
    /// What the provider kept, minor units.
    pub fee: i64,
    /// Of a capture: whether what is left is given back to the payer.
    pub last: bool,
    /// How far it is.
    pub step: Step,
    /// The provider's name of it.
    pub reference: String,
    /// Why it failed, or what held the last try up.
    pub reason: String,
    /// Tries so far.
    pub tries: i64,
    /// When the provider was asked first, Unix milliseconds; 0 for never.
    pub asked_ms: i64,
    /// When it is tried next, Unix milliseconds.
    pub next_ms: i64,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Unix milliseconds.
    pub changed_ms: i64,
}

/// What a customer is owed back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// `rfd_…`.
    pub id: String,
    /// How much, minor units of the payment's currency.
    pub amount: i64,
    /// What of it has become movements.
    pub spread: i64,
    /// How many.
    pub parts: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(hold: Hold, captured: i64, refunded: i64, charged_back: i64) -> State {
        payment(hold, captured, refunded, charged_back).state()
    }

    fn payment(hold: Hold, captured: i64, refunded: i64, charged_back: i64) -> Payment {
        Payment {
            order: String::new(),
            id: String::new(),
            provider: Provider::Stripe,
            method: String::new(),
            reference: String::new(),
            started: String::new(),
            currency: Currency::EUR,
            total: 100,
            cancelled: 0,
            gift: 0,
            gift_returned: 0,
            to_come: 0,
            kept: 0,
            authorised: 100,
            captured,
            refunded,
            charged_back,
            prepaid: false,
            hold,
            attention: String::new(),
            placed_ms: 0,
            changed_ms: 0,
            lapses_ms: 0,
            look_ms: 0,
        }
    }

    #[test]
    fn what_was_refunded_never_reads_paid() {
        assert_eq!(paid(Hold::Held, 0, 0, 0), State::Authorised);
        assert_eq!(paid(Hold::Held, 60, 0, 0), State::PartlyPaid);
        assert_eq!(paid(Hold::Released, 60, 0, 0), State::Paid);
        assert_eq!(paid(Hold::Released, 60, 20, 0), State::PartlyRefunded);
        assert_eq!(paid(Hold::Released, 60, 60, 0), State::Refunded);
        assert_eq!(paid(Hold::Held, 60, 60, 0), State::PartlyRefunded, "more can still be taken");
        assert_eq!(paid(Hold::Released, 100, 0, 100), State::Disputed);
        assert_eq!(paid(Hold::Lapsed, 0, 0, 0), State::Failed);
        assert_eq!(paid(Hold::Lapsed, 60, 0, 0), State::PartlyPaid);
        assert_eq!(paid(Hold::Released, 0, 0, 0), State::Cancelled);
        assert_eq!(paid(Hold::None, 0, 0, 0), State::Awaiting);
        assert_eq!(paid(Hold::None, 40, 0, 0), State::PartlyPaid);
        assert_eq!(paid(Hold::None, 100, 0, 0), State::Paid);
    }

    #[test]
    fn what_gift_cards_pay_is_paid_from_the_start() {
        let covered = |total, cancelled, gift, gift_returned, hold| {
            let base =
                Payment { total, cancelled, gift, gift_returned, hold, ..payment(Hold::None, 0, 0, 0) };
            base.state()
        };
        assert_eq!(covered(0, 0, 100, 0, Hold::None), State::Paid);
        assert_eq!(covered(0, 0, 100, 40, Hold::None), State::PartlyRefunded);
        assert_eq!(covered(0, 0, 100, 100, Hold::None), State::Cancelled);
        assert_eq!(covered(0, 0, 0, 0, Hold::None), State::Paid, "it costs nothing");
        assert_eq!(covered(60, 0, 40, 0, Hold::None), State::Awaiting);
        assert_eq!(covered(60, 60, 40, 0, Hold::Released), State::Paid);
        assert_eq!(covered(60, 60, 40, 40, Hold::Released), State::Cancelled);
        let base = Payment { gift: 40, ..payment(Hold::Released, 60, 60, 0) };
        assert_eq!(base.state(), State::PartlyRefunded, "what the card paid is kept");
        assert_eq!(Payment { gift_returned: 40, ..base }.state(), State::Refunded);
    }

    #[test]
    fn names_read_back() {
        assert!(State::ALL.iter().all(|state| State::parse(state.name()) == Some(*state)));
        assert!(Step::ALL.iter().all(|step| Step::parse(step.name()) == Some(*step)));
        assert_eq!(Provider::parse("cash"), None);
    }
}
