//! What is kept of payments beside the order's own columns.

use kiosk_edge_platform::Statement;
use kiosk_ids::{OrderId, PaymentId};
use kiosk_money::Money;

/// Records that an authorisation was taken back; doing so twice changes nothing.
#[must_use]
pub fn void(payment: &PaymentId, order: &OrderId, method: &str, amount: Money, now_ms: i64) -> Statement {
    Statement::new(
        "INSERT INTO payment_void (payment_id, order_id, method, amount, currency, voided_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (payment_id) DO NOTHING",
    )
    .bind(payment.as_str())
    .bind(order.as_str())
    .bind(method)
    .bind(amount.amount)
    .bind(amount.currency.code())
    .bind(now_ms)
}
