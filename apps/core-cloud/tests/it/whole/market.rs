//! The market: a core with its providers, two POPs that sell, vendors, and what the test knows of each order.

use core_cloud::modules::members::service::Member;
use core_cloud::modules::orders::fulfilment;
use core_cloud::modules::orders::purchase::Purchase;
use core_cloud::modules::payouts::terms::TermsDraft;
use kiosk_ids::{OrderId, VendorId};
use kiosk_money::Currency;
use kiosk_password::Password;

use super::dice::{Acts, Dice};
use super::money::Post;
use super::stock::{Pop, Shelves};
use crate::harness::{PASSWORD, TestApp};
use crate::payments::support::Till;

pub const CURRENCIES: [Currency; 4] = [Currency::EUR, Currency::USD, Currency::GBP, Currency::JPY];
/// Each with its country, and with how it is paid.
pub const VENDORS: [(&str, &str, &str, &str); 4] = [
    ("ven_berlin", "DE", "stripe", "EUR"),
    ("ven_lyon", "FR", "bank", "EUR"),
    ("ven_austin", "US", "paypal", "USD"),
    ("ven_leeds", "GB", "stripe", "JPY"),
];
const HOUR_MS: i64 = 3_600_000;
/// Orders that are at work at once.
const LIVE_MAX: usize = 50;

/// An order as the test knows it.
pub struct Known {
    pub id: OrderId,
    pub method: &'static str,
    /// Its provider's webhooks are lost: what nobody asks for there, nobody hears of.
    pub silent: bool,
    /// Disputes that are open.
    pub disputes: Vec<String>,
    /// Operations that were tried on it.
    pub acts: u32,
}

pub struct Market {
    pub till: Till,
    pub dice: Dice,
    pub acts: Acts,
    seed: u64,
    pub step: u32,
    /// Finance, who may do all of this.
    pub desk: Member,
    pub pops: [Pop; 2],
    pub live: Vec<Known>,
    /// Orders that the operation touched.
    pub touched: Vec<OrderId>,
    pub post: Post,
    pub shelves: Shelves,
    /// The last entry of the journal that was checked.
    pub booked: i64,
    names: u32,
}

#[derive(Clone, Copy)]
enum Act {
    Buy,
    Tell,
    Lease,
    Goods,
    Hear,
    Settle,
    Webhooks,
    Reconcile,
    Dispute,
    Bank,
    Desk,
    PayOut,
    Fault,
    Restock,
}

impl Market {
    pub async fn open(app: TestApp, seed: u64) -> Self {
        let till = Till::open(app).await;
        let members = &till.app.app.services.members;
        let password = || Password::new(PASSWORD.to_owned());
        members.ensure_owner("desk@kiosk.test", "Desk", password()).await.unwrap();
        let desk = members.log_in("desk@kiosk.test", password()).await.unwrap().member;
        let mut market = Self {
            till,
            dice: Dice(seed),
            acts: Acts::default(),
            seed,
            step: 0,
            desk,
            pops: [Pop::new("eu-1"), Pop::new("us-1")],
            live: Vec::new(),
            touched: Vec::new(),
            post: Post::default(),
            shelves: Shelves::default(),
            booked: 0,
            names: 0,
        };
        market.stock_up().await;
        market.agree_on_terms().await;
        market
    }

    async fn agree_on_terms(&self) {
        let services = &self.till.app.app.services;
        services.accounting.add_plan(&self.desk, ("", ""), ("12.5", "2026-11-18")).await.unwrap();
        services.accounting.add_plan(&self.desk, ("ven_lyon", ""), ("7.7777", "2026-11-18")).await.unwrap();
        for (vendor, _, provider, currency) in VENDORS {
            let draft = TermsDraft {
                schedule: "weekly",
                currency,
                minimum: "5",
                reserve: if provider == "stripe" { "10" } else { "0" },
                reserve_days: "14",
                provider,
                destination: match provider {
                    "paypal" => "vendor@example.com",
                    "bank" => "DE89370400440532013000",
                    _ => "acct_of_the_vendor",
                },
            };
            services.payouts.set_terms(&self.desk, &vendor.parse().unwrap(), &draft).await.unwrap();
        }
        let lyon: VendorId = "ven_lyon".parse().unwrap();
        services.warehouse.add(&lyon, "Overseas", "US").await.unwrap();
        let warehouses = services.warehouse.list(&lyon).await.unwrap();
        let overseas = warehouses.iter().find(|warehouse| !warehouse.main).unwrap().id.parse().unwrap();
        for item in ["BOOK", "PEN"] {
            services.warehouse.set_stock(&lyon, &overseas, item, "300").await.unwrap();
        }
    }

