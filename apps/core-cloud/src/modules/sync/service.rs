//! What POPs may do.

use std::sync::Arc;

use kiosk_ids::PopId;
use kiosk_wire::sign::{self, SignatureError, SignatureHeaders, Signed, TOLERANCE_S};
use kiosk_wire::{
    CLOCK_SKEW_MS_MAX, EVENTS_PER_BATCH_MAX, EventAck, EventBatch, LEASE_ASKS_MAX, LEASE_UNITS_MAX,
    LeaseReply, LeaseRequest,
};

use super::{events, store};
use crate::clock::Clock;
use crate::config::Pops;
use crate::db::Db;
use crate::error::Error;
use crate::modules::chats::News;
use crate::modules::inventory::service::{self as inventory, Holder};
use crate::modules::orders::service::Source;

/// Longest name of a POP's database, in bytes.
pub const INCARNATION_BYTES_MAX: usize = 64;
/// A POP counts as active this long after it was heard of, in milliseconds.
pub const ACTIVE_MS_MAX: i64 = 10 * 60_000;
/// How long the sync lag of each minute is kept, in minutes.
const LAG_KEPT_MINUTES_MAX: i64 = 24 * 60;

/// A POP as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopView {
    /// The POP.
    pub pop: String,
    /// Its region.
    pub region: String,
    /// Unix milliseconds, 0 when never.
    pub last_seen_ms: i64,
    /// Its databases, the last heard of first.
    pub incarnations: Vec<IncarnationView>,
}

/// A POP's database as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncarnationView {
    /// The POP.
    pub pop: String,
    /// Its name.
    pub incarnation: String,
    /// Events applied.
    pub applied_through: i64,
    /// Events the POP has written.
    pub last_seq: i64,
    /// Unix milliseconds.
    pub first_seen_ms: i64,
    /// Unix milliseconds.
    pub last_seen_ms: i64,
    /// Unix milliseconds, 0 when it never had leases.
    pub lease_expires_ms: i64,
    /// Unix milliseconds, when its leases were taken back.
    pub written_off_ms: Option<i64>,
}

/// What was taken back from a lost POP's database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOff {
    /// The database.
    pub incarnation: String,
    /// Number of stock items.
    pub items: u64,
    /// Units of them.
    pub units: i64,
}

/// Serves POPs.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
    pops: Arc<Pops>,
    lease_ttl_ms: i64,
    chats: News,
}

impl Service {
    /// Over this database; `lease_ttl_s` is how long leases run without contact, `chats` hears of what customers do.
    #[must_use]
    pub fn new(db: Db, clock: Clock, pops: Arc<Pops>, lease_ttl_s: u32, chats: News) -> Self {
        Self { db, clock, pops, lease_ttl_ms: i64::from(lease_ttl_s) * 1_000, chats }
    }

