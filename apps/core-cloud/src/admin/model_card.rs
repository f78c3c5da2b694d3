//! `/admin/models/{version}`: a model's card.

use kiosk_risk::card::ModelCard;
use leptos::prelude::*;
use serde_json::Value;

use super::models::tone_of;
use crate::modules::models::service::ModelRow;
use crate::page::format::{count, time};
use crate::page::{Badge, Fact, Notice, Tone};

/// All that is known of a model but its weights.
#[component]
pub fn CardPage(model: ModelRow, role: &'static str) -> impl IntoView {
    let card = <ModelCard>::from_json(model.card.as_bytes());
    let raw: Value = serde_json::from_str(&model.card).unwrap_or_default();
    let body = match card {
        Ok(card) => view! { <Parts card raw /> }.into_any(),
        // A card of another release: what it says is there, what it means is not known here.
        Err(error) => view! { <Notice tone=Tone::Warn text=error.to_string() /> }.into_any(),
    };
    view! {
        {(!role.is_empty()).then(|| view! { <p class="lead"><Badge tone=tone_of(role) text=role /></p> })}
        <div class="card"><dl class="facts">
            <Fact name="Network (SHA-256)" value=model.onnx_sha256 />
            <Fact name="Data (SHA-256)" value=model.data_hash />
            <Fact name="Features" value=model.features_version />
            <Fact name="Registered" value=format!("{} by {}", time(model.registered_ms), model.registered_by) />
        </dl></div>
        {body}
    }
}

#[component]
fn Parts(card: ModelCard, raw: Value) -> impl IntoView {
    let thresholds = card.thresholds;
    let step_up = thresholds.step_up.map_or_else(|| "never".to_owned(), |from| from.to_string());
    let features = card.features.features.iter().map(|feature| {
        view! {
            <tr>
                <td class="head mono" data-label="Feature">{feature.name.clone()}</td>
                <td data-label="From" class="mono">{words(&feature.source)}</td>
                <td data-label="Scale" class="mono">{words(&feature.scale)}</td>
                <td data-label="At least" class="num">{feature.min}</td>
                <td data-label="At most" class="num">{feature.max}</td>
            </tr>
        }
    });
    let rules = card.rules.iter().map(|rule| {
        view! {
            <tr>
                <td class="head" data-label="Limit">{rule.text.clone()}<span class="sub mono">{rule.code.clone()}</span></td>
                <td data-label="Outcome">{rule.outcome.as_str().replace('_', " ")}</td>
                <td data-label="Above" class="num">{rule.above}</td>
            </tr>
        }
    });
    view! {
        <h2>"Thresholds"</h2>
        <div class="card"><dl class="facts">
            <Fact name="Step up from" value=step_up />
            <Fact name="Review from" value=thresholds.review.to_string() />
            <Fact name="Block from" value=thresholds.block.to_string() />
            <Fact name="Golden rows" value=count(i64::try_from(card.golden.len()).unwrap_or(i64::MAX)) />
        </dl></div>
        <Figures title="Metrics" value=raw["metrics"].clone() />
        <Figures title="Trained on" value=raw["trained_on"].clone() />
        <Figures title="Costs, euros" value=raw["costs_eur"].clone() />
        <h2>"Limits that hold without the model"</h2>
        <div class="card"><table class="stack">
            <thead><tr><th scope="col">"Limit"</th><th scope="col">"Outcome"</th><th scope="col" class="num">"Above"</th></tr></thead>
            <tbody>{rules.collect_view()}</tbody>
        </table></div>
        <h2>"Features"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Feature"</th><th scope="col">"From"</th><th scope="col">"Scale"</th>
                <th scope="col" class="num">"At least"</th><th scope="col" class="num">"At most"</th>
            </tr></thead>
            <tbody>{features.collect_view()}</tbody>
        </table></div>
    }
}

/// A part of the card that is for people alone, name by name.
#[component]
fn Figures(title: &'static str, value: Value) -> impl IntoView {
    let figures = value.as_object().into_iter().flatten().map(|(name, value)| {
        let (name, value) = (name.replace('_', " "), words(value));
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
    });
    let figures: Vec<_> = figures.collect();
    (!figures.is_empty())
        .then(|| view! { <h2>{title}</h2><div class="card"><dl class="facts">{figures}</dl></div> })
}

/// A value of the card as text: JSON without its quotes.
fn words(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('"', "")
}
