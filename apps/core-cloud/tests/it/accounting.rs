//! The books: what each fact is booked as, that nothing is booked twice or lost, documents and exports.

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::accounting::consumer::Bookkeeper;
use core_cloud::modules::accounting::export::Period;
use core_cloud::modules::accounting::pdf;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, PaymentMoved, PromotionFee};
use core_cloud::modules::members::policy::Role;
use kiosk_ids::{PromotionId, VendorId};
use kiosk_money::{Currency, Money};

use crate::beancount;
use crate::books::*;
use crate::harness::*;

on_both_databases!(
    a_sale_is_earned_when_it_ships_and_balances_when_it_is_paid,
    what_comes_back_is_credited_to_the_cent,
    facts_are_booked_once_and_in_any_order,
    tax_goes_by_the_place_of_delivery,
    a_chargeback_is_lost_until_it_is_won,
    a_lost_chargeback_is_an_expense_unless_it_is_won_after_all,
    commission_is_frozen_when_the_order_is_placed,
    what_does_not_fit_is_not_booked,
    documents_have_numbers_without_a_gap,
    the_journal_shows_when_it_was_changed,
    the_journal_is_exported,
);

/// Two cups of 10.00 to Germany, delivery 4.90.
async fn sold(app: &TestApp) -> Vec<core_cloud::modules::bus::fact::Told> {
    app.stock_up(&[("CUP", 9)]).await;
    vec![told(app, "evt_1", placed_fact(order("a", vec![take("CUP", 1, 2)])))]
}

async fn a_sale_is_earned_when_it_ships_and_balances_when_it_is_paid(app: TestApp) {
    hear(&app, &sold(&app).await).await;
    assert!(app.app.services.accounting.trial_balance().await.unwrap().is_empty(), "nothing is earned yet");
    let goods = units(&[(0, 2, eur(2_000))]);
    hear(&app, &[told(&app, "evt_2", shipped("a", "test", goods, eur(490)))]).await;
    // 2000 has 319 tax; 12 % of the rest are 201. Of 490, 78 are tax.
    assert_eq!(balance(&app, Account::Receivable, "ord_a").await, 2_490);
    assert_eq!(balance(&app, Account::VendorPayable, "ven_test").await, -1_480);
    assert_eq!(balance(&app, Account::TaxPayable, "DE").await, -(319 + 78));
    assert_eq!(account(&app, Account::Commission).await, -201);
    assert_eq!(account(&app, Account::Shipping).await, -412);
    let paid = Fact::PaymentCaptured(moved("a", "stripe", eur(2_490), 61));
    hear(&app, &[told(&app, "evt_3", paid)]).await;
    assert_eq!(balance(&app, Account::Receivable, "ord_a").await, 0);
    assert_eq!(balance(&app, Account::Clearing, "stripe").await, 2_429);
    assert_eq!(account(&app, Account::PaymentFees).await, 61);
}

async fn what_comes_back_is_credited_to_the_cent(app: TestApp) {
    hear(&app, &sold(&app).await).await;
    let one = || units(&[(0, 1, eur(1_000))]);
    let facts = [
        shipped("a", "test", one(), eur(490)),
        shipped("a", "test", one(), eur(0)),
        Fact::PaymentCaptured(moved("a", "paypal", eur(2_490), 0)),
        refund_due("a", "test", one(), eur(0)),
        Fact::PaymentRefunded(moved("a", "paypal", eur(1_000), 0)),
        refund_due("a", "test", one(), eur(490)),
        Fact::PaymentRefunded(moved("a", "paypal", eur(1_490), 0)),
    ];
    for (number, fact) in facts.into_iter().enumerate() {
        hear(&app, &[told(&app, &format!("evt_x{number}"), fact)]).await;
    }
    for account in [Account::VendorPayable, Account::TaxPayable, Account::Commission, Account::Shipping] {
        assert_eq!(self::account(&app, account).await, 0, "{account:?}");
    }
    assert_eq!(balance(&app, Account::Receivable, "ord_a").await, 0);
    assert_eq!(balance(&app, Account::Clearing, "paypal").await, 0);
    let mut tx = app.db.begin().await.unwrap();
    let third = told(&app, "evt_third", refund_due("a", "test", one(), eur(0)));
    assert!(Bookkeeper.apply(&mut tx, &[third]).await.is_err(), "two were sold");
}

