//! How a database comes to have its tables. Migrations go forward only. Each component instance migrates once; of several
//! at the same time one wins and the others find the work done.

use crate::{Database, DbError, Statement};

/// Applies what is missing of `migrations`, each in a batch of its own. One that was released is never edited.
///
/// # Errors
/// When the database cannot be reached.
pub async fn migrate(db: &dyn Database, migrations: &[&[&'static str]]) -> Result<(), DbError> {
    loop {
        let version = version(db).await?;
        let Some(migration) = migrations.get(version) else { return Ok(()) };
        let mut statements =
            vec![Statement::new("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")];
        let next = i64::try_from(version + 1).unwrap_or(i64::MAX);
        // The primary key lets one of several instances win.
        statements.push(Statement::new("INSERT INTO schema_version (version) VALUES (?1)").bind(next));
        statements.extend(migration.iter().map(|sql| Statement::new(*sql)));
        match db.batch(statements).await {
            Ok(()) => {}
            Err(error) if error.violates("schema_version.version") => {}
            Err(error) => return Err(error),
        }
    }
}

async fn version(db: &dyn Database) -> Result<usize, DbError> {
    match db.query(Statement::new("SELECT COALESCE(MAX(version), 0) FROM schema_version")).await {
        Ok(rows) => Ok(rows.first().map_or(Ok(0), |row| row.get::<u32>(0))? as usize),
        Err(DbError::Host(message)) if message.contains("no such table") => Ok(0),
        Err(error) => Err(error),
    }
}
