//! Forms with files.

use axum::extract::Request;
use http::{StatusCode, header};
use kiosk_problem::Problem;
use multer::{Constraints, Field, Multipart, SizeLimit};

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

/// A form that was refused, and what could be read of its fields: who wrote them does not write them again.
#[derive(Debug)]
pub struct Unread {
    /// Its fields.
    pub fields: Fields,
    /// Why.
    pub error: Error,
}

impl From<Unread> for Error {
    fn from(unread: Unread) -> Self {
        unread.error
    }
}

/// Reads a form whose files stand in the field `file`: at most `files_max` of them, each at most `file_bytes_max` long.
/// Their names and what the browser says of their kind are not looked at. What is refused is read to its end all the same,
/// because a browser that cannot send its form does not show the answer.
///
/// # Errors
/// 413 `file_too_large`, 422 `too_many_files`, 400 `malformed_form`, with the fields.
pub async fn read_upload(
    request: Request,
    file_bytes_max: usize,
    files_max: usize,
) -> Result<Upload, Unread> {
    let mut reading = Reading { pairs: Vec::new(), files: Vec::new(), refused: None };
    let read = reading.read(request, file_bytes_max, files_max).await;
    let Reading { pairs, files, refused } = reading;
    let fields = Fields::new(pairs);
    match read.err().or(refused) {
        None => Ok(Upload { fields, files }),
        Some(error) => Err(Unread { fields, error }),
    }
}

struct Reading {
    pairs: Vec<(String, String)>,
    files: Vec<Vec<u8>>,
    /// The first refusal.
    refused: Option<Error>,
}

impl Reading {
    async fn read(&mut self, request: Request, bytes_max: usize, files_max: usize) -> Result<(), Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or("")).map_err(|_| malformed())?;
        let whole = bytes_max.saturating_mul(files_max).saturating_add(FORM_BYTES_MAX) as u64;
        let limits = SizeLimit::new().whole_stream(whole).per_field(FORM_BYTES_MAX as u64);
        let constraints = Constraints::new().size_limit(limits.for_field("file", whole));
        let body = request.into_body().into_data_stream();
        let mut parts = Multipart::with_constraints(body, boundary, constraints);
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(|error| refused(&error, bytes_max))? {
            count += 1;
            if count > PARTS_MAX {
                return Err(malformed());
            }
            if part.name() == Some("file") {
                self.read_file(part, bytes_max, files_max).await?;
            } else {
                let name = part.name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(|error| refused(&error, bytes_max))?;
                self.pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok(())
    }

    async fn read_file(
        &mut self,
        mut part: Field<'_>,
        bytes_max: usize,
        files_max: usize,
    ) -> Result<(), Error> {
        let (mut file, mut length) = (Vec::new(), 0_usize);
        while let Some(chunk) = part.chunk().await.map_err(|error| refused(&error, bytes_max))? {
            length = length.saturating_add(chunk.len());
            if length <= bytes_max && self.files.len() < files_max {
                file.extend_from_slice(&chunk);
            }
        }
        if length == 0 {
            // No file was chosen.
        } else if length > bytes_max {
            self.refused.get_or_insert_with(|| too_large(bytes_max));
        } else if self.files.len() == files_max {
            self.refused.get_or_insert_with(|| too_many(files_max));
        } else {
            self.files.push(file);
        }
        Ok(())
    }
}

fn refused(error: &multer::Error, file_bytes_max: usize) -> Error {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            too_large(file_bytes_max)
        }
        _ => malformed(),
    }
}

fn too_large(file_bytes_max: usize) -> Error {
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", "The file is too large");
    problem.param("file").detail(format!("At most {} MiB.", file_bytes_max / 1024 / 1024)).into()
}

fn too_many(files_max: usize) -> Error {
    let title = "These are too many files at once";
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_files", title);
    problem.param("file").detail(format!("At most {files_max}.")).into()
}

fn malformed() -> Error {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_form", "The form cannot be read").into()
}
