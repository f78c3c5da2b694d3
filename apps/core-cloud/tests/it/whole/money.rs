//! What moves money: the core's own work, what providers tell, the bank, what people decide, and payouts.

use std::pin::pin;
use std::task::Poll;

use axum::body::{Body, Bytes};
use core_cloud::modules::payments::service::{Decision, Dossier};
use core_cloud::modules::payments::state::{Kind, Movement, Step};
use http::Request;
use kiosk_money::Money;
use kiosk_payments::Refund;
use psp_sandbox::Provider;
use psp_sandbox::faults::{Fault, Operation};

use super::market::{Known, Market};

/// Tries of a webhook that may be lost.
const LOSSES_MAX: u32 = 4;

/// Webhooks on their way: the providers sent them, and the core has not got them.
#[derive(Default)]
pub struct Post {
    bag: Vec<(u64, Request<Bytes>)>,
    lost: std::collections::HashMap<u64, u32>,
}

/// Drops a run after so many polls, which is a crash at that point. Whether it had ended.
pub async fn killed_after<T>(run: impl Future<Output = T>, polls: usize) -> bool {
    let mut run = pin!(run);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        run.as_mut().poll(context).map(|_| true)
    })
    .await
}

fn copy(request: &Request<Bytes>) -> Request<Body> {
    let mut again = Request::post(request.uri().clone());
    again.headers_mut().unwrap().clone_from(request.headers());
    again.body(Body::from(request.body().clone())).unwrap()
}

impl Market {
    /// Services hear what the others told; at times the core is killed meanwhile.
    pub async fn hear(&mut self) {
        if self.dice.once_in(6) {
            let polls = self.dice.below(500);
            if !killed_after(self.till.app.app.bus.drain(), polls).await {
                return self.acts.done("hear, killed");
            }
        }
        self.till.app.drain().await;
        self.acts.done("hear");
    }

    /// Providers are asked for what is due; at times the core is killed meanwhile.
    pub async fn settle(&mut self) {
        let payments = self.till.payments();
        if self.dice.once_in(6) {
            let polls = self.dice.below(120);
            killed_after(payments.settle_due(), polls).await;
            self.acts.done("settle, killed");
        } else {
            self.acts.note("settle", payments.settle_due().await);
        }
    }

    /// Webhooks come in any order, twice, late or not at all.
    pub async fn deliver_webhooks(&mut self) {
        for (sending, request) in self.till.sandbox.due() {
            // Providers try for days: not all of their tries are lost.
            if self.post.lost.get(&sending).is_some_and(|losses| *losses >= LOSSES_MAX) {
                self.deliver(sending, &request).await;
            } else {
                self.post.bag.push((sending, request));
            }
        }
        for _ in 0..self.dice.below(8) {
            if self.post.bag.is_empty() {
                return;
            }
            let place = self.dice.below(self.post.bag.len());
            let (sending, request) = self.post.bag.swap_remove(place);
            if self.dice.once_in(4) {
                *self.post.lost.entry(sending).or_default() += 1;
                self.till.sandbox.sent(sending, Err("lost".to_owned()));
                continue;
            }
            for _ in 0..=usize::from(self.dice.once_in(4)) {
                self.deliver(sending, &request).await;
            }
        }
    }

    async fn deliver(&mut self, sending: u64, request: &Request<Bytes>) {
        let answer = self.till.app.send(copy(request)).await;
        let status = answer.status.as_u16();
        match status {
            200 => self.acts.done("webhook"),
            // Its signature is of an older time, or the provider could not be asked: it is sent again.
            401 | 503 => {
                *self.post.lost.entry(sending).or_default() += 1;
                self.acts.refused("webhook");
            }
            _ => panic!("a webhook: {status} {}", answer.text()),
        }
        self.till.sandbox.sent(sending, Ok(status));
    }

    /// All webhooks that are on their way or due.
    pub async fn deliver_all_webhooks(&mut self) -> usize {
        let mut bag = std::mem::take(&mut self.post.bag);
        bag.extend(self.till.sandbox.due());
        for (sending, request) in &bag {
            self.deliver(*sending, request).await;
        }
        bag.len()
    }

    pub async fn reconcile(&mut self) {
        let payments = self.till.payments();
        payments.apply_webhooks_due().await.unwrap();
        let done = payments.reconcile_due().await;
        self.acts.note("reconcile", done);
    }

    pub async fn dossier(&self, order: &str) -> Option<Dossier> {
        self.till.payments().get(order).await.ok()
    }

