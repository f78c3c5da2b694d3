//! The `files` of a component, laid out so that they can be shown to its instances.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::manifest::Mount;

/// A folder of the host under a path of the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preopen {
    /// On the host.
    pub host: PathBuf,
    /// In the guest.
    pub guest: String,
}

/// Makes the mounts of a component ready. Files picked by a pattern, and single files, are copied below `scratch`,
/// since a guest can only be shown folders; whole folders are shown in place.
pub fn lay_out(root: &Path, scratch: &Path, mounts: &[Mount]) -> Result<Vec<Preopen>> {
    if scratch.exists() {
        std::fs::remove_dir_all(scratch).with_context(|| format!("cannot clear {}", scratch.display()))?;
    }
    let mut preopens = Vec::new();
    let mut copied = false;
    for mount in mounts {
        match mount {
            Mount::Glob(pattern) => {
                copy_matches(root, scratch, pattern)?;
                copied = true;
            }
            Mount::Placed { source, destination } if source.is_dir() => {
                preopens.push(Preopen { host: source.clone(), guest: destination.clone() });
            }
            Mount::Placed { source, destination } => {
                copy(source, &scratch.join(destination.trim_start_matches('/')))?;
                copied = true;
            }
        }
    }
    if copied {
        preopens.push(Preopen { host: scratch.to_owned(), guest: "/".to_owned() });
    }
    Ok(preopens)
}

fn copy_matches(root: &Path, scratch: &Path, pattern: &str) -> Result<()> {
    let root = root.canonicalize().with_context(|| format!("cannot find {}", root.display()))?;
    let root_text = root.to_str().context("the path of the manifest is not UTF-8")?;
    let text = format!("{}/{pattern}", glob::Pattern::escape(root_text));
    let mut found = false;
    for path in glob::glob(&text).with_context(|| format!("files: `{pattern}`"))? {
        let path = path?;
        found = true;
        if path.is_file() {
            copy(&path, &scratch.join(path.strip_prefix(&root)?))?;
        }
    }
    if !found {
        bail!("files: nothing matches `{pattern}`");
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}
