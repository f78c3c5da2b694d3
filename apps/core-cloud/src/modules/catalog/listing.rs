//! Listing states: what stands where, and who may move it.

/// Where a product stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Listing {
    /// Its vendor works on it.
    Draft,
    /// It is for sale.
    Listed,
    /// An admin took it off the shop.
    Suspended,
    /// Its vendor took it off the shop.
    Archived,
}

/// Who moves a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mover {
    /// Its vendor.
    Vendor,
    /// An admin.
    Admin,
}

impl Listing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Listed, Self::Suspended, Self::Archived];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Listed => "listed",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|listing| listing.name() == name)
    }

    /// Whether `mover` may move a product from here to there.
    #[must_use]
    pub const fn may_become(self, next: Self, mover: Mover) -> bool {
        match mover {
            Mover::Vendor => matches!(
                (self, next),
                (Self::Draft, Self::Listed | Self::Archived)
                    | (Self::Listed, Self::Draft | Self::Archived)
                    | (Self::Archived, Self::Draft)
            ),
            Mover::Admin => {
                matches!((self, next), (Self::Listed, Self::Suspended) | (Self::Suspended, Self::Listed))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Listing::{Archived, Draft, Listed, Suspended};
    use super::*;

    #[test]
    fn a_product_moves_only_along_the_table() {
        let vendor =
            [(Draft, Listed), (Draft, Archived), (Listed, Draft), (Listed, Archived), (Archived, Draft)];
        let admin = [(Listed, Suspended), (Suspended, Listed)];
        for from in Listing::ALL {
            for to in Listing::ALL {
                assert_eq!(
                    from.may_become(to, Mover::Vendor),
                    vendor.contains(&(from, to)),
                    "{from:?} {to:?}"
                );
                assert_eq!(from.may_become(to, Mover::Admin), admin.contains(&(from, to)), "{from:?} {to:?}");
            }
            assert_eq!(Listing::parse(from.name()), Some(from));
        }
    }
}
