//! Bodies of requests and answers, in the shapes of `PublicKeyCredential.parseCreationOptionsFromJSON` and `toJSON` (Web
//! Authentication Level 3, 5.1). Bytes are base64url.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use kiosk_privacy::Personal;
use kiosk_problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use kiosk_password::Password;

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    BASE64URL.encode(bytes)
}

/// Text as bytes.
///
/// # Errors
/// 422 that names `param`.
pub fn bytes(param: &str, text: &str) -> Result<Vec<u8>, Problem> {
    BASE64URL.decode(text).map_err(|_| Problem::invalid(param, "is not base64url"))
}

/// Who wants another passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyWish {
    /// The account's password.
    #[schema(value_type = String)]
    pub password: Password,
}

/// A new passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// What its owner calls it.
    #[schema(value_type = String, max_length = 60)]
    pub name: Personal<String>,
    /// `toJSON()` of what `navigator.credentials.create` gave.
    pub credential: Created,
}

/// `RegistrationResponseJSON`; members that are not named here are left alone.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Created {
    pub id: String,
    pub response: CreatedResponse,
}

/// `AuthenticatorAttestationResponseJSON`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    pub authenticator_data: String,
}

/// Who logs in with a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyLogIn {
    /// `toJSON()` of what `navigator.credentials.get` gave.
    pub credential: Signed,
}

/// `AuthenticationResponseJSON`; members that are not named here are left alone.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Signed {
    pub id: String,
    pub response: SignedResponse,
}

/// `AuthenticatorAssertionResponseJSON`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedResponse {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    pub authenticator_data: String,
    pub signature: String,
    pub user_handle: Option<String>,
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    pub rp: Site,
    pub user: User,
    pub challenge: String,
    pub pub_key_cred_params: Vec<KeyKind>,
    /// Milliseconds.
    pub timeout: i64,
    pub exclude_credentials: Vec<Known>,
    pub authenticator_selection: Selection,
    /// `none`
    pub attestation: &'static str,
}

/// The shop.
#[derive(Serialize, ToSchema)]
pub struct Site {
    pub id: String,
    pub name: &'static str,
}

/// The account, as the authenticator shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The account's id, base64url.
    pub id: String,
    pub name: String,
    pub display_name: String,
}

/// A kind of key.
#[derive(Serialize, ToSchema)]
pub struct KeyKind {
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// COSE algorithm.
    pub alg: i32,
}

/// A passkey that is there already.
#[derive(Serialize, ToSchema)]
pub struct Known {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
}

/// What an authenticator has to do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    pub resident_key: &'static str,
    pub require_resident_key: bool,
    pub user_verification: &'static str,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    pub challenge: String,
    /// Milliseconds.
    pub timeout: i64,
    pub rp_id: String,
    pub user_verification: &'static str,
}
