//! Settling with vendors: schedules, minimum, reserve, fees set off, what is carried over, currencies, sending.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use core_cloud::config::BankConfig;
use core_cloud::db::Tx;
use core_cloud::error::Error;
use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::payouts::{Payer, PayoutOrder};
use core_cloud::modules::payments::state::Provider;
use core_cloud::modules::payouts::send::Sender;
use core_cloud::modules::payouts::service::{Payout, Service, State};
use futures::future::BoxFuture;
use kiosk_ids::VendorId;
use kiosk_money::{Currency, Money};
use kiosk_payments::{PayError, Transfer, Transferred};

use crate::books::*;
use crate::harness::*;
use crate::payments::statements;

on_both_databases!(
    a_vendor_is_settled_with_once_for_a_period,
    what_is_held_back_is_released_and_what_is_little_carried_over,
    a_refund_after_the_payout_is_taken_off_the_next,
    a_fee_is_set_off_and_an_unpaid_promotion_ends,
    a_payout_in_another_currency_needs_a_rate,
    a_payout_is_sent_once_whatever_the_provider_answers,
    a_payout_that_is_taken_back_is_owed_again,
    a_file_for_the_bank_has_each_payout_once,
    the_debit_on_a_statement_settles_a_payout_by_bank,
    what_was_sent_by_hand_is_not_to_be_paid_again,
    a_payout_by_bank_that_is_taken_back_is_not_to_be_paid,
    a_payout_by_bank_that_is_taken_back_early_is_not_to_be_paid,
    a_payout_by_bank_that_was_paid_is_not_taken_back,
);

const DAY_MS: i64 = 86_400_000;

/// A provider that gives these answers, and remembers what it was asked.
#[derive(Default)]
struct Scripted {
    answers: Mutex<VecDeque<Result<Option<Transferred>, PayError>>>,
    asked: Mutex<Vec<Transfer>>,
}

impl Sender for Scripted {
    fn transfer<'a>(
        &'a self,
        _provider: &'a str,
        transfer: &'a Transfer,
    ) -> BoxFuture<'a, Result<Option<Transferred>, PayError>> {
        self.asked.lock().unwrap().push(transfer.clone());
        let answer = self.answers.lock().unwrap().pop_front().unwrap();
        Box::pin(async move { answer })
    }

    fn note_sent<'a>(&'a self, _tx: &'a mut Tx, _payout: &'a Payout) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn withdraw<'a>(&'a self, _tx: &'a mut Tx, _payout: &'a Payout) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async { Ok(true) })
    }
}

/// An order of so many cups of 10.00 is shipped: 7.40 of each are the vendor's.
async fn sell(app: &TestApp, name: &str, cups: u32) {
    let sum = eur(i64::from(cups) * 1_000);
    let facts = [
        placed_fact(order(name, vec![take("CUP", 1, cups)])),
        shipped(name, "test", units(&[(0, cups, sum)]), eur(0)),
    ];
    for (number, fact) in facts.into_iter().enumerate() {
        hear(app, &[told(app, &format!("evt_{name}{number}"), fact)]).await;
    }
}

