//! A node: an application that is loaded and can be called.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use http::{Request, Response};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::ProxyPre;

use crate::db::{Database, KeyValueStore};
use crate::engine::modules::{ModuleCache, make_private_folder};
use crate::engine::{EpochTicker, new_engine};
use crate::guest::call::{CallError, Callee};
use crate::guest::component::ComponentContext;
use crate::guest::files::lay_out;
use crate::guest::instance::{InstanceFactory, PoolRules};
use crate::guest::state::GuestState;
use crate::host;
use crate::limits::{INSTANCE_CONCURRENT_REQUESTS_MAX, INSTANCES_PER_CPU_MAX, Limits};
use crate::manifest::{Application, ComponentSpec};
use crate::outbound::{Client, OutboundContext};
use crate::server::metrics::Metrics;
use crate::server::spin_headers::RouteHeaders;

/// Where a node keeps its files, and its limits.
#[derive(Clone, Debug)]
pub struct NodeOptions {
    /// Databases, stores and laid-out files.
    pub state_dir: PathBuf,
    /// Compiled components; several nodes may share it.
    pub cache_dir: PathBuf,
    /// Limits.
    pub limits: Limits,
}

impl NodeOptions {
    /// With the cache inside the state folder and the limits as they are by default.
    pub fn new(state_dir: impl Into<PathBuf>) -> Self {
        let state_dir = state_dir.into();
        Self { cache_dir: state_dir.join("modules"), state_dir, limits: Limits::default() }
    }
}

/// A loaded application.
pub struct Node {
    /// Its manifest, resolved.
    pub application: Application,
    /// Its limits.
    pub limits: Limits,
    /// What it counts.
    pub metrics: Metrics,
    /// What its guests' requests share.
    pub outbound: Arc<OutboundContext>,
    callees: HashMap<String, Callee>,
    route_headers: Vec<RouteHeaders>,
    _epoch: EpochTicker,
}

/// Compiles components, given by name and file, into a cache.
pub fn precompile(sources: &[(String, PathBuf)], cache_dir: &Path) -> Result<()> {
    let engine = new_engine().map_err(anyhow::Error::from)?;
    load_components(&engine, sources, cache_dir).map(drop)
}

