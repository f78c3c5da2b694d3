//! Taking reviews in, deciding on them, and counting them. Functions on a [`Tx`] take part in another module's
//! transaction, whose first act is [`catalog::lock_writers`].

use std::collections::{BTreeMap, HashMap, HashSet};

use kiosk_ids::{InvalidId, ReviewId, VendorId};
use kiosk_wire::people::{PICTURES_MAX, Rating, Review, ReviewRecord};
use kiosk_wire::{Change, Picture};

use super::rules::{Content, Entry};
use super::store;
use crate::clock::Clock;
use crate::db::{Conn, Db, Tx};
use crate::error::Error;
use crate::media::upload as media;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::customers::service::checked_reason;
use crate::modules::members::service::Member;
use crate::modules::orders::parcels;
use crate::modules::orders::service::is_pseudonym;
use crate::page::List;
use crate::text::{clean, is_hash};

/// What a customer did.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'a> {
    /// Wrote or changed a review.
    Written(&'a ReviewRecord),
    /// Took one back.
    Withdrawn(&'a ReviewId),
}

/// What a moderator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Shows what waits.
    Publish,
    /// Does not take what waits.
    Refuse,
    /// Takes what is shown off the shop.
    Remove,
}

/// A review, and what its product is called.
pub type Titled = (Entry, String);

/// Applies what customers did, in order. What cannot be taken is refused, and stops nothing.
///
/// # Errors
/// When the database fails.
pub async fn apply(tx: &mut Tx, deeds: &[Deed<'_>], now_ms: i64) -> Result<(), Error> {
    if deeds.is_empty() {
        return Ok(());
    }
    let ids = deeds.iter().map(|deed| match deed {
        Deed::Written(record) => record.id.as_str(),
        Deed::Withdrawn(id) => id.as_str(),
    });
    let ids: HashSet<&str> = ids.collect();
    let before = store::list_entries(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let written: Vec<&ReviewRecord> = deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Written(record) => Some(*record),
            Deed::Withdrawn(_) => None,
        })
        .collect();
    let sold = list_delivered(tx, &written).await?;
    let uploads = written.iter().flat_map(|record| &record.uploads).map(String::as_str);
    let uploads: Vec<&str> = uploads.filter(|upload| is_hash(upload)).collect();
    let uploads = media::list_uploads(tx, &uploads).await?;
    let mut after: BTreeMap<String, Entry> = before.clone().into_iter().collect();
    for deed in deeds {
        match deed {
            Deed::Written(record) => write(&mut after, record, &sold, &uploads, now_ms),
            Deed::Withdrawn(id) => {
                if let Some(entry) = after.get_mut(id.as_str()) {
                    entry.withdraw(now_ms);
                }
            }
        }
    }
    let pairs: Vec<_> = after.into_iter().map(|(id, entry)| (before.get(&id).cloned(), entry)).collect();
    save(tx, &pairs).await
}

async fn list_delivered(
    tx: &mut Tx,
    written: &[&ReviewRecord],
) -> Result<HashMap<(String, String), String>, Error> {
    let accounts = written.iter().map(|record| record.account.as_str());
    let accounts: HashSet<&str> = accounts.filter(|account| is_pseudonym(account)).collect();
    let products: HashSet<&str> = written.iter().map(|record| record.product.as_str()).collect();
    let accounts: Vec<&str> = accounts.into_iter().collect();
    parcels::list_delivered(tx, &accounts, &products.into_iter().collect::<Vec<_>>()).await
}

fn write(
    entries: &mut BTreeMap<String, Entry>,
    record: &ReviewRecord,
    sold: &HashMap<(String, String), String>,
    uploads: &HashMap<String, Picture>,
    now_ms: i64,
) {
    // A POP makes no other; what cannot be a pseudonym belongs to nobody.
    let account = Some(record.account.as_str()).filter(|account| is_pseudonym(account)).unwrap_or("");
    let product = record.product.as_str();
    let new = || Entry::new(record.id.as_str(), account, product);
    let entry = entries.entry(record.id.to_string()).or_insert_with(new);
    if (entry.account.as_str(), entry.product.as_str()) != (account, product) {
        metrics::counter!("core_reviews_dropped_total").increment(1);
        return;
    }
    let pictures = record.uploads.iter().filter_map(|upload| uploads.get(upload).cloned());
    let content = Content {
        stars: record.stars,
        title: clean(&record.title).replace('\n', " "),
        body: clean(&record.body),
        pictures: pictures.take(PICTURES_MAX).collect(),
        written_ms: record.written_ms,
    };
    let vendor = sold.get(&(account.to_owned(), product.to_owned())).map(String::as_str);
    entry.write(content, vendor, now_ms);
}

