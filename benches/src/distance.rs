//! A TCP relay that is as slow as a long way: what goes in comes out later, and nothing is lost or held back more.

use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// One way between the edge and the centre, in milliseconds: half a round trip of 80, as from Frankfurt to Virginia.
pub const ONE_WAY_MS: u64 = 40;

/// Listens on a port of its own and relays to a target that is far away.
pub struct Distance {
    /// `127.0.0.1:<port>`
    pub address: String,
    task: JoinHandle<()>,
}

impl Distance {
    /// Relays to `target` (`127.0.0.1:<port>`).
    pub async fn to(target: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let target = target.to_owned();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(relay(near, target.clone()));
            }
        });
        Ok(Self { address, task })
    }
}

impl Drop for Distance {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(near: TcpStream, target: String) -> std::io::Result<()> {
    let far = TcpStream::connect(target).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
    tokio::join!(one_way(near_read, far_write), one_way(far_read, near_write));
    Ok(())
}

/// Reads on while earlier bytes are on their way: the way is long, not narrow.
async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let (sender, mut travelling) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let due = Instant::now() + Duration::from_millis(ONE_WAY_MS);
            if sender.send((due, buffer[..count].to_vec())).is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = travelling.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(reading, writing);
}
