//! Who may not buy. The core tells it by pseudonym; a POP knows nobody by name here.

use kiosk_edge_platform::Statement;

/// The pseudonyms that one buyer goes by; a block of any of them holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Buyer<'a> {
    /// Of the e-mail address that the order names.
    pub customer: Option<&'a str>,
    /// Of the account that is logged in.
    pub account: Option<&'a str>,
    /// Of that account's e-mail address.
    pub account_customer: Option<&'a str>,
}

impl Buyer<'_> {
    /// Binds the three; one that is missing is NULL, which nobody is blocked by.
    pub(crate) fn bind(self, statement: Statement) -> Statement {
        statement.bind(self.customer).bind(self.account).bind(self.account_customer)
    }
}
