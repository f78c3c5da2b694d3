//! One vault for the POPs of a region, where they cannot open the same databases: one POP keeps it, and the others
//! forward what they are asked to it, wrapped into a request that is signed with the region's key.

mod accept;
mod send;
mod wrap;

use axum::Router;
use http::HeaderName;
use http::header;
use kiosk_edge_platform::client::CLIENT;
use kiosk_problem::REQUEST_ID;

pub use accept::accept;
pub use send::to_the_vault;

use crate::app::App;

/// Where the vault's POP takes what others forward.
const PATH: &str = "/v1/account/forwarded";
/// Key id of the signatures: the POPs of a region share one key.
const KEY_ID: &str = "region";
/// Headers of a request that the vault needs.
const HEADERS: [HeaderName; 4] = [header::AUTHORIZATION, header::CONTENT_TYPE, CLIENT, REQUEST_ID];

/// State of the route that takes what others forward.
#[derive(Clone)]
pub struct Vault {
    /// This POP.
    pub app: App,
    /// Its routes, without those of forwarding: what is forwarded goes no further.
    pub api: Router,
}

/// Whether what is asked at `path` is the vault's to answer.
fn is_the_vaults(path: &str) -> bool {
    let public = path == "/v1/account" || path.starts_with("/v1/account/");
    (public && !matches!(path, PATH | "/v1/account/tick" | "/v1/account/openapi.json"))
        || path == "/internal/session"
}
