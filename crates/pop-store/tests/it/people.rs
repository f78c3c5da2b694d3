//! Promotions, reviews and standings follow the feed.

use futures::executor::block_on;
use kiosk_edge_platform::Database;
use kiosk_edge_platform::native::NativeDb;
use kiosk_ids::{CartId, ProductId, PromotionId, ReviewId};
use kiosk_pop_store::carts::{self, Asked};
use kiosk_pop_store::catalog::list::{ListQuery, list};
use kiosk_pop_store::catalog::{self, apply::apply, reviews};
use kiosk_pop_store::loyalty;
use kiosk_pop_store::standings::Buyer;
use kiosk_wire::people::{Loyalty, Promotion, Rating, Review, Standing};
use kiosk_wire::{Change, FeedPage, Picture};

use crate::{database, number, product};

/// Applies a page twice, which is as good as once.
async fn tell(db: &NativeDb, changes: Vec<Change>) {
    let page = FeedPage { changes, next: 9, more: false };
    apply(db, &page).await.unwrap();
    apply(db, &page).await.unwrap();
}

fn promotion(name: &str, product: &str, from_ms: i64, until_ms: i64) -> Change {
    let (id, product) = (PromotionId::named(name).unwrap(), ProductId::named(product).unwrap());
    Change::Promotion(Promotion { id, product, from_ms, until_ms })
}

fn review(name: &str, written_ms: i64) -> Review {
    Review {
        id: ReviewId::named(name).unwrap(),
        product: ProductId::named("mug").unwrap(),
        stars: 4,
        title: "Fine".into(),
        body: "<b>Holds</b> tea.".into(),
        pictures: vec![Picture {
            hash: format!("hash-{name}"),
            ext: "webp".into(),
            alt: String::new(),
            widths: vec![],
        }],
        written_ms,
        answer: None,
    }
}

#[test]
fn a_promotion_runs_by_the_clock_of_the_pop() {
    block_on(async {
        let db = database().await;
        tell(&db, vec![promotion("a", "mug", 100, 200), promotion("b", "mug", 150, 300)]).await;
        for (now_ms, runs) in [(99, false), (100, true), (199, true), (250, true), (300, false)] {
            let view = catalog::product_by_handle(&db, "mug", now_ms).await.unwrap().unwrap();
            let query = ListQuery { limit: 5, now_ms, ..ListQuery::default() };
            let card = list(&db, &query).await.unwrap().cards.remove(0);
            let shown = catalog::promoted(&db, &["kitchen".to_owned()], now_ms, 4).await.unwrap();
            assert_eq!(
                (view.promoted, card.promoted, shown.len()),
                (runs, runs, usize::from(runs)),
                "{now_ms}"
            );
        }
        assert!(catalog::promoted(&db, &["garden".to_owned()], 150, 4).await.unwrap().is_empty());
        // Moved by the core, then taken back.
        tell(&db, vec![promotion("b", "mug", 400, 500)]).await;
        assert!(catalog::promoted(&db, &[], 250, 4).await.unwrap().is_empty());
        let id = PromotionId::named("b").unwrap();
        tell(&db, vec![Change::PromotionRemoved { id }]).await;
        assert!(catalog::promoted(&db, &[], 450, 4).await.unwrap().is_empty());
        db.batch(vec![catalog::prune_promotions(catalog::PROMOTED_KEPT_MS + 200)]).await.unwrap();
        assert_eq!(number(&db, "SELECT COUNT(*) FROM promotion").await, 1);
        db.batch(vec![catalog::prune_promotions(catalog::PROMOTED_KEPT_MS + 201)]).await.unwrap();
        assert_eq!(number(&db, "SELECT COUNT(*) FROM promotion").await, 0);
    });
}

#[test]
fn promoted_products_take_turns() {
    block_on(async {
        let db = database().await;
        let names = ["a", "b", "c", "d", "e", "f"];
        let products = names.map(|name| Change::Product(Box::new(product(name, name, name))));
        let promotions = names.map(|name| promotion(name, name, 0, i64::MAX));
        tell(&db, products.into_iter().chain(promotions).collect()).await;
        let mut shown = std::collections::BTreeSet::new();
        for minute in 0..6 {
            let cards = catalog::promoted(&db, &[], minute * 60_000, 2).await.unwrap();
            assert_eq!(cards.len(), 2);
            shown.extend(cards.into_iter().map(|card| card.id));
        }
        assert_eq!(shown.len(), names.len());
    });
}

