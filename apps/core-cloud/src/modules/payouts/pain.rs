//! Writing payment runs for a bank: pain.001 (ISO 20022), version .09, as SEPA credit transfers where it is euros. What a
//! payment is found by on the statement is its end-to-end identification.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use kiosk_money::{Currency, Money};

use crate::config::BankConfig;
use crate::error::Error;
use crate::modules::payments::end_to_end;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 70;
/// Longest IBAN, in characters.
const IBAN_CHARS_MAX: usize = 34;

/// A payment of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// `pyt_…`.
    pub payout: String,
    /// Who is paid.
    pub name: String,
    /// To which account.
    pub iban: String,
    /// How much; above zero.
    pub amount: Money,
}

/// Writes a run; the same run is the same file, so that a bank knows it again by its name.
///
/// # Errors
/// When a sum is out of range.
pub fn write(id: &str, made_ms: i64, from: &BankConfig, transfers: &[Transfer]) -> Result<String, Error> {
    let out_of_range = || Error::invalid("amount", "is out of range");
    let at = Timestamp::from_millisecond(made_ms).map_err(|_| out_of_range())?;
    let mut by_currency: BTreeMap<&str, Vec<&Transfer>> = BTreeMap::new();
    for transfer in transfers {
        by_currency.entry(transfer.amount.currency.code()).or_default().push(transfer);
    }
    let message = end_to_end(id);
    // The sum of all amounts, whatever their currency: it is there to find a file that was cut.
    let mut all = String::from("0");
    let mut runs = String::new();
    for (code, of_currency) in &by_currency {
        let currency = Currency::from_code(code).ok_or_else(out_of_range)?;
        let mut sum = Money::zero(currency);
        let mut lines = String::new();
        for transfer in of_currency {
            sum = sum.checked_add(transfer.amount).map_err(|_| out_of_range())?;
            lines.push_str(&line_of(transfer));
        }
        let control = sum.to_decimal();
        all = if by_currency.len() == 1 {
            control.clone()
        } else {
            added(&all, &control).ok_or_else(out_of_range)?
        };
        let day = at.strftime("%Y-%m-%d");
        let sepa = if *code == "EUR" { "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>" } else { "" };
        let _ = write!(
            runs,
            "<PmtInf><PmtInfId>{}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{}</NbOfTxs><CtrlSum>{control}</CtrlSum>{sepa}\
             <ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt><Dbtr><Nm>{}</Nm></Dbtr>\
             <DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct><DbtrAgt>{}</DbtrAgt><ChrgBr>{}</ChrgBr>{lines}</PmtInf>",
            run_name(&message, code),
            of_currency.len(),
            plain(&from.holder),
            from.iban,
            agent(&from.bic),
            if *code == "EUR" { "SLEV" } else { "SHAR" },
        );
    }
    let made = at.strftime("%Y-%m-%dT%H:%M:%SZ");
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{NAMESPACE}\"><CstmrCdtTrfInitn><GrpHdr>\
         <MsgId>{message}</MsgId><CreDtTm>{made}</CreDtTm><NbOfTxs>{}</NbOfTxs><CtrlSum>{all}</CtrlSum>\
         <InitgPty><Nm>{}</Nm></InitgPty></GrpHdr>{runs}</CstmrCdtTrfInitn></Document>\n",
        transfers.len(),
        plain(&from.holder),
    ))
}

fn line_of(transfer: &Transfer) -> String {
    let reference = end_to_end(&transfer.payout);
    let code = transfer.amount.currency.code();
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"{code}\">{}</InstdAmt></Amt>\
         <Cdtr><Nm>{}</Nm></Cdtr><CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct>\
         <RmtInf><Ustrd>Payout {reference}</Ustrd></RmtInf></CdtTrfTxInf>",
        transfer.amount.to_decimal(),
        plain(&transfer.name),
        transfer.iban,
    )
}

/// Names of the runs of one message differ, and have 35 characters at most as it has.
fn run_name(message: &str, code: &str) -> String {
    let kept: String = message.chars().skip(3).take(32).collect();
    format!("{code}{kept}")
}

fn agent(bic: &str) -> String {
    let id = if bic.is_empty() {
        "<Othr><Id>NOTPROVIDED</Id></Othr>".to_owned()
    } else {
        format!("<BICFI>{bic}</BICFI>")
    };
    format!("<FinInstnId>{id}</FinInstnId>")
}

/// A sum of decimals of different currencies.
fn added(one: &str, other: &str) -> Option<String> {
    const DECIMALS: usize = 4;
    let read = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}{fraction:0<DECIMALS$}").parse::<i64>().ok()
    };
    let sum = read(one)?.checked_add(read(other)?)?;
    let text = format!("{}.{:04}", sum / 10_000, sum % 10_000);
    Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// A name in the letters that every bank of SEPA takes.
