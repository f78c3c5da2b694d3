//! A throw-away PostgreSQL from Debian's package, on a loopback port, that syncs every commit to disk.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// Its only user.
pub const USER: &str = "kiosk";
/// Its database.
pub const DATABASE: &str = "postgres";

/// Stops and is removed when it is dropped.
pub struct Postgres {
    dir: TempDir,
    /// `127.0.0.1:<port>`
    pub address: String,
}

impl Postgres {
    /// Starts a new, empty cluster.
    pub fn start() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("kiosk-bench-postgres-").tempdir()?;
        if is_root()? {
            run(Command::new("chown").arg("postgres:postgres").arg(dir.path()))?;
        }
        let data = dir.path().join("data");
        run(server("initdb")?.arg("-D").arg(&data).args(["-U", USER, "--auth=trust", "--encoding=UTF8"]))?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={} -c shared_buffers=256MB",
            dir.path().display()
        );
        let log = data.join("server.log");
        run(server("pg_ctl")?.arg("-D").arg(&data).arg("-l").arg(log).args(["-w", "-o", &options, "start"]))?;
        Ok(Self { dir, address: format!("127.0.0.1:{port}") })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut stop) = server("pg_ctl") {
            let _ = run(stop.arg("-D").arg(self.dir.path().join("data")).args(["-m", "immediate", "stop"]));
        }
    }
}

/// The newest of Debian's versions.
fn bin() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .context("PostgreSQL is missing; scripts/bench installs it")?;
    let mut bins: Vec<_> = versions.map(|entry| Ok(entry?.path().join("bin"))).collect::<Result<_>>()?;
    bins.retain(|bin| bin.join("initdb").exists());
    bins.sort();
    bins.pop().context("PostgreSQL has no initdb")
}

fn is_root() -> Result<bool> {
    Ok(Path::new("/proc/self").metadata()?.uid() == 0)
}

/// One of its programs, as a user that it accepts: it refuses to run as root.
fn server(program: &str) -> Result<Command> {
    let program = bin()?.join(program);
    let mut command = if is_root()? {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env_remove("PGDATA").env_remove("PGPORT");
    Ok(command)
}

fn run(command: &mut Command) -> Result<()> {
    // Its output is not piped: the server that `pg_ctl` starts would keep the pipe open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}
