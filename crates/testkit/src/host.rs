//! The hosts that a POP runs on, and how each is started.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::process::program;
use crate::shop::{FRAUD_MODEL, modules, workspace};
use crate::{Pop, Process};

/// What serves a POP's components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// Kiosk's own host.
    #[default]
    EdgeNode,
    /// The runtime of Cloudflare Workers.
    Workerd,
    /// Fermyon Spin.
    Spin,
}

/// What a POP is started with, whatever its host.
pub(crate) struct PopSpec {
    /// Identifier.
    pub id: String,
    /// The first part of its id.
    pub region: String,
    /// Signs what it says to the core.
    pub key: String,
    /// Where it keeps its state.
    pub state: PathBuf,
    /// Where its host logs.
    pub log: PathBuf,
    /// Address of the core.
    pub core_url: String,
    /// The mail provider's API.
    pub mail_url: String,
    /// The payment providers' APIs and pages.
    pub psp_url: String,
    /// Where links in mails lead; `None` for what the manifest says.
    pub shop_url: Option<String>,
    /// The POP that keeps the region's vault; `None` when this one does.
    pub vault_url: Option<String>,
    /// Address to listen at, with port 0 for a free one.
    pub listen: String,
}

impl Host {
    /// The name that tables and messages use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdgeNode => "edge-node",
            Self::Workerd => "workerd",
            Self::Spin => "spin",
        }
    }

    /// The host of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::EdgeNode, Self::Workerd, Self::Spin].into_iter().find(|host| host.name() == name)
    }

    /// The program on the PATH, for a host that is not part of this workspace.
    #[must_use]
    pub fn on_path(self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(self.name())).find(|file| file.is_file())
    }

    pub(crate) async fn start(self, spec: &PopSpec) -> Result<Pop> {
        let process = match self {
            Self::EdgeNode => Process::start(edge_node(spec)?, &spec.log).await?,
            Self::Workerd => Process::start(workerd(spec)?, &spec.log).await?.with_group(),
            Self::Spin => {
                let listen = free_port(&spec.listen)?;
                let process =
                    Process::start_at(spin(spec, &listen), &spec.log, &format!("http://{listen}")).await?;
                let ticking = tokio::spawn(tick(process.url.clone()));
                process.with_companion(ticking)
            }
        };
        Ok(Pop { id: spec.id.clone(), url: process.url.clone(), process })
    }
}

/// What opens the ticks of a POP whose host does not tick.
const TICK_KEY: &str = "tick-key-of-a-test-shop";
/// Time between two ticks.
const TICK: Duration = Duration::from_millis(100);

/// Ticks a POP from outside. A tick that fails is left to the next one, as a scheduler does.
async fn tick(url: String) {
    let client = reqwest::Client::new();
    loop {
        for path in ["/v1/tick", "/v1/account/tick"] {
            let _ = client.post(format!("{url}{path}")).bearer_auth(TICK_KEY).send().await;
        }
        tokio::time::sleep(TICK).await;
    }
}

/// `command` in the repository, with the secrets of `spec` in its environment: arguments can be read by everybody.
fn at_home(mut command: Command, spec: &PopSpec) -> Command {
    command
        .kill_on_drop(true)
        .stdin(std::process::Stdio::null())
        .current_dir(workspace())
        .env("SPIN_VARIABLE_POP_KEY", &spec.key)
        .env("SPIN_VARIABLE_PSEUDONYM_KEY", format!("pseudonym-key-of-{}", spec.region))
        .env("SPIN_VARIABLE_VAULT_KEY", format!("vault-key-of-{:-<32}", spec.region))
        .env("SPIN_VARIABLE_MAIL_URL", &spec.mail_url)
        .env("SPIN_VARIABLE_STRIPE_URL", &spec.psp_url)
        .env("SPIN_VARIABLE_PAYPAL_URL", &spec.psp_url)
        .env("SPIN_VARIABLE_PAYMENT_PAGES", &spec.psp_url)
        .env("SPIN_VARIABLE_FRAUD_MODEL", FRAUD_MODEL)
        // As in the US: prices are told without the sales tax of a state.
        .env("SPIN_VARIABLE_SALES_TAX", if spec.region == "us" { "added" } else { "included" })
        // Clients that name none count by their connection.
        .env("SPIN_VARIABLE_CLIENT_ADDR_HEADER", "x-forwarded-for");
    if let Some(url) = &spec.shop_url {
        command.env("SPIN_VARIABLE_SHOP_URL", url);
    }
    if let Some(url) = &spec.vault_url {
        command.env("SPIN_VARIABLE_VAULT_URL", url);
    }
    command
}

/// The variables of `spin.toml`, as arguments.
fn variables(spec: &PopSpec) -> [String; 6] {
    let variable = |name: &str, value: &str| ["--variable".to_owned(), format!("{name}={value}")];
    let [a, b] = variable("pop_id", &spec.id);
    let [c, d] = variable("region", &spec.region);
    let [e, f] = variable("core_url", &spec.core_url);
    [a, b, c, d, e, f]
}

fn edge_node(spec: &PopSpec) -> Result<Command> {
    let mut command = at_home(program("edge-node")?, spec);
    command
        .args(["up", "--manifest", "spin.toml", "--listen", &spec.listen, "--tick-ms", "100"])
        .arg("--state-dir")
        .arg(&spec.state)
        .arg("--cache-dir")
        .arg(modules()?)
        .args(variables(spec));
    Ok(command)
}

fn spin(spec: &PopSpec, listen: &str) -> Command {
    let mut command = at_home(Command::new(Host::Spin.name()), spec);
    command.env("SPIN_VARIABLE_TICK_KEY", TICK_KEY);
    command.args(["up", "--from", "spin.toml", "--listen", listen, "--state-dir"]).arg(&spec.state);
    command.args(variables(spec));
    command
}

fn workerd(spec: &PopSpec) -> Result<Command> {
    let script = workspace().join("scripts/workers-dev");
    if !script.is_file() {
        bail!("{} is missing: it serves a POP on workerd", script.display());
    }
    let (_, port) = spec.listen.rsplit_once(':').context("an address without a port")?;
    let mut command = at_home(Command::new(script), spec);
    command
        .args(["--port", port, "--pop-id", &spec.id, "--region", &spec.region, "--core-url", &spec.core_url])
        .arg("--state-dir")
        .arg(&spec.state);
    // The script has children: as the head of a group it takes them with it.
    command.process_group(0);
    Ok(command)
}

/// A port that was free a moment ago, for who has to know it before the host does: Spin does not tell which one it got.
pub(crate) fn free_port(listen: &str) -> Result<String> {
    if !listen.ends_with(":0") {
        return Ok(listen.to_owned());
    }
    Ok(std::net::TcpListener::bind(listen)?.local_addr()?.to_string())
}
