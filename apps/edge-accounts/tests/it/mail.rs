//! Mails: sent once, again when the provider is away, and sealed while they wait.

use http::StatusCode;
use serde_json::json;

use crate::support::{EMAIL, Region};

#[tokio::test]
async fn a_mail_is_what_the_provider_takes() {
    let region = Region::new();
    region.register(EMAIL).await.is(202);
    let mails = region.mails().await;
    assert_eq!(region.provider.lock().unwrap().tokens, ["mail-token"]);
    assert_eq!(mails[0]["From"], "Kiosk <shop@kiosk.test>");
    assert_eq!((&mails[0]["To"], &mails[0]["MessageStream"]), (&EMAIL.into(), &"outbound".into()));
    let text = mails[0]["TextBody"].as_str().unwrap();
    assert!(
        text.starts_with("Hello Ada Lovelace,") && text.contains("https://shop.test/account/verify?token=")
    );
    assert_eq!(region.tick().await, 0, "and it goes once");
}

#[tokio::test]
async fn a_mail_waits_for_a_provider_that_is_away() {
    let region = Region::new();
    region.provider.lock().unwrap().refuse = Some((StatusCode::SERVICE_UNAVAILABLE, 0));
    region.register(EMAIL).await.is(202);
    assert_eq!(region.tick().await, 0);
    region.provider.lock().unwrap().refuse = None;
    assert_eq!(region.tick().await, 0, "not at once");
    region.host.clock.advance_ms(2_000);
    assert_eq!(region.tick().await, 1);
    region.host.http.down("mail.test");
    region.post("/v1/account/reset", json!({"email": EMAIL})).await.is(202);
    assert_eq!(region.tick().await, 0);
    assert_eq!(region.number("SELECT COUNT(*) FROM mail").await, 1);
}

#[tokio::test]
async fn a_receiver_whom_the_provider_refuses_is_given_up() {
    let region = Region::new();
    region.provider.lock().unwrap().refuse = Some((StatusCode::UNPROCESSABLE_ENTITY, 406));
    region.register(EMAIL).await.is(202);
    region.tick().await;
    assert_eq!(region.number("SELECT COUNT(*) FROM mail").await, 0);
}

#[tokio::test]
async fn a_mail_is_given_up_in_the_end() {
    let region = Region::new();
    region.provider.lock().unwrap().refuse = Some((StatusCode::INTERNAL_SERVER_ERROR, 0));
    region.register(EMAIL).await.is(202);
    for _ in 0..12 {
        assert_eq!(region.number("SELECT COUNT(*) FROM mail").await, 1);
        region.tick().await;
        region.host.clock.advance_ms(10 * 60_000);
    }
    assert_eq!(region.number("SELECT COUNT(*) FROM mail").await, 0);
}
