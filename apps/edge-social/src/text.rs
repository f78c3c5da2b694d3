//! Texts that people write: bounded, and masked before anything is stored.

use kiosk_privacy::{Masked, Removed, mask};
use kiosk_problem::Problem;

/// A text of at most `chars_max` characters, masked; what was taken out of it is added to `removed`.
pub fn masked(
    text: &str,
    param: &str,
    chars_max: usize,
    removed: &mut Vec<Removed>,
) -> Result<Masked, Problem> {
    if text.chars().count() > chars_max {
        return Err(Problem::invalid(param, format!("at most {chars_max} characters")));
    }
    let (masked, found) = mask(text);
    removed.extend(found);
    removed.sort_unstable();
    removed.dedup();
    // A placeholder may be longer than what it stands for.
    if masked.as_str().chars().count() > chars_max {
        return Err(Problem::invalid(
            param,
            format!("at most {chars_max} characters, without personal data"),
        ));
    }
    Ok(masked)
}

/// As [`masked`], and not blank.
pub fn required(
    text: &str,
    param: &str,
    chars_max: usize,
    removed: &mut Vec<Removed>,
) -> Result<Masked, Problem> {
    let masked = masked(text, param, chars_max, removed)?;
    if masked.is_blank() { Err(Problem::invalid(param, "must not be blank")) } else { Ok(masked) }
}

/// Ids of pictures: SHA-256 in hex, each once.
pub fn uploads(hashes: &[String]) -> Result<(), Problem> {
    let count_max = kiosk_wire::people::PICTURES_MAX;
    if hashes.len() > count_max {
        return Err(Problem::invalid("uploads", format!("at most {count_max} pictures")));
    }
    for (index, hash) in hashes.iter().enumerate() {
        let is_hash =
            hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !is_hash || hashes[..index].contains(hash) {
            return Err(Problem::invalid(&format!("uploads[{index}]"), "the id of a picture, once"));
        }
    }
    Ok(())
}

/// What was taken out, for programs.
pub fn names_of(removed: &[Removed]) -> Vec<String> {
    let name = |kind: &Removed| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned);
    removed.iter().filter_map(name).collect()
}
