//! Accounts on a shop of processes: mail, sessions, and what of a person leaves the region.

use anyhow::{Context, Result};
use kiosk_testkit::{Shop, Tap, wait_until};
use serde_json::{Value, json};

use crate::customers::walk;

const NAME: &str = "Zaphira Quillfeather";
const EMAIL: &str = "zaphira.q@quillmail.example";
const PASSWORD: &str = "an umbrella in the rain";

async fn send(
    shop: &Shop,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<(u16, Value)> {
    send_to(shop, 0, method, path, token, body).await
}

async fn send_to(
    shop: &Shop,
    pop: usize,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<(u16, Value)> {
    let url = format!("{}{path}", shop.pops[pop].url);
    let mut request = reqwest::Client::new().request(method.parse()?, url).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await.unwrap_or_default()))
}

/// The token of the link in the only mail that was sent.
async fn link(shop: &Shop) -> Result<String> {
    let mail = wait_until("a mail", async || Ok(shop.mails().await?.pop())).await?;
    assert_eq!(mail["To"], EMAIL);
    let text = mail["TextBody"].as_str().context("a mail without a text")?;
    let (_, token) = text.split_once("?token=").context("a mail without a link")?;
    Ok(token.split_whitespace().next().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_by_mail_logs_in_and_leaves_no_trace_outside_the_region() -> Result<()> {
    let mut shop = Shop::builder().mailbox().start().await?;
    let tap = Tap::to(&shop.core.url).await?;
    shop.route_pops_through(&tap.url);
    shop.pops[0].process.kill().await?;
    shop.restart_pop(0).await?;

    let registration = json!({"name": NAME, "email": EMAIL, "password": PASSWORD});
    assert_eq!(send(&shop, "POST", "/v1/account", None, &registration).await?.0, 202);
    let token = json!({"token": link(&shop).await?});
    assert_eq!(send(&shop, "POST", "/v1/account/verification", None, &token).await?.0, 204);
    let log_in = json!({"email": EMAIL, "password": PASSWORD});
    let (status, session) = send(&shop, "POST", "/v1/account/session", None, &log_in).await?;
    assert_eq!((status, &session["account"]["name"]), (201, &NAME.into()), "{session}");
    let token = session["token"].as_str().context("a session without a token")?;
    // A session outlives the process.
    shop.pops[0].process.kill().await?;
    shop.restart_pop(0).await?;
    let (status, profile) = send(&shop, "GET", "/v1/account", Some(token), &json!({})).await?;
    assert_eq!((status, &profile["email"]), (200, &EMAIL.into()));

    let marks = ["quillfeather", "quillmail", "umbrella"];
    let sent = String::from_utf8_lossy(&tap.sent()).to_lowercase();
    let mut places = vec![("the wire to the core".to_owned(), sent)];
    for entry in walk(shop.dir())? {
        let bytes = std::fs::read(&entry)?;
        places.push((entry.display().to_string(), String::from_utf8_lossy(&bytes).to_lowercase()));
    }
    assert!(places.iter().any(|(place, _)| place.ends_with("vault.sqlite")), "no vault was looked at");
    for (place, text) in &places {
        for mark in marks {
            assert!(!text.contains(mark), "{mark:?} is in {place}");
        }
    }

    assert_eq!(
        send(&shop, "DELETE", "/v1/account", Some(token), &json!({"password": PASSWORD})).await?.0,
        204
    );
    assert_eq!(send(&shop, "POST", "/v1/account/session", None, &log_in).await?.0, 401);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_on_one_pop_of_a_region_logs_in_on_the_other() -> Result<()> {
    let mut shop = Shop::builder().pops(&["eu-1", "eu-2"]).shared_vault().mailbox().start().await?;
    let (vault, other) = (0, 1);
    let registration = json!({"name": NAME, "email": EMAIL, "password": PASSWORD});
    assert_eq!(send_to(&shop, other, "POST", "/v1/account", None, &registration).await?.0, 202);
    let token = json!({"token": link(&shop).await?});
    assert_eq!(send_to(&shop, other, "POST", "/v1/account/verification", None, &token).await?.0, 204);
    let log_in = json!({"email": EMAIL, "password": PASSWORD});
    for (here, there) in [(vault, other), (other, vault)] {
        let (status, session) = send_to(&shop, here, "POST", "/v1/account/session", None, &log_in).await?;
        assert_eq!(status, 201, "{session}");
        let token = session["token"].as_str().context("a session without a token")?;
        let (status, profile) = send_to(&shop, there, "GET", "/v1/account", Some(token), &json!({})).await?;
        assert_eq!((status, &profile["name"]), (200, &NAME.into()), "{profile}");
    }
    for file in walk(&shop.dir().join("eu-2"))? {
        let is_vault = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vault"));
        let tables = String::from_utf8_lossy(&std::fs::read(&file)?).contains("CREATE TABLE");
        assert!(!(is_vault && tables), "{} is a second vault", file.display());
    }

    // Nobody but a POP of the region reaches the vault by that way.
    let wrapped = json!({"method": "GET", "path": "/internal/session", "headers": [], "body": ""});
    assert_eq!(send_to(&shop, vault, "POST", "/v1/account/forwarded", None, &wrapped).await?.0, 404);

    // Without its vault the other POP says so, and its shop goes on.
    shop.pops[vault].process.kill().await?;
    let (status, problem) = send_to(&shop, other, "POST", "/v1/account/session", None, &log_in).await?;
    assert_eq!((status, &problem["code"]), (503, &"accounts_unavailable".into()), "{problem}");
    let page = reqwest::get(format!("{}/account/login", shop.pops[other].url)).await?;
    assert_eq!(page.status().as_u16(), 200);
    shop.restart_pop(vault).await?;
    assert_eq!(send_to(&shop, other, "POST", "/v1/account/session", None, &log_in).await?.0, 201);
    Ok(())
}
