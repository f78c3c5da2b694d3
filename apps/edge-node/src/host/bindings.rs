//! Generated from `wit/`.
#![allow(missing_docs, clippy::all)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "kiosk:edge-node/host",
    imports: {
        "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
        default: trappable,
    },
    with: {
        "spin:sqlite/sqlite.connection": crate::db::Connection,
        "spin:key-value/key-value.store": crate::db::KeyValueStore,
    },
});
