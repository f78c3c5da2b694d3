//! Fees of promotions that vendors pay by card.

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::bus::fact::Fact;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::fees::service::FeeState;
use kiosk_wire::Change;
use psp_sandbox::faults::{Fault, Operation};

use super::support::*;
use crate::books;
use crate::harness::*;

on_both_databases!(
    a_fee_is_paid_on_the_providers_page,
    whoever_comes_first_settles_it_once,
    a_card_that_is_declined_leaves_the_fee_owed,
    a_fee_that_is_not_owed_any_more_goes_back_to_the_card,
    a_fee_of_unknown_outcome_is_decided_by_finance,
    what_a_person_was_to_look_at_goes_back_too,
    what_was_set_off_is_not_charged_too,
    set_off_and_card_never_both,
    an_unpaid_promotion_ends_on_all_pops,
);

const DAY_MS: i64 = 86_400_000;
const DECLINED: &str = "4000000000000002";

/// A vendor with a card and promotions.
struct Shop {
    till: Till,
    vendor: String,
}

impl Shop {
    async fn open(app: TestApp) -> Self {
        let till = Till::open(app).await;
        till.app.stock_up(&[("CUP", 99), ("POT", 99)]).await;
        let vendor = till.app.vendor_member("ven_test").await;
        Self { till, vendor }
    }

    fn app(&self) -> &TestApp {
        &self.till.app
    }

