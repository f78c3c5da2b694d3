//! A NATS server with JetStream: that of `KIOSK_TEST_NATS`, or Debian's on loopback, which ends with this process.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{fs, thread};

use core_cloud::config::NatsConfig;
use serde_json::Value;

/// Names the server that all tests of the core are to use.
pub const SERVER: &str = "KIOSK_TEST_NATS";
const ACK_WAIT_MS: u64 = 300;
const FOLDER: &str = "kiosk-nats-";

static STREAMS: AtomicU32 = AtomicU32::new(0);

/// The server of all tests, if there is one.
pub fn of_all_tests() -> Option<NatsConfig> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty()).map(|url| fresh(&url))
}

/// A stream that nobody has, on some server.
pub async fn fresh_stream() -> NatsConfig {
    match of_all_tests() {
        Some(stream) => stream,
        None => fresh(tokio::task::spawn_blocking(own_server).await.unwrap()),
    }
}

fn fresh(url: &str) -> NatsConfig {
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let number = STREAMS.fetch_add(1, Ordering::Relaxed);
    let stream = format!("t_{}_{started}_{number}", std::process::id());
    NatsConfig { url: url.to_owned(), stream, ack_wait_ms: ACK_WAIT_MS }
}

fn own_server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        remove_left_folders();
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let data = folder.clone();
        // The server is ended with the thread that started it, so that one waits for it as long as this process lives.
        thread::spawn(move || run_server(&data));
        loop {
            if let Some(url) = read_url(&folder) {
                return url;
            }
            thread::sleep(Duration::from_millis(5));
        }
    })
}

fn run_server(folder: &PathBuf) {
    let mut server = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "nats-server", "--jetstream", "--addr", "127.0.0.1", "--port", "-1"])
        .arg("--store_dir")
        .arg(folder)
        .arg("--ports_file_dir")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let ended = server.wait();
    eprintln!("nats-server ended: {ended:?}; is it missing? apt-get install nats-server");
    std::process::abort();
}

/// The address that the server wrote down when it listened.
fn read_url(folder: &PathBuf) -> Option<String> {
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|ending| ending == "ports"))?;
    let ports: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    ports["nats"][0].as_str().map(str::to_owned)
}

/// What servers of processes that are gone have left.
fn remove_left_folders() {
    for entry in fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(FOLDER));
        if process.is_some_and(|process| !PathBuf::from("/proc").join(process).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
