//! The manifest as it is written. Unknown fields are refused, so that a typing error does not go unnoticed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Must be 2.
    pub spin_manifest_version: u32,
    /// Who the application is.
    pub application: ApplicationTable,
    /// Variables of the application.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// What starts components.
    #[serde(default)]
    pub trigger: Triggers,
    /// The components by name.
    #[serde(default)]
    pub component: BTreeMap<String, Component>,
}

/// `[application]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationTable {
    /// Its name.
    pub name: String,
    /// Its version; not used.
    #[serde(default)]
    pub version: String,
    /// Not used.
    #[serde(default)]
    pub description: String,
    /// Not used.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Settings of triggers and tools; not used.
    #[serde(default)]
    pub trigger: toml::Table,
    /// Settings of tools; not used.
    #[serde(default)]
    pub tool: toml::Table,
}

/// `[variables] name = { ... }`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Must be given from outside.
    #[serde(default)]
    pub required: bool,
    /// Taken when nothing is given.
    pub default: Option<String>,
    /// Never shown.
    #[serde(default)]
    pub secret: bool,
    /// Not used.
    #[serde(default)]
    pub description: String,
}

/// `[[trigger.http]]`; other triggers are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// The HTTP triggers.
    #[serde(default)]
    pub http: Vec<HttpTrigger>,
}

/// One HTTP trigger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpTrigger {
    /// Not used.
    #[serde(default)]
    pub id: String,
    /// Which paths.
    pub route: Route,
    /// Which component.
    pub component: String,
}

/// A path pattern, or `{ private = true }`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Route {
    /// Reached from outside.
    Public(String),
    /// Reached only from other components.
    Private(PrivateRoute),
}

/// `{ private = true }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateRoute {
    /// Always true.
    pub private: bool,
}

/// `[component.<name>]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Path of the WASM component.
    pub source: PathBuf,
    /// Not used.
    #[serde(default)]
    pub description: String,
    /// Files that the guest sees.
    #[serde(default)]
    pub files: Vec<Files>,
    /// Where it may send requests.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Stores it may open.
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    /// Databases it may open.
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    /// Variables it may read, as templates.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Its environment.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// How `spin build` makes it; not used.
    #[serde(default)]
    pub build: toml::Table,
    /// Settings of tools; not used.
    #[serde(default)]
    pub tool: toml::Table,
}

/// An entry of `files`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Files {
    /// A pattern such as `assets/**/*`.
    Pattern(String),
    /// A folder or file with its place in the guest.
    Placed(PlacedFiles),
}

/// `{ source = "...", destination = "..." }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacedFiles {
    /// On the host, relative to the manifest.
    pub source: PathBuf,
    /// In the guest, absolute.
    pub destination: String,
}
