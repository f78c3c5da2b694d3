//! The core's pages as an admin's or a vendor's browser uses them.

use anyhow::{Context, Result, bail};
use reqwest::{Body, Client, Response, header, redirect};

use crate::{OWNER_EMAIL, OWNER_PASSWORD, Shop};

/// Stands between the files of a form.
const BOUNDARY: &str = "kiosk-testkit-boundary";

/// Somebody who is logged in to the core.
pub struct Desk {
    client: Client,
    url: String,
    cookie: String,
}

impl Desk {
    /// Logs in.
    ///
    /// # Errors
    /// When the core does not let them in.
    pub async fn log_in(core_url: &str, email: &str, password: &str) -> Result<Self> {
        let client = Client::builder().redirect(redirect::Policy::none()).build()?;
        let mut desk = Self { client, url: core_url.to_owned(), cookie: String::new() };
        let answer = desk.post("/login", &[("email", email), ("password", password)]).await?;
        let cookie = answer.headers().get(header::SET_COOKIE).context("the core set no cookie")?;
        desk.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        Ok(desk)
    }

    /// The owner of a shop with a mailbox.
    ///
    /// # Errors
    /// When the core does not let them in.
    pub async fn owner(shop: &Shop) -> Result<Self> {
        Self::log_in(&shop.core.url, OWNER_EMAIL, OWNER_PASSWORD).await
    }

    /// A page.
    ///
    /// # Errors
    /// When the core does not answer 200.
    pub async fn page(&self, path: &str) -> Result<String> {
        let request = self.client.get(format!("{}{path}", self.url)).header(header::COOKIE, &self.cookie);
        let answer = request.send().await?;
        if answer.status() != 200 {
            bail!("{path}: {}", answer.status());
        }
        Ok(answer.text().await?)
    }

    /// Sends a form, which has to be taken (303).
    ///
    /// # Errors
    /// When the core refuses it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response> {
        let body = serde_urlencoded::to_string(fields)?;
        self.send(path, "application/x-www-form-urlencoded", body.into()).await
    }

    /// Sends a form of files, each under the name of its field, which has to be taken (303).
    ///
    /// # Errors
    /// When the core refuses it.
    pub async fn upload(&self, path: &str, files: &[(&str, &[u8])]) -> Result<Response> {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\
                 content-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.send(path, &format!("multipart/form-data; boundary={BOUNDARY}"), body.into()).await
    }

    async fn send(&self, path: &str, content_type: &str, body: Body) -> Result<Response> {
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header(header::ORIGIN, &self.url)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, content_type)
            .body(body);
        let answer = request.send().await?;
        if answer.status() != 303 {
            bail!("{path}: {} {}", answer.status(), answer.text().await?);
        }
        Ok(answer)
    }
}
