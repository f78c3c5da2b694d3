//! Reviews: only who bought and received writes one, a moderator publishes it, and the rating always adds up.

use core_cloud::modules::members::policy::Role;
use kiosk_ids::ReviewId;
use kiosk_wire::people::{Review, ReviewRecord};
use kiosk_wire::{Change, Event, EventBody};

use crate::harness::*;

on_both_databases!(
    a_review_goes_through_the_queue_to_all_pops,
    only_who_has_the_product_is_taken,
    a_vendor_answers_its_own_products_reviews_only,
    a_poison_review_stops_nothing,
    pictures_are_those_that_were_handed_in,
    the_rating_is_always_a_recount,
    every_role_does_what_it_may,
);

/// `account` reviews the product that it bought.
fn record(id: &str, account: &str, product: &str, stars: u8) -> ReviewRecord {
    ReviewRecord {
        id: ReviewId::named(id).unwrap(),
        account: account.to_owned(),
        product: kiosk_ids::ProductId::named(product).unwrap(),
        stars,
        title: "Fine <b>mug</b>".to_owned(),
        body: "<script>alert(1)</script> holds tea".to_owned(),
        uploads: Vec::new(),
        written_ms: START_MS,
    }
}

fn written(seq: u64, record: ReviewRecord) -> Event {
    event(seq, EventBody::ReviewWritten(Box::new(record)))
}

/// Accounts that bought a mug and have it, from event 1 on.
async fn buyers(app: &TestApp, accounts: &[&str]) -> u64 {
    let names: Vec<String> = accounts.iter().map(|account| format!("of-{account}")).collect();
    let orders =
        names.iter().zip(accounts).map(|(name, account)| order_of(name, account, &[("mug", "test")]));
    app.sold(1, orders.collect()).await;
    let support = app.staff(Role::Support).await;
    for name in names {
        let path = format!("/admin/orders/ord_{name}/parcels/ven_test");
        for status in ["shipped", "delivered"] {
            assert_eq!(app.post(&path, &support, &[("status", status)]).await.status, 303);
        }
    }
    accounts.len() as u64 + 1
}

/// The reviews and ratings that a POP is told.
async fn told(app: &TestApp) -> (Vec<Review>, Vec<ReviewId>, Vec<(String, [u32; 5])>) {
    let (mut reviews, mut removed, mut ratings) = (Vec::new(), Vec::new(), Vec::new());
    for change in app.told("us-1").await {
        match change {
            Change::Review(review) => reviews.push(*review),
            Change::ReviewRemoved { id } => removed.push(id),
            Change::Rating(rating) => ratings.push((rating.product.to_string(), rating.counts)),
            _ => {}
        }
    }
    (reviews, removed, ratings)
}