#[test]
fn ratings_and_reviews_are_read_back_newest_first() {
    block_on(async {
        let db = database().await;
        let stars = async || catalog::product_by_handle(&db, "mug", 0).await.unwrap().unwrap().stars;
        assert_eq!(stars().await.count(), 0);
        let rating = Rating { product: ProductId::named("mug").unwrap(), counts: [0, 0, 0, 1, 2] };
        tell(&db, vec![Change::Rating(rating)]).await;
        assert_eq!((stars().await.count(), stars().await.average_tenths()), (3, Some(47)));
        let told = [review("a", 10), review("b", 30), review("c", 20), review("d", 20)];
        tell(&db, told.iter().cloned().map(|review| Change::Review(Box::new(review))).collect()).await;
        assert_eq!(number(&db, "SELECT COUNT(*) FROM media WHERE bytes IS NULL").await, 4);
        let mut names = Vec::new();
        let mut cursor = None;
        loop {
            let page = reviews::page(&db, "prd_mug", cursor.as_ref(), 3).await.unwrap();
            names.extend(page.reviews.iter().map(|review| review.id.to_string()));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(names, ["rev_b", "rev_d", "rev_c", "rev_a"]);
        let changed = Review { answer: Some("Thank you.".into()), written_ms: 40, ..review("a", 10) };
        let gone = Change::ReviewRemoved { id: ReviewId::named("b").unwrap() };
        tell(&db, vec![Change::Review(Box::new(changed.clone())), gone]).await;
        let page = reviews::page(&db, "prd_mug", None, 9).await.unwrap();
        assert_eq!((page.reviews.len(), &page.reviews[0], page.next), (3, &changed, None));
    });
}

#[test]
fn a_buyer_is_blocked_by_each_of_their_pseudonyms() {
    block_on(async {
        let db = database().await;
        let cart = CartId::named("a").unwrap();
        carts::create(&db, &cart, "hash", 0).await.unwrap();
        let blocked = async |buyer| {
            let asked = Asked { buyer, ..Asked::default() };
            carts::load(&db, &cart, asked).await.unwrap().unwrap().buyer_blocked
        };
        let standing = |blocked| Change::Standing(Standing { customer: "bad".into(), blocked, appeal: None });
        tell(&db, vec![standing(true)]).await;
        let good = Buyer { customer: Some("good"), account: Some("also good"), account_customer: None };
        assert!(!blocked(Buyer::default()).await && !blocked(good).await);
        assert!(blocked(Buyer { customer: Some("bad"), ..good }).await);
        assert!(blocked(Buyer { account: Some("bad"), ..good }).await);
        assert!(blocked(Buyer { account_customer: Some("bad"), ..good }).await);
        tell(&db, vec![standing(false)]).await;
        assert!(!blocked(Buyer { customer: Some("bad"), ..good }).await);
    });
}

#[test]
fn the_last_tier_that_was_told_holds() {
    block_on(async {
        let db = database().await;
        let kept = kiosk_money::Money::new(100, kiosk_money::Currency::EUR);
        let earned = |account: &str, tier: Option<&str>| Loyalty {
            account: account.into(),
            tier: tier.map(str::to_owned),
            kept,
            orders: 1,
            next: None,
        };
        tell(&db, vec![Change::Loyalty(earned("a", Some("bronze"))), Change::Loyalty(earned("b", None))])
            .await;
        tell(&db, vec![Change::Loyalty(earned("a", Some("silver")))]).await;
        assert_eq!(loyalty::get(&db, "a").await.unwrap(), Some(earned("a", Some("silver"))));
        assert_eq!(loyalty::get(&db, "b").await.unwrap(), Some(earned("b", None)));
        assert_eq!(loyalty::get(&db, "c").await.unwrap(), None);
    });
}
