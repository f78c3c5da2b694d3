//! The bytes of pictures: one file each, named by hash.

use std::io;
use std::path::{Path, PathBuf};

/// A folder of files that never change.
#[derive(Clone, Debug)]
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Files below `<data_dir>/media`.
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("media") }
    }

    /// Two levels, so that no folder grows huge. `hash` is hex.
    fn path(&self, hash: &str, ext: &str) -> PathBuf {
        self.folder.join(&hash[..2]).join(format!("{hash}.{ext}"))
    }

    /// Writes a file so that it is there whole or not at all.
    pub async fn put(&self, hash: &str, ext: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(hash, ext);
        if tokio::fs::try_exists(&path).await? {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.folder);
        tokio::fs::create_dir_all(folder).await?;
        let bytes = bytes.to_vec();
        tokio::task::spawn_blocking(move || write_whole(&path, &bytes)).await.map_err(io::Error::other)?
    }

    /// Reads a file; `None` when there is none.
    pub async fn get(&self, hash: &str, ext: &str) -> io::Result<Option<Vec<u8>>> {
        match tokio::fs::read(self.path(hash, ext)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Under another name first: a reader, or a crash, never meets half a picture.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path)
}
