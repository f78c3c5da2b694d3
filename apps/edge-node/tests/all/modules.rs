//! The cache of compiled components.

use edge_node::engine::modules::ModuleCache;
use edge_node::engine::new_engine;

use crate::common::guest;

#[test]
fn a_component_is_compiled_once_and_again_when_its_file_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let cache = ModuleCache::open(&new_engine().unwrap(), folder.path()).unwrap();
    let files = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        files.collect::<Vec<_>>()
    };
    cache.load(&guest()).unwrap();
    let [file] = &files()[..] else { panic!("one file, and nothing temporary") };
    let written = file.metadata().unwrap().modified().unwrap();
    cache.load(&guest()).unwrap();
    assert_eq!(file.metadata().unwrap().modified().unwrap(), written);
    std::fs::remove_file(file).unwrap();
    std::fs::write(file, "broken").unwrap();
    cache.load(&guest()).unwrap();
    assert!(file.metadata().unwrap().len() > 1_000);
}

#[test]
fn what_is_no_component_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = ModuleCache::open(&new_engine().unwrap(), &folder.path().join("cache")).unwrap();
    let source = folder.path().join("a.wasm");
    std::fs::write(&source, "not WASM").unwrap();
    let error = cache.load(&source).err().unwrap();
    assert!(error.to_string().contains("a.wasm"), "{error}");
    assert!(cache.load(&folder.path().join("none.wasm")).is_err());
}
