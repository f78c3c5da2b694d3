//! A doubtful checkout has to show more of who buys. A card does so at its bank (3-D Secure, see
//! [`crate::payments::settle`]); any other way to pay needs a code that went to the order's e-mail address.

use http::StatusCode;
use kiosk_pop_store::step_ups::{self as store, NewCode, StepUp};
use kiosk_problem::Problem;
use kiosk_risk::Outcome;
use subtle::ConstantTimeEq;

use super::commit::Decided;
use super::methods::PaymentMethod;
use super::service::Checkout;
use crate::error::Result;

/// What becomes of an order that the score wants stepped up.
pub enum Stepped {
    /// It may be placed.
    Passed,
    /// Nothing was ordered: the buyer has to send the code.
    Asked(Box<Problem>),
}

/// Turns "step up" into "review" where the buyer cannot be asked for more.
pub fn settle_outcome(checkout: &Checkout<'_>, decided: &mut Decided) {
    let outcome = &mut decided.decision.outcome;
    if *outcome == Outcome::StepUp && !is_at_bank(checkout, decided.sums.due.amount) {
        let can_ask = checkout.pop.config.mail.is_some() && checkout.keys.customer.is_some();
        if !can_ask {
            *outcome = Outcome::Review;
        }
    }
}

/// Whether the card's bank asks the buyer.
fn is_at_bank(checkout: &Checkout<'_>, due: i64) -> bool {
    checkout.order.payment.method == PaymentMethod::Card && due > 0
}

/// Whether the buyer has shown enough; otherwise a code is on its way to them.
pub async fn step_up(checkout: &Checkout<'_>, decided: &Decided) -> Result<Stepped> {
    let customer = match checkout.keys.customer.as_deref() {
        Some(customer) if !is_at_bank(checkout, decided.sums.due.amount) => customer,
        _ => return Ok(Stepped::Passed),
    };
    let (pop, cart) = (checkout.pop, decided.state.cart.id.as_str());
    let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
    let waiting = store::get(db, cart, now_ms).await?.filter(|waiting| waiting.customer == customer);
    if let Some(waiting) = waiting {
        if waiting.passed {
            return Ok(Stepped::Passed);
        }
        let Some(code) = checkout.order.verification_code.as_deref() else {
            return Ok(asked(&send(checkout, cart, customer, Some(waiting)).await?));
        };
        if !store::count_try(db, cart, &waiting).await? {
            return Ok(refused("Too many codes were tried. Ask for another one."));
        }
        let right = pop.config.step_up_code(cart, &waiting.nonce);
        if !bool::from(right.as_bytes().ct_eq(code.as_bytes())) {
            return Ok(refused("This is not the code that we sent."));
        }
        store::pass(db, cart, &waiting.nonce).await?;
        return Ok(Stepped::Passed);
    }
    if checkout.order.verification_code.is_some() {
        // It was for another address, or too late.
        send(checkout, cart, customer, None).await?;
        return Ok(refused("This code is not good any more. We have sent you another one."));
    }
    Ok(asked(&send(checkout, cart, customer, None).await?))
}

/// Has a code sent, unless too many were.
async fn send(
    checkout: &Checkout<'_>,
    cart: &str,
    customer: &str,
    before: Option<StepUp>,
) -> Result<Option<StepUp>> {
    let (pop, contact) = (checkout.pop, &checkout.shopper.contact);
    let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
    let nonce = hex::encode(pop.edge.random_bytes::<16>());
    let (name, email) = (contact.name.reveal(), contact.email.reveal());
    store::put(db, NewCode { cart, customer, nonce: &nonce, name, email, now_ms }).await?;
    let now = store::get(db, cart, now_ms).await?.filter(|now| now.customer == customer);
    Ok(now.or(before))
}

/// 403: nothing was ordered, and the same request with the code places the order.
fn asked(waiting: &Option<StepUp>) -> Stepped {
    let detail = match waiting {
        Some(_) => "We have sent a code to your e-mail address. Send the order again with it.",
        None => "Too many codes were sent to this address. Try again in a quarter of an hour.",
    };
    let title = "Please confirm your e-mail address";
    let problem = Problem::new(StatusCode::FORBIDDEN, "verification_required", title).detail(detail);
    let until_ms = waiting.as_ref().map(|waiting| waiting.expires_ms);
    Stepped::Asked(Box::new(problem.param("verification_code").with("expires_ms", until_ms)))
}

/// 403: a code was sent that does not fit.
fn refused(detail: &str) -> Stepped {
    let title = "The code is not right";
    let problem = Problem::new(StatusCode::FORBIDDEN, "verification_failed", title).detail(detail);
    Stepped::Asked(Box::new(problem.param("verification_code")))
}
