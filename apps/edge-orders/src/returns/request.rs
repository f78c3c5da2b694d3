//! What a customer wants to send back, and what is refused of it.

use std::collections::HashSet;

use kiosk_ids::Sku;
use kiosk_privacy::mask;
use kiosk_problem::Problem;
use kiosk_wire::people::{RETURN_LINES_MAX, RETURN_NOTE_CHARS_MAX};
use kiosk_wire::{ReturnItem, ReturnReason, ReturnWish};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of `POST /v1/orders/{id}/returns`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskReturn {
    /// Which pieces, each article once; 1 to 50.
    pub lines: Vec<AskLine>,
    pub reason: ReasonName,
    #[serde(default)]
    pub wish: WishName,
    /// In one's own words, up to 500 characters. What could name somebody is taken out before it leaves the region.
    #[serde(default)]
    pub note: String,
}

/// Pieces of one article.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskLine {
    #[schema(value_type = String)]
    pub sku: Sku,
    /// Pieces, 1 or more.
    pub quantity: u32,
}

/// Why something is sent back.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonName {
    /// It is not wanted any more.
    ChangedMind,
    /// It does not work, or is broken.
    Faulty,
    /// It was damaged on its way.
    DamagedInTransit,
    /// It is not what was ordered or described.
    NotAsDescribed,
}

/// What is wanted for it.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WishName {
    /// The money.
    #[default]
    Refund,
    /// Another piece.
    Exchange,
}

impl From<ReasonName> for ReturnReason {
    fn from(reason: ReasonName) -> Self {
        match reason {
            ReasonName::ChangedMind => Self::ChangedMind,
            ReasonName::Faulty => Self::Faulty,
            ReasonName::DamagedInTransit => Self::DamagedInTransit,
            ReasonName::NotAsDescribed => Self::NotAsDescribed,
        }
    }
}

impl From<WishName> for ReturnWish {
    fn from(wish: WishName) -> Self {
        match wish {
            WishName::Refund => Self::Refund,
            WishName::Exchange => Self::Exchange,
        }
    }
}

impl From<ReturnWish> for WishName {
    fn from(wish: ReturnWish) -> Self {
        match wish {
            ReturnWish::Refund => Self::Refund,
            ReturnWish::Exchange => Self::Exchange,
        }
    }
}

impl AskReturn {
    /// The pieces, each article once.
    ///
    /// # Errors
    /// 422 that names the first field that was refused.
    pub fn items(&self) -> Result<Vec<ReturnItem>, Problem> {
        if self.lines.is_empty() || self.lines.len() > RETURN_LINES_MAX {
            return Err(Problem::invalid("lines", format!("say 1 to {RETURN_LINES_MAX} articles")));
        }
        let mut seen = HashSet::new();
        for (place, line) in self.lines.iter().enumerate() {
            if line.quantity == 0 {
                return Err(Problem::invalid(&format!("lines[{place}].quantity"), "must be 1 or more"));
            }
            if !seen.insert(&line.sku) {
                return Err(Problem::invalid(&format!("lines[{place}].sku"), "is named twice"));
            }
        }
        let item = |line: &AskLine| ReturnItem { sku: line.sku.clone(), quantity: line.quantity };
        Ok(self.lines.iter().map(item).collect())
    }

    /// What the customer says, as it may leave the region.
    ///
    /// # Errors
    /// 422 when it is too long.
    pub fn masked_note(&self) -> Result<String, Problem> {
        let note = self.note.trim();
        if note.chars().count() > RETURN_NOTE_CHARS_MAX {
            return Err(Problem::invalid("note", format!("at most {RETURN_NOTE_CHARS_MAX} characters")));
        }
        let (masked, _) = mask(note);
        // What stands for something taken out may be longer than that was.
        Ok(masked.as_str().chars().take(RETURN_NOTE_CHARS_MAX).collect())
    }
}
