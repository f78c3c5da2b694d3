//! `/admin/staff`: who works here, and who is invited.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::members::policy::{Permission, Role};
use crate::modules::members::service::{Kind, Member};
use crate::page::format::time;
use crate::page::{
    Badge, Choice, Field, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, redirect,
};

const PATH: &str = "/admin/staff";

/// The routes of this page.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Staff);
    vec![
        Route::new(Method::GET, PATH, access, get(list_staff), services.clone()),
        Route::new(Method::POST, PATH, access, post(invite), services.clone()),
        Route::new(Method::POST, "/admin/staff/{id}/role", access, post(set_role), services.clone()),
    ]
}

async fn list_staff(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = match list.done.as_str() {
        "invited" => Some("The invitation is on its way."),
        "changed" => Some("Changed."),
        _ => None,
    };
    page(&services, &member, StatusCode::OK, FormState::default(), done).await
}

async fn invite(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let role = Role::parse(fields.text("role"));
    let invited = match role {
        Some(role) => services.members.invite(&member, fields.text("email"), fields.text("name"), role).await,
        None => Err(Error::invalid("role", "choose one")),
    };
    match invited {
        Ok(_) => Ok(redirect("/admin/staff?done=invited")),
        Err(error) => {
            let form = FormState::refused(fields, error)?;
            page(&services, &member, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
        }
    }
}

async fn set_role(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let role = match fields.text("role") {
        "none" => None,
        name => Some(Role::parse(name).ok_or_else(|| Error::invalid("role", "choose one"))?),
    };
    match services.members.set_role(&member, &id, role).await {
        Ok(()) => Ok(redirect("/admin/staff?done=changed")),
        Err(error) => {
            let form = FormState::refused(Fields::default(), error)?;
            page(&services, &member, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    status: StatusCode,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, crate::page::Failed> {
    let staff = services.members.list_staff().await?;
    let rows = staff.into_iter().map(row).collect_view();
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["email", "name"])}
        <div class="card">
            <table class="stack">
                <thead><tr>
                    <th scope="col">"Name"</th><th scope="col">"E-mail"</th><th scope="col">"Since"</th>
                    <th scope="col">"State"</th><th scope="col">"Role"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <h2>"Invite somebody"</h2>
        <form class="form card" method="post" action=PATH>
            <div class="pair">
                <Field form=form.clone() name="name" label="Full name" required=true />
                <Field form=form.clone() name="email" label="E-mail" kind="email" required=true />
            </div>
            <Choice form=form.clone() name="role" label="Role" options=roles() />
            <button type="submit">"Invite"</button>
        </form>
    };
    Ok(html_with(status, Frame::of(member, "Admins", PATH), body))
}

fn roles() -> Vec<(String, String)> {
    Role::ALL.iter().map(|role| (role.name().to_owned(), role.name().to_owned())).collect()
}

fn row(member: Member) -> impl IntoView {
    let (tone, state) = match (member.disabled_ms, member.verified_ms) {
        (Some(_), _) => (Tone::Bad, "shut out"),
        (None, None) => (Tone::Warn, "invited"),
        (None, Some(_)) => (Tone::Good, "active"),
    };
    let role = match member.kind {
        Kind::Staff(role) if member.disabled_ms.is_none() => role.name(),
        _ => "none",
    };
    let options = roles().into_iter().chain([("none".to_owned(), "none: shut out".to_owned())]);
    let options = options.map(|(value, text)| {
        let selected = value == role;
        view! { <option value=value selected=selected>{text}</option> }
    });
    let label = format!("Role of {}", member.name);
    view! {
        <tr>
            <td class="head" data-label="Name">{member.name}</td>
            <td data-label="E-mail">{member.email}</td>
            <td data-label="Since">{time(member.created_ms)}</td>
            <td data-label="State"><Badge tone text=state /></td>
            <td data-label="Role">
                <form class="act" method="post" action=format!("/admin/staff/{}/role", member.id)>
                    <select name="role" aria-label=label>{options.collect_view()}</select>
                    <button type="submit" class="quiet">"Set"</button>
                </form>
            </td>
        </tr>
    }
}
