//! Signed requests to the core.

use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header};
use kiosk_edge_platform::{HttpError, Outbound};
use kiosk_problem::Problem;
use kiosk_wire::sign::{self, CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, SignatureParams, Signed};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::Pop;

/// How long a tick waits for one answer, in milliseconds.
pub const TICK_TIMEOUT_MS_MAX: u32 = 3_000;
const JSON: &str = "application/json";
const FILE: &str = "application/octet-stream";
/// Random bytes of a nonce.
const NONCE_BYTES: usize = 16;

/// The core did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// No answer.
    #[error(transparent)]
    Unreachable(#[from] HttpError),
    /// An answer that is no success.
    #[error("the core answered {status} {code}")]
    Refused {
        /// HTTP status.
        status: StatusCode,
        /// The problem's code, empty when there is none.
        code: String,
    },
    /// An answer that cannot be read.
    #[error("the core's answer cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// The request cannot be built.
    #[error("the request to the core cannot be built")]
    Request(#[from] http::Error),
}

impl CoreError {
    /// Whether the core has seen a later state of this database: it knows the numbers of these events as those of
    /// others, or a later fence. The database was set back to an older copy.
    pub fn is_rewound(&self) -> bool {
        self.is_conflict("events_rewound") || self.is_fenced()
    }

    /// Whether the core has seen a later fence of this database.
    pub fn is_fenced(&self) -> bool {
        self.is_conflict("lease_fenced")
    }

    fn is_conflict(&self, expected: &str) -> bool {
        matches!(self, Self::Refused { status, code } if *status == StatusCode::CONFLICT && code == expected)
    }

    /// Whether asking again at once is of no use: the core is away, overloaded or does not know this POP.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, .. } => {
                status.is_server_error()
                    || matches!(
                        *status,
                        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS
                    )
            }
            Self::Unreadable(_) | Self::Request(_) => false,
        }
    }
}

/// Posts `body` and reads the answer.
pub async fn post<T: DeserializeOwned>(
    pop: &Pop,
    path: &str,
    body: Vec<u8>,
    timeout_ms_max: u32,
) -> Result<T, CoreError> {
    Ok(serde_json::from_slice(&send(pop, Method::POST, path, (JSON, body), timeout_ms_max).await?)?)
}

/// Posts a file; the answer is of no interest.
pub async fn post_file(pop: &Pop, path: &str, bytes: Vec<u8>, timeout_ms_max: u32) -> Result<(), CoreError> {
    send(pop, Method::POST, path, (FILE, bytes), timeout_ms_max).await.map(drop)
}

/// Gets the bytes at `path`, query included.
pub async fn get(pop: &Pop, path: &str) -> Result<Bytes, CoreError> {
    send(pop, Method::GET, path, (JSON, Vec::new()), TICK_TIMEOUT_MS_MAX).await
}

/// A message as it is sent.
pub fn json(message: &impl Serialize) -> Result<Vec<u8>, CoreError> {
    Ok(serde_json::to_vec(message)?)
}

async fn send(
    pop: &Pop,
    method: Method,
    path: &str,
    (media_type, body): (&'static str, Vec<u8>),
    timeout_ms_max: u32,
) -> Result<Bytes, CoreError> {
    let uri: Uri = format!("{}{path}", pop.config.core_url).parse().map_err(http::Error::from)?;
    // What is signed is what arrives: a core below a path of its own sees that path.
    let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
    let signed = Signed { method: method.as_str(), path_and_query, body: &body };
    let params = SignatureParams {
        key_id: pop.config.pop_id.to_string(),
        created_s: pop.now_ms().div_euclid(1_000),
        nonce: hex::encode(pop.edge.random_bytes::<NONCE_BYTES>()),
    };
    let signature = sign::sign(pop.config.pop_key.bytes(), &signed, &params);
    let mut request = Request::builder()
        .method(method)
        .uri(&uri)
        .header(CONTENT_DIGEST, signature.content_digest)
        .header(SIGNATURE_INPUT, signature.signature_input)
        .header(SIGNATURE, signature.signature);
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, media_type);
    }
    let outbound = Outbound { request: request.body(Bytes::from(body))?, timeout_ms_max };
    let response = pop.edge.http.send(outbound).await?;
    if response.status().is_success() {
        return Ok(response.into_body());
    }
    let status = response.status();
    let code = serde_json::from_slice::<Problem>(response.body()).map_or_else(|_| String::new(), |p| p.code);
    Err(CoreError::Refused { status, code })
}
