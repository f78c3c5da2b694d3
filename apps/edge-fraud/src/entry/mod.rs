//! One file per runtime: converts and calls, nothing else.

#[cfg(all(feature = "component", target_os = "wasi"))]
mod spin;
