//! Forward-only migrations, built into the program.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use sqlx::AnyPool;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// In order; an applied one is never edited.
const MIGRATIONS: &[(&str, &str)] = &[
    ("sync", include_str!("../../migrations/0001_sync.sql")),
    ("catalog", include_str!("../../migrations/0002_catalog.sql")),
    ("inventory", include_str!("../../migrations/0003_inventory.sql")),
    ("orders", include_str!("../../migrations/0004_orders.sql")),
    ("imports", include_str!("../../migrations/0005_imports.sql")),
    ("media", include_str!("../../migrations/0006_media.sql")),
    ("lease_fence", include_str!("../../migrations/0007_lease_fence.sql")),
    ("feed_records", include_str!("../../migrations/0008_feed_records.sql")),
    ("members", include_str!("../../migrations/0009_members.sql")),
    ("audit", include_str!("../../migrations/0010_audit.sql")),
    ("mail", include_str!("../../migrations/0011_mail.sql")),
    ("uploads", include_str!("../../migrations/0012_uploads.sql")),
    ("vendors", include_str!("../../migrations/0013_vendors.sql")),
    ("listings", include_str!("../../migrations/0014_listings.sql")),
    ("promotions", include_str!("../../migrations/0015_promotions.sql")),
    ("parcels", include_str!("../../migrations/0016_parcels.sql")),
    ("customers", include_str!("../../migrations/0017_customers.sql")),
    ("reviews", include_str!("../../migrations/0018_reviews.sql")),
    ("chats", include_str!("../../migrations/0019_chats.sql")),
    ("bus", include_str!("../../migrations/0020_bus.sql")),
    ("bus_log", include_str!("../../migrations/0021_bus_log.sql")),
    ("payments", include_str!("../../migrations/0022_payments.sql")),
    ("payment_webhooks", include_str!("../../migrations/0023_payment_webhooks.sql")),
    ("payment_statements", include_str!("../../migrations/0024_payment_statements.sql")),
    ("accounting", include_str!("../../migrations/0025_accounting.sql")),
    ("accounting_documents", include_str!("../../migrations/0026_accounting_documents.sql")),
    ("payouts", include_str!("../../migrations/0027_payouts.sql")),
    ("orders_flow", include_str!("../../migrations/0028_orders_flow.sql")),
    ("warehouse", include_str!("../../migrations/0029_warehouse.sql")),
    ("freight", include_str!("../../migrations/0030_freight.sql")),
    ("notices", include_str!("../../migrations/0031_notices.sql")),
    ("discounts", include_str!("../../migrations/0032_discounts.sql")),
    ("customer_value", include_str!("../../migrations/0033_customer_value.sql")),
    ("promotion_payments", include_str!("../../migrations/0034_promotion_payments.sql")),
    ("payout_files", include_str!("../../migrations/0035_payout_files.sql")),
    ("short_chargebacks", include_str!("../../migrations/0036_short_chargebacks.sql")),
    ("prepaid", include_str!("../../migrations/0037_prepaid.sql")),
    ("fraud", include_str!("../../migrations/0038_fraud.sql")),
    ("fraud_models", include_str!("../../migrations/0039_fraud_models.sql")),
    ("fraud_subjects", include_str!("../../migrations/0040_fraud_subjects.sql")),
    ("vendor_risks", include_str!("../../migrations/0041_vendor_risks.sql")),
];

/// Applies what is missing. On PostgreSQL two processes that start at once wait for each other.
pub async fn run(pool: &AnyPool) -> Result<(), sqlx::Error> {
    let migrations = (1..).zip(MIGRATIONS).map(|(version, (name, sql))| {
        Migration::new(version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator { migrations: migrations.collect(), ..Migrator::DEFAULT };
    Ok(migrator.run(pool).await?)
}

/// Applies what is missing to a file that another process may be opening too: SQLite's migrations take no lock of
/// their own.
pub async fn run_alone(pool: &AnyPool, data_dir: &Path) -> Result<(), sqlx::Error> {
    let path = data_dir.join("core.sqlite.lock");
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    let _lock = locked.await.map_err(std::io::Error::other)??;
    run(pool).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_file_is_a_migration_of_its_number() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
        let mut files: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let listed = (1..).zip(MIGRATIONS).map(|(number, (name, _))| format!("{number:04}_{name}.sql"));
        assert_eq!(files, listed.collect::<Vec<_>>());
    }
}
