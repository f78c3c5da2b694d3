//! One file per runtime: converts and calls, nothing else.

#[cfg(target_os = "wasi")]
mod spin;
