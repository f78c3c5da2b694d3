//! Passkeys.

use http::StatusCode;
use kiosk_privacy::checks;
use kiosk_problem::Problem;
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::challenge::{self, CHALLENGE_MS_MAX};
use super::view::{
    CreationOptions, KeyKind, Known, NewPasskey, PasskeyWish, RequestOptions, Selection, Signed, Site, User,
    bytes, text,
};
use crate::app::Region;
use crate::error::{Result, refused_field};
use crate::guard::Session;
use crate::mail::{self, texts};
use crate::person::Owner;
use crate::sessions::service::{NewSession, begin};
use crate::store::passkeys::{self, PASSKEYS_MAX, Passkey};
use crate::webauthn::{self, Ceremony, ES256, RelyingParty, WebAuthnError};

/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 60;
/// Hexadecimal digits of a passkey's id.
const ID_CHARS: usize = 32;
const PUBLIC_KEY: &str = "public-key";
const REQUIRED: &str = "required";

/// A passkey, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnPasskey {
    /// `pky_…`
    pub id: String,
    pub name: String,
    /// When it was added, Unix milliseconds.
    pub created_ms: i64,
    /// When it last logged in, Unix milliseconds.
    pub used_ms: Option<i64>,
}

/// Where passkeys are used.
fn site(region: &Region) -> Result<&RelyingParty> {
    let site = region.config.relying_party.as_ref();
    let title = "This shop has no domain that passkeys could be for";
    Ok(site.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "passkeys_unavailable", title))?)
}

/// 422: the authenticator's answer, or the challenge that it signed.
fn refused(why: impl std::fmt::Display) -> Problem {
    let title = "This passkey was not accepted";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "passkey_refused", title)
        .param("credential")
        .detail(format!("Please try again: {why}."))
}

impl From<WebAuthnError> for crate::error::ApiError {
    fn from(error: WebAuthnError) -> Self {
        refused(error).into()
    }
}

fn id_of(credential: &[u8]) -> String {
    let hash = hex::encode(Sha256::digest(credential));
    format!("pky_{}", hash.get(..ID_CHARS).unwrap_or(&hash))
}

/// What a device needs to make a key; for who has the password, not the session alone.
pub async fn registration_options(
    region: &Region,
    session: &Session,
    wish: &PasskeyWish,
) -> Result<CreationOptions> {
    let site = site(region)?;
    session.prove(region, "password", &wish.password).await?;
    let (account, person) = (&session.owner.account, session.owner.person()?);
    let known = passkeys::list(&*region.edge.db, &account.id).await?;
    let known = known.iter().map(|passkey| Known { kind: PUBLIC_KEY, id: text(&passkey.credential) });
    Ok(CreationOptions {
        rp: Site { id: site.id.clone(), name: "Kiosk" },
        user: User {
            id: text(account.id.as_str().as_bytes()),
            name: person.email.reveal().clone(),
            display_name: person.name.reveal().clone(),
        },
        challenge: text(&challenge::fresh(region, Some(account.id.as_str()))),
        pub_key_cred_params: vec![KeyKind { kind: PUBLIC_KEY, alg: ES256 }],
        timeout: CHALLENGE_MS_MAX,
        exclude_credentials: known.collect(),
        authenticator_selection: Selection {
            resident_key: REQUIRED,
            require_resident_key: true,
            user_verification: REQUIRED,
        },
        attestation: "none",
    })
}

/// Keeps the key that a device made.
pub async fn add_passkey(region: &Region, session: &Session, new: NewPasskey) -> Result<OwnPasskey> {
    let site = site(region)?;
    let name = checks::line(&new.name, "name", NAME_CHARS_MAX).map_err(refused_field)?;
    let response = &new.credential.response;
    let client_data = bytes("credential.response.clientDataJSON", &response.client_data_json)?;
    let data = bytes("credential.response.authenticatorData", &response.authenticator_data)?;
    let owner = &session.owner;
    let account = &owner.account.id;
    let challenge = webauthn::challenge(site, Ceremony::Create, &client_data)?;
    let key = webauthn::created(site, &data)?;
    if bytes("credential.id", &new.credential.id)? != key.credential {
        return Err(WebAuthnError::Malformed.into());
    }
    if !challenge::take(region, Some(account.as_str()), &challenge).await? {
        return Err(refused("it took too long").into());
    }
    let id = id_of(&key.credential);
    let passkey = Passkey {
        sealed: owner.seal(region, &id, name.reveal().as_bytes()),
        credential: key.credential,
        public_key: key.public_key,
        sign_count: key.sign_count,
        created_ms: region.now_ms(),
        used_ms: None,
        id,
    };
    let mail = mail::queue(region, owner, &texts::passkey_added(region, &owner.person()?))?;
    match region.edge.db.batch(vec![passkeys::insert(account, &passkey), mail]).await {
        Err(error) if error.violates("passkeys_have_room") => Err(too_many().into()),
        Err(error) if error.violates("passkey.id") => Err(refused("it is known already").into()),
        result => Ok(result.map(|()| own(owner, passkey))??),
    }
}

