//! The rules alone: no database, no provider.
#![allow(clippy::unwrap_used)]

use kiosk_ids::{OrderId, ParcelId, PaymentId, RefundId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{FraudRecord, GiftCardUse, OrderRecord, PaymentRecord, StockTake};

use super::seen::REFUND_FAILED;
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
        delivery_tax: None,
        discounts: Vec::new(),
        gift_cards: Vec::new(),
        total: eur(total),
        delivery_kind: "parcel".to_owned(),
        payment: PaymentRecord {
            id: PaymentId::named("one").unwrap(),
            method: method.to_owned(),
            provider: provider.map(str::to_owned),
            reference: provider.map(|_| "auth_1".to_owned()),
            started: provider.map(|_| "started_1".to_owned()),
        },
        fraud: FraudRecord { outcome: "allow".to_owned(), ..FraudRecord::default() },
    }
}

impl Book {
    fn refunds_due(&self) -> i64 {
        self.of_kind(Kind::Refund).map(|refund| refund.amount.amount).sum()
    }
}

fn card(total: i64) -> Book {
    Book::of(payment_of(&order("card", Some("stripe"), total), false, 1_000).0)
}

fn transfer(total: i64) -> Book {
    Book::of(payment_of(&order("bank_transfer", None, total), false, 1_000).0)
}

/// An order of which gift cards pay a part.
fn with_card(method: &str, provider: Option<&str>, total: i64, gift: i64) -> Book {
    let take = StockTake { item: "gft_c".parse().unwrap(), epoch: 1, units: u32::try_from(gift).unwrap() };
    let used = GiftCardUse { card: "gft_c".parse().unwrap(), amount: eur(gift), take };
    let order = OrderRecord { gift_cards: vec![used], ..order(method, provider, total) };
    Book::of(payment_of(&order, false, 1_000).0)
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
        Fact::ChargebackLost(moved) => format!("lost {}", moved.amount.amount),
        Fact::ChargebackReopened(moved) => format!("reopened {}", moved.amount.amount),
        Fact::ChargebackWon(moved) => format!("won {}", moved.amount.amount),
        Fact::RefundFailed(moved) => format!("refund failed {}", moved.amount.amount),
        Fact::PaymentFailed(failed) => format!("failed: {}", failed.reason),
        Fact::GiftCardRefundDue(due) => format!("to cards {}", due.amount.amount),
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
fn a_card_that_can_be_captured_once_pays_ahead_and_gets_back_what_does_not_come() {
    let mut book = card(100);
    book.cancel(&moved(None, 10, false));
    book.ship(&moved(Some("a"), 40, false));
    book.ship(&moved(Some("b"), 20, false));
    assert!(book.capture_whole("cap_par_a"));
    assert!(!book.capture_whole("cap_par_a"), "it takes all already");
    assert_eq!(shown(&book), ["capture 90 due", "capture 20 failed"]);
    assert!(!book.retry("cap_par_b"), "it is among the 90");
    book.captured("cap_par_a", "ch", None);
    assert_eq!((book.payment.hold, book.payment.state()), (Hold::Released, State::Paid));
    book.cancel(&moved(None, 20, false));
    book.ship(&moved(Some("c"), 10, true));
    assert_eq!(shown(&book)[2..], ["refund 20 due"], "nothing is captured twice");
    book.refund(&owed("r", 40));
    assert_eq!(shown(&book)[3..], ["refund 40 due"]);
    assert!(book.payment.attention.is_empty(), "{}", book.payment.attention);
}

#[test]
fn a_card_that_can_be_captured_once_pays_beside_gift_cards() {
    for return_first in [true, false] {
        let mut book = with_card("card", Some("stripe"), 200, 50);
        book.ship(&moved(Some("a"), 100, false));
        assert_eq!(shown(&book), ["capture 50 due"]);
        if return_first {
            book.refund(&owed("r", 100));
        }
        assert!(book.capture_whole("cap_par_a"));
        book.captured("cap_par_a", "ch", None);
        if !return_first {
            book.refund(&owed("r", 100));
        }
        book.ship(&moved(Some("b"), 100, true));
        let kept = book.payment.captured - book.refunds_due();
        assert_eq!(kept, 50, "100 stay, of which the gift card pays 50: {:?}", shown(&book));
        assert_eq!(book.payment.gift_returned, 0);
    }
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
fn the_last_parcel_releases_what_is_left_also_when_it_costs_nothing() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 40, false));
    book.cancel(&moved(None, 60, false));
    book.ship(&moved(Some("exchanged"), 0, false));
    assert_eq!(shown(&book), ["capture 40 due"]);
    book.ship(&moved(Some("free"), 0, true));
    assert_eq!(shown(&book), ["capture 40 due", "void 0 due"]);
    let mut ended = card(100);
    ended.lapsed("authorisation_gone");
    ended.ship(&moved(Some("free"), 0, true));
    assert_eq!(shown(&ended), Vec::<String>::new(), "nothing was to be taken");
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
    let fees = book.facts.iter().filter_map(|fact| match fact {
        Fact::ChargebackOpened(moved) | Fact::ChargebackWon(moved) => Some(moved.fee.amount),
        _ => None,
    });
    assert_eq!(fees.collect::<Vec<_>>(), [15, 0], "the fee is taken once");
    assert!(book.waits_for(Kind::Refund), "there is again");
    let mut book = open();
    book.dispute("dp", "ch", (100, 15), Dispute::Won);
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    assert_eq!(book.payment.state(), State::Paid, "the end came first");
    assert_eq!(told(&book), ["captured 100", "charged back 100", "won 100"]);
    let mut book = open();
    book.dispute("dp", "ch", (100, 15), Dispute::Lost);
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    assert_eq!(book.payment.charged_back, 100);
    book.dispute("dq", "ch", (100, 0), Dispute::Opened);
    assert_eq!((book.payment.charged_back, book.payment.attention.as_str()), (100, "dispute_over_captured"));
}

