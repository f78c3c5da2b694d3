//! The form that puts a variant in the cart.

use leptos::prelude::*;

use super::stepper::stepper;

/// What the form tells after it was sent from the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser sends"))]
pub enum Outcome {
    /// Nothing was sent.
    Idle,
    /// On its way.
    Sending,
    /// In the cart, which holds so many pieces now.
    Added(u32),
    /// Refused, and why.
    Refused(String),
}

/// Quantity and button. Without script the form leads to the cart.
#[island]
pub fn AddToCart(
    /// What is added.
    sku: String,
    /// Whether it can be sold at all.
    buyable: bool,
    /// Most pieces.
    max: u32,
) -> impl IntoView {
    let quantity = RwSignal::new(1_u32);
    let outcome = RwSignal::new(Outcome::Idle);
    let text = move || match outcome.get() {
        _ if !buyable => "Sold out here for now",
        Outcome::Sending => "Adding…",
        _ => "Add to cart",
    };
    let message = move || match outcome.get() {
        Outcome::Idle | Outcome::Sending => String::new(),
        Outcome::Added(1) => "Added. Your cart holds 1 piece.".to_owned(),
        Outcome::Added(n) => format!("Added. Your cart holds {n} pieces."),
        Outcome::Refused(why) => why,
    };
    let added = move || matches!(outcome.get(), Outcome::Added(_));
    let refused = move || matches!(outcome.get(), Outcome::Refused(_));
    view! {
        <form class="buy" action="/cart/lines" method="post" on:submit=move |event| send(&event, outcome)>
            <input type="hidden" name="sku" value=sku />
            {stepper("quantity".to_owned(), "Quantity".to_owned(), quantity, max)}
            <button class="button button-main" disabled=!buyable>{text}</button>
            <p class="buy-message" role="status" class:is-refused=refused>
                {message}
                <a href="/cart" class:is-hidden=move || !added()>"View cart"</a>
            </p>
        </form>
    }
}

#[cfg_attr(not(feature = "hydrate"), expect(unused_variables))]
fn send(event: &leptos::ev::SubmitEvent, outcome: RwSignal<Outcome>) {
    #[cfg(feature = "hydrate")]
    {
        event.prevent_default();
        if outcome.get_untracked() == Outcome::Sending {
            return;
        }
        outcome.set(Outcome::Sending);
        let form = super::browser::form_of(event);
        wasm_bindgen_futures::spawn_local(async move {
            outcome.set(match super::browser::post(form).await {
                Ok(cart) => {
                    super::state::learn(cart);
                    Outcome::Added(cart.quantity)
                }
                Err(why) => Outcome::Refused(why),
            });
        });
    }
}
