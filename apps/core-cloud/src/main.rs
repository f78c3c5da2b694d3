//! `core-cloud`: serves the core, and does what operators do from a terminal.

mod cli;

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = cli::Cli::parse();
    cli::init_logs(cli.log_format);
    cli.run().await
}