#[test]
fn a_dispute_that_comes_before_the_end_of_another_is_charged_whole() {
    let mut book = card(150);
    book.ship(&moved(Some("a"), 100, false));
    book.captured("cap_par_a", "ch", None);
    book.ship(&moved(Some("b"), 50, true));
    book.captured("cap_par_b", "ci", None);
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    book.dispute("dq", "ch", (100, 15), Dispute::Opened);
    assert_eq!((book.payment.charged_back, book.payment.attention.as_str()), (150, "dispute_over_captured"));
    book.dispute("dp", "ch", (100, 15), Dispute::Won);
    assert_eq!((book.payment.charged_back, book.payment.attention.as_str()), (100, "disputed"));
    let charged =
        ["captured 100", "captured 50", "charged back 100", "charged back 50", "won 100", "charged back 50"];
    assert_eq!(told(&book), charged);
    book.dispute("dq", "ch", (100, 15), Dispute::Won);
    assert_eq!((book.payment.charged_back, book.payment.state()), (0, State::Paid), "all of it comes back");
}

#[test]
fn a_lost_dispute_is_told_once_and_may_still_be_won() {
    let open = || {
        let mut book = card(100);
        book.ship(&moved(Some("a"), 100, true));
        book.captured("cap_par_a", "ch", None);
        book
    };
    let mut book = open();
    for now in [Dispute::Lost, Dispute::Lost, Dispute::Opened] {
        book.dispute("dp", "ch", (100, 15), now);
    }
    assert_eq!(told(&book), ["captured 100", "charged back 100", "lost 100"], "told first as lost");
    let mut book = open();
    for now in [Dispute::Opened, Dispute::Lost, Dispute::Lost] {
        book.dispute("dp", "ch", (100, 15), now);
    }
    assert_eq!(told(&book), ["captured 100", "charged back 100", "lost 100"]);
    let fees = book.facts.iter().map(|fact| match fact {
        Fact::ChargebackOpened(moved) | Fact::ChargebackLost(moved) => moved.fee.amount,
        _ => 0,
    });
    assert_eq!(fees.sum::<i64>(), 15, "the fee is taken once");
    book.dispute("dp", "ch", (100, 15), Dispute::Won);
    assert_eq!(told(&book)[3..], ["reopened 100", "won 100"]);
    book.dispute("dp", "ch", (100, 15), Dispute::Lost);
    assert_eq!(told(&book).len(), 5, "what was won stays won");
}

