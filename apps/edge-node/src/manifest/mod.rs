//! `spin.toml`, manifest version 2: what is written ([`schema`]) and what it comes to ([`Application`]).

pub mod schema;
mod template;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::outbound::allow::AllowList;
use crate::routes::{RouteError, RouteTable};
pub use variables::VariableSource;

/// Why a manifest was refused. Each names the field.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file could not be read.
    #[error("cannot read {path}")]
    Read {
        /// Where it was looked for.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML, or not the shape of a manifest.
    #[error("the manifest is malformed: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A field holds something that cannot be.
    #[error("{field}: {reason}")]
    Invalid {
        /// Path of the field, such as `component.shop.files[0]`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The routes contradict each other.
    #[error("trigger.http: {0}")]
    Route(#[from] RouteError),
}

pub(crate) fn invalid(field: impl Into<String>, reason: impl Into<String>) -> ManifestError {
    ManifestError::Invalid { field: field.into(), reason: reason.into() }
}

/// A directory, or files picked by a pattern, that a guest sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mount {
    /// Files that match a pattern below the manifest's folder, shown under the same relative path at `/`.
    Glob(String),
    /// A folder or file shown at a path of the guest's.
    Placed {
        /// On the host.
        source: PathBuf,
        /// In the guest.
        destination: String,
    },
}

/// One component with everything resolved.
#[derive(Clone, Debug)]
pub struct ComponentSpec {
    /// Its name in the manifest.
    pub name: String,
    /// The WASM component on disk.
    pub source: PathBuf,
    /// What it sees of the file system, read only.
    pub mounts: Vec<Mount>,
    /// Where it may send requests.
    pub outbound: AllowList,
    /// Key-value stores it may open.
    pub key_value_stores: BTreeSet<String>,
    /// SQLite databases it may open.
    pub sqlite_databases: BTreeSet<String>,
    /// Variables it may read.
    pub variables: BTreeMap<String, String>,
    /// Its environment variables.
    pub environment: BTreeMap<String, String>,
}

/// A manifest with its variables filled in and its references checked.
#[derive(Clone, Debug)]
pub struct Application {
    /// `application.name`.
    pub name: String,
    /// Folder of the manifest, against which paths are taken.
    pub root: PathBuf,
    /// The components by the order of their names.
    pub components: Vec<ComponentSpec>,
    /// Which component answers which path.
    pub routes: RouteTable,
}

impl Application {
    /// Reads a manifest and resolves it with the given variables.
    pub fn load(path: &Path, given: &VariableSource) -> Result<Self, ManifestError> {
        Self::parse(&read(path)?, folder_of(path), given)
    }

    /// Names and files of the components in a manifest, for which no variable needs a value.
    pub fn sources(path: &Path) -> Result<Vec<(String, PathBuf)>, ManifestError> {
        let manifest: schema::Manifest = toml::from_str(&read(path)?)?;
        let root = folder_of(path);
        Ok(manifest
            .component
            .into_iter()
            .map(|(name, component)| (name, root.join(component.source)))
            .collect())
    }

    /// Resolves the text of a manifest whose paths are relative to `root`.
    pub fn parse(text: &str, root: &Path, given: &VariableSource) -> Result<Self, ManifestError> {
        let manifest: schema::Manifest = toml::from_str(text)?;
        if manifest.spin_manifest_version != 2 {
            return Err(invalid(
                "spin_manifest_version",
                format!("only 2 is supported, found {}", manifest.spin_manifest_version),
            ));
        }
        if manifest.application.name.is_empty() {
            return Err(invalid("application.name", "must not be empty"));
        }
        let variables = variables::resolve(&manifest.variables, given)?;
        let components = manifest
            .component
            .iter()
            .map(|(name, component)| resolve_component(name, component, root, &variables))
            .collect::<Result<Vec<_>, _>>()?;
        let routes = resolve_routes(&manifest)?;
        Ok(Self { name: manifest.application.name, root: root.to_owned(), components, routes })
    }
}

fn read(path: &Path) -> Result<String, ManifestError> {
    std::fs::read_to_string(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn resolve_routes(manifest: &schema::Manifest) -> Result<RouteTable, ManifestError> {
    if manifest.trigger.http.is_empty() {
        return Err(invalid("trigger.http", "at least one HTTP trigger is needed"));
    }
    let mut routes = Vec::new();
    for (index, trigger) in manifest.trigger.http.iter().enumerate() {
        if !manifest.component.contains_key(&trigger.component) {
            return Err(invalid(
                format!("trigger.http[{index}].component"),
                format!("there is no component `{}`", trigger.component),
            ));
        }
        match &trigger.route {
            schema::Route::Public(route) => {
                routes.push((route.clone(), trigger.component.clone()));
            }
            schema::Route::Private(private) if private.private => {}
            schema::Route::Private(_) => {
                return Err(invalid(
                    format!("trigger.http[{index}].route.private"),
                    "must be true; a public trigger has a string as its route",
                ));
            }
        }
    }
    Ok(RouteTable::new(routes)?)
}

fn resolve_component(
    name: &str,
    component: &schema::Component,
    root: &Path,
    variables: &BTreeMap<String, String>,
) -> Result<ComponentSpec, ManifestError> {
    let at = |field: &str| format!("component.{name}.{field}");
    if !is_name(name) {
        return Err(invalid(format!("component.{name}"), "a component's name is letters, digits and `-`"));
    }
    let outbound = component
        .allowed_outbound_hosts
        .iter()
        .enumerate()
        .map(|(i, host)| template::fill(&at(&format!("allowed_outbound_hosts[{i}]")), host, variables))
        .collect::<Result<Vec<_>, _>>()?;
    let own_variables = component
        .variables
        .iter()
        .map(|(key, value)| {
            let value = template::fill(&at(&format!("variables.{key}")), value, variables)?;
            Ok((key.clone(), value))
        })
        .collect::<Result<BTreeMap<_, _>, ManifestError>>()?;
    Ok(ComponentSpec {
        name: name.to_owned(),
        source: root.join(&component.source),
        mounts: resolve_mounts(name, &component.files, root)?,
        outbound: AllowList::parse(&outbound)
            .map_err(|error| invalid(at("allowed_outbound_hosts"), error.to_string()))?,
        key_value_stores: store_names(&at("key_value_stores"), &component.key_value_stores)?,
        sqlite_databases: store_names(&at("sqlite_databases"), &component.sqlite_databases)?,
        variables: own_variables,
        environment: component.environment.clone(),
    })
}

fn resolve_mounts(name: &str, files: &[schema::Files], root: &Path) -> Result<Vec<Mount>, ManifestError> {
    let mut mounts = Vec::new();
    for (index, files) in files.iter().enumerate() {
        let field = format!("component.{name}.files[{index}]");
        mounts.push(match files {
            schema::Files::Pattern(pattern) => {
                if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
                    return Err(invalid(field, "a pattern stays below the manifest's folder"));
                }
                Mount::Glob(pattern.clone())
            }
            schema::Files::Placed(placed) => {
                if !placed.destination.starts_with('/') {
                    return Err(invalid(field, "`destination` must be an absolute path"));
                }
                Mount::Placed { source: root.join(&placed.source), destination: placed.destination.clone() }
            }
        });
    }
    Ok(mounts)
}

/// Names of stores become file names, so only harmless characters are let through.
fn store_names(field: &str, names: &[String]) -> Result<BTreeSet<String>, ManifestError> {
    let mut set = BTreeSet::new();
    for name in names {
        if !is_name(name) {
            return Err(invalid(field, format!("`{name}`: a name is letters, digits, `-` and `_`")));
        }
        if !set.insert(name.clone()) {
            return Err(invalid(field, format!("`{name}` is there twice")));
        }
    }
    Ok(set)
}

fn is_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(legal)
}