    /// Makes the configured POPs known to operators.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn register_pops(&self) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        for (id, pop) in self.pops.iter() {
            store::put_pop(&mut tx, id.as_str(), &pop.region).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Who signed a request, whose signature is used up by this.
    ///
    /// # Errors
    /// One of the signature errors.
    pub async fn authenticate(
        &self,
        signed: &Signed<'_>,
        headers: &SignatureHeaders,
    ) -> Result<PopId, Error> {
        let claimed = sign::read_params(&headers.signature_input)?;
        let id = PopId::parse(&claimed.key_id).map_err(|_| SignatureError::Malformed)?;
        let pop = self.pops.get(&id).ok_or(Error::UnknownPop)?;
        let now_ms = self.clock.now_ms();
        let params = sign::verify(pop.key.bytes(), signed, headers, now_ms / 1_000)?;
        let mut tx = self.db.begin().await?;
        if !store::insert_nonce(&mut tx, id.as_str(), &params.nonce, params.created_s).await? {
            return Err(Error::SignatureReplayed);
        }
        store::touch_pop(&mut tx, id.as_str(), now_ms).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The region of a POP that may sync.
    #[must_use]
    pub fn region_of(&self, pop: &PopId) -> String {
        self.pops.get(pop).map(|pop| pop.region.clone()).unwrap_or_default()
    }

    /// Applies the events that are not applied yet, all or none.
    ///
    /// # Errors
    /// [`Error::EventGap`] when one is missing, [`Error::EventsRewound`] when numbers are given a second time,
    /// [`Error::Invalid`] when there are too many.
    pub async fn apply_events(&self, pop: &PopId, batch: &EventBatch) -> Result<EventAck, Error> {
        check_incarnation(&batch.incarnation)?;
        if batch.events.len() > EVENTS_PER_BATCH_MAX {
            return Err(Error::invalid("events", format!("at most {EVENTS_PER_BATCH_MAX} in one delivery")));
        }
        let now_ms = self.clock.now_ms();
        let region = self.region_of(pop);
        let source = Source {
            pop: pop.as_str(),
            region: &region,
            incarnation: &batch.incarnation,
            received_ms: now_ms,
        };
        let mut tx = self.db.begin().await?;
        let applied = store::lock_incarnation(&mut tx, source.pop, source.incarnation, now_ms).await?;
        let events = events::unapplied(&batch.events, applied)?;
        events::check_applied(&mut tx, &batch.events, events).await?;
        let Some(last) = events.last() else {
            return Ok(EventAck { applied_through: to_u64(applied) });
        };
        events::apply(&mut tx, source, events).await?;
        let applied = stored_number("seq", last.seq)?;
        store::set_applied(&mut tx, source.pop, source.incarnation, applied).await?;
        tx.commit().await?;
        events.iter().filter_map(events::room_of).for_each(|room| self.chats.tell(room));
        metrics::counter!("core_events_applied_total", "pop" => source.pop.to_owned())
            .increment(events.len() as u64);
        Ok(EventAck { applied_through: to_u64(applied) })
    }

    /// Renews the POP's leases, and grants more stock as far as it goes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when too much is asked at once, [`Error::LeaseFenced`] for a copy from before a write-off.
    pub async fn grant_leases(&self, pop: &PopId, request: &LeaseRequest) -> Result<LeaseReply, Error> {
        check_lease_request(request)?;
        let now_ms = self.clock.now_ms();
        let expires_ms = now_ms + self.lease_ttl_ms;
        let last_seq = stored_number("last_seq", request.last_seq)?;
        let shown = stored_number("fence", request.fence)?;
        let holder = Holder { pop: pop.as_str(), incarnation: &request.incarnation };
        let mut tx = self.db.begin().await?;
        let applied = store::lock_incarnation(&mut tx, holder.pop, holder.incarnation, now_ms).await?;
        let fence =
            store::set_lease(&mut tx, holder.pop, holder.incarnation, expires_ms, last_seq, shown).await?;
        let fence = fence.ok_or(Error::LeaseFenced)?;
        store::put_lag(&mut tx, holder.pop, now_ms / 60_000, (last_seq - applied).max(0)).await?;
        let active = store::count_active(&mut tx, now_ms - ACTIVE_MS_MAX).await?;
        let leases = inventory::grant_leases(&mut tx, holder, &request.asks, active).await?;
        let fenced = inventory::list_fenced(&mut tx, holder).await?;
        tx.commit().await?;
        Ok(LeaseReply { now_ms, expires_ms, leases, fenced, fence: to_u64(fence) })
    }

    /// Takes back what a lost POP holds: one database of it, or all whose leases have lapsed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such database, [`Error::LeaseRuns`] when it can still sell.
    pub async fn write_off(&self, pop: &PopId, incarnation: Option<&str>) -> Result<Vec<WriteOff>, Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let known = store::lock_incarnations(&mut tx, pop.as_str()).await?;
        let asked: Vec<_> = known
            .into_iter()
            .filter(|known| incarnation.is_none_or(|name| known.incarnation == name))
            .collect();
        let end_ms = |known: &IncarnationView| known.lease_expires_ms + CLOCK_SKEW_MS_MAX;
        let Some(first_end_ms) = asked.iter().map(end_ms).min() else {
            return Err(Error::NotFound("incarnation"));
        };
        if first_end_ms >= now_ms {
            return Err(Error::LeaseRuns { expires_ms: first_end_ms });
        }
        let mut done = Vec::new();
        for lapsed in asked.iter().filter(|known| end_ms(known) < now_ms) {
            let holder = Holder { pop: pop.as_str(), incarnation: &lapsed.incarnation };
            let (items, units) = inventory::write_off(&mut tx, holder, now_ms).await?;
            store::set_written_off(&mut tx, pop.as_str(), &lapsed.incarnation, now_ms).await?;
            done.push(WriteOff { incarnation: lapsed.incarnation.clone(), items, units });
        }
        tx.commit().await?;
        tracing::warn!(pop = %pop, incarnations = done.len(), "leases written off");
        Ok(done)
    }

    /// All POPs, with their databases.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_pops(&self) -> Result<Vec<PopView>, Error> {
        let conn = &mut *self.db.read().await?;
        let incarnations = store::list_incarnations(conn).await?;
        let pops = store::list_pops(conn).await?.into_iter().map(|(pop, region, last_seen_ms)| {
            let incarnations = incarnations.iter().filter(|known| known.pop == pop).cloned().collect();
            PopView { pop, region, last_seen_ms, incarnations }
        });
        Ok(pops.collect())
    }

    /// How far behind the core was, by POP and minute since 1970, from `from_ms` on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_lag(&self, from_ms: i64) -> Result<Vec<(String, i64, i64)>, Error> {
        Ok(store::list_lag(&mut *self.db.read().await?, from_ms / 60_000).await?)
    }

    /// Forgets nonces and lag that are of no more use.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> Result<(), Error> {
        let now_s = self.clock.now_ms() / 1_000;
        let mut tx = self.db.begin().await?;
        // A signature from the future is good for twice the tolerance from now; its nonce is kept as long.
        let nonces = store::delete_nonces(&mut tx, now_s - TOLERANCE_S - 1).await?;
        store::delete_lag(&mut tx, now_s / 60 - LAG_KEPT_MINUTES_MAX).await?;
        tx.commit().await?;
        tracing::debug!(nonces, "pruned");
        Ok(())
    }
}

fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn stored_number(param: &str, number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| Error::invalid(param, "out of range"))
}

fn check_incarnation(name: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > INCARNATION_BYTES_MAX || !name.bytes().all(plain) {
        let detail = format!("letters, digits, - and _, 1 to {INCARNATION_BYTES_MAX} bytes");
        return Err(Error::invalid("incarnation", detail));
    }
    Ok(())
}

fn check_lease_request(request: &LeaseRequest) -> Result<(), Error> {
    check_incarnation(&request.incarnation)?;
    if request.asks.len() > LEASE_ASKS_MAX {
        return Err(Error::invalid("asks", format!("at most {LEASE_ASKS_MAX} at once")));
    }
    match request.asks.iter().position(|ask| ask.units > LEASE_UNITS_MAX) {
        Some(place) => {
            Err(Error::invalid(&format!("asks[{place}].units"), format!("at most {LEASE_UNITS_MAX}")))
        }
        None => Ok(()),
    }
}
