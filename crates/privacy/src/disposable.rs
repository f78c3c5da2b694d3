//! E-mail addresses that are thrown away after one use.

use std::sync::LazyLock;

use crate::Personal;

/// Whether the address is at a known throw-away domain, or below one. What is no address is not.
#[must_use]
pub fn is_disposable(email: &Personal<String>) -> bool {
    static DOMAINS: LazyLock<Vec<&str>> =
        LazyLock::new(|| include_str!("../data/disposable-domains.txt").lines().collect());
    let domain = email.reveal().rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    DOMAINS
        .iter()
        .any(|known| domain.strip_suffix(known).is_some_and(|front| front.is_empty() || front.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throw_away_domains_are_known_with_their_subdomains() {
        let is = |email: &str| is_disposable(&Personal::new(email.to_owned()));
        assert!(is("a@mailinator.com") && is("a@x.Mailinator.com"));
        assert!(!is("a@notmailinator.com") && !is("a@example.org") && !is("mailinator.com"));
    }
}
