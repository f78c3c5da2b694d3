//! A customer with an account, as a mobile app acts for them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kiosk_testkit::{Desk, Shop, wait_until};
use serde_json::{Value, json};

const PASSWORD: &str = "an umbrella in the rain";

/// Somebody who is logged in.
pub struct Customer {
    pub email: String,
    pub token: String,
}

impl Customer {
    /// Registers at a POP of a shop with a mailbox, follows the mail's link and logs in.
    pub async fn register(shop: &Shop, pop: usize, name: &str, email: &str) -> Result<Self> {
        let base = format!("{}/v1/account", shop.pops[pop].url);
        let client = reqwest::Client::new();
        let registration = json!({"name": name, "email": email, "password": PASSWORD});
        client.post(&base).json(&registration).send().await?.error_for_status()?;
        let mail = wait_until("the mail of a registration", async || {
            Ok(shop.mails().await?.into_iter().find(|mail| mail["To"] == email))
        })
        .await?;
        let text = mail["TextBody"].as_str().context("a mail without a text")?;
        let (_, link) = text.split_once("?token=").context("a mail without a link")?;
        let token = json!({"token": link.split_whitespace().next()});
        client.post(format!("{base}/verification")).json(&token).send().await?.error_for_status()?;
        let log_in = json!({"email": email, "password": PASSWORD});
        let session =
            client.post(format!("{base}/session")).json(&log_in).send().await?.error_for_status()?;
        let session: Value = session.json().await?;
        let token = session["token"].as_str().context("a session without a token")?;
        Ok(Self { email: email.to_owned(), token: token.to_owned() })
    }

    /// GET at a POP, with the session.
    pub async fn get(&self, shop: &Shop, pop: usize, path: &str) -> Result<(u16, Value)> {
        let request = reqwest::Client::new().get(format!("{}{path}", shop.pops[pop].url));
        let answer = request.header("kiosk-session", &self.token).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// Sends JSON to the first POP, with the session and a key of its own.
    pub async fn send(&self, shop: &Shop, method: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        let request = reqwest::Client::new().request(method.parse()?, format!("{}{path}", shop.pops[0].url));
        let request = request.header("kiosk-session", &self.token).header("idempotency-key", "customer");
        let answer = request.json(body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
    }

    /// Erases the account.
    pub async fn erase(&self, shop: &Shop, pop: usize) -> Result<()> {
        let request = reqwest::Client::new().delete(format!("{}/v1/account", shop.pops[pop].url));
        let answer = request.bearer_auth(&self.token).json(&json!({"password": PASSWORD})).send().await?;
        ensure!(answer.status() == 204, "{}", answer.status());
        Ok(())
    }
}

/// All files below a folder.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(walk(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

/// Waits until an order can be sent. One that the fraud model puts in review, as it does at some hours, is let go.
pub async fn can_be_sent(owner: &Desk, order: &str) -> Result<()> {
    let path = format!("/admin/orders/{order}");
    wait_until("an order that is to be sent", async || {
        let page = owner.page(&path).await?;
        if page.contains("value=\"release\"") {
            owner.post(&format!("{path}/review"), &[("act", "release"), ("reason", "Known to us")]).await?;
        }
        Ok(page.contains("Mark all shipped").then_some(()))
    })
    .await
}
