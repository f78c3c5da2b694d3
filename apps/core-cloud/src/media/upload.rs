//! Pictures that people upload: drawn anew in several widths, one at a time.

use std::collections::HashMap;

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::{Picture, PictureSize};
use sha2::{Digest, Sha256};

use super::encode::{self, Encoded, Unusable};
use super::service::{self, Service};
use super::store;
use crate::db::Conn;
use crate::error::Error;

impl Service {
    /// Draws an uploaded picture anew and keeps it in all its widths; `alt` is for those who do not see it.
    ///
    /// # Errors
    /// 422 `picture_refused`.
    pub async fn put_upload(&self, bytes: Vec<u8>, alt: &str) -> Result<Picture, Error> {
        let drawn = {
            let _place = self.drawing.acquire().await.map_err(std::io::Error::other)?;
            let drawn = tokio::task::spawn_blocking(move || encode::encode(&bytes));
            drawn.await.map_err(std::io::Error::other)?.map_err(|why| refused(&why))?
        };
        let files: Vec<_> = drawn.iter().map(file).collect();
        self.put_pictures(&files).await?;
        let widths: Vec<PictureSize> = drawn.iter().map(size).collect();
        let widest = widths.last().cloned().ok_or_else(|| refused(&Unusable::Damaged))?;
        Ok(Picture { hash: widest.hash, ext: widest.ext, alt: alt.to_owned(), widths })
    }

    /// Takes the picture of a customer that a POP hands in, and remembers it by the hash of what was handed in; the same
    /// bytes again are the same picture.
    ///
    /// # Errors
    /// 422 `picture_refused`.
    pub async fn put_upload_of_pop(&self, bytes: Vec<u8>) -> Result<Picture, Error> {
        let hash = hex::encode(Sha256::digest(&bytes));
        if let Some(known) = list_uploads(&mut *self.db.read().await?, &[&hash]).await?.remove(&hash) {
            return Ok(known);
        }
        let picture = self.put_upload(bytes, "").await?;
        let mut tx = self.db.begin().await?;
        store::insert_upload(&mut tx, &hash, &serde_json::to_string(&picture)?, self.clock.now_ms()).await?;
        tx.commit().await?;
        Ok(picture)
    }
}

/// The pictures that POPs handed in before, by the SHA-256 (hex) of what they handed in.
///
/// # Errors
/// When the database fails.
pub async fn list_uploads(conn: &mut Conn, hashes: &[&str]) -> Result<HashMap<String, Picture>, Error> {
    let found = store::list_uploads(conn, hashes).await?;
    found.into_iter().map(|(hash, body)| Ok((hash, serde_json::from_str(&body)?))).collect()
}

fn file(encoded: &Encoded) -> service::Picture {
    let Encoded { hash, kind, bytes, .. } = encoded;
    service::Picture { hash: hash.clone(), kind: *kind, bytes: bytes.clone(), url: None }
}

fn size(encoded: &Encoded) -> PictureSize {
    PictureSize { width: encoded.width, hash: encoded.hash.clone(), ext: encoded.kind.ext().to_owned() }
}

fn refused(why: &Unusable) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "picture_refused", "The picture is not taken")
        .param("picture")
        .detail(why.to_string())
}
