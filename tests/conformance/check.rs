//! Whether an answer is the one that a case expects.

use anyhow::Result;
use regex::Regex;
use serde_json::Value;

use crate::answer::Answer;
use crate::goods;
use crate::table::{Case, Texts};
use crate::vars::Vars;

/// Longest part of a body that a message repeats, in characters.
const SHOWN_CHARS_MAX: usize = 400;

/// What is different, as lines for people; nothing when the answer is right.
pub fn differences(case: &Case, vars: &Vars, answer: &Answer) -> Result<Vec<String>> {
    let mut found = Vec::new();
    if answer.status != case.status {
        found.push(format!("status {}, not {}", answer.status, case.status));
    }
    for (name, expected) in &case.headers {
        found.extend(header(name, expected, vars, answer)?);
    }
    for name in &case.absent {
        if let Some(value) = answer.header(name) {
            found.push(format!("{name}: {value}, which should not be there"));
        }
    }
    body(case, vars, answer, &mut found)?;
    if !found.is_empty() {
        found.push(format!("answered: {}", shown(&answer.text())));
    }
    Ok(found)
}

fn header(name: &str, expected: &Texts, vars: &Vars, answer: &Answer) -> Result<Option<String>> {
    let came = match expected {
        Texts::One(_) => answer.header(name).into_iter().collect(),
        Texts::Many(_) => answer.values(name).into_iter().map(str::to_owned).collect::<Vec<_>>(),
    };
    let expected: Vec<_> = expected.as_slice().iter().map(|text| vars.fill(text)).collect::<Result<_>>()?;
    let mut fits = came.len() == expected.len();
    for (came, expected) in came.iter().zip(&expected) {
        fits &= text_fits(came, expected)?;
    }
    Ok((!fits).then(|| format!("{name}: {came:?}, not {expected:?}")))
}

fn body(case: &Case, vars: &Vars, answer: &Answer, found: &mut Vec<String>) -> Result<()> {
    let text = answer.text();
    if let Some(expected) = &case.answer {
        let expected: Value = serde_json::from_str(&vars.fill(expected)?)?;
        match answer.json() {
            Some(came) => json("", &came, &expected, found)?,
            None => found.push("no JSON".to_owned()),
        }
    }
    if let Some(expected) = &case.body {
        let expected = vars.fill(expected)?;
        if !text_fits(&text, &expected)? {
            found.push(format!("another body than: {}", shown(&expected)));
        }
    }
    if let Some(name) = &case.picture
        && answer.body != goods::picture(name)
    {
        found.push(format!("{} bytes, not the picture {name}", answer.body.len()));
    }
    for part in &case.contains {
        let part = vars.fill(part)?;
        if !text.contains(&part) {
            found.push(format!("lacks: {part}"));
        }
    }
    for part in &case.lacks {
        let part = vars.fill(part)?;
        if text.contains(&part) {
            found.push(format!("contains: {part}"));
        }
    }
    if answer.body.len() < case.bytes_min {
        found.push(format!("{} bytes, fewer than {}", answer.body.len(), case.bytes_min));
    }
    Ok(())
}

fn text_fits(came: &str, expected: &str) -> Result<bool> {
    Ok(match expected.strip_prefix("~ ") {
        Some(pattern) => Regex::new(pattern)?.is_match(came),
        None => came == expected,
    })
}

/// Compares by members; a number is the same only when no digit of it was lost.
fn json(at: &str, came: &Value, expected: &Value, found: &mut Vec<String>) -> Result<()> {
    match (came, expected) {
        (Value::Object(came), Value::Object(expected)) => {
            for (name, expected) in expected {
                match came.get(name) {
                    Some(came) => json(&format!("{at}/{name}"), came, expected, found)?,
                    None => found.push(format!("{at}/{name} is missing")),
                }
            }
        }
        (Value::Array(came), Value::Array(expected)) if came.len() == expected.len() => {
            for (index, (came, expected)) in came.iter().zip(expected).enumerate() {
                json(&format!("{at}/{index}"), came, expected, found)?;
            }
        }
        (Value::String(came), Value::String(expected)) if text_fits(came, expected)? => {}
        (came, expected) if came == expected => {}
        (came, expected) => found.push(format!("{at}: {}, not {expected}", shown(&came.to_string()))),
    }
    Ok(())
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n\
        {\"n\": 9007199254740993, \"list\": [1, 2], \"id\": \"crt_7\"}";

    fn found(expected: &str) -> usize {
        let case = format!("name = \"a\"\nsend = \"GET /\"\n{expected}");
        let case: Case = toml::from_str(&case).unwrap();
        let answer = Answer::read(ANSWER, "GET").unwrap();
        // The last line repeats the answer.
        differences(&case, &Vars::default(), &answer).unwrap().len().saturating_sub(1)
    }

    #[test]
    fn an_answer_that_is_right_is_taken() {
        assert_eq!(found("status = 200\nheaders = { etag = '\"1\"', set-cookie = [\"a=1\", \"~ ^b=\"] }"), 0);
        assert_eq!(found("status = 200\nanswer = '{\"n\": 9007199254740993, \"id\": \"~ ^crt_[0-9]$\"}'"), 0);
    }

    #[test]
    fn every_expectation_can_fail() {
        for wrong in [
            "headers = { etag = \"1\" }",
            "headers = { vary = \"Cookie\" }",
            "headers = { set-cookie = [\"a=1\"] }",
            "headers = { set-cookie = [\"b=2\", \"a=1\"] }",
            "absent = [\"etag\"]",
            "answer = '{\"n\": 9007199254740992}'",
            "answer = '{\"n\": 9007199254740993.0}'",
            "answer = '{\"list\": [1]}'",
            "answer = '{\"id\": \"~ ^ord_\"}'",
            "answer = '{\"other\": null}'",
            "body = \"\"",
            "picture = \"small.png\"",
            "contains = [\"crt_8\"]",
            "lacks = [\"crt_7\"]",
            "bytes_min = 1000",
        ] {
            assert_eq!(found(&format!("status = 200\n{wrong}")), 1, "{wrong}");
        }
        assert_eq!(found("status = 201"), 1);
    }

    #[test]
    fn what_follows_an_answer_is_an_error() {
        for bytes in [
            "HTTP/1.1 304 Not Modified\r\n\r\nx",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
        ] {
            assert!(Answer::read(bytes.as_bytes(), "GET").is_err(), "{bytes}");
        }
        assert!(Answer::read(b"HTTP/1.1 200 OK\r\n\r\nx", "HEAD").is_err());
    }
}
