//! Leases: counters that only grow within an epoch, and stock that cannot be overdrawn.

use futures::executor::block_on;
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::{CartId, DiscountId, EventId, OrderId, PaymentId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::checkout::{self, NewOrder};
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::idempotency::Remembered;
use kiosk_pop_store::leases::{self, ASK_AGAIN_MS, IDLE_MS, Want};
use kiosk_pop_store::standings::Buyer;
use kiosk_pop_store::{StoreError, carts};
use kiosk_privacy::{Address, Contact, Personal, Shopper};
use kiosk_risk::IdentityKeys;
use kiosk_wire::{DiscountUse, FraudRecord, LeaseReply, LeaseState, OrderRecord, PaymentRecord, StockTake};
use proptest::prelude::*;

use crate::{INCARNATION, database, number, sku};

fn reply(epoch: u64, granted: u64) -> LeaseReply {
    let lease = LeaseState { item: sku("MUG"), epoch, granted, available: 50 };
    LeaseReply { now_ms: 1_000, expires_ms: 61_000, leases: vec![lease], fenced: vec![], fence: 0 }
}

async fn apply(db: &NativeDb, wants: &[Want], epoch: u64, granted: u64) -> u64 {
    leases::apply(db, wants, &reply(epoch, granted), 0, INCARNATION).await.unwrap()
}

/// Sells units from the lease by an order of its own.
async fn take(db: &NativeDb, epoch: u64, units: u32, until_ms: i64) -> Result<(), StoreError> {
    take_item(db, StockTake { item: sku("MUG"), epoch, units }, until_ms).await
}

pub async fn take_item(db: &NativeDb, take: StockTake, until_ms: i64) -> Result<(), StoreError> {
    let name = format!("n{}", number(db, "SELECT COUNT(*) FROM cart").await);
    let cart = CartId::named(&name).unwrap();
    carts::create(db, &cart, "hash", 0).await.unwrap();
    let eur = |amount| Money::new(amount, Currency::EUR);
    let record = OrderRecord {
        id: OrderId::named(&name).unwrap(),
        cart,
        region: "eu".into(),
        placed_ms: 7,
        customer: "c".into(),
        account: None,
        country: "DE".into(),
        area: "10".into(),
        lines: vec![],
        takes: if take.item == sku("BUDGET") { vec![] } else { vec![take.clone()] },
        subtotal: eur(10),
        delivery: eur(0),
        delivery_tax: None,
        discounts: if take.item == sku("BUDGET") { vec![spent(take)] } else { vec![] },
        gift_cards: Vec::new(),
        total: eur(10),
        delivery_kind: "parcel".into(),
        payment: PaymentRecord {
            id: PaymentId::named(&name).unwrap(),
            method: "invoice".into(),
            provider: None,
            reference: None,
            started: None,
        },
        fraud: FraudRecord { outcome: "allow".into(), model: "m".into(), ..FraudRecord::default() },
    };
    let person = |text: &str| Personal::new(text.to_owned());
    let contact = Contact { name: person("A"), email: person("a@b.c"), phone: None };
    let address = Address {
        street: person("S"),
        extra: None,
        postcode: person("1"),
        city: person("C"),
        country: "DE".into(),
    };
    let order = NewOrder {
        record,
        status: "placed",
        shopper: &Shopper { contact, address },
        buyer: Buyer::default(),
        lines: "[]".into(),
        sums: "{}".into(),
        event: EventId::named(&name).unwrap(),
        cart_version: 1,
        leases_until_ms: until_ms,
        awaits: None,
        keys: &IdentityKeys { customer: Some(name.clone()), ..IdentityKeys::default() },
        key: "key",
        answer: Remembered { request_hash: "h".into(), status: 201, response: "{}".into() },
    };
    checkout::place(db, order).await
}

/// A discount that takes this of its budget.
fn spent(take: StockTake) -> DiscountUse {
    let amount = Money::new(i64::from(take.units), Currency::EUR);
    DiscountUse { discount: DiscountId::named("b").unwrap(), amount, take: Some(take) }
}

/// What a checkout leaves, beside its cart: all of it or nothing.
async fn traces(db: &NativeDb) -> [i64; 6] {
    [
        number(db, "SELECT COUNT(*) FROM orders").await,
        number(db, "SELECT COUNT(*) FROM order_person").await,
        number(db, "SELECT COUNT(*) FROM velocity").await,
        number(db, "SELECT COUNT(*) FROM idempotency").await,
        number(db, "SELECT COUNT(*) FROM outbox").await,
        number(db, "SELECT COUNT(*) FROM cart WHERE order_id IS NOT NULL").await,
    ]
}

async fn counters(db: &NativeDb) -> (i64, i64, i64, i64) {
    let rows = db.query(Statement::new("SELECT epoch, granted, taken, returned FROM lease")).await.unwrap();
    let get = |column| rows[0].get::<i64>(column).unwrap();
    (get(0), get(1), get(2), get(3))
}

#[test]
fn an_item_is_asked_for_until_half_its_target_is_here() {
    block_on(async {
        let db = database().await;
        let due = async |now_ms| leases::due(&db, now_ms, 10).await.unwrap();
        let wants = due(ASK_AGAIN_MS).await;
        assert_eq!((wants[0].ask.epoch, wants[0].ask.granted_seen, wants[0].ask.units), (0, 0, 8));
        // Less than was wanted: asked again, but not at once.
        assert_eq!(leases::apply(&db, &wants, &reply(1, 3), ASK_AGAIN_MS, INCARNATION).await.unwrap(), 3);
        assert_eq!(due(2 * ASK_AGAIN_MS - 1).await, []);
        let wants = due(2 * ASK_AGAIN_MS).await;
        assert_eq!((wants[0].ask.epoch, wants[0].ask.granted_seen, wants[0].ask.units), (1, 3, 5));
        assert_eq!(apply(&db, &wants, 1, 8).await, 5);
        assert_eq!(due(2 * ASK_AGAIN_MS).await, []);
        take(&db, 1, 5, 0).await.unwrap();
        assert_eq!(due(2 * ASK_AGAIN_MS).await[0].ask.units, 5);
    });
}

#[test]
fn stock_is_taken_from_a_running_lease_of_the_right_epoch_and_no_further() {
    block_on(async {
        let db = database().await;
        apply(&db, &[], 2, 8).await;
        take(&db, 2, 5, 59_999).await.unwrap();
        let overdrawn = take(&db, 2, 4, 0).await.unwrap_err();
        assert!(matches!(&overdrawn, StoreError::Db(error) if error.violates("lease_not_overdrawn")));
        assert!(Guard::LeaseEpochsAreCurrent.broke(&take(&db, 1, 1, 0).await.unwrap_err()));
        // Sixty seconds of the core's clock, from the moment that the POP asked.
        assert!(Guard::LeasesHaveNotLapsed.broke(&take(&db, 2, 1, 60_000).await.unwrap_err()));
        assert_eq!((counters(&db).await, traces(&db).await), ((2, 8, 5, 0), [1; 6]));
        take(&db, 2, 3, 0).await.unwrap();
        assert_eq!((counters(&db).await, traces(&db).await), ((2, 8, 8, 0), [2; 6]));
        assert_eq!(number(&db, "SELECT COUNT(*) FROM guard").await, 0);
    });
}

#[test]
fn without_a_lease_nothing_can_be_taken() {
    block_on(async {
        let db = database().await;
        assert!(Guard::LeasesHaveNotLapsed.broke(&take(&db, 0, 1, 0).await.unwrap_err()));
        apply(&db, &[], 1, 8).await;
        let unknown = StockTake { item: sku("OTHER"), epoch: 1, units: 1 };
        let error = take_item(&db, unknown, 0).await.unwrap_err();
        assert!(Guard::LeaseEpochsAreCurrent.broke(&error));
        assert_eq!(traces(&db).await, [0; 6]);
    });
}

const RETURNS: &str = "SELECT COUNT(*) FROM outbox WHERE body LIKE '%stock_returned%'";

#[test]
fn what_is_given_back_is_told_in_the_same_batch() {
    block_on(async {
        let db = database().await;
        apply(&db, &[], 1, 20).await;
        let now_ms = IDLE_MS + 1;
        let idle = leases::idle(&db, now_ms).await.unwrap();
        assert_eq!(idle, [StockTake { item: sku("MUG"), epoch: 1, units: 12 }]);
        let event = || EventId::fresh(now_ms, &[1; 10]);
        // Sold meanwhile: nothing is given back and nothing is told.
        take(&db, 1, 10, 0).await.unwrap();
        leases::give_back(&db, vec![(event(), idle[0].clone())], now_ms).await.unwrap_err();
        assert_eq!((counters(&db).await, number(&db, RETURNS).await), ((1, 20, 10, 0), 0));
        let rest = StockTake { units: 2, ..idle[0].clone() };
        leases::give_back(&db, vec![(event(), rest)], now_ms).await.unwrap();
        assert_eq!((counters(&db).await, number(&db, RETURNS).await), ((1, 20, 10, 2), 1));
    });
}

#[test]
fn an_answer_to_another_incarnation_is_not_taken_over() {
    block_on(async {
        let db = database().await;
        apply(&db, &[], 1, 8).await;
        leases::apply(&db, &[], &reply(2, 20), 5, "another").await.unwrap();
        assert_eq!(counters(&db).await, (1, 8, 0, 0));
        assert_eq!(number(&db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'contact_ms'").await, 0);
    });
}

#[test]
fn idle_targets_fall_to_one() {
    block_on(async {
        let db = database().await;
        for target in [4, 2, 1, 1] {
            db.batch(leases::decay(IDLE_MS + 1).into()).await.unwrap();
            assert_eq!(number(&db, "SELECT target FROM lease").await, target);
        }
    });
}

proptest! {
    /// Answers that are lost, doubled or late end in the same counters, and never let more be sold than was granted.
    #[test]
    fn answers_may_come_in_any_order_and_number(
        mut answers in proptest::collection::vec((1_u64..4, 0_u64..20), 1..12),
        sales in proptest::collection::vec(1_u32..6, 12),
    ) {
        block_on(async {
            let db = database().await;
            let last = (3, 20 + answers.len() as u64);
            answers.push(last);
            let mut epoch = 0;
            for ((told, granted), units) in answers.iter().zip(&sales) {
                // Within an epoch the core's counter only grows; an older answer tells less.
                apply(&db, &[], *told, *granted).await;
                epoch = epoch.max(*told);
                let before = counters(&db).await;
                let sold = take(&db, epoch, *units, 0).await.is_ok();
                assert_eq!(sold, before.2 + i64::from(*units) <= before.1);
            }
            let (epoch, granted, taken, returned) = counters(&db).await;
            assert_eq!(u64::try_from(epoch).unwrap(), 3);
            assert!(taken + returned <= granted);
            apply(&db, &[], last.0, last.1).await;
            let (_, granted, ..) = counters(&db).await;
            assert_eq!(granted.unsigned_abs(), last.1);
        });
    }
}
