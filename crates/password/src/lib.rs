//! Passwords: which are taken (NIST SP 800-63B, 5.1.1.2), and how they are kept (Argon2id, RFC 9106, with the parameters
//! that OWASP names: 19 MiB, two passes, one lane).

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kiosk_privacy::Personal;
use kiosk_problem::Problem;
use zeroize::Zeroizing;

/// Shortest password, in characters.
pub const CHARS_MIN: usize = 8;
/// Longest password, in bytes: more would only cost time.
pub const BYTES_MAX: usize = 256;
/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Random bytes that make each hash its own.
pub const SALT_BYTES: usize = 16;

/// Passwords of 8 characters and more that became known by breaches, in lower case, sorted. From the word list
/// "passwords" of `@zxcvbn-ts/language-common` 4.1 (MIT), which collects public leaks.
const COMMON: &str = include_str!("../data/common-passwords.txt");

/// A password as somebody typed it.
pub type Password = Personal<String>;

/// Refuses a password that is too short, too long, known by breaches, or says what is known of its owner anyway.
///
/// # Errors
/// A problem that names `param` and says why.
pub fn check(param: &str, password: &Password, known: &[&str]) -> Result<(), Problem> {
    let text = password.reveal();
    let weak = |why: &str| Err(Problem::invalid(param, why).with("reason", "weak_password"));
    if text.chars().count() < CHARS_MIN {
        return weak(&format!("at least {CHARS_MIN} characters"));
    }
    if text.len() > BYTES_MAX {
        return Err(Problem::invalid(param, format!("at most {BYTES_MAX} bytes")));
    }
    let lower = text.to_lowercase();
    let mut chars = lower.chars();
    let first = chars.next();
    if chars.all(|char| Some(char) == first) {
        return weak("not one character again and again");
    }
    if is_common(&lower) {
        return weak("this password is on lists of stolen ones: choose one that nobody else has");
    }
    if known.iter().any(|known| !known.is_empty() && lower == known.to_lowercase()) {
        return weak("not your own name or e-mail address");
    }
    Ok(())
}

fn is_common(lower: &str) -> bool {
    let (mut from, mut to) = (0, COMMON.len());
    while from < to {
        // The line that the middle falls into.
        let middle = (from + to) / 2;
        let start = COMMON[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = COMMON[middle..].find('\n').map_or(COMMON.len(), |length| middle + length);
        match COMMON[start..end].cmp(lower) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    false
}

/// Of nobody's password, to take as long for an unknown address as for a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Makes and checks hashes. The pepper keeps a stolen database from being guessed without it.
pub struct Hasher {
    pepper: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher")
    }
}

impl Hasher {
    /// With a pepper, which may be empty.
    #[must_use]
    pub fn new(pepper: &[u8]) -> Self {
        Self { pepper: Zeroizing::new(pepper.to_vec()) }
    }

    /// The PHC string of a password.
    #[must_use]
    pub fn hash(&self, password: &Password, salt: &[u8; SALT_BYTES]) -> String {
        let hash = argon2(&self.pepper).hash_password_with_salt(password.reveal().as_bytes(), salt);
        hash.unwrap_or_else(|_| unreachable!("the parameters are within Argon2's limits")).to_string()
    }

    /// Whether `hash` is of this password. Without a hash it takes as long and says no.
    #[must_use]
    pub fn is(&self, password: &Password, hash: Option<&str>) -> bool {
        let matches =
            argon2(&self.pepper).verify_password(password.reveal().as_bytes(), hash.unwrap_or(NOBODY));
        matches.is_ok() && hash.is_some()
    }
}

fn argon2(pepper: &[u8]) -> Argon2<'_> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.unwrap_or_else(|_| unreachable!("the parameters are within Argon2's limits"));
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)
        .unwrap_or_else(|_| unreachable!("the pepper is short"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[test]
    fn every_common_password_is_found() {
        assert!(COMMON.lines().is_sorted() && COMMON.lines().count() > 10_000);
        for common in COMMON.lines() {
            assert!(is_common(common), "{common}");
            assert!(!is_common(&format!("{common}\u{e9}")), "{common}");
        }
        assert!(!is_common("") && !is_common("0") && !is_common("zzzzzzzzzzzzzzzzzz"));
    }

    #[test]
    fn a_password_is_refused_with_the_reason() {
        let refused = |text: &str| {
            let problem = check("password", &password(text), &["Ada Lovelace", "ada@example.org"]);
            problem.err().map(|problem| problem.detail.unwrap())
        };
        assert!(refused("short").unwrap().contains("at least 8"));
        assert!(refused("aaaaaaaaaaaa").unwrap().contains("again and again"));
        assert!(refused("Password1").unwrap().contains("stolen"));
        assert!(refused("ADA@example.org").unwrap().contains("your own"));
        assert!(refused(&"x1".repeat(200)).unwrap().contains("at most 256"));
        for fine in ["correct horse battery", "пароль-которого-нет", "Tr0ub4dor&3 and more"]
        {
            assert_eq!(refused(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_hash_is_of_its_password_its_salt_and_its_region() {
        let hasher = Hasher::new(b"region");
        let (one, other) = (password("correct horse"), password("wrong horse"));
        let hash = hasher.hash(&one, &[1; SALT_BYTES]);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.is(&one, Some(&hash)) && !hasher.is(&other, Some(&hash)));
        assert!(!hasher.is(&one, None) && !hasher.is(&password(""), None));
        let cost = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(cost(NOBODY), cost(&hash), "an unknown address takes as long as a wrong password");
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODY).is_ok());
        assert_ne!(hasher.hash(&one, &[2; SALT_BYTES]), hash);
        let elsewhere = Hasher::new(b"another region");
        assert!(!elsewhere.is(&one, Some(&hash)));
    }
}
