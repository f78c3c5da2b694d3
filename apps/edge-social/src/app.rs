//! State of the router: what an instance sets up once, before its first request.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use axum::extract::FromRequestParts;
use bytes::Bytes;
use http::Request;
use http::request::Parts;
use kiosk_edge_platform::{Edge, Outbound, SetUpOnce};
use kiosk_pop_store::schema;
use kiosk_problem::Problem;
use utoipa::openapi::OpenApi;

use crate::config::Config;

/// Where edge-orders, which delivers, is told to.
const TICK_URL: &str = "http://edge-orders.spin.internal/internal/tick";
/// How long that may take, in milliseconds.
const TICK_TIMEOUT_MS_MAX: u32 = 10_000;

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
        Ok(Pop(Arc::new(Ready { edge: edge.clone(), config, streams: AtomicUsize::new(0) })))
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
    /// Streams of events that this instance sends now.
    pub streams: AtomicUsize,
}

impl Pop {
    /// Tells edge-orders that something waits for the core, on hosts that let work go on after an answer; elsewhere the
    /// tick comes a moment later anyway.
    pub fn deliver_soon(&self) {
        let edge = self.edge.clone();
        let request = Request::post(TICK_URL).body(Bytes::new());
        self.edge.after.run(Box::pin(async move {
            let Ok(request) = request else { return };
            if let Err(error) =
                edge.http.send(Outbound { request, timeout_ms_max: TICK_TIMEOUT_MS_MAX }).await
            {
                tracing::debug!(%error, "a delivery was left to the tick");
            }
        }));
    }

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
