//! What both adapters do with HTTP: requests from parts, answers into results.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use kiosk_ids::ID_BYTES_MAX;
use serde::de::DeserializeOwned;

use crate::{PayError, Transport};

/// The longest answer that is read.
pub const ANSWER_BYTES_MAX: usize = 512 * 1024;
/// The longest name of a provider for one of its things.
const REFERENCE_BYTES_MAX: usize = 255;

/// A request to one path of a provider.
pub(crate) struct Call {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub content_type: &'static str,
    pub body: String,
}

impl Call {
    /// Sends. Statuses that ask for another try are [`PayError::Away`]; all others are the caller's to read.
    pub async fn send(self, transport: &dyn Transport) -> Result<Response<Bytes>, PayError> {
        let mut request = Request::builder().method(self.method).uri(self.url);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, self.content_type);
        }
        let request =
            request.body(Bytes::from(self.body)).map_err(|_| refused(0, "request_cannot_be_written"))?;
        let answer = transport.send(request).await?;
        let status = answer.status();
        if answer.body().len() > ANSWER_BYTES_MAX {
            return Err(PayError::Mismatch("length of the answer"));
        }
        // Conflict: the same key is being worked on at this moment.
        let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS];
        if status.is_server_error() || again.contains(&status) {
            return Err(PayError::Away(format!("HTTP {}", status.as_u16())));
        }
        Ok(answer)
    }
}

/// The body of an answer.
pub(crate) fn read<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, PayError> {
    serde_json::from_slice(answer.body()).map_err(|_| PayError::Mismatch("form of the answer"))
}

/// A refusal.
pub(crate) fn refused(status: u16, code: &str) -> PayError {
    PayError::Refused { status, code: code.to_owned() }
}

/// A provider's name for something, when it can stand in a path as it is.
pub(crate) fn in_path(reference: &str) -> Result<&str, PayError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if reference.is_empty() || reference.len() > REFERENCE_BYTES_MAX || !reference.bytes().all(plain) {
        return Err(refused(0, "invalid_reference"));
    }
    Ok(reference)
}

/// A provider's code for a reason, cut so that it can be kept and logged.
pub(crate) fn code(text: Option<&str>) -> String {
    let text = text.filter(|text| !text.is_empty()).unwrap_or("unknown");
    text.chars().filter(|c| c.is_ascii_graphic()).take(ID_BYTES_MAX).collect()
}
