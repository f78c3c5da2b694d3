//! Forward-only migrations, built into the program.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use sqlx::AnyPool;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// In order; an applied one is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "sync", include_str!("../../migrations/0001_sync.sql")),
    (2, "catalog", include_str!("../../migrations/0002_catalog.sql")),
    (3, "inventory", include_str!("../../migrations/0003_inventory.sql")),
    (4, "orders", include_str!("../../migrations/0004_orders.sql")),
    (5, "imports", include_str!("../../migrations/0005_imports.sql")),
    (6, "media", include_str!("../../migrations/0006_media.sql")),
    (7, "lease_fence", include_str!("../../migrations/0007_lease_fence.sql")),
    (8, "feed_records", include_str!("../../migrations/0008_feed_records.sql")),
    (9, "members", include_str!("../../migrations/0009_members.sql")),
    (10, "audit", include_str!("../../migrations/0010_audit.sql")),
    (11, "mail", include_str!("../../migrations/0011_mail.sql")),
    (12, "uploads", include_str!("../../migrations/0012_uploads.sql")),
    (13, "vendors", include_str!("../../migrations/0013_vendors.sql")),
    (14, "listings", include_str!("../../migrations/0014_listings.sql")),
    (15, "promotions", include_str!("../../migrations/0015_promotions.sql")),
    (16, "parcels", include_str!("../../migrations/0016_parcels.sql")),
    (17, "customers", include_str!("../../migrations/0017_customers.sql")),
    (18, "reviews", include_str!("../../migrations/0018_reviews.sql")),
    (19, "chats", include_str!("../../migrations/0019_chats.sql")),
    (20, "bus", include_str!("../../migrations/0020_bus.sql")),
    (21, "bus_log", include_str!("../../migrations/0021_bus_log.sql")),
    (26, "payments", include_str!("../../migrations/0026_payments.sql")),
    (27, "payment_webhooks", include_str!("../../migrations/0027_payment_webhooks.sql")),
    (28, "payment_statements", include_str!("../../migrations/0028_payment_statements.sql")),
];

/// Applies what is missing. On PostgreSQL two processes that start at once wait for each other.
pub async fn run(pool: &AnyPool) -> Result<(), sqlx::Error> {
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
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
