//! Mails to who ordered here: written of what the core tells, sent once, and again when the provider is away.

use axum::http::StatusCode;
use kiosk_ids::{EventId, OrderId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, Notice, NoticeKind, NoticeLine};
use serde_json::{Value, json};

use crate::support::{FakeMail, MAIL_HOST, MAILS, MUG, TestPop};

/// When the tests begin, Unix milliseconds.
const NOW_MS: i64 = 1_790_000_000_000;

/// A POP that sends mails, with an order of a guest.
async fn sold() -> (TestPop, FakeMail, Value) {
    let pop = TestPop::with_variables(&MAILS);
    let mail = FakeMail::default();
    pop.host.http.up(MAIL_HOST, mail.router());
    pop.core.sell_goods();
    pop.tick_until_quiet().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let order = pop.buy(&cart, "key").await.is(201).body;
    pop.tick_until_quiet().await;
    (pop, mail, order)
}

fn notice(id: &str, order: &Value, kind: NoticeKind) -> Notice {
    Notice {
        id: EventId::named(id).unwrap(),
        order: OrderId::parse(order["id"].as_str().unwrap()).unwrap(),
        kind,
        happened_ms: NOW_MS,
        vendor: Some(VendorId::named("clay").unwrap()),
        lines: vec![NoticeLine { title: "A <b>mug</b> & more".to_owned(), quantity: 2 }],
        amount: Some(Money::new(3_998, Currency::EUR)),
        carrier: String::new(),
        tracking: String::new(),
        returned: None,
        label: String::new(),
        reason: String::new(),
    }
}

fn tell(pop: &TestPop, notice: Notice) {
    pop.core.tell(Change::Notice(Box::new(notice)));
}

#[tokio::test]
async fn a_notice_becomes_a_mail_with_the_way_to_the_order() {
    let (pop, mail, order) = sold().await;
    assert!(mail.take().is_empty(), "an order on invoice is confirmed by the core");
    let shipped = Notice {
        carrier: "DHL".to_owned(),
        tracking: "00340434".to_owned(),
        ..notice("shipped", &order, NoticeKind::Shipped)
    };
    tell(&pop, shipped);
    pop.follow().await;
    let mails = mail.take();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (&mails[0]["To"], &mails[0]["From"]),
        (&json!("ada@example.org"), &json!("Kiosk <shop@kiosk.test>"))
    );
    let (text, html) = (mails[0]["TextBody"].as_str().unwrap(), mails[0]["HtmlBody"].as_str().unwrap());
    let (id, token) = (order["id"].as_str().unwrap(), order["token"].as_str().unwrap());
    let link = format!("https://shop.test/orders/{id}?key={token}");
    assert!(text.starts_with("Hello Ada Lovelace,") && text.contains(&link), "{text}");
    assert!(text.contains("2 × A <b>mug</b> & more") && text.contains("Tracking number: 00340434"), "{text}");
    assert!(html.contains("A &lt;b&gt;mug&lt;/b&gt; &amp; more") && !html.contains("<b>"), "{html}");
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_mail WHERE due_ms IS NOT NULL").await, 0);
}

#[tokio::test]
async fn what_is_told_twice_is_sent_once_and_an_order_from_elsewhere_never() {
    let (pop, mail, order) = sold().await;
    tell(&pop, notice("one", &order, NoticeKind::Confirmed));
    tell(&pop, notice("one", &order, NoticeKind::Confirmed));
    tell(&pop, notice("two", &json!({"id": "ord_elsewhere"}), NoticeKind::Confirmed));
    pop.follow().await;
    tell(&pop, notice("one", &order, NoticeKind::Confirmed));
    pop.follow().await;
    assert_eq!(mail.take().len(), 1);
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_mail").await, 1);
    pop.host.clock.advance_ms(41 * 24 * 3_600_000);
    pop.tick_until_quiet().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_mail").await, 0, "and forgotten in the end");
}

