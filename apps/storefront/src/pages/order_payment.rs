//! What an order's page says of its payment.

use leptos::prelude::*;

use crate::components::icons;
use crate::components::moment::moment;
use crate::components::price::amount;
use crate::orders::{Order, OrderPayment, Transfer};

/// Letters of a group, as IBAN and reference are printed.
const GROUP_CHARS: usize = 4;

/// The payment, where there is something to do or to know about it. `unanswered` when the provider could not be asked.
pub fn view(order: &Order, unanswered: bool) -> Option<AnyView> {
    let payment = order.payment.as_ref()?;
    if order.awaits_payment() {
        return Some(waits(order, payment, unanswered));
    }
    if let Some(transfer) = &payment.transfer {
        return Some(transfer_box(transfer));
    }
    (payment.state == "cancelled").then(|| given_up(payment.reason.as_deref()))
}

/// How it is paid, in a line under the sums.
pub fn line(order: &Order) -> Option<&'static str> {
    let waits = order.awaits_payment();
    Some(match order.payment_method.as_deref()? {
        _ if order.status == "cancelled" => "Nothing is to be paid.",
        "invoice" => "To be paid on invoice.",
        "bank_transfer" => "To be paid by bank transfer.",
        "card" if waits => "To be paid by card.",
        "paypal" if waits => "To be paid with PayPal.",
        "card" => "By card. The amount is reserved, and charged when the goods leave.",
        "paypal" => "With PayPal. The amount is reserved, and charged when the goods leave.",
        _ => "Payment as agreed.",
    })
}

fn waits(order: &Order, payment: &OrderPayment, unanswered: bool) -> AnyView {
    let action = format!("/orders/{}/cancel-payment", order.id);
    // A page of the provider, as edge-orders was given it by the provider itself.
    let page =
        payment.redirect_url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    let until = payment
        .expires_ms
        .map(|until_ms| view! { <p>"The goods are kept for you until "{moment(until_ms)}"."</p> });
    view! {
        <section class="notice payment" aria-labelledby="payment-title">
            {icons::notice()}
            <div>
                <h2 id="payment-title">"Your payment is not finished"</h2>
                <p>"Nothing was charged yet."</p>
                {until}
                {unanswered.then(|| view! {
                    <p role="alert">"The provider does not answer just now. If you have paid, this page will say so in a moment."</p>
                })}
                <div class="payment-ways">
                    {page.map(|page| view! { <a class="button button-main" href=page>"Pay now"</a> })}
                    <form action=action.clone() method="post" data-once="">
                        <input type="hidden" name="then" value="checkout" />
                        <button class="button">"Pay another way"</button>
                    </form>
                    <form action=action method="post" data-once="">
                        <button class="button">"Cancel the order"</button>
                    </form>
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn given_up(reason: Option<&str>) -> AnyView {
    let text = match reason {
        Some("declined") => {
            "The payment was declined. You were not charged; another card or another way may work."
        }
        Some("expired") => "The time to pay was over. You were not charged.",
        Some("stock_gone") => {
            "While you paid, the goods could no longer be kept for you. You were not charged: what your bank may show as \
             reserved is let go."
        }
        Some("mismatch") => {
            "The payment did not fit the order, so we did not take it. What your bank may show as reserved is let go."
        }
        _ => "It was not paid, and you were not charged.",
    };
    view! {
        <section class="notice payment" aria-labelledby="payment-title">
            {icons::notice()}
            <div>
                <h2 id="payment-title">"Nothing was ordered"</h2>
                <p>{text}</p>
                <div class="payment-ways"><a class="button button-main" href="/cart">"Back to your cart"</a></div>
            </div>
        </section>
    }
    .into_any()
}

fn transfer_box(transfer: &Transfer) -> AnyView {
    view! {
        <section class="notice payment" aria-labelledby="payment-title">
            {icons::notice()}
            <div>
                <h2 id="payment-title">"Please transfer the amount"</h2>
                <p>"The goods leave when the money is here. Please transfer by "{moment(transfer.until_ms)}"."</p>
                <dl class="transfer">
                    <div><dt>"To"</dt><dd>{transfer.holder.clone()}</dd></div>
                    <div><dt>"IBAN"</dt><dd>{grouped(&transfer.iban)}</dd></div>
                    <div><dt>"Amount"</dt><dd>{amount(transfer.amount)}</dd></div>
                    <div><dt>"Reference"</dt><dd>{grouped(&transfer.reference)}</dd></div>
                </dl>
                <p class="hint">"Write the reference and nothing else: it is how we find your order."</p>
            </div>
        </section>
    }
    .into_any()
}

/// `DE89 3704 …`, as it is printed.
fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(GROUP_CHARS).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_in_groups() {
        assert_eq!(grouped("DE89370400440532013000"), "DE89 3704 0044 0532 0130 00");
        assert_eq!(grouped(""), "");
    }
}
