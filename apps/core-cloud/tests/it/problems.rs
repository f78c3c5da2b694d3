//! Bad input to the operators' API: a problem with a stable code each.

use crate::harness::*;

on_both_databases!(bad_queries_are_refused, unknown_things_are_not_found);

async fn bad_queries_are_refused(app: TestApp) {
    for path in [
        "/v1/orders?limit=0",
        "/v1/orders?limit=101",
        "/v1/orders?limit=x",
        "/v1/orders?limit=-1",
        "/v1/orders?cursor=nonsense",
        "/v1/orders?cursor=1.ord_",
        "/v1/orders?pop=EU",
        "/v1/inventory?limit=1000",
        "/v1/inventory?cursor=a%20b",
    ] {
        app.as_operator(path).await.is_problem(422, "invalid_value");
    }
}

async fn unknown_things_are_not_found(app: TestApp) {
    app.as_operator("/v1/inventory/NOWHERE").await.is_problem(404, "sku_not_found");
    app.as_operator("/v1/inventory/a%20b").await.is_problem(404, "sku_not_found");
    app.as_operator("/v1/orders/ord_none").await.is_problem(404, "order_not_found");
    app.as_operator("/v1/orders/nonsense").await.is_problem(404, "order_not_found");
    app.stock_up(&[("A", 1), ("B", 2), ("C", 3)]).await;
    let first: serde_json::Value = app.as_operator("/v1/inventory?limit=2").await.ok();
    assert_eq!(first["items"][1]["sku"], "B");
    let rest: serde_json::Value = app.as_operator("/v1/inventory?limit=2&cursor=B").await.ok();
    assert_eq!(
        rest["items"][0],
        serde_json::json!({"sku": "C", "on_hand": 3, "available": 3, "leased": 0, "sold": 0})
    );
    assert!(rest["next"].is_null());
}