async fn facts_are_booked_once_and_in_any_order(app: TestApp) {
    let mut facts = sold(&app).await;
    let goods = || units(&[(0, 2, eur(2_000))]);
    for fact in [
        Fact::PaymentRefunded(moved("a", "stripe", eur(2_000), 0)),
        Fact::PaymentCaptured(moved("a", "stripe", eur(2_490), 30)),
        refund_due("a", "test", goods(), eur(0)),
        shipped("a", "test", goods(), eur(490)),
    ] {
        facts.push(told(&app, &format!("evt_y{}", facts.len()), fact));
    }
    hear(&app, &facts).await;
    hear(&app, &facts).await;
    hear(&app, &[facts[3].clone(), facts[4].clone(), facts[4].clone()]).await;
    assert_eq!(balance(&app, Account::Receivable, "ord_a").await, 0);
    assert_eq!(account(&app, Account::VendorPayable).await, 0);
    assert_eq!(account(&app, Account::Shipping).await, -412, "delivery stays");
    assert_eq!(app.app.services.accounting.list_entries(i64::MAX, "", 50).await.unwrap().len(), 3);
    assert_eq!(app.app.services.accounting.find_break().await.unwrap(), None);
}

async fn tax_goes_by_the_place_of_delivery(app: TestApp) {
    app.stock_up(&[("CUP", 9)]).await;
    for (name, country, area, party, tax) in [
        ("fi", "FI", "00", "OSS-FI", 406),
        ("gb", "GB", "SW", "GB", 0),
        ("ca", "US", "902", "US-CA", 135),
        ("ch", "CH", "80", "CH", 0),
    ] {
        let mut sold = order(name, vec![take("CUP", 1, 2)]);
        (sold.country, sold.area) = (country.to_owned(), area.to_owned());
        let facts = [placed_fact(sold), shipped(name, "test", units(&[(0, 2, eur(2_000))]), eur(0))];
        for (number, fact) in facts.into_iter().enumerate() {
            hear(&app, &[told(&app, &format!("evt_{name}{number}"), fact)]).await;
        }
        assert_eq!(balance(&app, Account::TaxPayable, party).await, -tax, "{country}");
    }
}

async fn a_chargeback_is_lost_until_it_is_won(app: TestApp) {
    let opened = Fact::ChargebackOpened(moved("a", "stripe", eur(2_490), 1_500));
    hear(&app, &[told(&app, "evt_1", opened)]).await;
    assert_eq!(balance(&app, Account::Clearing, "stripe").await, -3_990);
    assert_eq!(account(&app, Account::Chargebacks).await, 2_490);
    let won = Fact::ChargebackWon(moved("a", "stripe", eur(2_490), 0));
    hear(&app, &[told(&app, "evt_2", won)]).await;
    assert_eq!(
        (account(&app, Account::Chargebacks).await, account(&app, Account::PaymentFees).await),
        (0, 1_500)
    );
}

async fn a_lost_chargeback_is_an_expense_unless_it_is_won_after_all(app: TestApp) {
    let facts: [fn(PaymentMoved) -> Fact; 4] =
        [Fact::ChargebackOpened, Fact::ChargebackLost, Fact::ChargebackReopened, Fact::ChargebackWon];
    let sums = [(2_490, 0, -2_490), (0, 2_490, -2_490), (2_490, 0, -2_490), (0, 0, 0)];
    for (number, (fact, sums)) in facts.into_iter().zip(sums).enumerate() {
        let fact = fact(moved("a", "stripe", eur(2_490), 0));
        hear(&app, &[told(&app, &format!("evt_{number}"), fact)]).await;
        let (asset, loss) =
            (account(&app, Account::Chargebacks).await, account(&app, Account::ChargebackLosses).await);
        assert_eq!((asset, loss, balance(&app, Account::Clearing, "stripe").await), sums);
    }
    let entries = app.app.services.accounting.list_entries(i64::MAX, "", 50).await.unwrap();
    assert_eq!(entries[2].kind, "chargeback_lost");
}

