//! Beginning payments of fees, and looking at them.

use http::StatusCode;
use kiosk_ids::{PaymentId, PromotionId, VendorId};
use kiosk_money::Money;
use kiosk_payments::{NewPayment, PayError, Purpose, STRIPE_PAGE_MINUTES_MIN};
use kiosk_problem::Problem;

use super::store;
use crate::clock::Clock;
use crate::config::PaymentsConfig;
use crate::db::Db;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::modules::payments::providers::Providers;
use crate::modules::payments::state::Provider;
use crate::modules::promotions::service as promotions;
use crate::random::random;

/// Whose pages vendors pay on.
pub(super) const CARDS: Provider = Provider::Stripe;
/// How long the provider's page stays open, in milliseconds: a little more than it has to be, since clocks differ.
const PAGE_MS: i64 = (STRIPE_PAGE_MINUTES_MIN + 15) * 60_000;
/// When the job first looks at a payment, in milliseconds: vendors return before, and webhooks come.
pub(super) const LOOK_MS: i64 = 60_000;
/// Payments that want a person and are shown at once.
const FAILED_MAX: i64 = 100;

/// How far the payment of a fee is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeState {
    /// The vendor is on the provider's page, or may come back to it.
    Open,
    /// The money is reserved for a promotion that is still owed for; it is being taken.
    Capturing,
    /// The fee is paid.
    Paid,
    /// Nothing is to be taken: page and reserved money are being given up.
    Voiding,
    /// Nothing was taken.
    Closed,
    /// The fee was paid and is not owed any more: it is going back to the card.
    Refunding,
    /// It went back.
    Refunded,
    /// A person has to look.
    Failed,
}

impl FeeState {
    const ALL: [Self; 8] = [
        Self::Open,
        Self::Capturing,
        Self::Paid,
        Self::Voiding,
        Self::Closed,
        Self::Refunding,
        Self::Refunded,
        Self::Failed,
    ];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Capturing => "capturing",
            Self::Paid => "paid",
            Self::Voiding => "voiding",
            Self::Closed => "closed",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The payment of a fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeePayment {
    /// `pay_…`.
    pub id: String,
    /// `prm_…`.
    pub promotion: String,
    /// `ven_…`.
    pub vendor: String,
    /// The fee.
    pub amount: Money,
    /// When the fee is due, Unix milliseconds.
    pub due_ms: i64,
    /// How far it is.
    pub state: FeeState,
    /// What the provider calls its page.
    pub started: String,
    /// The provider's page.
    pub url: String,
    /// What the provider reserved.
    pub authorisation: String,
    /// What the provider took.
    pub capture: String,
    /// A code of why it came to this.
    pub reason: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// When the provider's page closes, Unix milliseconds.
    pub expires_ms: i64,
    /// When the provider was first asked for what the state says, Unix milliseconds; 0 for not yet.
    pub asked_ms: i64,
    /// When it is asked next, Unix milliseconds.
    pub next_ms: i64,
    /// Tries that were not answered.
    pub tries: i64,
    /// Unix milliseconds.
    pub changed_ms: i64,
}

/// Payments of fees.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) providers: Providers,
    /// Where vendors reach this core, without a slash at its end.
    public_url: String,
}

impl Service {
    /// Over this database and these providers.
    #[must_use]
    pub fn new(db: Db, clock: Clock, config: &PaymentsConfig, public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self { db, clock, providers: Providers::new(config), public_url }
    }

    /// Whether fees can be paid by card here.
    #[must_use]
    pub fn takes_cards(&self) -> bool {
        self.providers.gateway(CARDS).is_some()
    }

    /// Begins the payment of a fee that a vendor owes, or goes on with the one that is on its way. The vendor is led to
    /// [`FeePayment::url`].
    ///
    /// # Errors
    /// 409 `card_unavailable`, 409 `fee_not_due`, 503 `provider_away`, [`Error::NotFound`].
    pub async fn begin(
        &self,
        actor: &Member,
        vendor: &VendorId,
        promotion: &str,
    ) -> Result<FeePayment, Error> {
        if !self.takes_cards() {
            return Err(card_unavailable("No provider of card payments is set up."));
        }
        if let Some(known) = self.get(vendor, promotion).await?.filter(|known| known.state == FeeState::Open)
        {
            // Its page may have closed, or the money be there already.
            self.settle(&known.id).await?;
        }
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let booking = promotions::lock_owed(&mut tx, vendor, promotion).await?;
        let known = store::find_open(&mut tx, promotion).await?;
        let payment = match known {
            Some(known) if known.state == FeeState::Open => known,
            Some(_) => return Err(not_due("It is being paid.")),
            None if !booking.is_due() => return Err(not_due("It is paid, or nothing is owed.")),
            None => {
                let payment = new_payment(booking, now_ms)?;
                store::insert(&mut tx, &payment).await?;
                let detail = format!("{} {}", payment.id, payment.amount);
                let act = Act { action: "promotion.pay", subject: promotion, detail };
                audit::append(&mut tx, &actor.id, &act, now_ms).await?;
                payment
            }
        };
        tx.commit().await?;
        if payment.url.is_empty() { self.open_page(&payment).await } else { Ok(payment) }
    }

