//! All that is kept of a person, for that person (GDPR, article 20).

use serde::Serialize;
use utoipa::ToSchema;

use super::view::Profile;
use crate::addresses::service::{OwnAddress, list_addresses};
use crate::app::Region;
use crate::error::Result;
use crate::guard::Session;
use crate::passkeys::service::{OwnPasskey, list_passkeys};
use crate::sessions::service::{OwnSession, list_sessions};

/// All that is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    pub profile: Profile,
    pub addresses: Vec<OwnAddress>,
    pub sessions: Vec<OwnSession>,
    pub passkeys: Vec<OwnPasskey>,
}

/// Collects it.
pub async fn export(region: &Region, session: &Session) -> Result<Export> {
    let addresses = list_addresses(region, &session.owner).await?;
    let sessions = list_sessions(region, session).await?;
    let passkeys = list_passkeys(region, &session.owner).await?;
    Ok(Export { profile: Profile::of(&session.owner)?, addresses, sessions, passkeys })
}
