//! The smallest component that serves HTTP, with nothing but WASI imports, so that any WASI 0.3 host can run it: what
//! is measured is the host.
#![cfg(target_os = "wasi")]

#[spin_sdk::http_service]
async fn handle(_request: spin_sdk::http::Request) -> &'static str {
    "hello"
}
