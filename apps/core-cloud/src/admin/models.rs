//! `/admin/models`: fraud models, which of them run, and how well they do.

use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_wire::MODEL_ONNX_BYTES_MAX;
use leptos::prelude::*;
use serde::Deserialize;

use super::model_card::CardPage;
use super::model_monitor::MonitorView;
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::models::monitor::DAYS;
use crate::modules::models::service::ModelRow;
use crate::modules::models::{Act, Plan};
use crate::page::format::{query_value, time};
use crate::page::{
    Badge, Fact, Failed, Fields, FormState, Frame, Notice, Page, Tone, html, html_with, read_upload, redirect,
};
use crate::panel::discounts::status_of;

const PATH: &str = "/admin/models";
const PLAN: &str = "/admin/model-plan";
/// Fields of the form that registers, as refusals name them.
const FIELDS: [&str; 2] = ["card", "file"];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Models);
    vec![
        Route::new(Method::GET, PATH, access, get(list_models), services.clone()),
        Route::new(Method::POST, PATH, access, post(register), services.clone()),
        Route::new(Method::GET, "/admin/models/{version}", access, get(get_model), services.clone()),
        Route::new(Method::POST, PLAN, access, post(decide), services.clone()),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    days: String,
}

async fn list_models(State(services): State<Services>, member: Member, Query(asked): Query<Asked>) -> Page {
    page(&services, &member, asked, (StatusCode::OK, FormState::default())).await
}

async fn register(State(services): State<Services>, member: Member, request: Request) -> Page {
    let registered = match read_upload(request, MODEL_ONNX_BYTES_MAX, 1).await {
        Ok(upload) => {
            let onnx = upload.files.into_iter().next().unwrap_or_default();
            services.models.register(&member, upload.fields.raw("card").into(), onnx).await
        }
        Err(unread) => Err(unread.into()),
    };
    match registered {
        Ok(version) => Ok(redirect(&format!("{PATH}/{}", query_value(&version)))),
        Err(error) => {
            let status = status_of(&error);
            let form = FormState::refused(Fields::default(), error)?;
            page(&services, &member, Asked::default(), (status, form)).await
        }
    }
}

async fn decide(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let act = match fields.text("act") {
        "candidate" => Ok(Act::Candidate(fields.text("version").to_owned())),
        "canary" => Ok(Act::Canary(fields.all("pops").map(str::to_owned).collect())),
        "promote" => Ok(Act::Promote),
        "drop" => Ok(Act::Drop),
        "rollback" => Ok(Act::RollBack),
        _ => Err(Error::invalid("act", "choose one")),
    };
    let revision = fields.text("revision").parse().unwrap_or(-1);
    let decided = match act {
        Ok(act) => services.models.decide(&member, &act, revision, fields.text("reason")).await,
        Err(error) => Err(error),
    };
    match decided {
        Ok(_) => Ok(redirect(&format!("{PATH}?done=decided"))),
        Err(error) => {
            let status = status_of(&error);
            let form = FormState::refused(fields, error)?;
            page(&services, &member, Asked::default(), (status, form)).await
        }
    }
}

async fn get_model(State(services): State<Services>, member: Member, Path(version): Path<String>) -> Page {
    let model = services.models.get_model(&version).await?;
    let plan = services.models.list_plans().await?.into_iter().next().unwrap_or_default();
    let role = plan.role_of(&version);
    Ok(html(Frame::of(&member, &version, PATH), view! { <CardPage model role /> }))
}

async fn page(
    services: &Services,
    member: &Member,
    asked: Asked,
    (status, form): (StatusCode, FormState),
) -> Result<Response, Failed> {
    let models = services.models.list_models().await?;
    let plans = services.models.list_plans().await?;
    let plan = plans.first().cloned().unwrap_or_default();
    let pops: Vec<String> = services.sync.list_pops().await?.into_iter().map(|pop| pop.pop).collect();
    let days = DAYS.into_iter().find(|days| days.to_string() == asked.days).unwrap_or(DAYS[0]);
    let monitor = services.models.monitor(days).await?;
    let rows = models.iter().map(|model| row(model, &plan)).collect_view();
    let body = view! {
        {form.rest(&FIELDS)}
        {(asked.done == "decided").then(|| view! { <Notice tone=Tone::Good text="Decided. POPs follow within seconds." /> })}
        <PlanView plan=plan.clone() />
        <Acts plan=plan.clone() models=models.clone() pops />
        <h2>"Models"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Version"</th><th scope="col">"Role"</th><th scope="col">"Features"</th>
                <th scope="col">"Data"</th><th scope="col">"Registered"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        <MonitorView monitor />
        <h2>"Changes"</h2>
        <Changes plans />
        <h2>"Register a model"</h2>
        <RegisterForm form />
    };
    Ok(html_with(status, Frame::of(member, "Fraud models", PATH), body))
}

pub(super) fn tone_of(role: &str) -> Tone {
    match role {
        "champion" => Tone::Good,
        "candidate" => Tone::Warn,
        _ => Tone::Plain,
    }
}

