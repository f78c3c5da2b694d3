//! The rules alone: no database, no provider.
#![allow(clippy::unwrap_used)]

use kiosk_ids::{OrderId, ParcelId, PaymentId, RefundId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{FraudRecord, OrderRecord, PaymentRecord};

use super::*;
use crate::modules::bus::fact::{GoodsMoved, RefundDue};
use crate::modules::payments::state::State;

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn order(method: &str, provider: Option<&str>, total: i64) -> OrderRecord {
    OrderRecord {
        id: OrderId::named("one").unwrap(),
        cart: "crt_c".parse().unwrap(),
        region: "eu".to_owned(),
        placed_ms: 1_000,
        customer: "pseudonym".to_owned(),
        account: None,
        country: "DE".to_owned(),
        area: "10".to_owned(),
        lines: Vec::new(),
        takes: Vec::new(),
        subtotal: eur(total),
        delivery: eur(0),
        total: eur(total),
        delivery_kind: "parcel".to_owned(),
        payment: PaymentRecord {
            id: PaymentId::named("one").unwrap(),
            method: method.to_owned(),
            provider: provider.map(str::to_owned),
            reference: provider.map(|_| "auth_1".to_owned()),
            started: provider.map(|_| "started_1".to_owned()),
        },
        fraud: FraudRecord {
            outcome: "allow".to_owned(),
            score: None,
            model: String::new(),
            reasons: Vec::new(),
        },
    }
}

fn card(total: i64) -> Book {
    Book::of(payment_of(&order("card", Some("stripe"), total), false, 1_000).0)
}

fn transfer(total: i64) -> Book {
    Book::of(payment_of(&order("bank_transfer", None, total), false, 1_000).0)
}

fn moved(parcel: Option<&str>, total: i64, last: bool) -> GoodsMoved {
    GoodsMoved {
        order: OrderId::named("one").unwrap(),
        vendor: VendorId::named("v").unwrap(),
        parcel: parcel.map(|name| ParcelId::named(name).unwrap()),
        lines: Vec::new(),
        delivery: eur(0),
        total: eur(total),
        last,
        reason: String::new(),
    }
}

fn owed(name: &str, total: i64) -> RefundDue {
    RefundDue {
        refund: RefundId::named(name).unwrap(),
        order: OrderId::named("one").unwrap(),
        vendor: VendorId::named("v").unwrap(),
        lines: Vec::new(),
        delivery: eur(0),
        total: eur(total),
        reason: String::new(),
    }
}

/// Movements as `kind amount step`.
fn shown(book: &Book) -> Vec<String> {
    let show = |movement: &Movement| {
        format!("{} {} {}", movement.kind.name(), movement.amount.amount, movement.step.name())
    };
    book.movements.iter().map(show).collect()
}

/// Kinds of the facts with their amounts.
fn told(book: &Book) -> Vec<String> {
    let show = |fact: &Fact| match fact {
        Fact::PaymentCaptured(moved) => format!("captured {}", moved.amount.amount),
        Fact::PaymentReceived(moved) => format!("received {}", moved.amount.amount),
        Fact::PaymentRefunded(moved) => format!("refunded {}", moved.amount.amount),
        Fact::ChargebackOpened(moved) => format!("charged back {}", moved.amount.amount),
        Fact::ChargebackWon(moved) => format!("won {}", moved.amount.amount),
        Fact::PaymentFailed(failed) => format!("failed: {}", failed.reason),
        other => format!("{other:?}"),
    };
    book.facts.iter().map(show).collect()
}

#[test]
fn a_refund_that_is_due_before_its_capture_waits_and_is_spread_over_captures() {
    let mut book = card(100);
    book.refund(&owed("r", 70));
    assert_eq!(shown(&book), Vec::<String>::new());
    book.ship(&moved(Some("a"), 40, false));
    book.captured("cap_par_a", "ch", None);
    assert_eq!(shown(&book), ["capture 40 done", "refund 40 due"]);
    book.ship(&moved(Some("b"), 60, true));
    book.captured("cap_par_b", "ch", None);
    assert_eq!(shown(&book)[2..], ["capture 60 done", "refund 30 due"]);
    book.refund(&owed("r", 70));
    assert_eq!(book.movements.len(), 4, "told twice it is one refund");
    book.refunded("rfd_r_1", "re_1");
    book.refunded("rfd_r_1", "re_1");
    book.refunded("rfd_r_2", "re_2");
    assert_eq!((book.payment.refunded, book.payment.state()), (70, State::PartlyRefunded));
    assert_eq!(told(&book), ["captured 40", "captured 60", "refunded 40", "refunded 30"]);
    book.refund(&owed("s", 50));
    assert_eq!(book.payment.attention, "refund_over_captured");
    book.refunded("rfd_s_1", "re_3");
    assert_eq!((book.payment.refunded, book.payment.state()), (100, State::Refunded));
}

#[test]
fn nothing_is_captured_after_a_void_nor_beyond_the_authorisation() {
    let mut book = card(100);
    book.cancel(&moved(None, 100, true));
    assert_eq!(shown(&book), ["void 0 due"]);
    book.ship(&moved(Some("a"), 40, false));
    assert_eq!(shown(&book)[1..], ["capture 40 failed"]);
    book.voided("void_ord_one");
    assert_eq!(
        (book.payment.state(), told(&book)),
        (State::Cancelled, vec!["failed: authorisation_gone".to_owned()])
    );
    assert!(!book.retry("cap_par_a"));

    let mut book = card(100);
    book.ship(&moved(Some("a"), 90, false));
    book.ship(&moved(Some("b"), 20, true));
    assert_eq!(shown(&book), ["capture 90 due", "capture 10 due"]);
    assert_eq!(book.payment.attention, "capture_over_authorised");
}

#[test]
fn the_last_cancellation_releases_what_captures_leave() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 40, false));
    book.cancel(&moved(None, 60, true));
    assert_eq!(shown(&book), ["capture 40 due", "void 0 due"]);
    book.captured("cap_par_a", "ch", Some(eur(2)));
    book.voided("void_ord_one");
    assert_eq!((book.payment.state(), book.payment.captured), (State::Paid, 40));
}

