//! What may happen to a review, without a database.

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::Picture;
use kiosk_wire::people::{PICTURES_MAX, TEXT_CHARS_MAX};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// Nobody delivered the product to this account.
pub const NOT_A_BUYER: &str = "not_a_buyer";
/// It has no stars, or too much text.
const MALFORMED: &str = "malformed";

/// How far a review is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for a moderator; what was published before is shown meanwhile.
    Pending,
    /// The shop shows it.
    Published,
    /// It was not taken.
    Refused,
    /// A moderator took it down.
    Removed,
    /// Its writer took it back.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Published, Self::Refused, Self::Removed, Self::Withdrawn];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Refused => "refused",
            Self::Removed => "removed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What a customer wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// 1 to 5.
    pub stars: u8,
    /// A line, plain text.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// At most [`PICTURES_MAX`].
    pub pictures: Vec<Picture>,
    /// Unix milliseconds.
    pub written_ms: i64,
}

impl Content {
    fn is_sound(&self) -> bool {
        (1..=5).contains(&self.stars)
            && self.title.chars().count() <= TITLE_CHARS_MAX
            && self.body.chars().count() <= TEXT_CHARS_MAX
            && self.pictures.len() <= PICTURES_MAX
    }
}

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `rev_…`.
    pub id: String,
    /// Pseudonym of who wrote it.
    pub account: String,
    /// The product.
    pub product: String,
    /// Who sold it; empty when nobody did.
    pub vendor: String,
    /// How far it is.
    pub state: State,
    /// Why it was refused or taken down: a code, or a moderator's words.
    pub reason: String,
    /// What waits, or what was refused.
    pub draft: Option<Content>,
    /// What the shop shows.
    pub shown: Option<Content>,
    /// What the vendor answers.
    pub answer: Option<String>,
    /// When it got this far, Unix milliseconds.
    pub changed_ms: i64,
}

impl Entry {
    /// A review that nobody has written yet.
    #[must_use]
    pub fn new(id: &str, account: &str, product: &str) -> Self {
        Self {
            id: id.to_owned(),
            account: account.to_owned(),
            product: product.to_owned(),
            vendor: String::new(),
            state: State::Withdrawn,
            reason: String::new(),
            draft: None,
            shown: None,
            answer: None,
            changed_ms: 0,
        }
    }

    /// Stars that count for the product's rating.
    #[must_use]
    pub fn stars(&self) -> Option<u8> {
        self.shown.as_ref().map(|shown| shown.stars)
    }

    /// Its writer wrote or changed it; `vendor` delivered the product to them.
    pub fn write(&mut self, content: Content, vendor: Option<&str>, now_ms: i64) {
        self.changed_ms = now_ms;
        let why = match vendor {
            None => NOT_A_BUYER,
            Some(_) if !content.is_sound() => MALFORMED,
            Some(vendor) => {
                vendor.clone_into(&mut self.vendor);
                self.reason.clear();
                // What is shown already was told again: a POP that was set back does so.
                let told_again = self.shown.as_ref() == Some(&content);
                self.state = if told_again { State::Published } else { State::Pending };
                self.draft = (!told_again).then_some(content);
                return;
            }
        };
        // A text of any length is not kept.
        self.draft = content.is_sound().then_some(content);
        self.settle(why);
    }

    /// Its writer took it back: nothing of it stays.
    pub fn withdraw(&mut self, now_ms: i64) {
        (self.draft, self.shown, self.answer) = (None, None, None);
        self.reason.clear();
        (self.state, self.changed_ms) = (State::Withdrawn, now_ms);
    }

    /// A moderator publishes what waits.
    ///
    /// # Errors
    /// 409 `review_state` when nothing waits.
    pub fn publish(&mut self, now_ms: i64) -> Result<(), Error> {
        if self.state != State::Pending || self.draft.is_none() {
            return Err(state_refused("Nothing of this review waits"));
        }
        self.shown = self.draft.take();
        self.reason.clear();
        (self.state, self.changed_ms) = (State::Published, now_ms);
        Ok(())
    }

