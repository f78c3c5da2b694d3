//! Forms with files: `multipart/form-data` (RFC 7578).

use axum::body::Body;
use axum::extract::FromRequest;
use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use multer::{Constraints, Multipart, SizeLimit};

use super::forms::{FORM_BYTES_MAX, FormPairs, PAIRS_MAX, Pairs};
use crate::pages::PageError;

/// Largest form with its files, in bytes: hosts take no larger request.
pub const FILES_FORM_BYTES_MAX: usize = 3_500_000;
/// Most files of a form; further ones are ignored, and the form says how many it takes.
pub const FILES_MAX: usize = 4;

/// The pairs of a form that was posted, and its files. A form without a field for files is taken as well.
#[derive(Clone, Debug)]
pub struct FilesForm {
    /// The fields.
    pub pairs: Pairs,
    /// The files that were chosen.
    pub files: Vec<Bytes>,
}

impl<S: Send + Sync> FromRequest<S> for FilesForm {
    type Rejection = PageError;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, PageError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let Ok(boundary) = multer::parse_boundary(content_type.unwrap_or("")) else {
            let FormPairs(pairs) = FormPairs::from_request(request, state).await?;
            return Ok(Self { pairs, files: Vec::new() });
        };
        let limit = u64::try_from(FILES_FORM_BYTES_MAX).unwrap_or(u64::MAX);
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(limit));
        let stream = request.into_body().into_data_stream();
        read(Multipart::with_constraints(stream, boundary, constraints)).await.map_err(|error| match error {
            multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
                PageError::BadForm(StatusCode::PAYLOAD_TOO_LARGE)
            }
            _ => PageError::BadForm(StatusCode::BAD_REQUEST),
        })
    }
}

async fn read(mut form: Multipart<'_>) -> Result<FilesForm, multer::Error> {
    let (mut pairs, mut files, mut text_bytes) = (Vec::new(), Vec::new(), 0);
    while let Some(field) = form.next_field().await? {
        let is_file = field.file_name().is_some();
        let name = field.name().unwrap_or("").to_owned();
        let value = field.bytes().await?;
        if is_file {
            // A field without a chosen file is sent as an empty one.
            if !value.is_empty() && files.len() < FILES_MAX {
                files.push(value);
            }
            continue;
        }
        text_bytes += value.len();
        if text_bytes > FORM_BYTES_MAX {
            let limit = u64::try_from(FORM_BYTES_MAX).unwrap_or(u64::MAX);
            return Err(multer::Error::FieldSizeExceeded { limit, field_name: Some(name) });
        }
        if pairs.len() < PAIRS_MAX {
            // Browsers send line breaks as two characters.
            pairs.push((name, String::from_utf8_lossy(&value).replace("\r\n", "\n")));
        }
    }
    Ok(FilesForm { pairs: Pairs(pairs), files })
}