/// Writes reviews as they now are, each with what it was; counts their stars, and tells POPs what the shop shows.
async fn save(tx: &mut Tx, pairs: &[(Option<Entry>, Entry)]) -> Result<(), Error> {
    let changed: Vec<_> = pairs.iter().filter(|(before, after)| before.as_ref() != Some(after)).collect();
    store::put_entries(tx, &changed.iter().map(|(_, after)| after).collect::<Vec<_>>()).await?;
    let mut deltas: BTreeMap<&str, [i64; 5]> = BTreeMap::new();
    let mut changes = Vec::new();
    for (before, after) in &changed {
        let was = before.as_ref().and_then(Entry::stars);
        for (stars, step) in [(was, -1), (after.stars(), 1)] {
            if let Some(stars) = stars {
                deltas.entry(&after.product).or_default()[usize::from(stars.clamp(1, 5)) - 1] += step;
            }
        }
        let face = |entry: &Entry| (entry.shown.clone(), entry.answer.clone());
        let shown_before = before.as_ref().map(face).unwrap_or_default();
        if face(after) != shown_before {
            changes.push(change_of(after).map_err(not_an_id)?);
        }
    }
    let deltas: Vec<_> = deltas.into_iter().filter(|(_, delta)| *delta != [0; 5]).collect();
    for (product, counts) in store::add_ratings(tx, &deltas).await? {
        let counts = counts.map(|count| u32::try_from(count).unwrap_or(0));
        changes.push(Change::Rating(Rating { product: product.parse().map_err(not_an_id)?, counts }));
    }
    feed::publish(tx, None, &changes).await
}

fn change_of(entry: &Entry) -> Result<Change, InvalidId> {
    let id: ReviewId = entry.id.parse()?;
    let Some(shown) = entry.shown.clone() else { return Ok(Change::ReviewRemoved { id }) };
    Ok(Change::Review(Box::new(Review {
        id,
        product: entry.product.parse()?,
        stars: shown.stars,
        title: shown.title,
        body: shown.body,
        pictures: shown.pictures,
        written_ms: shown.written_ms,
        answer: entry.answer.clone(),
    })))
}

fn not_an_id(error: InvalidId) -> Error {
    Error::Database(sqlx::Error::Decode(error.into()))
}

/// Which of these reviews the core has heard of.
///
/// # Errors
/// When the database fails.
pub async fn list_known(tx: &mut Tx, ids: &[&str]) -> Result<HashSet<String>, Error> {
    Ok(store::list_known(tx, ids).await?)
}

/// Reviews that wait for a moderator, by the time since when (Unix milliseconds) and their ids, after one of them.
///
/// # Errors
/// When the database fails.
pub async fn list_waiting(conn: &mut Conn, after: (i64, &str), limit: i64) -> Result<Vec<Entry>, Error> {
    Ok(store::list_waiting(conn, after, limit).await?)
}

/// Reviews as moderators and vendors see them.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Reviews of a list, and whether there are more; of one vendor those that the shop shows, or all. The search is
    /// part of an id or of the text, states are those of [`super::State`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_reviews(
        &self,
        vendor: Option<&VendorId>,
        list: &List,
    ) -> Result<(Vec<Titled>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let mut entries = store::list_reviews(conn, vendor.map(VendorId::as_str), list).await?;
        let more = list.cut(&mut entries);
        let products: Vec<&str> = entries.iter().map(|entry| entry.product.as_str()).collect();
        let titles = catalog::list_product_titles(conn, &products).await?;
        let titled = |entry: Entry| {
            let title = titles.get(&entry.product).cloned().unwrap_or_default();
            (entry, title)
        };
        Ok((entries.into_iter().map(titled).collect(), more))
    }

    /// A review.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn get_review(&self, id: &ReviewId) -> Result<Titled, Error> {
        let conn = &mut *self.db.read().await?;
        let entry = store::list_entries(conn, &[id.as_str()]).await?.remove(id.as_str());
        let entry = entry.ok_or(Error::NotFound("review"))?;
        let title = catalog::list_product_titles(conn, &[&entry.product]).await?.remove(&entry.product);
        Ok((entry, title.unwrap_or_default()))
    }

    /// A moderator decides.
    ///
    /// # Errors
    /// 409 when the review is elsewhere by now, 422 when the decision needs a reason, [`Error::NotFound`].
    pub async fn decide(
        &self,
        by: &Member,
        id: &ReviewId,
        decision: Decision,
        reason: &str,
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let before = store::list_entries(&mut tx, &[id.as_str()]).await?.remove(id.as_str());
        let before = before.ok_or(Error::NotFound("review"))?;
        let mut entry = before.clone();
        let (action, detail) = match decision {
            Decision::Publish => {
                entry.publish(now_ms)?;
                ("review.publish", "")
            }
            Decision::Refuse => {
                entry.refuse(checked_reason(reason)?, now_ms)?;
                ("review.refuse", reason.trim())
            }
            Decision::Remove => {
                entry.remove(checked_reason(reason)?, now_ms)?;
                ("review.remove", reason.trim())
            }
        };
        save(&mut tx, &[(Some(before), entry)]).await?;
        let act = Act { action, subject: id.as_str(), detail: detail.to_owned() };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// The vendor of the product answers, or takes the answer back with an empty one.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not of their product, 409 when the shop does not show it, 422 when it is too long.
    pub async fn answer(&self, vendor: &VendorId, id: &ReviewId, answer: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let before = store::list_entries(&mut tx, &[id.as_str()]).await?.remove(id.as_str());
        let before =
            before.filter(|entry| entry.vendor == vendor.as_str()).ok_or(Error::NotFound("review"))?;
        let mut entry = before.clone();
        entry.set_answer(clean(answer))?;
        save(&mut tx, &[(Some(before), entry)]).await?;
        Ok(tx.commit().await?)
    }
}