async fn set_terms(app: &TestApp, change: &[(&str, &str)]) {
    let finance = app.staff(Role::Finance).await;
    let mut fields = vec![
        ("schedule", "weekly"),
        ("currency", "EUR"),
        ("minimum", "10.00"),
        ("reserve", "0"),
        ("reserve_days", "30"),
        ("provider", "stripe"),
        ("destination", "acct_1"),
    ];
    for (name, value) in change {
        fields.iter_mut().find(|(field, _)| field == name).unwrap().1 = value;
    }
    let answer = app.post("/admin/payouts/terms/ven_test", &finance, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// All payouts, the oldest first.
async fn payouts(app: &TestApp) -> Vec<Payout> {
    let mut found = Vec::new();
    for id in app.column("SELECT id FROM payouts_payouts ORDER BY created_ms, id").await {
        found.push(app.app.services.payouts.get(None, &id).await.unwrap().0);
    }
    found
}

async fn amounts(app: &TestApp) -> Vec<i64> {
    payouts(app).await.iter().map(|payout| payout.amount.amount).collect()
}

async fn statement(app: &TestApp, id: &str) -> Vec<(String, i64)> {
    let (_, lines) = app.app.services.payouts.get(None, id).await.unwrap();
    lines.into_iter().map(|line| (line.kind, line.amount.amount)).collect()
}

async fn a_vendor_is_settled_with_once_for_a_period(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    sell(&app, "a", 2).await;
    let service = &app.app.services.payouts;
    assert_eq!((service.run_due().await.unwrap(), amounts(&app).await), (1, vec![1_480]));
    sell(&app, "b", 2).await;
    assert_eq!((service.run_due().await.unwrap(), amounts(&app).await), (0, vec![1_480]), "this week was");
    app.advance_ms(7 * DAY_MS);
    assert_eq!((service.run_due().await.unwrap(), amounts(&app).await), (1, vec![1_480, 1_480]));
    assert_eq!(balance(&app, Account::VendorPayable, "ven_test").await, 0);
    assert_eq!(balance(&app, Account::PayoutsInTransit, "ven_test").await, -2_960);
    let vendor = app.vendor_member("ven_test").await;
    let page = app.page("/vendor/statements", &vendor).await.text();
    assert!(page.contains("€14.80") && page.contains("You are owed"), "{page}");
    let last = payouts(&app).await.pop().unwrap();
    let page = app.page(&format!("/vendor/statements/{}", last.id), &vendor).await.text();
    assert!(page.contains("Sales, less commission and tax"), "{page}");
    let other = app.vendor_member("ven_other").await;
    assert_eq!(app.page(&format!("/vendor/statements/{}", last.id), &other).await.status, 404);
}

async fn what_is_held_back_is_released_and_what_is_little_carried_over(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    set_terms(&app, &[("reserve", "10"), ("minimum", "20.00")]).await;
    sell(&app, "a", 2).await;
    let service = &app.app.services.payouts;
    service.run_due().await.unwrap();
    assert_eq!(amounts(&app).await, [0; 0], "13.32 is too little");
    sell(&app, "b", 2).await;
    app.advance_ms(7 * DAY_MS);
    service.run_due().await.unwrap();
    // 14.80 twice, less a tenth of each.
    assert_eq!(amounts(&app).await, [2 * (1_480 - 148)]);
    let first = payouts(&app).await.remove(0);
    let lines = statement(&app, &first.id).await;
    let expected = [("brought_forward", 1_480), ("shipment", 1_480), ("held", -296), ("payout", -2_664)];
    assert_eq!(lines, expected.map(|(kind, amount)| (kind.to_owned(), amount)));
    set_terms(&app, &[("reserve", "0"), ("minimum", "1.00")]).await;
    app.advance_ms(35 * DAY_MS);
    service.run_due().await.unwrap();
    assert_eq!(amounts(&app).await, [2_664, 296], "what was held is released");
}

async fn a_refund_after_the_payout_is_taken_off_the_next(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    sell(&app, "a", 2).await;
    let service = &app.app.services.payouts;
    service.run_due().await.unwrap();
    let back = refund_due("a", "test", units(&[(0, 2, eur(2_000))]), eur(0));
    hear(&app, &[told(&app, "evt_back", back)]).await;
    app.advance_ms(7 * DAY_MS);
    service.run_due().await.unwrap();
    assert_eq!(amounts(&app).await, [1_480], "a vendor that owes is not paid");
    assert_eq!(balance(&app, Account::VendorPayable, "ven_test").await, 1_480);
    sell(&app, "b", 5).await;
    app.advance_ms(7 * DAY_MS);
    service.run_due().await.unwrap();
    let last = payouts(&app).await.pop().unwrap();
    let sales = -balance(&app, Account::PayoutsInTransit, "ven_test").await;
    assert_eq!(sales, 1_480 + last.amount.amount);
    assert_eq!(statement(&app, &last.id).await[0], ("brought_forward".to_owned(), -1_480));
    assert_eq!(balance(&app, Account::VendorPayable, "ven_test").await, 0);
}

async fn a_fee_is_set_off_and_an_unpaid_promotion_ends(app: TestApp) {
    app.stock_up(&[("CUP", 9), ("POT", 9)]).await;
    let vendor = app.vendor_member("ven_test").await;
    for product in ["prd_test-cup", "prd_test-pot"] {
        let fields = [("product", product), ("from", "2026-11-18"), ("days", "30")];
        assert_eq!(app.post("/vendor/promotions", &vendor, &fields).await.status, 303);
    }
    app.drain().await;
    assert_eq!(balance(&app, Account::PromotionDues, "ven_test").await, 12_000);
    // 81.xx are owed: enough for one fee of 60.00, not for both.
    sell(&app, "a", 9).await;
    let before = -balance(&app, Account::VendorPayable, "ven_test").await;
    assert!(before > 6_000 && before < 12_000, "{before}");
    let service = &app.app.services.payouts;
    app.advance_ms(15 * DAY_MS);
    service.run_due().await.unwrap();
    assert_eq!(balance(&app, Account::PromotionDues, "ven_test").await, 6_000);
    let dues = app.column("SELECT state FROM promotions_dues ORDER BY state").await;
    let states = app.column("SELECT state FROM promotions_promotions ORDER BY state").await;
    assert_eq!(
        (dues, states),
        (vec!["due".to_owned(), "paid".to_owned()], vec!["booked".to_owned(), "ended".to_owned()])
    );
    let removed = app.told("eu-1").await;
    let removed =
        removed.iter().filter(|change| matches!(change, kiosk_wire::Change::PromotionRemoved { .. }));
    assert_eq!(removed.count(), 1, "shops show the unpaid one no longer");
    app.drain().await;
    assert_eq!(balance(&app, Account::PromotionDues, "ven_test").await, 6_000, "its fee is owed still");
}

async fn a_payout_in_another_currency_needs_a_rate(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    set_terms(&app, &[("currency", "USD")]).await;
    sell(&app, "a", 2).await;
    let service = &app.app.services.payouts;
    service.run_due().await.unwrap();
    assert_eq!(amounts(&app).await, [0; 0], "no rate");
    assert_eq!(balance(&app, Account::VendorPayable, "ven_test").await, -1_480, "it stays owed");
    let finance = app.staff(Role::Finance).await;
    let old = [("rates", "Date,USD\n2026-11-10,1.5")];
    assert_eq!(app.post("/admin/rates", &finance, &old).await.status, 303);
    assert_eq!(app.post("/admin/rates", &finance, &[("rates", "nonsense")]).await.status, 422);
    app.advance_ms(7 * DAY_MS);
    service.run_due().await.unwrap();
    assert_eq!(amounts(&app).await, [0; 0], "that is too old a rate");
    // The session of before has ended.
    let finance = app.staff(Role::Finance).await;
    let new = [("rates", "Date,USD\n2026-12-01,1.0843")];
    assert_eq!(app.post("/admin/rates", &finance, &new).await.status, 303);
    app.advance_ms(7 * DAY_MS);
    service.run_due().await.unwrap();
    let paid = payouts(&app).await.remove(0);
    assert_eq!(paid.amount, Money::new(1_605, Currency::USD), "14.80 at 1.0843");
    assert_eq!(balance(&app, Account::PayoutsInTransit, "ven_test").await, -1_605);
    assert_eq!(account(&app, Account::VendorPayable).await, 0);
}

async fn a_payout_is_sent_once_whatever_the_provider_answers(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    set_terms(&app, &[]).await;
    sell(&app, "a", 2).await;
    let provider = Arc::new(Scripted::default());
    let clock = core_cloud::clock::Clock::Manual(app.clock.clone());
    let service = Service::new(app.db.clone(), clock, provider.clone());
    service.run_due().await.unwrap();
    assert_eq!(service.send_due().await.unwrap(), 0, "nobody approved it");
    let id = payouts(&app).await.remove(0).id;
    let finance = app.staff(Role::Finance).await;
    let path = format!("/admin/payouts/{id}");
    let approve = [("act", "approve")];
    assert_eq!(app.post(&path, &finance, &approve).await.status, 303);
    assert_eq!(app.post(&path, &finance, &approve).await.status, 409, "once");
    assert_eq!(app.post(&path, &finance, &[("act", "cancel")]).await.status, 409, "it may be on its way");
    assert_eq!(app.post(&path, &finance, &[("act", "sent"), ("reference", "x")]).await.status, 422);
    let away = Err(PayError::Away("timeout".to_owned()));
    provider.answers.lock().unwrap().push_back(away);
    assert_eq!(service.send_due().await.unwrap(), 0);
    assert_eq!(service.send_due().await.unwrap(), 0, "it waits before it asks again");
    assert!(app.page(&path, &finance).await.text().contains("timeout"));
    app.advance_ms(60_000);
    provider.answers.lock().unwrap().push_back(Ok(None));
    assert_eq!((service.send_due().await.unwrap(), service.send_due().await.unwrap()), (0, 0));
    app.advance_ms(1_000);
    let sent = Ok(Some(Transferred { reference: "tr_1".to_owned() }));
    provider.answers.lock().unwrap().push_back(sent);
    assert_eq!((service.send_due().await.unwrap(), service.send_due().await.unwrap()), (1, 0));
    let asked = provider.asked.lock().unwrap().clone();
    assert!(asked.len() == 3 && asked.iter().all(|transfer| transfer.key == id), "{asked:?}");
    assert_eq!((asked[0].destination.as_str(), asked[0].amount), ("acct_1", eur(1_480)));
    let payout = payouts(&app).await.remove(0);
    assert_eq!((payout.state, payout.reference.as_str()), (State::Sent, "tr_1"));
    app.drain().await;
    assert_eq!(balance(&app, Account::PayoutsInTransit, "ven_test").await, 0);
    assert_eq!(balance(&app, Account::Clearing, "stripe").await, -1_480);
}

async fn a_payout_that_is_taken_back_is_owed_again(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    sell(&app, "a", 2).await;
    let finance = app.staff(Role::Finance).await;
    assert_eq!(app.post("/admin/payouts/run", &finance, &[]).await.status, 303);
    let id = payouts(&app).await.remove(0).id;
    let path = format!("/admin/payouts/{id}");
    let unknown = app.post(&path, &finance, &[("act", "approve")]).await;
    assert!(unknown.status == 409 && unknown.text().contains("no IBAN"), "{}", unknown.text());
    assert_eq!(payouts(&app).await[0].state, State::Open, "it can be taken back");
    assert_eq!(app.post(&path, &finance, &[("act", "cancel")]).await.status, 303);
    set_terms(&app, &[("provider", "bank"), ("destination", "FR1420041010050500013M02606")]).await;
    assert_eq!(app.post(&path, &finance, &[("act", "approve")]).await.status, 409);
    assert_eq!(app.post("/admin/payouts/pyt_none", &finance, &[("act", "approve")]).await.status, 404);
    let vendor = VendorId::named("test").unwrap();
    let standing = app.app.services.payouts.get_standing(&vendor).await.unwrap();
    assert_eq!(standing.payable, [eur(1_480)]);
    app.advance_ms(1);
    assert_eq!(app.post("/admin/payouts/run", &finance, &[]).await.status, 303);
    let open = payouts(&app).await.into_iter().find(|payout| payout.state == State::Open).unwrap();
    assert_eq!(open.amount, eur(1_480));
    // By bank it is sent by hand.
    let path = format!("/admin/payouts/{}", open.id);
    assert_eq!(app.post(&path, &finance, &[("act", "approve")]).await.status, 303);
    assert_eq!(app.post(&path, &finance, &[("act", "sent"), ("reference", "")]).await.status, 422);
    assert_eq!(app.post(&path, &finance, &[("act", "sent"), ("reference", "Bank 17")]).await.status, 303);
    app.drain().await;
    assert_eq!(balance(&app, Account::Clearing, "bank").await, -1_480);
    assert!(app.page("/admin/audit?q=payout", &finance).await.text().contains("payout.cancel"));
}

async fn a_file_for_the_bank_has_each_payout_once(mut app: TestApp) {
    const FILES: &str = "/admin/payouts/files";
    let finance = app.staff(Role::Finance).await;
    let page = app.page(FILES, &finance).await.text();
    assert!(page.contains("There are no files yet") && page.contains("KIOSK_BANK_IBAN"), "{page}");
    assert_eq!(app.post(FILES, &finance, &[]).await.status, 409, "no account to pay from");
    let bank = BankConfig::new("Kiosk", "DE89 3704 0044 0532 0130 00", "").unwrap();
    app.config.payments.bank = Some(bank);
    let clock = core_cloud::clock::Clock::Manual(Arc::clone(&app.clock));
    app.app = core_cloud::app::App::new(&app.db, &app.config, &clock).await.unwrap();
    app.stock_up(&[("CUP", 9)]).await;
    set_terms(&app, &[("provider", "bank"), ("destination", "DE89370400440532013000")]).await;
    sell(&app, "a", 2).await;
    app.advance_ms(7 * DAY_MS);
    // A session does not last for weeks.
    let finance = app.staff(Role::Finance).await;
    app.app.services.payouts.run_due().await.unwrap();
    let first = format!("/admin/payouts/{}", payouts(&app).await[0].id);
    assert_eq!(app.post(FILES, &finance, &[]).await.status, 409, "it waits to be approved");
    assert_eq!(app.post(&first, &finance, &[("act", "approve")]).await.status, 303);
    // The vendor has another account by now: what the bank has not heard of is made again.
    set_terms(&app, &[("provider", "bank"), ("destination", "FR1420041010050500013M02606")]).await;
    assert!(app.page(&first, &finance).await.text().contains("Take it back"));
    assert_eq!(app.post(&first, &finance, &[("act", "cancel")]).await.status, 303);
    let none = app.post(FILES, &finance, &[]).await;
    assert!(none.status == 409 && none.text().contains("No payout waits"), "{}", none.text());
    assert_eq!(app.column("SELECT id FROM payouts_files").await, Vec::<String>::new(), "nothing half made");
    app.advance_ms(1);
    assert_eq!(app.post("/admin/payouts/run", &finance, &[]).await.status, 303);
    let payout = payouts(&app).await.remove(1);
    let second = format!("/admin/payouts/{}", payout.id);
    assert_eq!(app.post(&second, &finance, &[("act", "approve")]).await.status, 303);
    assert_eq!(app.post(FILES, &finance, &[]).await.status, 303);
    assert_eq!(app.post(FILES, &finance, &[]).await.status, 409, "each payout is in one file");
    assert_eq!(app.post(&second, &finance, &[("act", "cancel")]).await.status, 409, "the bank may have it");
    assert!(!app.page(&second, &finance).await.text().contains("Take it back"));
    let id = app.column("SELECT id FROM payouts_files").await.remove(0);
    let answer = app.page(&format!("{FILES}/{id}"), &finance).await;
    assert_eq!(answer.headers["content-type"], "application/xml");
    let file = answer.text();
    let reference = payout.id.replace('_', "").to_uppercase();
    assert!(file.contains(&format!("<EndToEndId>{reference}</EndToEndId>")), "{file}");
    assert!(
        file.contains("<InstdAmt Ccy=\"EUR\">14.80</InstdAmt>") && file.contains("<Cdtr><Nm>Test</Nm>"),
        "{file}"
    );
    assert!(file.contains("FR1420041010050500013M02606"), "{file}");
    assert_eq!(app.page(&format!("{FILES}/doc_none"), &finance).await.status, 404);
    assert!(app.page(FILES, &finance).await.text().contains(&id));
}

/// A vendor's payout by bank that was approved.
async fn approved_by_bank(app: &TestApp) -> Payout {
    app.stock_up(&[("CUP", 9)]).await;
    set_terms(app, &[("provider", "bank"), ("destination", "FR1420041010050500013M02606")]).await;
    sell(app, "a", 2).await;
    app.advance_ms(7 * DAY_MS);
    app.app.services.payouts.run_due().await.unwrap();
    let payout = payouts(app).await.remove(0);
    let finance = app.staff(Role::Finance).await;
    let path = format!("/admin/payouts/{}", payout.id);
    assert_eq!(app.post(&path, &finance, &[("act", "approve")]).await.status, 303);
    payout
}

/// Imports the debit of a payout; how many lines stay open.
async fn debit(app: &TestApp, name: &str, payout: &Payout) -> usize {
    let reference = payout.id.replace('_', "").to_uppercase();
    let line = statements::entry(name, "DBIT", ("14.80", "EUR"), &reference, "");
    let payments = &app.app.services.payments;
    payments.import_statements("terminal", statements::statement(&[line]).as_bytes()).await.unwrap();
    payments.list_statements().await.unwrap().1.len()
}

async fn the_debit_on_a_statement_settles_a_payout_by_bank(app: TestApp) {
    let payout = approved_by_bank(&app).await;
    let service = &app.app.services.payouts;
    assert_eq!(service.send_due().await.unwrap(), 0, "it leaves in a file");
    let desk = app.app.services.payments.desk().await.unwrap();
    assert!(desk.payable.is_empty(), "and is not paid by hand beside it: {:?}", desk.payable);
    assert_eq!(debit(&app, "E1", &payout).await, 0);
    assert_eq!(service.send_due().await.unwrap(), 0, "it was asked about just now");
    app.advance_ms(600_000);
    assert_eq!((service.send_due().await.unwrap(), service.send_due().await.unwrap()), (1, 0));
    let sent = payouts(&app).await.remove(0);
    assert_eq!((sent.state, sent.reference.as_str()), (State::Sent, "E1"));
    app.drain().await;
    assert_eq!(balance(&app, Account::PayoutsInTransit, "ven_test").await, 0);
    assert_eq!(balance(&app, Account::Clearing, "bank").await, -1_480);
    assert_eq!(debit(&app, "E2", &payout).await, 1, "a second debit is looked at");
}

async fn what_was_sent_by_hand_is_not_to_be_paid_again(app: TestApp) {
    let payout = approved_by_bank(&app).await;
    let finance = app.staff(Role::Finance).await;
    let sent = [("act", "sent"), ("reference", "Bank 17")];
    assert_eq!(app.post(&format!("/admin/payouts/{}", payout.id), &finance, &sent).await.status, 303);
    come_late(&app, &payout).await;
    let waiting = "SELECT id FROM payments_movements WHERE state = 'payable'";
    assert_eq!(app.column(waiting).await, Vec::<String>::new());
    assert_eq!(app.app.services.payouts.send_due().await.unwrap(), 0);
}

/// A process that was about to have a payout paid comes late.
async fn come_late(app: &TestApp, payout: &Payout) {
    let mut tx = app.db.begin().await.unwrap();
    let order = PayoutOrder {
        payout: payout.id.clone(),
        provider: Provider::Bank,
        destination: payout.destination.clone(),
        amount: payout.amount,
    };
    app.app.services.payments.transfer(&mut tx, &order).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_payout_by_bank_that_is_taken_back_is_not_to_be_paid(app: TestApp) {
    let payout = approved_by_bank(&app).await;
    app.app.services.payouts.send_due().await.unwrap();
    take_back(&app, &payout).await;
}

async fn a_payout_by_bank_that_is_taken_back_early_is_not_to_be_paid(app: TestApp) {
    let payout = approved_by_bank(&app).await;
    take_back(&app, &payout).await;
}

async fn take_back(app: &TestApp, payout: &Payout) {
    let finance = app.staff(Role::Finance).await;
    let path = format!("/admin/payouts/{}", payout.id);
    assert_eq!(app.post(&path, &finance, &[("act", "cancel")]).await.status, 303);
    come_late(app, payout).await;
    let waiting = "SELECT id FROM payments_movements WHERE state = 'payable'";
    assert_eq!(app.column(waiting).await, Vec::<String>::new());
    assert_eq!(debit(app, "E1", payout).await, 1, "a debit all the same is looked at");
    assert_eq!(app.post(&path, &finance, &[("act", "cancel")]).await.status, 409);
}

async fn a_payout_by_bank_that_was_paid_is_not_taken_back(app: TestApp) {
    let payout = approved_by_bank(&app).await;
    app.app.services.payouts.send_due().await.unwrap();
    assert_eq!(debit(&app, "E1", &payout).await, 0);
    let finance = app.staff(Role::Finance).await;
    let path = format!("/admin/payouts/{}", payout.id);
    assert_eq!(app.post(&path, &finance, &[("act", "cancel")]).await.status, 409);
}
