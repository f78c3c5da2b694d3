//! Forms with files.

use axum::extract::Request;
use http::{StatusCode, header};
use kiosk_problem::Problem;
use multer::{Constraints, Multipart, SizeLimit};

use super::fields::{FORM_BYTES_MAX, Fields};
use crate::error::Error;

/// Most parts of a form, files and fields together.
const PARTS_MAX: usize = 2_000;

/// A form with files, read whole.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Its fields.
    pub fields: Fields,
    /// Its files that were chosen, in order.
    pub files: Vec<Vec<u8>>,
}

/// Reads a form whose files stand in the field `file`: at most `files_max` of them, each at most `file_bytes_max` long.
/// Their names and what the browser says of their kind are not looked at.
///
/// # Errors
/// 413 `file_too_large`, 422 `too_many_files`, 400 `malformed_form`.
pub async fn read_upload(request: Request, file_bytes_max: usize, files_max: usize) -> Result<Upload, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let boundary = multer::parse_boundary(kind).map_err(|_| malformed())?;
    let whole = file_bytes_max.saturating_mul(files_max).saturating_add(FORM_BYTES_MAX);
    let limits = SizeLimit::new()
        .whole_stream(whole as u64)
        .per_field(FORM_BYTES_MAX as u64)
        .for_field("file", file_bytes_max as u64);
    let constraints = Constraints::new().size_limit(limits);
    let body = request.into_body().into_data_stream();
    let mut parts = Multipart::with_constraints(body, boundary, constraints);
    let (mut pairs, mut files, mut count) = (Vec::new(), Vec::new(), 0);
    while let Some(part) = parts.next_field().await.map_err(|error| refused(&error, file_bytes_max))? {
        count += 1;
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|error| refused(&error, file_bytes_max))?;
        if count > PARTS_MAX {
            return Err(malformed());
        }
        if name != "file" {
            pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        } else if !bytes.is_empty() {
            if files.len() == files_max {
                let problem = Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "too_many_files",
                    "These are too many files at once",
                );
                return Err(problem.param("file").detail(format!("At most {files_max}.")).into());
            }
            files.push(bytes.into());
        }
    }
    Ok(Upload { fields: Fields::new(pairs), files })
}

fn refused(error: &multer::Error, file_bytes_max: usize) -> Error {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            let problem =
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", "The file is too large");
            let detail = format!("At most {} MiB.", file_bytes_max / 1024 / 1024);
            problem.param("file").detail(detail).into()
        }
        _ => malformed(),
    }
}

fn malformed() -> Error {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_form", "The form cannot be read").into()
}
