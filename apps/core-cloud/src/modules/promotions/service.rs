//! Booking promotions, taking them back, and what is owed for them. Functions on a [`Tx`] take part in another module's
//! transaction, whose first act is [`catalog::lock_writers`].

use http::StatusCode;
use kiosk_ids::{ProductId, PromotionId, VendorId};
use kiosk_money::Money;
use kiosk_problem::Problem;
use kiosk_wire::{Change, Promotion};

use super::store;
use super::terms::{self, DAY_MS, DUE_DAYS};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::bus::fact::{Fact, PromotionFee};
use crate::modules::bus::service as bus;
use crate::modules::catalog::listing::Listing;
use crate::modules::catalog::{feed, products, service as catalog};
use crate::modules::members::service::Member;
use crate::modules::vendors::service as vendors;
use crate::page::List;
use crate::random::random;

/// Filters of the list of promotions.
pub const FILTERS: [&str; 5] = ["coming", "running", "over", "cancelled", "ended"];

/// What became of a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It comes, runs or is over.
    Booked,
    /// The vendor took it back before it began.
    Cancelled,
    /// Its product left the shop.
    Ended,
}

impl State {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Booked, Self::Cancelled, Self::Ended].into_iter().find(|state| state.name() == name)
    }
}

/// A promotion with what is owed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// `prm_…`.
    pub id: String,
    /// `ven_…`.
    pub vendor: String,
    /// `prd_…`.
    pub product: String,
    /// What the product was called.
    pub title: String,
    /// From then on, Unix milliseconds.
    pub from_ms: i64,
    /// Until before then, Unix milliseconds.
    pub until_ms: i64,
    /// What became of it.
    pub state: State,
    /// Unix milliseconds.
    pub booked_ms: i64,
    /// What is owed.
    pub fee: Money,
    /// On which terms.
    pub terms: String,
    /// When it is due, Unix milliseconds.
    pub due_ms: i64,
    /// Whether nothing is owed after all.
    pub waived: bool,
    /// Whether the fee was paid.
    pub paid: bool,
    /// Whether it is being paid by card.
    pub paying: bool,
}

impl Booking {
    /// Whether the fee is owed, and nothing is under way.
    #[must_use]
    pub const fn is_due(&self) -> bool {
        !self.waived && !self.paid && !self.paying
    }

    /// Where it stands at a time, as the list's filter calls it.
    #[must_use]
    pub const fn phase(&self, now_ms: i64) -> &'static str {
        match self.state {
            State::Cancelled => "cancelled",
            State::Ended => "ended",
            State::Booked if now_ms < self.from_ms => "coming",
            State::Booked if now_ms < self.until_ms => "running",
            State::Booked => "over",
        }
    }
}