async fn a_review_goes_through_the_queue_to_all_pops(app: TestApp) {
    let next = buyers(&app, &["acc-1"]).await;
    app.delivered(vec![written(next, record("r", "acc-1", "mug", 4))]).await;
    assert_eq!(told(&app).await, (vec![], vec![], vec![]), "nothing is shown before a moderator says so");
    let moderator = app.staff(Role::Moderator).await;
    let queue = app.page("/admin/reviews", &moderator).await.text();
    assert!(queue.contains("rev_r") && queue.contains("Fine &lt;b&gt;mug"), "{queue}");
    let page = app.page("/admin/reviews/rev_r", &moderator).await.text();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "HTML is text");
    let act = async |act: &str, reason: &str| {
        app.post(&format!("/admin/reviews/rev_r/{act}"), &moderator, &[("reason", reason)]).await.status
    };
    assert_eq!(act("publish", "").await, 303);
    assert_eq!(act("publish", "").await, 422, "nothing waits");
    let (reviews, removed, ratings) = told(&app).await;
    assert_eq!((reviews[0].stars, reviews[0].title.as_str()), (4, "Fine <b>mug</b>"));
    assert_eq!((removed, ratings), (vec![], vec![("prd_mug".to_owned(), [0, 0, 0, 1, 0])]));
    // A change waits; what is shown stays.
    app.delivered(vec![written(next + 1, record("r", "acc-1", "mug", 1))]).await;
    assert_eq!(told(&app).await.0[0].stars, 4);
    assert_eq!(act("refuse", " ").await, 422, "a reason is required");
    assert_eq!(act("refuse", "rude").await, 303);
    assert_eq!(told(&app).await.0[0].stars, 4);
    app.delivered(vec![written(next + 2, record("r", "acc-1", "mug", 2))]).await;
    assert_eq!(act("publish", "").await, 303);
    assert_eq!(told(&app).await.2, [("prd_mug".to_owned(), [0, 1, 0, 0, 0])]);
    assert_eq!(act("remove", "spam").await, 303);
    let (reviews, removed, ratings) = told(&app).await;
    assert_eq!((reviews.len(), removed.len()), (0, 1));
    assert_eq!(ratings, [("prd_mug".to_owned(), [0; 5])]);
    // Its writer changes it once more, and takes it back while it waits.
    app.delivered(vec![written(next + 3, record("r", "acc-1", "mug", 5))]).await;
    assert_eq!(act("publish", "").await, 303);
    let withdrawn = EventBody::ReviewWithdrawn { id: ReviewId::named("r").unwrap() };
    app.delivered(vec![event(next + 4, withdrawn)]).await;
    assert_eq!(told(&app).await.2, [("prd_mug".to_owned(), [0; 5])]);
    let kept = app.column("SELECT COALESCE(draft, shown, answer, '') FROM reviews_reviews").await;
    assert_eq!(kept, [""], "nothing of its text stays");
    let log = app.page("/admin/audit?q=review.", &app.staff(Role::Owner).await).await.text();
    assert!(log.contains("review.publish") && log.contains("review.refuse") && log.contains("review.remove"));
}

async fn only_who_has_the_product_is_taken(app: TestApp) {
    let next = buyers(&app, &["acc-1"]).await;
    // Ordered and not delivered; delivered to somebody else; another product; nobody's pseudonym.
    app.delivered(vec![
        placed(next, order_of("late", "acc-2", &[("mug", "test")])),
        written(next + 1, record("a", "acc-2", "mug", 5)),
        written(next + 2, record("b", "acc-3", "mug", 5)),
        written(next + 3, record("c", "acc-1", "lamp", 5)),
        written(next + 4, record("d", "no pseudonym\0", "mug", 5)),
        written(next + 5, record("e", "acc-1", "mug", 5)),
    ])
    .await;
    let states = app.column("SELECT state || ' ' || reason FROM reviews_reviews ORDER BY id").await;
    let refused = "refused not_a_buyer";
    assert_eq!(states, [refused, refused, refused, refused, "pending "]);
    let support = app.staff(Role::Support).await;
    app.hear(Vec::new()).await;
    for status in ["shipped", "delivered"] {
        app.post("/admin/orders/ord_late/parcels/ven_test", &support, &[("status", status)]).await;
    }
    app.delivered(vec![written(next + 6, record("a", "acc-2", "mug", 5))]).await;
    let states = app.column("SELECT state FROM reviews_reviews ORDER BY id").await;
    assert_eq!(states[0], "pending");
    // A review belongs to who wrote it first.
    app.delivered(vec![written(next + 7, record("e", "acc-2", "mug", 1))]).await;
    let moderator = app.staff(Role::Moderator).await;
    app.post("/admin/reviews/rev_e/publish", &moderator, &[]).await;
    assert_eq!(told(&app).await.0[0].stars, 5);
}

