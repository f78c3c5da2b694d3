//! What the mails to vendors say.

use super::state::State;
use crate::modules::mail::service::Mail;

/// What admins decided.
pub fn decided(email: &str, name: &str, trading: &str, state: State, reason: &str, url: &str) -> Mail {
    let (subject, what) = match state {
        State::Approved => ("You can sell on Kiosk", "is approved: list your first product".to_owned()),
        State::Suspended => (
            "Your shop is suspended",
            format!(
                "is suspended, and its products are off the shop. The reason:\n\n{reason}\n\nSee your page"
            ),
        ),
        _ => (
            "Your papers need another look",
            format!("is not approved yet. The reason:\n\n{reason}\n\nMend what is marked and submit again"),
        ),
    };
    let text = format!("Hello {name},\n\n{trading} {what}:\n\n{url}/vendor");
    Mail { to: email.to_owned(), subject: subject.to_owned(), text }
}