/// Promotions.
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

    /// Promotions of a vendor, or of all, as the list asks for them; one more than a page when there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, vendor: Option<&VendorId>, list: &List) -> Result<Vec<Booking>, Error> {
        let vendor = vendor.map(VendorId::as_str);
        Ok(store::list(&mut *self.db.read().await?, vendor, list, self.clock.now_ms()).await?)
    }

    /// A promotion of a vendor.
    ///
    /// # Errors
    /// [`Error::NotFound`] for another's too.
    pub async fn get(&self, vendor: &VendorId, id: &str) -> Result<Booking, Error> {
        let found = store::get(&mut *self.db.read().await?, id).await?;
        found.filter(|booking| booking.vendor == vendor.as_str()).ok_or(Error::NotFound("promotion"))
    }

    /// What is owed, by currency: of a vendor, or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sum_dues(&self, vendor: Option<&VendorId>) -> Result<Vec<Money>, Error> {
        Ok(store::sum_dues(&mut *self.db.read().await?, vendor.map(VendorId::as_str)).await?)
    }

    /// Books days for a listed product of a vendor, and records what is owed.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 409 `product_not_listed` or `promotion_overlaps`, 422, [`Error::NotFound`].
    pub async fn book(
        &self,
        actor: &Member,
        vendor: &VendorId,
        product: &ProductId,
        (from, days): (&str, &str),
    ) -> Result<Booking, Error> {
        let now_ms = self.clock.now_ms();
        let id = PromotionId::fresh(now_ms, &random()?);
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        vendors::require_approved(&mut tx, vendor).await?;
        let listed = products::get(&mut tx, product).await?;
        if listed.product.vendor != *vendor {
            return Err(Error::NotFound("product"));
        }
        if listed.state != Listing::Listed {
            return Err(not_listed(listed.state));
        }
        let (from_ms, until_ms, days) = terms::period(from, days, now_ms)?;
        if store::overlaps(&mut tx, product.as_str(), from_ms, until_ms).await? {
            return Err(overlaps());
        }
        let currency = listed.product.variants.first().map(|variant| variant.price.currency);
        let fee = terms::fee(days, currency.ok_or(Error::NotFound("product"))?)?;
        let booking = Booking {
            id: id.to_string(),
            vendor: vendor.to_string(),
            product: product.to_string(),
            title: listed.product.title,
            from_ms,
            until_ms,
            state: State::Booked,
            booked_ms: now_ms,
            fee,
            terms: terms::terms(days, fee),
            due_ms: from_ms + DUE_DAYS * DAY_MS,
            waived: false,
            paid: false,
            paying: false,
        };
        store::insert(&mut tx, &booking).await?;
        let promotion = Promotion { id, product: product.clone(), from_ms, until_ms };
        feed::publish(&mut tx, None, &[Change::Promotion(promotion)]).await?;
        bus::publish(&mut tx, &[Fact::PromotionBooked(fee_of(&booking)?)], now_ms).await?;
        let detail = format!("{product} {days} days, {fee}");
        let act = Act { action: "promotion.book", subject: &booking.id, detail };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        tx.commit().await?;
        Ok(booking)
    }

    /// Takes a promotion back: one that has not begun for nothing; one that runs ends, and its fee stays due.
    ///
    /// # Errors
    /// 409 `promotion_over`, [`Error::NotFound`].
    pub async fn cancel(&self, actor: &Member, vendor: &VendorId, id: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let booking = store::get(&mut tx, id).await?.filter(|booking| booking.vendor == vendor.as_str());
        let booking = booking.ok_or(Error::NotFound("promotion"))?;
        let (state, action) = match booking.phase(now_ms) {
            "coming" => (State::Cancelled, "promotion.cancel"),
            "running" => (State::Ended, "promotion.end"),
            _ => return Err(over()),
        };
        end_all(&mut tx, &[booking], state, now_ms).await?;
        let act = Act { action, subject: id, detail: String::new() };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// Ends the promotions of products that leave the shop.
///
/// # Errors
/// When the database fails.
pub async fn end_of_products(tx: &mut Tx, products: &[&str], now_ms: i64) -> Result<(), Error> {
    let running = store::list_running(tx, products, now_ms).await?;
    end_all(tx, &running, State::Ended, now_ms).await
}

/// Ends the promotions of a vendor that is suspended.
///
/// # Errors
/// When the database fails.
pub async fn end_of_vendor(tx: &mut Tx, vendor: &VendorId, now_ms: i64) -> Result<(), Error> {
    let running = store::list_running_of_vendor(tx, vendor.as_str(), now_ms).await?;
    end_all(tx, &running, State::Ended, now_ms).await
}

/// Fees of a vendor that are due, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_due(tx: &mut Tx, vendor: &VendorId, now_ms: i64) -> Result<Vec<Booking>, Error> {
    Ok(store::list_due(tx, vendor.as_str(), now_ms).await?)
}

/// The promotion of a vendor, with what is owed for it locked.
///
/// # Errors
/// [`Error::NotFound`] for another's too.
pub async fn lock_owed(tx: &mut Tx, vendor: &VendorId, id: &str) -> Result<Booking, Error> {
    store::lock_due(tx, id).await?;
    let booking = store::get(tx, id).await?.filter(|booking| booking.vendor == vendor.as_str());
    booking.ok_or(Error::NotFound("promotion"))
}

