//! Gift cards: issued, told without their code, spent like stock, and given back what they paid.

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::orders::flow::Stage;
use core_cloud::modules::orders::fulfilment::ParcelAct;
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, GiftCard, GiftCardUse, OrderRecord};

use crate::books::{account, balance};
use crate::flow::{admin, id, parcels, ven};
use crate::harness::*;

on_both_databases!(
    a_card_is_issued_once_and_its_code_is_not_kept,
    what_cannot_be_a_card_is_refused,
    a_card_pays_first_and_gets_back_last,
    a_card_that_covers_an_order_needs_no_payment,
    a_card_pays_no_more_than_it_has,
);

const PATH: &str = "/admin/gift-cards";

fn form(id: &'static str, amount: &'static str, origin: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("id", id),
        ("amount", amount),
        ("currency", "EUR"),
        ("until", "2027-12-31"),
        ("origin", origin),
        ("note", "Raffle"),
    ]
}

/// Issues a card, and leases so much of it to a POP.
async fn card(app: &TestApp, id: &'static str, amount: &'static str, leased: u32) {
    let finance = app.staff(Role::Finance).await;
    let answer = app.post(PATH, &finance, &form(id, amount, "sold")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let lease = app.ask("eu-1", "db", ask_whole(id, 0, 0, leased)).await;
    assert_eq!(lease.granted, u64::from(leased));
}

async fn told(app: &TestApp) -> Vec<GiftCard> {
    let told = app.told("us-1").await.into_iter();
    told.filter_map(|change| if let Change::GiftCard(card) = change { Some(card) } else { None }).collect()
}

/// Two cups at 10.00 and delivery at 4.90, of which a card pays a part.
fn paid_with(name: &str, card: &str, amount: i64) -> OrderRecord {
    let take = take(card, 1, u32::try_from(amount).unwrap());
    let amount = Money::new(amount, Currency::EUR);
    let used = GiftCardUse { card: card.parse().unwrap(), amount, take };
    OrderRecord { gift_cards: vec![used], ..order(name, vec![crate::harness::take("CUP", 1, 2)]) }
}

async fn stocked(app: &TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    app.ask("eu-1", "db", ask_whole("CUP", 0, 0, 6)).await;
}

async fn a_card_is_issued_once_and_its_code_is_not_kept(app: TestApp) {
    let finance = app.staff(Role::Finance).await;
    let page = app.page(PATH, &finance).await.text();
    assert!(page.contains("No gift card fits") && page.contains("name=\"id\" value=\"gft_"), "{page}");
    let answer = app.post(PATH, &finance, &form("gft_one", "50", "given")).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let page = answer.text();
    let code = page.split(['<', '>']).find(|text| text.len() == 19 && text.matches('-').count() == 3);
    let cards = told(&app).await;
    assert_eq!((cards.len(), &cards[0].code_hash), (1, &GiftCard::hash_of(code.unwrap())));
    assert!(cards[0].active && cards[0].item.as_str() == "gft_one", "{cards:?}");
    assert_eq!(
        app.post(PATH, &finance, &form("gft_one", "50", "given")).await.status,
        409,
        "one form, one card"
    );
    assert_eq!(app.stock("gft_one").await, (5_000, 0, 0));
    app.drain().await;
    assert_eq!(balance(&app, Account::GiftCards, "gft_one").await, -5_000);
    assert_eq!(account(&app, Account::GiftCardsGiven).await, 5_000);
    let page = app.page("/admin/gift-cards/gft_one", &finance).await.text();
    assert!(page.contains("issued") && page.contains("€50.00") && !page.contains(code.unwrap()), "{page}");
    let block = [("act", "block"), ("reason", "lost")];
    assert_eq!(app.post("/admin/gift-cards/gft_one", &finance, &block[..1]).await.status, 422);
    assert_eq!(app.post("/admin/gift-cards/gft_one", &finance, &block).await.status, 303);
    assert!(told(&app).await.iter().all(|card| !card.active));
    assert!(app.page("/admin/gift-cards?state=blocked", &finance).await.text().contains("gft_one"));
    let unblock = [("act", "unblock"), ("reason", "found")];
    assert_eq!(app.post("/admin/gift-cards/gft_one", &finance, &unblock).await.status, 303);
    assert!(told(&app).await.iter().any(|card| card.active));
    assert_eq!(app.page("/admin/gift-cards/gft_no", &finance).await.status, 404);
}

async fn what_cannot_be_a_card_is_refused(app: TestApp) {
    let finance = app.staff(Role::Finance).await;
    for (name, value) in [
        ("amount", "0"),
        ("amount", "10000.01"),
        ("amount", "1.234"),
        ("currency", "XXX"),
        ("until", "2026-11-17"),
        ("until", "2099-01-01"),
        ("origin", "found"),
    ] {
        let mut form = form("gft_one", "50", "given");
        form.iter_mut().filter(|(known, _)| *known == name).for_each(|field| field.1 = value);
        let answer = app.post(PATH, &finance, &form).await;
        assert_eq!(answer.status, 422, "{name} {value}");
        assert!(answer.text().contains(&format!("id=\"{name}-error\"")), "{}", answer.text());
    }
    assert_eq!(app.post(PATH, &finance, &form("card", "50", "given")).await.status, 422);
    assert_eq!(app.page(PATH, &app.staff(Role::Support).await).await.status, 403);
    assert!(told(&app).await.is_empty());
}

async fn a_card_pays_first_and_gets_back_last(app: TestApp) {
    stocked(&app).await;
    card(&app, "gft_one", "20", 1_500).await;
    let events = vec![placed(1, paid_with("one", "gft_one", 1_500))];
    app.delivered(events.clone()).await;
    app.delivered(events).await;
    assert_eq!(app.stock("gft_one").await, (500, 0, 1_500));
    app.drain().await;
    assert_eq!(balance(&app, Account::GiftCards, "gft_one").await, -500);
    assert_eq!(balance(&app, Account::Receivable, "ord_one").await, -1_500);
    assert_eq!(balance(&app, Account::Clearing, "bank").await, 2_000);
    let payment = app.app.services.payments.get("ord_one").await.unwrap().payment;
    assert_eq!((payment.total, payment.gift), (990, 1_500));
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    orders.move_order(&support, (&id("one"), &ven("test")), Stage::Shipped).await.unwrap();
    app.drain().await;
    assert_eq!(balance(&app, Account::Receivable, "ord_one").await, 990, "what the invoice is about");
    let parcel = parcels(&app, "one").await.remove(0);
    orders.act_on_parcel(&support, (&parcel.vendor, &parcel.id), ParcelAct::Lose).await.unwrap();
    app.drain().await;
    app.drain().await;
    // All of it goes back: nothing was paid of the rest, so the card has what it paid.
    assert_eq!(app.stock("gft_one").await, (2_000, 0, 0));
    assert_eq!(balance(&app, Account::GiftCards, "gft_one").await, -2_000);
    assert_eq!(balance(&app, Account::Receivable, "ord_one").await, 0);
    let finance = app.staff(Role::Finance).await;
    let page = app.page("/admin/gift-cards/gft_one", &finance).await.text();
    assert!(page.contains("returned") && page.contains("spent") && page.contains("ord_one"), "{page}");
    let page = app.page("/admin/orders/ord_one", &finance).await.text();
    assert!(page.contains("€15.00 by gft_one, €15.00 of it went back"), "{page}");
}

async fn a_card_that_covers_an_order_needs_no_payment(app: TestApp) {
    stocked(&app).await;
    card(&app, "gft_one", "24.90", 2_490).await;
    let mut covered = paid_with("one", "gft_one", 2_490);
    covered.payment.method = "bank_transfer".to_owned();
    app.delivered(vec![placed(1, covered)]).await;
    app.drain().await;
    let purchase = app.app.services.orders.get_purchase(&id("one")).await.unwrap();
    assert_eq!(purchase.now.sellers[0].stage, Stage::Cleared, "nothing is waited for");
    let payment = app.app.services.payments.get("ord_one").await.unwrap().payment;
    assert_eq!((payment.state().name(), payment.look_ms), ("paid", 0));
    let support = app.staff(Role::Support).await;
    let cancel = [("status", "cancelled")];
    assert_eq!(app.post("/admin/orders/ord_one/parcels/ven_test", &support, &cancel).await.status, 303);
    app.drain().await;
    app.drain().await;
    assert_eq!((app.stock("gft_one").await, app.stock("CUP").await), ((2_490, 0, 0), (5, 4, 0)));
    assert_eq!(balance(&app, Account::Receivable, "ord_one").await, 0);
}

async fn a_card_pays_no_more_than_it_has(app: TestApp) {
    stocked(&app).await;
    card(&app, "gft_one", "10", 1_000).await;
    let orders = [paid_with("one", "gft_one", 1_000), paid_with("two", "gft_one", 400)];
    app.delivered((1..).zip(orders).map(|(seq, order)| placed(seq, order)).collect()).await;
    let order = app.app.services.orders.get_order(&id("two")).await.unwrap();
    assert_eq!(order.attention, ["overspent"]);
    // One that names another's account pays nothing.
    let mut stray = paid_with("three", "gft_one", 2);
    stray.gift_cards[0].take = take("CUP", 1, 2);
    app.delivered(vec![placed(3, stray)]).await;
    assert_eq!(app.stock("CUP").await, (3, 0, 6));
    app.drain().await;
    let support = app.staff(Role::Support).await;
    for name in ["one", "two", "three"] {
        let path = format!("/admin/orders/ord_{name}/parcels/ven_test");
        assert_eq!(app.post(&path, &support, &[("status", "cancelled")]).await.status, 303);
    }
    app.drain().await;
    app.drain().await;
    assert_eq!(app.stock("gft_one").await, (1_000, 0, 0), "no more than it paid");
    assert_eq!(balance(&app, Account::GiftCards, "gft_one").await, -1_000);
    for name in ["ord_one", "ord_two", "ord_three"] {
        assert_eq!(balance(&app, Account::Receivable, name).await, 0, "{name}");
    }
}
