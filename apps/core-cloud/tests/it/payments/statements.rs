//! Bank statements: what pays whole is booked, the rest waits for a person.

use axum::body::Body;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::end_to_end;
use core_cloud::modules::payments::state::{State, Step};
use http::Request;

use super::support::*;
use crate::harness::*;

on_both_databases!(
    a_line_that_pays_whole_is_booked_and_the_rest_waits,
    a_statement_is_taken_whole_or_not_at_all,
    credits_without_a_name_of_their_own_are_all_booked,
    a_known_name_with_another_amount_refuses_the_file,
    refunds_are_paid_by_hand_or_seen_on_the_statement,
    a_transfer_that_does_not_come_is_given_up,
);

const PATH: &str = "/admin/statements";

pub fn entry(name: &str, way: &str, (amount, currency): (&str, &str), end: &str, text: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-11-18</Dt></BookgDt><AcctSvcrRef>{name}</AcctSvcrRef><NtryDtls><TxDtls>\
         <Refs><EndToEndId>{end}</EndToEndId></Refs><RmtInf><Ustrd>{text}</Ustrd></RmtInf>\
         </TxDtls></NtryDtls></Ntry>\n"
    )
}

pub fn statement(entries: &[String]) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>\n<Stmt><Id>S1</Id>\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\n{}</Stmt></BkToCstmrStmt></Document>",
        entries.concat()
    )
}

async fn upload(till: &Till, cookie: &str, file: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"s.xml\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    let request = Request::post(PATH)
        .header("host", "core.test")
        .header("origin", "http://core.test")
        .header("cookie", cookie)
        .header("content-type", "multipart/form-data; boundary=b");
    till.app.send(request.body(Body::from(body)).unwrap()).await
}

async fn open_lines(till: &Till) -> Vec<(String, String)> {
    let (_, open) = till.payments().list_statements().await.unwrap();
    open.into_iter().map(|line| (line.entry, line.reason)).collect()
}

async fn a_line_that_pays_whole_is_booked_and_the_rest_waits(app: TestApp) {
    let till = Till::open(app).await;
    let finance = till.app.staff(Role::Finance).await;
    for name in ["whole", "less", "more", "other", "late"] {
        till.place(name, if name == "late" { "invoice" } else { "bank_transfer" }, 5_000).await;
    }
    let mut said = Vec::new();
    for name in ["whole", "less", "more", "other", "late"] {
        said.push(till.dossier(name).await.payment.reference);
    }
    let (one, two) = said[0].split_at(10);
    let spaced = format!("Order {} {two} Jane Doe", one.to_lowercase());
    let entries = [
        entry("E1", "CRDT", ("50.00", "EUR"), "", &spaced),
        entry("E2", "CRDT", ("49.99", "EUR"), "", &said[1]),
        entry("E3", "CRDT", ("50.01", "EUR"), "", &said[2]),
        entry("E4", "CRDT", ("50.00", "USD"), "", &said[3]),
        entry("E5", "CRDT", ("50.00", "EUR"), &said[4], ""),
        entry("E6", "CRDT", ("50.00", "EUR"), "", "RF18 5390 0754 7034"),
        entry("E7", "CRDT", ("50.00", "EUR"), "", "for the cups"),
    ];
    let file = statement(&entries);
    assert_eq!(upload(&till, &finance, &file).await.status, 303);
    assert_eq!(upload(&till, &finance, &file).await.status, 303, "again changes nothing");
    assert_eq!(till.told().await["payment_received"], (2, 10_000));
    assert_eq!(till.dossier("whole").await.payment.state(), State::Paid);
    let expected = [
        ("E2", "amount_less"),
        ("E3", "amount_more"),
        ("E4", "currency_differs"),
        ("E6", "unknown_reference"),
        ("E7", "no_reference"),
    ];
    let mut open = open_lines(&till).await;
    open.sort();
    assert_eq!(open, expected.map(|(entry, why)| (entry.to_owned(), why.to_owned())));
    let page = till.app.page(PATH, &finance).await.text();
    assert!(page.contains("amount less") && !page.contains("Jane"), "{page}");
    let (_, lines) = till.payments().list_statements().await.unwrap();
    let path = |entry: &str| {
        let line = lines.iter().find(|line| line.entry == entry).unwrap();
        format!("{PATH}/lines/{}", line.id)
    };
    let assign = |order: &'static str| [("act", "assign"), ("order", order)];
    let post = async |path: &str, fields: &[(&str, &str)]| till.app.post(path, &finance, fields).await.status;
    assert_eq!(post(&path("E4"), &assign("ord_other")).await, 422, "another currency");
    assert_eq!(post(&path("E4"), &assign("ord_none")).await, 422);
    assert_eq!(post(&path("E4"), &[("act", "return"), ("reason", "")]).await, 422);
    assert_eq!(post(&path("E4"), &[("act", "return"), ("reason", "Sent back")]).await, 303);
    assert_eq!(post(&path("E4"), &[("act", "return"), ("reason", "Sent back")]).await, 422, "once");
    assert_eq!(post(&path("E2"), &assign("ord_less")).await, 303);
    assert_eq!(post(&path("E3"), &assign("ord_more")).await, 303);
    assert_eq!(till.dossier("less").await.payment.state(), State::PartlyPaid);
    assert_eq!(till.dossier("more").await.payment.attention, "overpaid");
    assert_eq!(till.told().await["payment_received"], (4, 20_000));
    let support = till.app.staff(Role::Support).await;
    assert_eq!(upload(&till, &support, &file).await.status, 403);
}