    /// What payers do, and people on the provider's own pages.
    pub async fn act_at_provider(&mut self) {
        let at_provider = |known: &Known| matches!(known.method, "card" | "paypal") && !known.silent;
        let Some(place) = self.pick_live_by(at_provider) else { return };
        let (id, method) = (self.live[place].id.to_string(), self.live[place].method);
        let provider = if method == "card" { Provider::Stripe } else { Provider::Paypal };
        let Some(dossier) = self.dossier(&id).await else { return };
        if let (false, true) = (self.live[place].disputes.is_empty(), self.dice.once_in(2)) {
            let dispute = self.live[place].disputes.remove(0);
            let won = self.dice.once_in(2);
            self.till.sandbox.close_dispute(provider, &dispute, won).unwrap();
            return self.acts.done("decide a dispute");
        }
        let done = |kind: Kind| {
            let of_kind = dossier.movements.iter().filter(move |movement| movement.kind == kind);
            of_kind.filter(|movement| movement.step == Step::Done).map(|movement| movement.reference.clone())
        };
        let captures: Vec<String> = done(Kind::Capture).collect();
        let Some(capture) = captures.first().cloned() else { return };
        match self.dice.below(8) {
            0..=2 => match self.till.sandbox.open_dispute(provider, &capture) {
                Ok(dispute) => {
                    self.live[place].disputes.push(dispute);
                    self.acts.done("dispute");
                }
                Err(_) => self.acts.refused("dispute"),
            },
            3 | 4 => {
                let amount = Money::new(self.dice.between(1, 3_000), dossier.payment.currency);
                let by_hand = Refund { key: self.name("by-hand-"), capture, amount };
                self.till.sandbox.faults().clear();
                match self.till.gateway(method).refund(&by_hand).await {
                    Ok(_) => self.acts.done("refund there"),
                    Err(_) => self.acts.refused("refund there"),
                }
            }
            _ => {
                let refunds: Vec<String> = done(Kind::Refund).collect();
                if !refunds.is_empty() {
                    let refund = refunds[self.dice.below(refunds.len())].clone();
                    if self.till.sandbox.fail_refund(provider, &refund).is_ok() {
                        self.acts.done("refund fails later");
                    }
                }
            }
        }
    }

    pub fn break_provider(&mut self) {
        let operation =
            self.dice.pick(&[Operation::Capture, Operation::Refund, Operation::Verify, Operation::Transfer]);
        let fault = self.dice.pick(&[Fault::LoseAnswer, Fault::Drop, Fault::Refuse(500), Fault::Refuse(429)]);
        self.till.sandbox.faults().next(operation, 1 + self.dice.below(2), fault);
    }

