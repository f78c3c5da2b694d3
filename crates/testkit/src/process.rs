//! A server as a child process that dies with its handle.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Duration, timeout};

use crate::PATIENCE_S_MAX;

/// A running server that told its address.
pub struct Process {
    child: Child,
    /// Its process group, when it was started as the head of one.
    group: Option<u32>,
    /// What runs beside it here and ends with it.
    companion: Option<JoinHandle<()>>,
    /// `http://127.0.0.1:<port>`.
    pub url: String,
}

/// The folder of the built programs: tests run from `<target>/<profile>/deps`.
///
/// # Errors
/// When they are not built.
pub fn bin_dir() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os("KIOSK_BIN") {
        return Ok(dir.into());
    }
    let test = std::env::current_exe()?;
    let dir = test.ancestors().find(|dir| dir.join("core-cloud").is_file());
    Ok(dir
        .context(
            "core-cloud is not built; run scripts/build, or set KIOSK_BIN to the folder of the programs",
        )?
        .to_owned())
}

/// A command for one of the workspace's programs.
///
/// # Errors
/// When it is not built.
pub fn program(name: &str) -> Result<Command> {
    let path = bin_dir()?.join(name);
    if !path.is_file() {
        bail!("{} is not built; run scripts/build", path.display());
    }
    let mut command = Command::new(path);
    command.kill_on_drop(true).stdin(Stdio::null());
    Ok(command)
}

impl Process {
    /// Starts `command`, whose log is appended to `log`, and waits for its line `listening on <url>`.
    ///
    /// # Errors
    /// When it ends or does not say so in time.
    pub async fn start(mut command: Command, log: &Path) -> Result<Self> {
        let log_file = std::fs::File::options().create(true).append(true).open(log)?;
        let mut child = command.stdout(Stdio::piped()).stderr(log_file).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let address = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, url)) = line.split_once("listening on ") {
                    return Ok(url.trim().to_owned());
                }
            }
            let tail = std::fs::read_to_string(log).unwrap_or_default();
            bail!(
                "the server ended before it listened:\n{}",
                tail.lines().rev().take(5).collect::<Vec<_>>().join("\n")
            )
        };
        let url = timeout(Duration::from_secs(PATIENCE_S_MAX), address)
            .await
            .context("the server did not listen in time")??;
        // Whatever else it prints is read, so that the pipe never fills.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, group: None, companion: None, url })
    }

    /// Ends `companion` with it.
    #[must_use]
    pub(crate) fn with_companion(mut self, companion: JoinHandle<()>) -> Self {
        self.companion = Some(companion);
        self
    }

    /// Ends its whole process group with it: for a script whose children would live on. `command` was started as the
    /// head of a group.
    #[must_use]
    pub(crate) fn with_group(mut self) -> Self {
        self.group = self.child.id();
        self
    }

    /// Starts `command`, a server that does not tell its address, and waits until `url` takes connections.
    ///
    /// # Errors
    /// When it does not come up in time.
    pub async fn start_at(mut command: Command, log: &Path, url: &str) -> Result<Self> {
        let log_file = std::fs::File::options().create(true).append(true).open(log)?;
        let child = command.stdout(log_file.try_clone()?).stderr(log_file).spawn()?;
        let address = url.trim_start_matches("http://");
        crate::wait_until(&format!("a server at {url}"), || async {
            Ok(tokio::net::TcpStream::connect(address).await.is_ok().then_some(()))
        })
        .await?;
        Ok(Self { child, group: None, companion: None, url: url.to_owned() })
    }

    /// Ends it at once, as `kill -9` or a power cut does.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub async fn kill(&mut self) -> Result<()> {
        self.kill_group();
        self.child.kill().await.context("kill")
    }

    /// Process id, for reading `/proc`.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Resident memory in bytes, from `/proc/<pid>/status`.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn resident_bytes(&self) -> Result<u64> {
        let id = self.id().context("the process has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).context("no value")?.parse()?;
        Ok(kib * 1024)
    }

    /// Processor time that it took so far, from `/proc/<pid>/stat`, whose clock has a hundred ticks a second.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cpu_time(&self) -> Result<Duration> {
        let id = self.id().context("the process has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The name before the bracket may contain spaces; user and system time are the 12th and 13th field behind it.
        let (_, fields) = stat.rsplit_once(')').context("no name")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        Ok(Duration::from_millis(ticks.sum::<Result<u64, _>>()? * 10))
    }

    /// The shell's `kill` reaches a group; what has ended by itself is no error.
    fn kill_group(&mut self) {
        if let Some(group) = self.group.take() {
            let kill = format!("kill -s KILL -- -{group} 2>/dev/null");
            let _ = std::process::Command::new("sh").args(["-c", &kill]).status();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
        if let Some(companion) = self.companion.take() {
            companion.abort();
        }
    }
}
