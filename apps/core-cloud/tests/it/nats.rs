//! A NATS server with JetStream: that of `KIOSK_TEST_NATS`, or Debian's on loopback, which ends with this process.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fs, thread};

use core_cloud::config::NatsConfig;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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

/// What a [`Way`] lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passes {
    Nothing,
    All,
    /// All up to the first acknowledgement of a consumer, which is lost with the connection.
    NoAcknowledgement,
}

/// A way to a server that a test opens and breaks.
pub struct Way {
    /// What leads to the server's stream by this way.
    pub config: NatsConfig,
    passes: Arc<watch::Sender<Passes>>,
    /// Acknowledgements that were lost.
    lost: watch::Receiver<u32>,
}

impl Way {
    /// A way that is closed to a stream that nobody has. `direct` leads there without it.
    pub async fn closed(direct: &NatsConfig) -> Self {
        let server = direct.url.trim_start_matches("nats://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("nats://{}", listener.local_addr().unwrap());
        let passes = Arc::new(watch::Sender::new(Passes::Nothing));
        let (counted, lost) = watch::channel(0);
        let (counted, rule) = (Arc::new(counted), Arc::clone(&passes));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *rule.borrow() != Passes::Nothing {
                    let connected = TcpStream::connect(&server).await.unwrap();
                    tokio::spawn(pass(client, connected, rule.subscribe(), Arc::clone(&counted)));
                }
            }
        });
        Self { config: NatsConfig { url, ..direct.clone() }, passes, lost }
    }

    pub fn open(&self) {
        self.passes.send_replace(Passes::All);
    }

    /// Breaks all connections, and refuses others.
    pub fn close(&self) {
        self.passes.send_replace(Passes::Nothing);
    }

    pub fn lose_acknowledgements(&self) {
        self.passes.send_replace(Passes::NoAcknowledgement);
    }

    /// Waits until an acknowledgement was lost: what it is for is committed.
    pub async fn lost(&mut self) {
        self.lost.wait_for(|lost| *lost > 0).await.unwrap();
    }
}

/// Passes on what both say until one of them, or the rule, ends it.
async fn pass(
    client: TcpStream,
    server: TcpStream,
    mut rule: watch::Receiver<Passes>,
    lost: Arc<watch::Sender<u32>>,
) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let closed = rule.clone();
    tokio::select! {
        () = copy(from_client, to_server, Some((closed, lost))) => {}
        () = copy(from_server, to_client, None) => {}
        _ = rule.wait_for(|rule| *rule == Passes::Nothing) => {}
    }
}

type Watched = (watch::Receiver<Passes>, Arc<watch::Sender<u32>>);

async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, watched: Option<Watched>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let said = &bytes[..count];
        if let Some((rule, lost)) = &watched
            && *rule.borrow() == Passes::NoAcknowledgement
            && said.windows(8).any(|word| word == b"$JS.ACK.")
        {
            lost.send_modify(|lost| *lost += 1);
            return;
        }
        if to.write_all(said).await.is_err() {
            return;
        }
    }
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