#[test]
fn what_is_charged_later_of_a_lost_dispute_is_lost_too() {
    let two = || {
        let mut book = card(100);
        book.ship(&moved(Some("a"), 100, true));
        book.captured("cap_par_a", "ch", None);
        book.dispute("dp", "ch", (60, 0), Dispute::Opened);
        book.dispute("dq", "ch", (100, 0), Dispute::Opened);
        book
    };
    let mut book = two();
    book.dispute("dq", "ch", (100, 0), Dispute::Lost);
    book.dispute("dp", "ch", (60, 0), Dispute::Won);
    assert_eq!(told(&book)[3..], ["lost 40", "won 60", "charged back 60", "lost 60"]);
    let mut book = two();
    book.dispute("dp", "ch", (60, 0), Dispute::Won);
    book.dispute("dq", "ch", (100, 0), Dispute::Lost);
    assert_eq!(told(&book)[3..], ["won 60", "charged back 60", "lost 40", "lost 60"]);
    book.dispute("dq", "ch", (100, 0), Dispute::Won);
    assert_eq!(told(&book)[7..], ["reopened 40", "won 40", "reopened 60", "won 60"]);
    assert_eq!((book.payment.charged_back, book.payment.state()), (0, State::Paid));
}

#[test]
fn a_refund_that_fails_leaves_its_money_to_the_dispute() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 100, true));
    book.captured("cap_par_a", "ch", None);
    book.refund(&owed("r", 60));
    book.refunded("rfd_r_1", "re_1");
    book.dispute("dp", "ch", (100, 15), Dispute::Opened);
    assert_eq!((book.payment.charged_back, book.payment.attention.as_str()), (40, "dispute_over_captured"));
    assert!(book.saw_refund_fail("re_1", "ch", 60));
    assert_eq!((book.payment.charged_back, book.payment.refunded), (100, 0));
}

#[test]
fn a_dispute_leaves_what_a_refund_without_its_answer_may_have_taken() {
    for refunded in [true, false] {
        let mut book = card(100);
        book.ship(&moved(Some("a"), 100, true));
        book.captured("cap_par_a", "ch", None);
        book.refund(&owed("r", 60));
        book.movement_mut("rfd_r_1").unwrap().asked_ms = 1;
        book.dispute("dp", "ch", (100, 15), Dispute::Opened);
        assert_eq!(
            (book.payment.charged_back, book.payment.attention.as_str()),
            (40, "dispute_over_captured")
        );
        if refunded {
            book.refunded("rfd_r_1", "re_1");
        } else {
            book.failed("rfd_r_1", "charge_disputed");
        }
        let taken = if refunded { (40, 60) } else { (100, 0) };
        assert_eq!((book.payment.charged_back, book.payment.refunded), taken);
    }
}

#[test]
fn what_was_asked_for_once_stays_known_as_that() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 100, true));
    let asked = |book: &Book| book.movement("cap_par_a").unwrap().asked_ms;
    let capture = book.movement_mut("cap_par_a").unwrap();
    (capture.asked_ms, capture.tries) = (1, 1);
    assert!(book.retry("cap_par_a"));
    assert_eq!(asked(&book), 1, "it hangs, and may have been done");
    book.failed("cap_par_a", OUTCOME_UNKNOWN);
    assert!(book.retry("cap_par_a"));
    assert_eq!(asked(&book), book.now_ms, "the provider may be asked for a day from now on");
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
fn a_refund_that_comes_back_is_owed_again() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 100, true));
    book.captured("cap_par_a", "ch", None);
    book.refund(&owed("r", 20));
    assert!(!book.saw_refund_fail("re_1", "ch", 20), "it may be ours, whose answer is under way");
    book.refunded("rfd_r_1", "re_1");
    assert!(book.saw_refund_fail("re_1", "ch", 20) && book.saw_refund_fail("re_1", "ch", 20));
    assert!(book.saw_refund("re_1", "ch", 20), "that it was made is told late");
    assert_eq!((book.payment.refunded, book.payment.state()), (0, State::Paid));
    assert_eq!(book.payment.attention, REFUND_FAILED);
    assert_eq!(told(&book), ["captured 100", "refunded 20", "refund failed 20"]);
    assert!(book.retry("rfd_r_1") && !book.retry("rfd_r_1"), "once");
    assert_eq!(shown(&book)[1..], ["refund 20 failed", "refund 20 due"]);
    book.refunded("rfd_r_2", "re_2");
    assert_eq!((book.payment.refunded, book.claims[0].spread), (20, 20));
    // One that was made on the provider's pages, and failed before anybody heard of it.
    assert!(book.saw_refund_fail("re_3", "ch", 5) && book.saw_refund("re_3", "ch", 5));
    assert!(!book.retry("ext_re_3"), "nobody here owes it");
    assert_eq!(book.payment.refunded, 20);
}

