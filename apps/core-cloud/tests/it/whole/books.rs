//! The journal, the clearing accounts, what vendors are owed, and the stock.

use std::collections::BTreeMap;

use core_cloud::modules::accounting::account::Account;

use super::market::Market;
use super::stock::ITEMS;

/// By account, party and currency: debits less credits.
type Balances = BTreeMap<(String, String, String), i64>;

impl Market {
    /// New entries have two equal sides, and the trial balance of each currency is zero.
    pub async fn check_journal(&mut self) {
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let sql = "SELECT seq FROM accounting_head";
        let (head,): (i64,) = sqlx::query_as(sql).fetch_one(&mut *conn).await.unwrap();
        if head == self.booked {
            return;
        }
        assert!(head > self.booked, "{}: entries are gone", self.at());
        let sql = "SELECT currency, CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT) FROM accounting_balances \
             GROUP BY currency";
        let sums: Vec<(String, i64, i64)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        assert!(sums.iter().all(|(_, debit, credit)| debit == credit), "{}: {sums:?}", self.at());
        let sql = "SELECT COUNT(*), COUNT(DISTINCT e.seq) FROM accounting_entries e JOIN accounting_postings p \
             ON p.entry = e.seq WHERE e.seq > $1 AND p.amount > 0";
        let query = sqlx::query_as::<_, (i64, i64)>(sql).bind(self.booked);
        let (_, entries) = query.fetch_one(conn).await.unwrap();
        assert_eq!(entries, head - self.booked, "{}: an entry without postings", self.at());
        self.booked = head;
    }

    pub async fn check_books(&self) {
        let broken = self.till.app.app.services.accounting.find_break().await.unwrap();
        assert_eq!(broken, None, "{}: the chain of the journal", self.at());
        let broken = self.till.app.app.services.audit.find_break().await.unwrap();
        assert_eq!(broken, None, "{}: the chain of the audit log", self.at());
        let balances = self.balances().await;
        self.check_postings(&balances).await;
        self.check_transfers().await;
        self.check_clearing(&balances).await;
        self.check_vendors(&balances).await;
        self.check_desk().await;
        self.check_documents().await;
    }

    async fn balances(&self) -> Balances {
        let sql = "SELECT account, party, currency, debit - credit FROM accounting_balances";
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        rows.into_iter().map(|(account, party, currency, sum)| ((account, party, currency), sum)).collect()
    }

    /// The balances are the sums of the postings.
    async fn check_postings(&self, balances: &Balances) {
        let sql = "SELECT debit, debit_party, credit, credit_party, currency, CAST(SUM(amount) AS BIGINT) \
             FROM accounting_postings GROUP BY debit, debit_party, credit, credit_party, currency";
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let rows: Vec<(String, String, String, String, String, i64)> =
            sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        let mut sums = Balances::new();
        for (debit, debit_party, credit, credit_party, currency, amount) in rows {
            *sums.entry((debit, debit_party, currency.clone())).or_default() += amount;
            *sums.entry((credit, credit_party, currency)).or_default() -= amount;
        }
        assert_eq!(sums, *balances, "{}: postings and balances", self.at());
    }

    /// A provider pays a payout once, and only one that reads sent.
    async fn check_transfers(&self) {
        let sql = "SELECT id FROM payouts_payouts WHERE state = 'sent'";
        let mut sent = self.till.app.column(sql).await;
        for transfer in self.till.sandbox.ledger().transfers {
            let place = sent.iter().position(|payout| transfer.is_for(payout));
            let place = place.unwrap_or_else(|| panic!("{}: not sent, or twice: {transfer:?}", self.at()));
            sent.swap_remove(place);
        }
    }

