//! The core takes sync requests from its POPs alone, each once.

use anyhow::Result;
use kiosk_testkit::{ProductSpec, Shop};
use kiosk_wire::sign::{SignatureParams, Signed, sign};
use serde_json::Value;

async fn post(shop: &Shop, body: &'static str, key: &[u8], nonce: &str, skew_s: i64) -> Result<(u16, Value)> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let params = SignatureParams {
        key_id: "eu-1".into(),
        created_s: i64::try_from(now)? + skew_s,
        nonce: nonce.into(),
    };
    let signed = Signed { method: "POST", path_and_query: "/sync/v1/leases", body: body.as_bytes() };
    let headers = sign(key, &signed, &params);
    let response = reqwest::Client::new()
        .post(format!("{}/sync/v1/leases", shop.core.url))
        .header("content-type", "application/json")
        .header("content-digest", headers.content_digest)
        .header("signature-input", headers.signature_input)
        .header("signature", headers.signature)
        .body(body)
        .send()
        .await?;
    Ok((response.status().as_u16(), response.json().await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn unsigned_forged_stale_and_replayed_requests_are_refused() -> Result<()> {
    let shop = Shop::builder().products(&[ProductSpec::new("SIGNED", 100, 5)]).start().await?;
    let body = r#"{"incarnation":"0123456789abcdef","last_seq":0,"asks":[]}"#;
    let key = b"key-of-eu-1-0123456789abcdef";

    let unsigned =
        reqwest::Client::new().post(format!("{}/sync/v1/leases", shop.core.url)).body(body).send().await?;
    assert_eq!(unsigned.status().as_u16(), 401);
    assert_eq!(unsigned.json::<Value>().await?["code"], "signature_required");
    let (status, problem) = post(&shop, body, b"another key", "nonce-forged-0123456789", 0).await?;
    assert_eq!((status, problem["code"].as_str()), (401, Some("signature_invalid")));
    let (status, _) = post(&shop, body, key, "nonce-stale-0123456789", -400).await?;
    assert_eq!(status, 401);
    let (status, answer) = post(&shop, body, key, "nonce-good-0123456789ab", 0).await?;
    assert_eq!(status, 200, "{answer}");
    let (status, problem) = post(&shop, body, key, "nonce-good-0123456789ab", 0).await?;
    assert_eq!((status, problem["code"].as_str()), (401, Some("signature_replayed")));
    Ok(())
}
