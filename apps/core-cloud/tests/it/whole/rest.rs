//! Letting all come to rest: nothing fails any more, all that is on its way arrives.

use core_cloud::modules::payments::service::Decision;
use core_cloud::modules::payments::state::{Hold, Kind};

use super::market::Market;

/// Rounds until all has to be quiet: a movement is tried again within ten minutes, a webhook within hours.
const ROUNDS_MAX: u32 = 400;
const ROUND_MS: i64 = 60_000;
/// What is still to be done: movements that providers are to be asked for, and webhooks of orders that are here.
const WAITING: &str = "SELECT id FROM payments_movements WHERE state = 'due' \
     UNION ALL SELECT event FROM payments_webhooks w WHERE state = 'waiting' AND (kind <> 'payment' OR EXISTS \
     (SELECT 1 FROM payments_payments p WHERE p.order_id = w.order_id)) \
     UNION ALL SELECT consumer FROM bus_held";

impl Market {
    pub async fn come_to_rest(&mut self) {
        self.till.sandbox.faults().clear();
        for place in 0..2 {
            while self.pops[place].applied < self.pops[place].outbox.len() {
                self.tell(place, 0, 200).await;
            }
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS_MAX {
            self.till.app.drain().await;
            while self.till.payments().settle_due().await.unwrap() > 0 {}
            let sent = self.deliver_all_webhooks().await;
            self.reconcile().await;
            self.look_up_unknown().await;
            self.till.app.app.services.payouts.send_due().await.unwrap();
            self.till.app.drain().await;
            let waiting = self.waiting().await;
            quiet = if sent == 0 && waiting.is_empty() { quiet + 1 } else { 0 };
            if quiet == 2 {
                return;
            }
            self.till.app.advance_ms(ROUND_MS);
        }
        let waiting = self.waiting().await;
        for order in &waiting {
            if let Some(dossier) = self.dossier(order).await {
                println!("{:?} {dossier:#?}", self.ledger_of(&dossier.payment));
            }
        }
        panic!("{}: it does not come to rest: {waiting:?}", self.at());
    }

    /// What is still to be done, and authorisations that have lapsed and were not looked at since.
    async fn waiting(&self) -> Vec<String> {
        let mut waiting = self.till.app.column(WAITING).await;
        let lapsed = "SELECT order_id FROM payments_payments WHERE hold = 'held' AND lapses_ms <= $1";
        let query = sqlx::query_as::<_, (String,)>(lapsed).bind(self.till.app.now_ms());
        let rows = query.fetch_all(&mut *self.till.app.db.read().await.unwrap()).await.unwrap();
        waiting.extend(rows.into_iter().map(|(order,)| order));
        waiting
    }

    /// Finance looks up at the provider what nobody knows the outcome of, and says that it was done, or lets it be.
    async fn look_up_unknown(&mut self) {
        let unknown =
            "SELECT id FROM payments_movements WHERE state = 'failed' AND reason = 'outcome_unknown'";
        for id in self.till.app.column(unknown).await {
            if let Some(payout) = id.strip_prefix("trf_") {
                self.look_up_transfer(&id, payout).await;
                continue;
            }
            let order = self.till.payments().order_of(&id).await.unwrap();
            let Some(dossier) = self.dossier(&order).await else { continue };
            let Some(theirs) = self.ledger_of(&dossier.payment) else { continue };
            let movement = dossier.movements.iter().find(|movement| movement.id == id).unwrap();
            let ours = match movement.kind {
                Kind::Capture => theirs.sums.captured - dossier.payment.captured,
                Kind::Refund => theirs.sums.refunded - dossier.payment.refunded,
                _ => 0,
            };
            if ours >= movement.amount.amount && movement.amount.amount > 0 {
                let reference = format!("seen_{id}");
                self.till.payments().decide(&self.desk, &id, Decision::Paid, &reference).await.unwrap();
            } else if dossier.payment.hold == Hold::Held || movement.kind == Kind::Refund {
                let _ =
                    self.till.payments().decide(&self.desk, &id, Decision::Retry, "it was not done").await;
            }
        }
    }

    async fn look_up_transfer(&mut self, id: &str, payout: &str) {
        let transfers = self.till.sandbox.ledger().transfers;
        let payments = self.till.payments();
        let decided = match transfers.iter().find(|transfer| transfer.is_for(payout)) {
            Some(made) => payments.decide(&self.desk, id, Decision::Paid, &made.id).await,
            None => payments.decide(&self.desk, id, Decision::GiveUp, "it was not done").await,
        };
        decided.unwrap();
    }
}
