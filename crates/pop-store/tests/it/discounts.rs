//! Discounts and gift cards: what the feed tells of them, what a cart may use, and budgets that several POPs spend from.

use futures::executor::block_on;
use kiosk_edge_platform::Database;
use kiosk_edge_platform::Statement;
use kiosk_edge_platform::native::NativeDb;
use kiosk_ids::{CartId, DiscountId, GiftCardId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::discounts::{
    self, DISCOUNTS_KEPT_MS, GIFT_CARDS_MAX, GUESS_WINDOW_MS, GUESSES_MAX, UseChange,
};
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::leases::{self, ASK_AGAIN_MS, IDLE_MS};
use kiosk_pop_store::{carts, catalog};
use kiosk_wire::{
    Category, Change, Discount, DiscountBudget, DiscountRate, FeedPage, GiftCard, LeaseReply, LeaseState,
    StockTake,
};
use proptest::prelude::*;

use crate::leases::take_item;
use crate::{INCARNATION, database, number, sku};

fn discount(name: &str) -> Discount {
    Discount {
        id: DiscountId::named(name).unwrap(),
        code: None,
        name: name.to_owned(),
        vendor: None,
        categories: vec![],
        products: vec![],
        rate: DiscountRate::Amount { amount: Money::new(500, Currency::EUR) },
        goods_min: None,
        from_ms: 10,
        until_ms: 1_000_000,
        budget: None,
    }
}

fn budgeted(name: &str, currency: Option<Currency>) -> Discount {
    Discount { budget: Some(DiscountBudget { item: sku("BUDGET"), currency }), ..discount(name) }
}

fn card(name: &str) -> GiftCard {
    GiftCard {
        id: GiftCardId::named(name).unwrap(),
        code_hash: GiftCard::hash_of(name),
        item: sku(&format!("CARD-{}", name.to_uppercase())),
        currency: Currency::EUR,
        until_ms: 1_000_000,
        active: true,
    }
}

async fn tell(db: &NativeDb, changes: Vec<Change>) {
    let page = FeedPage { changes, next: 9, more: false };
    catalog::apply::apply(db, &page).await.unwrap();
}

async fn cart(db: &NativeDb) -> CartId {
    let id = CartId::named("shopper").unwrap();
    carts::create(db, &id, "hash", 0).await.unwrap();
    id
}

fn change(cart: &CartId) -> UseChange<'_> {
    UseChange { cart, version: None, now_ms: 20 }
}

async fn names(db: &NativeDb, cart: &CartId, code: Option<&str>, now_ms: i64) -> Vec<String> {
    let offers = discounts::load(db, cart, code, now_ms).await.unwrap();
    offers.discounts.into_iter().map(|offer| offer.discount.name).collect()
}

