//! `/admin/events`: how far each service is with what the others told, and what it could not take.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use leptos::prelude::*;

use crate::app::Services;
use crate::http::{Access, Route};
use crate::modules::bus::service::{DeadLetter, Progress};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::format::{count, time};
use crate::page::{Act, Badge, Empty, Frame, List, Notice, Page, Pages, Tone, html, redirect};

const PATH: &str = "/admin/events";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Events);
    let route = |method, path, handler| Route::new(method, path, access, handler, services.clone());
    vec![
        route(Method::GET, PATH, get(list_events)),
        route(Method::POST, "/admin/events/{consumer}", post(replay_all)),
        route(Method::POST, "/admin/events/{consumer}/{id}", post(replay)),
    ]
}

async fn list_events(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let (progress, waiting) = services.bus.list_progress().await?;
    let (limit, offset) = list.window();
    let mut dead = services.bus.list_dead(offset, limit).await?;
    let more = list.cut(&mut dead);
    let empty = dead.is_empty();
    let body = view! {
        {(list.done == "replayed").then(|| view! {
            <Notice tone=Tone::Good text="It is tried again now. What fails again comes back here." />
        })}
        <p class="lead">{format!("{} events wait to be passed on.", count(waiting))}</p>
        <div class="card">
            {if progress.is_empty() { view! { <Empty text="No service listens." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Service"</th><th scope="col" class="num">"Not read"</th>
                        <th scope="col" class="num">"Tried again"</th><th scope="col" class="num">"Given up"</th>
                        <th scope="col">"State"</th><th scope="col">"Do"</th>
                    </tr></thead>
                    <tbody>{progress.into_iter().map(progress_row).collect_view()}</tbody>
                </table>
            }.into_any() }}
        </div>
        <h2>"Given up"</h2>
        <div class="card">
            {if empty { view! { <Empty text="Every event was taken." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Event"</th><th scope="col">"Service"</th><th scope="col">"About"</th>
                        <th scope="col">"Given up"</th><th scope="col">"Why"</th>
                        <th scope="col" class="num">"Behind it"</th><th scope="col">"Do"</th>
                    </tr></thead>
                    <tbody>{dead.into_iter().map(dead_row).collect_view()}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pages path=PATH list more />
    };
    Ok(html(Frame::of(&member, "Events", PATH), body))
}

fn progress_row(progress: Progress) -> impl IntoView {
    let (tone, state) = match &progress {
        Progress { dead: 1.., .. } => (Tone::Bad, "given up"),
        Progress { waiting: 1.., .. } => (Tone::Warn, "tries again"),
        _ => (Tone::Good, "well"),
    };
    let to = format!("{PATH}/{}", progress.consumer);
    view! {
        <tr>
            <td class="head mono" data-label="Service">{progress.consumer}</td>
            <td class="num" data-label="Not read">{count(progress.lag)}</td>
            <td class="num" data-label="Tried again">{count(progress.waiting)}</td>
            <td class="num" data-label="Given up">{count(progress.dead)}</td>
            <td data-label="State"><Badge tone text=state /></td>
            <td data-label="Do">{(progress.dead > 0).then(|| view! { <Act to text="Try all again" /> })}</td>
        </tr>
    }
}

fn dead_row(letter: DeadLetter) -> impl IntoView {
    let to = format!("{PATH}/{}/{}", letter.consumer, letter.id);
    view! {
        <tr>
            <td class="head" data-label="Event">{letter.kind}<span class="sub mono">{letter.id}</span></td>
            <td class="mono" data-label="Service">{letter.consumer}</td>
            <td class="mono" data-label="About">{letter.topic}</td>
            <td data-label="Given up">
                {time(letter.dead_ms)}<span class="sub">{format!("after {} tries", letter.tries)}</span>
            </td>
            <td data-label="Why"><span class="stacked">{letter.reason}</span></td>
            <td class="num" data-label="Behind it">{count(letter.behind)}</td>
            <td data-label="Do"><Act to text="Try again" /></td>
        </tr>
    }
}

async fn replay_all(State(services): State<Services>, member: Member, Path(consumer): Path<String>) -> Page {
    services.bus.replay(&member, &consumer, None).await?;
    Ok(redirect(&format!("{PATH}?done=replayed")))
}

async fn replay(
    State(services): State<Services>,
    member: Member,
    Path((consumer, id)): Path<(String, String)>,
) -> Page {
    services.bus.replay(&member, &consumer, Some(&id)).await?;
    Ok(redirect(&format!("{PATH}?done=replayed")))
}
