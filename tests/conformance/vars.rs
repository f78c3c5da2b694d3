//! `{{name}}`: texts that a case takes from the run, from its flow, or from an answer that came before.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use regex::Regex;
use serde_json::Value;

use crate::answer::Answer;

/// What stands for what.
#[derive(Clone, Default)]
pub struct Vars(BTreeMap<String, String>);

impl Vars {
    /// `name` stands for `text` from now on.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        self.0.insert(name.to_owned(), text.into());
    }

    /// `text` with every name replaced; what stands for a name may hold names itself.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) =
                after.split_once("}}").with_context(|| format!("no end of {{{{ in: {text}"))?;
            let value = self.0.get(name).with_context(|| format!("nothing is known as {{{{{name}}}}}"))?;
            filled.push_str(before);
            filled.push_str(&self.fill(value)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Keeps a part of an answer under `name`.
    pub fn capture(&mut self, name: &str, from: &str, answer: &Answer) -> Result<()> {
        let (kind, what) = from.split_once(' ').unwrap_or((from, ""));
        let found = match kind {
            "body" => Some(answer.text()),
            "header" => answer.header(what),
            "cookie" => answer.values("set-cookie").into_iter().find_map(|line| {
                let value = line.strip_prefix(what)?.strip_prefix('=')?;
                value.split(';').next().map(str::to_owned)
            }),
            "json" => answer.json().and_then(|json| json.pointer(what).map(plain)),
            "match" => Regex::new(what)?
                .captures(&answer.text())
                .and_then(|found| found.get(1))
                .map(|group| group.as_str().to_owned()),
            _ => bail!("captures are `json`, `header`, `cookie`, `match` or `body`, not {kind}"),
        };
        self.set(name, found.with_context(|| format!("{{{{{name}}}}}: the answer has no {from}"))?);
        Ok(())
    }
}

/// A string without its quotes, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The names that `text` uses.
pub fn names(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|part| part.split_once("}}")).map(|(name, _)| name).collect()
}
