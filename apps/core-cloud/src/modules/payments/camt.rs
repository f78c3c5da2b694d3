//! Reading bank statements: CAMT.053 (ISO 20022), versions .02 and .08. Read strictly: a file that says something odd is
//! refused whole, with line and reason, since half a statement is worse than none. Names and words of payers are not
//! kept: of a transaction's text, references alone.

use std::collections::HashMap;
use std::fmt;

use kiosk_money::{Currency, Money};
use roxmltree::{Document, Node, ParsingOptions};

use super::reference::find_references;

/// Largest file, in bytes.
pub const STATEMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most nodes of its XML.
const NODES_MAX: u32 = 2_000_000;
/// Most transactions of a file.
const LINES_MAX: usize = 20_000;
/// Longest identifier, in characters: ISO 20022 takes 35, and some banks more.
const NAME_CHARS_MAX: usize = 70;
/// What banks write where they have no name, in capitals and without signs and spaces: many of them into every entry.
const NO_NAMES: [&str; 4] = ["NONREF", "NOREF", "NOTPROVIDED", "NOTAVAILABLE"];
/// References of a transaction that name it in every file, the surest first.
const DETAIL_NAMES: [&str; 4] = ["AcctSvcrRef", "UETR", "TxId", "InstrId"];
const NAMESPACES: [&str; 2] =
    ["urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"];

/// A file that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Line of the file, from 1.
    pub line: u32,
    /// Why.
    pub why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the account.
    Credit,
    /// From it.
    Debit,
}

impl Way {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
        }
    }
}

/// One statement of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The bank's name of it.
    pub name: String,
    /// IBAN, or the bank's own number of the account.
    pub account: String,
    /// Its booked transactions.
    pub lines: Vec<Line>,
}

/// A transaction that was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bank's name of the entry; the same in every file.
    pub entry: String,
    /// Place of the transaction in its entry, from 1.
    pub part: i64,
    /// Which way.
    pub way: Way,
    /// Whether it takes an earlier one back.
    pub reversal: bool,
    /// How much.
    pub amount: Money,
    /// Day, `2026-11-18`.
    pub booked: String,
    /// References that it holds, each once.
    pub references: Vec<String>,
    /// Where it stands in the file, from 1.
    pub row: u32,
}

/// Reads a file: one or several statements.
///
/// # Errors
/// [`Refusal`].
pub fn read(bytes: &[u8]) -> Result<Vec<Statement>, Refusal> {
    if bytes.len() > STATEMENT_BYTES_MAX {
        return Err(Refusal { line: 1, why: format!("the file has more than {STATEMENT_BYTES_MAX} bytes") });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        Refusal { line: u32::try_from(line).unwrap_or(u32::MAX), why: "not UTF-8".to_owned() }
    })?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start_matches('\u{feff}'), options)
        .map_err(|error| Refusal { line: error.pos().row, why: format!("not XML: {error}") })?;
    let root = document.root_element();
    let namespace = root.tag_name().namespace().unwrap_or("");
    if root.tag_name().name() != "Document" || !NAMESPACES.contains(&namespace) {
        return Err(refuse(root, "not a CAMT.053 statement of version .02 or .08"));
    }
    let message = child(root, "BkToCstmrStmt")?;
    let statements: Vec<_> = children(message, "Stmt").map(read_statement).collect::<Result<_, _>>()?;
    if statements.is_empty() {
        return Err(refuse(message, "no statement in it"));
    }
    if statements.iter().map(|statement| statement.lines.len()).sum::<usize>() > LINES_MAX {
        return Err(refuse(message, &format!("more than {LINES_MAX} transactions")));
    }
    check_names(&statements)?;
    Ok(statements)
}

/// One name is one transaction. If the bank gave it to two, one of them would be passed over as known already.
fn check_names(statements: &[Statement]) -> Result<(), Refusal> {
    let mut named: HashMap<_, &Line> = HashMap::new();
    for statement in statements {
        for line in &statement.lines {
            let first = *named.entry((&*statement.account, &*line.entry, line.part)).or_insert(line);
            if (Line { row: line.row, ..first.clone() }) != *line {
                let why =
                    format!("Ntry: {} names another transaction on line {} already", line.entry, first.row);
                return Err(Refusal { line: line.row, why });
            }
        }
    }
    Ok(())
}

