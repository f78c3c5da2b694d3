//! What the built components import, read from their binaries.

use std::path::PathBuf;

use wasmparser::{ComponentExternalKind, Parser, Payload};

use crate::{root, spin_toml};

/// Interfaces that Spin 4.1 gives to a component of `wasi:http/service@0.3.0`, as package and version. `wasi` 0.2 comes in
/// through Rust's standard library.
const OFFERED: [(&str, &str); 13] = [
    ("wasi:cli", "0.3.0"),
    ("wasi:clocks", "0.3.0"),
    ("wasi:filesystem", "0.3.0"),
    ("wasi:http", "0.3.0"),
    ("wasi:random", "0.3.0"),
    ("wasi:sockets", "0.3.0"),
    ("wasi:cli", "0.2"),
    ("wasi:clocks", "0.2"),
    ("wasi:filesystem", "0.2"),
    ("wasi:io", "0.2"),
    ("wasi:random", "0.2"),
    ("spin:sqlite", "3.1.0"),
    ("spin:variables", "3.0.0"),
];

/// Names of the component's own imports or exports, without those of the modules and components within it.
fn names(binary: &[u8], exports: bool) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(binary) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 0 && !exports => {
                names.extend(imports.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            Payload::ComponentExportSection(section) if depth == 0 && exports => {
                let instances = section.into_iter().map(Result::unwrap);
                let instances = instances.filter(|export| export.kind == ComponentExternalKind::Instance);
                names.extend(instances.map(|export| export.name.name.to_owned()));
            }
            _ => {}
        }
    }
    names
}

fn is_offered(import: &str) -> bool {
    // `package:name/interface@version`
    let Some((path, version)) = import.split_once('@') else { return false };
    let package = path.split('/').next().unwrap_or(path);
    OFFERED.iter().any(|(offered, known)| {
        *offered == package && (version == *known || version.starts_with(&format!("{known}.")))
    })
}

fn components() -> Vec<(String, PathBuf)> {
    let manifest = spin_toml();
    let components = manifest["component"].as_object().unwrap().iter();
    components
        .map(|(name, component)| (name.clone(), root().join(component["source"].as_str().unwrap())))
        .collect()
}

#[test]
fn components_import_only_what_spin_offers() {
    let mut foreign = Vec::new();
    for (name, file) in components() {
        let imports = names(&std::fs::read(file).unwrap(), false);
        assert!(
            imports.iter().any(|import| import.starts_with("spin:sqlite/")),
            "{name} uses the POP's database"
        );
        foreign
            .extend(imports.into_iter().filter(|import| !is_offered(import)).map(|i| format!("{name}: {i}")));
    }
    assert!(foreign.is_empty(), "Spin does not offer:\n{}", foreign.join("\n"));
}

#[test]
fn components_export_the_handler_that_spin_calls() {
    for (name, file) in components() {
        let exports = names(&std::fs::read(file).unwrap(), true);
        assert_eq!(exports, ["wasi:http/handler@0.3.0"], "{name}");
    }
}

#[test]
fn what_spin_does_not_offer_is_found() {
    assert!(is_offered("wasi:io/streams@0.2.6") && is_offered("spin:sqlite/sqlite@3.1.0"));
    for foreign in [
        "wasi:http/handler@0.4.0",
        "wasi:nn/graph@0.2.0",
        "spin:sqlite/sqlite@4.0.0",
        "kiosk:own/thing",
        "env",
    ] {
        assert!(!is_offered(foreign), "{foreign}");
    }
}