async fn a_vendor_answers_its_own_products_reviews_only(app: TestApp) {
    let next = buyers(&app, &["acc-1", "acc-2"]).await;
    app.delivered(vec![
        written(next, record("a", "acc-1", "mug", 3)),
        written(next + 1, record("b", "acc-2", "mug", 3)),
    ])
    .await;
    let moderator = app.staff(Role::Moderator).await;
    app.post("/admin/reviews/rev_a/publish", &moderator, &[]).await;
    let vendor = app.vendor_member("ven_test").await;
    let other = app.vendor_member("ven_other").await;
    let list = app.page("/vendor/reviews", &vendor).await.text();
    assert!(list.contains("rev_a") && !list.contains("rev_b"), "what waits is not theirs to see");
    assert!(!app.page("/vendor/reviews", &other).await.text().contains("rev_a"));
    let answer = async |cookie: &str, id: &str, text: &str| {
        app.post(&format!("/vendor/reviews/{id}"), cookie, &[("answer", text)]).await.status
    };
    assert_eq!(answer(&other, "rev_a", "Mine now").await, 404);
    assert_eq!(app.page("/vendor/reviews/rev_a", &other).await.status, 404);
    assert_eq!(app.page("/vendor/reviews/rev_b", &vendor).await.status, 404);
    assert_eq!(answer(&vendor, "rev_b", "Thanks").await, 404, "not shown");
    assert_eq!(answer(&vendor, "rev_x", "Thanks").await, 404);
    assert_eq!(answer(&vendor, "rev_a", &"x".repeat(2_001)).await, 422);
    assert_eq!(answer(&vendor, "rev_a", " Thanks <i>you</i>\0 ").await, 303);
    assert_eq!(told(&app).await.0[0].answer.as_deref(), Some("Thanks <i>you</i>"));
    assert!(app.page("/vendor/reviews/rev_a", &vendor).await.text().contains("Thanks &lt;i&gt;you"));
    assert_eq!(answer(&vendor, "rev_a", "").await, 303);
    assert_eq!(told(&app).await.0[0].answer, None);
}

async fn a_poison_review_stops_nothing(app: TestApp) {
    let next = buyers(&app, &["acc-1", "acc-2", "acc-3"]).await;
    let long = ReviewRecord { body: "x".repeat(100_000), ..record("a", "acc-1", "mug", 3) };
    let control = ReviewRecord { title: "a\0b\n\u{1b}c".to_owned(), ..record("b", "acc-2", "mug", 3) };
    let mut uploads = record("c", "acc-3", "mug", 3);
    uploads.uploads = vec!["\0".to_owned(), "0".repeat(64), "x".repeat(5_000)];
    uploads.written_ms = i64::MIN;
    let events = vec![
        written(next, long),
        written(next + 1, control),
        written(next + 2, uploads),
        written(next + 3, record("d", "acc-1", "mug", 0)),
        written(next + 4, record("e", "acc-1", "mug", 255)),
        event(next + 5, EventBody::ReviewWithdrawn { id: ReviewId::named("nowhere").unwrap() }),
    ];
    app.delivered(events.clone()).await;
    app.delivered(events).await;
    let states = app.column("SELECT state || ' ' || reason FROM reviews_reviews ORDER BY id").await;
    let malformed = "refused malformed";
    assert_eq!(states, [malformed, "pending ", "pending ", malformed, malformed]);
    // Numbers that were used for other reviews are not acknowledged.
    let rewound = vec![written(next + 2, record("elsewhere", "acc-1", "mug", 1))];
    app.deliver("eu-1", "db", rewound).await.is_problem(409, "events_rewound");
}

async fn pictures_are_those_that_were_handed_in(app: TestApp) {
    let next = buyers(&app, &["acc-1"]).await;
    let picture = serde_json::json!({"hash": "b".repeat(64), "ext": "webp", "alt": ""}).to_string();
    let mut tx = app.db.begin().await.unwrap();
    let insert = sqlx::query("INSERT INTO media_uploads (hash, body, created_ms) VALUES ($1, $2, 0)");
    insert.bind("a".repeat(64)).bind(picture).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let uploads = vec!["c".repeat(64), "a".repeat(64)];
    app.delivered(vec![written(next, ReviewRecord { uploads, ..record("a", "acc-1", "mug", 3) })]).await;
    let moderator = app.staff(Role::Moderator).await;
    let queued = app.page("/admin/reviews/rev_a", &moderator).await.text();
    let image = format!("<img src=\"/admin/pictures/{}\" alt=\"Picture 1 of 1\"", "b".repeat(64));
    assert!(queued.contains(&image), "{queued}");
    app.post("/admin/reviews/rev_a/publish", &moderator, &[]).await;
    let vendor = app.vendor_member("ven_test").await;
    let shown = app.page("/vendor/reviews/rev_a", &vendor).await.text();
    assert!(shown.contains(&image.replace("/admin/", "/vendor/")), "{shown}");
    let pictures = told(&app).await.0.remove(0).pictures;
    let hashes: Vec<_> = pictures.into_iter().map(|picture| picture.hash).collect();
    assert_eq!(hashes, ["b".repeat(64)], "what the core refused is dropped");
}

