//! Requests to Stripe and what its errors mean.

use http::{Method, StatusCode};
use serde::de::DeserializeOwned;

use super::wire::ErrorBody;
use super::{STRIPE_VERSION, Stripe};
use crate::PayError;
use crate::http_client::{Call, code, read, refused};

impl Stripe {
    /// Posts a form; `key` makes it act once.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        fields: &[(&str, String)],
        key: Option<&str>,
    ) -> Result<T, PayError> {
        self.call(Method::POST, path, fields, key).await
    }

    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, String)],
        key: Option<&str>,
    ) -> Result<T, PayError> {
        let body =
            serde_urlencoded::to_string(fields).map_err(|_| refused(0, "request_cannot_be_written"))?;
        let mut headers = vec![
            ("authorization", format!("Bearer {}", self.secret_key)),
            ("stripe-version", STRIPE_VERSION.to_owned()),
        ];
        headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
        let call = Call {
            method,
            url: format!("{}{path}", self.base_url),
            headers,
            content_type: "application/x-www-form-urlencoded",
            body,
        };
        let answer = call.send(&*self.transport).await?;
        if answer.status() == StatusCode::OK {
            return read(&answer);
        }
        let status = answer.status().as_u16();
        let Ok(ErrorBody { error }) = read::<ErrorBody>(&answer) else {
            return Err(refused(status, "unknown"));
        };
        if error.kind.as_deref() == Some("card_error") {
            return Err(PayError::Declined(code(error.decline_code.or(error.code).as_deref())));
        }
        Err(refused(status, &code(error.code.or(error.kind).as_deref())))
    }
}
