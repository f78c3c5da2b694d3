//! Starts real shops for end-to-end tests and benchmarks: the core and POPs as processes on free ports, with state
//! in a temporary folder, and handles to stop, kill and start each of them again.

mod api;
mod catalog;
mod desk;
mod host;
mod process;
mod shop;
mod tap;

pub use api::{Cart, OrderOutcome, PopApi, shopper};
pub use catalog::{ProductSpec, catalog_lines};
pub use desk::Desk;
pub use host::Host;
pub use process::Process;
pub use shop::{
    Core, Node, OPERATOR_KEY, OWNER_EMAIL, OWNER_PASSWORD, Pop, Shop, ShopBuilder, edge_node, edge_node_with,
    wait_until,
};
pub use tap::Tap;

/// How long a test waits for a state before it fails, in seconds. Reaching it is always a failure.
pub const PATIENCE_S_MAX: u64 = 60;
