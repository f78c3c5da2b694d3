//! An HTTP/1.1 answer, read strictly: what a lenient client forgives is a difference between hosts.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// What came back.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Name in lower case and value, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, unchunked, as it was encoded.
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads everything that came for one request.
    pub fn read(bytes: &[u8], method: &str) -> Result<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").context("the head has no end")?;
        let head = std::str::from_utf8(&bytes[..end]).context("the head is not UTF-8")?;
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or("");
        let status = status_line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
        let status: u16 = status.and_then(|code| code.parse().ok()).context("no status line of HTTP/1.1")?;
        let headers: Vec<(String, String)> = lines
            .map(|line| {
                let (name, value) = line.split_once(':').with_context(|| format!("not a header: {line}"))?;
                Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
            })
            .collect::<Result<_>>()?;
        let rest = &bytes[end + 4..];
        if (100..200).contains(&status) {
            return Self::read(rest, method);
        }
        let mut answer = Self { status, headers, body: Vec::new() };
        answer.body = answer.framed(rest, method)?;
        Ok(answer)
    }

    /// Whether `bytes` are an answer that tells its own end and has come to it. Not every host closes a connection when
    /// it is asked to.
    pub fn is_whole(bytes: &[u8], method: &str) -> bool {
        Self::read(bytes, method).is_ok_and(|answer| {
            let tells = |name: &str| answer.header(name).is_some();
            method == "HEAD"
                || matches!(answer.status, 204 | 304)
                || tells("content-length")
                || tells("transfer-encoding")
        })
    }

    /// The body by RFC 9112, 6.3; bytes beyond its end are an error.
    fn framed(&self, rest: &[u8], method: &str) -> Result<Vec<u8>> {
        if method == "HEAD" || matches!(self.status, 204 | 304) {
            ensure!(rest.is_empty(), "{} bytes follow an answer that has no body", rest.len());
            return Ok(Vec::new());
        }
        if self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return unchunk(rest);
        }
        if let Some(length) = self.header("content-length") {
            let length: usize = length.parse().context("content-length")?;
            ensure!(rest.len() == length, "{} bytes follow, Content-Length says {length}", rest.len());
        }
        Ok(rest.to_vec())
    }

    /// Every value of `name`.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The values of `name` as one, `None` when there is none.
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.values(name);
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as text; bytes that are none are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").context("a chunk without a size")?;
        let size = std::str::from_utf8(&rest[..end])?.split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16).context("the size of a chunk")?;
        rest = &rest[end + 2..];
        if size == 0 {
            ensure!(rest == b"\r\n", "{} bytes follow the last chunk", rest.len());
            return Ok(body);
        }
        if rest.len() < size + 2 || &rest[size..size + 2] != b"\r\n" {
            bail!("a chunk broke off");
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}
