//! The catalogue copy over the API.

use http::{Method, StatusCode, header};
use serde_json::json;

use crate::support::{MUG, TestPop};

#[tokio::test]
async fn lists_are_paged_and_cached() {
    let pop = TestPop::stocked().await;
    let first = pop.get("/v1/products?limit=2&sort=title", None).await.is(200);
    assert_eq!(first.headers[header::CACHE_CONTROL], "public, max-age=5");
    let titles = |body: &serde_json::Value| -> Vec<String> {
        body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|card| card["title"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(titles(&first.body), ["The lamp-us", "The mug"]);
    let cursor = first.body["next"].as_str().unwrap();
    let second = pop.get(&format!("/v1/products?limit=2&sort=title&cursor={cursor}"), None).await.is(200);
    assert_eq!((titles(&second.body), &second.body["next"]), (vec!["The sofa".to_owned()], &json!(null)));
    let etag = first.headers[header::ETAG].to_str().unwrap();
    for known in [etag, &format!("\"other\", W/{etag}"), "*"] {
        let same = [("if-none-match", known)];
        let reply = pop.call(Method::GET, "/v1/products?limit=2&sort=title", None, &same, None).await;
        assert_eq!(reply.status, StatusCode::NOT_MODIFIED, "{known}");
    }
}

#[tokio::test]
async fn lists_are_filtered() {
    let pop = TestPop::stocked().await;
    for (query, items) in [
        ("category=kitchen", 3),
        ("category=garden", 0),
        ("vendor=ven_clay", 3),
        ("q=mug", 1),
        ("facet.Kind=MUG", 1),
        ("facet.Kind=MUG&facet.Kind=SOFA", 2),
        ("in_stock=true", 3),
        ("featured=true", 0),
    ] {
        let reply = pop.get(&format!("/v1/products?{query}"), None).await.is(200);
        assert_eq!(reply.body["items"].as_array().unwrap().len(), items, "{query}");
    }
}

#[tokio::test]
async fn a_product_tells_its_stock_here() {
    let pop = TestPop::stocked().await;
    let stock = async || {
        let product = pop.get("/v1/products/prd_mug", None).await.is(200).body;
        product["variants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|variant| variant["stock"].clone())
            .collect::<Vec<_>>()
    };
    let (enough, more) = (|n: u32| json!({"state": "in_stock", "pieces": n}), "more_on_the_way");
    assert_eq!(stock().await, [enough(8), enough(2)]);
    let cart = pop.cart_with(&[(MUG, 8)]).await;
    pop.buy(&cart, "key").await.is(201);
    assert_eq!(stock().await, vec![json!({"state": more, "pieces": 0}); 2]);
    pop.core.restock(MUG, 2);
    pop.tick_until_quiet().await;
    let low = json!({"state": "low", "pieces": 2});
    assert_eq!(stock().await, [low, json!({"state": "sold_out_here", "pieces": 0})]);
}