fn read_statement(node: Node<'_, '_>) -> Result<Statement, Refusal> {
    let name = name(child(node, "Id")?)?;
    let account = child(node, "Acct")?;
    let id = child(account, "Id")?;
    let number = match find(id, "IBAN") {
        Some(iban) => iban,
        None => child(child(id, "Othr")?, "Id")?,
    };
    let account: String = self::name(number)?.chars().filter(|c| !c.is_whitespace()).collect();
    let mut lines = Vec::new();
    let mut sum = 0_i64;
    for entry in children(node, "Ntry") {
        let booked = match find(entry, "Sts") {
            // Version .08 has the code one level deeper.
            Some(status) => text(find(status, "Cd").unwrap_or(status)) == "BOOK",
            None => return Err(refuse(entry, "Sts is missing")),
        };
        // What is pending or for information comes again when it is booked.
        if booked {
            let (read, moved) = read_entry(entry, &name)?;
            lines.extend(read);
            sum = sum.checked_add(moved).ok_or_else(|| refuse(entry, "the sum is out of range"))?;
        }
    }
    check_balances(node, sum)?;
    Ok(Statement { name, account, lines })
}

/// An entry's transactions, and by how much it moves the balance.
fn read_entry(entry: Node<'_, '_>, statement: &str) -> Result<(Vec<Line>, i64), Refusal> {
    let amount = read_amount(child(entry, "Amt")?)?;
    let way = read_way(child(entry, "CdtDbtInd")?)?;
    let reversal = match find(entry, "RvslInd").map(text) {
        None | Some("false" | "0") => false,
        Some("true" | "1") => true,
        Some(_) => return Err(refuse(entry, "RvslInd is neither true nor false")),
    };
    let booked = read_day(child(entry, "BookgDt")?)?;
    let details: Vec<_> =
        children(entry, "NtryDtls").flat_map(|details| children(details, "TxDtls")).collect();
    let own = name_of(entry, &details, statement)?;
    let row = row_of(entry);
    let mut lines = Vec::new();
    for (detail, part) in details.iter().zip(1..) {
        let line_way = find(*detail, "CdtDbtInd").map_or(Ok(way), read_way)?;
        let part_amount = match find_amount(*detail) {
            Some(node) => read_amount(node)?,
            None if details.len() == 1 => amount,
            None => return Err(refuse(*detail, "one of several transactions has no amount")),
        };
        let references = references_of(*detail);
        let booked = booked.clone();
        let entry = own.clone();
        let amount = part_amount;
        lines.push(Line { entry, part, way: line_way, reversal, amount, booked, references, row });
    }
    if let [only] = lines.as_mut_slice() {
        // The amount in the payer's currency may stand there too; what reached the account is the entry's.
        only.amount = amount;
        only.way = way;
    } else if lines.is_empty() {
        let references =
            find(entry, "AddtlNtryInf").map(|node| find_references(text(node))).unwrap_or_default();
        lines.push(Line { entry: own, part: 1, way, reversal, amount, booked, references, row });
    } else {
        let signed = |line: &Line| if line.way == way { line.amount.amount } else { -line.amount.amount };
        let same = lines.iter().all(|line| line.amount.currency == amount.currency);
        if !same || lines.iter().map(signed).sum::<i64>() != amount.amount {
            return Err(refuse(entry, "its transactions do not make its amount"));
        }
    }
    let moved = if way == Way::Credit { amount.amount } else { -amount.amount };
    Ok((lines, moved))
}

/// The bank's name of an entry: its own, its number within the statement, or the name of a transaction in it.
fn name_of(entry: Node<'_, '_>, details: &[Node<'_, '_>], statement: &str) -> Result<String, Refusal> {
    if let Some(own) = find_name(entry, "AcctSvcrRef")? {
        return Ok(own);
    }
    if let Some(number) = find_name(entry, "NtryRef")? {
        return Ok(format!("{statement}/{number}"));
    }
    for refs in details.iter().filter_map(|detail| find(*detail, "Refs")) {
        for kind in DETAIL_NAMES {
            if let Some(name) = find_name(refs, kind)? {
                return Ok(name);
            }
        }
    }
    Err(refuse(entry, "neither AcctSvcrRef nor NtryRef nor a reference below: it could be booked twice"))
}

/// An identifier that is there and says something.
fn find_name(node: Node<'_, '_>, kind: &'static str) -> Result<Option<String>, Refusal> {
    let found = find(node, kind).map(name).transpose()?;
    Ok(found.filter(|name| {
        let letters = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
        !NO_NAMES.contains(&&*letters.collect::<String>())
    }))
}

