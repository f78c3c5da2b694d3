//! Microsoft's ONNX Runtime behind `ort`, for native programs: after [`load`], the code that runs on tract in WASM runs on it.
//!
//! The library is loaded when the program asks for it and not linked, so that nothing else needs it. `scripts/onnxruntime`
//! brings a pinned version.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::path::Path;

use libloading::{Library, Symbol};
use ort::sys::{ORT_API_VERSION, OrtApi, OrtApiBase, OrtEnv};

/// Why ONNX Runtime is not there.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No library, or another one.
    #[error("no ONNX Runtime could be loaded: scripts/onnxruntime brings it")]
    Library(#[from] libloading::Error),
    /// Older than what `ort` was made for.
    #[error("this ONNX Runtime does not have version {ORT_API_VERSION} of its interface")]
    Version,
    /// `ort` runs on something else already: it takes one runtime for the life of a process.
    #[error("another runtime is in use")]
    Taken,
}

/// Makes `ort` run on the library at `path`, for the rest of the process; to be called before anything of `ort`. Its version.
///
/// # Errors
/// [`LoadError`]; `ort` is then as it was.
pub fn load(path: &Path) -> Result<String, LoadError> {
    // SAFETY: the library is Microsoft's, whose hash was checked when it was fetched; loading it runs its initialisers.
    // It is never unloaded, so that what it hands out stays valid.
    let library: &'static Library = Box::leak(Box::new(unsafe { Library::new(path)? }));
    // SAFETY: the symbol has this type since the first version, and its answer is static or null.
    let base = unsafe {
        let get: Symbol<'_, unsafe extern "C" fn() -> *const OrtApiBase> = library.get(b"OrtGetApiBase")?;
        get().as_ref().ok_or(LoadError::Version)?
    };
    // SAFETY: both functions belong to the interface's first part, which never changes; the version is a static text, and
    // the interface, where it is not null, a static table of functions that may be copied.
    let (version, api) = unsafe {
        let api: *const OrtApi = (base.GetApi)(ORT_API_VERSION);
        (CStr::from_ptr((base.GetVersionString)()), api.as_ref().map(|api| std::ptr::read(api)))
    };
    // `ort` without `std` frees an environment that never was, as `edge_fraud::Network` says.
    let api = OrtApi { ReleaseEnv: keep_environment, ..api.ok_or(LoadError::Version)? };
    if ort::set_api(api) { Ok(version.to_string_lossy().into_owned()) } else { Err(LoadError::Taken) }
}

unsafe extern "system" fn keep_environment(_environment: *mut OrtEnv) {}
