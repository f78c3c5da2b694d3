//! The WASM engine: its settings, its ticker, and its modules compiled ahead.

mod deserialize;
pub mod modules;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::limits::{
    EPOCH_TICK_MS, GUEST_MEMORY_BYTES_MAX, INSTANCES_MAX, MEMORY_KEEP_RESIDENT_BYTES, WARM_SLOTS_MAX,
};

/// Core instances, memories and tables per component instance, on average: guests are one module with two small
/// adapters beside it.
const PARTS_PER_COMPONENT: u32 = 4;
/// Bytes of a stack that stay resident between two users.
const STACK_KEEP_RESIDENT_BYTES: usize = 64 << 10;

/// An engine for guests: pooled memories, ahead-of-time code, interruptible by the epoch.
pub fn new_engine() -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(INSTANCES_MAX * PARTS_PER_COMPONENT)
        .total_memories(INSTANCES_MAX)
        .total_tables(INSTANCES_MAX * 2)
        .total_stacks(INSTANCES_MAX * 8)
        .max_memory_size(GUEST_MEMORY_BYTES_MAX)
        .max_unused_warm_slots(WARM_SLOTS_MAX)
        .linear_memory_keep_resident(MEMORY_KEEP_RESIDENT_BYTES)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(STACK_KEEP_RESIDENT_BYTES);
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .memory_init_cow(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// Advances the epoch of an engine until it is dropped.
pub struct EpochTicker(Arc<AtomicBool>);

impl EpochTicker {
    /// Starts the ticker's thread. A thread, not a task: a busy runtime must not stop it.
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let (engine, seen) = (engine.weak(), stopped.clone());
        std::thread::Builder::new().name("epoch".to_owned()).spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(EPOCH_TICK_MS));
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self(stopped))
    }
}

impl Drop for EpochTicker {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
