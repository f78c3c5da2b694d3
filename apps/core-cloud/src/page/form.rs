//! Pieces of forms. A form that was refused is shown again as it was sent, with the reason beside its field.

use leptos::prelude::*;

use super::fields::Fields;
use crate::error::Error;

/// What a form shows: what was sent before, and what was wrong with it.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    /// What was sent, or what the record has.
    pub values: Fields,
    /// The field that was refused (empty: none in particular), and why.
    pub error: Option<(String, String)>,
}

impl FormState {
    /// A form that shows what a record has.
    pub fn of(values: Vec<(&str, String)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { values: Fields::new(values), error: None }
    }

    /// A form that was refused. What is no fault of who sent it is passed on as an error.
    ///
    /// # Errors
    /// The error, unless it is a refusal.
    pub fn refused(values: Fields, error: Error) -> Result<Self, Error> {
        let error = match error {
            Error::Invalid { param, detail } => (param, detail),
            Error::Refused(problem) if problem.status < 500 && problem.status != 404 => {
                let why = problem
                    .detail
                    .map_or(problem.title.clone(), |detail| format!("{}. {detail}", problem.title));
                (problem.param.unwrap_or_default(), why)
            }
            error => return Err(error),
        };
        Ok(Self { values, error: Some(error) })
    }

    fn error_of(&self, name: &str) -> Option<String> {
        let (param, why) = self.error.as_ref()?;
        (param == name).then(|| why.clone())
    }

    /// The reason that no field of `names` shows, as a notice above the form.
    pub fn rest(&self, names: &[&str]) -> impl IntoView + use<> {
        let shown = self.error.as_ref().filter(|(param, _)| !names.contains(&param.as_str()));
        shown.map(|(param, why)| {
            let text = if param.is_empty() { why.clone() } else { format!("{param}: {why}") };
            view! { <p class="notice bad" role="alert">{text}</p> }
        })
    }
}

/// A labelled input.
#[component]
pub fn Field(
    form: FormState,
    name: &'static str,
    label: &'static str,
    /// `text`, `email`, `password`, `number`, `date`, …
    #[prop(optional, default = "text")]
    kind: &'static str,
    #[prop(optional)] required: bool,
    /// What browsers may fill in.
    #[prop(optional, default = "off")]
    autocomplete: &'static str,
    /// A line below the label.
    #[prop(optional)]
    hint: &'static str,
) -> impl IntoView {
    let error = form.error_of(name);
    // A password is never sent back.
    let value = if kind == "password" { String::new() } else { form.values.raw(name).to_owned() };
    let described = error.as_ref().map(|_| format!("{name}-error"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {(!hint.is_empty()).then(|| view! { <span class="sub">{hint}</span> })}
            <input id=name name=name type=kind value=value required=required autocomplete=autocomplete
                aria-invalid=error.is_some().then_some("true") aria-describedby=described />
            {error.map(|why| view! { <p class="error" id=format!("{name}-error") role="alert">{why}</p> })}
        </div>
    }
}

/// A labelled text of several lines.
#[component]
pub fn Area(
    form: FormState,
    name: &'static str,
    label: &'static str,
    #[prop(optional, default = 4)] rows: u32,
    #[prop(optional)] required: bool,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    let error = form.error_of(name);
    // Leptos escapes what stands in any other element, and writes this one's text as it is.
    let text = html_escape::encode_text(form.values.raw(name)).into_owned();
    let described = error.as_ref().map(|_| format!("{name}-error"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {(!hint.is_empty()).then(|| view! { <span class="sub">{hint}</span> })}
            <textarea id=name name=name rows=rows.to_string() required=required
                aria-invalid=error.is_some().then_some("true") aria-describedby=described>{text}</textarea>
            {error.map(|why| view! { <p class="error" id=format!("{name}-error") role="alert">{why}</p> })}
        </div>
    }
}

/// A labelled choice of files; a browser does not keep them when the form is shown again.
#[component]
pub fn Files(
    form: FormState,
    name: &'static str,
    #[prop(into)] label: String,
    /// Media types that the browser offers, with commas between.
    accept: &'static str,
    hint: &'static str,
) -> impl IntoView {
    let error = form.error_of(name);
    let described =
        error.as_ref().map_or_else(|| format!("{name}-hint"), |_| format!("{name}-hint {name}-error"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <span class="sub" id=format!("{name}-hint")>{hint}</span>
            <input id=name name=name type="file" accept=accept multiple=true
                aria-invalid=error.is_some().then_some("true") aria-describedby=described />
            {error.map(|why| view! { <p class="error" id=format!("{name}-error") role="alert">{why}</p> })}
        </div>
    }
}

/// A labelled choice of one of several: value and text.
#[component]
pub fn Choice(
    form: FormState,
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    let error = form.error_of(name);
    let chosen = form.values.text(name).to_owned();
    let options = options.into_iter().map(|(value, text)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{text}</option> }
    });
    let described = error.as_ref().map(|_| format!("{name}-error"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {(!hint.is_empty()).then(|| view! { <span class="sub">{hint}</span> })}
            <select id=name name=name aria-invalid=error.is_some().then_some("true") aria-describedby=described>
                {options.collect_view()}
            </select>
            {error.map(|why| view! { <p class="error" id=format!("{name}-error") role="alert">{why}</p> })}
        </div>
    }
}

/// A labelled choice of any of several: value and text.
#[component]
pub fn Several(
    form: FormState,
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    hint: &'static str,
) -> impl IntoView {
    let error = form.error_of(name);
    let chosen: Vec<String> = form.values.all(name).map(str::to_owned).collect();
    let options = options.into_iter().map(|(value, text)| {
        let selected = chosen.contains(&value);
        view! { <option value=value selected=selected>{text}</option> }
    });
    let described =
        error.as_ref().map_or_else(|| format!("{name}-hint"), |_| format!("{name}-hint {name}-error"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <span class="sub" id=format!("{name}-hint")>{hint}</span>
            <select id=name name=name multiple=true size="5" aria-invalid=error.is_some().then_some("true") aria-describedby=described>
                {options.collect_view()}
            </select>
            {error.map(|why| view! { <p class="error" id=format!("{name}-error") role="alert">{why}</p> })}
        </div>
    }
}

/// A button that does one thing.
#[component]
pub fn Act(
    /// Address the form is sent to.
    #[prop(into)]
    to: String,
    #[prop(into)] text: String,
    /// Whether it takes something away.
    #[prop(optional)]
    danger: bool,
    /// More of the form: hidden inputs, a reason.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let class = if danger { "danger" } else { "quiet" };
    view! {
        <form class="act" method="post" action=to>
            {children.map(|children| children())}
            <button type="submit" class=class>{text}</button>
        </form>
    }
}

/// A button that decides, with a reason where one is asked for.
#[component]
pub fn Reasoned(
    /// Address the form is sent to.
    #[prop(into)]
    to: String,
    /// What is decided: the value of `act`.
    act: &'static str,
    text: &'static str,
    /// Label of the reason; empty where none is asked for.
    #[prop(optional)]
    reason: &'static str,
    /// Whether it takes something away.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView {
    let class = if danger { "danger" } else { "quiet" };
    view! {
        <form class="act" method="post" action=to>
            <input type="hidden" name="act" value=act />
            {(!reason.is_empty()).then(|| view! { <input name="reason" aria-label=reason placeholder=reason required=true maxlength="1000" /> })}
            <button type="submit" class=class>{text}</button>
        </form>
    }
}
