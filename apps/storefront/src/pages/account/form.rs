//! A page that is one form.

use axum::http::StatusCode;
use axum::response::Response;
use kiosk_problem::Problem;
use leptos::prelude::*;

use crate::components::shell::{Cache, Meta, respond};
use crate::components::{field, icons};
use crate::http::Visit;
use crate::http::forms::Pairs;
use crate::pages::PageError;
use crate::shop::Shop;
use crate::sibling::SiblingError;

pub use crate::components::field::Field;

/// The address of an account.
pub const EMAIL: Field = Field::required("email", "E-mail", "email", "email", 254);
/// A password that is there already.
pub const PASSWORD: Field = Field::required("password", "Password", "password", "current-password", 256);
/// A password that is made up now.
pub const NEW_PASSWORD: Field =
    Field::required("password", "Password, at least 8 characters", "password", "new-password", 256);

/// What a page says and asks.
pub struct FormPage {
    /// Title and heading.
    pub title: &'static str,
    /// What it is for.
    pub lead: &'static str,
    /// Where the form goes.
    pub action: &'static str,
    /// Its button.
    pub submit: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Other ways to go: label and address.
    pub links: &'static [(&'static str, &'static str)],
}

impl FormPage {
    /// Whether it has a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

/// Why a form was not taken.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    /// The field, when it is one's.
    pub field: Option<String>,
    /// What to do, for people.
    pub text: String,
    /// Status of the page.
    pub status: StatusCode,
}

impl Trouble {
    /// What edge-accounts refused, in its own words; an error page when it is not the visitor's doing.
    pub fn of(error: SiblingError, known: impl Fn(&str) -> bool) -> Result<Self, PageError> {
        let busy = |problem: &Problem| problem.code == "busy";
        let problem = match &error {
            SiblingError::Refused(problem) if problem.status < 500 || busy(problem) => problem,
            _ => return Err(error.into()),
        };
        let detail = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
        // `address.street` is the field `street`.
        let field = problem.param.as_deref().and_then(|param| param.rsplit('.').next());
        let field = field.filter(|name| known(name)).map(str::to_owned);
        let text = match (&field, problem.code.as_str()) {
            (Some(_), "invalid_value") => sentence(&detail),
            (_, "too_many_attempts" | "too_many_requests") => {
                let wait_s = problem.retry_after_s.unwrap_or(1);
                format!("Too many attempts. Please try again in {wait_s} seconds.")
            }
            _ => format!("{}. {detail}", problem.title),
        };
        Ok(Self { field, text, status: problem.status_code() })
    }
}

/// `at least 8 characters` as a sentence.
fn sentence(detail: &str) -> String {
    let mut chars = detail.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// The page, with what was filled in and what was wrong with it.
pub async fn show(
    shop: &Shop,
    visit: &Visit,
    page: &FormPage,
    pairs: &Pairs,
    trouble: Option<&Trouble>,
) -> Result<Response, PageError> {
    show_with(shop, visit, page, pairs, trouble, || ().into_any()).await
}

/// The same with something more below the form.
pub async fn show_with(
    shop: &Shop,
    visit: &Visit,
    page: &FormPage,
    pairs: &Pairs,
    trouble: Option<&Trouble>,
    more: impl FnOnce() -> AnyView,
) -> Result<Response, PageError> {
    let title =
        if trouble.is_some() { format!("Please check: {}", page.title) } else { page.title.to_owned() };
    let mut response =
        respond(shop, visit, Cache::Private, Meta::private(title), || view(page, pairs, trouble, more()))
            .await?;
    if let Some(trouble) = trouble {
        *response.status_mut() = trouble.status;
    }
    Ok(response)
}

fn view(page: &FormPage, pairs: &Pairs, trouble: Option<&Trouble>, more: AnyView) -> AnyView {
    let general = trouble.filter(|trouble| trouble.field.is_none());
    view! {
        <div class="wrap own">
            <h1>{page.title}</h1>
            <p class="lead">{page.lead}</p>
            {general.map(|trouble| notice(&trouble.text))}
            {form(page, pairs, trouble)}
            {more}
            {(!page.links.is_empty()).then(|| view! {
                <ul class="own-links" role="list">
                    {page.links.iter().map(|(label, url)| view! { <li><a href=*url>{*label}</a></li> }).collect_view()}
                </ul>
            })}
        </div>
    }
    .into_any()
}

/// The form alone, to stand among others.
pub fn form(page: &FormPage, pairs: &Pairs, trouble: Option<&Trouble>) -> AnyView {
    let field = |field: &Field| {
        // What is secret is typed again.
        let value = if field.kind == "password" { "" } else { pairs.text(field.name) };
        let own = trouble.filter(|trouble| trouble.field.as_deref() == Some(field.name));
        field::view(field, value, own.map(|trouble| trouble.text.as_str()))
    };
    // The token of a mail's link stays with its form.
    let token =
        pairs.get("token").map(|token| view! { <input type="hidden" name="token" value=token.to_owned() /> });
    view! {
        <form class="own-form" action=page.action method="post">
            {token}
            {page.fields.iter().map(field).collect_view()}
            <button class="button button-main">{page.submit}</button>
        </form>
    }
    .into_any()
}

/// Something that went wrong.
pub fn notice(text: &str) -> AnyView {
    view! { <div class="notice notice-bad" role="alert">{icons::notice()}<p>{text.to_owned()}</p></div> }
        .into_any()
}

/// A page that says one thing.
pub async fn said(
    shop: &Shop,
    visit: &Visit,
    title: &'static str,
    text: &'static str,
    link: (&'static str, &'static str),
) -> Result<Response, PageError> {
    let (label, url) = link;
    respond(shop, visit, Cache::Private, Meta::private(title), || {
        view! {
            <div class="wrap own">
                <h1>{title}</h1>
                <p class="lead" role="status">{text}</p>
                <p><a class="button button-main" href=url>{label}</a></p>
            </div>
        }
    })
    .await
}