    /// Books 30 days for 60.00; the promotion.
    async fn book(&self, product: &str, from: &str) -> String {
        let fields = [("product", product), ("from", from), ("days", "30")];
        let before = self.promotions().await;
        let answer = self.app().post("/vendor/promotions", &self.vendor, &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.promotions().await.into_iter().find(|id| !before.contains(id)).unwrap()
    }

    async fn promotions(&self) -> Vec<String> {
        self.app().column("SELECT promotion FROM promotions_dues").await
    }

    /// Logs in again: a session does not last for weeks.
    async fn log_in(&mut self) {
        let password = kiosk_password::Password::new(PASSWORD.to_owned());
        let session = self.app().app.services.members.log_in("test@vendor.test", password).await.unwrap();
        self.vendor = format!("kiosk_member={}", session.token);
    }

    fn path(promotion: &str) -> String {
        format!("/vendor/promotions/{promotion}/payment")
    }

    /// Goes to the provider's page; its address.
    async fn pay(&self, promotion: &str) -> String {
        let answer = self.app().post(&Self::path(promotion), &self.vendor, &[]).await;
        assert_eq!(answer.headers["location"], Self::path(promotion).as_str(), "{}", answer.text());
        let page = self.page(promotion).await;
        let (before, _) = page.split_once("\" class=\"button\"").unwrap_or_else(|| panic!("{page}"));
        before.rsplit('"').next().unwrap().to_owned()
    }

    async fn page(&self, promotion: &str) -> String {
        let answer = self.app().page(&Self::path(promotion), &self.vendor).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    async fn state(&self, promotion: &str) -> FeeState {
        let fees = &self.app().app.services.fees;
        fees.get(&"ven_test".parse().unwrap(), promotion).await.unwrap().unwrap().state
    }

    /// What is owed for a promotion.
    async fn due(&self) -> Vec<String> {
        self.app().column("SELECT state FROM promotions_dues ORDER BY promotion").await
    }

    /// What was captured and refunded at the provider.
    fn moved(&self) -> (i64, i64) {
        let ledger = self.till.sandbox.ledger();
        let sums = ledger.payments.iter().map(|line| (line.sums.captured, line.sums.refunded));
        sums.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    }

    /// Nothing is reserved at the provider any more.
    fn released(&self) -> bool {
        self.till.sandbox.ledger().payments.iter().all(|line| line.sums.capturable == 0)
    }

    /// Facts of payments by card, in order, which the books hear of.
    async fn told(&self) -> Vec<&'static str> {
        let facts = self.app().untold().await;
        self.till.hear(facts.clone()).await;
        let mut kinds = Vec::new();
        for (number, fact) in facts.into_iter().enumerate() {
            kinds.extend(match &fact {
                Fact::PromotionPaid(fee) => {
                    assert!(fee.provider_fee.is_some_and(|kept| kept.amount > 0), "{fee:?}");
                    Some("paid")
                }
                Fact::PromotionRefunded(_) => Some("refunded"),
                _ => None,
            });
            let told = books::told(self.app(), &format!("evt_{}_{number}", self.app().now_ms()), fact);
            books::hear(self.app(), &[told]).await;
        }
        self.app().advance_ms(1);
        kinds
    }

    async fn owed(&self) -> i64 {
        books::balance(self.app(), Account::PromotionDues, "ven_test").await
    }
}

async fn a_fee_is_paid_on_the_providers_page(app: TestApp) {
    let shop = Shop::open(app).await;
    let promotion = shop.book("prd_test-cup", "2026-11-18").await;
    let list = shop.app().page("/vendor/promotions", &shop.vendor).await.text();
    assert!(list.contains("Pay €60.00 now"), "{list}");
    let url = shop.pay(&promotion).await;
    assert_eq!(shop.pay(&promotion).await, url, "the same page, however often it is asked for");
    assert!(shop.page(&promotion).await.contains("not paid yet"));
    assert_eq!(shop.till.pay_by_card(&url, CARD).await, 303);
    let page = shop.page(&promotion).await;
    assert!(page.contains("The fee is paid") && !page.contains("Pay €60.00"), "{page}");
    assert_eq!((shop.moved(), shop.due().await), ((6_000, 0), vec!["paid".to_owned()]));
    assert_eq!((shop.told().await, shop.owed().await), (vec!["paid"], 0));
    let again = shop.app().post(&Shop::path(&promotion), &shop.vendor, &[]).await;
    assert!(again.status == 409 && again.text().contains("nothing to pay"), "{}", again.text());
    let other = shop.app().vendor_member("ven_other").await;
    assert_eq!(shop.app().page(&Shop::path(&promotion), &other).await.status, 404);
    assert_eq!(shop.app().post(&Shop::path(&promotion), &other, &[]).await.status, 404);
    let log = shop.app().page("/admin/audit?q=promotion.pay", &shop.app().staff(Role::Owner).await).await;
    assert!(log.text().contains("promotion.pay"));
}

/// Return page, webhook and job lead to the same, whichever is first, and whatever answer is lost.
async fn whoever_comes_first_settles_it_once(app: TestApp) {
    let shop = Shop::open(app).await;
    let (cup, pot) =
        (shop.book("prd_test-cup", "2026-11-18").await, shop.book("prd_test-pot", "2026-11-18").await);
    for operation in [Operation::Start, Operation::Look, Operation::Capture] {
        shop.till.sandbox.faults().next(operation, 1, Fault::LoseAnswer);
    }
    let away = shop.app().post(&Shop::path(&cup), &shop.vendor, &[]).await;
    assert_eq!(away.status, 503, "{}", away.text());
    let url = shop.pay(&cup).await;
    shop.till.pay_by_card(&url, CARD).await;
    let fees = &shop.app().app.services.fees;
    for _ in 0..8 {
        shop.till.deliver().await;
        fees.settle_due().await.unwrap();
        shop.app().advance_ms(20_000);
    }
    assert_eq!((shop.state(&cup).await, shop.moved()), (FeeState::Paid, (6_000, 0)));
    // Now the job alone, without a webhook and without a return.
    let url = shop.pay(&pot).await;
    shop.till.pay_by_card(&url, CARD).await;
    shop.app().advance_ms(DAY_MS / 24);
    fees.settle_due().await.unwrap();
    assert_eq!((shop.state(&pot).await, shop.moved()), (FeeState::Paid, (12_000, 0)));
    assert_eq!(shop.told().await, ["paid", "paid"], "each once");
    assert_eq!(shop.owed().await, 0);
    let stray = shop.app().column("SELECT event FROM payments_webhooks").await;
    assert_eq!(stray, Vec::<String>::new(), "webhooks of fees are no orders'");
}

async fn a_card_that_is_declined_leaves_the_fee_owed(app: TestApp) {
    let shop = Shop::open(app).await;
    let promotion = shop.book("prd_test-cup", "2026-11-18").await;
    let url = shop.pay(&promotion).await;
    assert_eq!(shop.till.pay_by_card(&url, DECLINED).await, 402, "the provider's page says so");
    let back = format!("{}?done=unfinished", Shop::path(&promotion));
    let page = shop.app().page(&back, &shop.vendor).await.text();
    assert!(page.contains("still owed") && page.contains("Try another one") && page.contains(&url), "{page}");
    assert_eq!((shop.due().await, shop.moved()), (vec!["due".to_owned()], (0, 0)));
    // The page runs out; the next try is another payment.
    shop.app().advance_ms(2 * DAY_MS / 24);
    shop.app().app.services.fees.settle_due().await.unwrap();
    let page = shop.page(&promotion).await;
    assert!(page.contains("Nothing was charged") && page.contains("Pay €60.00 now"), "{page}");
    let second = shop.pay(&promotion).await;
    assert_ne!(second, url);
    // The card is taken, and the money refused when it is to be had.
    shop.till.pay_by_card(&second, CARD).await;
    shop.till.sandbox.faults().next(Operation::Capture, 1, Fault::Refuse(400));
    let page = shop.page(&promotion).await;
    assert!(page.contains("still owed"), "{page}");
    assert!(shop.released() && shop.due().await == ["due"], "{page}");
    assert!(shop.told().await.is_empty());
    assert_eq!(shop.owed().await, 6_000);
}

async fn a_fee_that_is_not_owed_any_more_goes_back_to_the_card(app: TestApp) {
    let shop = Shop::open(app).await;
    let promotion = shop.book("prd_test-cup", "2026-11-25").await;
    let url = shop.pay(&promotion).await;
    shop.till.pay_by_card(&url, CARD).await;
    assert!(shop.page(&promotion).await.contains("The fee is paid"));
    let cancel = format!("/vendor/promotions/{promotion}/cancel");
    assert_eq!(shop.app().post(&cancel, &shop.vendor, &[]).await.status, 303);
    assert_eq!(shop.told().await, ["paid"]);
    shop.till.sandbox.faults().next(Operation::Refund, 1, Fault::LoseAnswer);
    assert!(shop.page(&promotion).await.contains("is going back to your card"));
    shop.app().advance_ms(3_000);
    shop.app().app.services.fees.settle_due().await.unwrap();
    assert!(shop.page(&promotion).await.contains("went back to your card"));
    assert_eq!((shop.moved(), shop.told().await, shop.owed().await), ((6_000, 6_000), vec!["refunded"], 0));
    // One whose page is open when it is taken back is closed; what is reserved then is not taken.
    let open = shop.book("prd_test-pot", "2026-11-25").await;
    let url = shop.pay(&open).await;
    let cancel = format!("/vendor/promotions/{open}/cancel");
    assert_eq!(shop.app().post(&cancel, &shop.vendor, &[]).await.status, 303);
    shop.till.pay_by_card(&url, CARD).await;
    shop.told().await;
    assert!(shop.page(&open).await.contains("Nothing is owed"));
    assert_eq!(
        (shop.state(&open).await, shop.moved(), shop.released()),
        (FeeState::Closed, (6_000, 6_000), true)
    );
}

/// The provider took it, its answer was lost, and its memory of the key is over.
async fn lose(shop: &mut Shop, product: &str) -> (String, String) {
    let promotion = shop.book(product, "2026-11-25").await;
    let url = shop.pay(&promotion).await;
    shop.till.pay_by_card(&url, CARD).await;
    shop.till.sandbox.faults().next(Operation::Capture, 1, Fault::LoseAnswer);
    shop.page(&promotion).await;
    shop.app().advance_ms(DAY_MS);
    shop.log_in().await;
    shop.app().app.services.fees.settle_due().await.unwrap();
    assert_eq!(shop.state(&promotion).await, FeeState::Failed);
    let sql = "SELECT id FROM payments_fees WHERE state = 'failed'";
    (promotion, shop.app().column(sql).await.remove(0))
}

async fn a_fee_of_unknown_outcome_is_decided_by_finance(app: TestApp) {
    let mut shop = Shop::open(app).await;
    let (promotion, id) = lose(&mut shop, "prd_test-cup").await;
    let path = format!("/admin/promotions/payments/{id}");
    let finance = shop.app().staff(Role::Finance).await;
    let support = shop.app().staff(Role::Support).await;
    let list = shop.app().page("/admin/promotions", &finance).await.text();
    assert!(
        list.contains(&path) && list.contains("It was done") && list.contains("outcome unknown"),
        "{list}"
    );
    let act = |act: &'static str, reason: &'static str| [("act", act), ("reason", reason)];
    assert_eq!(shop.app().post(&path, &support, &act("retry", "x")).await.status, 403);
    assert_eq!(shop.app().post(&path, &finance, &act("paid", "")).await.status, 422, "by which name?");
    let none = "/admin/promotions/payments/pay_none";
    assert_eq!(shop.app().post(none, &finance, &act("retry", "x")).await.status, 404);
    assert_eq!(shop.app().post(&path, &finance, &act("paid", "ch_seen")).await.status, 303);
    assert_eq!((shop.state(&promotion).await, shop.due().await), (FeeState::Paid, vec!["paid".to_owned()]));
    assert_eq!(shop.app().post(&path, &finance, &act("paid", "ch_seen")).await.status, 409, "once");
    let paid = shop.app().untold().await.into_iter().filter(|fact| matches!(fact, Fact::PromotionPaid(_)));
    assert_eq!(paid.count(), 1, "the books hear of it");
    // Another is asked for again: the provider says that it was taken, and that is not undone.
    let (promotion, id) = lose(&mut shop, "prd_test-pot").await;
    let path = format!("/admin/promotions/payments/{id}");
    let finance = shop.app().staff(Role::Finance).await;
    assert_eq!(shop.app().post(&path, &finance, &act("retry", "Stripe is back")).await.status, 303);
    assert_eq!(shop.state(&promotion).await, FeeState::Capturing);
    shop.app().app.services.fees.settle_due().await.unwrap();
    let log = shop.app().page("/admin/audit?q=promotion.pay", &shop.app().staff(Role::Owner).await).await;
    let log = log.text();
    assert!(log.contains("promotion.pay-done") && log.contains("promotion.pay-retry"), "{log}");
    assert_eq!(shop.moved(), (12_000, 0), "each was taken once");
}

async fn what_a_person_was_to_look_at_goes_back_too(app: TestApp) {
    let shop = Shop::open(app).await;
    let promotion = shop.book("prd_test-cup", "2026-11-25").await;
    let url = shop.pay(&promotion).await;
    shop.till.pay_by_card(&url, CARD).await;
    assert!(shop.page(&promotion).await.contains("The fee is paid"));
    shop.told().await;
    let capture = shop.app().column("SELECT capture FROM payments_fees").await.remove(0);
    shop.till.sandbox.open_dispute(psp_sandbox::Provider::Stripe, &capture).unwrap();
    shop.till.deliver().await;
    assert_eq!(shop.state(&promotion).await, FeeState::Failed);
    let cancel = format!("/vendor/promotions/{promotion}/cancel");
    assert_eq!(shop.app().post(&cancel, &shop.vendor, &[]).await.status, 303);
    shop.told().await;
    assert_eq!(shop.state(&promotion).await, FeeState::Refunding);
}

/// The vendor is owed enough for the fee, which is due.
async fn earned(shop: &Shop) {
    let sum = eur(20_000);
    let order = order("sale", vec![take("CUP", 1, 20)]);
    for (number, fact) in
        [books::placed_fact(order), books::shipped("sale", "test", books::units(&[(0, 20, sum)]), eur(0))]
            .into_iter()
            .enumerate()
    {
        books::hear(shop.app(), &[books::told(shop.app(), &format!("evt_sale{number}"), fact)]).await;
    }
    shop.told().await;
}

async fn what_was_set_off_is_not_charged_too(app: TestApp) {
    let mut shop = Shop::open(app).await;
    let promotion = shop.book("prd_test-cup", "2026-11-18").await;
    earned(&shop).await;
    shop.app().advance_ms(15 * DAY_MS);
    shop.log_in().await;
    let url = shop.pay(&promotion).await;
    shop.till.pay_by_card(&url, CARD).await;
    shop.app().app.services.payouts.run_due().await.unwrap();
    assert_eq!(shop.due().await, ["paid"]);
    assert!(shop.page(&promotion).await.contains("The fee is paid"));
    assert_eq!(
        (shop.state(&promotion).await, shop.moved(), shop.released()),
        (FeeState::Closed, (0, 0), true)
    );
    assert!(shop.told().await.is_empty());
    assert_eq!(shop.owed().await, 0);
}

/// Both at once: whichever wins, the fee is had once.
async fn set_off_and_card_never_both(app: TestApp) {
    let mut shop = Shop::open(app).await;
    let promotion = shop.book("prd_test-cup", "2026-11-18").await;
    earned(&shop).await;
    shop.app().advance_ms(15 * DAY_MS);
    shop.log_in().await;
    let url = shop.pay(&promotion).await;
    shop.till.pay_by_card(&url, CARD).await;
    let before = books::balance(shop.app(), Account::VendorPayable, "ven_test").await;
    let services = &shop.app().app.services;
    let id = shop.app().column("SELECT id FROM payments_fees").await.remove(0);
    let (ran, first, second) =
        tokio::join!(services.payouts.run_due(), services.fees.settle(&id), services.fees.settle(&id));
    ran.unwrap();
    first.unwrap();
    second.unwrap();
    services.fees.settle(&id).await.unwrap();
    let paid = shop.told().await;
    let by_card = shop.moved() == (6_000, 0);
    assert_eq!(paid.len(), usize::from(by_card), "{paid:?} {:?}", shop.moved());
    assert!(shop.released());
    assert_eq!((shop.due().await, shop.owed().await), (vec!["paid".to_owned()], 0));
    let lines = shop.app().column("SELECT kind FROM payouts_lines WHERE kind = 'promotion_fee'").await;
    assert_eq!(lines.len(), usize::from(!by_card), "{before}");
}

async fn an_unpaid_promotion_ends_on_all_pops(app: TestApp) {
    let mut shop = Shop::open(app).await;
    let (unpaid, paid) =
        (shop.book("prd_test-cup", "2026-11-18").await, shop.book("prd_test-pot", "2026-11-18").await);
    shop.told().await;
    let url = shop.pay(&paid).await;
    shop.till.pay_by_card(&url, CARD).await;
    shop.page(&paid).await;
    shop.told().await;
    shop.app().advance_ms(15 * DAY_MS);
    shop.log_in().await;
    shop.app().app.services.payouts.run_due().await.unwrap();
    for pop in ["eu-1", "us-1"] {
        let changes = shop.app().told(pop).await;
        let gone: Vec<String> = changes
            .into_iter()
            .filter_map(|change| match change {
                Change::PromotionRemoved { id } => Some(id.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(gone, std::slice::from_ref(&unpaid), "{pop}");
    }
    // It ended and is owed still; paying it does not bring it back.
    let url = shop.pay(&unpaid).await;
    shop.till.pay_by_card(&url, CARD).await;
    assert!(shop.page(&unpaid).await.contains("The fee is paid"));
    assert_eq!(shop.told().await, ["paid"]);
}
