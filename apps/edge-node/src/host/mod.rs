//! The interfaces that guests import, besides WASI's.

pub mod bindings;
mod key_value;
pub mod logs;
mod sqlite;
mod variables;

use wasmtime::component::{HasData, Linker};

use crate::guest::state::GuestState;

/// Names [`GuestState`] as the data of the Spin interfaces.
pub struct SpinHost;

impl HasData for SpinHost {
    type Data<'a> = &'a mut GuestState;
}

/// Adds WASI 0.2 and 0.3 and the Spin interfaces.
pub fn add_to_linker(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    bindings::Host_::add_to_linker::<_, SpinHost>(linker, |state| state)
}
