//! What an order of PayPal says of its payment, and whether it is the one that was asked for.

use kiosk_ids::PaymentId;
use kiosk_money::Money;

use super::GIVEN_UP;
use super::wire::{Amount, Movement, Order, PurchaseUnit};
use crate::gateway::{PayError, Snapshot, State};

/// No money will come of it.
pub(super) const fn closed() -> Snapshot {
    Snapshot { state: State::Closed, authorisation: None, amount: None }
}

/// The order's one purchase unit, which has to be the payment's.
pub(super) fn unit<'a>(order: &'a Order, payment: &PaymentId) -> Result<&'a PurchaseUnit, PayError> {
    let [unit] = order.purchase_units.as_slice() else {
        return Err(PayError::Mismatch("purchase_units"));
    };
    let named = unit.custom_id.as_deref().unwrap_or_default();
    let named = named.strip_prefix(GIVEN_UP).unwrap_or(named);
    if named == payment.as_str() { Ok(unit) } else { Err(PayError::Mismatch("payment")) }
}

/// The amount has to be the one that was asked for.
pub(super) fn check(found: Option<&Amount>, expected: Money) -> Result<(), PayError> {
    let found = found.ok_or(PayError::Mismatch("amount"))?.money()?;
    if found == expected { Ok(()) } else { Err(PayError::Mismatch("amount")) }
}

/// How far the payment is, without asking for anything.
pub(super) fn snapshot(order: &Order, payment: &PaymentId) -> Result<Snapshot, PayError> {
    let unit = unit(order, payment)?;
    let given_up = unit.custom_id.as_deref().is_some_and(|named| named.starts_with(GIVEN_UP));
    match order.status.as_str() {
        "CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED" | "APPROVED" if given_up => return Ok(closed()),
        "CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED" | "APPROVED" => {
            return Ok(Snapshot { state: State::Open, ..closed() });
        }
        "VOIDED" | "COMPLETED" => {}
        _ => return Err(PayError::Mismatch("status of the order")),
    }
    let Some(authorisation) = unit.payments.authorizations.first() else { return Ok(closed()) };
    let (state, amount) = match authorisation.status.as_str() {
        "CREATED" | "PARTIALLY_CAPTURED" => (State::Authorised, movement_amount(authorisation)?),
        "PENDING" => return Ok(Snapshot { state: State::Open, ..closed() }),
        "CAPTURED" | "VOIDED" | "EXPIRED" | "DENIED" => match captured(unit)? {
            Some(sum) => (State::Captured, sum),
            None => return Ok(closed()),
        },
        _ => return Err(PayError::Mismatch("status of the authorisation")),
    };
    Ok(Snapshot { state, authorisation: Some(authorisation.id.clone()), amount: Some(amount) })
}

fn movement_amount(movement: &Movement) -> Result<Money, PayError> {
    movement.amount.as_ref().ok_or(PayError::Mismatch("amount"))?.money()
}

/// The sum of what was captured; none when nothing was.
fn captured(unit: &PurchaseUnit) -> Result<Option<Money>, PayError> {
    let taken = unit.payments.captures.iter();
    let taken = taken.filter(|capture| !matches!(capture.status.as_str(), "DECLINED" | "FAILED"));
    taken.map(movement_amount).try_fold(None, |sum: Option<Money>, next| {
        let next = next?;
        let sum = sum.unwrap_or(Money::zero(next.currency)).checked_add(next);
        sum.map(Some).map_err(|_| PayError::Mismatch("amount"))
    })
}
