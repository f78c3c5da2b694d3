//! What has to hold after each operation, for what it touched; and for all orders once all is at rest.

use std::collections::BTreeMap;

use core_cloud::modules::orders::flow::Stage;
use core_cloud::modules::orders::purchase::Purchase;
use core_cloud::modules::payments::service::Dossier;
use core_cloud::modules::payments::state::{Hold, Kind, Movement, Payment, Provider, State, Step};
use psp_sandbox::LedgerLine;

use super::market::Market;

fn sum<'a>(movements: impl Iterator<Item = &'a Movement>) -> i64 {
    movements.map(|movement| movement.amount.amount).sum()
}

fn of(dossier: &Dossier, kind: Kind, steps: &[Step]) -> i64 {
    let fits = |movement: &&Movement| movement.kind == kind && steps.contains(&movement.step);
    sum(dossier.movements.iter().filter(fits))
}

impl Market {
    /// What the provider knows of a payment.
    pub fn ledger_of(&self, payment: &Payment) -> Option<LedgerLine> {
        let provider = match payment.provider {
            Provider::Stripe => psp_sandbox::Provider::Stripe,
            Provider::Paypal => psp_sandbox::Provider::Paypal,
            Provider::Bank => return None,
        };
        self.till.sandbox.line(provider, &payment.started)
    }

    pub async fn check_touched(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort();
        touched.dedup();
        for order in touched {
            if let Some(dossier) = self.dossier(order.as_str()).await {
                self.check_payment(&dossier);
            }
            if let Some(purchase) = self.look(&order).await {
                self.check_purchase(&purchase);
            }
        }
        self.check_stock().await;
        self.check_journal().await;
    }

    fn check_payment(&self, dossier: &Dossier) {
        let Dossier { payment, movements, claims, .. } = dossier;
        let why = || format!("{}: {payment:?}\n{movements:#?}\n{claims:?}", self.at());
        let kept = payment.captured - payment.charged_back;
        assert!(payment.captured <= payment.authorised, "captured over authorised: {}", why());
        assert!(0 <= payment.refunded && payment.refunded <= kept, "refunded over captured: {}", why());
        assert!(payment.cancelled <= payment.total, "{}", why());
        let taken = of(dossier, Kind::Capture, &[Step::Done]) + of(dossier, Kind::Receipt, &[Step::Done]);
        assert_eq!(payment.captured, taken, "captured and its movements: {}", why());
        assert_eq!(payment.refunded, of(dossier, Kind::Refund, &[Step::Done]), "refunds: {}", why());
        assert_eq!(payment.charged_back, of(dossier, Kind::Chargeback, &[Step::Done]), "disputes: {}", why());
        for claim in claims {
            assert!(claim.spread <= claim.amount, "more goes back than is owed: {}", why());
            let counts = |movement: &&Movement| {
                movement.kind == Kind::Refund
                    && movement.subject == claim.id
                    && movement.reason != "refunded_anew"
            };
            assert_eq!(claim.spread, sum(movements.iter().filter(counts)), "{claim:?}: {}", why());
        }
        let fits = match payment.state() {
            State::Awaiting | State::Authorised | State::Cancelled | State::Failed => payment.captured == 0,
            State::PartlyPaid | State::Paid => {
                payment.captured > 0 && payment.refunded == 0 && payment.charged_back == 0
            }
            State::PartlyRefunded => payment.refunded > 0,
            State::Refunded => payment.refunded > 0 && payment.refunded == kept,
            State::Disputed => payment.charged_back > 0,
        };
        assert!(fits, "it reads {}: {}", payment.state().name(), why());
        if let Some(theirs) = self.ledger_of(payment) {
            // We never know of more than the provider did, and what it did more is on its way to us.
            let open = of(dossier, Kind::Capture, &[Step::Due, Step::Failed]);
            let captured = theirs.sums.captured;
            let on_its_way = payment.captured <= captured && captured <= payment.captured + open;
            assert!(on_its_way, "captured there: {theirs:?}: {}", why());
        }
    }

    fn check_purchase(&self, purchase: &Purchase) {
        for seller in &purchase.now.sellers {
            let pieces = seller.pieces();
            let why = || format!("{}: {} {seller:?}", self.at(), purchase.id);
            assert_eq!(pieces.ordered, pieces.cancelled + pieces.to_ship + pieces.shipped, "{}", why());
            if pieces.refunded > 0 {
                let refunded = matches!(seller.stage, Stage::Refunded | Stage::PartiallyRefunded);
                assert!(refunded, "money went back, and it reads otherwise: {}", why());
                let all = pieces.refunded == pieces.ordered - pieces.cancelled - pieces.exchanged;
                assert_eq!(all, seller.stage == Stage::Refunded, "{}", why());
            }
            let parcels = purchase.now.parcels.iter().filter(|parcel| parcel.vendor == seller.vendor);
            let open = parcels.filter(|parcel| parcel.state.is_open()).flat_map(|parcel| &parcel.contents);
            assert_eq!(pieces.planned, open.map(|(_, count)| count).sum::<i64>(), "{}", why());
        }
    }