async fn a_statement_is_taken_whole_or_not_at_all(app: TestApp) {
    let till = Till::open(app).await;
    let finance = till.app.staff(Role::Finance).await;
    till.place("one", "bank_transfer", 5_000).await;
    let reference = till.dossier("one").await.payment.reference;
    let good = entry("E1", "CRDT", ("50.00", "EUR"), "", &reference);
    let bad = entry("E2", "CRDT", ("50.001", "EUR"), "", "");
    let answer = upload(&till, &finance, &statement(&[good, bad])).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("Line 4") && answer.text().contains("amount"), "{}", answer.text());
    assert_eq!(till.dossier("one").await.payment.state(), State::Awaiting);
    assert_eq!(upload(&till, &finance, "nonsense").await.status, 422);
    assert_eq!(upload(&till, &finance, "").await.status, 422);
}

async fn credits_without_a_name_of_their_own_are_all_booked(app: TestApp) {
    let till = Till::open(app).await;
    let finance = till.app.staff(Role::Finance).await;
    let mut entries = Vec::new();
    for (name, number) in [("one", 1), ("two", 2)] {
        till.place(name, "bank_transfer", 5_000).await;
        let reference = till.dossier(name).await.payment.reference;
        let credit = entry("NONREF", "CRDT", ("50.00", "EUR"), "", &reference);
        entries.push(credit.replace("<Ntry>", &format!("<Ntry><NtryRef>{number}</NtryRef>")));
    }
    for _ in 0..2 {
        assert_eq!(upload(&till, &finance, &statement(&entries)).await.status, 303);
        assert_eq!(till.told().await["payment_received"], (2, 10_000));
    }
    assert!(open_lines(&till).await.is_empty());
}

async fn a_known_name_with_another_amount_refuses_the_file(app: TestApp) {
    let till = Till::open(app).await;
    let finance = till.app.staff(Role::Finance).await;
    let known = entry("E1", "CRDT", ("50.00", "EUR"), "", "for the cups");
    assert_eq!(upload(&till, &finance, &statement(std::slice::from_ref(&known))).await.status, 303);
    for other in
        [known.replace("50.00", "51.00"), known.replace("CRDT", "DBIT"), known.replace("11-18<", "11-19<")]
    {
        let new = entry("E2", "CRDT", ("50.00", "EUR"), "", "");
        let answer = upload(&till, &finance, &statement(&[new, other])).await;
        assert!(answer.status == 422 && answer.text().contains("E1 is known"), "{}", answer.text());
    }
    assert_eq!(open_lines(&till).await, [("E1".to_owned(), "no_reference".to_owned())]);
}

async fn refunds_are_paid_by_hand_or_seen_on_the_statement(app: TestApp) {
    let till = Till::open(app).await;
    let finance = till.app.staff(Role::Finance).await;
    till.place("one", "bank_transfer", 5_000).await;
    let reference = till.dossier("one").await.payment.reference;
    let paid = statement(&[entry("E1", "CRDT", ("50.00", "EUR"), "", &reference)]);
    assert_eq!(upload(&till, &finance, &paid).await.status, 303);
    till.hear(vec![refund("one", "a", 1_000), refund("one", "b", 1_500)]).await;
    till.settle().await;
    assert_eq!(till.movements("one").await[1..], ["refund 1000 payable", "refund 1500 payable"]);
    assert!(till.app.page("/admin/payments", &finance).await.text().contains("To pay by hand"));
    let act = [("act", "paid"), ("reason", "Transfer of today")];
    assert_eq!(till.app.post("/admin/movements/rfd_a_1", &finance, &act).await.status, 303);
    assert_eq!(till.app.post("/admin/movements/rfd_a_1", &finance, &act).await.status, 422, "once");
    let debits = statement(&[
        entry("E2", "DBIT", ("15.00", "EUR"), "RFDB", ""),
        entry("E3", "DBIT", ("3.00", "EUR"), "RENT", ""),
    ]);
    assert_eq!(upload(&till, &finance, &debits).await.status, 303);
    assert_eq!(till.dossier("one").await.payment.refunded, 2_500);
    assert_eq!(open_lines(&till).await, [("E3".to_owned(), "unknown_reference".to_owned())]);
    assert_eq!(till.told().await["payment_refunded"], (2, 2_500));
    // Goods that were paid for and will not come are owed back too.
    till.hear(vec![cancelled("one", 1_200, true)]).await;
    let owed = till.dossier("one").await.movements.pop().unwrap();
    assert_eq!((owed.amount, owed.step), (eur(1_200), Step::Payable));
    let reference = end_to_end(&owed.subject);
    assert_eq!(reference.len(), 35, "what a bank transfer takes: {reference}");
    let debit = statement(&[entry("E4", "DBIT", ("12.00", "EUR"), &reference, "")]);
    assert_eq!(upload(&till, &finance, &debit).await.status, 303);
    assert_eq!(till.dossier("one").await.payment.refunded, 3_700);
    assert_eq!(open_lines(&till).await.len(), 1);
}

async fn a_transfer_that_does_not_come_is_given_up(app: TestApp) {
    let till = Till::open(app).await;
    till.place("one", "bank_transfer", 5_000).await;
    till.place("two", "invoice", 5_000).await;
    till.app.advance_ms(15 * 86_400_000);
    till.payments().reconcile_due().await.unwrap();
    assert_eq!(till.dossier("one").await.payment.state(), State::Failed);
    assert_eq!(till.dossier("two").await.payment.state(), State::Awaiting, "credit is a matter for people");
    assert_eq!(till.told().await["payment_failed"].0, 1);
    let finance = till.app.staff(Role::Finance).await;
    let reference = till.dossier("one").await.payment.reference;
    let late = statement(&[entry("E1", "CRDT", ("50.00", "EUR"), "", &reference)]);
    assert_eq!(upload(&till, &finance, &late).await.status, 303);
    assert_eq!(open_lines(&till).await, [("E1".to_owned(), "order_given_up".to_owned())]);
}
