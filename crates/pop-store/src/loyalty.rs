//! What accounts have earned by what they bought. The core tells it by pseudonym.

use kiosk_edge_platform::{Database, Statement};
use kiosk_wire::people::Loyalty;

use crate::StoreError;

/// What an account has earned; `None` when the core has told nothing of it.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, account: &str) -> Result<Option<Loyalty>, StoreError> {
    let select = Statement::new("SELECT doc FROM loyalty WHERE account = ?1").bind(account);
    let rows = db.query(select).await?;
    rows.first().map(|row| Ok(serde_json::from_str(row.get(0)?)?)).transpose()
}