fn plain(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter {
            'ä' | 'æ' => text.push_str("ae"),
            'ö' | 'ø' | 'œ' => text.push_str("oe"),
            'ü' => text.push_str("ue"),
            'Ä' | 'Æ' => text.push_str("Ae"),
            'Ö' | 'Ø' | 'Œ' => text.push_str("Oe"),
            'Ü' => text.push_str("Ue"),
            'ß' => text.push_str("ss"),
            'à'..='å' => text.push('a'),
            'ç' => text.push('c'),
            'è'..='ë' => text.push('e'),
            'ì'..='ï' => text.push('i'),
            'ñ' => text.push('n'),
            'ò'..='õ' => text.push('o'),
            'ù'..='û' => text.push('u'),
            'À'..='Å' => text.push('A'),
            'Ç' => text.push('C'),
            'È'..='Ë' => text.push('E'),
            '&' => text.push('+'),
            _ if letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter) => text.push(letter),
            _ => text.push('.'),
        }
    }
    let text: String = text.trim().chars().take(NAME_CHARS_MAX).collect();
    if text.is_empty() { "Vendor".to_owned() } else { text }
}

/// An account's number without spaces, if its check digits are right.
#[must_use]
pub fn checked_iban(text: &str) -> Option<String> {
    let iban: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    let plain = iban.is_ascii() && (15..=IBAN_CHARS_MAX).contains(&iban.len());
    if !plain || !iban[..2].bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let moved = iban[4..].chars().chain(iban[..4].chars());
    let rest = moved.map(|c| c.to_digit(36)).try_fold(0_u32, |rest, digit| {
        let digit = digit?;
        Some((rest * if digit > 9 { 100 } else { 10 } + digit) % 97)
    });
    (rest == Some(1)).then_some(iban)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use roxmltree::{Document, Node};

    use super::*;

    fn from() -> BankConfig {
        BankConfig {
            holder: "Kiosk <GmbH>".to_owned(),
            iban: "DE89370400440532013000".to_owned(),
            bic: String::new(),
        }
    }

    fn transfer(payout: &str, name: &str, amount: Money) -> Transfer {
        let iban = "FR1420041010050500013M02606".to_owned();
        Transfer { payout: payout.to_owned(), name: name.to_owned(), iban, amount }
    }

    /// The texts of all elements at a path.
    fn text<'a>(node: Node<'a, '_>, path: &str) -> Vec<&'a str> {
        let mut nodes = vec![node];
        for name in path.split('/') {
            let below = nodes.iter().flat_map(|node| node.children());
            nodes = below.filter(|child| child.tag_name().name() == name).collect();
        }
        nodes.into_iter().filter_map(|node| node.text()).collect()
    }

    #[test]
    fn a_run_reads_back_as_it_was_meant() {
        let eur = |amount| Money::new(amount, Currency::EUR);
        let transfers = [
            transfer("pyt_0190000000007000800000000000002a", "Töpferei & Söhne <b>", eur(123_456)),
            transfer("pyt_b", "北京", eur(1)),
            transfer("pyt_c", "Clock SA", Money::new(5_000, Currency::JPY)),
        ];
        let id = "doc_0190000000007000800000000000002a";
        let file = write(id, 1_795_000_000_000, &from(), &transfers).unwrap();
        let document = Document::parse(&file).unwrap();
        let root = document.root_element();
        assert_eq!((root.tag_name().name(), root.tag_name().namespace()), ("Document", Some(NAMESPACE)));
        let head = "CstmrCdtTrfInitn/GrpHdr";
        assert_eq!(text(root, &format!("{head}/MsgId")), ["DOC0190000000007000800000000000002A"]);
        assert_eq!(text(root, &format!("{head}/NbOfTxs")), ["3"]);
        assert_eq!(text(root, &format!("{head}/CtrlSum")), ["6234.57"]);
        assert_eq!(text(root, &format!("{head}/CreDtTm")), ["2026-11-18T11:06:40Z"]);
        let run = "CstmrCdtTrfInitn/PmtInf";
        assert_eq!(text(root, &format!("{run}/NbOfTxs")), ["2", "1"]);
        assert_eq!(text(root, &format!("{run}/CtrlSum")), ["1234.57", "5000"]);
        assert_eq!(text(root, &format!("{run}/PmtTpInf/SvcLvl/Cd")), ["SEPA"]);
        assert_eq!(text(root, &format!("{run}/Dbtr/Nm")), ["Kiosk .GmbH.", "Kiosk .GmbH."]);
        assert!(text(root, &format!("{run}/PmtInfId")).iter().all(|name| name.len() <= 35));
        let line = format!("{run}/CdtTrfTxInf");
        assert_eq!(
            text(root, &format!("{line}/PmtId/EndToEndId")),
            ["PYT0190000000007000800000000000002A", "PYTB", "PYTC"]
        );
        assert_eq!(text(root, &format!("{line}/Amt/InstdAmt")), ["1234.56", "0.01", "5000"]);
        assert_eq!(text(root, &format!("{line}/Cdtr/Nm")), ["Toepferei + Soehne .b.", "..", "Clock SA"]);
        assert_eq!(text(root, &format!("{line}/CdtrAcct/Id/IBAN"))[0], "FR1420041010050500013M02606");
        assert_eq!(write(id, 1_795_000_000_000, &from(), &transfers).unwrap(), file);
    }

    #[test]
    fn check_digits_of_accounts_are_checked() {
        for good in ["DE89 3704 0044 0532 0130 00", "fr1420041010050500013m02606", "GB82WEST12345698765432"] {
            assert!(checked_iban(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "DE88370400440532013000",
            "acct_1",
            "DE8937040044053201300",
            "1234567890123456",
            "DEé9370400440532013000",
        ] {
            assert_eq!(checked_iban(bad), None, "{bad}");
        }
    }
}
