//! `sim --seeds N` runs seeds until one fails; `sim --seed S --trace` shows one; `sim --mutations` puts bugs in and
//! sees that each is caught.

use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use sim::mutations::{self, Mutation};
use sim::report::Report;
use sim::runner::{cores, run_seeds};
use sim::{Outcome, run_seed};

/// Most seeds within which a bug must be caught.
const MUTATION_SEEDS_MAX: u64 = 2_000;

#[derive(Parser)]
#[command(
    about = "Simulates POPs and a core under faults, seed by seed, and checks every invariant after each step"
)]
struct Args {
    /// Number of seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Run this seed alone.
    #[arg(long)]
    seed: Option<u64>,
    /// With --seed: print every event.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Put each known bug in, and see that it is caught.
    #[arg(long)]
    mutations: bool,
    /// Put this bug in.
    #[arg(long, value_name = "NAME")]
    mutation: Option<String>,
    /// Seeds that run at once.
    #[arg(long, default_value_t = cores())]
    threads: usize,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let mutation = match args.mutation.as_deref().map(|name| (name, mutations::by_name(name))) {
        Some((name, None)) => {
            let known: Vec<_> = mutations::ALL.iter().map(|mutation| mutation.name).collect();
            eprintln!("error: there is no mutation {name}; there are {}", known.join(", "));
            return ExitCode::FAILURE;
        }
        Some((_, found)) => found,
        None => None,
    };
    match args.seed {
        Some(seed) => run_one(seed, args.trace, mutation),
        None if args.mutations => run_mutations(&args),
        None => run_many(&args, mutation),
    }
}

fn run_one(seed: u64, trace: bool, mutation: Option<&'static Mutation>) -> ExitCode {
    let mut report = Report::new();
    let outcome = run_seed(seed, trace, mutation);
    report.add(&outcome);
    print!("{report}");
    println!("trace hash {:016x}", outcome.hash);
    if outcome.violation.is_none() {
        return ExitCode::SUCCESS;
    }
    show_failure(&outcome, mutation, !trace);
    ExitCode::FAILURE
}

fn run_many(args: &Args, mutation: Option<&'static Mutation>) -> ExitCode {
    let bar = bar(args.seeds);
    let progress = |report: &Report| {
        bar.set_position(report.seeds);
        bar.set_message(format!("{} checkouts, {:.0}x real time", report.checkouts(), report.ratio()));
    };
    let (report, failed) = run_seeds(args.first, args.seeds, args.threads, mutation, &progress);
    bar.finish_and_clear();
    print!("{report}");
    let Some(outcome) = failed else { return ExitCode::SUCCESS };
    show_failure(&outcome, mutation, true);
    ExitCode::FAILURE
}

/// Every bug must be caught; prints how many seeds each took.
fn run_mutations(args: &Args) -> ExitCode {
    let mut survived = 0;
    for mutation in mutations::ALL {
        let bar = bar(MUTATION_SEEDS_MAX);
        bar.set_message(mutation.name);
        let progress = |report: &Report| bar.set_position(report.seeds);
        let (report, failed) =
            run_seeds(args.first, MUTATION_SEEDS_MAX, args.threads, Some(mutation), &progress);
        bar.finish_and_clear();
        match failed {
            Some(outcome) => {
                let what = outcome.violation.unwrap_or_default();
                println!("{:<26} caught by seed {:>4}: {what}", mutation.name, outcome.seed);
            }
            None => {
                survived += 1;
                println!("{:<26} SURVIVED {} seeds: {}", mutation.name, report.seeds, mutation.about);
                report.missing().iter().for_each(|fragment| println!("  not found: {fragment}"));
            }
        }
    }
    if survived == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} seeds  {msg}  {eta} left");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show_failure(outcome: &Outcome, mutation: Option<&'static Mutation>, with_events: bool) {
    if with_events {
        println!("the last events:");
        outcome.last.iter().for_each(|line| println!("{line}"));
    }
    println!("seed {} violates: {}", outcome.seed, outcome.violation.as_deref().unwrap_or(""));
    let mutation = mutation.map_or_else(String::new, |mutation| format!(" --mutation {}", mutation.name));
    println!("again: cargo run --release -p sim -- --seed {} --trace{mutation}", outcome.seed);
}
