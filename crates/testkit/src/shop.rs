//! A core and its POPs.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::host::{Host, PopSpec, free_port};
use crate::process::{bin_dir, program};
use crate::{PATIENCE_S_MAX, PopApi, Process, ProductSpec, catalog_lines};

/// Key of the operator in a test shop.
pub const OPERATOR_KEY: &str = "operator-key-of-a-test-shop";

/// Who may do everything in the admins' panel of a shop with a mailbox.
pub const OWNER_EMAIL: &str = "owner@kiosk.example";
/// Their password.
pub const OWNER_PASSWORD: &str = "the owner of a test shop";

/// The fraud model of core and POPs: of those of the release the one that asks nobody for more, whatever the hour.
pub(crate) const FRAUD_MODEL: &str = "fraud-v1";

/// The repository.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// Compiled components, kept beside the programs so that each is compiled once and not by every shop.
pub(crate) fn modules() -> Result<PathBuf> {
    Ok(bin_dir()?.join("edge-modules"))
}

/// For every HTTP client of this process. Of several callers one installs it; the others find it installed.
fn install_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn pop_key(id: &str) -> String {
    format!("key-of-{id}-0123456789abcdef")
}

fn region(pop: &str) -> &str {
    pop.split('-').next().unwrap_or(pop)
}

