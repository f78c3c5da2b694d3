//! Tables `media_files`, `media_sources`, `media_uploads`.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use crate::db::{Conn, batches, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Which of these pictures are known, and the ending of their files.
pub async fn list_files(conn: &mut Conn, hashes: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT hash, ext FROM media_files WHERE hash IN", hashes).await
}

/// The pictures that were fetched from these addresses.
pub async fn list_sources(conn: &mut Conn, urls: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT url, hash FROM media_sources WHERE url IN", urls).await
}

async fn pairs(conn: &mut Conn, select: &str, keys: &[&str]) -> Result<HashMap<String, String>> {
    let mut found = HashMap::with_capacity(keys.len());
    for keys in batches(keys, 1) {
        let sql = format!("{select} ({})", placeholders(1, keys.len()));
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql));
        for key in keys {
            query = query.bind(*key);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// Makes pictures known: hash, ending, size in bytes.
pub async fn insert_files(conn: &mut Conn, now_ms: i64, files: &[(&str, &str, i64)]) -> Result<()> {
    for files in batches(files, 4) {
        let sql = format!(
            "INSERT INTO media_files (hash, ext, size_bytes, created_ms) VALUES {} ON CONFLICT (hash) DO NOTHING",
            tuples(files.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (hash, ext, size_bytes) in files {
            query = query.bind(*hash).bind(*ext).bind(*size_bytes).bind(now_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Remembers where pictures were fetched from: address, hash.
pub async fn insert_sources(conn: &mut Conn, now_ms: i64, sources: &[(&str, &str)]) -> Result<()> {
    for sources in batches(sources, 3) {
        let sql = format!(
            "INSERT INTO media_sources (url, hash, fetched_ms) VALUES {} ON CONFLICT (url) DO NOTHING",
            tuples(sources.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (url, hash) in sources {
            query = query.bind(*url).bind(*hash).bind(now_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// The pictures that were drawn from these uploads, JSON.
pub async fn list_uploads(conn: &mut Conn, hashes: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT hash, body FROM media_uploads WHERE hash IN", hashes).await
}

/// Remembers the picture that was drawn from an upload.
pub async fn insert_upload(conn: &mut Conn, hash: &str, body: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO media_uploads (hash, body, created_ms) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
    );
    query.bind(hash).bind(body).bind(now_ms).execute(conn).await.map(|_| ())
}
