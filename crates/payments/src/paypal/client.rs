//! Requests to PayPal, the access token they need, and what its errors mean.

use std::sync::{Arc, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::PayPal;
use super::wire::{ErrorBody, Token};
use crate::PayError;
use crate::http_client::{Call, code, in_path, read, refused};

/// The payer or the bank said no; the shopper may pay another way.
const DECLINES: [&str; 9] = [
    "INSTRUMENT_DECLINED",
    "TRANSACTION_REFUSED",
    "PAYER_CANNOT_PAY",
    "PAYER_ACCOUNT_RESTRICTED",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
    "COMPLIANCE_VIOLATION",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    "CARD_EXPIRED",
];

impl PayPal {
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, PayError> {
        read(&self.done(Method::GET, path, String::new(), None).await?)
    }

    /// Posts JSON; `key` makes it act once.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: String,
        key: Option<&str>,
    ) -> Result<T, PayError> {
        read(&self.done(Method::POST, path, body, key).await?)
    }

    /// An answer that says it is done; any other is an error.
    pub(super) async fn done(
        &self,
        method: Method,
        path: &str,
        body: String,
        key: Option<&str>,
    ) -> Result<Response<Bytes>, PayError> {
        let answer = self.send(method, path, body, key).await?;
        if answer.status().is_success() { Ok(answer) } else { Err(error(&answer)) }
    }

    /// Sends with the token that is known, and once more with a new one when it is not good any more: there is no
    /// clock here that could tell before.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: String,
        key: Option<&str>,
    ) -> Result<Response<Bytes>, PayError> {
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = known {
            let answer = self.send_as(&token, method.clone(), path, body.clone(), key).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
        }
        let token = self.log_in().await?;
        self.send_as(&token, method, path, body, key).await
    }

    async fn send_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: String,
        key: Option<&str>,
    ) -> Result<Response<Bytes>, PayError> {
        let mut headers = vec![
            ("authorization", format!("Bearer {token}")),
            ("accept", "application/json".to_owned()),
            ("prefer", "return=representation".to_owned()),
        ];
        headers.extend(key.map(|key| ("paypal-request-id", key.to_owned())));
        // Actions without a field want a JSON body all the same.
        let body = if body.is_empty() && method == Method::POST { "{}".to_owned() } else { body };
        let url = format!("{}{path}", self.base_url);
        let call = Call { method, url, headers, content_type: "application/json", body };
        call.send(&*self.transport).await
    }

    async fn log_in(&self) -> Result<Arc<str>, PayError> {
        let pair = BASE64.encode(format!("{}:{}", self.client_id, self.client_secret));
        let call = Call {
            method: Method::POST,
            url: format!("{}/v1/oauth2/token", self.base_url),
            headers: vec![
                ("authorization", format!("Basic {pair}")),
                ("accept", "application/json".to_owned()),
            ],
            content_type: "application/x-www-form-urlencoded",
            body: "grant_type=client_credentials".to_owned(),
        };
        let answer = call.send(&*self.transport).await?;
        if answer.status() != StatusCode::OK {
            return Err(error(&answer));
        }
        let token: Arc<str> = read::<Token>(&answer)?.access_token.into();
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}

/// What an answer that is no success means.
pub(super) fn error(answer: &Response<Bytes>) -> PayError {
    let body: ErrorBody = read(answer).unwrap_or_default();
    let code = code(body.code());
    if DECLINES.contains(&code.as_str()) {
        return PayError::Declined(code);
    }
    refused(answer.status().as_u16(), &code)
}

/// The payout that PayPal names when it was asked for it before.
pub(super) fn earlier_payout(answer: &Response<Bytes>) -> Option<String> {
    let body: ErrorBody = read(answer).ok()?;
    body.links.iter().find_map(|link| {
        let (_, rest) = link.href.split_once("/v1/payments/payouts/")?;
        let id = rest.split(['?', '/']).next()?;
        Some(in_path(id).ok()?.to_owned())
    })
}
