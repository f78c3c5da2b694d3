//! Serves the mailbox.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use mail_sandbox::{Mailbox, router};
use tokio::net::TcpListener;

/// A mail provider for a local shop: keeps mails in memory and shows them.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to serve on, of this machine alone.
    #[arg(long, default_value = "127.0.0.1:8010", value_parser = loopback)]
    listen: SocketAddr,
}

/// Whoever reads the mailbox can follow its links into accounts, so nobody outside this machine reads it.
fn loopback(text: &str) -> Result<SocketAddr> {
    let address: SocketAddr = text.parse()?;
    ensure!(address.ip().is_loopback(), "the mailbox is open to this machine alone, such as 127.0.0.1:8010");
    Ok(address)
}

#[tokio::main]
async fn main() -> Result<()> {
    let Args { listen } = Args::parse();
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    println!("listening on http://{}", listener.local_addr()?);
    let service = TowerToHyperService::new(router(Mailbox::default()));
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            if let Err(error) =
                Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await
            {
                eprintln!("a connection ended: {error}");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_this_machine_alone() {
        let takes = |listen| Args::try_parse_from(["mail-sandbox", "--listen", listen]).is_ok();
        assert!(takes("127.0.0.1:0") && takes("[::1]:8010"));
        for open in ["0.0.0.0:8010", "[::]:8010", "192.0.2.7:8010", "localhost", ""] {
            assert!(!takes(open), "{open}");
        }
    }
}
