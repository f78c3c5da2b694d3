//! Statements that are read, and those that are refused.
#![allow(clippy::unwrap_used)]

use kiosk_money::{Currency, Money};

use super::*;
use crate::modules::payments::reference::reference_of;

const ORDER: &str = "ord_0190000000007000800000000000002a";

fn statement(version: &str, entries: &str, balances: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-18T08:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S-2026-11-18</Id><Acct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id></Acct>{balances}
{entries}
</Stmt></BkToCstmrStmt></Document>"#
    )
}

fn entry(name: &str, amount: &str, way: &str, status: &str, text: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>\
         <BookgDt><Dt>2026-11-18</Dt></BookgDt><AcctSvcrRef>{name}</AcctSvcrRef><NtryDtls><TxDtls>\
         <RltdPties><Dbtr><Nm>Erika Mustermann</Nm></Dbtr></RltdPties>\
         <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
}

#[test]
fn both_versions_are_read() {
    let reference = reference_of(ORDER);
    let text = format!("Order {} {}, thanks, Erika", &reference[..7], &reference[7..].to_lowercase());
    for (version, status) in [("02", "BOOK"), ("08", "<Cd>BOOK</Cd>")] {
        let pending = entry("E2", "9.99", "CRDT", &status.replace("BOOK", "PDNG"), "");
        let entries = entry("E1", "19.90", "CRDT", status, &text) + &pending;
        let read = read(statement(version, &entries, "").as_bytes()).unwrap();
        assert_eq!(
            (read[0].name.as_str(), read[0].account.as_str()),
            ("S-2026-11-18", "DE89370400440532013000")
        );
        let [line] = read[0].lines.as_slice() else { panic!("{:?}", read[0].lines) };
        assert_eq!((line.entry.as_str(), line.part, line.way), ("E1", 1, Way::Credit));
        assert_eq!((line.amount, line.booked.as_str()), (Money::new(1_990, Currency::EUR), "2026-11-18"));
        assert!(line.references.contains(&reference), "{:?}", line.references);
        assert!(!format!("{read:?}").to_lowercase().contains("erika"), "no name is kept");
    }
}

#[test]
fn an_entry_of_several_transactions_is_read_apart_and_must_add_up() {
    let part = |amount: &str, end: &str| {
        format!(
            "<TxDtls><Refs><EndToEndId>{end}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy=\"EUR\">{amount}</Amt></TxAmt></AmtDtls></TxDtls>"
        )
    };
    let batch = |parts: &str| {
        format!(
            "<Ntry><NtryRef>7</NtryRef><Amt Ccy=\"EUR\">30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><DtTm>2026-11-18T10:00:00+01:00</DtTm></BookgDt><NtryDtls>{parts}</NtryDtls></Ntry>"
        )
    };
    let good = batch(&(part("10.00", "RFD0190000000007000800000000000002A") + &part("20.00", "NOTPROVIDED")));
    let lines = read(statement("02", &good, "").as_bytes()).unwrap().remove(0).lines;
    let shown: Vec<_> =
        lines.iter().map(|line| (line.part, line.amount.amount, line.references.len())).collect();
    assert_eq!(shown, [(1, 1_000, 1), (2, 2_000, 0)]);
    assert_eq!(lines[0].entry, "S-2026-11-18/7");
    let bad = batch(&(part("10.00", "A") + &part("19.00", "B")));
    let refusal = read(statement("02", &bad, "").as_bytes()).unwrap_err();
    assert!(refusal.line == 5 && refusal.why.contains("do not make its amount"), "{refusal}");
}

#[test]
fn balances_must_add_up() {
    let balance = |kind: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        )
    };
    let entries = entry("E1", "5.00", "CRDT", "BOOK", "") + &entry("E2", "1.50", "DBIT", "BOOK", "");
    let with = |closing: &str| {
        let balances = balance("OPBD", "100.00") + &balance("CLBD", closing);
        read(statement("02", &entries, &balances).as_bytes())
    };
    assert_eq!(with("103.50").unwrap()[0].lines.len(), 2);
    assert!(with("103.51").unwrap_err().why.contains("does not add up"));
}

