//! How instances start, how many requests they take, and when they end.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

use super::busy::{StopFlag, StopReason};
use super::component::ComponentContext;
use super::state::GuestState;
use crate::limits::INSTANCE_IDLE_MS_MAX;
use crate::outbound::{Outbound, OutboundContext};

/// How many instances a pool has, and how far they are shared between requests.
#[derive(Clone, Copy, Debug)]
pub struct PoolRules {
    /// Instances alive at once.
    pub instances_max: usize,
    /// Requests that an instance serves in all.
    pub requests_max: usize,
    /// Requests that it serves at once.
    pub concurrent_max: usize,
}

/// The pool has all the instances it may have, and none of them takes the request now.
#[derive(Debug, thiserror::Error)]
#[error("all instances are busy")]
pub struct AllBusy;

/// Counts the instances of a pool, and wakes requests that wait for one.
#[derive(Debug, Default)]
pub struct PoolCount {
    instances: AtomicUsize,
    /// Notified when a request or an instance has ended.
    pub freed: Notify,
}

/// A place in a pool, held by an instance.
struct Place(Arc<PoolCount>);

impl Place {
    fn take(count: &Arc<PoolCount>, max: usize) -> Result<Self, AllBusy> {
        let one_more = |instances: usize| (instances < max).then_some(instances + 1);
        match count.instances.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more) {
            Ok(_) => Ok(Self(count.clone())),
            Err(_) => Err(AllBusy),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.instances.fetch_sub(1, Ordering::AcqRel);
        self.0.freed.notify_one();
    }
}

/// What goes with a request to its instance.
pub struct RequestData {
    /// How many components passed it on.
    pub depth: u32,
    /// Filled with the flag of the instance that serves it.
    pub stop: Arc<OnceLock<StopFlag>>,
    /// Told when the caller has waited too long; dropped when the caller has left.
    pub overdue: oneshot::Receiver<()>,
}

/// Starts the instances of one component.
pub struct InstanceFactory {
    engine: Engine,
    pre: ProxyPre<GuestState>,
    component: Arc<ComponentContext>,
    outbound: Arc<OutboundContext>,
    rules: PoolRules,
    count: Arc<PoolCount>,
}

impl InstanceFactory {
    /// For a component whose imports are linked.
    pub fn new(
        engine: Engine,
        pre: ProxyPre<GuestState>,
        component: Arc<ComponentContext>,
        outbound: Arc<OutboundContext>,
        rules: PoolRules,
    ) -> Self {
        Self { engine, pre, component, outbound, rules, count: Arc::default() }
    }

    /// The count of the pool's instances.
    pub fn count(&self) -> &Arc<PoolCount> {
        &self.count
    }
}

impl HandlerState for InstanceFactory {
    type StoreData = GuestState;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<GuestState, Expiration, Worker>> {
        let place = Place::take(&self.count, self.rules.instances_max)?;
        let start = Instant::now();
        let outbound = Outbound::new(self.outbound.clone(), self.component.clone());
        let state = GuestState::new(self.component.clone(), self.component.wasi()?, outbound);
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| state);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            let state = store.data_mut();
            if state.busy.tick() {
                state.stop.set(StopReason::Busy);
                wasmtime::bail!("the guest computed for too long");
            }
            Ok(UpdateDeadline::Yield(1))
        });
        let proxy = tokio::time::timeout(self.component.request_max, self.pre.instantiate_async(&mut store))
            .await
            .map_err(|_| wasmtime::format_err!("the instance took too long to start"))??;
        self.component.metrics.instance_started(start.elapsed());
        Ok(Instance {
            store,
            proxy,
            view: GuestState::http,
            expiration: Expiration {
                idle_max: Duration::from_millis(INSTANCE_IDLE_MS_MAX),
                request_max: self.component.request_max,
                sleep: Box::pin(tokio::time::sleep(self.component.request_max)),
            },
            state: Worker { component: self.component.clone(), rules: self.rules, _place: place },
        })
    }
}

/// Ends an instance that is idle, or whose last request is overdue.
pub struct Expiration {
    idle_max: Duration,
    request_max: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let max = match status {
            WorkerStatus::Idle => self.idle_max,
            WorkerStatus::Requests | WorkerStatus::PostReturn => self.request_max,
        };
        let deadline = (start + max).into();
        // Each request moves the deadline on. The timer is set anew when it has gone off or would be late, and not for
        // each request.
        if deadline < self.sleep.deadline() {
            self.sleep.as_mut().reset(deadline);
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            if self.sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

/// The rules of one instance.
pub struct Worker {
    component: Arc<ComponentContext>,
    rules: PoolRules,
    _place: Place,
}

impl WorkerState for Worker {
    type StoreData = GuestState;
    type RequestData = RequestData;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.rules.requests_max {
            ShouldAccept::Never
        } else if concurrent >= self.rules.concurrent_max {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, GuestState>,
        data: RequestData,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let state = store.data_mut();
        state.busy.host_was_called();
        state.outbound.request_started(data.depth);
        // Nobody else fills it.
        let _ = data.stop.set(state.stop.clone());
        let request_max = self.component.request_max;
        // The caller watches the time, so that each request needs one timer; without a caller it is watched here.
        Box::pin(async move {
            if data.overdue.await.is_err() {
                tokio::time::sleep(request_max).await;
            }
        })
    }

    fn drop(&self, store: Store<GuestState>, result: Result<(), wasmtime::Error>) {
        self.component.metrics.instance_ended(result.is_err());
        if let Err(error) = result {
            let reason = store.data().stop.get();
            tracing::warn!(component = &*self.component.name, ?reason, "an instance ended early: {error:#}");
        }
    }
}
