//! edge-accounts: the accounts of a region's customers, in the region's vault.
//!
//! ```text
//! POST /v1/account                      register; a mail with a link follows
//! POST /v1/account/verification         the link of that mail
//! POST, DELETE /v1/account/session      log in, log out
//! POST /v1/account/session/passkey      log in with a passkey; what to sign: .../passkey/options
//! /v1/account/passkeys[/{id}]           one's passkeys; what to sign for another: .../passkeys/options
//! /v1/account/sessions[/{id}]           where one is logged in, and ending that
//! POST, PUT /v1/account/reset           a forgotten password: ask for a link, use it
//! GET, PATCH, DELETE /v1/account        one's own profile; deleting erases the person
//! PUT  /v1/account/password             another password
//! POST, PUT /v1/account/email           another address: ask for a link to it, use it
//! GET  /v1/account/export               all that is kept of oneself
//! /v1/account/addresses[/{id}]          delivery addresses
//! GET  /v1/account/openapi.json
//! POST /internal/tick                   mails and upkeep; called by the host, not routed from outside
//! GET  /internal/session                who a token is, for the POP's other apps; not routed from outside
//! POST /v1/account/tick                 the same for a host that does not tick, with the tick key
//! POST /v1/account/forwarded            what another POP of the region was asked, signed with the region's key
//! ```
//!
//! Transport reads HTTP, service decides, the store keeps; the same verb at each layer. Personal values are stored sealed
//! with a key of each person ([`seal`]), and found by keyed hashes. Nothing of this goes to the core.

mod accounts;
mod addresses;
mod app;
mod client;
mod config;
mod entry;
mod error;
mod forward;
mod guard;
mod mail;
mod passkeys;
mod passwords;
mod person;
mod seal;
mod sessions;
mod store;
mod tick;
mod token;
mod webauthn;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use kiosk_edge_platform::{Database, Edge};
use kiosk_problem::{Json, method_not_allowed, route_not_found, with_request_ids, with_usual_headers};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

fn routes() -> (Router<App>, OpenApi) {
    let session = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token that `POST /v1/account/session` answered"))
        .build();
    let mut api = OpenApiBuilder::new().info(Info::new("Kiosk accounts", env!("CARGO_PKG_VERSION"))).build();
    api.components.get_or_insert_default().add_security_scheme("session", SecurityScheme::Http(session));
    OpenApiRouter::with_openapi(api)
        .routes(routes!(
            accounts::transport::register,
            accounts::transport::get_account,
            accounts::transport::update_account,
            accounts::transport::delete_account
        ))
        .routes(routes!(accounts::transport::verify))
        .routes(routes!(accounts::transport::change_email, accounts::transport::confirm_email))
        .routes(routes!(accounts::transport::export_account))
        .routes(routes!(sessions::transport::create_session, sessions::transport::delete_session))
        .routes(routes!(sessions::transport::list_sessions, sessions::transport::end_other_sessions))
        .routes(routes!(sessions::transport::end_session))
        .routes(routes!(passwords::transport::request_reset, passwords::transport::reset))
        .routes(routes!(passwords::transport::change_password))
        .routes(routes!(passkeys::transport::login_options))
        .routes(routes!(passkeys::transport::log_in))
        .routes(routes!(passkeys::transport::list_passkeys, passkeys::transport::add_passkey))
        .routes(routes!(passkeys::transport::registration_options))
        .routes(routes!(passkeys::transport::remove_passkey))
        .routes(routes!(addresses::transport::list_addresses, addresses::transport::add_address))
        .routes(routes!(addresses::transport::change_address, addresses::transport::remove_address))
        .routes(routes!(get_openapi))
        .split_for_parts()
}

/// The description of the API, generated from the routes.
pub fn openapi() -> OpenApi {
    routes().1
}

/// This description.
#[utoipa::path(get, path = "/v1/account/openapi.json", tag = "about", responses(
    (status = 200, description = "OpenAPI 3.1", body = serde_json::Value),
))]
async fn get_openapi() -> Json<OpenApi> {
    Json(openapi())
}

/// The app's only router (invariant I5). The database of `edge` is the vault; `keys` holds the keys of persons.
pub fn router(edge: Edge, keys: Arc<dyn Database>) -> Router {
    let app = App::new(edge, keys);
    let api = routes()
        .0
        .route("/internal/tick", post(tick::tick))
        .route("/internal/session", get(sessions::transport::get_session))
        .route("/v1/account/tick", post(tick::tick_from_outside))
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state("Bearer", with_usual_headers))
        .layer(from_fn(with_request_ids))
        .with_state(app.clone());
    // What another POP forwards goes into the same routes, once it is out of its signed wrapping.
    let vault = forward::Vault { app: app.clone(), api: api.clone() };
    let forwarded = post(forward::accept).fallback(route_not_found).with_state(vault);
    api.route("/v1/account/forwarded", forwarded)
        .layer(from_fn_with_state(app, forward::to_the_vault))
        .layer(from_fn(with_request_ids))
}
