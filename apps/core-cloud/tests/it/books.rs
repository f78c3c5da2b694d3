//! What the tests of the books share: facts, and the bookkeeper that hears them.

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::accounting::consumer::Bookkeeper;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{
    Fact, GoodsMoved, LineUnits, OrderPlaced, PaymentMoved, RefundDue, Told,
};
use kiosk_ids::{OrderId, ParcelId, PaymentId, RefundId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::OrderRecord;

use crate::harness::*;

pub fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

pub fn told(app: &TestApp, id: &str, fact: Fact) -> Told {
    Told { id: id.to_owned(), written_ms: app.now_ms(), fact }
}

pub fn placed_fact(order: OrderRecord) -> Fact {
    Fact::OrderPlaced(Box::new(OrderPlaced { pop: "eu-1".to_owned(), region: "eu".to_owned(), order }))
}

/// Pieces of lines, each line with its pieces and what they cost.
pub fn units(lines: &[(u32, u32, Money)]) -> Vec<LineUnits> {
    let unit = |(line, quantity, amount): &(u32, u32, Money)| LineUnits {
        line: *line,
        quantity: *quantity,
        amount: *amount,
    };
    lines.iter().map(unit).collect()
}

fn total(lines: &[LineUnits], delivery: Money) -> Money {
    lines.iter().fold(delivery, |sum, line| sum.checked_add(line.amount).unwrap())
}

pub fn shipped(order: &str, vendor: &str, lines: Vec<LineUnits>, delivery: Money) -> Fact {
    Fact::ParcelShipped(Box::new(GoodsMoved {
        order: OrderId::named(order).unwrap(),
        vendor: VendorId::named(vendor).unwrap(),
        parcel: Some(ParcelId::named("1").unwrap()),
        total: total(&lines, delivery),
        lines,
        delivery,
        last: false,
        reason: String::new(),
    }))
}

pub fn refund_due(order: &str, vendor: &str, lines: Vec<LineUnits>, delivery: Money) -> Fact {
    Fact::RefundDue(Box::new(RefundDue {
        refund: RefundId::named("1").unwrap(),
        order: OrderId::named(order).unwrap(),
        vendor: VendorId::named(vendor).unwrap(),
        total: total(&lines, delivery),
        lines,
        delivery,
        reason: "damaged".to_owned(),
    }))
}

pub fn moved(order: &str, provider: &str, amount: Money, fee: i64) -> PaymentMoved {
    PaymentMoved {
        payment: PaymentId::named("p").unwrap(),
        order: OrderId::named(order).unwrap(),
        provider: provider.to_owned(),
        movement: "par_1".to_owned(),
        reference: "ref_1".to_owned(),
        amount,
        fee: Money::new(fee, amount.currency),
    }
}

/// The bookkeeper hears facts, in one transaction.
pub async fn hear(app: &TestApp, facts: &[Told]) {
    let mut tx = app.db.begin().await.unwrap();
    Bookkeeper.apply(&mut tx, facts).await.unwrap();
    tx.commit().await.unwrap();
}

/// Debits less credits of a party's account.
pub async fn balance(app: &TestApp, account: Account, party: &str) -> i64 {
    let parties = app.app.services.accounting.list_parties(account, "").await.unwrap();
    parties.into_iter().filter(|(name, _)| name == party).map(|(_, sum)| sum.amount).sum()
}

/// Debits less credits of an account, over all parties; debits and credits of all accounts must be equal.
pub async fn account(app: &TestApp, account: Account) -> i64 {
    let balances = app.app.services.accounting.trial_balance().await.unwrap();
    for code in balances.iter().map(|balance| balance.debit.currency) {
        let of = balances.iter().filter(|balance| balance.debit.currency == code);
        let sum: i64 = of.map(|balance| balance.debit.amount - balance.credit.amount).sum();
        assert_eq!(sum, 0, "{} does not balance: {balances:?}", code.code());
    }
    let of = balances.iter().filter(|balance| balance.account == account);
    of.map(|balance| balance.debit.amount - balance.credit.amount).sum()
}