#[test]
fn what_is_odd_is_refused_with_line_and_reason() {
    let good = entry("E1", "5.00", "CRDT", "BOOK", "x");
    let cases = [
        (statement("03", &good, ""), 2, "version"),
        (statement("02", &good.replace("5.00", "5.001"), ""), 5, "amount"),
        (statement("02", &good.replace("5.00", "-5.00"), ""), 5, "below zero"),
        (statement("02", &good.replace("\"EUR\"", "\"XYZ\""), ""), 5, "currency"),
        (statement("02", &good.replace("CRDT", "SIDE"), ""), 5, "CRDT"),
        (statement("02", &good.replace("2026-11-18</Dt>", "2026-13-18</Dt>"), ""), 5, "day"),
        (statement("02", &good.replace("AcctSvcrRef", "Other"), ""), 5, "booked twice"),
        (statement("02", &good.replace(">E1<", "><"), ""), 5, "characters"),
        (
            statement("02", &good, "").replace("<Stmt>", "<Stm>").replace("</Stmt>", "</Stm>"),
            2,
            "no statement",
        ),
        (statement("02", &good, "").replace("</Ntry>", ""), 6, "not XML"),
        ("not a file".to_owned(), 1, "not XML"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>".to_owned(), 1, "not XML"),
        (String::new(), 1, "not XML"),
    ];
    for (file, line, why) in cases {
        let refusal = read(file.as_bytes()).unwrap_err();
        assert!(
            refusal.line == line && refusal.why.contains(why),
            "{refusal}, not line {line} for {why}: {file}"
        );
    }
    assert_eq!(read(&[b'\n', 0xff]).unwrap_err(), Refusal { line: 2, why: "not UTF-8".to_owned() });
}

#[test]
fn what_names_nothing_is_no_name() {
    let named = |name: &str, number: &str, refs: &str| {
        let entry = entry(name, "5.00", "CRDT", "BOOK", "").replace("<Ntry>", &format!("<Ntry>{number}"));
        entry.replace("<TxDtls>", &format!("<TxDtls><Refs>{refs}</Refs>"))
    };
    let number = |number: u32| format!("<NtryRef>{number}</NtryRef>");
    let entries = [
        named("NONREF", &number(1), ""),
        named("NONREF", &number(2), "<TxId>T2</TxId>"),
        named(
            "not provided",
            "<NtryRef>NOTPROVIDED</NtryRef>",
            "<AcctSvcrRef>A3</AcctSvcrRef><TxId>T3</TxId>",
        ),
        named("NONREF", "", "<InstrId>I4</InstrId><TxId>NOTPROVIDED</TxId>"),
    ];
    let lines = read(statement("02", &entries.concat(), "").as_bytes()).unwrap().remove(0).lines;
    let names: Vec<&str> = lines.iter().map(|line| &*line.entry).collect();
    assert_eq!(names, ["S-2026-11-18/1", "S-2026-11-18/2", "A3", "I4"]);
    let nameless = named("NONREF", "", "<EndToEndId>NOTPROVIDED</EndToEndId>");
    let refusal = read(statement("02", &nameless, "").as_bytes()).unwrap_err();
    assert!(refusal.why.contains("booked twice"), "{refusal}");
}

#[test]
fn a_name_that_two_transactions_have_is_refused() {
    let one = entry("E1", "5.00", "CRDT", "BOOK", "") + "\n";
    for other in [
        one.replace("5.00", "6.00"),
        one.replace("CRDT", "DBIT"),
        one.replace("11-18</Dt>", "11-19</Dt>"),
        one.replace("<Ustrd>", &format!("<Ustrd>{}", reference_of(ORDER))),
    ] {
        let refusal = read(statement("02", &(one.clone() + &other), "").as_bytes()).unwrap_err();
        assert!(refusal.line == 6 && refusal.why.contains("on line 5"), "{refusal}");
    }
    assert_eq!(read(statement("02", &one.repeat(2), "").as_bytes()).unwrap()[0].lines.len(), 2, "told twice");
}

#[test]
fn of_what_payments_are_called_only_ours_is_kept() {
    let hex = "0190000000007000800000000000002A";
    for ours in [format!("RFD{hex}"), format!("PYT{hex}"), format!("CAN{hex}")] {
        assert!(is_ours(&ours), "{ours}");
    }
    for other in [format!("CAN{hex}1"), "CANDACE".to_owned(), format!("CANZ{}", &hex[1..]), "RENT".to_owned()]
    {
        assert!(!is_ours(&other), "{other}");
    }
}
