//! Where a vendor stands, and the checklist that leads there.

/// Where a vendor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Collects what is asked for.
    Draft,
    /// Waits for admins.
    Submitted,
    /// Was told what to mend.
    Rejected,
    /// Sells.
    Approved,
    /// Sold, and may not now.
    Suspended,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::Submitted, Self::Rejected, Self::Approved, Self::Suspended];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Rejected => "rejected",
            Self::Approved => "approved",
            Self::Suspended => "suspended",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a vendor who stands here can come to stand there.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Rejected, Self::Submitted)
                | (Self::Submitted, Self::Approved | Self::Rejected)
                | (Self::Approved, Self::Suspended)
                | (Self::Suspended, Self::Approved)
        )
    }

    /// Whether the vendor can still change what it hands in.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Rejected)
    }
}

/// One point of the checklist; all of them are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// Legal name, register number, VAT number, address, phone.
    Business,
    /// Extract of the commercial register.
    RegisterExtract,
    /// Identity of who represents the vendor.
    Identity,
    /// Proof of the bank account.
    BankStatement,
}

impl Item {
    /// All of them, in the order they are asked for.
    pub const ALL: [Self; 4] = [Self::Business, Self::RegisterExtract, Self::Identity, Self::BankStatement];

    /// As it is stored, and as it stands in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::RegisterExtract => "register-extract",
            Self::Identity => "identity",
            Self::BankStatement => "bank-statement",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Business => "Business information",
            Self::RegisterExtract => "Extract of the commercial register",
            Self::Identity => "Identity of the representative",
            Self::BankStatement => "Bank statement",
        }
    }

    /// What is asked for.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Business => "Legal name, register number, VAT number, address and phone.",
            Self::RegisterExtract => "Not older than three months, all pages.",
            Self::Identity => "Passport or identity card of who signs for the business.",
            Self::BankStatement => "Shows the account's owner and number; amounts may be blackened.",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.name() == name)
    }
}

/// What admins say of a point of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing yet.
    Open,
    /// It will do.
    Accepted,
    /// It has to be mended.
    Refused,
}

impl Verdict {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Refused].into_iter().find(|verdict| verdict.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_moves_only_along_the_table() {
        use State::{Approved, Draft, Rejected, Submitted, Suspended};
        let allowed = [
            (Draft, Submitted),
            (Rejected, Submitted),
            (Submitted, Approved),
            (Submitted, Rejected),
            (Approved, Suspended),
            (Suspended, Approved),
        ];
        for from in State::ALL {
            for to in State::ALL {
                assert_eq!(from.may_become(to), allowed.contains(&(from, to)), "{from:?} -> {to:?}");
            }
            assert_eq!(State::parse(from.name()), Some(from));
        }
    }
}
