//! What the mails say.

use kiosk_mail::Mail;

use crate::app::Region;
use crate::person::Person;
use crate::token::Token;

fn mail(person: &Person, subject: &str, text: &str) -> Mail {
    Mail {
        to: person.email.reveal().clone(),
        subject: subject.to_owned(),
        text: format!("Hello {},\n\n{text}\n\nKiosk\n", person.name.reveal()),
        html: None,
    }
}

/// A link into the shop. It shows a page with a button: what looks at links before their reader does changes nothing.
fn link(region: &Region, page: &str, token: &Token) -> String {
    format!("{}/account/{page}?token={}", region.config.shop_url, token.reveal())
}

/// To verify the address of a new account.
pub fn verify(region: &Region, person: &Person, token: &Token) -> Mail {
    let text = format!(
        "please confirm that this is your e-mail address:\n\n{}\n\nThe link works once, for 24 hours. If you did not \
         register, ignore this mail: without it nothing happens.",
        link(region, "verify", token)
    );
    mail(person, "Confirm your e-mail address", &text)
}

/// Somebody registered with an address that has an account.
pub fn taken(region: &Region, person: &Person) -> Mail {
    let shop = &region.config.shop_url;
    let text = format!(
        "somebody wanted to register with your e-mail address, and you have an account already. If it was you, log in \
         at {shop}/account/login, or choose a new password at {shop}/account/reset. If not, there is nothing to do."
    );
    mail(person, "You have an account already", &text)
}

/// To set another password.
pub fn reset(region: &Region, person: &Person, token: &Token) -> Mail {
    let text = format!(
        "choose a new password here:\n\n{}\n\nThe link works once, for an hour. If you did not ask for it, ignore this \
         mail: your password stays.",
        link(region, "password", token)
    );
    mail(person, "Choose a new password", &text)
}

/// The password was changed.
pub fn password_changed(region: &Region, person: &Person) -> Mail {
    let text = format!(
        "the password of your account was changed, and all other devices were logged out. If it was not you, choose a \
         new one at once: {}/account/reset",
        region.config.shop_url
    );
    mail(person, "Your password was changed", &text)
}

/// A passkey was added.
pub fn passkey_added(region: &Region, person: &Person) -> Mail {
    let text = format!(
        "a passkey was added to your account: whoever has it can log in. If it was not you, remove it and choose a new \
         password at once: {}/account",
        region.config.shop_url
    );
    mail(person, "A passkey was added to your account", &text)
}

/// To confirm a new address; goes to that address.
pub fn confirm_email(region: &Region, person: &Person, token: &Token) -> Mail {
    let text = format!(
        "please confirm that your account shall have this e-mail address from now on:\n\n{}\n\nThe link works once, \
         for an hour. Until then the old address stays.",
        link(region, "email", token)
    );
    mail(person, "Confirm your new e-mail address", &text)
}

/// The address was changed; goes to the old one.
pub fn email_changed(person: &Person) -> Mail {
    let text = "the e-mail address of your account was changed; mails go to the new one from now on. If it was not \
                you, answer this mail.";
    mail(person, "Your e-mail address was changed", text)
}
