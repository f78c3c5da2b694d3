//! What members are written.

use crate::modules::mail::service::Mail;

/// An invitation to the admins' panel.
pub fn invitation(email: &str, name: &str, url: &str) -> Mail {
    mail(
        email,
        "You are invited to Kiosk",
        format!(
            "Hello {name},\n\nyou are invited to work with Kiosk. Choose a password here, within a week:\n\n{url}\n\n\
             If you did not expect this, ignore this mail."
        ),
    )
}

/// The link of somebody who forgot their password.
pub fn reset(email: &str, name: &str, url: &str) -> Mail {
    mail(
        email,
        "Choose another password",
        format!(
            "Hello {name},\n\nchoose another password here, within an hour:\n\n{url}\n\n\
             If it was not you who asked, ignore this mail: your password stays as it is."
        ),
    )
}

/// The link that confirms an address.
pub fn verification(email: &str, name: &str, url: &str) -> Mail {
    mail(
        email,
        "Confirm your e-mail address",
        format!(
            "Hello {name},\n\nwelcome to Kiosk. Confirm your e-mail address here, within a day:\n\n{url}\n\n\
             If you did not register, ignore this mail."
        ),
    )
}

/// To whom an address belongs that somebody registered again.
pub fn taken(email: &str, name: &str, url: &str) -> Mail {
    mail(
        email,
        "You have an account already",
        format!(
            "Hello {name},\n\nsomebody, perhaps you, registered with this address again. You have an account already: log \
             in at {url}, where you can also choose another password.\n\nIf it was not you, ignore this mail."
        ),
    )
}

fn mail(to: &str, subject: &str, text: String) -> Mail {
    Mail { to: to.to_owned(), subject: subject.to_owned(), text }
}
