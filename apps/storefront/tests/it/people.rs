//! What people make of products: promotions, stars, reviews.

use kiosk_ids::{ProductId, PromotionId, ReviewId};
use kiosk_wire::people::{Promotion, Rating, Review};
use kiosk_wire::{Attribute, Change, Picture};

use crate::pages::check_page;
use crate::support::TestShop;
use crate::support::catalogue::{product, variant};

fn promotion(handle: &str, from_ms: i64, until_ms: i64) -> Change {
    let (id, product) = (PromotionId::named(handle).unwrap(), ProductId::named(handle).unwrap());
    Change::Promotion(Promotion { id, product, from_ms, until_ms })
}

fn rating(handle: &str, counts: [u32; 5]) -> Change {
    Change::Rating(Rating { product: ProductId::named(handle).unwrap(), counts })
}

fn review(number: i64) -> Review {
    Review {
        id: ReviewId::named(&format!("r{number}")).unwrap(),
        product: ProductId::named("mug").unwrap(),
        stars: 4,
        title: format!("Review {number}"),
        body: "Holds <b>tea</b>.\n<script>alert(1)</script>".to_owned(),
        pictures: vec![Picture {
            hash: "ab".repeat(32),
            ext: "webp".to_owned(),
            alt: String::new(),
            widths: Vec::new(),
        }],
        written_ms: 1_790_000_000_000 + number,
        answer: (number == 7).then(|| "Thank you & <i>enjoy</i>".to_owned()),
    }
}

#[tokio::test]
async fn promoted_products_stand_first_are_marked_and_end_by_themselves() {
    let mut shop = TestShop::open().await;
    let now_ms = shop.host.edge.clock.now_ms();
    assert!(!shop.get("/").await.body.contains("Promoted"), "nothing is promoted unless somebody pays");
    shop.host.clock.advance_ms(10_000);
    shop.tell(vec![promotion("mug", now_ms, now_ms + 60_000)]).await;
    let home = shop.get("/").await;
    assert_eq!(home.texts("#promoted .card-title"), ["Speckled mug"]);
    assert_eq!(home.texts("#promoted .card-promoted"), ["Promoted"]);
    assert!(!home.texts("#newest .card-title").contains(&"Speckled mug".to_owned()), "no doubles");
    check_page("/", &home.html());
    let list = shop.get("/c/mugs").await;
    let titles = list.texts(".list-goods .card-title");
    assert_eq!((titles[0].as_str(), titles.len()), ("Speckled mug", 2));
    assert_eq!(list.texts(".card-promoted").len(), 1);
    // What was asked for in another way is shown as it was asked for.
    for path in ["/c/mugs?sort=title", "/search?q=handmade"] {
        let asked = shop.get(path).await;
        assert_ne!(asked.texts(".list-goods .card-title")[0], "Speckled mug", "{path}");
        assert_eq!(asked.texts(".card-promoted").len(), 1, "{path}: marked where it stands");
    }
    assert_eq!(shop.get("/p/mug").await.texts(".promoted"), ["Promoted"]);
    assert!(shop.get("/p/lamp").await.texts(".promoted").is_empty());
    shop.host.clock.advance_ms(50_000);
    for path in ["/", "/c/mugs", "/p/mug"] {
        assert!(!shop.get(path).await.body.contains("Promoted"), "{path}");
    }
}

#[tokio::test]
async fn at_most_four_are_promoted_and_none_is_lost() {
    let goods = (0..9).map(|number| {
        let handle = format!("cup{number}");
        let variants = vec![variant(&format!("CUP-{number}"), &[], 100)];
        Change::Product(Box::new(product(&handle, &handle, "mugs", &[], variants)))
    });
    let mut shop =
        TestShop::with(crate::support::catalogue::small().into_iter().chain(goods).collect()).await;
    shop.tell((0..6).map(|number| promotion(&format!("cup{number}"), 0, i64::MAX)).collect()).await;
    let list = shop.get("/c/mugs").await;
    let mut titles = list.texts(".card-title");
    let first: Vec<bool> = titles.iter().take(4).map(|title| title.starts_with("cup")).collect();
    assert_eq!(first, [true; 4]);
    titles.sort_unstable();
    let count = titles.len();
    titles.dedup();
    assert_eq!((count, titles.len()), (11, 11), "each stands once");
}

#[tokio::test]
async fn stars_are_said_in_words_and_reviews_are_plain_text() {
    let mut shop = TestShop::open().await;
    let empty = shop.get("/p/mug").await;
    assert_eq!(
        empty.texts("#reviews .lead"),
        ["Nobody has reviewed it yet. Who has bought it and received it can."]
    );
    assert!(empty.texts(".rating").is_empty());
    let reviews = (1..=8).map(|number| Change::Review(Box::new(review(number))));
    shop.tell(reviews.chain([rating("mug", [1, 0, 0, 6, 1])]).collect()).await;
    let page = shop.get("/p/mug").await;
    check_page("/p/mug", &page.html());
    assert_eq!(page.texts(".facts-rating .vh"), ["Rated 3.8 out of 5 stars, 8 ratings"]);
    assert_eq!(page.attributes(".facts-rating a", "href"), ["#reviews"]);
    let rows = page.texts(".histogram li");
    assert_eq!((rows[0].as_str(), rows[1].as_str()), ("5 stars: 1 of 8 ratings", "4 stars: 6 of 8 ratings"));
    assert_eq!(
        page.texts(".review h3"),
        ["Review 8", "Review 7", "Review 6", "Review 5", "Review 4", "Review 3"]
    );
    assert!(page.texts(".review-text")[0].contains("Holds <b>tea</b>."), "tags are text");
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<i>enjoy"));
    assert_eq!(page.texts(".review-answer .review-text"), ["Thank you & <i>enjoy</i>"]);
    assert_eq!(page.attributes(".review-pictures img", "alt")[0], "Picture 1 of a customer");
    let more = page.attributes("#reviews a[rel=next]", "href").remove(0);
    assert!(more.ends_with("#reviews"), "{more}");
    let rest = shop.get(more.trim_end_matches("#reviews")).await;
    assert_eq!(rest.texts(".review h3"), ["Review 2", "Review 1"]);
    assert_eq!(rest.attributes("#reviews a[rel=prev]", "href"), ["/p/mug#reviews"]);
    for odd in ["/p/mug?reviews=x", "/p/mug?reviews=1~%3Cscript%3E", "/p/mug?reviews=-5~rev_r1"] {
        assert_eq!(shop.get(odd).await.status, 200, "{odd}");
    }
    let list = shop.get("/c/mugs").await;
    assert_eq!(list.texts(".card .rating .vh"), ["Rated 3.8 out of 5 stars, 8 ratings"]);
}

#[tokio::test]
async fn attributes_are_a_table() {
    let mut shop = TestShop::open().await;
    assert!(shop.get("/p/pan").await.texts(".attributes").is_empty());
    let mut pan = product("pan", "Iron pan", "kitchen", &[], vec![variant("PAN-WAY", &[], 8_900)]);
    let fact = |name: &str, value: &str| Attribute { name: name.to_owned(), value: value.to_owned() };
    pan.attributes = vec![fact("Material", "Iron"), fact("<b>Width</b>", "28 cm")];
    shop.tell(vec![Change::Product(Box::new(pan))]).await;
    let page = shop.get("/p/pan").await;
    assert_eq!(page.texts(".attributes th"), ["Material", "<b>Width</b>"]);
    assert_eq!(page.texts(".attributes td"), ["Iron", "28 cm"]);
    check_page("/p/pan", &page.html());
}
