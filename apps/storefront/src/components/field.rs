//! Form fields: a label, a control, a hint, and what is wrong with the value.

use leptos::prelude::*;

use crate::pages::vendor::COUNTRIES;

/// The text inside a `<textarea>`. Leptos escapes what stands in any other element, and writes this one's text as it is.
pub fn area_text(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}

/// A text field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name and id.
    pub name: &'static str,
    /// For people.
    pub label: &'static str,
    /// `text`, `email`, `tel` or `password`.
    pub kind: &'static str,
    /// What the browser may fill in.
    pub autocomplete: &'static str,
    /// Most characters.
    pub chars_max: usize,
    /// Whether it may stay empty.
    pub optional: bool,
}

impl Field {
    /// A field that has to be filled in.
    pub const fn required(
        name: &'static str,
        label: &'static str,
        kind: &'static str,
        autocomplete: &'static str,
        chars_max: usize,
    ) -> Self {
        Self { name, label, kind, autocomplete, chars_max, optional: false }
    }
}

/// The field with its value and, when it was refused, why.
pub fn view(field: &Field, value: &str, error: Option<&str>) -> AnyView {
    let hint = field.optional.then_some(" (optional)");
    let error_id = format!("{}-error", field.name);
    view! {
        <div class="field" class:is-wrong=error.is_some()>
            <label for=field.name>{field.label}{hint.map(|hint| view! { <span class="field-hint">{hint}</span> })}</label>
            <input id=field.name name=field.name type=field.kind autocomplete=field.autocomplete maxlength=field.chars_max
                required=!field.optional value=value.to_owned() aria-invalid=error.map(|_| "true")
                aria-describedby=error.map(|_| error_id.clone()) />
            {error.map(|text| view! { <p class="field-error" id=error_id>{text.to_owned()}</p> })}
        </div>
    }.into_any()
}

/// The choice of a country.
pub fn country(chosen: Option<&str>, error: Option<&str>) -> AnyView {
    let chosen = chosen.unwrap_or("DE").to_owned();
    let option = |(code, name): &(&'static str, &'static str)| {
        view! { <option value=*code selected=*code == chosen>{*name}</option> }
    };
    view! {
        <div class="field" class:is-wrong=error.is_some()>
            <label for="country">"Country"</label>
            <select id="country" name="country" autocomplete="country" required aria-invalid=error.map(|_| "true")
                aria-describedby=error.map(|_| "country-error")>
                {COUNTRIES.iter().map(option).collect_view()}
            </select>
            {error.map(|text| view! { <p class="field-error" id="country-error">{text.to_owned()}</p> })}
        </div>
    }.into_any()
}
