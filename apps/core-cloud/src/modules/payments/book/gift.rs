//! What gift cards pay of an order. They pay first: of what the customer has and keeps, the payment has only what is
//! beyond them. So the payment is given back first, and the cards get back what the order does not come to any more:
//! `kept + to_come` less than they pay. Both follow from these two sums alone, in whatever order pieces leave, come back
//! or are cancelled, so neither ever gives back more than it paid.

use kiosk_ids::OrderId;

use super::Book;
use crate::modules::bus::fact::{Fact, GiftCardRefundDue};

impl Book {
    /// What lies beyond the gift cards of an amount that ends at `upper`.
    fn beyond_cards(&self, upper: i64, amount: i64) -> i64 {
        amount - (self.payment.gift - (upper - amount).max(0)).clamp(0, amount.max(0))
    }

    /// Goods left. Returns what the payment has to pay of them.
    pub(super) fn keep(&mut self, amount: i64) -> i64 {
        self.payment.to_come -= amount;
        self.payment.kept += amount;
        self.beyond_cards(self.payment.kept, amount)
    }

    /// The customer does not keep goods. Returns what the payment has to give back. One that is made beforehand pays for
    /// what is to come as well.
    pub(super) fn take_back(&mut self, amount: i64) -> i64 {
        let prepaid = if self.payment.prepaid { self.payment.to_come } else { 0 };
        let owed = self.beyond_cards(self.payment.kept + prepaid, amount);
        self.payment.kept -= amount;
        self.give_back_to_cards();
        owed
    }

    /// Goods will not come. Returns what less is to be paid for them.
    pub(super) fn drop_rest(&mut self, amount: i64) -> i64 {
        let less = self.beyond_cards(self.payment.kept + self.payment.to_come, amount);
        self.payment.to_come -= amount;
        self.give_back_to_cards();
        less
    }

    fn give_back_to_cards(&mut self) {
        let payment = &mut self.payment;
        let due = (payment.gift - (payment.kept + payment.to_come)).clamp(0, payment.gift);
        let amount = due - payment.gift_returned;
        if amount <= 0 {
            return;
        }
        payment.gift_returned = due;
        let amount = payment.money(amount);
        if let Ok(order) = OrderId::parse(&self.payment.order) {
            self.facts.push(Fact::GiftCardRefundDue(GiftCardRefundDue { order, amount }));
        }
    }
}