async fn commission_is_frozen_when_the_order_is_placed(app: TestApp) {
    let facts = sold(&app).await;
    hear(&app, &facts).await;
    let finance = app.staff(Role::Finance).await;
    let plan = |vendor: &'static str, percent: &'static str, from: &'static str| {
        [("vendor", vendor), ("category", ""), ("percent", percent), ("from", from)]
    };
    let path = "/admin/commissions";
    assert_eq!(app.post(path, &finance, &plan("ven_test", "20", "2026-11-18")).await.status, 303);
    for (vendor, percent, from) in [
        ("test", "20", "2026-11-18"),
        ("", "51", "2026-11-18"),
        ("", "x", "2026-11-18"),
        ("", "1", "2026-11-17"),
    ] {
        assert_eq!(
            app.post(path, &finance, &plan(vendor, percent, from)).await.status,
            422,
            "{percent} {from}"
        );
    }
    let page = app.page(path, &finance).await.text();
    assert!(page.contains("ven_test") && page.contains("20 %") && page.contains("12 %"), "{page}");
    hear(&app, &[told(&app, "evt_9", placed_fact(order("b", vec![take("CUP", 1, 2)])))]).await;
    for (name, commission) in [("a", 201), ("b", 201 + 336)] {
        let goods = units(&[(0, 2, eur(2_000))]);
        hear(&app, &[told(&app, &format!("evt_s{name}"), shipped(name, "test", goods, eur(0)))]).await;
        assert_eq!(account(&app, Account::Commission).await, -commission, "{name}");
    }
}

