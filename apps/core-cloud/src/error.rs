//! What a service can answer other than its result, and how HTTP tells it.

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::sign::SignatureError;

/// A request that a service did not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or is away.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A file could not be read or written.
    #[error("a file could not be read or written")]
    File(#[from] std::io::Error),
    /// A stored record does not read back.
    #[error("a stored record does not read back")]
    Record(#[from] serde_json::Error),
    /// The broker of the event bus refused or is away.
    #[error("the broker failed: {0}")]
    Broker(String),
    /// A value that cannot be accepted.
    #[error("{param}: {detail}")]
    Invalid {
        /// The field.
        param: String,
        /// Why.
        detail: String,
    },
    /// What the rules of a service do not allow, as the client sees it.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The request bears no signature.
    #[error("the request is not signed")]
    SignatureRequired,
    /// The request bears a signature that does not hold.
    #[error("the signature does not hold")]
    SignatureInvalid(#[from] SignatureError),
    /// The key of the signature is no POP's.
    #[error("no such POP")]
    UnknownPop,
    /// The nonce of the signature was used before.
    #[error("the signature was used before")]
    SignatureReplayed,
    /// Events are missing before these.
    #[error("event {expected_seq} is the next one")]
    EventGap {
        /// The number the core waits for.
        expected_seq: u64,
    },
    /// The numbers of these events were used for others: the POP's database was set back to an older state.
    #[error("event numbers were used before, for other events")]
    EventsRewound,
    /// The POP has shown to know of a later write-off of its leases: its database was set back to an older state.
    #[error("these leases were written off since")]
    LeaseFenced,
    /// The cursor is beyond the feed: the POP followed another core.
    #[error("the feed ends at {latest}")]
    CursorAhead {
        /// The last number of the feed.
        latest: u64,
    },
    /// The POP can still sell from its leases.
    #[error("the leases run until {expires_ms}")]
    LeaseRuns {
        /// When they can be written off, Unix milliseconds.
        expires_ms: i64,
    },
}

impl Error {
    /// A value that cannot be accepted.
    pub fn invalid(param: &str, detail: impl Into<String>) -> Self {
        Self::Invalid { param: param.to_owned(), detail: detail.into() }
    }

    /// Whether it says nothing about what was asked: the same may be done in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Broker(_) => true,
            Self::Database(sqlx::Error::Database(cause)) => {
                // SQLITE_BUSY and its extended codes; PostgreSQL's deadlock and serialisation, and a server that stops
                // or is full.
                let passing = ["5", "261", "517", "40P01", "40001", "57P01", "57P02", "57P03", "53300"];
                cause.code().is_some_and(|code| passing.contains(&&*code))
            }
            Self::Database(cause) => matches!(
                cause,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
                    | sqlx::Error::BeginFailed
            ),
            _ => false,
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let unauthorized = |code: &str, title: &str| Self::new(StatusCode::UNAUTHORIZED, code, title);
        match error {
            Error::Database(cause) if is_busy(&cause) => {
                tracing::warn!(error = &cause as &dyn std::error::Error, "database is busy");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "core_busy", "The core is busy").retry_after_s(1)
            }
            Error::Database(_) | Error::File(_) | Error::Record(_) | Error::Broker(_) => {
                Self::internal(&error)
            }
            Error::Refused(problem) => *problem,
            Error::Invalid { param, detail } => Self::invalid(&param, detail),
            Error::NotFound(what) => Self::not_found(what),
            Error::SignatureRequired => unauthorized("signature_required", "The request must be signed"),
            Error::SignatureInvalid(cause) => {
                unauthorized("signature_invalid", "The signature does not hold").detail(cause.to_string())
            }
            // The same code as for a bad signature: who asks does not learn which POPs exist.
            Error::UnknownPop => unauthorized("signature_invalid", "The signature does not hold"),
            Error::SignatureReplayed => unauthorized("signature_replayed", "The signature was used before"),
            Error::EventGap { expected_seq } => {
                Self::new(StatusCode::CONFLICT, "event_gap", "Events are missing before these")
                    .with("expected_seq", expected_seq)
            }
            Error::EventsRewound => Self::new(
                StatusCode::CONFLICT,
                "events_rewound",
                "These numbers were used for other events",
            )
            .detail(
                "The POP's database was set back to an older state; nothing was applied and nothing is lost.",
            ),
            Error::LeaseFenced => {
                Self::new(StatusCode::CONFLICT, "lease_fenced", "These leases were written off since")
                    .detail("The POP's database was set back to a state from before; nothing was granted.")
            }
            Error::CursorAhead { latest } => {
                Self::new(StatusCode::CONFLICT, "feed_cursor_ahead", "The cursor is beyond the feed")
                    .detail("This core's feed is another one than the cursor is of: start again from 0.")
                    .with("latest", latest)
            }
            Error::LeaseRuns { expires_ms } => {
                Self::new(StatusCode::CONFLICT, "lease_runs", "The POP can still sell from its leases")
                    .with("expires_ms", expires_ms)
            }
        }
    }
}

/// Whether it is worth asking again in a moment.
fn is_busy(cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
        // SQLITE_BUSY and its extended codes; PostgreSQL's deadlock, serialisation, lock and statement timeouts.
        sqlx::Error::Database(error) => {
            let code = error.code();
            matches!(code.as_deref(), Some("5" | "261" | "517" | "40P01" | "40001" | "55P03" | "57014"))
        }
        _ => false,
    }
}
