//! The description of the API, generated from the routes.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use kiosk_problem::{Json, PROBLEM_JSON};
use kiosk_session::SESSION_HEADER;
use serde::Serialize;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::app::App;

/// RFC 9457 problem details.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code, reason = "describes kiosk_problem::Problem")]
struct ProblemSchema {
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

const ABOUT: &str = "Chats with sellers and reviews of products, for customers that are logged in: every request has the \
    header `Kiosk-Session` with the token that `POST /v1/account/session` answered. E-mail addresses, telephone numbers, \
    cards, bank accounts and postal addresses are taken out of what is written, and the answer tells which. Errors are \
    `application/problem+json` with a stable `code`.";

/// Everything but the routes.
pub fn head() -> OpenApi {
    let mut api = OpenApiBuilder::new().info(Info::new("Kiosk social", env!("CARGO_PKG_VERSION"))).build();
    api.info.description = Some(ABOUT.to_owned());
    let components = api.components.get_or_insert_default();
    let key = ApiKeyValue::with_description(SESSION_HEADER, "The token of the session");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Header(key)));
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
#[utoipa::path(get, path = "/v1/social/openapi.json", tag = "about", responses(
    (status = 200, description = "OpenAPI 3.1", body = serde_json::Value),
))]
pub async fn get_openapi(State(app): State<App>) -> Response {
    let api = with_problem_bodies(app.api().clone());
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(api)).into_response()
}
