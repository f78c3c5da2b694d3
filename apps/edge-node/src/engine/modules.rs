//! Compiled components on disk, so that a second start takes milliseconds.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::deserialize;

/// Compiled components kept; the oldest go first.
const CACHED_MODULES_MAX: usize = 32;
const EXTENSION: &str = "cwasm";

/// A folder of compiled components, each named by its content and by the engine that compiled it.
pub struct ModuleCache {
    engine: Engine,
    folder: PathBuf,
}

impl ModuleCache {
    /// Makes the folder if need be, writable by its owner alone.
    pub fn open(engine: &Engine, folder: &Path) -> Result<Self> {
        make_private_folder(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { engine: engine.clone(), folder: folder.to_owned() })
    }

    /// Whether the compiled form of a component is here.
    pub fn holds(&self, source: &Path) -> Result<bool> {
        Ok(self.path_of(&read(source)?).exists())
    }

    /// The compiled form of a component, from the cache or compiled now.
    pub fn load(&self, source: &Path) -> Result<Component> {
        let wasm = read(source)?;
        let path = self.path_of(&wasm);
        if path.exists() {
            match deserialize::load(&self.engine, &path) {
                Ok(component) => return Ok(component),
                Err(error) => {
                    tracing::warn!("a compiled component cannot be used and is made again: {error:#}")
                }
            }
        }
        let start = Instant::now();
        let code = self
            .engine
            .precompile_component(&wasm)
            .map_err(|error| anyhow::format_err!("cannot compile {}: {error:#}", source.display()))?;
        self.write(&path, &code)?;
        tracing::info!(source = %source.display(), compile_ms = start.elapsed().as_millis() as u64, "compiled");
        deserialize::load(&self.engine, &path)
            .map_err(|error| anyhow::format_err!("cannot load {}: {error:#}", path.display()))
    }

    /// Removes the oldest files beyond the cap.
    pub fn prune(&self) -> Result<()> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                files.push((path.metadata()?.modified()?, path));
            }
        }
        files.sort();
        let surplus = files.len().saturating_sub(CACHED_MODULES_MAX);
        for (_, path) in files.into_iter().take(surplus) {
            std::fs::remove_file(path)?;
        }
        Ok(())
    }

    fn path_of(&self, wasm: &[u8]) -> PathBuf {
        let mut engine = DefaultHasher::new();
        self.engine.precompile_compatibility_hash().hash(&mut engine);
        let name = format!("{}-{:016x}.{EXTENSION}", hex::encode(Sha256::digest(wasm)), engine.finish());
        self.folder.join(name)
    }

    /// Writes a file whole or not at all, also when two hosts share the folder.
    fn write(&self, path: &Path, code: &[u8]) -> Result<()> {
        let temporary =
            path.with_extension(format!("{}.{:?}.tmp", std::process::id(), std::thread::current().id()));
        std::fs::write(&temporary, code).with_context(|| format!("cannot write {}", temporary.display()))?;
        std::fs::rename(&temporary, path).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn read(source: &Path) -> Result<Vec<u8>> {
    std::fs::read(source).with_context(|| format!("cannot read component {}", source.display()))
}

/// Makes a folder that only its owner may enter.
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
