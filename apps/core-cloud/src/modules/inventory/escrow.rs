//! The arithmetic of stock and escrow, without a database.

/// What an account holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Goods.
    #[default]
    Stock,
    /// What a discount may spend: orders, or minor units.
    Budget,
    /// The balance of a gift card, in minor units.
    GiftCard,
}

impl Kind {
    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Budget => "budget",
            Self::GiftCard => "gift_card",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Stock, Self::Budget, Self::GiftCard].into_iter().find(|kind| kind.name() == name)
    }
}

/// Stock of one item, or what stands for it: budgets and gift cards are leased and spent by the same rules, where what is
/// sold is what was spent. On hand = available + leased + sold, always (invariant I2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Units in the warehouse.
    pub on_hand: i64,
    /// Units nobody has a claim on.
    pub available: i64,
    /// Units in POPs' accounts.
    pub leased: i64,
    /// Units sold and not yet shipped.
    pub sold: i64,
    /// What the last import said.
    pub imported: i64,
    /// What it holds.
    pub kind: Kind,
}

/// Escrow account of one POP database and one item. The counters only grow within an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Fencing token, from 1.
    pub epoch: i64,
    /// Units ever given in this epoch.
    pub granted: i64,
    /// Units the POP reported sold.
    pub sold: i64,
    /// Units the POP gave back.
    pub returned: i64,
    /// The POP has not shown yet that it knows the raised epoch.
    pub fenced: bool,
}

impl Default for Account {
    fn default() -> Self {
        Self { epoch: 1, granted: 0, sold: 0, returned: 0, fenced: false }
    }
}

impl Account {
    /// Units the POP may still sell.
    #[must_use]
    pub fn rest(&self) -> i64 {
        self.granted - self.sold - self.returned
    }
}

/// What a POP gets of `wanted`: all or nothing when a shopper waits for exactly that, else at most a fair share of
/// what is left, so that one POP's hunger does not empty the core for the others.
#[must_use]
pub fn fair_grant(available: i64, wanted: i64, whole: bool, pops_active: i64) -> i64 {
    if whole {
        return if wanted <= available { wanted } else { 0 };
    }
    let parts = pops_active.max(0) + 1;
    let share = (available + parts - 1) / parts;
    wanted.min(share.max(1)).min(available)
}

/// Moves units from the core to a POP. `units` is at most what is available.
pub fn grant(item: &mut Item, account: &mut Account, units: i64) {
    item.available -= units;
    item.leased += units;
    account.granted += units;
}

/// Counts units as sold that a POP took from its account in `epoch`, and tells how many could not be covered.
///
/// An account that was written off, or holds less than the POP says, is helped out from what is available: the order
/// stands, and only if that runs out too the shop has sold more than it has.
pub fn sell(item: &mut Item, account: &mut Account, epoch: i64, units: i64) -> i64 {
    let from_account = if epoch == account.epoch { units.min(account.rest()) } else { 0 };
    account.sold += from_account;
    item.leased -= from_account;
    let from_available = (units - from_account).min(item.available);
    item.available -= from_available;
    item.sold += from_account + from_available;
    units - from_account - from_available
}

/// Takes units back that a POP did not sell; those of an older epoch are back already.
pub fn give_back(item: &mut Item, account: &mut Account, epoch: i64, units: i64) -> i64 {
    let units = if epoch == account.epoch { units.min(account.rest()) } else { 0 };
    account.returned += units;
    item.leased -= units;
    item.available += units;
    units
}

/// Takes the rest of a lost POP's account back and raises its epoch, so that it cannot be sold from again.
pub fn write_off(item: &mut Item, account: &mut Account) -> i64 {
    let units = account.rest();
    item.leased -= units;
    item.available += units;
    *account = Account { epoch: account.epoch + 1, fenced: true, ..Account::default() };
    units
}

/// Sets stock from an import: a new item holds what the import says; a known one moves by the difference to what the
/// last import said, as far as units are available. Units that are leased out cannot be taken yet: they are not counted
/// as imported away, so that the next import takes those that came back. Returns whether anything changed.
pub fn import(item: &mut Item, imported: i64) -> bool {
    let change = (imported - item.imported).max(-item.available);
    item.on_hand += change;
    item.available += change;
    item.imported += change;
    change != 0
}

/// Units that were sold leave the house.
pub fn ship(item: &mut Item, units: i64) {
    item.sold -= units;
    item.on_hand -= units;
}