/// The fee of a promotion is set off against what its vendor is owed. Whether it was due: one that is being paid by card
/// is not.
///
/// # Errors
/// When the database fails.
pub async fn settle(tx: &mut Tx, id: &str) -> Result<bool, Error> {
    Ok(store::move_due(tx, id, "due", "paid").await?)
}

/// Money for the fee is reserved on a card: nobody else may settle it. Whether it was due.
///
/// # Errors
/// When the database fails.
pub async fn claim(tx: &mut Tx, id: &str) -> Result<bool, Error> {
    Ok(store::move_due(tx, id, "due", "paying").await?)
}

/// The money that a fee was claimed for was taken. Whether the fee was owed until then.
///
/// # Errors
/// When the database fails.
pub async fn settle_claimed(tx: &mut Tx, id: &str) -> Result<bool, Error> {
    Ok(store::move_due(tx, id, "paying", "paid").await?)
}

/// Whether money for the fee is claimed on a card; it stays so until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn is_claimed(tx: &mut Tx, id: &str) -> Result<bool, Error> {
    Ok(store::move_due(tx, id, "paying", "paying").await?)
}

/// A fee that was paid by card was taken back by its payer: it is due again.
///
/// # Errors
/// When the database fails.
pub async fn reopen(tx: &mut Tx, id: &str) -> Result<(), Error> {
    store::move_due(tx, id, "paid", "due").await?;
    Ok(())
}

/// The money that a fee was claimed for cannot be had: it is due again.
///
/// # Errors
/// When the database fails.
pub async fn release(tx: &mut Tx, id: &str) -> Result<(), Error> {
    store::move_due(tx, id, "paying", "due").await?;
    Ok(())
}

/// Ends a promotion whose fee is due and cannot be had; the fee stays due.
///
/// # Errors
/// When the database fails.
pub async fn end_unpaid(tx: &mut Tx, booking: &Booking, now_ms: i64) -> Result<(), Error> {
    if booking.phase(now_ms) != "running" {
        return Ok(());
    }
    end_all(tx, std::slice::from_ref(booking), State::Ended, now_ms).await
}

async fn end_all(tx: &mut Tx, bookings: &[Booking], state: State, now_ms: i64) -> Result<(), Error> {
    let mut changes = Vec::with_capacity(bookings.len());
    let mut waived = Vec::new();
    for booking in bookings {
        let for_nothing = now_ms < booking.from_ms;
        store::end(tx, &booking.id, state, for_nothing).await?;
        if for_nothing {
            waived.push(Fact::PromotionWaived(fee_of(booking)?));
        }
        changes.extend(PromotionId::parse(&booking.id).ok().map(|id| Change::PromotionRemoved { id }));
    }
    if !changes.is_empty() {
        feed::publish(tx, None, &changes).await?;
    }
    bus::publish(tx, &waived, now_ms).await
}

fn fee_of(booking: &Booking) -> Result<PromotionFee, Error> {
    let unreadable = |_| Error::NotFound("promotion");
    Ok(PromotionFee {
        promotion: PromotionId::parse(&booking.id).map_err(unreadable)?,
        vendor: VendorId::parse(&booking.vendor).map_err(unreadable)?,
        fee: booking.fee,
        due_ms: booking.due_ms,
        provider_fee: None,
    })
}

fn not_listed(state: Listing) -> Error {
    let problem =
        Problem::new(StatusCode::CONFLICT, "product_not_listed", "Only what is for sale can be promoted");
    problem.param("product").detail(format!("The product is {}: list it first.", state.name())).into()
}

fn overlaps() -> Error {
    Problem::new(
        StatusCode::CONFLICT,
        "promotion_overlaps",
        "This product is promoted on some of these days already",
    )
    .param("from")
    .into()
}

fn over() -> Error {
    Problem::new(StatusCode::CONFLICT, "promotion_over", "This promotion is over").into()
}
