//! The monitors of fraud models: a part of their page.

use leptos::prelude::*;

use crate::modules::models::figures::{
    Agreement, BIN_EDGES, Drift, OUTCOMES, PSI_SCORES_MIN, PSI_WARN, Role, Tally, share,
};
use crate::modules::models::monitor::{DAYS, Monitor, Watched};
use crate::page::format::count;
use crate::page::{Badge, Empty, Notice, Tone};

/// What models say, whether it is true, and whether it changes.
#[component]
pub fn MonitorView(monitor: Monitor) -> impl IntoView {
    let Monitor { days, tallies, models, agreements, without_candidate } = monitor;
    let links = DAYS.into_iter().map(|choice| {
        let href = format!("/admin/models?days={choice}");
        let current = (choice == days).then_some("page");
        view! { <a href=href aria-current=current>{format!("{choice} days")}</a>" " }
    });
    let alerts = models.iter().filter(|model| model.drift.is_large()).map(|model| {
        let psi = model.drift.psi.unwrap_or_default();
        let text = format!(
            "{}: the scores of the last day are not those of the week before (PSI {psi:.2}, above {PSI_WARN})",
            model.version
        );
        view! { <Notice tone=Tone::Bad text /> }
    });
    let alerts = alerts.collect_view();
    let silent = without_candidate.into_iter().map(|(pop, orders)| {
        let text = format!("{pop} told of {} orders without the candidate: look into its log", count(orders));
        view! { <Notice tone=Tone::Warn text /> }
    });
    let nothing = tallies.is_empty();
    let rows = tallies.into_iter().map(|((model, role, pop), tally)| tally_row(model, role, pop, &tally));
    let rows = rows.collect_view();
    let bins = models.into_iter().map(|model| view! { <ModelBins model /> }).collect_view();
    view! {
        <h2>"Monitors"</h2>
        <p class="sub">{links.collect_view()}</p>
        {alerts}
        {silent.collect_view()}
        <div class="card">
            {if nothing { view! { <Empty text="No model has scored an order in this time." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Model"</th><th scope="col">"POP"</th><th scope="col" class="num">"Scored"</th>
                        {OUTCOMES.map(|outcome| view! { <th scope="col" class="num">{outcome.replace('_', " ")}</th> })}
                        <th scope="col" class="num">"Mean score"</th><th scope="col" class="num">"Labelled"</th>
                        <th scope="col" class="num">"Fraud"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        {bins}
        <Agreements agreements />
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.2} %", share * 100.0))
}

fn tally_row(model: String, role: Role, pop: String, tally: &Tally) -> impl IntoView + use<> {
    let scored = tally.scored;
    let outcomes = OUTCOMES.into_iter().zip(tally.outcomes).map(|(outcome, number)| {
        view! { <td data-label=outcome class="num">{percent(share(number as f64, scored))}</td> }
    });
    let outcomes = outcomes.collect_view();
    view! {
        <tr>
            <td class="head" data-label="Model"><span class="mono">{model}</span>" "<span class="sub">{role.name()}</span></td>
            <td data-label="POP" class="mono">{pop}</td>
            <td data-label="Scored" class="num">{count(scored)}</td>
            {outcomes}
            <td data-label="Mean score" class="num">{percent(tally.mean_score())}</td>
            <td data-label="Labelled" class="num">{count(tally.labelled)}</td>
            <td data-label="Fraud" class="num">{percent(tally.fraud_share())}</td>
        </tr>
    }
}

/// The scores of a model, bin by bin, and their drift.
#[component]
fn ModelBins(model: Watched) -> impl IntoView {
    let Watched { version, bins, drift } = model;
    let rows = bins.into_iter().enumerate().map(|(bin, tally)| {
        let from = bin.checked_sub(1).map_or(0.0, |before| BIN_EDGES[before]);
        let to = BIN_EDGES.get(bin).copied().unwrap_or(1.0);
        view! {
            <tr>
                <td class="head" data-label="Score">{format!("{from} to {to}")}</td>
                <td data-label="Scored" class="num">{count(tally.scored)}</td>
                <td data-label="Mean score" class="num">{percent(tally.mean_score())}</td>
                <td data-label="Labelled" class="num">{count(tally.labelled)}</td>
                <td data-label="Fraud" class="num">{percent(tally.fraud_share())}</td>
            </tr>
        }
    });
    view! {
        <h3>{format!("Calibration of {version}")}</h3>
        <p><DriftView drift /></p>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Score"</th><th scope="col" class="num">"Scored"</th><th scope="col" class="num">"Mean score"</th>
                <th scope="col" class="num">"Labelled"</th><th scope="col" class="num">"Fraud"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
}

#[component]
fn DriftView(drift: Drift) -> impl IntoView {
    let (tone, text) = match drift.psi {
        Some(psi) if drift.is_large() => (Tone::Bad, format!("drift: PSI {psi:.3}")),
        Some(psi) => (Tone::Good, format!("no drift: PSI {psi:.3}")),
        None => (Tone::Plain, "drift: too few scores".to_owned()),
    };
    let of = format!(
        "{} scores of the last day against {} of the seven days before; at least {PSI_SCORES_MIN} each",
        count(drift.last_day),
        count(drift.week_before)
    );
    view! { <Badge tone text />" "<span class="sub">{of}</span> }
}

/// Two models on the same orders.
#[component]
fn Agreements(agreements: Vec<Agreement>) -> impl IntoView {
    let rows = agreements.into_iter().map(|sum| {
        let of_all = |orders: i64| percent(share(orders as f64, sum.orders));
        let [first, second] = sum.models.clone();
        view! {
            <tr>
                <td class="head mono" data-label="Models">{format!("{first}, {second}")}</td>
                <td data-label="Orders" class="num">{count(sum.orders)}</td>
                <td data-label="Agree" class="num">{of_all(sum.same)}</td>
                <td data-label="Only the first blocks" class="num">{of_all(sum.only_blocks[0])}</td>
                <td data-label="Only the second blocks" class="num">{of_all(sum.only_blocks[1])}</td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <h3>"On the same orders"</h3>
            <div class="card"><table class="stack">
                <thead><tr>
                    <th scope="col">"Models"</th><th scope="col" class="num">"Orders"</th><th scope="col" class="num">"Agree"</th>
                    <th scope="col" class="num">"Only the first blocks"</th><th scope="col" class="num">"Only the second blocks"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
    })
}
