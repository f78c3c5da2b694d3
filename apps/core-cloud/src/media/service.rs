//! What the shop does with pictures.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::files::Files;
use super::kind::{Kind, NotAPicture};
use super::store;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;

/// Where pictures are in the store.
const FOLDER: &str = "media";
/// Uploads that are drawn anew at once: each takes much memory for a moment.
const DRAWN_AT_ONCE_MAX: usize = 1;

/// A picture in memory, checked.
#[derive(Clone, Debug)]
pub struct Picture {
    /// SHA-256 of the bytes, hex.
    pub hash: String,
    /// Its kind.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where it was fetched from.
    pub url: Option<String>,
}

impl Picture {
    /// Checks bytes.
    ///
    /// # Errors
    /// See [`NotAPicture`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, NotAPicture> {
        let kind = Kind::of(&bytes)?;
        Ok(Self { hash: hex::encode(Sha256::digest(&bytes)), kind, bytes, url: None })
    }
}

/// The pictures of the shop.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    files: Files,
    pub(super) clock: Clock,
    pub(super) drawing: Arc<Semaphore>,
}

impl Service {
    /// Over this database and this store.
    #[must_use]
    pub fn new(db: Db, files: Files, clock: Clock) -> Self {
        Self { db, files, clock, drawing: Arc::new(Semaphore::new(DRAWN_AT_ONCE_MAX)) }
    }

    /// Keeps pictures: first their files, then their rows, so that every known picture has its bytes.
    ///
    /// # Errors
    /// When a file cannot be written or the database fails.
    pub async fn put_pictures(&self, pictures: &[Picture]) -> Result<(), Error> {
        let hashes: Vec<&str> = pictures.iter().map(|picture| picture.hash.as_str()).collect();
        let known = store::list_files(&mut *self.db.read().await?, &hashes).await?;
        let mut new = HashSet::new();
        let mut files = Vec::new();
        for picture in pictures.iter().filter(|picture| !known.contains_key(&picture.hash)) {
            if new.insert(picture.hash.as_str()) {
                self.files.put(FOLDER, &picture.hash, picture.kind.ext(), picture.bytes.clone()).await?;
                let size_bytes = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
                files.push((picture.hash.as_str(), picture.kind.ext(), size_bytes));
            }
        }
        let fetched =
            pictures.iter().filter_map(|picture| Some((picture.url.as_deref()?, picture.hash.as_str())));
        let fetched: HashMap<&str, &str> = fetched.collect();
        if files.is_empty() && fetched.is_empty() {
            return Ok(());
        }
        // In the same order as any other import, so that two do not wait for each other.
        files.sort_unstable();
        let mut fetched: Vec<_> = fetched.into_iter().collect();
        fetched.sort_unstable();
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        store::insert_files(&mut tx, now_ms, &files).await?;
        store::insert_sources(&mut tx, now_ms, &fetched).await?;
        Ok(tx.commit().await?)
    }

    /// A picture's bytes and kind.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this hash.
    pub async fn get_picture(&self, hash: &str) -> Result<(Kind, Vec<u8>), Error> {
        let known = store::list_files(&mut *self.db.read().await?, &[hash]).await?;
        let kind = known.get(hash).and_then(|ext| Kind::from_ext(ext)).ok_or(Error::NotFound("picture"))?;
        let bytes = self.files.get(FOLDER, hash, kind.ext()).await?.ok_or(Error::NotFound("picture"))?;
        Ok((kind, bytes))
    }

    /// Pictures that were fetched from these addresses before: hash and kind by address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_fetched(&self, urls: &[&str]) -> Result<HashMap<String, (String, Kind)>, Error> {
        let conn = &mut *self.db.read().await?;
        let sources = store::list_sources(conn, urls).await?;
        let hashes: Vec<&str> = sources.values().map(String::as_str).collect();
        let files = store::list_files(conn, &hashes).await?;
        let kinds = sources.into_iter().filter_map(|(url, hash)| {
            let kind = Kind::from_ext(files.get(&hash)?)?;
            Some((url, (hash, kind)))
        });
        Ok(kinds.collect())
    }
}
