//! Asks edge-fraud about a registration, in facts and counts without anything personal. No answer is a doubt: the account is
//! opened and watched, so that a shop without the score loses no customers.

use std::error::Error;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use kiosk_edge_platform::Outbound;
use kiosk_ids::EventId;
use kiosk_privacy::is_disposable;
use kiosk_risk::{Decision, RegistrationFacts, SCORE_REGISTRATION_URL};

use crate::app::Region;
use crate::client::Client;
use crate::error::Result;
use crate::person::Person;
use crate::seal::SealKey;
use crate::store::registrations::{self, Counts, Traits};

/// How long a customer waits for the score, in milliseconds.
const SCORE_TIMEOUT_MS_MAX: u32 = 150;
const HOUR_MS: i64 = 3_600_000;
/// Shortest word of a name that is looked for in an address, in letters: shorter ones stand in many by chance.
const WORD_CHARS_MIN: usize = 3;

/// Counts the registration and decides on it.
///
/// # Errors
/// When the vault cannot count.
pub async fn score(region: &Region, client: Client, person: &Person) -> Result<Decision> {
    let now_ms = region.now_ms();
    let (local, domain) = parts(person.email.reveal());
    let traits = Traits {
        client: client.network_hash(region),
        ..traits(&region.config.registration_key, &local, &domain)
    };
    let id = EventId::fresh(now_ms, &region.edge.random_bytes());
    let counts = registrations::count(&*region.edge.db, id.as_str(), &traits, now_ms).await?;
    let decision = ask(region, &facts(person, &local, &counts, now_ms)).await.unwrap_or_else(|error| {
        tracing::warn!(error, "edge-fraud did not answer, the account is watched");
        Decision::unavailable()
    });
    let reasons: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
    tracing::info!(
        outcome = decision.outcome.as_str(),
        score = decision.score,
        model = decision.model_version,
        reasons = reasons.join(","),
        "a registration was scored"
    );
    Ok(decision)
}

async fn ask(region: &Region, facts: &RegistrationFacts) -> Result<Decision, Box<dyn Error + Send + Sync>> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(SCORE_REGISTRATION_URL)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(serde_json::to_vec(facts)?))?;
    let outbound = Outbound { request, timeout_ms_max: SCORE_TIMEOUT_MS_MAX };
    let response = region.edge.http.send(outbound).await?;
    if response.status() != StatusCode::OK {
        return Err(format!("answered {}", response.status()).into());
    }
    Ok(serde_json::from_slice(response.body())?)
}

fn facts(person: &Person, local: &str, counts: &Counts, now_ms: i64) -> RegistrationFacts {
    let digits = local.chars().filter(char::is_ascii_digit).count();
    RegistrationFacts {
        hour_of_day: u8::try_from((now_ms / HOUR_MS).rem_euclid(24)).unwrap_or(0),
        disposable_email: is_disposable(&person.email),
        email_digits: u8::try_from(digits).unwrap_or(u8::MAX),
        email_has_name: has_word_of(local, person.name.reveal()),
        phone_missing: person.phone.is_none(),
        client_count_hour: counts.client_hour,
        client_count_day: counts.client_day,
        alike_count_day: counts.alike_day,
        alike_count_week: counts.alike_week,
        domain_count_hour: counts.domain_hour,
        count_hour: counts.hour,
    }
}

/// What stands before and after the `@`, in small letters.
fn parts(email: &str) -> (String, String) {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    (local.to_lowercase(), domain.to_lowercase())
}

/// What a registration is counted by but for its client.
fn traits(key: &SealKey, local: &str, domain: &str) -> Traits {
    let alike = format!("alike/{}@{domain}", letters(local));
    Traits { client: None, alike: key.hash(&alike), domain: key.hash(&format!("domain/{domain}")) }
}

/// The part of an address that stays the same when somebody makes many of one: `an.na+2@` and `anna-17@` are both `anna@`.
/// An address without letters, as some providers give them, is only like itself.
fn letters(local: &str) -> String {
    let name = local.split('+').next().unwrap_or(local);
    let letters: String = name.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() { name.to_owned() } else { letters }
}

fn has_word_of(local: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphabetic());
    words.any(|word| word.chars().count() >= WORD_CHARS_MIN && local.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_made_in_rows_are_alike() {
        let key = SealKey::derived(b"region", "registration");
        let of = |email: &str| {
            let (local, domain) = parts(email);
            traits(&key, &local, &domain).alike
        };
        for alike in ["anna1@x.example", "An.Na22@X.example", "an-na@x.example", "anna_9+shop@x.example"] {
            assert_eq!(of(alike), of("anna@x.example"), "{alike}");
        }
        for other in ["anne@x.example", "anna@y.example", "1234@x.example", "4321@x.example"] {
            assert_ne!(of(other), of("anna@x.example"), "{other}");
        }
        assert_ne!(of("1234@x.example"), of("4321@x.example"));
        assert_eq!(of("1234+shop@x.example"), of("1234@x.example"));
        assert_ne!(of("@x.example"), traits(&key, "", "x.example").domain);
    }

    #[test]
    fn a_name_is_in_its_address_by_a_word_of_three_letters() {
        assert!(has_word_of("ada.lovelace", "Ada King"));
        assert!(has_word_of("lovelace7", "Augusta Ada Love-Lace Lovelace"));
        assert!(!has_word_of("ada", "Jo Li") && !has_word_of("joli", "Jo Li") && !has_word_of("x1", ""));
    }
}