    /// Has the provider begin: the same page, however often it is asked.
    pub(super) async fn open_page(&self, payment: &FeePayment) -> Result<FeePayment, Error> {
        let back = format!("{}/vendor/promotions/{}/payment", self.public_url, payment.promotion);
        let id = PaymentId::parse(&payment.id).map_err(|_| Error::NotFound("payment"))?;
        let promotion = PromotionId::parse(&payment.promotion).map_err(|_| Error::NotFound("promotion"))?;
        let new = NewPayment {
            challenge: false,
            id,
            purpose: Purpose::Promotion(promotion),
            amount: payment.amount,
            return_url: format!("{back}?done=returned"),
            cancel_url: format!("{back}?done=unfinished"),
            expires_ms: payment.expires_ms,
        };
        let gateway = self.providers.gateway(CARDS).ok_or_else(|| card_unavailable("It is not set up."))?;
        let answer = gateway.start(&new).await;
        let mut tx = self.db.begin().await?;
        let known = store::lock(&mut tx, &payment.id).await?.ok_or(Error::NotFound("payment"))?;
        let mut payment = FeePayment { changed_ms: self.clock.now_ms(), ..known };
        let refused = match answer {
            Ok(started) => {
                (payment.started, payment.url) = (started.reference, started.url);
                None
            }
            Err(PayError::Away(why)) => {
                tracing::warn!(payment = payment.id, why, "the page of a fee cannot be opened");
                return Err(away());
            }
            Err(error) => {
                tracing::warn!(payment = payment.id, %error, "a fee cannot be paid by card");
                (payment.state, payment.reason) = (FeeState::Closed, "page_refused".to_owned());
                Some(card_unavailable("The provider does not take this fee."))
            }
        };
        store::update(&mut tx, &payment).await?;
        tx.commit().await?;
        refused.map_or(Ok(payment), Err)
    }

    /// The last payment of a vendor's fee, if there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, vendor: &VendorId, promotion: &str) -> Result<Option<FeePayment>, Error> {
        let found = store::find_last(&mut *self.db.read().await?, promotion).await?;
        Ok(found.filter(|payment| payment.vendor == vendor.as_str()))
    }

    /// Payments that a person has to look at, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_failed(&self) -> Result<Vec<FeePayment>, Error> {
        Ok(store::list_failed(&mut *self.db.read().await?, FAILED_MAX).await?)
    }
}

fn new_payment(booking: promotions::Booking, now_ms: i64) -> Result<FeePayment, Error> {
    Ok(FeePayment {
        id: PaymentId::fresh(now_ms, &random()?).to_string(),
        promotion: booking.id,
        vendor: booking.vendor,
        amount: booking.fee,
        due_ms: booking.due_ms,
        state: FeeState::Open,
        started: String::new(),
        url: String::new(),
        authorisation: String::new(),
        capture: String::new(),
        reason: String::new(),
        created_ms: now_ms,
        expires_ms: now_ms + PAGE_MS,
        asked_ms: 0,
        next_ms: now_ms + LOOK_MS,
        tries: 0,
        changed_ms: now_ms,
    })
}

fn card_unavailable(why: &str) -> Error {
    let title = "This fee cannot be paid by card now";
    Problem::new(StatusCode::CONFLICT, "card_unavailable", title).detail(why.to_owned()).into()
}

fn not_due(why: &str) -> Error {
    let title = "There is nothing to pay for this promotion";
    Problem::new(StatusCode::CONFLICT, "fee_not_due", title).detail(why.to_owned()).into()
}

fn away() -> Error {
    let title = "The provider of card payments does not answer";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "provider_away", title);
    problem.detail("Nothing was charged. Try again in a moment.".to_owned()).retry_after_s(10).into()
}
