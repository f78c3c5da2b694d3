//! The one place that says who may do what.

use std::fmt;

/// What an admin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Helps customers and vendors.
    Support,
    /// Keeps goods, reviews and chats clean.
    Moderator,
    /// Keeps the money.
    Finance,
    /// Answers for all of it.
    Owner,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Support, Self::Moderator, Self::Finance, Self::Owner];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Moderator => "moderator",
            Self::Finance => "finance",
            Self::Owner => "owner",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What can be done in the admins' panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Look at the overview, and at one's own account.
    Look,
    /// Look at orders and say how far they are.
    Orders,
    /// Look at stock, leases and imports.
    Stock,
    /// Look at customers' standing, block and unblock.
    Customers,
    /// Look into doubted orders and appeals, and decide on them.
    Fraud,
    /// Look at vendors, and review what they hand in.
    Vendors,
    /// Suspend and restore listings.
    Products,
    /// Change the category tree.
    Categories,
    /// Publish, refuse and take down reviews.
    Reviews,
    /// Read reported chats, take messages down, close rooms.
    Chats,
    /// Look at promotions and what is owed for them.
    Promotions,
    /// Make and end discounts, and look at what they spent.
    Discounts,
    /// Issue and block gift cards.
    GiftCards,
    /// Look at payments and bank statements, and decide what hangs.
    Payments,
    /// Keep the books: ledger, commission, rates, invoices, payouts.
    Books,
    /// Register fraud models, and decide which of them run.
    Models,
    /// Read the audit log.
    Audit,
    /// Look at what services tell each other, and let one try again what it gave up.
    Events,
    /// Invite admins, change their roles, disable them.
    Staff,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Look,
        Self::Orders,
        Self::Stock,
        Self::Customers,
        Self::Fraud,
        Self::Vendors,
        Self::Products,
        Self::Categories,
        Self::Reviews,
        Self::Chats,
        Self::Promotions,
        Self::Discounts,
        Self::GiftCards,
        Self::Books,
        Self::Payments,
        Self::Models,
        Self::Audit,
        Self::Events,
        Self::Staff,
    ];
}

/// Whether an admin of this role may do this.
#[must_use]
pub const fn may(role: Role, permission: Permission) -> bool {
    use Permission::{
        Audit, Books, Categories, Chats, Customers, Discounts, Events, Fraud, GiftCards, Look, Orders,
        Payments, Products, Promotions, Reviews, Stock, Vendors,
    };
    match role {
        Role::Owner => true,
        Role::Support => matches!(permission, Look | Orders | Stock | Customers | Fraud | Vendors | Chats),
        Role::Moderator => {
            matches!(permission, Look | Customers | Vendors | Products | Categories | Reviews | Chats)
        }
        Role::Finance => {
            matches!(
                permission,
                Look | Orders
                    | Stock
                    | Promotions
                    | Discounts
                    | GiftCards
                    | Payments
                    | Books
                    | Audit
                    | Events
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_may_do_everything() {
        for permission in Permission::ALL {
            assert!(may(Role::Owner, permission));
        }
        for role in [Role::Support, Role::Moderator, Role::Finance] {
            assert!(may(role, Permission::Look) && !may(role, Permission::Staff), "{role}");
        }
        assert!(!may(Role::Support, Permission::Payments) && !may(Role::Moderator, Permission::Payments));
        assert!(!may(Role::Finance, Permission::Customers) && !may(Role::Support, Permission::Audit));
    }

    #[test]
    fn roles_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}