#[tokio::test]
async fn every_kind_has_its_words() {
    let (pop, mail, order) = sold().await;
    let kinds = [
        (NoticeKind::Confirmed, "confirmed"),
        (NoticeKind::Paid, "payment"),
        (NoticeKind::Shipped, "on its way"),
        (NoticeKind::Delivered, "arrived"),
        (NoticeKind::Cancelled, "will not come"),
        (NoticeKind::ReturnExpected, "return is expected"),
        (NoticeKind::ReturnRefused, "cannot be accepted"),
        (NoticeKind::ReturnInspected, "inspected"),
        (NoticeKind::Refunded, "money"),
    ];
    for (number, (kind, words)) in kinds.into_iter().enumerate() {
        tell(&pop, notice(&format!("n{number}"), &order, kind));
        pop.follow().await;
        let mails = mail.take();
        assert_eq!(mails.len(), 1, "{kind:?}");
        let subject = mails[0]["Subject"].as_str().unwrap().to_lowercase();
        assert!(subject.contains(words), "{kind:?}: {subject}");
    }
}

#[tokio::test]
async fn a_provider_that_is_away_delays_and_loses_nothing() {
    let (pop, mail, order) = sold().await;
    mail.refuse(Some((StatusCode::SERVICE_UNAVAILABLE, 0)));
    for name in ["a", "b", "c"] {
        tell(&pop, notice(name, &order, NoticeKind::Confirmed));
    }
    pop.follow().await;
    assert_eq!(mail.asked(), 1, "the others wait for it too");
    // Orders are taken and told meanwhile.
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.buy(&cart, "second").await.is(201);
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders().len(), 2);
    mail.refuse(None);
    pop.host.clock.advance_ms(60_000);
    pop.tick_until_quiet().await;
    assert_eq!(mail.take().len(), 3);
    // One that the provider will never take is given up, and the next one goes.
    mail.refuse(Some((StatusCode::UNPROCESSABLE_ENTITY, 406)));
    tell(&pop, notice("d", &order, NoticeKind::Confirmed));
    pop.follow().await;
    mail.refuse(None);
    tell(&pop, notice("e", &order, NoticeKind::Paid));
    pop.follow().await;
    assert_eq!(mail.take().len(), 1);
}

#[tokio::test]
async fn without_a_provider_mails_wait() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.buy(&cart, "key").await.is(201).body;
    tell(&pop, notice("one", &order, NoticeKind::Confirmed));
    pop.follow().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_mail WHERE due_ms IS NOT NULL").await, 1);
}

#[tokio::test]
async fn how_to_pay_is_mailed_with_the_order_itself() {
    let bank = [("bank_iban", "DE89370400440532013000"), ("bank_holder", "Kiosk & Sons")];
    let pop = TestPop::with_variables(&[&MAILS[..], &bank].concat());
    let mail = FakeMail::default();
    pop.host.http.up(MAIL_HOST, mail.router());
    pop.core.sell_goods();
    pop.tick_until_quiet().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let mut form = pop.form(&cart).await;
    form["payment"]["method"] = "bank_transfer".into();
    // The core is away: whoever ordered has to know how to pay all the same.
    pop.core.with(|state| state.down = Some(StatusCode::SERVICE_UNAVAILABLE));
    let order = pop.order(&cart, "key", &form).await.is(201).body;
    pop.order(&cart, "key", &form).await.is(201);
    pop.tick().await;
    pop.tick().await;
    let mails = mail.take();
    assert_eq!(mails.len(), 1, "the order was placed once");
    let text = mails[0]["TextBody"].as_str().unwrap();
    let reference = order["payment"]["transfer"]["reference"].as_str().unwrap();
    assert!(text.contains("IBAN: DE89370400440532013000") && text.contains(reference), "{text}");
    assert!(mails[0]["HtmlBody"].as_str().unwrap().contains("Kiosk &amp; Sons"));
}
