//! Logging in by many at once, and what the pages of the shop notice of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use kiosk_testkit::{Shop, wait_until};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};
use tokio::task::JoinSet;

use crate::load::{Connection, paced};
use crate::pages::{PRODUCT, catalogue_is_shown};
use crate::report::Report;

/// Clients that try to log in, each again as soon as it is answered.
const ATTEMPTS_AT_ONCE: usize = 200;
/// How many of them are customers with their right password; the others guess at addresses.
const CUSTOMERS: usize = 20;
/// Pages a second meanwhile.
const PAGES_RATE: u32 = 100;
/// What `spin.toml` says.
const HASHES_MAX: i64 = 2;
const PASSWORD: &str = "an umbrella in the rain";

/// Pages without and with the attempts.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    let shop = Shop::builder().demo().mailbox().start().await?;
    let url = &shop.pops[0].url;
    catalogue_is_shown(url).await?;
    for number in 0..CUSTOMERS {
        register(&shop, number).await?;
    }
    report.section(&format!("Logins, {ATTEMPTS_AT_ONCE} at once, {HASHES_MAX} passwords hashed at once"));
    let pages = paced(url, PRODUCT, PAGES_RATE, 16, duration).await?;
    report.latency(&format!("product page at {PAGES_RATE}/s alone"), &pages, "");
    let stop = Arc::new(AtomicBool::new(false));
    let hashed = tokio::spawn(most_hashed(shop.dir().join("eu-1/vault.sqlite"), stop.clone()));
    let mut attempts = JoinSet::new();
    for client in 0..ATTEMPTS_AT_ONCE {
        attempts.spawn(attempt(url.clone(), client, stop.clone()));
    }
    let pages = paced(url, PRODUCT, PAGES_RATE, 16, duration).await?;
    stop.store(true, Ordering::Relaxed);
    let mut answers = BTreeMap::<u16, usize>::new();
    while let Some(part) = attempts.join_next().await {
        for (status, count) in part?? {
            *answers.entry(status).or_default() += count;
        }
    }
    report.latency(&format!("product page at {PAGES_RATE}/s meanwhile"), &pages, "p99 under 100 ms");
    for (status, count) in &answers {
        report.line(&format!("logins answered {status}"), &count.to_string(), "");
    }
    let known = answers.keys().all(|status| [201, 401, 503].contains(status));
    ensure!(known && answers.contains_key(&201), "logins were answered {answers:?}");
    let hashed = hashed.await??;
    report.line("passwords hashed at once, at most", &hashed.to_string(), &format!("{HASHES_MAX}"));
    ensure!(hashed <= HASHES_MAX, "{hashed} passwords were hashed at once");
    Ok(())
}

/// Each has letters of its own: addresses that differ in digits alone are taken for false accounts.
fn email(number: usize) -> String {
    let letter = ('a'..='z').nth(number).unwrap_or('z');
    format!("customer-{letter}@bench.example")
}

/// Clients come from addresses of their own, which the proxy in front would name.
fn client(number: usize) -> String {
    format!("10.0.{}.{}", number / 250, number % 250 + 1)
}

async fn send(connection: &mut Connection, number: usize, path: &str, body: &Value) -> Result<u16> {
    let request = Request::post(format!("/v1/account{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-forwarded-for", client(number))
        .body(Full::new(Bytes::from(body.to_string())))?;
    Ok(connection.send(request).await?.0.status.as_u16())
}

/// A customer, by the link that the mailbox got.
async fn register(shop: &Shop, number: usize) -> Result<()> {
    let mut connection = Connection::open(&shop.pops[0].url).await?;
    let person = json!({ "name": "A customer", "email": email(number), "password": PASSWORD });
    ensure!(send(&mut connection, number, "", &person).await? == 202, "a registration was refused");
    let mail = wait_until("a mail", async || {
        Ok(shop.mails().await?.into_iter().find(|mail| mail["To"] == email(number)))
    });
    let mail = mail.await?;
    let text = mail["TextBody"].as_str().context("a mail without a text")?;
    let token = text.split_once("?token=").and_then(|(_, rest)| rest.split_whitespace().next());
    let body = json!({ "token": token });
    ensure!(send(&mut connection, number, "/verification", &body).await? == 204, "a link was refused");
    Ok(())
}

/// Tries again and again; each guess is at another address.
async fn attempt(url: String, number: usize, stop: Arc<AtomicBool>) -> Result<BTreeMap<u16, usize>> {
    let mut connection = Connection::open(&url).await?;
    let mut answers = BTreeMap::new();
    for guess in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let email =
            if number < CUSTOMERS { email(number) } else { format!("guess-{number}-{guess}@bench.example") };
        // A client may log in 120 times at once: these come from new addresses before that.
        let client = number + ATTEMPTS_AT_ONCE * usize::try_from(guess / 100)?;
        let body = json!({ "email": email, "password": PASSWORD });
        *answers.entry(send(&mut connection, client, "/session", &body).await?).or_insert(0) += 1;
    }
    Ok(answers)
}

/// The most places to hash in that were taken whenever the vault was looked at.
async fn most_hashed(vault: impl AsRef<Path>, stop: Arc<AtomicBool>) -> Result<i64> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(vault).read_only(true);
    let mut vault = SqliteConnection::connect_with(&options).await?;
    let mut most = 0;
    while !stop.load(Ordering::Relaxed) {
        let taken =
            sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM hashing").fetch_one(&mut vault).await?;
        most = taken.max(most);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(most)
}