    /// A moderator refuses what waits; what was published before stays.
    ///
    /// # Errors
    /// 409 `review_state` when nothing waits.
    pub fn refuse(&mut self, reason: &str, now_ms: i64) -> Result<(), Error> {
        if self.state != State::Pending {
            return Err(state_refused("Nothing of this review waits"));
        }
        self.changed_ms = now_ms;
        self.settle(reason);
        Ok(())
    }

    /// A moderator takes it off the shop. A change that waits goes on waiting.
    ///
    /// # Errors
    /// 409 `review_state` when the shop does not show it.
    pub fn remove(&mut self, reason: &str, now_ms: i64) -> Result<(), Error> {
        if self.shown.take().is_none() {
            return Err(state_refused("The shop does not show this review"));
        }
        reason.clone_into(&mut self.reason);
        self.changed_ms = now_ms;
        if self.state != State::Pending {
            self.state = State::Removed;
        }
        Ok(())
    }

    /// The vendor answers, or takes the answer back with none.
    ///
    /// # Errors
    /// 409 `review_state` when the shop does not show it, 422 when the answer is too long.
    pub fn set_answer(&mut self, answer: String) -> Result<(), Error> {
        if self.shown.is_none() {
            return Err(state_refused("The shop does not show this review"));
        }
        if answer.chars().count() > TEXT_CHARS_MAX {
            return Err(Error::invalid("answer", format!("at most {TEXT_CHARS_MAX} characters")));
        }
        self.answer = Some(answer).filter(|answer| !answer.is_empty());
        Ok(())
    }

    /// What it is after something was not taken.
    fn settle(&mut self, reason: &str) {
        reason.clone_into(&mut self.reason);
        self.state = if self.shown.is_some() { State::Published } else { State::Refused };
        if self.shown.is_some() {
            self.draft = None;
        }
    }
}

fn state_refused(title: &str) -> Error {
    Problem::new(StatusCode::CONFLICT, "review_state", title).detail("Somebody else was faster.").into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn content(stars: u8, title: &str) -> Content {
        Content { stars, title: title.to_owned(), body: String::new(), pictures: Vec::new(), written_ms: 1 }
    }

    #[test]
    fn a_change_waits_while_the_old_form_is_shown() {
        let mut entry = Entry::new("rev_a", "acc", "prd_a");
        entry.write(content(5, "Fine"), Some("ven_a"), 1);
        assert_eq!((entry.state, entry.stars()), (State::Pending, None));
        entry.publish(2).unwrap();
        entry.write(content(5, "Fine"), Some("ven_a"), 3);
        assert_eq!((entry.state, entry.draft.as_ref()), (State::Published, None), "told again");
        entry.write(content(1, "Broke"), Some("ven_a"), 3);
        assert_eq!((entry.state, entry.stars()), (State::Pending, Some(5)));
        entry.refuse("rude", 4).unwrap();
        assert_eq!((entry.state, entry.stars(), entry.draft.as_ref()), (State::Published, Some(5), None));
        assert!(entry.refuse("again", 5).is_err() && entry.publish(5).is_err());
        entry.remove("spam", 6).unwrap();
        assert_eq!((entry.state, entry.stars()), (State::Removed, None));
        assert!(entry.remove("spam", 7).is_err() && entry.set_answer("Thanks".to_owned()).is_err());
    }

    #[test]
    fn nobody_but_buyers_and_nothing_malformed_gets_to_the_queue() {
        let mut entry = Entry::new("rev_a", "acc", "prd_a");
        entry.write(content(5, "Fine"), None, 1);
        assert_eq!((entry.state, entry.reason.as_str()), (State::Refused, NOT_A_BUYER));
        assert!(entry.publish(2).is_err());
        for stars in [0, 6] {
            entry.write(content(stars, "Fine"), Some("ven_a"), 2);
            assert_eq!((entry.state, entry.reason.as_str()), (State::Refused, MALFORMED));
        }
        entry.write(content(3, &"x".repeat(TITLE_CHARS_MAX + 1)), Some("ven_a"), 3);
        assert_eq!((entry.state, entry.draft.as_ref()), (State::Refused, None));
        entry.write(content(3, "Fine"), Some("ven_a"), 4);
        assert_eq!(entry.state, State::Pending);
        entry.withdraw(5);
        assert_eq!((entry.state, entry.draft.as_ref()), (State::Withdrawn, None));
    }
}
