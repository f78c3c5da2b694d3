//! `/admin/categories`: the tree of categories.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_wire::Category;
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::catalog::shelves::Draft;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::page::{
    Act, Area, Choice, Empty, Failed, Field, Fields, FormState, Frame, List, Notice, Page, Tone, html_with,
    redirect,
};

const PATH: &str = "/admin/categories";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Categories);
    vec![
        Route::new(Method::GET, PATH, access, get(list_categories), services.clone()),
        Route::new(Method::POST, PATH, access, post(add), services.clone()),
        Route::new(Method::GET, "/admin/categories/{slug}", access, get(show), services.clone()),
        Route::new(Method::POST, "/admin/categories/{slug}", access, post(change), services.clone()),
        Route::new(Method::POST, "/admin/categories/{slug}/act", access, post(act), services.clone()),
    ]
}

fn draft_of(fields: &Fields) -> Draft {
    Draft {
        name: fields.text("name").to_owned(),
        parent: fields.text("parent").to_owned(),
        blurb: fields.text("blurb").to_owned(),
        attributes: fields.raw("attributes").to_owned(),
    }
}

async fn list_categories(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let done = match list.done.as_str() {
        "added" => Some("Added."),
        "saved" => Some("Saved."),
        "removed" => Some("Removed."),
        _ => None,
    };
    tree_page(&services, &member, FormState::default(), done).await
}

async fn add(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    match services.shelves.add(&member, &draft_of(&fields)).await {
        Ok(_) => Ok(redirect("/admin/categories?done=added")),
        Err(error) => tree_page(&services, &member, FormState::refused(fields, error)?, None).await,
    }
}

async fn act(
    State(services): State<Services>,
    member: Member,
    Path(slug): Path<String>,
    fields: Fields,
) -> Page {
    let (done, word) = match fields.text("act") {
        "up" => (services.shelves.reorder(&member, &slug, true).await, "saved"),
        "down" => (services.shelves.reorder(&member, &slug, false).await, "saved"),
        "remove" => (services.shelves.remove(&member, &slug).await, "removed"),
        _ => (Err(Error::invalid("", "choose what to do")), ""),
    };
    match done {
        Ok(()) => Ok(redirect(&format!("{PATH}?done={word}"))),
        Err(error) => {
            tree_page(&services, &member, FormState::refused(Fields::default(), error)?, None).await
        }
    }
}

async fn tree_page(
    services: &Services,
    member: &Member,
    form: FormState,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let all = services.shelves.list().await?;
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let tops = tops(&all, None);
    let empty = all.is_empty();
    let rows = all.into_iter().map(row).collect_view();
    let table = view! {
        <table class="stack">
            <thead><tr><th scope="col">"Category"</th><th scope="col">"Address"</th><th scope="col">"Attributes"</th><th scope="col">"Do"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {form.rest(&["name", "parent", "blurb", "attributes"])}
        <div class="card">
            {if empty { view! { <Empty text="There is no category yet." /> }.into_any() } else { table.into_any() }}
        </div>
        <h2>"Add a category"</h2>
        <CategoryForm form action=PATH.to_owned() tops save="Add" />
    };
    Ok(html_with(status, Frame::of(member, "Categories", PATH), body))
}

fn row(category: Category) -> impl IntoView {
    let to = format!("{PATH}/{}/act", category.slug);
    let button = |act: &'static str, text: &'static str, danger: bool| {
        view! { <Act to=to.clone() text danger=danger><input type="hidden" name="act" value=act /></Act> }
    };
    let name = if category.parent.is_some() { format!("— {}", category.name) } else { category.name };
    view! {
        <tr>
            <td class="head" data-label="Category"><a href=format!("{PATH}/{}", category.slug)>{name}</a></td>
            <td class="mono" data-label="Address">{category.slug}</td>
            <td data-label="Attributes">{category.attributes.join(", ")}</td>
            <td data-label="Do"><div class="acts">{button("up", "Up", false)}{button("down", "Down", false)}{button("remove", "Remove", true)}</div></td>
        </tr>
    }
}

/// What a category can stand below.
fn tops(all: &[Category], own: Option<&str>) -> Vec<(String, String)> {
    let top = all.iter().filter(|category| category.parent.is_none() && Some(category.slug.as_str()) != own);
    let top = top.map(|category| (category.slug.clone(), category.name.clone()));
    std::iter::once((String::new(), "none: a top category".to_owned())).chain(top).collect()
}

#[component]
fn CategoryForm(
    form: FormState,
    action: String,
    tops: Vec<(String, String)>,
    save: &'static str,
) -> impl IntoView {
    view! {
        <form class="form card" method="post" action=action>
            <div class="pair">
                <Field form=form.clone() name="name" label="Name" required=true />
                <Choice form=form.clone() name="parent" label="Below" options=tops />
            </div>
            <Area form=form.clone() name="blurb" label="A sentence about it" rows=2 />
            <Area form=form.clone() name="attributes" label="Attributes" hint="What its products tell of themselves, one a line: Material, Height, …" />
            <button type="submit">{save}</button>
        </form>
    }
}

async fn show(State(services): State<Services>, member: Member, Path(slug): Path<String>) -> Page {
    page(&services, &member, &slug, None).await
}

async fn change(
    State(services): State<Services>,
    member: Member,
    Path(slug): Path<String>,
    fields: Fields,
) -> Page {
    match services.shelves.change(&member, &slug, &draft_of(&fields)).await {
        Ok(()) => Ok(redirect("/admin/categories?done=saved")),
        Err(error) => page(&services, &member, &slug, Some(FormState::refused(fields, error)?)).await,
    }
}

async fn page(
    services: &Services,
    member: &Member,
    slug: &str,
    refused: Option<FormState>,
) -> Result<Response, Failed> {
    let all = services.shelves.list().await?;
    let category = all.iter().find(|category| category.slug == slug).cloned();
    let category = category.ok_or(Error::NotFound("category"))?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let form = refused.unwrap_or_else(|| {
        FormState::of(vec![
            ("name", category.name.clone()),
            ("parent", category.parent.clone().unwrap_or_default()),
            ("blurb", category.blurb.clone()),
            ("attributes", category.attributes.join("\n")),
        ])
    });
    let tops = tops(&all, Some(slug));
    let body = view! {
        {form.rest(&["name", "parent", "blurb", "attributes"])}
        <CategoryForm form action=format!("{PATH}/{slug}") tops save="Save" />
        <p><a href=PATH>"Back to the tree"</a></p>
    };
    Ok(html_with(status, Frame::of(member, &category.name, PATH), body))
}
