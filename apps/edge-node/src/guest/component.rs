//! A component that is ready to be called.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use wasmtime_wasi::WasiCtxBuilder;

use super::files::Preopen;
use crate::db::Database;
use crate::host::logs::GuestLog;
use crate::outbound::allow::AllowList;
use crate::server::metrics::ComponentMetrics;

/// What all instances of a component share.
pub struct ComponentContext {
    /// Its name in the manifest.
    pub name: Arc<str>,
    /// Databases it may open.
    pub databases: HashMap<String, Arc<Database>>,
    /// Databases of the whole application.
    pub database_names: Arc<BTreeSet<String>>,
    /// Stores it may open.
    pub key_value_stores: HashMap<String, Arc<Database>>,
    /// Variables it may read.
    pub variables: BTreeMap<String, String>,
    /// Its environment.
    pub environment: Vec<(String, String)>,
    /// Folders it sees.
    pub preopens: Vec<Preopen>,
    /// Where it may send requests.
    pub allowed: AllowList,
    /// How long it may compute without a pause.
    pub guest_busy_max: Duration,
    /// How long a request to it may take.
    pub request_max: Duration,
    /// What is counted about it.
    pub metrics: ComponentMetrics,
}

impl ComponentContext {
    /// WASI for a new instance: its environment, its files read only, its output to the log, no sockets.
    pub fn wasi(&self) -> wasmtime::Result<wasmtime_wasi::WasiCtx> {
        let mut builder = WasiCtxBuilder::new();
        builder
            .envs(&self.environment)
            .stdout(GuestLog::new(self.name.clone(), "stdout"))
            .stderr(GuestLog::new(self.name.clone(), "stderr"))
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false);
        for preopen in &self.preopens {
            builder.preopened_dir(&preopen.host, &preopen.guest, wasmtime_wasi::FsPerms::ReadOnly)?;
        }
        Ok(builder.build())
    }
}
