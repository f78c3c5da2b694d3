//! The table as its files say it: `cases/<theme>.toml`, each a list of flows, each a list of cases in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One file.
pub struct Theme {
    /// Name of the file, without its ending.
    pub name: String,
    /// Its flows. Each stands for itself: none needs what another one did.
    pub flows: Vec<Flow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    flow: Vec<Flow>,
}

/// Cases that build on one another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// What it is about.
    pub name: String,
    /// Texts that its cases use as `{{name}}`.
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// In the order they are sent.
    #[serde(rename = "case")]
    pub cases: Vec<Case>,
}

/// One text, or several: lines of a header that is sent or answered more than once.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// One.
    One(String),
    /// Several, or none at all.
    Many(Vec<String>),
}

impl Texts {
    /// As a slice.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// A request and what must come back. A text that is expected and begins with `~ ` is a regular expression.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Says what holds; unique in the table.
    pub name: String,
    /// Method and target, which goes out byte for byte.
    pub send: String,
    /// Headers of the request, written as they are here.
    #[serde(default)]
    pub with: BTreeMap<String, Texts>,
    /// Body, with the content type of JSON.
    pub json: Option<String>,
    /// Body, with the content type of a form.
    pub form: Option<String>,
    /// Body without a content type of its own.
    pub text: Option<String>,
    /// Body in hexadecimal digits, for bytes that are no text.
    pub hex: Option<String>,
    /// Sends the body in chunks of so many bytes, without a `Content-Length`.
    pub chunk_bytes: Option<usize>,
    /// How many letters stand for `{{padding}}`.
    #[serde(default)]
    pub padding: usize,
    /// How many headers of no meaning are sent too.
    #[serde(default)]
    pub more_headers: usize,
    /// The only hosts that must answer so, for what a platform does itself.
    pub hosts: Option<Vec<String>>,
    /// Why other hosts need not.
    pub reason: Option<String>,
    /// The answer comes from the host before the shop sees the request: the rules of the shop's answers do not hold.
    #[serde(default)]
    pub from_host: bool,

    /// Status of the answer.
    pub status: u16,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: BTreeMap<String, Texts>,
    /// Headers that the answer must not have.
    #[serde(default)]
    pub absent: Vec<String>,
    /// JSON that the answer must hold: objects may have more members, lists have exactly these.
    pub answer: Option<String>,
    /// The whole body.
    pub body: Option<String>,
    /// Name of the picture in `goods.rs` that the body must be.
    pub picture: Option<String>,
    /// Texts of the body.
    #[serde(default)]
    pub contains: Vec<String>,
    /// Texts that must not be in the body.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Fewest bytes of the body.
    #[serde(default)]
    pub bytes_min: usize,
    /// What later cases use: `json /pointer`, `header name`, `cookie name`, `body` or `match regex` with a group.
    #[serde(default)]
    pub capture: BTreeMap<String, String>,
}

impl Case {
    /// Method and target.
    pub fn method_and_target(&self) -> (&str, &str) {
        self.send.split_once(' ').unwrap_or((&self.send, ""))
    }

    /// Whether `host` must answer so.
    pub fn is_for(&self, host: &str) -> bool {
        self.hosts.as_ref().is_none_or(|hosts| hosts.iter().any(|known| known == host))
    }
}

/// Every theme, in the order of their names.
pub fn read() -> Result<Vec<Theme>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/cases");
    let mut files: Vec<_> = fs::read_dir(&folder)?.collect::<std::io::Result<_>>()?;
    files.sort_by_key(fs::DirEntry::path);
    let theme = |file: &fs::DirEntry| {
        let path = file.path();
        let text = fs::read_to_string(&path)?;
        let read: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Theme { name, flows: read.flow })
    };
    files.iter().map(theme).collect()
}
