//! State of the router: what an instance sets up once, before its first request.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use axum::extract::FromRequestParts;
use http::request::Parts;
use kiosk_edge_platform::{Edge, SetUpOnce};
use kiosk_pop_store::schema;
use kiosk_problem::Problem;
use utoipa::openapi::OpenApi;

use crate::config::Config;
use crate::payments::providers::Providers;

/// State of the router.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    edge: Edge,
    api: OpenApi,
    pop: SetUpOnce<Pop>,
}

impl App {
    pub fn new(edge: Edge, api: OpenApi) -> Self {
        Self(Arc::new(Shared { edge, api, pop: SetUpOnce::default() }))
    }

    /// The description of the API, as the routes state it.
    pub fn api(&self) -> &OpenApi {
        &self.0.api
    }

    async fn set_up(&self) -> Result<Pop, Problem> {
        let edge = &self.0.edge;
        let config = Config::load(&*edge.variables).await.map_err(|error| Problem::not_ready(&error))?;
        schema::migrate(&*edge.db).await.map_err(|error| Problem::not_ready(&error))?;
        let providers = Providers::new(&config.payments, &edge.http);
        Ok(Pop(Arc::new(Ready { edge: edge.clone(), config, providers, feed_polled_ms: AtomicI64::new(0) })))
    }
}

/// A POP that is set up: what services work with. Extracting it sets it up.
#[derive(Clone)]
pub struct Pop(Arc<Ready>);

/// Contents of [`Pop`].
pub struct Ready {
    /// The ports of the host.
    pub edge: Edge,
    /// The configuration.
    pub config: Config,
    /// The payment providers.
    pub providers: Providers,
    /// When this instance last asked for the feed, Unix milliseconds. Only spares requests: another instance that does
    /// not know it asks once more.
    pub feed_polled_ms: AtomicI64,
}

impl Pop {
    /// Unix milliseconds by the POP's clock.
    pub fn now_ms(&self) -> i64 {
        self.edge.clock.now_ms()
    }
}

impl Deref for Pop {
    type Target = Ready;

    fn deref(&self) -> &Ready {
        &self.0
    }
}

impl FromRequestParts<App> for Pop {
    type Rejection = Problem;

    async fn from_request_parts(_parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.0.pop.get(app.set_up()).await
    }
}
