//! Sends a case as it is written. Ordinary clients make paths, headers and bodies fit before they send them.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::answer::Answer;
use crate::table::Case;
use crate::vars::Vars;

/// Names the request that is sent, unless the case says another name or none.
pub const REQUEST_ID: &str = "x-request-id";
/// Longest wait for an answer, in seconds. Reaching it is a failure.
const ANSWER_S_MAX: u64 = 20;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Sends `case` to the server at `host` (`127.0.0.1:<port>`) on a connection of its own.
pub async fn send(host: &str, case: &Case, vars: &Vars) -> Result<Answer> {
    let request = request(host, case, vars)?;
    let (method, _) = case.method_and_target();
    let patience = Duration::from_secs(ANSWER_S_MAX);
    let received =
        timeout(patience, exchange(host, &request, method)).await.context("no answer in time")??;
    Answer::read(&received, method)
}

/// Writes and reads at once: a server may answer before it has all of a body, and then read no more of it.
async fn exchange(host: &str, request: &[u8], method: &str) -> Result<Vec<u8>> {
    let (mut read, mut write) = TcpStream::connect(host).await?.into_split();
    let sending = async {
        let sent = write.write_all(request).await;
        // The other half stays open: a client that hangs up early may not want its answer any more.
        sent.map(|()| write)
    };
    let receiving = async {
        let mut received = Vec::new();
        let ended = loop {
            match read.read_buf(&mut received).await {
                Ok(0) => break Ok(()),
                Ok(_) if Answer::is_whole(&received, method) => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        (received, ended)
    };
    tokio::pin!(sending, receiving);
    let mut sent = None;
    let (received, ended) = loop {
        tokio::select! {
            received = &mut receiving => break received,
            ended = &mut sending, if sent.is_none() => sent = Some(ended),
        }
    };
    if received.is_empty() {
        sent.transpose().context("sending")?;
        ended.context("receiving")?;
        bail!("the connection was closed without an answer");
    }
    Ok(received)
}

/// The bytes of the request.
fn request(host: &str, case: &Case, vars: &Vars) -> Result<Vec<u8>> {
    let (method, target) = case.method_and_target();
    let (body, content_type) = body(case, vars)?;
    let mut head = format!("{method} {} HTTP/1.1\r\n", vars.fill(target)?);
    let mut header = |name: &str, value: &str| {
        ensure!(!value.contains(['\r', '\n']), "a line break in {name}");
        head.push_str(&format!("{name}: {value}\r\n"));
        Ok(())
    };
    for (name, values) in &case.with {
        for value in values.as_slice() {
            header(name, &vars.fill(value)?)?;
        }
    }
    let given = |name: &str| case.with.keys().any(|known| known.eq_ignore_ascii_case(name));
    let framing = match (&body, case.chunk_bytes) {
        (None, _) => None,
        (Some(_), Some(_)) => Some(("transfer-encoding", "chunked".to_owned())),
        (Some(body), None) => Some(("content-length", body.len().to_string())),
    };
    let usual = [
        Some(("host", host.to_owned())),
        Some((REQUEST_ID, vars.fill("{{request_id}}")?)),
        content_type.map(|kind| ("content-type", kind.to_owned())),
        framing,
    ];
    for (name, value) in usual.into_iter().flatten().filter(|(name, _)| !given(name)) {
        header(name, &value)?;
    }
    for number in 0..case.more_headers {
        header(&format!("x-nothing-{number}"), "of no meaning")?;
    }
    header("connection", "close")?;
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    match (body, case.chunk_bytes) {
        (Some(body), Some(chunk_bytes)) => {
            for chunk in body.chunks(chunk_bytes) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        }
        (Some(body), None) => bytes.extend_from_slice(&body),
        (None, _) => {}
    }
    Ok(bytes)
}

/// The body and the content type that goes with it.
fn body(case: &Case, vars: &Vars) -> Result<(Option<Vec<u8>>, Option<&'static str>)> {
    let fill = |text: &String| Ok::<_, anyhow::Error>(Some(vars.fill(text)?.into_bytes()));
    Ok(match (&case.json, &case.form, &case.text, &case.hex) {
        (None, None, None, None) => (None, None),
        (Some(json), None, None, None) => (fill(json)?, Some(JSON)),
        (None, Some(form), None, None) => (fill(form)?, Some(FORM)),
        (None, None, Some(text), None) => (fill(text)?, None),
        (None, None, None, Some(hex)) => (Some(bytes(hex)?), None),
        _ => bail!("more than one body"),
    })
}

fn bytes(hex: &str) -> Result<Vec<u8>> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| Ok(u8::from_str_radix(&pair.iter().collect::<String>(), 16)?);
    digits.chunks(2).map(byte).collect()
}
