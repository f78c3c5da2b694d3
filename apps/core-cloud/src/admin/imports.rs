//! `/admin/imports` and `/admin/imports/{id}`.

use leptos::prelude::*;

use crate::modules::imports::draft::{Issue, Severity};
use crate::modules::imports::service::RunView;
use crate::page::format::{count, time};
use crate::page::{Badge, Empty, Pager, Tile, Tone};

#[component]
pub fn ImportsPage(runs: Vec<RunView>) -> impl IntoView {
    let empty = runs.is_empty();
    let rows = runs.into_iter().map(run_row).collect_view();
    view! {
        <p class="lead">"Run "<span class="mono">"core-cloud import --help"</span>" to import a catalogue."</p>
        <div class="card">
            {if empty { view! { <Empty text="Nothing was imported yet." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Source"</th><th scope="col">"Started"</th><th scope="col">"State"</th>
                        <th scope="col" class="num">"New"</th><th scope="col" class="num">"Changed"</th>
                        <th scope="col" class="num">"Unchanged"</th><th scope="col" class="num">"Removed"</th>
                        <th scope="col" class="num">"Refused"</th><th scope="col" class="num">"Warnings"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
    }
}

fn run_row(run: RunView) -> impl IntoView {
    let href = format!("/admin/imports/{}", run.id);
    view! {
        <tr>
            <td class="head" data-label="Source"><a href=href>{run.source.clone()}</a><span class="sub">{run.format.clone()}</span></td>
            <td data-label="Started">{time(run.started_ms)}</td>
            <td data-label="State">{state(&run)}</td>
            <td data-label="New" class="num">{count(run.created)}</td>
            <td data-label="Changed" class="num">{count(run.changed)}</td>
            <td data-label="Unchanged" class="num">{count(run.unchanged)}</td>
            <td data-label="Removed" class="num">{count(run.removed)}</td>
            <td data-label="Refused" class="num">{count(run.refused)}</td>
            <td data-label="Warnings" class="num">{count(run.warnings)}</td>
        </tr>
    }
}

fn state(run: &RunView) -> impl IntoView + use<> {
    if run.finished_ms.is_some() {
        view! { <Badge tone=Tone::Good text="done" /> }
    } else {
        view! { <Badge tone=Tone::Warn text="running or broken off" /> }
    }
}

/// One import and a page of its issues.
pub struct ImportPageData {
    pub run: RunView,
    pub issues: Vec<Issue>,
    pub paged: bool,
    pub next: Option<String>,
}

#[component]
pub fn ImportPage(data: ImportPageData) -> impl IntoView {
    let ImportPageData { run, issues, paged, next } = data;
    let path = format!("/admin/imports/{}", run.id);
    let empty = issues.is_empty();
    let rows = issues.into_iter().map(issue_row).collect_view();
    view! {
        <p class="lead">{run.format.clone()}", started "{time(run.started_ms)}" "{state(&run)}</p>
        <dl class="tiles">
            <Tile name="New" number=run.created />
            <Tile name="Changed" number=run.changed />
            <Tile name="Unchanged" number=run.unchanged />
            <Tile name="Removed" number=run.removed />
            <Tile name="Rows refused" number=run.refused alert=true />
            <Tile name="Warnings" number=run.warnings />
        </dl>
        <h2>"Refused rows and warnings"</h2>
        <div class="card">
            {if empty { view! { <Empty text="Every row was taken as it stands." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Record"</th><th scope="col" class="num">"Line"</th>
                        <th scope="col">"What"</th><th scope="col">"Why"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pager path paged next />
    }
}

fn issue_row(issue: Issue) -> impl IntoView {
    let (tone, word) = match issue.severity {
        Severity::Refused => (Tone::Bad, "refused"),
        Severity::Warning => (Tone::Warn, "warning"),
    };
    view! {
        <tr>
            <td class="head mono" data-label="Record">{issue.record}</td>
            <td data-label="Line" class="num">{issue.line.to_string()}</td>
            <td data-label="What"><Badge tone text=word /></td>
            <td data-label="Why"><span class="stacked">{issue.reason}</span></td>
        </tr>
    }
}
