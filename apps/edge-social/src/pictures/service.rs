//! Keeps pictures until a message or a review names them.

use http::StatusCode;
use kiosk_pop_store::social::uploads::{self, Upload};
use kiosk_problem::Problem;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::clean::{Clean, Refused, clean};
use crate::app::Pop;
use crate::error::Result;

/// A picture that was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct PictureId {
    /// SHA-256 of what is kept, hex; a message or a review names it.
    pub id: String,
}

/// Keeps a picture of `account` without anything but the picture.
pub async fn put_picture(pop: &Pop, account: &str, file: &[u8]) -> Result<PictureId> {
    let Clean { ext, bytes } = clean(file).map_err(refused)?;
    let id = hex::encode(Sha256::digest(&bytes));
    let upload = Upload { ext: ext.to_owned(), bytes };
    uploads::put(&*pop.edge.db, account, &id, &upload, pop.now_ms()).await?;
    Ok(PictureId { id })
}

fn refused(refused: Refused) -> Problem {
    let (status, code) = match refused {
        Refused::Format | Refused::Moving => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "picture_not_supported"),
        Refused::Damaged | Refused::TooLarge => (StatusCode::UNPROCESSABLE_ENTITY, "picture_refused"),
    };
    Problem::new(status, code, "This picture cannot be taken").param("picture").detail(refused.to_string())
}

/// One's own picture.
pub async fn get_picture(pop: &Pop, account: &str, id: &str) -> Result<Upload> {
    let upload = uploads::get(&*pop.edge.db, account, id).await?;
    Ok(upload.ok_or_else(|| Problem::not_found("picture"))?)
}