/// After any sequence of events and decisions the rating is what a recount of the shown reviews gives.
async fn the_rating_is_always_a_recount(app: TestApp) {
    let accounts = ["acc-0", "acc-1", "acc-2", "acc-3"];
    let mut seq = buyers(&app, &accounts).await;
    let moderator = app.staff(Role::Moderator).await;
    // A linear congruential generator: the same sequence in every run.
    let mut state: u64 = 42;
    let mut pick = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..60 {
        let who = pick(4);
        let id = format!("r{who}");
        let stars = u8::try_from(pick(6)).unwrap();
        match pick(6) {
            0..=2 => {
                // Several in one batch, so that the last one counts.
                let events = (0..=pick(2)).map(|more| {
                    written(seq + more, record(&id, accounts[usize::try_from(who).unwrap()], "mug", stars))
                });
                let events: Vec<_> = events.collect();
                seq += events.len() as u64;
                app.delivered(events).await;
            }
            3 => {
                let withdrawn = EventBody::ReviewWithdrawn { id: ReviewId::named(&id).unwrap() };
                app.delivered(vec![event(seq, withdrawn)]).await;
                seq += 1;
            }
            decision => {
                let act =
                    if decision == 4 { "publish" } else { ["refuse", "remove"][usize::from(stars % 2)] };
                let path = format!("/admin/reviews/rev_{id}/{act}");
                app.post(&path, &moderator, &[("reason", "so")]).await;
            }
        }
        let conn = &mut *app.db.read().await.unwrap();
        let sql = "SELECT one, two, three, four, five FROM reviews_ratings WHERE product = 'prd_mug'";
        let kept: Option<(i64, i64, i64, i64, i64)> =
            sqlx::query_as(sql).fetch_optional(&mut *conn).await.unwrap();
        let sql = "SELECT stars, COUNT(*) FROM reviews_reviews WHERE shown IS NOT NULL GROUP BY stars";
        let counted: Vec<(i64, i64)> = sqlx::query_as(sql).fetch_all(&mut *conn).await.unwrap();
        let count = |stars| counted.iter().find(|(of, _)| *of == stars).map_or(0, |(_, count)| *count);
        let recount = (count(1), count(2), count(3), count(4), count(5));
        assert_eq!(kept.unwrap_or_default(), recount);
        let (reviews, _, ratings) = told(&app).await;
        assert_eq!(reviews.len() as i64, counted.iter().map(|(_, count)| count).sum::<i64>());
        let told = ratings.first().map(|(_, counts)| counts.map(i64::from)).unwrap_or_default();
        assert_eq!(told, [recount.0, recount.1, recount.2, recount.3, recount.4]);
    }
}

async fn every_role_does_what_it_may(app: TestApp) {
    let next = buyers(&app, &["acc-1"]).await;
    app.delivered(vec![written(next, record("a", "acc-1", "mug", 3))]).await;
    for (role, status) in
        [(Role::Support, 403), (Role::Finance, 403), (Role::Moderator, 303), (Role::Owner, 422)]
    {
        let cookie = app.staff(role).await;
        assert_eq!(app.post("/admin/reviews/rev_a/publish", &cookie, &[]).await.status, status, "{role}");
    }
    let vendor = app.vendor_member("ven_test").await;
    assert_eq!(app.post("/admin/reviews/rev_a/remove", &vendor, &[("reason", "x")]).await.status, 403);
    let owner = app.staff(Role::Owner).await;
    assert_eq!(app.post("/admin/reviews/rev_x/publish", &owner, &[]).await.status, 404);
    assert_eq!(app.page("/admin/reviews/nonsense", &owner).await.status, 404);
}
