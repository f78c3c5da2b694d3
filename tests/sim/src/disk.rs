//! A POP's database with a disk that is slow, fails, lies about failing, and tears the last write in a crash.
//!
//! It is the real SQLite on a file. What was acknowledged is durable; of what was not, a crash may leave all or
//! nothing, and a torn write is made by cutting the write-ahead log at an arbitrary byte.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::{BoxFuture, pending};
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, DbError, Row, Statement};

use crate::executor::{US_PER_S, lock};
use crate::mutations;
use crate::world::World;

/// Longest delay of a slow disk, in microseconds. With the skew of the clocks it stays inside the design's margin.
const SLOW_US_MAX: u64 = 4 * US_PER_S;

/// Suffix of SQLite's write-ahead log.
const WAL: &str = "-wal";

/// The files of one database; a crash may move it to another copy.
pub struct Disk {
    folder: PathBuf,
    open: Mutex<Open>,
}

struct Open {
    copies: u32,
    path: PathBuf,
    db: Option<Arc<NativeDb>>,
}

/// The write-ahead log of a database file.
pub fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(WAL);
    PathBuf::from(name)
}

/// Copies a database without closing it, its log cut to `wal_bytes`.
///
/// # Errors
/// When a file cannot be copied.
pub fn copy_torn(from: &Path, to: &Path, wal_bytes: u64) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    if wal_of(from).exists() {
        std::fs::copy(wal_of(from), wal_of(to))?;
        std::fs::OpenOptions::new().write(true).open(wal_of(to))?.set_len(wal_bytes)?;
    }
    Ok(())
}

impl Disk {
    /// A new, empty database in `folder`.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        let disk = Self { folder, open: Mutex::new(Open { copies: 0, path: PathBuf::new(), db: None }) };
        disk.erase();
        disk
    }

    /// Loses the database; the next one is empty.
    pub fn erase(&self) {
        let mut open = lock(&self.open);
        open.db = None;
        open.copies += 1;
        open.path = self.folder.join(format!("pop-{}.sqlite", open.copies));
        std::fs::create_dir_all(&self.folder).expect("the folder of the run can be written");
        open.db = Some(Arc::new(NativeDb::open(&open.path).expect("a new database opens")));
    }

    /// The database.
    pub fn db(&self) -> Arc<NativeDb> {
        lock(&self.open).db.clone().expect("a disk has a database until the run is closed")
    }

    /// Reads at once, for the auditor.
    pub fn read(&self, statement: Statement) -> Result<Vec<Row>, DbError> {
        let db = self.db();
        db.query(statement).now_or_never().expect("SQLite in this process does not wait")
    }

    /// Writes at once.
    fn write(&self, statements: Vec<Statement>) -> Result<(), DbError> {
        let db = self.db();
        db.batch(statements).now_or_never().expect("SQLite in this process does not wait")
    }

    /// A copy of the database as it is now.
    pub fn backup(&self) -> PathBuf {
        let _ = self.read(Statement::new("PRAGMA wal_checkpoint(TRUNCATE)"));
        let mut open = lock(&self.open);
        open.copies += 1;
        let copy = self.folder.join(format!("backup-{}.sqlite", open.copies));
        std::fs::copy(&open.path, &copy).expect("a database can be copied");
        copy
    }

    /// Sets the database back to a copy.
    pub fn restore(&self, copy: &Path) {
        let mut open = lock(&self.open);
        open.copies += 1;
        open.path = self.folder.join(format!("pop-{}.sqlite", open.copies));
        open.db = None;
        std::fs::copy(copy, &open.path).expect("a database can be copied");
        open.db = Some(Arc::new(NativeDb::open(&open.path).expect("a copy opens")));
    }

    /// Writes, and loses what comes after an arbitrary byte of what that added to the log. Commits of the same write
    /// that lie before it stay.
    fn write_torn(&self, world: &World, statements: Vec<Statement>) {
        let _ = self.read(Statement::new("PRAGMA wal_checkpoint(TRUNCATE)"));
        let _ = self.write(statements);
        let mut open = lock(&self.open);
        let written = std::fs::metadata(wal_of(&open.path)).map_or(0, |file| file.len());
        let kept = world.chance.between(0, written);
        open.copies += 1;
        let torn = self.folder.join(format!("pop-{}.sqlite", open.copies));
        copy_torn(&open.path, &torn, kept).expect("a database can be copied");
        open.db = Some(Arc::new(NativeDb::open(&torn).expect("SQLite recovers from a torn log")));
        open.path = torn;
    }

    /// Closes the database.
    pub fn close(&self) {
        lock(&self.open).db = None;
    }
}