#[test]
fn a_refund_of_unknown_outcome_is_not_counted_twice() {
    let mut book = card(100);
    book.ship(&moved(Some("a"), 100, true));
    book.captured("cap_par_a", "ch", None);
    book.refund(&owed("r", 20));
    book.movement_mut("rfd_r_1").unwrap().asked_ms = 1;
    book.failed("rfd_r_1", OUTCOME_UNKNOWN);
    assert!(book.saw_refund("re_1", "ch", 20), "it is the one that was asked for");
    assert!(!book.seen_done("rfd_r_1", "re_1"), "a person has nothing to say any more");
    assert_eq!((book.payment.refunded, shown(&book).len()), (20, 2));

    book.refund(&owed("s", 10));
    book.failed("rfd_s_1", OUTCOME_UNKNOWN);
    assert!(book.seen_done("rfd_s_1", "on the dashboard"));
    assert!(book.saw_refund("re_2", "ch", 10), "the one that somebody saw");
    assert_eq!((book.payment.refunded, shown(&book).len()), (30, 3));
    assert!(book.saw_refund("re_3", "ch", 10), "another one of that amount");
    assert_eq!((book.payment.refunded, shown(&book).len()), (40, 4));
    assert!(book.saw_refund_fail("re_2", "ch", 10));
    assert_eq!(book.payment.refunded, 30);
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
fn what_was_cancelled_before_the_money_came_is_not_waited_for_and_goes_back() {
    let short = || {
        let mut book = transfer(100);
        book.cancel(&moved(None, 40, false));
        book
    };
    let mut book = short();
    book.received("l1", "e1", 60);
    assert_eq!((shown(&book), book.payment.state()), (vec!["receipt 60 done".to_owned()], State::Paid));
    let mut book = short();
    book.received("l1", "e1", 100);
    assert_eq!(shown(&book)[1..], ["refund 40 payable"]);
    assert!(book.payment.attention.is_empty(), "{}", book.payment.attention);
    book.cancel(&moved(None, 60, true));
    assert_eq!(shown(&book)[2..], ["refund 60 payable"]);
    let mut book = short();
    book.received("l1", "e1", 50);
    book.received("l2", "e2", 70);
    assert_eq!(shown(&book)[2..], ["refund 40 payable"]);
    assert_eq!(book.payment.attention, "overpaid", "20 were never owed");
    let mut book = short();
    book.refund(&owed("r", 30));
    book.received("l1", "e1", 70);
    assert_eq!(shown(&book)[1..], ["refund 30 payable", "refund 10 payable"], "of 100 owed, 30 stay");
}

#[test]
fn a_transfer_that_comes_after_all_goes_back_when_its_order_was_given_up() {
    for cancelled_first in [true, false] {
        let mut book = transfer(100);
        book.lapsed("transfer_not_received");
        if cancelled_first {
            book.cancel(&moved(None, 100, true));
        }
        book.received("l1", "e1", 100);
        if !cancelled_first {
            book.cancel(&moved(None, 100, true));
        }
        assert_eq!(shown(&book), ["receipt 100 done", "refund 100 payable"]);
    }
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

#[test]
fn gift_cards_pay_first_and_get_back_last() {
    let mut book = with_card("card", Some("stripe"), 100, 60);
    assert_eq!((book.payment.total, book.payment.authorised), (40, 40));
    book.ship(&moved(Some("a"), 50, false));
    assert_eq!(shown(&book), Vec::<String>::new(), "the cards pay it");
    book.ship(&moved(Some("b"), 50, true));
    book.captured("cap_par_b", "ch", None);
    assert_eq!((shown(&book), book.payment.state()), (vec!["capture 40 done".to_owned()], State::Paid));
    book.refund(&owed("r", 50));
    assert_eq!(shown(&book)[1..], ["refund 40 due"]);
    book.refund(&owed("r", 50));
    book.refunded("rfd_r_1", "re");
    assert_eq!((book.payment.gift_returned, book.payment.state()), (10, State::PartlyRefunded));
    book.refund(&owed("s", 50));
    assert_eq!((book.payment.gift_returned, book.payment.state()), (60, State::Refunded));
    assert_eq!(told(&book), ["captured 40", "to cards 10", "refunded 40", "to cards 50"]);
    assert!(book.payment.attention.is_empty());
}

#[test]
fn what_the_cards_paid_for_pays_for_the_rest_when_it_comes_back() {
    let mut book = with_card("card", Some("stripe"), 100, 60);
    book.ship(&moved(Some("a"), 50, false));
    book.refund(&owed("r", 50));
    assert_eq!((shown(&book).len(), told(&book)), (0, vec!["to cards 10".to_owned()]));
    book.ship(&moved(Some("b"), 50, true));
    assert_eq!(shown(&book), ["void 0 due"], "nothing is taken that would go back at once");
    book.voided("void_ord_one");
    assert_eq!((book.payment.state(), book.payment.gift_returned), (State::PartlyRefunded, 10));
    let mut book = with_card("card", Some("stripe"), 100, 60);
    book.cancel(&moved(None, 100, true));
    book.voided("void_ord_one");
    assert_eq!((book.payment.state(), book.payment.gift_returned), (State::Cancelled, 60));
}

#[test]
fn what_gift_cards_cover_needs_no_provider() {
    let mut book = with_card("card", None, 100, 100);
    assert_eq!((book.payment.provider, book.payment.state()), (Provider::Bank, State::Paid));
    assert_eq!((book.payment.look_ms, book.outstanding()), (0, 0));
    book.ship(&moved(Some("a"), 100, true));
    book.refund(&owed("r", 30));
    assert_eq!((shown(&book).len(), told(&book)), (0, vec!["to cards 30".to_owned()]));
    let mut book = with_card("bank_transfer", None, 100, 30);
    assert_eq!(book.outstanding(), 70);
    book.refund(&owed("r", 80));
    assert_eq!((book.outstanding(), book.payment.gift_returned), (0, 10));
}

#[test]
fn neither_side_gives_back_more_than_it_paid() {
    // A small generator of its own: the same lives each time.
    let mut seed = 7_u64;
    let mut below = |bound: i64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(seed >> 33).unwrap() % bound.max(1)
    };
    for life in 0..500 {
        let (total, prepaid) = (1 + below(300), life % 2 == 0);
        let gift = below(total + 1);
        let mut book = if prepaid {
            with_card("bank_transfer", None, total, gift)
        } else {
            with_card("card", Some("stripe"), total, gift)
        };
        if prepaid && gift < total {
            book.received("l", "e", total - gift);
        }
        let (mut open, mut kept, mut number) = (total, 0, 0);
        while open > 0 || (kept > 0 && below(3) > 0) {
            number += 1;
            let amount = 1 + below(open.max(kept));
            match below(3) {
                0 if amount <= open => {
                    (open, kept) = (open - amount, kept + amount);
                    book.ship(&moved(Some(&format!("p{number}")), amount, open == 0));
                }
                1 if amount <= open => {
                    open -= amount;
                    book.cancel(&moved(None, amount, open == 0));
                }
                2 if amount <= kept => {
                    kept -= amount;
                    book.refund(&owed(&format!("r{number}"), amount));
                }
                _ => {}
            }
            for movement in book.movements.clone().iter().filter(|movement| movement.step != Step::Done) {
                match movement.kind {
                    Kind::Capture => book.captured(&movement.id, "ch", None),
                    Kind::Refund => book.refunded(&movement.id, "re"),
                    _ => book.voided(&movement.id),
                }
            }
            let payment = &book.payment;
            assert!(payment.captured <= total - gift && payment.refunded <= payment.captured, "{payment:?}");
        }
        for movement in book.movements.clone().iter().filter(|movement| movement.step != Step::Done) {
            match movement.kind {
                Kind::Refund => book.refunded(&movement.id, "re"),
                _ => book.voided(&movement.id),
            }
        }
        let Payment { captured, refunded, gift_returned, .. } = book.payment;
        assert_eq!(captured - refunded + gift - gift_returned, kept, "life {life}: {:?}", book.movements);
        assert_eq!(gift - gift_returned, gift.min(kept), "life {life}");
        assert!(book.payment.attention.is_empty(), "life {life}: {}", book.payment.attention);
    }
}
