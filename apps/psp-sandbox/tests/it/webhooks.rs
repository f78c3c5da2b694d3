//! Webhooks as the shop's side reads them.

use http::Request;
use kiosk_payments::webhook::{
    Dispute, DisputeStatus, Notice, NoticeError, NoticeKind, STRIPE_SIGNATURE, read_stripe,
};
use psp_sandbox::Provider;

use crate::harness::*;

type Sent = Vec<(u64, Request<bytes::Bytes>)>;

impl World {
    /// What is due, as the shop reads it, and taken.
    async fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (id, request) in self.sandbox.due() {
            notices.push(self.read(&request).await.unwrap());
            self.sandbox.sent(id, Ok(200));
        }
        notices
    }

    async fn read(&self, request: &Request<bytes::Bytes>) -> Result<Notice, NoticeError> {
        match request.headers().get(STRIPE_SIGNATURE) {
            Some(signature) => {
                let signature = signature.to_str().unwrap();
                read_stripe(&[SECRET], signature, request.body(), self.sandbox.now_ms())
            }
            None => self.paypal.notice(WEBHOOK_ID, request.headers(), request.body()).await,
        }
    }
}

fn disputes(notices: &[Notice]) -> Vec<&Dispute> {
    let found = notices.iter().filter_map(|notice| match &notice.kind {
        NoticeKind::Dispute(dispute) => Some(dispute),
        _ => None,
    });
    found.collect()
}

#[tokio::test]
async fn stripe_tells_what_happens() {
    let world = World::new();
    let paying = world.authorised(Provider::Stripe, eur(5000)).await;
    let notices = world.notices().await;
    assert!(notices.iter().all(|notice| notice.payment.as_ref() == Some(&paying.id)), "{notices:?}");
    let named = notices.iter().any(|notice| notice.reference.as_deref() == Some(paying.reference()));
    assert!(named, "{notices:?}");
    assert!(world.notices().await.is_empty(), "what was taken is not sent again");

    let captured = paying.capture("c1", eur(5000), true).await.unwrap();
    let notices = world.notices().await;
    assert!(notices.iter().any(|notice| notice.capture.as_deref() == Some(&captured.reference)));
    paying.refund("r1", &captured.reference, eur(1000)).await.unwrap();
    assert!(world.notices().await.iter().any(|notice| notice.kind == NoticeKind::Refund));
}

#[tokio::test]
async fn paypal_tells_what_happens_and_confirms_that_it_did() {
    let world = World::new();
    let paying = world.authorised(Provider::Paypal, eur(5000)).await;
    let notices = world.notices().await;
    assert_eq!(notices.len(), 2, "{notices:?}");
    for notice in &notices {
        assert_eq!(notice.payment.as_ref(), Some(&paying.id));
        assert_eq!(notice.reference.as_deref(), Some(paying.reference()));
        assert_eq!(notice.created_ms, NOW_MS);
    }
    let captured = paying.capture("c1", eur(5000), true).await.unwrap();
    let notices = world.notices().await;
    assert_eq!(notices[0].capture.as_deref(), Some(captured.reference.as_str()));
}

#[tokio::test]
async fn a_paypal_webhook_that_was_changed_is_not_believed() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    paying.approve("balance").await;
    let sent: Sent = world.sandbox.due();
    let (_, good) = sent.first().unwrap();
    assert!(world.read(good).await.is_ok());
    let text = String::from_utf8(good.body().to_vec()).unwrap();
    let headers = good.headers().clone();
    let forged = text.replace("50.00", "0.01");
    assert_ne!(forged, text);
    let forged = world.paypal.notice(WEBHOOK_ID, &headers, forged.as_bytes()).await;
    assert_eq!(forged, Err(NoticeError::Forged));
    assert_eq!(world.paypal.notice("WH-OTHER", &headers, text.as_bytes()).await, Err(NoticeError::Forged));
    let mut unsigned = headers.clone();
    unsigned.remove("paypal-transmission-sig");
    let unsigned = world.paypal.notice(WEBHOOK_ID, &unsigned, text.as_bytes()).await;
    assert_eq!(unsigned, Err(NoticeError::Unsigned));
    let spliced = format!("{text},\"webhook_id\":\"x\"");
    let spliced = world.paypal.notice(WEBHOOK_ID, &headers, spliced.as_bytes()).await;
    assert_eq!(spliced, Err(NoticeError::Malformed));
    world.sandbox.faults().next(
        psp_sandbox::faults::Operation::Verify,
        1,
        psp_sandbox::faults::Fault::Refuse(503),
    );
    let away = world.paypal.notice(WEBHOOK_ID, &headers, text.as_bytes()).await;
    assert!(matches!(away, Err(NoticeError::Away(_))), "{away:?}");
}

