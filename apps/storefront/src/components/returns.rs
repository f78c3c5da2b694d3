//! What of an order goes back, and the way to send something back.

use leptos::prelude::*;

use crate::orders::{Order, OrderReturn, ReturnStatus};

/// How far a return is, for people.
fn words(status: ReturnStatus) -> &'static str {
    match status {
        ReturnStatus::Asked => "Asked for",
        ReturnStatus::Expected => "Expected",
        ReturnStatus::Received => "With the vendor",
        ReturnStatus::Inspected => "Inspected",
        ReturnStatus::Cancelled => "Cancelled",
        ReturnStatus::Refused => "Not possible",
    }
}

/// What happens next, or why nothing does.
fn explained(given: &OrderReturn) -> &'static str {
    let exchange = given.wish == "exchange";
    match (given.status, given.reason.as_deref()) {
        (ReturnStatus::Asked, _) => "The vendor hears of it in a moment. You get a mail.",
        (ReturnStatus::Expected, _) => {
            "Write the number on the outside of the parcel and send it to the vendor."
        }
        (ReturnStatus::Received, _) => "The vendor has it and looks it over next.",
        (ReturnStatus::Inspected, _) if given.lines.iter().all(|line| line.accepted == 0) => {
            "The vendor could accept none of it. If you think that this is a mistake, answer the mail that you got."
        }
        (ReturnStatus::Inspected, _) if exchange => "What was accepted is sent to you anew.",
        (ReturnStatus::Inspected, _) => "What was accepted is paid back the way you paid.",
        (ReturnStatus::Cancelled, _) => "Nothing is sent back.",
        (ReturnStatus::Refused, Some("return_window")) => "The time to send it back is over.",
        (ReturnStatus::Refused, Some("pieces_short")) => {
            "Not so many pieces have arrived, or they are on their way back already."
        }
        (ReturnStatus::Refused, _) => "If you think that this is a mistake, answer the mail that you got.",
    }
}

/// The returns of an order, and the way to its form while something can be sent back. Nothing where there is neither.
pub fn returns(order: &Order) -> Option<AnyView> {
    if order.returns.is_empty() && order.returnable.is_empty() {
        return None;
    }
    let form = (!order.returnable.is_empty()).then(|| {
        let href = format!("/orders/{}/return", order.id);
        view! { <p><a class="button" href=href>"Return items"</a></p> }
    });
    Some(
        view! {
            <section aria-labelledby="returns-title">
                <h2 id="returns-title" class="order-parcels">"Returns"</h2>
                <ul class="parcels" role="list">{order.returns.iter().map(entry).collect_view()}</ul>
                {form}
            </section>
        }
        .into_any(),
    )
}

fn entry(given: &OrderReturn) -> AnyView {
    let lines = given.lines.iter().map(|line| {
        let accepted =
            (given.status == ReturnStatus::Inspected).then(|| format!(", {} accepted", line.accepted));
        view! { <li>{format!("{} × {}", line.quantity, line.title)}{accepted}</li> }
    });
    let label = given.label.clone().map(|label| view! { <p>"Number: "<code>{label}</code></p> });
    view! {
        <li class="parcel">
            <p class="parcel-head">
                <strong>{format!("To {}", given.vendor.name)}</strong>
                <span class="parcel-status" class:is-done={given.status == ReturnStatus::Inspected}>{words(given.status)}</span>
            </p>
            <ul role="list">{lines.collect_view()}</ul>
            {label}
            <p>{explained(given)}</p>
        </li>
    }
    .into_any()
}
