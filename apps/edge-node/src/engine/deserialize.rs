//! The one unsafe call of the host.
#![allow(unsafe_code)]

use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads machine code that [`super::modules::ModuleCache`] compiled and wrote.
pub(super) fn load(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file must hold what this engine compiled. The cache writes each file whole (to a temporary name,
    // then renamed) into a folder that only its owner may write, under a name made of the component's content and
    // the engine's settings and version, and wasmtime checks the header again. Whoever can replace the file could as
    // well replace this program.
    unsafe { Component::deserialize_file(engine, path) }
}