    /// Where it is, for what failed.
    pub fn at(&self) -> String {
        format!("seed {}, step {}", self.seed, self.step)
    }

    pub fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}{}", self.names)
    }

    /// One operation, and a while.
    pub async fn act(&mut self) {
        self.touched.clear();
        self.pass_time().await;
        let buys = if self.live.len() < LIVE_MAX { 10 } else { 1 };
        let act = self.dice.weighted(vec![
            (buys, Act::Buy),
            (8, Act::Tell),
            (1, Act::Lease),
            (42, Act::Goods),
            (12, Act::Hear),
            (10, Act::Settle),
            (10, Act::Webhooks),
            (2, Act::Reconcile),
            (4, Act::Dispute),
            (8, Act::Bank),
            (6, Act::Desk),
            (2, Act::PayOut),
            (2, Act::Fault),
            (usize::from(self.step.is_multiple_of(10)), Act::Restock),
        ]);
        match act.unwrap() {
            Act::Buy => self.buy().await,
            Act::Tell => self.tell_core().await,
            Act::Lease => self.lease().await,
            Act::Goods => self.handle_goods().await,
            Act::Hear => self.hear().await,
            Act::Settle => self.settle().await,
            Act::Webhooks => self.deliver_webhooks().await,
            Act::Reconcile => self.reconcile().await,
            Act::Dispute => self.act_at_provider().await,
            Act::Bank => self.import_statement().await,
            Act::Desk => self.decide().await,
            Act::PayOut => self.pay_out().await,
            Act::Fault => self.break_provider(),
            Act::Restock => self.restock().await,
        }
        self.retire();
    }

    /// Seconds mostly, hours at times, seldom days.
    async fn pass_time(&mut self) {
        self.till.app.advance_ms(self.dice.between(0, 20_000));
        if self.dice.once_in(60) {
            self.till.app.advance_ms(self.dice.between(1, 6) * HOUR_MS);
        }
        // A transfer whose answer is lost for a day is another test's.
        let asked =
            "SELECT id FROM payments_movements WHERE state = 'due' AND asked_ms > 0 AND order_id = ''";
        if self.dice.once_in(500) && self.till.app.column(asked).await.is_empty() {
            self.till.app.advance_ms(self.dice.between(20, 80) * HOUR_MS);
        }
    }

    /// Orders that were worked on long enough make place for others.
    fn retire(&mut self) {
        if !self.live.is_empty() {
            let place = self.dice.below(self.live.len());
            if self.live[place].acts > 10 && self.dice.once_in(4) {
                self.live.swap_remove(place);
            }
        }
    }

    /// An order that is at work.
    pub fn pick_live(&mut self) -> Option<usize> {
        self.pick_live_by(|_| true)
    }

    /// One of those that fit.
    pub fn pick_live_by(&mut self, fits: impl Fn(&Known) -> bool) -> Option<usize> {
        let places: Vec<usize> = (0..self.live.len()).filter(|place| fits(&self.live[*place])).collect();
        if places.is_empty() {
            return None;
        }
        let place = self.dice.pick(&places);
        self.live[place].acts += 1;
        self.touched.push(self.live[place].id.clone());
        Some(place)
    }

    /// A purchase, when the core has it.
    pub async fn look(&self, id: &OrderId) -> Option<Purchase> {
        let mut tx = self.till.app.db.begin().await.unwrap();
        fulfilment::get(&mut tx, id).await.unwrap()
    }
}
