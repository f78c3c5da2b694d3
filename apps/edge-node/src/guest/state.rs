//! What the host keeps per instance.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::busy::{BusyMeter, StopFlag, StopReason};
use super::component::ComponentContext;
use crate::db::InstanceWrites;
use crate::limits::GUEST_MEMORY_BYTES_MAX;
use crate::outbound::Outbound;

/// The data of an instance's store.
pub struct GuestState {
    /// What all instances of the component share.
    pub component: Arc<ComponentContext>,
    /// Handles that the guest holds.
    pub table: ResourceTable,
    /// Connections of this instance that write.
    pub writes: Arc<InstanceWrites>,
    /// Connections and stores that are open.
    pub connections_open: usize,
    /// How long the guest has computed.
    pub busy: BusyMeter,
    /// Why the instance ends.
    pub stop: StopFlag,
    /// Where its requests go.
    pub outbound: Outbound,
    wasi: WasiCtx,
    http: WasiHttpCtx,
}

impl GuestState {
    /// The state of a new instance.
    pub fn new(component: Arc<ComponentContext>, wasi: WasiCtx, outbound: Outbound) -> Self {
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(crate::limits::GUEST_FIELDS_BYTES_MAX);
        Self {
            busy: BusyMeter::new(component.guest_busy_max),
            component,
            table: ResourceTable::new(),
            writes: Arc::default(),
            connections_open: 0,
            stop: StopFlag::default(),
            outbound,
            wasi,
            http,
        }
    }
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

impl wasmtime::ResourceLimiter for GuestState {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= GUEST_MEMORY_BYTES_MAX;
        if !allowed {
            self.stop.set(StopReason::Memory);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