#[test]
fn a_cart_may_use_what_runs_for_its_vendors_and_its_code() {
    block_on(async {
        let db = database().await;
        let cart = cart(&db).await;
        let coded = Discount { code: Some("SUMMER".into()), from_ms: 0, ..discount("coded") };
        let of = |name: &str| Discount { vendor: Some(VendorId::named(name).unwrap()), ..discount(name) };
        let changes = [discount("all"), of("clay"), of("other"), coded];
        tell(&db, changes.into_iter().map(|it| Change::Discount(Box::new(it))).collect()).await;
        assert_eq!(names(&db, &cart, None, 20).await, ["all"]);
        let line = carts::LineChange { cart: &cart, version: None, sku: &sku("MUG"), now_ms: 20 };
        carts::put_line(&db, line, 1, Money::new(1_999, Currency::EUR)).await.unwrap();
        assert_eq!(names(&db, &cart, None, 20).await, ["all", "clay"]);
        assert_eq!(names(&db, &cart, Some("SUMMER"), 20).await, ["all", "clay", "coded"]);
        // They begin and end by the POP's clock.
        assert_eq!(names(&db, &cart, Some("SUMMER"), 9).await, ["coded"]);
        assert!(names(&db, &cart, Some("SUMMER"), 1_000_000).await.is_empty());
        tell(&db, vec![Change::DiscountRemoved { id: DiscountId::named("all").unwrap() }]).await;
        assert_eq!(names(&db, &cart, None, 20).await, ["clay"]);
        for sql in discounts::prune(1_000_001 + DISCOUNTS_KEPT_MS) {
            db.batch(vec![sql]).await.unwrap();
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM discount").await, 0);
    });
}

#[test]
fn categories_are_known_with_those_above_them() {
    block_on(async {
        let db = database().await;
        let category = |slug: &str, parent: Option<&str>| {
            Change::Category(Category {
                slug: slug.into(),
                name: slug.into(),
                parent: parent.map(Into::into),
                position: 0,
                blurb: String::new(),
                attributes: vec![],
            })
        };
        // A ring, which the core refuses, does not hang a checkout.
        tell(&db, vec![category("kitchen", Some("home")), category("home", None)]).await;
        let of_mug = async || catalog::categories_of(&db, &["prd_mug", "prd_none"]).await.unwrap();
        assert_eq!(of_mug().await["prd_mug"], ["kitchen", "home"]);
        tell(&db, vec![category("home", Some("kitchen"))]).await;
        assert!(of_mug().await["prd_mug"].len() <= 10);
    });
}

#[test]
fn budgets_are_leased_ahead_while_they_run_and_given_back_after() {
    block_on(async {
        let db = database().await;
        tell(
            &db,
            vec![
                Change::Discount(Box::new(budgeted("b", Some(Currency::EUR)))),
                Change::GiftCard(card("one")),
            ],
        )
        .await;
        let due = async |now_ms| {
            let wants = leases::due(&db, now_ms, 10).await.unwrap();
            wants.into_iter().map(|want| (want.ask.item.to_string(), want.ask.units)).collect::<Vec<_>>()
        };
        assert_eq!(due(ASK_AGAIN_MS).await, [("BUDGET".to_owned(), 10_000), ("MUG".to_owned(), 8)]);
        // Balances are asked for by shoppers only, budgets no longer than they run.
        discounts::open_lease(&db, &card("one")).await.unwrap();
        assert_eq!(due(ASK_AGAIN_MS).await.len(), 2);
        assert_eq!(due(1_000_000).await, [("MUG".to_owned(), 8)]);
        for item in ["BUDGET", "CARD-ONE"] {
            grant(&db, item, 10_000).await;
        }
        let idle = async || leases::idle(&db, IDLE_MS + 1).await.unwrap();
        let returned = |item: &str, units| StockTake { item: sku(item), epoch: 1, units };
        assert_eq!(idle().await, [returned("CARD-ONE", 10_000)]);
        tell(&db, vec![Change::DiscountRemoved { id: DiscountId::named("b").unwrap() }]).await;
        assert_eq!(idle().await, [returned("BUDGET", 10_000), returned("CARD-ONE", 10_000)]);
        for _ in 0..20 {
            db.batch(leases::decay(IDLE_MS + 1).into()).await.unwrap();
        }
        assert_eq!(number(&db, "SELECT SUM(target) FROM lease WHERE item <> 'MUG'").await, 0);
    });
}

async fn grant(db: &NativeDb, item: &str, granted: u64) {
    let lease = LeaseState { item: sku(item), epoch: 1, granted, available: 0 };
    let reply = LeaseReply { now_ms: 0, expires_ms: 60_000, leases: vec![lease], fenced: vec![], fence: 0 };
    leases::apply(db, &[], &reply, 0, INCARNATION).await.unwrap();
}

#[test]
fn a_cart_keeps_its_code_and_its_gift_cards() {
    block_on(async {
        let db = database().await;
        let cart = cart(&db).await;
        let names: Vec<String> = (0..=GIFT_CARDS_MAX).map(|number| format!("c{number}")).collect();
        tell(&db, names.iter().map(|name| Change::GiftCard(card(name))).collect()).await;
        discounts::put_code(&db, change(&cart), Some("SUMMER")).await.unwrap();
        for name in &names[1..] {
            discounts::add_card(&db, change(&cart), &card(name)).await.unwrap();
        }
        let full = discounts::add_card(&db, change(&cart), &card("c0")).await.unwrap_err();
        assert!(Guard::GiftCardsHaveRoom.broke(&full));
        let stale = UseChange { version: Some(1), ..change(&cart) };
        let stale = discounts::put_code(&db, stale, None).await.unwrap_err();
        assert!(Guard::CartVersionIsCurrent.broke(&stale));
        let kept = carts::load(&db, &cart, carts::Asked::default()).await.unwrap().unwrap().cart;
        assert_eq!((kept.code.as_deref(), kept.version), (Some("SUMMER"), 2 + u64::from(GIFT_CARDS_MAX)));
        discounts::remove_card(&db, change(&cart), &card("c2").id).await.unwrap();
        let used = discounts::load(&db, &cart, None, 20).await.unwrap().cards;
        let used: Vec<_> = used.iter().map(|used| used.card.id.as_str()).collect();
        assert_eq!(used, ["gft_c1", "gft_c3", "gft_c4", "gft_c5"]);
        let hash = GiftCard::hash_of("C1");
        let found = discounts::card_by_hash(&db, &hash).await.unwrap().unwrap();
        assert_eq!(found, card("c1"), "a code is found in either case");
        assert_eq!(discounts::card_by_hash(&db, "none").await.unwrap(), None);
        for sql in carts::prune(carts::CART_KEPT_MS + 21) {
            db.batch(vec![sql]).await.unwrap();
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM cart_gift_card").await, 0);
    });
}

#[test]
fn codes_are_tried_a_few_times_in_a_while() {
    block_on(async {
        let db = database().await;
        let cart = cart(&db).await;
        let first_ms = GUESS_WINDOW_MS;
        for _ in 0..GUESSES_MAX {
            discounts::count_guess(&db, &cart, first_ms).await.unwrap();
        }
        let refused = discounts::count_guess(&db, &cart, first_ms + GUESS_WINDOW_MS - 1).await.unwrap_err();
        assert!(Guard::GuessesHaveRoom.broke(&refused));
        discounts::count_guess(&db, &cart, first_ms + GUESS_WINDOW_MS).await.unwrap();
        assert_eq!(number(&db, "SELECT guesses FROM cart").await, 1);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// POPs that share a budget, each with leases of its own and orders that race: what they spend was granted.
    #[test]
    fn a_budget_is_never_overspent(
        budget in 0_u64..3_000,
        steps in prop::collection::vec((0_usize..3, prop::option::of(1_u64..900), 1_u32..700), 1..25),
    ) {
        block_on(async {
            let pops = [database().await, database().await, database().await];
            for pop in &pops {
                tell(pop, vec![Change::Discount(Box::new(budgeted("b", Some(Currency::EUR))))]).await;
                grant(pop, "MUG", 100).await;
            }
            let (mut left, mut granted, mut spent) = (budget, [0_u64; 3], 0);
            for (pop, ask, units) in steps {
                if let Some(ask) = ask {
                    let given = ask.min(left);
                    left -= given;
                    granted[pop] += given;
                    grant(&pops[pop], "BUDGET", granted[pop]).await;
                }
                let take = StockTake { item: sku("BUDGET"), epoch: 1, units };
                if take_item(&pops[pop], take, 0).await.is_ok() {
                    spent += u64::from(units);
                }
            }
            let mut taken = 0;
            for pop in &pops {
                let select = Statement::new("SELECT taken FROM lease WHERE item = 'BUDGET'");
                taken += pop.query(select).await.unwrap()[0].get::<u64>(0).unwrap();
            }
            assert_eq!(taken, spent);
            assert!(spent + left <= budget);
        });
    }
}