/// Polls until `state` answers `Some`; fails after [`PATIENCE_S_MAX`] seconds with what was waited for.
///
/// # Errors
/// When the time is up, or `state` fails.
pub async fn wait_until<T, F>(what: &str, mut state: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let deadline = Instant::now() + Duration::from_secs(PATIENCE_S_MAX);
    loop {
        if let Some(value) = state().await? {
            return Ok(value);
        }
        if Instant::now() > deadline {
            bail!("waited {PATIENCE_S_MAX} s for: {what}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What a shop is started with.
pub struct ShopBuilder {
    pops: Vec<String>,
    products: Vec<ProductSpec>,
    demo: bool,
    host: Host,
    core_url_for_pops: Option<String>,
    mailbox: bool,
    payments: bool,
    shared_vault: bool,
    named: bool,
}

/// A shop; everything stops and its state is removed when it is dropped.
pub struct Shop {
    dir: TempDir,
    pop_ids: Vec<String>,
    host: Host,
    core_url_for_pops: Option<String>,
    mailbox: Option<Process>,
    /// Kept for as long as the shop.
    #[allow(dead_code, reason = "stops when it is dropped")]
    psp: Option<Process>,
    outside: Outside,
    shared_vault: bool,
    named: bool,
    /// The core.
    pub core: Core,
    /// The POPs, in the order they were named.
    pub pops: Vec<Pop>,
    client: reqwest::Client,
}

/// The core of a shop.
pub struct Core {
    process: Process,
    /// Address, the same over restarts.
    pub url: String,
}

/// A POP of a shop.
pub struct Pop {
    /// Identifier, e.g. `eu-1`.
    pub id: String,
    /// The host's process.
    pub process: Process,
    /// Address, the same over restarts.
    pub url: String,
}

impl ShopBuilder {
    /// Names the POPs; `eu-1` is in region `eu`.
    #[must_use]
    pub fn pops(mut self, ids: &[&str]) -> Self {
        self.pops = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Sells `products`.
    #[must_use]
    pub fn products(mut self, products: &[ProductSpec]) -> Self {
        self.products = products.to_vec();
        self
    }

    /// Sells the demo catalogue too.
    #[must_use]
    pub fn demo(mut self) -> Self {
        self.demo = true;
        self
    }

    /// Serves the POPs on `host`.
    #[must_use]
    pub fn host(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// Opens a mailbox that gets the shop's mails.
    #[must_use]
    pub fn mailbox(mut self) -> Self {
        self.mailbox = true;
        self
    }

    /// Opens a sandbox of payment providers, whose pages shoppers are led to.
    #[must_use]
    pub fn payments(mut self) -> Self {
        self.payments = true;
        self
    }

    /// Each POP knows itself as `http://localhost:<port>`: a name, as passkeys need one.
    #[must_use]
    pub fn named(mut self) -> Self {
        self.named = true;
        self
    }

    /// The first POP of each region keeps its vault; the others forward to it. Without this each POP has one of its own.
    #[must_use]
    pub fn shared_vault(mut self) -> Self {
        self.shared_vault = true;
        self
    }

    /// Starts the core, then the POPs, and waits until each POP has the catalogue and stock to sell.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn start(self) -> Result<Shop> {
        install_crypto();
        let dir = tempfile::Builder::new().prefix("kiosk-shop-").tempdir()?;
        let catalog = dir.path().join("catalog.jsonl");
        std::fs::write(&catalog, catalog_lines(&self.products))?;
        run_core(&dir, &self.pops, &["import", "--format", "kiosk-jsonl", &catalog.to_string_lossy()])
            .await?;
        if self.demo {
            run_core(&dir, &self.pops, &["seed"]).await?;
        }
        let mailbox = if self.mailbox { Some(start_mailbox(&dir).await?) } else { None };
        if self.mailbox {
            run_core(&dir, &self.pops, &["owner", OWNER_EMAIL]).await?;
        }
        // It tells the POPs of payments, and they have to know it: so its address is fixed first, and it starts last.
        let psp_listen = if self.payments { Some(free_port("127.0.0.1:0")?) } else { None };
        let outside = Outside {
            mail_url: mail_url(mailbox.as_ref()).to_owned(),
            psp_url: psp_listen.as_ref().map(|listen| format!("http://{listen}")),
        };
        let core = start_core(&dir, &self.pops, &outside, "127.0.0.1:0").await?;
        let client = reqwest::Client::builder().pool_max_idle_per_host(64).build()?;
        let mut shop = Shop {
            mailbox,
            psp: None,
            outside,
            shared_vault: self.shared_vault,
            named: self.named,
            dir,
            pop_ids: self.pops,
            host: self.host,
            core_url_for_pops: self.core_url_for_pops,
            core,
            pops: Vec::new(),
            client,
        };
        for id in shop.pop_ids.clone() {
            let pop = shop.start_pop(&id, "127.0.0.1:0").await?;
            shop.pops.push(pop);
        }
        if let Some(listen) = psp_listen {
            let servers = shop.pops.iter().map(|pop| &pop.url).chain([&shop.core.url]);
            shop.psp = Some(start_psp(&shop.dir, &listen, servers).await?);
        }
        if self.demo {
            for pop in 0..shop.pops.len() {
                shop.api(pop).wait_for_products(kiosk_demo_shop::products().len()).await?;
            }
        }
        let skus: Vec<_> =
            self.products.iter().filter(|product| product.stock > 0).map(|product| &product.sku).collect();
        for pop in 0..shop.pops.len() {
            for sku in &skus {
                shop.api(pop).wait_for_stock(&sku.to_lowercase()).await?;
            }
        }
        Ok(shop)
    }
}

/// A host on its own, with state in a temporary folder.
pub struct Node {
    /// The process.
    pub process: Process,
    /// Its state; `default.sqlite` is its database.
    pub dir: TempDir,
}

/// Serves the manifest at `path` with `variables`.
///
/// # Errors
/// When it does not start.
pub async fn edge_node(path: &str, variables: &[(&str, &str)]) -> Result<Node> {
    edge_node_with(path, variables, &[]).await
}

/// The same with more options of `edge-node up`.
///
/// # Errors
/// When it does not start.
pub async fn edge_node_with(path: &str, variables: &[(&str, &str)], options: &[&str]) -> Result<Node> {
    install_crypto();
    let dir = tempfile::tempdir()?;
    let mut command = program("edge-node")?;
    command.args(["up", "--manifest", path, "--listen", "127.0.0.1:0"]).arg("--state-dir").arg(dir.path());
    command.arg("--cache-dir").arg(modules()?);
    for (name, value) in variables {
        command.args(["--variable", &format!("{name}={value}")]);
    }
    command.args(options);
    let process = Process::start(command, &dir.path().join("node.log")).await?;
    Ok(Node { process, dir })
}

fn core_command(dir: &TempDir, pops: &[String]) -> Result<tokio::process::Command> {
    let keys: Vec<_> = pops.iter().map(|id| format!("{id}:{}:{}", region(id), pop_key(id))).collect();
    let mut command = program("core-cloud")?;
    command
        .env("KIOSK_POPS", keys.join(","))
        .env("KIOSK_OPERATOR_KEY", OPERATOR_KEY)
        .env("KIOSK_OWNER_PASSWORD", OWNER_PASSWORD)
        .env("KIOSK_FRAUD_MODEL", FRAUD_MODEL)
        .env_remove("DATABASE_URL");
    command.current_dir(dir.path());
    Ok(command)
}

async fn run_core(dir: &TempDir, pops: &[String], args: &[&str]) -> Result<()> {
    let output = core_command(dir, pops)?.args(args).args(["--data-dir", "core"]).output().await?;
    if !output.status.success() {
        bail!("core-cloud {args:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

async fn start_mailbox(dir: &TempDir) -> Result<Process> {
    let mut command = program("mail-sandbox")?;
    command.args(["--listen", "127.0.0.1:0"]);
    Process::start(command, &dir.path().join("mail.log")).await
}

/// Webhooks go to all servers, as each only knows what is its own.
async fn start_psp(
    dir: &TempDir,
    listen: &str,
    servers: impl IntoIterator<Item = &String>,
) -> Result<Process> {
    let mut command = program("psp-sandbox")?;
    command.args(["--listen", listen]);
    for server in servers {
        let webhooks = format!("{server}/v1/payments/webhooks");
        command.args(["--stripe-webhook", &format!("{webhooks}/stripe")]);
        command.args(["--paypal-webhook", &format!("{webhooks}/paypal")]);
    }
    Process::start(command, &dir.path().join("psp.log")).await
}

/// The port of the discard protocol, where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Where mails go; without a mailbox nowhere.
fn mail_url(mailbox: Option<&Process>) -> &str {
    mailbox.map_or(NOWHERE, |mailbox| mailbox.url.as_str())
}

/// What the core talks to outside of the shop.
struct Outside {
    mail_url: String,
    /// None in a shop without payment providers.
    psp_url: Option<String>,
}

async fn start_core(dir: &TempDir, pops: &[String], outside: &Outside, listen: &str) -> Result<Core> {
    let mut command = core_command(dir, pops)?;
    command.env("KIOSK_MAIL_URL", &outside.mail_url);
    if let Some(url) = &outside.psp_url {
        // The sandbox's own keys: they open nothing else.
        command.env("KIOSK_STRIPE_URL", url).env("KIOSK_PAYPAL_URL", url);
        command.env("KIOSK_STRIPE_KEY", "sk_test_kiosk").env("KIOSK_STRIPE_WEBHOOK_SECRET", "whsec_kiosk");
        command.env("KIOSK_PAYPAL_CLIENT_ID", "kiosk-client").env("KIOSK_PAYPAL_SECRET", "kiosk-secret");
        command.env("KIOSK_PAYPAL_WEBHOOK_ID", "WH-KIOSK");
    }
    command.args(["serve", "--listen", listen, "--data-dir", "core"]);
    let process = Process::start(command, &dir.path().join("core.log")).await?;
    Ok(Core { url: process.url.clone(), process })
}

impl Core {
    /// Ends the core at once.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub async fn kill(&mut self) -> Result<()> {
        self.process.kill().await
    }

    /// Resident memory in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn resident_bytes(&self) -> Result<u64> {
        self.process.resident_bytes()
    }

    /// Processor time that it took since it was started.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu_time(&self) -> Result<std::time::Duration> {
        self.process.cpu_time()
    }
}

impl Shop {
    /// A shop to be started.
    #[must_use]
    pub fn builder() -> ShopBuilder {
        ShopBuilder {
            pops: vec!["eu-1".to_owned()],
            products: Vec::new(),
            demo: false,
            host: Host::default(),
            core_url_for_pops: None,
            mailbox: false,
            payments: false,
            shared_vault: false,
            named: false,
        }
    }

    /// Address of the mailbox; `None` when the shop has none.
    #[must_use]
    pub fn mailbox_url(&self) -> Option<&str> {
        self.mailbox.as_ref().map(|mailbox| mailbox.url.as_str())
    }

    /// Address of the sandbox of payment providers, where there is one.
    #[must_use]
    pub fn psp_url(&self) -> Option<&str> {
        self.outside.psp_url.as_deref()
    }

    /// The mails that the shop sent, newest first.
    ///
    /// # Errors
    /// When the shop has no mailbox.
    pub async fn mails(&self) -> Result<Vec<serde_json::Value>> {
        let mailbox = self.mailbox_url().context("a shop without a mailbox")?;
        Ok(self.client.get(format!("{mailbox}/messages")).send().await?.json().await?)
    }

    /// Address of the POP that keeps the vault for this one.
    fn vault_of(&self, id: &str) -> Option<String> {
        let first = self.pops.iter().find(|pop| region(&pop.id) == region(id));
        first.filter(|pop| self.shared_vault && pop.id != id).map(|pop| pop.url.clone())
    }

    async fn start_pop(&self, id: &str, listen: &str) -> Result<Pop> {
        let listen = if self.named { free_port(listen)? } else { listen.to_owned() };
        let core_url = self.core_url_for_pops.as_deref().unwrap_or(&self.core.url);
        let spec = PopSpec {
            id: id.to_owned(),
            region: region(id).to_owned(),
            key: pop_key(id),
            state: self.dir.path().join(id),
            log: self.dir.path().join(format!("{id}.log")),
            core_url: core_url.to_owned(),
            mail_url: self.outside.mail_url.clone(),
            psp_url: self.psp_url().unwrap_or(NOWHERE).to_owned(),
            shop_url: self.named.then(|| format!("http://{}", listen.replace("127.0.0.1", "localhost"))),
            vault_url: self.vault_of(id),
            listen,
        };
        self.host.start(&spec).await
    }

    /// The core again, at the same address with the same state.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart_core(&mut self) -> Result<()> {
        let listen = self.core.url.trim_start_matches("http://").to_owned();
        self.core = start_core(&self.dir, &self.pop_ids, &self.outside, &listen).await?;
        Ok(())
    }

    /// The POP at `index` again, at the same address with the same state.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart_pop(&mut self, index: usize) -> Result<()> {
        let id = self.pops[index].id.clone();
        let listen = self.pops[index].url.trim_start_matches("http://").to_owned();
        self.pops[index] = self.start_pop(&id, &listen).await?;
        Ok(())
    }

    /// Lets the POPs reach the core at another address (a [`crate::Tap`]) from their next start on.
    pub fn route_pops_through(&mut self, url: &str) {
        self.core_url_for_pops = Some(url.to_owned());
    }

    /// A client of the API of the POP at `index`.
    #[must_use]
    pub fn api(&self, index: usize) -> PopApi {
        PopApi::new(self.client.clone(), &self.pops[index].url)
    }

    /// Imports more products while the shop runs.
    ///
    /// # Errors
    /// When the import fails.
    pub async fn import(&self, format: &str, file: &Path) -> Result<()> {
        run_core(&self.dir, &self.pop_ids, &["import", "--format", format, &file.to_string_lossy()]).await
    }

    /// GET on the core as its operator.
    ///
    /// # Errors
    /// When the core does not answer 200 with JSON.
    pub async fn core_get(&self, path: &str) -> Result<serde_json::Value> {
        let request = self.client.get(format!("{}{path}", self.core.url)).bearer_auth(OPERATOR_KEY);
        let response = request.send().await?.error_for_status().context("core")?;
        Ok(response.json().await?)
    }

    /// All orders the core has, by id, over all pages.
    ///
    /// # Errors
    /// When the core does not answer.
    pub async fn core_orders(&self) -> Result<Vec<serde_json::Value>> {
        let mut orders = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.core_get(&format!("/v1/orders?limit=100{cursor}")).await?;
            orders.extend(page["items"].as_array().context("items")?.iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(orders),
            }
        }
    }

    /// Waits until the core has `count` orders or more, and returns them.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn wait_for_core_orders(&self, count: usize) -> Result<Vec<serde_json::Value>> {
        wait_until(&format!("{count} orders in the core"), || async {
            let orders = self.core_orders().await?;
            Ok((orders.len() >= count).then_some(orders))
        })
        .await
    }

    /// State and logs of the shop.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}