/// Units that were sold are not wanted any more.
pub fn release(item: &mut Item, units: i64) {
    item.sold -= units;
    item.available += units;
}

/// Units that had left came back. What the last import said stays as it is: it told of goods, not of returns.
pub fn restock(item: &mut Item, units: i64) {
    item.on_hand += units;
    item.available += units;
}

/// Units are promised to somebody; false when not so many are available.
pub fn hold(item: &mut Item, units: i64) -> bool {
    let there = units <= item.available;
    if there {
        item.available -= units;
        item.sold += units;
    }
    there
}

/// Takes what is available out of an account that is to end; what is leased and comes back later is taken then.
pub fn withdraw(item: &mut Item) -> i64 {
    let units = item.available;
    item.available = 0;
    item.on_hand -= units;
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(available: i64) -> Item {
        Item { on_hand: available, available, imported: available, ..Item::default() }
    }

    #[test]
    fn a_share_leaves_something_for_the_others() {
        assert_eq!(fair_grant(100, 50, false, 2), 34);
        assert_eq!(fair_grant(100, 5, false, 2), 5);
        assert_eq!(fair_grant(1, 50, false, 2), 1);
        assert_eq!(fair_grant(0, 50, false, 2), 0);
    }

    #[test]
    fn a_waiting_shopper_gets_all_or_nothing() {
        assert_eq!(fair_grant(100, 100, true, 2), 100);
        assert_eq!(fair_grant(99, 100, true, 2), 0);
    }

    #[test]
    fn selling_from_an_old_epoch_is_covered_while_it_can_be() {
        let (mut item, mut account) = (item(10), Account::default());
        grant(&mut item, &mut account, 8);
        assert_eq!(sell(&mut item, &mut account, 1, 2), 0);
        assert_eq!(write_off(&mut item, &mut account), 6);
        assert_eq!(sell(&mut item, &mut account, 1, 3), 0);
        assert_eq!(sell(&mut item, &mut account, 1, 7), 2);
        assert_eq!(item, Item { on_hand: 10, sold: 10, imported: 10, ..Item::default() });
    }

    #[test]
    fn what_is_sold_leaves_or_comes_free_and_what_comes_back_is_there_again() {
        let (mut item, mut account) = (item(10), Account::default());
        grant(&mut item, &mut account, 5);
        assert_eq!(sell(&mut item, &mut account, 1, 5), 0);
        ship(&mut item, 2);
        release(&mut item, 1);
        restock(&mut item, 1);
        assert!(hold(&mut item, 7) && !hold(&mut item, 1));
        assert_eq!(item, Item { on_hand: 9, sold: 9, imported: 10, ..Item::default() });
        assert!(!import(&mut item, 10), "an import that says the same brings nothing");
    }

    #[test]
    fn an_account_that_ends_keeps_what_is_leased_and_spent() {
        let (mut item, mut account) = (item(10), Account::default());
        grant(&mut item, &mut account, 6);
        assert_eq!(sell(&mut item, &mut account, 1, 2), 0);
        assert_eq!((withdraw(&mut item), withdraw(&mut item)), (4, 0));
        assert_eq!(item, Item { on_hand: 6, leased: 4, sold: 2, imported: 10, ..Item::default() });
        give_back(&mut item, &mut account, 1, 4);
        assert_eq!((withdraw(&mut item), item.on_hand), (4, 2));
    }

    #[test]
    fn an_import_moves_stock_by_its_difference_and_never_below_nothing() {
        let (mut item, mut account) = (Item::default(), Account::default());
        assert!(import(&mut item, 10) && !import(&mut item, 10));
        grant(&mut item, &mut account, 8);
        assert!(import(&mut item, 15));
        assert_eq!((item.on_hand, item.available), (15, 7));
        assert!(import(&mut item, 1));
        assert_eq!((item.on_hand, item.available, item.leased), (8, 0, 8));
        assert!(!import(&mut item, 1), "what is leased cannot be taken");
        assert_eq!(give_back(&mut item, &mut account, 1, 5), 5);
        assert!(import(&mut item, 1));
        assert_eq!((item.on_hand, item.available, item.leased), (3, 0, 3));
        assert_eq!(give_back(&mut item, &mut account, 1, 3), 3);
        assert!(import(&mut item, 1) && !import(&mut item, 1));
        assert_eq!((item.on_hand, item.available, item.leased), (1, 1, 0));
    }
}
