//! Sends the table to a host and collects what is different.

use anyhow::{Context, Result};

use crate::rules;
use crate::table::{Case, Flow, Theme};
use crate::vars::Vars;
use crate::{check, client};

/// How the table went on one host.
#[derive(Default)]
pub struct Report {
    /// Cases that were sent.
    pub sent: usize,
    failures: Vec<String>,
}

/// Sends every case for `name` to the server at `url`.
pub async fn table(themes: &[Theme], name: &str, url: &str) -> Report {
    let host = url.trim_start_matches("http://");
    let mut report = Report::default();
    for theme in themes {
        for flow in &theme.flows {
            run_flow(theme, flow, name, host, &mut report).await;
        }
    }
    report
}

async fn run_flow(theme: &Theme, flow: &Flow, name: &str, host: &str, report: &mut Report) {
    let mut vars = Vars::default();
    vars.set("host", host);
    for (name, text) in &flow.vars {
        vars.set(name, text);
    }
    for case in flow.cases.iter().filter(|case| case.is_for(name)) {
        report.sent += 1;
        vars.set("request_id", format!("case-{}", report.sent));
        vars.set("padding", "x".repeat(case.padding));
        let differences = match run_case(case, host, &mut vars).await {
            Ok(differences) => differences,
            Err(error) => vec![format!("{error:#}")],
        };
        if !differences.is_empty() {
            let lines: String = differences.iter().map(|line| format!("\n      {line}")).collect();
            let place = format!("{} / {} / {}", theme.name, flow.name, case.name);
            report.failures.push(format!("{place}\n    {}{lines}", case.send));
        }
    }
}

async fn run_case(case: &Case, host: &str, vars: &mut Vars) -> Result<Vec<String>> {
    let answer = client::send(host, case, vars).await?;
    let mut found = check::differences(case, vars, &answer)?;
    found.extend(rules::broken(case, vars, &answer));
    for (name, from) in &case.capture {
        match vars.capture(name, from, &answer).with_context(|| format!("capture {name}")) {
            Ok(()) => {}
            Err(error) => found.push(format!("{error:#}")),
        }
    }
    Ok(found)
}

impl Report {
    /// Notes a failure of what stands beside the table.
    pub fn check(&mut self, what: &str, result: Result<()>) {
        self.sent += 1;
        if let Err(error) = result {
            self.failures.push(format!("{what}\n      {error:#}"));
        }
    }

    /// Prints what is different, and panics if anything is.
    pub fn settle(self, host: &str) {
        let list: String = self.failures.iter().map(|failure| format!("\n  {failure}\n")).collect();
        let count = self.failures.len();
        assert!(count == 0, "{count} of {} cases are different on {host}:\n{list}", self.sent);
        println!("{} cases on {host}", self.sent);
    }
}