/// Whether a cache holds all these components in compiled form.
pub fn is_precompiled(sources: &[(String, PathBuf)], cache_dir: &Path) -> Result<bool> {
    let engine = new_engine().map_err(anyhow::Error::from)?;
    let cache = ModuleCache::open(&engine, cache_dir)?;
    for (name, path) in sources {
        if !cache.holds(path).with_context(|| format!("component {name}"))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Compiles or maps components, in parallel; in the order given.
fn load_components(
    engine: &Engine,
    sources: &[(String, PathBuf)],
    cache_dir: &Path,
) -> Result<Vec<Component>> {
    let cache = ModuleCache::open(engine, cache_dir)?;
    let loaded = std::thread::scope(|scope| {
        let loads: Vec<_> =
            sources.iter().map(|(name, path)| (name, scope.spawn(|| cache.load(path)))).collect();
        loads
            .into_iter()
            .map(|(name, load)| {
                let loaded = load.join().map_err(|_| anyhow::format_err!("compiling panicked"))?;
                loaded.with_context(|| format!("component {name}"))
            })
            .collect::<Result<Vec<_>>>()
    })?;
    cache.prune()?;
    Ok(loaded)
}

impl Node {
    /// Loads an application: compiles or maps its components, links them, opens its databases.
    pub fn load(application: Application, options: &NodeOptions) -> Result<Arc<Self>> {
        make_private_folder(&options.state_dir)
            .with_context(|| format!("cannot make {}", options.state_dir.display()))?;
        let engine = new_engine().map_err(anyhow::Error::from)?;
        let epoch = EpochTicker::start(&engine)?;
        let metrics = Metrics::new()?;
        let outbound = Arc::new(OutboundContext::new(Client::new()?));
        let sources: Vec<_> =
            application.components.iter().map(|spec| (spec.name.clone(), spec.source.clone())).collect();
        let components = load_components(&engine, &sources, &options.cache_dir)?;
        let stores = Stores::open(&application, &options.state_dir, &metrics)?;
        let mut linker = Linker::new(&engine);
        host::add_to_linker(&mut linker).map_err(anyhow::Error::from)?;
        let loader = Loader { engine, linker, stores, metrics: &metrics, outbound: &outbound, options };
        let callees = application
            .components
            .iter()
            .zip(components)
            .map(|(spec, component)| {
                let callee = loader
                    .callee(&application.root, spec, &component)
                    .with_context(|| format!("component {}", spec.name))?;
                Ok((spec.name.clone(), callee))
            })
            .collect::<Result<HashMap<_, _>>>()?;
        let route_headers =
            application.routes.routes().iter().map(RouteHeaders::new).collect::<Result<Vec<_>, _>>()?;
        let node = Arc::new(Self {
            limits: options.limits.clone(),
            metrics,
            outbound,
            callees,
            route_headers,
            application,
            _epoch: epoch,
        });
        node.outbound.set_node(Arc::downgrade(&node));
        Ok(node)
    }

    /// Calls a component by its name; `None` when there is none.
    pub async fn call_component(
        &self,
        name: &str,
        request: Request<WasiBody>,
        depth: u32,
    ) -> Option<Result<Response<WasiBody>, CallError>> {
        let callee = self.callees.get(name)?;
        let start = std::time::Instant::now();
        let result = callee.call(request, depth).await;
        let status = match &result {
            Ok(response) => response.status(),
            Err(error) => error.status_and_code().0,
        };
        callee.context.metrics.answered(status, start.elapsed());
        Some(result)
    }

    /// Calls the component whose route fits the request's path; `None` when none fits.
    pub async fn call_route(
        &self,
        mut request: Request<WasiBody>,
        depth: u32,
    ) -> Option<Result<Response<WasiBody>, CallError>> {
        let uri = request.uri().clone();
        let found = self.application.routes.find(uri.path())?;
        self.route_headers[found.index].apply(request.headers_mut(), &uri, &found);
        self.call_component(&found.route.component, request, depth).await
    }
}

/// The databases and stores of an application, each file opened once.
struct Stores {
    databases: HashMap<String, Arc<Database>>,
    key_value: HashMap<String, Arc<Database>>,
    database_names: Arc<BTreeSet<String>>,
}

impl Stores {
    fn open(application: &Application, state_dir: &Path, metrics: &Metrics) -> Result<Self> {
        let all = |names: fn(&ComponentSpec) -> &BTreeSet<String>| {
            application.components.iter().flat_map(names).cloned().collect::<BTreeSet<String>>()
        };
        let database_names = all(|spec| &spec.sqlite_databases);
        let mut databases = HashMap::new();
        for name in &database_names {
            let path = state_dir.join(format!("{name}.sqlite"));
            let database = Database::open(&path, metrics.database(name))
                .with_context(|| format!("cannot open database {}", path.display()))?;
            databases.insert(name.clone(), database);
        }
        let mut key_value = HashMap::new();
        for name in all(|spec| &spec.key_value_stores) {
            let path = state_dir.join(format!("{name}.keyvalue"));
            let store = KeyValueStore::prepare(&path, metrics.database(&format!("{name}.keyvalue")))
                .with_context(|| format!("cannot open key-value store {}", path.display()))?;
            key_value.insert(name, store);
        }
        Ok(Self { databases, key_value, database_names: Arc::new(database_names) })
    }
}

struct Loader<'a> {
    engine: Engine,
    linker: Linker<GuestState>,
    stores: Stores,
    metrics: &'a Metrics,
    outbound: &'a Arc<OutboundContext>,
    options: &'a NodeOptions,
}

impl Loader<'_> {
    fn callee(&self, root: &Path, spec: &ComponentSpec, component: &Component) -> Result<Callee> {
        let limits = &self.options.limits;
        let scratch = self.options.state_dir.join("files").join(&spec.name);
        let pick = |names: &BTreeSet<String>, from: &HashMap<String, Arc<Database>>| {
            names.iter().filter_map(|name| Some((name.clone(), from.get(name)?.clone()))).collect()
        };
        let context = Arc::new(ComponentContext {
            name: spec.name.as_str().into(),
            databases: pick(&spec.sqlite_databases, &self.stores.databases),
            database_names: self.stores.database_names.clone(),
            key_value_stores: pick(&spec.key_value_stores, &self.stores.key_value),
            variables: spec.variables.clone(),
            environment: spec.environment.clone().into_iter().collect(),
            preopens: lay_out(root, &scratch, &spec.mounts)?,
            allowed: spec.outbound.clone(),
            guest_busy_max: Duration::from_millis(limits.guest_busy_ms_max),
            request_max: limits.request(),
            metrics: self.metrics.component(&spec.name),
        });
        let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shared = PoolRules {
            instances_max: cpus * INSTANCES_PER_CPU_MAX,
            requests_max: limits.instance_requests_max,
            concurrent_max: INSTANCE_CONCURRENT_REQUESTS_MAX,
        };
        let alone = PoolRules { instances_max: cpus, requests_max: 1, concurrent_max: 1 };
        let factory = |rules| {
            let pre = self.link(component)?;
            Ok::<_, anyhow::Error>(InstanceFactory::new(
                self.engine.clone(),
                pre,
                context.clone(),
                self.outbound.clone(),
                rules,
            ))
        };
        let (shared, alone) = (factory(shared)?, factory(alone)?);
        Ok(Callee::new(context, shared, alone))
    }

    /// Resolves the imports of a component, which serves `wasi:http` 0.3 or 0.2.
    fn link(&self, component: &Component) -> Result<ProxyPre<GuestState>> {
        let pre = self.linker.instantiate_pre(component).map_err(anyhow::Error::from)?;
        if let Ok(pre) = wasmtime_wasi_http::p3::bindings::ServicePre::new(pre.clone()) {
            return Ok(ProxyPre::P3(pre));
        }
        let pre = wasmtime_wasi_http::p2::bindings::ProxyPre::new(pre).map_err(anyhow::Error::from)?;
        Ok(ProxyPre::P2(pre))
    }
}
