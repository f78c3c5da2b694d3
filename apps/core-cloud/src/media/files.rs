//! The bytes of pictures and documents: on the local disk, or in any store that speaks S3.

use std::path::Path;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use url::Url;

use crate::error::Error;

/// Start of the environment variables that hold the keys of an S3 store and say where it is.
const AWS_PREFIX: &str = "AWS_";

/// A store of files that never change.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
}

impl Files {
    /// Files below `data_dir`, or at `url` (`s3://bucket/prefix`) with the `AWS_…` variables of the environment.
    ///
    /// # Errors
    /// When the folder cannot be made, or the address is of no store.
    pub fn open(data_dir: &Path, url: Option<&str>) -> Result<Self, Error> {
        let Some(url) = url.filter(|url| !url.is_empty()) else {
            std::fs::create_dir_all(data_dir)?;
            let store =
                LocalFileSystem::new_with_prefix(data_dir).map_err(failed)?.with_automatic_cleanup(true);
            return Ok(Self { store: Arc::new(store), prefix: Key::default() });
        };
        // Somebody else may have installed a provider already; theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = Url::parse(url).map_err(|error| failed_with(error.to_string()))?;
        let options = std::env::vars().filter(|(name, _)| name.starts_with(AWS_PREFIX));
        let options = options.map(|(name, value)| (name.to_ascii_lowercase(), value));
        let (store, prefix) = object_store::parse_url_opts(&url, options).map_err(failed)?;
        Ok(Self { store: store.into(), prefix })
    }

    /// Files in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { store: Arc::new(InMemory::new()), prefix: Key::default() }
    }

    /// Two levels, so that no folder grows huge. `name` is hex and at least two bytes long.
    fn key(&self, folder: &str, name: &str, ext: &str) -> Key {
        let key = self.prefix.clone().join(folder).join(name.get(..2).unwrap_or(name));
        key.join(format!("{name}.{ext}"))
    }

    /// Writes a file so that it is there whole or not at all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put(&self, folder: &str, name: &str, ext: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let key = self.key(folder, name, ext);
        self.store.put(&key, bytes.into()).await.map(|_| ()).map_err(failed)
    }

    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn get(&self, folder: &str, name: &str, ext: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.store.get(&self.key(folder, name, ext)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(failed)?.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, folder: &str, name: &str, ext: &str) -> Result<(), Error> {
        match self.store.delete(&self.key(folder, name, ext)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(error: object_store::Error) -> Error {
    Error::File(std::io::Error::other(error))
}

fn failed_with(why: String) -> Error {
    Error::File(std::io::Error::other(why))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn files_read_back_from_every_store() {
        let folder = tempfile::tempdir().unwrap();
        for files in [Files::open(folder.path(), None).unwrap(), Files::in_memory()] {
            assert_eq!(files.get("media", "abcd", "png").await.unwrap(), None);
            files.put("media", "abcd", "png", b"one".to_vec()).await.unwrap();
            files.put("media", "abcd", "png", b"one".to_vec()).await.unwrap();
            assert_eq!(files.get("media", "abcd", "png").await.unwrap().as_deref(), Some(&b"one"[..]));
            assert_eq!(files.get("documents", "abcd", "png").await.unwrap(), None);
            files.delete("media", "abcd", "png").await.unwrap();
            files.delete("media", "abcd", "png").await.unwrap();
            assert_eq!(files.get("media", "abcd", "png").await.unwrap(), None);
        }
        assert!(Files::open(folder.path(), Some("nothing://at/all")).is_err());
        // An address alone opens nothing yet: the store is asked when a file is.
        assert!(Files::open(folder.path(), Some("s3://bucket/pictures")).is_ok());
    }
}
