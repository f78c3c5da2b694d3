//! What these pages show.

use leptos::prelude::*;

use crate::page::{Field, FormState};

#[component]
pub fn LogInPage(form: FormState) -> impl IntoView {
    let next = form.values.text("next").to_owned();
    view! {
        <form class="form card narrow" method="post" action="/login">
            {form.rest(&["email", "password"])}
            <input type="hidden" name="next" value=next />
            <Field form=form.clone() name="email" label="E-mail" kind="email" autocomplete="username" required=true />
            <Field form=form.clone() name="password" label="Password" kind="password" autocomplete="current-password" required=true />
            <button type="submit">"Log in"</button>
            <p><a href="/password">"I forgot my password"</a></p>
            <p><a href="/vendor/register">"Sell on Kiosk"</a></p>
        </form>
    }
}

#[component]
pub fn ForgotPage(form: FormState) -> impl IntoView {
    view! {
        <form class="form card narrow" method="post" action="/password">
            {form.rest(&["email"])}
            <Field form=form.clone() name="email" label="E-mail" kind="email" autocomplete="username" required=true />
            <button type="submit">"Send me a link"</button>
            <p><a href="/login">"Back to the login"</a></p>
        </form>
    }
}

#[component]
pub fn ChoosePage(form: FormState) -> impl IntoView {
    let token = form.values.text("token").to_owned();
    view! {
        <form class="form card narrow" method="post" action="/password/new">
            {form.rest(&["password"])}
            <input type="hidden" name="token" value=token />
            <Field form=form.clone() name="password" label="New password" kind="password" autocomplete="new-password" required=true
                hint="At least 8 characters, and none that is known from breaches." />
            <button type="submit">"Choose it"</button>
            <p><a href="/password">"Send me another link"</a></p>
        </form>
    }
}

#[component]
pub fn VerifyPage(form: FormState) -> impl IntoView {
    let token = form.values.text("token").to_owned();
    view! {
        <form class="form card narrow" method="post" action="/verify">
            {form.rest(&[])}
            <input type="hidden" name="token" value=token />
            <p>"One click, and your address is confirmed."</p>
            <button type="submit">"Confirm"</button>
        </form>
    }
}

#[component]
pub fn DonePage(text: &'static str) -> impl IntoView {
    view! {
        <div class="form card narrow">
            <p>{text}</p>
            <p><a class="button" href="/login">"To the login"</a></p>
        </div>
    }
}