#[tokio::test]
async fn a_stripe_webhook_is_good_for_five_minutes() {
    let world = World::new();
    world.authorised(Provider::Stripe, eur(5000)).await;
    let sent: Sent = world.sandbox.due();
    world.pass_ms(301_000);
    assert_eq!(world.read(&sent[0].1).await, Err(NoticeError::Stale));
    // It was not taken in time, so it is sent again, signed anew.
    world.sandbox.sent(sent[0].0, Err("timed out".to_owned()));
    assert!(world.sandbox.due().is_empty(), "after a pause");
    world.pass_ms(1_000);
    assert!(world.read(&world.sandbox.due()[0].1).await.is_ok());
}

#[tokio::test]
async fn a_webhook_that_nobody_takes_is_given_up_after_a_while() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    paying.approve("balance").await;
    let mut tries = 0;
    for _ in 0..20 {
        for (id, _) in world.sandbox.due() {
            tries += 1;
            world.sandbox.sent(id, Ok(500));
        }
        world.pass_ms(86_400_000);
    }
    assert_eq!(tries, 8 * 2, "the approval, and that it was taken back after three hours");
}

#[tokio::test]
async fn accounts_and_cards_can_lose_and_double_webhooks() {
    for (card, account, copies) in
        [("4000009900000012", "webhook-lost", 0), ("4000009900000020", "webhook-twice", 2)]
    {
        let world = World::new();
        world.start(Provider::Stripe, "pay_1", eur(5000)).await.pay(card).await;
        world.start(Provider::Paypal, "pay_2", eur(5000)).await.approve(account).await;
        let notices = world.notices().await;
        let mut ids: Vec<_> = notices.iter().map(|notice| notice.id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(notices.len(), ids.len() * copies, "{card}");
        // The overview sends what was lost, as it sends anything again.
        let page = world.request("GET", "/", &[], "").await.into_body();
        let event = page.split("/events/").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        leads_to(&world.form(&format!("/events/{event}/redeliver"), &[]).await, "/#webhooks");
        assert_eq!(world.notices().await.len(), copies.max(1));
    }
}

#[tokio::test]
async fn disputes_take_money_back_until_they_are_won() {
    for (provider, fee) in [(Provider::Stripe, Some(eur(1500))), (Provider::Paypal, None)] {
        let world = World::new();
        let paying = world.authorised(provider, eur(5000)).await;
        let captured = paying.capture("c1", eur(5000), true).await.unwrap();
        paying.refund("r1", &captured.reference, eur(1000)).await.unwrap();
        world.notices().await;
        let id = world.sandbox.open_dispute(provider, &captured.reference).unwrap();
        assert!(world.sandbox.open_dispute(provider, &captured.reference).is_err(), "nothing is left");
        let notices = world.notices().await;
        let opened = disputes(&notices);
        assert!(!opened.is_empty());
        for dispute in opened {
            assert_eq!((&dispute.reference, dispute.amount), (&id, eur(4000)));
            assert_eq!((dispute.status, dispute.fee), (DisputeStatus::Open, fee));
        }
        assert_eq!(notices[0].capture.as_deref(), Some(captured.reference.as_str()));
        let refund = paying.refund("r2", &captured.reference, eur(1)).await;
        assert!(
            ["charge_disputed", "CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED"]
                .contains(&refusal(refund).as_str())
        );
        assert_eq!(world.line(paying.reference()).sums.disputed, 4000);

        world.sandbox.close_dispute(provider, &id, true).unwrap();
        assert!(world.sandbox.close_dispute(provider, &id, false).is_err(), "it is decided");
        let notices = world.notices().await;
        assert!(disputes(&notices).iter().all(|dispute| dispute.status == DisputeStatus::Won));
        assert_eq!(world.line(paying.reference()).sums.disputed, 0);

        let again = world.sandbox.open_dispute(provider, &captured.reference).unwrap();
        world.sandbox.close_dispute(provider, &again, false).unwrap();
        let notices = world.notices().await;
        assert_eq!(disputes(&notices).last().unwrap().status, DisputeStatus::Lost);
        assert_eq!(world.line(paying.reference()).sums.disputed, 4000);
    }
}