    /// What is on the clearing account of a provider is what its ledger says. What it keeps for PayPal's disputes, its
    /// webhooks do not tell.
    async fn check_clearing(&self, balances: &Balances) {
        let ledger = self.till.sandbox.ledger();
        for (provider, currencies) in &ledger.totals {
            for (currency, totals) in currencies {
                let of = |account: Account| {
                    let key = (account.name().to_owned(), provider.clone(), currency.clone());
                    balances.get(&key).copied().unwrap_or(0)
                };
                let ours = of(Account::Clearing) + of(Account::PaymentFees);
                assert_eq!(ours, totals.net + totals.sums.fees, "{}: {provider} {currency}", self.at());
                let disputed = of(Account::Chargebacks) + of(Account::ChargebackLosses);
                assert_eq!(disputed, totals.sums.disputed, "{}: {provider}", self.at());
                if provider == "stripe" {
                    // Where a person said that a capture was done, its fee is not known.
                    let (fees, theirs) = (of(Account::PaymentFees), totals.sums.fees);
                    let seen = self
                        .till
                        .app
                        .column("SELECT id FROM payments_movements WHERE reference LIKE 'seen_%'");
                    assert!(fees == theirs || !seen.await.is_empty(), "{}: fees {fees} {theirs}", self.at());
                }
            }
        }
    }

    /// What a vendor is owed, and was paid, is what it earned by the terms that were frozen.
    async fn check_vendors(&self, balances: &Balances) {
        let mut earned = self.earned().await;
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let sql = "SELECT CASE WHEN p.debit = 'vendor_payable' THEN p.debit_party ELSE p.credit_party END, p.currency, \
             CAST(CASE WHEN p.debit = 'vendor_payable' THEN p.amount ELSE -p.amount END AS BIGINT) FROM accounting_postings p \
             JOIN accounting_entries e ON e.seq = p.entry WHERE e.kind IN ('payout', 'payout_cancelled') \
             AND 'vendor_payable' IN (p.debit, p.credit)";
        let rows: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        for (vendor, currency, amount) in rows {
            *earned.entry((vendor, currency)).or_default() -= amount;
        }
        for ((vendor, currency), left) in &earned {
            let key = ("vendor_payable".to_owned(), vendor.clone(), currency.clone());
            let payable = -balances.get(&key).copied().unwrap_or(0);
            assert_eq!(payable, *left, "{}: {vendor} {currency}", self.at());
        }
        // What is on its way to vendors are the payouts that were not sent.
        let sql = "SELECT vendor, currency, CAST(SUM(amount) AS BIGINT) FROM payouts_payouts \
             WHERE state IN ('open', 'due', 'failed') GROUP BY vendor, currency";
        let rows: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        let waiting: BTreeMap<(String, String), i64> =
            rows.into_iter().map(|(vendor, currency, sum)| ((vendor, currency), sum)).collect();
        for ((account, vendor, currency), sum) in balances {
            if account == "payouts_in_transit" {
                let known = waiting.get(&(vendor.clone(), currency.clone())).copied().unwrap_or(0);
                assert_eq!(-sum, known, "{}: on its way to {vendor} in {currency}", self.at());
            }
        }
    }

    /// What was sent by hand waits at no desk to be sent a second time.
    async fn check_desk(&self) {
        let sql = "SELECT m.id FROM payments_movements m JOIN payouts_payouts p ON p.id = m.subject \
             WHERE m.state = 'payable' AND p.state <> 'due'";
        assert!(self.till.app.column(sql).await.is_empty(), "{}: it could be paid twice", self.at());
    }

    /// By vendor and currency, from the frozen lines: shipped less credited, less tax and commission of both.
    async fn earned(&self) -> BTreeMap<(String, String), i64> {
        let sql = "SELECT l.vendor, s.currency, l.gross, l.tax, l.commission, l.shipped, l.refunded FROM accounting_lines l \
             JOIN accounting_sales s ON s.order_id = l.order_id AND s.vendor = l.vendor";
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let rows: Vec<(String, String, i64, i64, i64, i64, i64)> =
            sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        let mut earned = BTreeMap::new();
        for (vendor, currency, gross, tax, commission, shipped, refunded) in rows {
            assert!(shipped <= gross && refunded <= gross, "{}: more than was sold", self.at());
            let share = |of: i64| {
                let part = |whole: i64| if gross == 0 { 0 } else { whole * of / gross };
                of - part(tax) - part(commission)
            };
            *earned.entry((vendor, currency)).or_default() += share(shipped) - share(refunded.min(shipped));
        }
        earned
    }