fn row(model: &ModelRow, plan: &Plan) -> impl IntoView + use<> {
    let href = format!("{PATH}/{}", query_value(&model.version));
    let role = plan.role_of(&model.version);
    view! {
        <tr>
            <td class="head" data-label="Version"><a class="mono" href=href>{model.version.clone()}</a></td>
            <td data-label="Role">{(!role.is_empty()).then(|| view! { <Badge tone=tone_of(role) text=role /> })}</td>
            <td data-label="Features" class="mono">{model.features_version.clone()}</td>
            <td data-label="Data" class="mono">{model.data_hash.get(..12).unwrap_or_default().to_owned()}</td>
            <td data-label="Registered">{time(model.registered_ms)}" "<span class="sub mono">{model.registered_by.clone()}</span></td>
        </tr>
    }
}

/// What runs.
#[component]
fn PlanView(plan: Plan) -> impl IntoView {
    let candidate = match (plan.candidate.is_empty(), plan.canary_pops.is_empty()) {
        (true, _) => "none".to_owned(),
        (false, true) => format!("{}, watched at every POP", plan.candidate),
        (false, false) => format!("{}, decides at {}", plan.candidate, plan.canary_pops.join(", ")),
    };
    let untold = plan.revision == 0;
    view! {
        {untold.then(|| view! { <Notice tone=Tone::Plain text="Nothing was decided here yet: each POP runs the model that its own setting names." /> })}
        <div class="card"><dl class="facts">
            <Fact name="Decides" value=plan.champion />
            <Fact name="Candidate" value=candidate />
            <Fact name="Before it" value=plan.former />
            <Fact name="Since" value=time(plan.changed_ms) />
        </dl></div>
    }
}

/// The buttons: each with a reason.
#[component]
fn Acts(plan: Plan, models: Vec<ModelRow>, pops: Vec<String>) -> impl IntoView {
    let has_candidate = !plan.candidate.is_empty();
    let revision = plan.revision;
    let others = models.into_iter().filter(|model| model.version != plan.champion);
    let options = others.map(|model| {
        let selected = model.version == plan.candidate;
        view! { <option value=model.version.clone() selected=selected>{model.version.clone()}</option> }
    });
    let ticks = pops.into_iter().map(|pop| {
        let checked = plan.canary_pops.contains(&pop);
        view! { <label class="tick"><input type="checkbox" name="pops" value=pop.clone() checked=checked />{pop.clone()}</label> }
    });
    let (options, ticks) = (options.collect_view(), ticks.collect_view());
    view! {
        <div class="acts">
            <Decide act="candidate" text="Watch it everywhere" revision>
                <select name="version" aria-label="Model">{options}</select>
            </Decide>
            {has_candidate.then(|| view! {
                <Decide act="canary" text="Let the candidate decide at these POPs" revision>{ticks}</Decide>
                <Decide act="promote" text="Promote the candidate" revision>""</Decide>
                <Decide act="drop" text="Drop the candidate" revision danger=true>""</Decide>
            })}
            {(!plan.former.is_empty()).then(|| view! {
                <Decide act="rollback" text="Roll back to the champion before" revision danger=true>""</Decide>
            })}
        </div>
    }
}

/// A form that changes the plan of this revision.
#[component]
fn Decide(
    act: &'static str,
    text: &'static str,
    revision: i64,
    #[prop(optional)] danger: bool,
    children: Children,
) -> impl IntoView {
    let class = if danger { "danger" } else { "quiet" };
    view! {
        <form class="act" method="post" action=PLAN>
            <input type="hidden" name="act" value=act />
            <input type="hidden" name="revision" value=revision.to_string() />
            {children()}
            <input name="reason" aria-label="Why" placeholder="Why" required=true maxlength="500" />
            <button type="submit" class=class>{text}</button>
        </form>
    }
}

/// What was decided before.
#[component]
fn Changes(plans: Vec<Plan>) -> impl IntoView {
    let rows = plans.into_iter().map(|plan| {
        let pops = plan.canary_pops.join(", ");
        view! {
            <tr>
                <td class="head" data-label="When">{time(plan.changed_ms)}</td>
                <td data-label="What">{plan.act}</td>
                <td data-label="Decides" class="mono">{plan.champion}</td>
                <td data-label="Candidate"><span class="mono">{plan.candidate}</span>" "<span class="sub">{pops}</span></td>
                <td data-label="Why">{plan.reason}" "<span class="sub mono">{plan.changed_by}</span></td>
            </tr>
        }
    });
    view! {
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"When"</th><th scope="col">"What"</th><th scope="col">"Decides"</th>
                <th scope="col">"Candidate"</th><th scope="col">"Why"</th>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
}

#[component]
fn RegisterForm(form: FormState) -> impl IntoView {
    let error = move |name: &'static str| {
        let shown = form.error.as_ref().filter(|(param, _)| param == name).map(|(_, why)| why.clone());
        shown.map(|why| view! { <p class="error" role="alert">{why}</p> })
    };
    view! {
        <form class="form card" method="post" action=PATH enctype="multipart/form-data">
            <div class="field">
                <label for="card">"Model card"</label>
                <span class="sub">"JSON, as training writes it, up to 256 KiB."</span>
                <input id="card" name="card" type="file" accept=".json,application/json" required=true />
                {error("card")}
            </div>
            <div class="field">
                <label for="file">"Network"</label>
                <span class="sub">"ONNX, up to 256 KiB. It is loaded and scores the card's golden rows before it is taken."</span>
                <input id="file" name="file" type="file" accept=".onnx" required=true />
                {error("file")}
            </div>
            <div class="acts"><button type="submit">"Register"</button></div>
        </form>
    }
}
