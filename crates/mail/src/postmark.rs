//! The mail provider's API, as Postmark has it: `POST /email`.

use bytes::Bytes;
use http::{Request, StatusCode, header};
use kiosk_edge_platform::{HttpClient, HttpError, Outbound};
use serde::{Deserialize, Serialize};

use crate::{Mail, Provider};

/// How long the provider may take, in milliseconds.
const TIMEOUT_MS_MAX: u32 = 5_000;
/// Codes for a receiver that gets no mail: malformed, or one that bounced or complained.
const RECEIVER_REFUSED: [u32; 2] = [300, 406];

/// The provider did not take a mail.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No answer.
    #[error(transparent)]
    Unreachable(#[from] HttpError),
    /// A refusal. The provider's text may quote the address and is not kept.
    #[error("the mail provider answered {status}, code {code}")]
    Refused {
        /// HTTP status.
        status: StatusCode,
        /// Postmark's error code, 0 when there is none.
        code: u32,
    },
    /// The request cannot be built.
    #[error("the request to the mail provider cannot be built")]
    Request(#[from] http::Error),
    /// The mail cannot be written.
    #[error("the mail cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl MailError {
    /// Whether another try is of no use.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if RECEIVER_REFUSED.contains(code))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message<'a> {
    from: &'a str,
    to: &'a str,
    subject: &'a str,
    text_body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    html_body: Option<&'a str>,
    message_stream: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    error_code: u32,
}

/// Sends a mail.
pub async fn send(http: &dyn HttpClient, provider: &Provider, mail: &Mail) -> Result<(), MailError> {
    let message = Message {
        from: &provider.from,
        to: &mail.to,
        subject: &mail.subject,
        text_body: &mail.text,
        html_body: mail.html.as_deref(),
        message_stream: "outbound",
    };
    let request = Request::post(format!("{}/email", provider.url))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header("x-postmark-server-token", &provider.token)
        .body(Bytes::from(serde_json::to_vec(&message)?))?;
    let answer = http.send(Outbound { request, timeout_ms_max: TIMEOUT_MS_MAX }).await?;
    if answer.status().is_success() {
        return Ok(());
    }
    let code = serde_json::from_slice::<Refusal>(answer.body()).unwrap_or_default().error_code;
    Err(MailError::Refused { status: answer.status(), code })
}