/// Opening balance and entries make the closing balance, where both are told.
fn check_balances(statement: Node<'_, '_>, sum: i64) -> Result<(), Refusal> {
    let mut known = [None, None];
    for balance in children(statement, "Bal") {
        let kind = child(child(child(balance, "Tp")?, "CdOrPrtry")?, "Cd");
        let place = match kind.map(text) {
            Ok("OPBD" | "PRCD") => 0,
            Ok("CLBD") => 1,
            _ => continue,
        };
        let amount = read_amount(child(balance, "Amt")?)?;
        let sign = if read_way(child(balance, "CdtDbtInd")?)? == Way::Credit { 1 } else { -1 };
        known[place].get_or_insert(amount.amount * sign);
    }
    match known {
        [Some(opening), Some(closing)] if i128::from(opening) + i128::from(sum) != i128::from(closing) => {
            let why =
                format!("the balance does not add up: {opening} and {sum} make not {closing} minor units");
            Err(refuse(statement, &why))
        }
        _ => Ok(()),
    }
}

/// What a transaction says that can name an order, a refund or a payout.
fn references_of(detail: Node<'_, '_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut keep = |reference: String| {
        if !reference.is_empty() && !found.contains(&reference) {
            found.push(reference);
        }
    };
    if let Some(end) = find(detail, "Refs").and_then(|refs| find(refs, "EndToEndId")) {
        find_references(text(end)).into_iter().for_each(&mut keep);
        let own = text(end).trim().to_ascii_uppercase();
        if is_ours(&own) {
            keep(own);
        }
    }
    if let Some(told) = find(detail, "RmtInf") {
        for structured in children(told, "Strd") {
            let reference = find(structured, "CdtrRefInf").and_then(|info| find(info, "Ref"));
            find_references(reference.map_or("", text)).into_iter().for_each(&mut keep);
        }
        // Banks break a text into lines of their own width, also within a word.
        let free: String = children(told, "Ustrd").map(text).collect();
        find_references(&free).into_iter().for_each(&mut keep);
    }
    found
}

/// Whether a payment of ours is called so: a refund, a payout, or what goes back for cancelled goods. Anything else may
/// be a name.
fn is_ours(end: &str) -> bool {
    let named = ["RFD", "PYT"].iter().any(|prefix| end.starts_with(prefix));
    let short = end.len() <= 35 && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // `Candida` is a name.
    let cancelled = end.strip_prefix("CAN").is_some_and(|id| id.len() == 32);
    short && (named || (cancelled && end.bytes().skip(3).all(|byte| byte.is_ascii_hexdigit())))
}

/// The amount of one of several transactions: .08 has it beside, .02 below.
fn find_amount<'a, 'i>(detail: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    find(detail, "Amt").or_else(|| find(find(find(detail, "AmtDtls")?, "TxAmt")?, "Amt"))
}

fn read_amount(node: Node<'_, '_>) -> Result<Money, Refusal> {
    let currency = node.attribute("Ccy").and_then(Currency::from_code);
    let currency = currency.ok_or_else(|| refuse(node, "no such currency"))?;
    let amount = Money::parse_decimal(text(node), currency);
    let amount = amount.map_err(|error| refuse(node, &format!("the amount: {error}")))?;
    if amount.amount < 0 {
        return Err(refuse(node, "the amount is below zero"));
    }
    Ok(amount)
}

fn read_way(node: Node<'_, '_>) -> Result<Way, Refusal> {
    match text(node) {
        "CRDT" => Ok(Way::Credit),
        "DBIT" => Ok(Way::Debit),
        _ => Err(refuse(node, "neither CRDT nor DBIT")),
    }
}

fn read_day(node: Node<'_, '_>) -> Result<String, Refusal> {
    let day = match (find(node, "Dt"), find(node, "DtTm")) {
        (Some(day), _) | (None, Some(day)) => text(day),
        (None, None) => return Err(refuse(node, "no day")),
    };
    let day = day.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok());
    Ok(day.ok_or_else(|| refuse(node, "not a day"))?.to_string())
}

/// An identifier: short, and of characters that can be shown.
fn name(node: Node<'_, '_>) -> Result<String, Refusal> {
    let name = text(node);
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(refuse(node, &format!("must have 1 to {NAME_CHARS_MAX} characters")));
    }
    Ok(name.to_owned())
}

fn text<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or("").trim()
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn find<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Result<Node<'a, 'i>, Refusal> {
    find(node, name).ok_or_else(|| refuse(node, &format!("{name} is missing")))
}

fn row_of(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

fn refuse(node: Node<'_, '_>, why: &str) -> Refusal {
    Refusal { line: row_of(node), why: format!("{}: {why}", node.tag_name().name()) }
}

#[cfg(test)]
#[path = "camt_tests.rs"]
mod tests;
