//! The mail provider's API, as Postmark has it: `POST /email`.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};

use super::service::Mail;
use crate::config::MailConfig;

/// How long the provider may take, in milliseconds.
const TIMEOUT_MS_MAX: u64 = 5_000;
/// Codes for a receiver that gets no mail: malformed, or one that bounced or complained.
const RECEIVER_REFUSED: [u32; 2] = [300, 406];

/// The provider did not take a mail.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No answer.
    #[error("the mail provider cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    /// A refusal. The provider's text may quote the address and is not kept.
    #[error("the mail provider answered {status}, code {code}")]
    Refused {
        /// HTTP status.
        status: StatusCode,
        /// Postmark's error code, 0 when there is none.
        code: u32,
    },
}

impl MailError {
    /// Whether another try is of no use.
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
    message_stream: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    error_code: u32,
}

/// What mails are sent with.
pub fn client() -> Client {
    // Somebody else may have installed a provider already; theirs will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = Client::builder().timeout(Duration::from_millis(TIMEOUT_MS_MAX)).build();
    built.unwrap_or_else(|_| Client::new())
}

/// Sends a mail.
pub async fn send(client: &Client, config: &MailConfig, mail: &Mail) -> Result<(), MailError> {
    let message = Message {
        from: &config.from,
        to: &mail.to,
        subject: &mail.subject,
        text_body: &mail.text,
        message_stream: "outbound",
    };
    let request = client
        .post(format!("{}/email", config.url))
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .header("x-postmark-server-token", &config.token)
        .body(serde_json::to_vec(&message).unwrap_or_default());
    let answer = request.send().await?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let refusal: Refusal = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
    Err(MailError::Refused { status, code: refusal.error_code })
}
