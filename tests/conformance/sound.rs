//! Whether the table itself is well made: a case that cannot fail, or that nobody would notice missing, is none.

use std::collections::{BTreeMap, BTreeSet};

use kiosk_testkit::Host;
use regex::Regex;

use crate::table::{Case, Flow, Texts, Theme};
use crate::vars::names;

const CASES_MIN: usize = 120;
/// What the table is about; a file for each.
const THEMES: [&str; 19] = [
    "accounts",
    "assets",
    "caching",
    "carts",
    "catalogue",
    "checkout",
    "codes",
    "customers",
    "errors",
    "forms",
    "headers",
    "limits",
    "media",
    "methods",
    "pages",
    "paths",
    "replays",
    "social",
    "streaming",
];
/// Names that the run sets for each case.
const GIVEN: [&str; 3] = ["host", "padding", "request_id"];

/// What is wrong with the table.
pub fn faults(themes: &[Theme]) -> Vec<String> {
    let mut found = Vec::new();
    let present: Vec<_> = themes.iter().map(|theme| theme.name.as_str()).collect();
    if present != THEMES {
        found.push(format!("themes are {present:?}, not {THEMES:?}"));
    }
    let flows = || themes.iter().flat_map(|theme| &theme.flows);
    let cases = flows().map(|flow| flow.cases.len()).sum::<usize>();
    if cases < CASES_MIN {
        found.push(format!("{cases} cases, fewer than {CASES_MIN}"));
    }
    let mut names = BTreeSet::new();
    for case in flows().flat_map(|flow| &flow.cases) {
        if !names.insert(case.name.as_str()) {
            found.push(format!("{}: the name stands twice", case.name));
        }
        found.extend(case_faults(case).into_iter().map(|fault| format!("{}: {fault}", case.name)));
    }
    for flow in flows() {
        found.extend(flow_faults(flow).into_iter().map(|fault| format!("{}: {fault}", flow.name)));
    }
    found
}

fn case_faults(case: &Case) -> Vec<String> {
    let mut found = Vec::new();
    let (method, target) = case.method_and_target();
    if method.is_empty() || target.is_empty() {
        found.push("`send` is a method and a target".to_owned());
    }
    if case.hosts.is_some() != case.reason.is_some() {
        found.push("`hosts` and `reason` go together".to_owned());
    }
    let known = [Host::EdgeNode, Host::Workerd, Host::Spin].map(Host::name);
    for host in case.hosts.iter().flatten() {
        if !known.contains(&host.as_str()) {
            found.push(format!("there is no host {host}"));
        }
    }
    if (case.padding > 0) != texts(case).iter().any(|text| text.contains("{{padding}}")) {
        found.push("`padding` and {{padding}} go together".to_owned());
    }
    let patterns = case.headers.values().flat_map(Texts::as_slice).chain(&case.body);
    for pattern in patterns.filter_map(|text| text.strip_prefix("~ ")).filter(|text| !text.contains("{{")) {
        if let Err(error) = Regex::new(pattern) {
            found.push(error.to_string());
        }
    }
    found
}

/// Every name is known before it is used, and every capture is used by a later case.
fn flow_faults(flow: &Flow) -> Vec<String> {
    let mut found = Vec::new();
    let mut unused: BTreeMap<&str, &str> = flow.vars.keys().map(|name| (name.as_str(), "vars")).collect();
    let mut known: BTreeSet<&str> = GIVEN.into_iter().chain(unused.keys().copied()).collect();
    let inner: Vec<_> = flow.vars.values().flat_map(|text| names(text)).collect();
    for case in &flow.cases {
        for name in texts(case).into_iter().flat_map(|text| names(text)).chain(inner.iter().copied()) {
            if !known.contains(name) && !inner.contains(&name) {
                found.push(format!("{} uses {{{{{name}}}}}, which nothing sets", case.name));
            }
            unused.remove(name);
        }
        for name in case.capture.keys() {
            known.insert(name);
            unused.insert(name, &case.name);
        }
    }
    found.extend(unused.iter().map(|(name, place)| format!("{{{{{name}}}}} of {place} is not used")));
    found
}

/// Every text of a case that may hold names.
fn texts(case: &Case) -> Vec<&String> {
    let bodies = [&case.json, &case.form, &case.text, &case.answer, &case.body].into_iter().flatten();
    let headers = case.with.values().chain(case.headers.values()).flat_map(Texts::as_slice);
    std::iter::once(&case.send)
        .chain(bodies)
        .chain(headers)
        .chain(&case.contains)
        .chain(&case.lacks)
        .collect()
}