    /// All payments against the providers' ledgers, the orders and the books.
    pub async fn check_all(&mut self) {
        let due = self.due_by_order().await;
        let receivables = self.receivables().await;
        let orders = self.till.app.column("SELECT order_id FROM payments_payments ORDER BY order_id").await;
        let mut clear = 0;
        for order in &orders {
            let dossier = self.dossier(order).await.unwrap();
            self.check_payment(&dossier);
            self.check_agreement(&dossier);
            let sums = due.get(order).copied().unwrap_or_default();
            let receivable = receivables.get(order).copied().unwrap_or(0);
            clear += u32::from(self.check_owed(&dossier, sums, receivable));
        }
        assert!(clear > 0 || orders.len() < 50, "no order came to its end");
        let known = self.till.app.column("SELECT id FROM orders_orders").await.len();
        assert_eq!(known, orders.len(), "each order has its payment");
        let stored = "SELECT order_id || ' ' || state FROM payments_payments ORDER BY order_id";
        for (order, stored) in orders.iter().zip(self.till.app.column(stored).await) {
            let state = self.dossier(order).await.unwrap().payment.state();
            assert_eq!(stored, format!("{order} {}", state.name()));
        }
        self.check_all_stock().await;
        self.check_books().await;
        assert!(self.till.app.column("SELECT id FROM bus_held").await.is_empty(), "facts are held");
    }

    /// At rest provider and core agree to the cent.
    fn check_agreement(&self, dossier: &Dossier) {
        let payment = &dossier.payment;
        let Some(theirs) = self.ledger_of(payment) else { return };
        let ours = (payment.captured, payment.refunded, payment.charged_back);
        let sums = (theirs.sums.captured, theirs.sums.refunded, theirs.sums.disputed);
        assert_eq!(ours, sums, "{}: {theirs:?}\n{dossier:#?}", self.at());
        let held = theirs.sums.capturable > 0;
        assert_eq!(payment.hold == Hold::Held, held, "{}: {theirs:?}\n{dossier:#?}", self.at());
    }

    /// What was charged, cancelled and credited by the orders is what payments and books have. Whether nothing is owed
    /// either way.
    fn check_owed(&self, dossier: &Dossier, due: Due, receivable: i64) -> bool {
        let payment = &dossier.payment;
        let why = || format!("{}: {due:?} {dossier:#?}", self.at());
        assert_eq!(payment.total, due.charged + due.cancelled + due.open, "shares of the total: {}", why());
        assert_eq!(payment.cancelled, due.cancelled, "cancelled: {}", why());
        let claims = dossier.claims.iter().filter(|claim| claim.id.starts_with("rfd_"));
        assert_eq!(claims.map(|claim| claim.amount).sum::<i64>(), due.credited, "credited: {}", why());
        let given_up = dossier.movements.iter().any(|known| known.step == Step::Failed);
        let holds_for_nothing = due.left == 0 && payment.hold == Hold::Held && !given_up;
        assert!(!holds_for_nothing, "nothing is left to ship, and money is reserved: {}", why());
        let expected = due.charged - due.credited - payment.captured + payment.refunded;
        assert_eq!(receivable, expected, "receivable: {}", why());
        let hangs = !payment.attention.is_empty()
            || dossier.movements.iter().any(|known| {
                matches!(known.step, Step::Payable | Step::Failed) || known.kind == Kind::Chargeback
            });
        let owed = payment.total - payment.cancelled;
        let unpaid = payment.prepaid && (due.open > 0 || expected > 0 || payment.captured > owed);
        if !hangs && !unpaid && payment.hold != Hold::Lapsed {
            // Refunds that were made on the provider's pages stay owed until somebody has looked.
            let elsewhere = dossier.movements.iter().any(|known| known.id.starts_with("ext_"));
            assert!(
                receivable == 0 || elsewhere,
                "nothing is on its way, and {receivable} is owed: {}",
                why()
            );
            return true;
        }
        false
    }
}

/// Sums of an order by its pieces, in minor units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Due {
    /// Of pieces that left, and of delivery.
    pub charged: i64,
    /// Of what will not come.
    pub cancelled: i64,
    /// Of what is still to be sent.
    pub open: i64,
    /// Pieces of that.
    pub left: i64,
    /// Of what customers are owed back.
    pub credited: i64,
}

impl Market {
    async fn due_by_order(&self) -> BTreeMap<String, Due> {
        let mut due: BTreeMap<String, Due> = BTreeMap::new();
        let conn = &mut *self.till.app.db.read().await.unwrap();
        // What is sent in place of pieces costs nothing; when it comes back, the price is owed.
        let sql = "SELECT l.order_id, l.unit_amount, CAST(CASE WHEN p.instead_of IS NULL THEN 1 ELSE 0 END AS BIGINT), p.cancelled, \
             p.to_ship, p.shipped, p.refunded FROM orders_lines l JOIN orders_pieces p ON p.order_id = l.order_id \
             AND p.line = l.line";
        let rows: Vec<(String, i64, i64, i64, i64, i64, i64)> =
            sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        for (order, price, paid_for, cancelled, to_ship, shipped, refunded) in rows {
            let sums = due.entry(order).or_default();
            sums.charged += paid_for * shipped * price;
            sums.cancelled += paid_for * cancelled * price;
            sums.open += paid_for * to_ship * price;
            sums.left += paid_for * to_ship;
            sums.credited += refunded * price;
        }
        let sql = "SELECT order_id, delivery, charge FROM orders_vendor_orders";
        let rows: Vec<(String, i64, String)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        for (order, delivery, charge) in rows {
            let sums = due.entry(order).or_default();
            match &*charge {
                "open" => sums.open += delivery,
                "dropped" => sums.cancelled += delivery,
                _ => sums.charged += delivery,
            }
            sums.credited += if charge == "refunded" { delivery } else { 0 };
        }
        due
    }

    async fn receivables(&self) -> BTreeMap<String, i64> {
        let sql = "SELECT party, debit - credit FROM accounting_balances WHERE account = 'receivable'";
        let conn = &mut *self.till.app.db.read().await.unwrap();
        let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        rows.into_iter().collect()
    }
}
