//! The program as operations run it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::two_components;

const PROGRAM: &str = env!("CARGO_BIN_EXE_edge-node");

/// Stops the program when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn write_manifest(folder: &Path) {
    std::fs::create_dir_all(folder.join("shown")).unwrap();
    std::fs::create_dir_all(folder.join("picked")).unwrap();
    std::fs::write(folder.join("picked/b.txt"), "picked b").unwrap();
    std::fs::write(folder.join("spin.toml"), two_components()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_address_serves_and_stops_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    write_manifest(folder.path());
    let modules = concat!(env!("CARGO_TARGET_TMPDIR"), "/modules");
    let mut running = Running(
        Command::new(PROGRAM)
            .current_dir(folder.path())
            .args(["up", "--listen", "127.0.0.1:0", "--state-dir", "state", "--cache-dir", modules])
            .args(["--variable", "token=from the command line"])
            .env("SPIN_VARIABLE_PLAIN", "from the environment")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
    // Of several tests in this process one installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get =
        async |path: &str| client.get(format!("{address}{path}")).send().await.unwrap().text().await.unwrap();
    assert_eq!(get("/hello").await, "Hello, edge!");
    assert_eq!(get("/variable?name=token").await, r#"{"ok":"from the command line"}"#);
    assert_eq!(get("/variable?name=greeting").await, r#"{"ok":"it is from the environment"}"#);
    assert!(folder.path().join("state/default.sqlite").exists());
    drop(client);
    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let status = tokio::task::spawn_blocking(move || running.0.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn it_compiles_ahead_without_values_for_variables() {
    let folder = tempfile::tempdir().unwrap();
    write_manifest(folder.path());
    let manifest = folder.path().join("spin.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("default = \"shown\"", "required = true")).unwrap();
    let run = |command: &str| {
        let output = Command::new(PROGRAM)
            .current_dir(folder.path())
            .args([command, "--manifest", "spin.toml", "--state-dir", "state", "--cache-dir", "modules"])
            .env_remove("SPIN_VARIABLE_PLAIN")
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (compiled, errors) = run("precompile");
    assert!(compiled, "{errors}");
    assert_eq!(std::fs::read_dir(folder.path().join("modules")).unwrap().count(), 1);
    let (started, errors) = run("up");
    assert!(!started && errors.contains("SPIN_VARIABLE_PLAIN"), "{errors}");
}