#[test]
fn disputes_come_in_any_order() {
    let open = || {
        let mut book = card(100);
        book.ship(&moved(Some("a"), 100, true));
        book.captured("cap_par_a", "ch", None);
        book
    };
    let mut book = open();
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    assert_eq!((book.payment.state(), book.payment.charged_back), (State::Disputed, 100));
    book.refund(&owed("r", 10));
    assert!(!book.waits_for(Kind::Refund), "nothing is left to refund");
    book.dispute("dp", "ch", (100, 15), Dispute::Won);
    assert_eq!(told(&book), ["captured 100", "charged back 100", "won 100"]);
    assert!(book.waits_for(Kind::Refund), "there is again");
    let mut book = open();
    book.dispute("dp", "ch", (100, 15), Dispute::Won);
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    assert_eq!((book.payment.state(), told(&book).len()), (State::Paid, 1), "the end came first");
    let mut book = open();
    book.dispute("dp", "ch", (100, 15), Dispute::Lost);
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    assert_eq!(book.payment.charged_back, 100);
    book.dispute("dq", "ch", (100, 0), Dispute::Opened);
    assert_eq!((book.payment.charged_back, book.payment.attention.as_str()), (100, "dispute_over_captured"));
}

#[test]
fn a_refund_on_the_providers_pages_is_told_from_ours() {
    let mut book = card(100);
    assert!(!book.saw_refund("re_0", "ch", 30), "before the capture is here");
    book.ship(&moved(Some("a"), 100, true));
    book.captured("cap_par_a", "ch", None);
    book.refund(&owed("r", 20));
    assert!(!book.saw_refund("re_1", "ch", 20), "it may be ours, whose answer is under way");
    book.refunded("rfd_r_1", "re_1");
    assert!(book.saw_refund("re_1", "ch", 20) && book.payment.refunded == 20);
    assert!(book.saw_refund("re_2", "ch", 30) && book.saw_refund("re_2", "ch", 30));
    assert_eq!((book.payment.refunded, book.payment.attention.as_str()), (50, "refunded_elsewhere"));
    assert!(!book.saw_refund("re_3", "ch", 51));
    book.refund(&owed("s", 60));
    assert_eq!(shown(&book).last().unwrap(), "refund 50 due", "never more than is left");
}

#[test]
fn who_is_owed_something_before_paying_pays_less() {
    let mut book = transfer(100);
    assert_eq!((book.outstanding(), book.payment.state()), (100, State::Awaiting));
    book.cancel(&moved(None, 20, false));
    book.refund(&owed("r", 30));
    assert_eq!(book.outstanding(), 50);
    book.received("l1", "e1", 50);
    assert_eq!((shown(&book), book.outstanding()), (vec!["receipt 50 done".to_owned()], 0));
    let mut book = transfer(100);
    book.received("l1", "e1", 100);
    book.refund(&owed("r", 30));
    assert_eq!(shown(&book)[1..], ["refund 30 payable"]);
    book.cancel(&moved(None, 20, false));
    assert_eq!(shown(&book)[2..], ["refund 20 payable"], "what was paid for and will not come goes back");
    book.refunded("rfd_r_1", "by hand");
    assert_eq!((book.payment.refunded, book.payment.state()), (30, State::PartlyRefunded));
}

#[test]
fn an_order_without_an_authorisation_of_its_own_has_failed() {
    for (order, taken) in [(order("card", None, 5), false), (order("card", Some("stripe"), 5), true)] {
        let (payment, fact) = payment_of(&order, taken, 0);
        assert_eq!((payment.state(), payment.authorised), (State::Failed, 0));
        assert!(matches!(fact, Some(Fact::PaymentFailed(_))) && !payment.attention.is_empty());
    }
}

#[test]
fn what_was_refused_can_be_tried_again_where_it_still_fits() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 60, false));
    book.failed("cap_par_a", "card_declined");
    assert_eq!(
        (book.payment.attention.as_str(), told(&book)),
        ("capture_refused", vec!["failed: card_declined".to_owned()])
    );
    assert!(book.retry("cap_par_a") && book.waits_for(Kind::Capture));
    assert!(!book.retry("cap_par_a"), "it was not asked for since");
    book.captured("cap_par_a", "ch", None);
    assert!(!book.retry("cap_par_a"), "it is done");
    book.lapsed("authorisation_gone");
    assert_eq!(book.payment.state(), State::PartlyPaid);
}
