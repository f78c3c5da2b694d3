//! Reviews: scored when they are written or changed, before a moderator sees them.

use kiosk_risk::ReviewFacts;
use sha2::{Digest, Sha256};

use super::reviews_store as store;
use super::{BATCH, DAY_MS, Scored, SubjectKind};
use crate::error::Error;
use crate::modules::fraud::service::Service;
use crate::modules::reviews::service as reviews;
use crate::modules::reviews::{Content, Entry};

/// Reviews that are looked through at once.
const PAGE: i64 = 500;
/// Words from which on two people do not write the same by chance.
const WORDS_TELLING: usize = 6;

/// A review as it was written.
pub(super) struct Written {
    pub id: String,
    pub account: String,
    pub product: String,
    pub vendor: String,
    /// When it came to wait, Unix milliseconds.
    pub changed_ms: i64,
    pub content: Content,
}

/// What is counted around one; the mean is none without a rating.
pub(super) struct Counts {
    pub review: String,
    pub delivered_ms: Option<i64>,
    pub account: [i64; 2],
    pub orders: i64,
    pub orders_of_vendor: i64,
    pub product: [i64; 2],
    pub mean_stars: Option<f64>,
    pub copies: i64,
    pub linked: i64,
}

impl Service {
    pub(super) async fn score_reviews(&self) -> Result<usize, Error> {
        // Most of the time nothing is new, and nobody needs to wait for a writer to learn that.
        let written = self.list_unscored().await?;
        if written.is_empty() {
            return Ok(0);
        }
        let mut tx = self.db.begin().await?;
        let rows: Vec<_> = written.iter().map(|written| (written, words(&written.content))).collect();
        store::put_reviews(&mut tx, &rows).await?;
        let mut counts = store::count_around(&mut tx, &written, DAY_MS).await?;
        let mut scored = Vec::with_capacity(written.len());
        for (written, words) in &rows {
            let Some(counts) = counts.remove(&written.id) else { continue };
            let facts = facts(written, words.len(), &counts);
            let Some(decision) = self.judges.review(&facts) else { return Ok(0) };
            let mut one = Scored::new(SubjectKind::Review, &written.id, written.changed_ms, decision, &facts);
            one.links.extend([
                ("account", written.account.clone()),
                ("vendor", written.vendor.clone()),
                ("product", written.product.clone()),
            ]);
            scored.push(one);
        }
        self.keep(&mut tx, &scored).await?;
        tx.commit().await?;
        Ok(scored.len())
    }

    /// The oldest reviews that wait and were written or changed since they were scored.
    async fn list_unscored(&self) -> Result<Vec<Written>, Error> {
        let conn = &mut *self.db.read().await?;
        let (mut unscored, mut after) = (Vec::new(), (i64::MIN, String::new()));
        loop {
            let waiting = reviews::list_waiting(conn, (after.0, &after.1), PAGE).await?;
            let last = waiting.last().map(|entry| (entry.changed_ms, entry.id.clone()));
            let ids: Vec<&str> = waiting.iter().map(|entry| &*entry.id).collect();
            let scored = store::list_scored(conn, &ids).await?;
            let new = waiting.into_iter().filter(|entry| scored.get(&entry.id) != Some(&entry.changed_ms));
            unscored.extend(new.filter_map(Written::of).take(BATCH - unscored.len()));
            match last {
                Some(last) if unscored.len() < BATCH => after = last,
                _ => return Ok(unscored),
            }
        }
    }
}

impl Written {
    /// What waits of a review.
    fn of(entry: Entry) -> Option<Self> {
        let Entry { id, account, product, vendor, changed_ms, draft, .. } = entry;
        Some(Self { id, account, product, vendor, changed_ms, content: draft? })
    }
}

fn facts(written: &Written, words: usize, counts: &Counts) -> ReviewFacts {
    let count = |value: i64| u32::try_from(value.max(0)).unwrap_or(u32::MAX);
    let written_ms = written.content.written_ms;
    let hours = (written_ms - counts.delivered_ms.unwrap_or(written_ms)) / (DAY_MS / 24);
    let stars = f64::from(written.content.stars);
    ReviewFacts {
        stars: written.content.stars,
        words: u32::try_from(words).unwrap_or(u32::MAX),
        pictures: u32::try_from(written.content.pictures.len()).unwrap_or(u32::MAX),
        hours_since_delivery: count(hours),
        account_reviews_day: count(counts.account[0]),
        account_reviews_month: count(counts.account[1]),
        account_orders: count(counts.orders),
        vendor_share: super::share(counts.orders_of_vendor, counts.orders),
        product_reviews_day: count(counts.product[0]),
        product_reviews_month: count(counts.product[1]),
        away_from_mean: counts.mean_stars.map_or(0.0, |mean| (stars - mean).abs()),
        copies: count(counts.copies),
        linked_reviewers: count(counts.linked),
    }
}

/// The words of title and text, without case and punctuation.
fn words(content: &Content) -> Vec<String> {
    let text = format!("{} {}", content.title, content.body).to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// By which copies are found; empty for what is too short.
pub(super) fn text_hash(words: &[String]) -> String {
    if words.len() < WORDS_TELLING { String::new() } else { hex::encode(Sha256::digest(words.join(" "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(title: &str, body: &str) -> String {
        let content = Content {
            stars: 5,
            title: title.to_owned(),
            body: body.to_owned(),
            pictures: Vec::new(),
            written_ms: 0,
        };
        text_hash(&words(&content))
    }

    #[test]
    fn a_copy_is_a_copy_in_whatever_dress() {
        let first = hash("Great mug", "I love it, my whole family does!");
        assert_eq!(first, hash("great MUG!", "i love it - my whole family does"));
        assert_ne!(first, hash("Great mug", "I love it, my whole team does!"));
        assert_eq!(hash("Great", "Thanks"), "", "two people may well write that");
    }
}
