//! Spin takes what is deployed to it: `spin.toml` is a manifest of its version 2, and the components ask for nothing that
//! Spin does not offer.
#![allow(clippy::unwrap_used, missing_docs)]

mod imports;
mod manifest;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn spin_toml() -> serde_json::Value {
    let text = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap()
}
