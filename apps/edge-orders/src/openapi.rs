//! The description of the API, generated from the routes.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use kiosk_problem::{Json, PROBLEM_JSON};
use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::app::App;

/// An amount in minor units (cents for EUR, yen for JPY).
#[derive(Serialize, ToSchema)]
#[schema(as = Money, example = json!({"amount": 1999, "currency": "EUR"}))]
#[allow(dead_code, reason = "describes kiosk_money::Money")]
pub struct MoneySchema {
    /// Minor units.
    amount: i64,
    /// ISO 4217 code.
    currency: String,
}

/// RFC 9457 problem details.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code, reason = "describes kiosk_problem::Problem")]
pub struct ProblemSchema {
    /// `urn:kiosk:problem:<code>`.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every problem of this code.
    title: String,
    /// HTTP status.
    status: u16,
    /// Stable, for programs.
    code: String,
    /// What happened this time, for people.
    detail: Option<String>,
    /// The field that was refused.
    param: Option<String>,
    /// Names the request in the logs.
    request_id: Option<String>,
    /// Seconds after which a retry makes sense.
    retry_after_s: Option<u32>,
}

const ABOUT: &str = "The API of a Kiosk POP for apps and the storefront. Errors are `application/problem+json` with a \
    stable `code`. A cart belongs to whoever has its token; who is logged in sends `Kiosk-Session` besides. `POST /v1/orders` takes an `Idempotency-Key`.";

/// Everything but the routes.
pub fn head() -> OpenApi {
    let mut api = OpenApiBuilder::new().info(Info::new("Kiosk POP", env!("CARGO_PKG_VERSION"))).build();
    api.info.description = Some(ABOUT.to_owned());
    let components = api.components.get_or_insert_default();
    for (name, about) in [
        ("cart_token", "The token that `POST /v1/carts` answered"),
        ("order_token", "The token of the order"),
    ] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    let session =
        ApiKeyValue::with_description("Kiosk-Session", "The token of a session that edge-accounts gave");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Header(session)));
    components.schemas.insert("Problem".to_owned(), ProblemSchema::schema());
    api
}

/// Gives every refusal its body, which is the same everywhere.
fn with_problem_bodies(mut api: OpenApi) -> OpenApi {
    for item in api.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            for (status, response) in &mut operation.responses.responses {
                if let (RefOr::T(response), true) = (response, status.starts_with(['4', '5'])) {
                    let content =
                        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
                    response.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(content));
                }
            }
        }
    }
    api
}

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "about", responses(
    (status = 200, description = "OpenAPI 3.1", body = serde_json::Value),
))]
pub async fn get_openapi(State(app): State<App>) -> Response {
    let api = with_problem_bodies(app.api().clone());
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(api)).into_response()
}