async fn what_does_not_fit_is_not_booked(app: TestApp) {
    hear(&app, &sold(&app).await).await;
    let usd = |amount| Money::new(amount, Currency::USD);
    for (number, fact) in [
        shipped("a", "test", units(&[(0, 3, eur(3_000))]), eur(0)),
        shipped("a", "test", units(&[(7, 1, eur(1_000))]), eur(0)),
        shipped("a", "test", units(&[(0, 2, usd(2_000))]), usd(0)),
        shipped("a", "test", units(&[(0, 2, eur(-1))]), eur(0)),
        shipped("a", "other", units(&[(0, 2, eur(2_000))]), eur(0)),
        shipped("nothing", "test", units(&[(0, 2, eur(2_000))]), eur(0)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut tx = app.db.begin().await.unwrap();
        let facts = [told(&app, &format!("evt_bad{number}"), fact)];
        assert!(Bookkeeper.apply(&mut tx, &facts).await.is_err(), "{facts:?}");
    }
    assert!(app.app.services.accounting.trial_balance().await.unwrap().is_empty());
}

async fn documents_have_numbers_without_a_gap(app: TestApp) {
    hear(&app, &sold(&app).await).await;
    let one = || units(&[(0, 1, eur(1_000))]);
    hear(&app, &[told(&app, "evt_2", shipped("a", "test", one(), eur(490)))]).await;
    // One that fails takes its number back.
    let mut tx = app.db.begin().await.unwrap();
    let facts = [
        told(&app, "evt_3", shipped("a", "test", one(), eur(0))),
        told(&app, "evt_4", shipped("a", "test", one(), eur(0))),
    ];
    assert!(Bookkeeper.apply(&mut tx, &facts).await.is_err());
    drop(tx);
    hear(&app, &facts[..1]).await;
    hear(&app, &[told(&app, "evt_5", refund_due("a", "test", one(), eur(0)))]).await;
    let vendor = VendorId::named("test").unwrap();
    let accounting = &app.app.services.accounting;
    let names =
        app.column("SELECT name FROM accounting_documents WHERE vendor = 'ven_test' ORDER BY name").await;
    assert_eq!(names, ["CRN-2026-000001", "INV-2026-000001", "INV-2026-000002"]);
    let invoice = accounting.get_document(&vendor, "INV-2026-000001").await.unwrap();
    assert_eq!((invoice.total(), invoice.tax(), invoice.items.len()), (eur(1_490), eur(159 + 78), 2));
    assert_eq!((invoice.seller.name.as_str(), invoice.items[0].title.as_str()), ("Test", "CUP"));
    let credit = accounting.get_document(&vendor, "CRN-2026-000001").await.unwrap();
    assert_eq!(credit.corrects, ["INV-2026-000001", "INV-2026-000002"]);
    assert!(pdf::render(&credit).unwrap().starts_with(b"%PDF-"));

    let cookie = app.vendor_member("ven_test").await;
    let answer = app.page("/vendor/invoices/INV-2026-000001", &cookie).await;
    assert_eq!(
        (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
        (200, "application/pdf")
    );
    let other = app.vendor_member("ven_other").await;
    assert_eq!(app.page("/vendor/invoices/INV-2026-000001", &other).await.status, 404, "another's");
    let finance = app.staff(Role::Finance).await;
    assert!(app.page("/admin/documents", &finance).await.text().contains("CRN-2026-000001"));
    assert_eq!(app.page("/admin/documents/ven_test/CRN-2026-000001", &finance).await.status, 200);
}

async fn the_journal_shows_when_it_was_changed(app: TestApp) {
    for number in 1..=3 {
        let paid = Fact::PaymentCaptured(moved("a", "stripe", eur(number), 0));
        hear(&app, &[told(&app, &format!("evt_{number}"), paid)]).await;
    }
    let accounting = &app.app.services.accounting;
    assert_eq!(accounting.find_break().await.unwrap(), None);
    let finance = app.staff(Role::Finance).await;
    assert!(app.page("/admin/ledger", &finance).await.text().contains("chain of hashes is whole"));
    let mut tx = app.db.begin().await.unwrap();
    let change = "UPDATE accounting_postings SET amount = 9 WHERE entry = 2";
    sqlx::query(change).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(accounting.find_break().await.unwrap(), Some(2));
    assert!(app.page("/admin/ledger", &finance).await.text().contains("breaks at entry 2"));
    let mut tx = app.db.begin().await.unwrap();
    let naught = "UPDATE accounting_postings SET amount = 0 WHERE entry = 2";
    assert!(sqlx::query(naught).execute(&mut *tx).await.is_err(), "the database says no");
}

async fn the_journal_is_exported(app: TestApp) {
    hear(&app, &sold(&app).await).await;
    let goods = units(&[(0, 2, eur(2_000))]);
    hear(&app, &[told(&app, "evt_2", shipped("a", "test", goods, eur(490)))]).await;
    app.advance_ms(86_400_000);
    let (vendor, promotion) = (VendorId::named("test").unwrap(), PromotionId::named("1").unwrap());
    let fee = PromotionFee { promotion, vendor, fee: eur(1_400), due_ms: 0, provider_fee: None };
    let facts = [
        told(&app, "evt_3", Fact::PaymentCaptured(moved("a", "stripe", eur(2_490), 61))),
        told(&app, "evt_4", Fact::PromotionBooked(fee.clone())),
        told(&app, "evt_5", Fact::PromotionPaid(fee)),
    ];
    hear(&app, &facts).await;
    let accounting = &app.app.services.accounting;
    let whole = Period::parse("2026-11-01", "2026-11-30").unwrap();
    let text = accounting.export_beancount(whole).await.unwrap();
    assert_eq!(beancount::check(&text).unwrap(), 4, "{text}");
    assert!(text.contains("Liabilities:TaxPayable:DE") && text.contains("party: \"ord_a\""), "{text}");
    // A later period brings forward what was before it.
    let later = Period::parse("2026-11-19", "2026-11-19").unwrap();
    let text = accounting.export_beancount(later).await.unwrap();
    assert_eq!(beancount::check(&text).unwrap(), 4, "{text}");
    assert!(text.contains("Brought forward"), "{text}");
    assert!(beancount::check(&text.replacen("14.00 EUR", "14.01 EUR", 1)).is_err(), "the check checks");
    let csv = accounting.export_csv(whole).await.unwrap();
    assert_eq!(csv.lines().count(), 1 + 5 + 3 + 2 + 2, "{csv}");
    let finance = app.staff(Role::Finance).await;
    let path = "/admin/ledger/export/beancount?from=2026-11-01&to=2026-11-30";
    let answer = app.page(path, &finance).await;
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"journal-2026-11-01-2026-11-30.beancount\""
    );
    assert_eq!(
        app.page("/admin/ledger/export/csv?from=2026-11-01&to=2026-11-30", &finance).await.text(),
        csv
    );
    assert_eq!(
        app.page("/admin/ledger/export/xls?from=2026-11-01&to=2026-11-30", &finance).await.status,
        404
    );
    assert_eq!(app.page("/admin/ledger/export/csv?from=x&to=2026-11-30", &finance).await.status, 422);
}