    /// The bank tells of a transfer: of the whole amount, of another one, or of something nobody knows.
    pub async fn import_statement(&mut self) {
        let by_bank = |known: &Known| matches!(known.method, "bank_transfer" | "invoice");
        let Some(place) = self.pick_live_by(by_bank) else { return };
        let id = self.live[place].id.to_string();
        let Some(Dossier { payment, claims, .. }) = self.dossier(&id).await else { return };
        let unpaid: i64 = claims.iter().map(|claim| claim.amount - claim.spread).sum();
        let owed = (payment.total - payment.cancelled - unpaid - payment.captured).max(0);
        let odd = self.dice.once_in(5);
        let amount = if odd { self.dice.between(1, 2 * owed + 100) } else { owed };
        if amount == 0 {
            return;
        }
        let amount = payment.money(amount);
        let said = if self.dice.once_in(12) { "for the goods" } else { &*payment.reference };
        let entry = self.name("E");
        let file = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Id>{entry}</Id>\
             <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct><Ntry><Amt Ccy=\"{}\">{}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt>\
             <AcctSvcrRef>{entry}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>x</EndToEndId></Refs>\
             <RmtInf><Ustrd>{said}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
            amount.currency.code(),
            amount.to_decimal()
        );
        let payments = self.till.payments();
        for _ in 0..=usize::from(self.dice.once_in(4)) {
            let done = payments.import_statements("terminal", file.as_bytes()).await;
            self.acts.note("statement", done);
        }
    }

    /// Finance works at its desk: lines of statements, refunds by hand, movements that hang or failed.
    pub async fn decide(&mut self) {
        let payments = self.till.payments();
        match self.dice.below(6) {
            0 => {
                let (_, open) = payments.list_statements().await.unwrap();
                let Some(line) = open.first() else { return };
                if self.dice.once_in(3) {
                    let done = payments.return_line(&self.desk, &line.id, "not ours").await;
                    self.acts.note("return money", done);
                } else if let Some(place) = self.pick_live() {
                    let order = self.live[place].id.to_string();
                    let done = self.till.payments().assign_line(&self.desk, &line.id, &order).await;
                    self.acts.note("assign", done);
                }
            }
            1 | 2 => {
                let payable = payments.desk().await.unwrap().payable;
                let refund = payable.iter().find(|movement| movement.kind == Kind::Refund);
                let Some(refund) = refund else { return };
                let done = payments.decide(&self.desk, &refund.id, Decision::Paid, "by hand").await;
                self.acts.note("pay by hand", done);
            }
            3 | 4 => self.decide_a_movement().await,
            _ => {
                let Some(place) = self.pick_live() else { return };
                let order = self.live[place].id.to_string();
                let done = self.till.payments().settle_attention(&self.desk, &order, "seen").await;
                self.acts.note("look at", done);
            }
        }
    }

    async fn decide_a_movement(&mut self) {
        let Some(place) = self.pick_live() else { return };
        let order = self.live[place].id.to_string();
        let Some(dossier) = self.dossier(&order).await else { return };
        let Some(movement) = self.pick_movement(&dossier) else { return };
        let payments = self.till.payments();
        // What the provider was asked for may be done there: that is not given up without a look.
        let gives_up = match movement.step {
            Step::Due => movement.asked_ms == 0 && self.dice.once_in(2),
            Step::Done => self.dice.once_in(4),
            _ => false,
        };
        if gives_up {
            let done = payments.decide(&self.desk, &movement.id, Decision::GiveUp, "enough").await;
            self.acts.note("give a movement up", done);
        } else {
            let done = payments.decide(&self.desk, &movement.id, Decision::Retry, "again").await;
            self.acts.note("retry", done);
        }
    }

    fn pick_movement(&mut self, dossier: &Dossier) -> Option<Movement> {
        // What nobody knows the outcome of is looked up before anything is decided of it.
        let known = |movement: &&Movement| movement.reason != "outcome_unknown";
        let known: Vec<&Movement> = dossier.movements.iter().filter(known).collect();
        let open: Vec<&Movement> =
            known.iter().copied().filter(|movement| movement.step != Step::Done).collect();
        let of = if open.is_empty() { known } else { open };
        (!of.is_empty()).then(|| of[self.dice.below(of.len())].clone())
    }

    /// Vendors are settled with, payouts approved, sent, paid by hand and taken back.
    pub async fn pay_out(&mut self) {
        let services = self.till.app.app.services.clone();
        let payouts = &services.payouts;
        let ids = self.payouts("").await;
        let some = (!ids.is_empty()).then(|| ids[self.dice.below(ids.len())].clone());
        match (self.dice.below(8), some) {
            (0 | 1, _) | (_, None) => {
                if self.dice.once_in(2) {
                    self.publish_rates().await;
                }
                let done = payouts.run_now(&self.desk).await;
                self.acts.note("settle with vendors", done);
            }
            (2 | 3, Some(id)) => {
                let open = self.payouts("open").await;
                let id = open.first().filter(|_| !self.dice.once_in(4)).unwrap_or(&id);
                let done = payouts.approve(&self.desk, id).await;
                self.acts.note("approve", done);
            }
            (4 | 5, _) => {
                let done = payouts.send_due().await;
                self.acts.note("send payouts", done);
            }
            (6, Some(id)) => {
                let due = self.payouts("due").await;
                let id = due.first().filter(|_| !self.dice.once_in(4)).unwrap_or(&id);
                let done = payouts.note_sent(&self.desk, id, "RUN-1").await;
                self.acts.note("pay out by hand", done);
            }
            (_, Some(id)) => {
                let done = payouts.cancel(&self.desk, &id).await;
                self.acts.note("take a payout back", done);
            }
        }
    }

    async fn payouts(&self, state: &str) -> Vec<String> {
        let sql = "SELECT id FROM payouts_payouts WHERE $1 = '' OR state = $1 ORDER BY created_ms, id";
        let query = sqlx::query_as::<_, (String,)>(sql).bind(state.to_owned());
        let rows = query.fetch_all(&mut *self.till.app.db.read().await.unwrap()).await.unwrap();
        rows.into_iter().map(|(id,)| id).collect()
    }

    async fn publish_rates(&mut self) {
        let day = jiff::Timestamp::from_millisecond(self.till.app.now_ms()).unwrap();
        let day = day.strftime("%Y-%m-%d");
        let rates = [(10_000, 11_000), (8_000, 9_000), (1_500_000, 1_700_000)].map(|(from, to)| {
            let rate = self.dice.between(from, to);
            format!("{}.{:04}", rate / 10_000, rate % 10_000)
        });
        let text = format!("Date,USD,GBP,JPY\n{day},{}\n", rates.join(","));
        self.till.app.app.services.accounting.import_rates(&self.desk, &text).await.unwrap();
    }
}
