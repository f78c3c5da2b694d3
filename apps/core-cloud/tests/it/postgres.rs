//! A private PostgreSQL from Debian's package, in a temporary folder, on a unix socket.
//!
//! Tests may each be a process of their own (nextest), so they share one cluster: whoever comes first starts it under
//! a lock, every test holds a second lock shared while it lives, and a watchdog stops the cluster once nobody does.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection};

const USER: &str = "kiosk";
const CONNECTIONS_MAX: u32 = 400;

/// Held while this process lives.
static IN_USE: OnceLock<File> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a fresh, empty database.
pub async fn fresh_database() -> String {
    let folder = tokio::task::spawn_blocking(cluster).await.unwrap();
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    // A process id comes back in time; with the time beside it the name does not.
    let name = format!("t_{}_{}_{number}", std::process::id(), started.as_nanos());
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&url(&folder, "postgres")).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    url(&folder, &name)
}

fn url(folder: &Path, database: &str) -> String {
    format!("postgres:///{database}?host={}&user={USER}", folder.display())
}

/// The folder of the running cluster.
fn cluster() -> PathBuf {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let folder =
        std::env::temp_dir().join(format!("kiosk-core-tests-{}", if is_root { "root" } else { "user" }));
    IN_USE.get_or_init(|| {
        fs::create_dir_all(&folder).unwrap();
        let start = File::create(folder.join("start.lock")).unwrap();
        start.lock().unwrap();
        let in_use = File::create(folder.join("in-use.lock")).unwrap();
        in_use.lock_shared().unwrap();
        if !is_running(&folder) {
            start_cluster(&folder, is_root);
        }
        in_use
    });
    folder
}

fn is_running(folder: &Path) -> bool {
    let ready =
        Command::new(bin().join("pg_isready")).arg("-q").arg("-h").arg(folder).args(["-t", "5"]).status();
    ready.unwrap().success()
}

/// The newest server of Debian's packages.
fn bin() -> PathBuf {
    let mut versions: Vec<_> = match fs::read_dir("/usr/lib/postgresql") {
        Ok(entries) => entries.map(|entry| entry.unwrap().path().join("bin")).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => panic!("{error}"),
    };
    versions.retain(|bin| bin.join("initdb").exists());
    versions.sort();
    versions.pop().expect("PostgreSQL is missing: apt-get install postgresql")
}

fn start_cluster(folder: &Path, is_root: bool) {
    let data = folder.join("data");
    match fs::remove_dir_all(&data) {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
        _ => {}
    }
    fs::create_dir(&data).unwrap();
    if is_root {
        // The server refuses to run as root.
        assert!(
            Command::new("chown")
                .args(["postgres:postgres"])
                .args([&data, folder])
                .status()
                .unwrap()
                .success()
        );
    }
    run(as_server(is_root, &bin().join("initdb")).arg("-D").arg(&data).args([
        "-U",
        USER,
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]));
    let options = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c max_connections={CONNECTIONS_MAX} \
         -c shared_buffers=64MB",
        folder.display()
    );
    let log = data.join("server.log");
    run(as_server(is_root, &bin().join("pg_ctl"))
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(log)
        .args(["-w", "-o", &options, "start"]));
    watch(folder, &data, is_root);
}

fn as_server(is_root: bool, program: &Path) -> Command {
    let mut command = Command::new(if is_root { Path::new("setpriv") } else { program });
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    }
    command.current_dir("/").env_remove("PGDATA").env_remove("PGPORT");
    command
}

fn run(command: &mut Command) {
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Stops the cluster when no test has used it for a while.
fn watch(folder: &Path, data: &Path, is_root: bool) {
    let stop = as_server(is_root, &bin().join("pg_ctl"));
    let words: Vec<_> = std::iter::once(stop.get_program()).chain(stop.get_args()).collect();
    let stop: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let script = format!(
        "free=0; while :; do sleep 5; if flock -n -x in-use.lock true; then free=$((free+1)); else free=0; fi; \
         [ $free -ge 3 ] || continue; exec 9>start.lock; flock -x 9; if flock -n -x in-use.lock true; then \
         {} -D {} -m immediate stop; rm -rf {}; exit; fi; exec 9>&-; free=0; done",
        stop.join(" "),
        data.display(),
        data.display()
    );
    // It outlives this process on purpose, so nobody waits for it: `setsid --fork` leaves at once.
    let started = Command::new("setsid")
        .args(["--fork", "sh", "-c", &script])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(started.success());
}