/// The database port of a POP.
pub struct SimDb {
    world: Arc<World>,
    pop: usize,
    disk: Arc<Disk>,
}

impl SimDb {
    /// The port to `disk`, which is of the POP of this index.
    pub fn new(world: Arc<World>, pop: usize, disk: Arc<Disk>) -> Self {
        Self { world, pop, disk }
    }

    async fn latency(&self) {
        let world = &self.world;
        let plan = &world.plan.disk;
        let slow =
            if world.strikes(plan.slow, "slow disk") { world.chance.between(0, SLOW_US_MAX) } else { 0 };
        world.sleep_us(world.chance.around(plan.latency_us) + slow).await;
    }

    fn host_error(text: &str) -> DbError {
        DbError::Host(text.to_owned())
    }

    async fn read(&self, mut statement: Statement) -> Result<Vec<Row>, DbError> {
        self.latency().await;
        let world = &self.world;
        if world.strikes(world.plan.disk.read_fails, "read failed") {
            return Err(Self::host_error("disk I/O error"));
        }
        if let Some(mutation) = world.mutation {
            mutations::rewrite(world, mutation, &mut statement);
        }
        self.disk.read(statement)
    }

    async fn write(&self, mut statements: Vec<Statement>) -> Result<(), DbError> {
        let (world, plan) = (&self.world, &self.world.plan.disk);
        self.latency().await;
        if world.strikes(plan.busy, "database busy") {
            return Err(DbError::Busy("database is locked".to_owned()));
        }
        if world.strikes(plan.fails_before, "write failed") {
            return Err(Self::host_error("disk I/O error"));
        }
        if world.strikes(plan.crash, "crash around a write") {
            return self.crash_around(statements).await;
        }
        let later = world
            .mutation
            .map_or_else(Vec::new, |mutation| mutations::split(world, mutation, &mut statements));
        self.commit(statements)?;
        if !later.is_empty() {
            // A transaction of its own, that meets faults of its own.
            return Box::pin(self.write(later)).await;
        }
        if world.strikes(plan.fails_after, "write told as failed") {
            return Err(Self::host_error("disk I/O error after the commit"));
        }
        self.latency().await;
        Ok(())
    }

    /// Writes at once and tells the auditor what was committed.
    fn commit(&self, statements: Vec<Statement>) -> Result<(), DbError> {
        let told = crate::auditor::commits::of(&statements);
        self.disk.write(statements)?;
        crate::auditor::commits::committed(&self.world, self.pop, told);
        Ok(())
    }

    /// The process dies: before the write, within it, or after it and before anybody knows.
    async fn crash_around(&self, mut statements: Vec<Statement>) -> Result<(), DbError> {
        if let Some(mutation) = self.world.mutation {
            mutations::split(&self.world, mutation, &mut statements);
        }
        match self.world.chance.between(0, 2) {
            0 => {}
            1 => {
                let told = crate::auditor::commits::of(&statements);
                self.disk.write_torn(&self.world, statements);
                self.world.count("torn write");
                crate::auditor::commits::perhaps_committed(&self.world, self.pop, told);
            }
            _ => {
                let _ = self.commit(statements);
            }
        }
        crate::faults::crash(&self.world, self.pop);
        pending().await
    }
}

impl Database for SimDb {
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>> {
        self.read(statement).boxed()
    }

    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>> {
        self.write(statements).boxed()
    }
}
