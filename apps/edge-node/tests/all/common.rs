//! A node in the test's process, serving the test guest on a free port.
#![allow(clippy::unwrap_used, dead_code)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use edge_node::limits::Limits;
use edge_node::manifest::{Application, VariableSource};
use edge_node::node::{Node, NodeOptions};
use edge_node::server;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The guest's file in the folder of built guests.
const GUEST: &str = "test-guest.wasm";

/// Where the project's script puts built guests.
fn dist() -> PathBuf {
    match std::env::var_os("KIOSK_DIST") {
        Some(dist) => dist.into(),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../dist")),
    }
}

/// The test guest, which must have been built.
pub fn guest() -> PathBuf {
    let path = dist().join(GUEST);
    assert!(
        path.exists(),
        "{} is missing: build crates/test-guest for wasm32-wasip2 and copy it there, or set KIOSK_DIST",
        path.display()
    );
    path.canonicalize().unwrap()
}

/// A served node. Its files go when it is dropped.
pub struct Served {
    pub node: Arc<Node>,
    pub address: SocketAddr,
    pub client: reqwest::Client,
    pub folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<anyhow::Result<()>>,
}

/// What a test changes of a node.
pub struct Setup {
    pub manifest: String,
    pub limits: Limits,
    pub variables: Vec<(String, String)>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { manifest: two_components(), limits: Limits::default(), variables: Vec::new() }
    }
}

/// A public component at `/...` and a private one, both the test guest.
pub fn two_components() -> String {
    let guest = guest();
    let guest = guest.display();
    format!(
        r#"
        spin_manifest_version = 2
        [application]
        name = "test"
        [variables]
        plain = {{ default = "shown" }}
        token = {{ default = "from the manifest", secret = true }}
        [[trigger.http]]
        route = "/..."
        component = "front"
        [[trigger.http]]
        route = "/named/:kind/..."
        component = "front"
        [[trigger.http]]
        route = {{ private = true }}
        component = "back"
        [component.front]
        source = "{guest}"
        allowed_outbound_hosts = ["http://back.spin.internal", "http://127.0.0.1:*", "http://self"]
        sqlite_databases = ["default"]
        key_value_stores = ["default"]
        files = [{{ source = "shown", destination = "/data" }}, "picked/*.txt"]
        environment = {{ PLACE = "pop" }}
        [component.front.variables]
        token = "{{{{ token }}}}"
        greeting = "it is {{{{ plain }}}}"
        [component.back]
        source = "{guest}"
        allowed_outbound_hosts = ["http://front.spin.internal"]
        sqlite_databases = ["other"]
        "#
    )
}

impl Setup {
    /// Loads and serves.
    pub async fn serve(self) -> Served {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("shown")).unwrap();
        std::fs::create_dir_all(folder.path().join("picked")).unwrap();
        std::fs::write(folder.path().join("shown/a.txt"), "shown a").unwrap();
        std::fs::write(folder.path().join("picked/b.txt"), "picked b").unwrap();
        let source = VariableSource::new(self.variables);
        let application = Application::parse(&self.manifest, folder.path(), &source).unwrap();
        let options = NodeOptions {
            // Compiled once for all tests.
            cache_dir: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("modules"),
            limits: self.limits,
            ..NodeOptions::new(folder.path().join("state"))
        };
        let node =
            tokio::task::spawn_blocking(move || Node::load(application, &options)).await.unwrap().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server::serve(node.clone(), listener, async {
            let _ = stopped.await;
        }));
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        Served { node, address, client, folder, stop: Some(stop), task }
    }
}

impl Served {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    /// Runs SQL steps on one connection of one request.
    pub async fn sql(&self, steps: Value) -> Vec<Value> {
        let response = self.client.post(self.url("/sql")).body(steps.to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    /// The sum over a metric's lines that hold all of `labels`.
    pub fn metric(&self, name: &str, labels: &[&str]) -> f64 {
        let text = self.node.metrics.render();
        let lines = text.lines().filter(|line| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']))
                && labels.iter().all(|label| line.contains(label))
        });
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Stops serving; the result of the server.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.await.unwrap()
    }

    /// Tells the server to stop, and goes on.
    pub fn begin_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}

/// Polls until a condition holds; fails after ten seconds.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never happened: {what}");
}
