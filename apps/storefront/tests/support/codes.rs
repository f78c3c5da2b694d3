//! Codes of an edge-orders in memory: `TENTH` takes a tenth off, `GIFT-<cents>` is a gift card.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use kiosk_problem::Problem;
use serde_json::Value;

use super::orders::{Answer, FakeOrders};

pub async fn put_code(
    State(fake): State<FakeOrders>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Answer {
    fake.using(&id, &headers, |cart| match body["code"].as_str() {
        Some("TENTH") => {
            cart.code = Some("TENTH".to_owned());
            Ok(())
        }
        Some("DEAR") => {
            let title = "This code is not for this cart";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code_not_applicable", title);
            Err(problem.param("code").with("reason", "minimum"))
        }
        _ => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code_unknown", "Not known").param("code")),
    })
    .await
}

pub async fn remove_code(
    State(fake): State<FakeOrders>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    fake.using(&id, &headers, |cart| {
        cart.code = None;
        Ok(())
    })
    .await
}

pub async fn put_card(
    State(fake): State<FakeOrders>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Answer {
    let refused =
        || Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "gift_card_refused", "Refused").param("code");
    fake.using(&id, &headers, |cart| {
        let balance = body["code"].as_str().and_then(|code| code.strip_prefix("GIFT-")?.parse().ok());
        cart.card = Some(balance.ok_or_else(refused)?);
        Ok(())
    })
    .await
}

pub async fn remove_card(
    State(fake): State<FakeOrders>,
    Path((id, card)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    assert_eq!(card, "gft_1");
    fake.using(&id, &headers, |cart| {
        cart.card = None;
        Ok(())
    })
    .await
}