    /// Numbers of documents have no gap.
    async fn check_documents(&self) {
        let sql = "SELECT vendor FROM accounting_documents GROUP BY vendor, kind, year \
             HAVING COUNT(*) <> MAX(number) OR MIN(number) <> 1";
        assert!(self.till.app.column(sql).await.is_empty(), "{}: a number is missing", self.at());
    }

    /// I2 of each item.
    pub async fn check_stock(&self) {
        let sql = "SELECT item FROM inventory_items WHERE on_hand <> available + leased + sold OR available < 0 \
             OR leased < 0 OR sold < 0";
        assert!(self.till.app.column(sql).await.is_empty(), "{}: stock", self.at());
    }

    /// What is on hand was brought in, did not leave, or came back; what is sold is held for an order; what is leased
    /// is on the accounts of POPs; and what is planned for parcels is reserved on shelves.
    pub async fn check_all_stock(&self) {
        let out =
            "SELECT p.item, CAST(SUM(p.shipped * p.units) AS BIGINT) FROM orders_pieces p GROUP BY p.item";
        let back = "SELECT p.item, CAST(SUM(r.sellable * p.units) AS BIGINT) FROM orders_return_pieces r \
             JOIN orders_returns o ON o.id = r.return_id JOIN orders_pieces p ON p.order_id = o.order_id \
             AND p.line = r.line GROUP BY p.item";
        let held = "SELECT item, CAST(SUM(sold - moved) AS BIGINT) FROM orders_holds GROUP BY item";
        let leased = "SELECT item, CAST(SUM(granted - sold - returned) AS BIGINT) FROM inventory_accounts GROUP BY item";
        let reserved = "SELECT item, CAST(SUM(reserved) AS BIGINT) FROM warehouse_stock GROUP BY item";
        let planned = "SELECT p.item, CAST(SUM(c.quantity * p.units) AS BIGINT) FROM orders_shipment_pieces c \
             JOIN orders_shipments s ON s.id = c.shipment JOIN orders_pieces p ON p.order_id = s.order_id \
             AND p.line = c.line WHERE s.state IN ('planned', 'picking', 'packed') GROUP BY p.item";
        let imported = self.sums("SELECT item, imported FROM inventory_items").await;
        let (out, back, held) = (self.sums(out).await, self.sums(back).await, self.sums(held).await);
        let (leased, reserved, planned) =
            (self.sums(leased).await, self.sums(reserved).await, self.sums(planned).await);
        for item in ITEMS {
            let of = |sums: &BTreeMap<String, i64>| sums.get(item).copied().unwrap_or(0);
            let level = self.till.app.app.services.inventory.get_stock(&item.parse().unwrap()).await.unwrap();
            let on_hand = of(&imported) - of(&out) + of(&back) + of(&self.shelves.taken_back);
            assert_eq!(level.on_hand, on_hand, "{}: on hand of {item}", self.at());
            assert_eq!(level.sold, of(&held), "{}: sold of {item}", self.at());
            assert_eq!(level.leased, of(&leased), "{}: leased of {item}", self.at());
            assert_eq!(of(&reserved), of(&planned), "{}: reserved of {item}", self.at());
        }
        let odd = "SELECT attention FROM orders_orders WHERE attention LIKE '%stock_short%' OR attention LIKE '%totals%'";
        assert!(self.till.app.column(odd).await.is_empty(), "{}: honest POPs oversold", self.at());
    }

    async fn sums(&self, sql: &'static str) -> BTreeMap<String, i64> {
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        rows.into_iter().collect()
    }
}
