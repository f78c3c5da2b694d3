//! What lines of statements settle: credits pay orders, debits refunds and payouts. All that the lines of an import name
//! is looked up and locked once, before the first of them is booked.

use std::collections::HashMap;

use super::book::Book;
use super::camt::{Line, Statement, Way};
use super::reference::end_to_end;
use super::state::{Hold, Kind, Movement, Provider};
use super::statements::pay_by_hand;
use super::{movement_store, store};
use crate::db::Tx;
use crate::error::Error;

/// What came of a line.
pub struct Match {
    /// What it settled; none leaves it to a person.
    pub settled: Option<String>,
    /// Why.
    pub reason: &'static str,
}

const fn open(reason: &'static str) -> Match {
    Match { settled: None, reason }
}

const fn matched(what: String) -> Match {
    Match { settled: Some(what), reason: "" }
}

/// What the lines of an import can settle.
pub struct Candidates {
    /// Orders, by what their payers write.
    orders: HashMap<String, Vec<String>>,
    /// Movements that are to be paid from the bank account, by what their debits say.
    payable: HashMap<String, Vec<Movement>>,
}

impl Candidates {
    /// Looks up what lines name, and locks it until the transaction ends: payments first, then transfers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock(tx: &mut Tx, statements: &[Statement]) -> Result<Self, Error> {
        let mut found = Self { orders: HashMap::new(), payable: HashMap::new() };
        let (mut orders, mut transfers) = (Vec::new(), Vec::new());
        let named = references_of(statements, Way::Credit);
        for (order, reference) in store::find_by_reference(tx, Provider::Bank, &named).await? {
            orders.push(order.clone());
            found.orders.entry(reference).or_default().push(order);
        }
        let named = references_of(statements, Way::Debit);
        for movement in movement_store::find_payable(tx, &named).await? {
            if movement.kind == Kind::Transfer {
                transfers.push(movement.id.clone());
            } else {
                orders.push(movement.order.clone());
            }
            found.payable.entry(end_to_end(&movement.subject)).or_default().push(movement);
        }
        store::lock_all(tx, &orders.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        transfers.sort_unstable();
        for id in &transfers {
            movement_store::lock(tx, id).await?;
        }
        Ok(found)
    }

    /// Settles what a line pays; `id` will be the line's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(&mut self, tx: &mut Tx, id: &str, line: &Line, now_ms: i64) -> Result<Match, Error> {
        match line.way {
            _ if line.reversal => Ok(open("reversal")),
            Way::Credit => self.settle_credit(tx, id, line, now_ms).await,
            Way::Debit => self.settle_debit(tx, line, now_ms).await,
        }
    }

    /// The order that a credit pays whole, if it is one.
    async fn settle_credit(&self, tx: &mut Tx, id: &str, line: &Line, now_ms: i64) -> Result<Match, Error> {
        if line.references.is_empty() {
            return Ok(open("no_reference"));
        }
        let named = line.references.iter().filter_map(|reference| self.orders.get(reference));
        let mut orders: Vec<&String> = named.flatten().collect();
        orders.sort_unstable();
        orders.dedup();
        let order = match orders.as_slice() {
            [] => return Ok(open("unknown_reference")),
            [order] => *order,
            _ => return Ok(open("several_references")),
        };
        let Some((mut book, before)) = Book::open(tx, order, now_ms).await? else {
            return Ok(open("unknown_reference"));
        };
        let (came, outstanding) = (line.amount.amount, book.outstanding());
        let reason = if book.payment.currency != line.amount.currency {
            "currency_differs"
        } else if book.payment.hold == Hold::Lapsed {
            "order_given_up"
        } else if outstanding == 0 {
            "nothing_owed"
        } else if came < outstanding {
            "amount_less"
        } else if came > outstanding {
            "amount_more"
        } else {
            book.received(id, &line.entry, came);
            book.close(tx, &before).await?;
            return Ok(matched(order.clone()));
        };
        Ok(open(reason))
    }

    /// The refund or payout that a debit pays.
    async fn settle_debit(&mut self, tx: &mut Tx, line: &Line, now_ms: i64) -> Result<Match, Error> {
        let mut reason = "unknown_reference";
        for reference in &line.references {
            let Some(waiting) = self.payable.get_mut(reference).filter(|waiting| !waiting.is_empty()) else {
                continue;
            };
            reason = "amount_differs";
            // A refund may have several parts; one debit pays one of them.
            let Some(place) = waiting.iter().position(|movement| movement.amount == line.amount) else {
                continue;
            };
            let movement = waiting.remove(place);
            if pay_by_hand(tx, &movement.id, &line.entry, now_ms).await? {
                return Ok(matched(movement.id));
            }
        }
        Ok(open(reason))
    }
}

/// All that lines of one way say, each once.
fn references_of(statements: &[Statement], way: Way) -> Vec<&str> {
    let lines = statements.iter().flat_map(|statement| &statement.lines);
    let lines = lines.filter(|line| line.way == way && !line.reversal);
    let mut references: Vec<&str> = lines.flat_map(|line| &line.references).map(String::as_str).collect();
    references.sort_unstable();
    references.dedup();
    references
}