fn too_many() -> Problem {
    let title = "There is no room for another passkey";
    Problem::new(StatusCode::CONFLICT, "too_many_passkeys", title)
        .detail(format!("At most {PASSKEYS_MAX} are kept: remove one first."))
}

fn own(owner: &Owner, passkey: Passkey) -> Result<OwnPasskey> {
    let name = String::from_utf8_lossy(&owner.open(&passkey.id, &passkey.sealed)?).into_owned();
    let Passkey { id, created_ms, used_ms, .. } = passkey;
    Ok(OwnPasskey { id, name, created_ms, used_ms })
}

/// All passkeys, oldest first.
pub async fn list_passkeys(region: &Region, owner: &Owner) -> Result<Vec<OwnPasskey>> {
    let known = passkeys::list(&*region.edge.db, &owner.account.id).await?;
    known.into_iter().map(|passkey| own(owner, passkey)).collect()
}

/// Forgets a passkey. Somebody else's is not told from one that is not there.
pub async fn remove_passkey(region: &Region, session: &Session, id: &str) -> Result<()> {
    let (db, account) = (&*region.edge.db, &session.owner.account.id);
    if !passkeys::list(db, account).await?.iter().any(|passkey| passkey.id == id) {
        return Err(Problem::not_found("passkey").into());
    }
    Ok(db.batch(vec![passkeys::delete(account, id)]).await?)
}

/// What a device needs to sign. It is the same whoever asks: the device knows whose key it has.
pub fn login_options(region: &Region) -> Result<RequestOptions> {
    Ok(RequestOptions {
        challenge: text(&challenge::fresh(region, None)),
        timeout: CHALLENGE_MS_MAX,
        rp_id: site(region)?.id.clone(),
        user_verification: REQUIRED,
    })
}

/// Begins a session of the account whose key signed.
pub async fn log_in(region: &Region, credential: &Signed) -> Result<NewSession> {
    let site = site(region)?;
    let response = &credential.response;
    let client_data = bytes("credential.response.clientDataJSON", &response.client_data_json)?;
    let data = bytes("credential.response.authenticatorData", &response.authenticator_data)?;
    let signature = bytes("credential.response.signature", &response.signature)?;
    let handle = bytes("credential.response.userHandle", response.user_handle.as_deref().unwrap_or(""))?;
    let id = id_of(&bytes("credential.id", &credential.id)?);
    let challenge = webauthn::challenge(site, Ceremony::Get, &client_data)?;
    let found = passkeys::find(&*region.edge.db, &id).await?;
    let (passkey, account) = found.ok_or_else(unknown)?;
    let sign_count = webauthn::signed(site, &passkey.public_key, &data, &client_data, &signature)?;
    // The device says whose key it is, and must mean the account that has it.
    if !bool::from(handle.ct_eq(account.id.as_str().as_bytes())) {
        return Err(unknown().into());
    }
    if !challenge::take(region, None, &challenge).await? {
        return Err(refused("it took too long").into());
    }
    // Two devices with copies of one key count apart.
    if (passkey.sign_count, sign_count) != (0, 0) && sign_count <= passkey.sign_count {
        tracing::warn!(customer = %account.id, passkey = id, "a passkey may have been copied");
        return Err(refused("it has been used elsewhere").into());
    }
    let owner = region.owner(account).await?;
    begin(region, &owner, passkeys::used(&id, sign_count, region.now_ms())).await
}

/// 401: no account has this passkey.
fn unknown() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "passkey_unknown", "No account has this passkey")
        .detail("It may have been removed. Log in with your password, or register.")
}
