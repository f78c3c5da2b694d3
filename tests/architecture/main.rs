//! The invariants of ARCHITECTURE.md that are properties of the source: I5, I6, I9, and what a part must not know.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

const EDGE_APPS: [&str; 5] =
    ["apps/storefront", "apps/edge-orders", "apps/edge-fraud", "apps/edge-accounts", "apps/edge-social"];
/// Code that runs at the edge and takes time, randomness and the database from its ports.
const EDGE_CRATES: [&str; 12] = [
    "crates/money",
    "crates/ids",
    "crates/wire",
    "crates/privacy",
    "crates/risk",
    "crates/session",
    "crates/password",
    "crates/web",
    "crates/mail",
    "crates/payments",
    "crates/tax",
    "crates/pop-store",
];
const ENTRY_LINES_MAX: usize = 60;

struct Source {
    /// From the root of the repository.
    path: PathBuf,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files with `extension` below `folder`, which must hold some.
fn sources(folder: &str, extension: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(root()).unwrap().to_owned(), text });
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no .{extension} files: was it moved?");
    found
}

impl Source {
    fn is_below(&self, folder: impl AsRef<Path>) -> bool {
        self.path.starts_with(folder)
    }

    /// The lines of the file that hold one of `words`, each with its place.
    fn lines_with(&self, words: &[&str]) -> Vec<String> {
        let lines = self.text.lines().enumerate();
        let hits = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        hits.map(|(number, line)| format!("{}:{}: {}", self.path.display(), number + 1, line.trim()))
            .collect()
    }
}

fn edge_sources() -> impl Iterator<Item = Source> {
    let folders = EDGE_APPS.iter().chain(&EDGE_CRATES);
    folders.flat_map(|folder| sources(&format!("{folder}/src"), "rs"))
}

#[test]
fn i5_an_edge_app_has_one_router_and_its_entries_only_convert() {
    for app in EDGE_APPS {
        let sources = sources(&format!("{app}/src"), "rs");
        let routers: Vec<_> =
            sources.iter().filter(|source| !source.lines_with(&[".route(", ".routes("]).is_empty()).collect();
        let names: Vec<_> = routers.iter().map(|source| source.path.display().to_string()).collect();
        assert_eq!(names.len(), 1, "{app} routes in {names:?}");
        let entry = Path::new(app).join("src/entry");
        assert!(!routers[0].is_below(&entry), "{app} routes in an entry file");
        for source in sources.iter().filter(|source| source.is_below(&entry)) {
            let lines = source.text.lines().count();
            assert!(
                lines <= ENTRY_LINES_MAX,
                "{} has {lines} lines: entries convert and call",
                source.path.display()
            );
        }
    }
}

/// Cloudflare Workers takes one module for the whole POP, so its entry is a package of its own.
#[test]
fn i5_the_workers_entry_has_no_router() {
    for source in sources("apps/edge-worker/src", "rs") {
        assert_eq!(source.lines_with(&[".route(", ".routes(", "Router::new"]), Vec::<String>::new());
        let lines = source.text.lines().count();
        assert!(lines <= ENTRY_LINES_MAX, "{} has {lines} lines", source.path.display());
    }
}

/// Tables that only the release before uses; the next migration drops them.
const RETIRED_TABLES: [&str; 2] = ["orders_parcels", "customers_sums"];

/// Names of the core's tables; each begins with its module's name.
fn tables() -> Vec<String> {
    let migrations = sources("apps/core-cloud/migrations", "sql");
    let created = migrations.iter().flat_map(|migration| migration.text.split("CREATE TABLE ").skip(1));
    created.map(|rest| rest.split([' ', '(']).next().unwrap().to_owned()).collect()
}

#[test]
fn i6_a_module_of_the_core_touches_its_own_tables_only() {
    let tables = tables();
    assert!(tables.len() >= 20, "{tables:?}");
    let sources = sources("apps/core-cloud/src", "rs");
    for table in &tables {
        let module = match table.split_once('_').unwrap() {
            ("gift", _) => "gift_cards",
            (module, _) => module,
        };
        let homes =
            [format!("apps/core-cloud/src/modules/{module}"), format!("apps/core-cloud/src/{module}")];
        let statements = ["FROM ", "INTO ", "UPDATE ", "JOIN "].map(|verb| format!("{verb}{table}"));
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        let used: Vec<_> =
            sources.iter().filter(|source| !source.lines_with(&statements).is_empty()).collect();
        let retired = RETIRED_TABLES.contains(&table.as_str());
        assert_eq!(used.is_empty(), retired, "{table} is used by nobody, or is not retired");
        for source in used {
            let own = homes.iter().any(|home| source.is_below(home));
            assert!(own, "{table} belongs to {module}:\n{}", source.lines_with(&statements).join("\n"));
        }
    }
}

#[test]
fn i6_transport_holds_no_pool() {
    let sources = sources("apps/core-cloud/src/modules", "rs");
    let transports: Vec<_> = sources.iter().filter(|source| source.path.ends_with("transport.rs")).collect();
    assert!(transports.len() >= 4, "were they renamed?");
    for source in transports {
        assert_eq!(source.lines_with(&["sqlx", "Pool", "query("]), Vec::<String>::new());
    }
}

#[test]
fn i9_edge_code_has_no_ambient_time_or_randomness() {
    let ambient = [
        "SystemTime",
        "Instant::",
        "getrandom",
        "rand::",
        "thread_rng",
        "now_v7",
        "new_v4",
        "Date::now",
        "Timestamp::now",
    ];
    for source in edge_sources() {
        assert_eq!(source.lines_with(&ambient), Vec::<String>::new(), "ask the ports instead");
    }
}

/// The lints that ban ambient time and randomness hold where the file that names them lies.
#[test]
fn i9_every_edge_crate_has_the_edge_lints() {
    let lints = fs::read_to_string(root().join("crates/edge-platform/clippy.toml")).unwrap();
    assert!(lints.contains("std::time::SystemTime::now") && lints.contains("getrandom::fill"));
    for folder in EDGE_APPS.iter().chain(&EDGE_CRATES) {
        let own = fs::read_to_string(root().join(folder).join("clippy.toml")).unwrap_or_default();
        assert_eq!(own, lints, "{folder} should link to crates/edge-platform/clippy.toml");
    }
}

#[test]
fn only_the_platform_and_the_entries_know_their_host() {
    for source in edge_sources() {
        let is_entry = EDGE_APPS.iter().any(|app| source.is_below(format!("{app}/src/entry")));
        if !is_entry {
            assert_eq!(
                source.lines_with(&["spin_sdk", "worker::", "wasip3", "rusqlite"]),
                Vec::<String>::new()
            );
        }
    }
}

#[test]
fn the_host_uses_nothing_of_kiosk() {
    for source in sources("apps/edge-node/src", "rs") {
        assert_eq!(source.lines_with(&["kiosk_"]), Vec::<String>::new());
    }
}
