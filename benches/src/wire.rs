//! GETs on a bare HTTP/1.1 connection. At several thousand pages a second a full client would take a fifth of the two cores
//! that it shares with the server.

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// One keep-alive connection.
pub struct Wire {
    stream: TcpStream,
    answer: Vec<u8>,
}

/// A request as it is sent.
pub struct Get(Vec<u8>);

impl Get {
    /// `path` at `url` (`http://127.0.0.1:<port>`).
    pub fn new(url: &str, path: &str) -> Self {
        Self(format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", host(url)).into_bytes())
    }
}

fn host(url: &str) -> &str {
    url.trim_start_matches("http://")
}

impl Wire {
    /// Connects to `url`.
    pub async fn open(url: &str) -> Result<Self> {
        let stream = TcpStream::connect(host(url)).await.with_context(|| format!("connect to {url}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(128 << 10) })
    }

    /// Sends a request and reads the whole answer, which must be 200.
    pub async fn get(&mut self, request: &Get) -> Result<()> {
        self.stream.write_all(&request.0).await?;
        self.answer.clear();
        let mut end = None;
        while !end.is_some_and(|end: End| end.is_reached(&self.answer)) {
            ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the connection broke off");
            ensure!(self.answer.len() < ANSWER_BYTES_MAX, "an answer without an end");
            if end.is_none() {
                end = End::of(&self.answer)?;
            }
        }
        Ok(())
    }
}

/// Where an answer ends.
#[derive(Clone, Copy)]
enum End {
    /// At this length, head included.
    Length(usize),
    /// With the last chunk.
    Chunk,
}

impl End {
    /// Of what has come so far; `None` while the head is not whole.
    fn of(answer: &[u8]) -> Result<Option<Self>> {
        let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&answer[..head])?;
        let mut lines = text.lines();
        let status = lines.next().unwrap_or_default();
        ensure!(status.starts_with("HTTP/1.1 200"), "{status}");
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                return Ok(Some(Self::Length(head + 4 + value.trim().parse::<usize>()?)));
            }
            if name.eq_ignore_ascii_case("transfer-encoding") {
                return Ok(Some(Self::Chunk));
            }
        }
        bail!("an answer that does not say where it ends")
    }

    fn is_reached(self, answer: &[u8]) -> bool {
        match self {
            Self::Length(length) => answer.len() >= length,
            Self::Chunk => answer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}
