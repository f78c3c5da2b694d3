//! A number field with a button on each side.

use leptos::prelude::*;

/// The field and its buttons, as part of an island.
pub fn stepper(id: String, label: String, value: RwSignal<u32>, max: u32) -> impl IntoView {
    let step = move |up: bool| {
        value
            .update(|n| *n = if up { n.saturating_add(1) } else { n.saturating_sub(1) }.clamp(1, max.max(1)));
    };
    let typed = move |text: String| {
        if let Ok(number) = text.parse::<u32>() {
            value.set(number.clamp(1, max.max(1)));
        }
    };
    let at_least = move || value.get() <= 1;
    let at_most = move || value.get() >= max;
    view! {
        <div class="stepper" role="group" aria-label=label.clone()>
            <button type="button" class="step" id=format!("{id}-less") aria-label="One less" disabled=at_least
                on:click=move |_| step(false)>"−"</button>
            <label class="vh" for=id.clone()>{label.clone()}</label>
            <input id=id.clone() name="quantity" type="number" inputmode="numeric" min="1" max=max value=value.get_untracked()
                prop:value=move || value.get() on:change=move |event| typed(event_target_value(&event)) />
            <button type="button" class="step" id=format!("{id}-more") aria-label="One more" disabled=at_most
                on:click=move |_| step(true)>"+"</button>
        </div>
    }
}

/// The quantity of a line of the cart: sent by the form's button, or at once when the browser can.
#[island]
pub fn LineQuantity(
    /// Id of the field.
    id: String,
    /// What is counted, for those who listen.
    label: String,
    /// Pieces now.
    quantity: u32,
    /// Most pieces.
    max: u32,
) -> impl IntoView {
    let value = RwSignal::new(quantity);
    #[cfg(feature = "hydrate")]
    {
        let id = id.clone();
        Effect::new(move |before: Option<u32>| {
            let now = value.get();
            if before.is_some_and(|before| before != now) {
                super::browser::submit_with(&id, now);
            }
            now
        });
    }
    stepper(id, label, value, max)
}
