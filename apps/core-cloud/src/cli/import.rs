//! `core-cloud import`, `core-cloud seed`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use core_cloud::app::Services;
use core_cloud::media::fetch::Fetcher;
use core_cloud::modules::imports::draft::{Entry, STOCK_UNITS_MAX, Severity};
use core_cloud::modules::imports::formats::{self, Format, Pictures, Settings};
use core_cloud::modules::imports::service::Report;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kiosk_money::Currency;

/// How often progress is told where there is no terminal to redraw, in milliseconds.
const PROGRESS_INTERVAL_MS: u64 = 2_000;

/// A catalogue to import.
#[derive(Args)]
pub struct Import {
    /// What the file is.
    #[arg(long)]
    format: Format,
    /// The file.
    file: PathBuf,
    /// Folder of the pictures; else `img` or `pictures` next to the file.
    #[arg(long)]
    pictures: Option<PathBuf>,
    /// Currency of prices that have none, e.g. in a Shopify CSV.
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// Pieces on hand where the file does not count them.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(0..=STOCK_UNITS_MAX))]
    default_stock: i64,
    /// Country that vendors ship from, ISO 3166-1 alpha-2.
    #[arg(long, default_value = "US")]
    ships_from: String,
    /// Also fetch pictures from loopback and private networks.
    #[arg(long)]
    allow_private_hosts: bool,
    #[command(flatten)]
    output: Output,
}

/// How the report is written.
#[derive(Args)]
pub struct Output {
    /// The report as JSON on standard output.
    #[arg(long)]
    json: bool,
}

/// Imports the demo catalogue.
pub async fn seed(services: &Services, output: &Output) -> anyhow::Result<()> {
    let settings = Settings {
        currency: Currency::EUR,
        default_stock: 0,
        pictures: Pictures::Demo,
        ships_from: "DE".to_owned(),
        now_ms: services.clock.now_ms(),
    };
    let fetcher = Fetcher::new(false)?;
    run(services, "kiosk-jsonl", "demo shop", formats::read_demo(&settings), &fetcher, output).await
}

impl Import {
    /// Imports the file. Fails only when nothing of it can be read.
    pub async fn run(&self, services: &Services) -> anyhow::Result<()> {
        let ships_from = self.ships_from.to_ascii_uppercase();
        ensure!(ships_from.len() == 2 && ships_from.is_ascii(), "--ships-from is not a country code");
        let settings = Settings {
            currency: Currency::from_code(&self.currency.to_ascii_uppercase()).context("unknown currency")?,
            default_stock: self.default_stock,
            pictures: Pictures::Folder(self.pictures.clone().unwrap_or_else(|| pictures_beside(&self.file))),
            ships_from,
            now_ms: services.clock.now_ms(),
        };
        let entries = formats::read_file(self.format, &self.file, &settings)
            .with_context(|| format!("cannot import {}", self.file.display()))?;
        let fetcher = Fetcher::new(self.allow_private_hosts)?;
        // The name without its folders: the report is kept.
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        run(services, self.format.name(), &name, entries, &fetcher, &self.output).await
    }
}

/// `img` or `pictures` next to the file.
fn pictures_beside(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new("."));
    let beside = ["img", "pictures"].map(|name| folder.join(name));
    beside.into_iter().find(|path| path.is_dir()).unwrap_or_else(|| folder.to_owned())
}

async fn run(
    services: &Services,
    format: &str,
    source: &str,
    entries: Vec<Entry>,
    fetcher: &Fetcher,
    output: &Output,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let progress = Progress::new(entries.len() as u64);
    let show = |done| progress.show(done);
    let report = services.imports.run_import(format, source, entries, fetcher, &show).await?;
    progress.bar.finish_and_clear();
    if output.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print_report(source, &report, started.elapsed());
    }
    Ok(())
}

fn print_report(source: &str, report: &Report, took: Duration) {
    println!(
        "{source}: {} new, {} changed, {} unchanged, {} removed; {} rows refused, {} warnings ({:.1} s)",
        report.created,
        report.changed,
        report.unchanged,
        report.removed,
        report.refused,
        report.warnings,
        took.as_secs_f64()
    );
    for issue in &report.issues {
        let word = if issue.severity == Severity::Refused { "refused" } else { "warning" };
        println!("  line {}: {word}: {}: {}", issue.line, issue.record, issue.reason);
    }
    let kept = report.issues.len() as u64;
    let all = report.refused + report.warnings;
    if all > kept {
        println!("  and {} more", all - kept);
    }
}

/// A bar on a terminal, else a line now and then.
struct Progress {
    bar: ProgressBar,
    told: std::sync::Mutex<Instant>,
}

impl Progress {
    fn new(total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta}") {
            bar.set_style(style);
        }
        Self { bar, told: std::sync::Mutex::new(Instant::now()) }
    }

    fn show(&self, done: u64) {
        self.bar.set_position(done);
        if std::io::stderr().is_terminal() {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if told.elapsed() >= Duration::from_millis(PROGRESS_INTERVAL_MS) {
            *told = Instant::now();
            eprintln!("imported {done} of {}", self.bar.length().unwrap_or(done));
        }
    }
}
