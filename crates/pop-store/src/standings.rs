//! Who may not buy. The core tells it by pseudonym; a POP knows nobody by name here.

use kiosk_edge_platform::{Database, Statement};
use kiosk_wire::EventBody;
use kiosk_wire::people::{AppealRecord, AppealState};

use crate::{StoreError, outbox};

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

/// What an account can do about its block: `None` when it is not blocked; otherwise how far its appeal is, if it made one.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, account: &str) -> Result<Option<Option<AppealState>>, StoreError> {
    let select = Statement::new("SELECT appeal FROM standing WHERE customer = ?1").bind(account);
    let rows = db.query(select).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(row.get::<Option<&str>>(0)?.and_then(AppealState::parse)))
}

/// Makes the appeal of a blocked account, and has the core told.
///
/// # Errors
/// [`crate::guard::Guard::AppealIsPossible`] when it is not blocked or made one, or when the database fails.
pub async fn appeal(db: &dyn Database, record: AppealRecord, now_ms: i64) -> Result<(), StoreError> {
    let guard = "INSERT INTO guard (broken) SELECT 'appeal_is_possible' WHERE NOT EXISTS \
         (SELECT 1 FROM standing WHERE customer = ?1 AND appeal IS NULL)";
    let guard = Statement::new(guard).bind(record.account.as_str());
    let update = Statement::new("UPDATE standing SET appeal = 'open' WHERE customer = ?1");
    let update = update.bind(record.account.as_str());
    let event = record.id.clone();
    let told = outbox::append(&event, now_ms, &EventBody::AppealMade(Box::new(record)))?;
    db.batch(vec![guard, update, told]).await?;
    Ok(())
}
