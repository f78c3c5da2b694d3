//! State of the router: what an instance sets up once, before its first request.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use kiosk_edge_platform::{Database, Edge, SetUpOnce};
use kiosk_password::Hasher;
use kiosk_problem::Problem;

use crate::config::Config;
use crate::store::{keys, schema};

/// State of the router.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    edge: Edge,
    keys: Arc<dyn Database>,
    config: SetUpOnce<Arc<Config>>,
    region: SetUpOnce<Region>,
}

impl App {
    pub fn new(edge: Edge, keys: Arc<dyn Database>) -> Self {
        Self(Arc::new(Shared { edge, keys, config: SetUpOnce::default(), region: SetUpOnce::default() }))
    }

    /// The host's ports.
    pub fn edge(&self) -> &Edge {
        &self.0.edge
    }

    /// The configuration, read on the first call.
    ///
    /// # Errors
    /// 503 when a variable is missing or does not fit.
    pub async fn config(&self) -> Result<Arc<Config>, Problem> {
        let load = async { Config::load(&*self.0.edge.variables).await.map(Arc::new) };
        self.0.config.get(load).await.map_err(|error| Problem::not_ready(&error))
    }

    /// The region's vault, set up on the first call.
    ///
    /// # Errors
    /// 503 when it cannot be set up.
    pub async fn region(&self) -> Result<Region, Problem> {
        self.0.region.get(self.set_up()).await
    }

    async fn set_up(&self) -> Result<Region, Problem> {
        let config = self.config().await?;
        let Shared { edge, keys, .. } = &*self.0;
        schema::migrate(&*edge.db).await.map_err(|error| Problem::not_ready(&error))?;
        keys::migrate(&**keys).await.map_err(|error| Problem::not_ready(&error))?;
        let hasher = Hasher::new(config.pepper.bytes());
        Ok(Region(Arc::new(Ready { edge: edge.clone(), keys: keys.clone(), config, hasher })))
    }
}

/// The region's accounts: what services work with. Extracting it sets it up.
#[derive(Clone)]
pub struct Region(Arc<Ready>);

/// Contents of [`Region`].
pub struct Ready {
    /// The ports of the host; the database is the vault.
    pub edge: Edge,
    /// The keys of persons.
    pub keys: Arc<dyn Database>,
    /// The configuration.
    pub config: Arc<Config>,
    /// Makes and checks password hashes.
    pub hasher: Hasher,
}

impl Region {
    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.edge.clock.now_ms()
    }
}

impl Deref for Region {
    type Target = Ready;

    fn deref(&self) -> &Ready {
        &self.0
    }
}

impl FromRequestParts<App> for Region {
    type Rejection = Problem;

    async fn from_request_parts(_parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.region().await
    }
}
