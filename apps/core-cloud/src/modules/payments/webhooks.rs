//! What providers tell by themselves: before the order is here, after, twice, late, in any order. A webhook is kept by
//! its event id and applied when its order is there; what it says of the payer is not kept.

use http::{HeaderMap, StatusCode};
use kiosk_ids::PaymentId;
use kiosk_money::Currency;
use kiosk_payments::State as At;
use kiosk_payments::webhook::{DisputeStatus, Notice, NoticeError, NoticeKind};
use kiosk_problem::Problem;

use super::book::{Book, Dispute};
use super::refund_notice::read_refund;
use super::service::Service;
use super::state::{Hold, Provider, Step};
use super::{fees, movement_store, store, webhook_store};
use crate::db::{Conn, Tx};
use crate::error::Error;

/// Webhooks that one call applies at most.
const APPLIED_AT_ONCE_MAX: i64 = 100;
/// When a webhook is tried again that nothing fits yet, in milliseconds.
const WAIT_MS: i64 = 10_000;
/// How long a webhook is waited with for its order before a person sees it, in milliseconds: a POP may be cut off.
const WAIT_MS_MAX: i64 = 24 * 3_600_000;
/// How long webhooks that were applied are known, in milliseconds: providers send again for days.
const KEPT_MS: i64 = 90 * 86_400_000;
/// How soon a payment is looked at of which a webhook said that it got on, in milliseconds: its own answer comes first.
const LOOK_MS: i64 = 60_000;
/// Longest name that is kept, in bytes.
const NAME_BYTES_MAX: usize = 128;

/// What a webhook says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A payment got on.
    Payment,
    /// Money went back to the payer.
    Refund,
    /// It came back: a refund failed after it was made.
    RefundFailed,
    /// A dispute.
    Dispute(Dispute),
}

impl What {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::RefundFailed => "refund_failed",
            Self::Dispute(Dispute::Opened) => "dispute_opened",
            Self::Dispute(Dispute::Won) => "dispute_won",
            Self::Dispute(Dispute::Lost) => "dispute_lost",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let disputes = [Dispute::Opened, Dispute::Won, Dispute::Lost].map(Self::Dispute);
        let others = [Self::Payment, Self::Refund, Self::RefundFailed];
        others.into_iter().chain(disputes).find(|what| what.name() == name)
    }
}

/// A webhook that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Who sent it.
    pub provider: Provider,
    /// The provider's id of it.
    pub event: String,
    /// What it says.
    pub what: What,
    /// The provider's name of the refund or dispute.
    pub subject: String,
    /// `pay_…`, where it names one.
    pub payment: String,
    /// `ord_…`, where it names one or one was found.
    pub order: String,
    /// What the payment was begun as.
    pub started: String,
    /// Its authorisation.
    pub authorisation: String,
    /// Its capture.
    pub capture: String,
    /// Minor units.
    pub amount: i64,
    /// What the provider takes for it, minor units.
    pub fee: i64,
    /// Of the amount.
    pub currency: Option<Currency>,
    /// Unix milliseconds.
    pub received_ms: i64,
    /// `waiting`, `done` or `stray`.
    pub state: String,
    /// When it is tried next, Unix milliseconds.
    pub next_ms: i64,
}

impl Service {
    /// Takes a webhook in. What is not looked at here is acknowledged, so that it is not sent again.
    ///
    /// # Errors
    /// 400 or 401 for one that is not the provider's own, 503 when that could not be found out.
    pub async fn take_webhook(
        &self,
        provider: Provider,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let notice = self.providers.notice(provider, headers, body, now_ms).await.map_err(refusal)?;
        if notice.kind == NoticeKind::Other {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        if fees::wake(&mut tx, &notice, now_ms).await? {
            return Ok(tx.commit().await?);
        }
        let Some(heard) = hear(provider, notice, body, now_ms) else { return Ok(()) };
        if webhook_store::insert(&mut tx, &heard).await? {
            apply(&mut tx, heard, now_ms).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Tries webhooks again whose order or answer was not there yet; returns how many are done with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn apply_webhooks_due(&self) -> Result<u32, Error> {
        let now_ms = self.clock.now_ms();
        let due = webhook_store::list_due(&mut *self.db.read().await?, now_ms, APPLIED_AT_ONCE_MAX).await?;
        let mut done = 0;
        for heard in due {
            let late = now_ms - heard.received_ms > WAIT_MS_MAX
                && find_order(&mut *self.db.read().await?, &heard).await?.is_none();
            let orphan = late && self.is_orphan(&heard).await;
            let mut tx = self.db.begin().await?;
            let Some(mut heard) = webhook_store::lock_waiting(&mut tx, heard.provider, &heard.event).await?
            else {
                continue;
            };
            if late && !orphan {
                // A payment that the POP gave up, and the provider too.
                "done".clone_into(&mut heard.state);
                webhook_store::update(&mut tx, &heard).await?;
            } else {
                heard = apply(&mut tx, heard, now_ms).await?;
            }
            tx.commit().await?;
            done += u32::from(heard.state == "done");
        }
        Ok(done)
    }

    /// Whether a webhook without an order says that money is held or moved for which nothing was ever sold.
    async fn is_orphan(&self, heard: &Heard) -> bool {
        if heard.what != What::Payment {
            return true;
        }
        let (Some(gateway), Ok(payment)) =
            (self.providers.gateway(heard.provider), PaymentId::parse(&heard.payment))
        else {
            return false;
        };
        if heard.started.is_empty() {
            return false;
        }
        // Nothing is reserved by looking: the buyer may have approved what its POP gave up.
        let seen = gateway.peek(&payment, &heard.started).await;
        seen.is_ok_and(|seen| matches!(seen.state, At::Authorised | At::Captured))
    }

    /// Forgets webhooks that no provider sends any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> Result<(), Error> {
        let before_ms = self.clock.now_ms() - KEPT_MS;
        let mut tx = self.db.begin().await?;
        webhook_store::delete_before(&mut tx, before_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// What is kept of a notice; none for one that changes nothing here.
fn hear(provider: Provider, notice: Notice, body: &[u8], now_ms: i64) -> Option<Heard> {
    let name = |text: Option<String>| text.filter(|text| text.len() <= NAME_BYTES_MAX).unwrap_or_default();
    let mut heard = Heard {
        provider,
        event: name(Some(notice.id)),
        what: What::Payment,
        subject: String::new(),
        payment: notice.payment.map(|id| id.to_string()).unwrap_or_default(),
        order: notice.order.map(|id| id.to_string()).unwrap_or_default(),
        started: name(notice.reference),
        authorisation: name(notice.authorisation),
        capture: name(notice.capture),
        amount: 0,
        fee: 0,
        currency: None,
        received_ms: now_ms,
        state: "waiting".to_owned(),
        next_ms: now_ms,
    };
    match notice.kind {
        NoticeKind::Payment => {}
        NoticeKind::Refund => {
            let refund = read_refund(provider, body)?;
            heard.what = if refund.failed { What::RefundFailed } else { What::Refund };
            heard.subject = name(Some(refund.reference));
            heard.capture = refund.capture.filter(|id| id.len() <= NAME_BYTES_MAX).unwrap_or(heard.capture);
            (heard.amount, heard.currency) = (refund.amount.amount, Some(refund.amount.currency));
        }
        NoticeKind::Dispute(dispute) => {
            heard.what = What::Dispute(match dispute.status {
                DisputeStatus::Inquiry => return None,
                DisputeStatus::Open => Dispute::Opened,
                DisputeStatus::Won => Dispute::Won,
                DisputeStatus::Lost => Dispute::Lost,
            });
            heard.subject = name(Some(dispute.reference));
            (heard.amount, heard.currency) = (dispute.amount.amount, Some(dispute.amount.currency));
            heard.fee =
                dispute.fee.filter(|fee| fee.currency == dispute.amount.currency).map_or(0, |fee| fee.amount);
        }
        NoticeKind::Other => return None,
    }
    (!heard.event.is_empty()).then_some(heard)
}

/// Applies a webhook to its payment, or lets it wait.
async fn apply(tx: &mut Tx, mut heard: Heard, now_ms: i64) -> Result<Heard, Error> {
    let order = find_order(tx, &heard).await?;
    let book = match &order {
        Some(order) => Book::open(tx, order, now_ms).await?,
        None => None,
    };
    let placed = match book {
        // The provider of the webhook has to be the payment's: an order named by another's event is not its.
        Some((mut book, before)) if book.payment.provider == heard.provider => {
            heard.order.clone_from(&book.payment.order);
            let placed = place(&mut book, &heard, now_ms);
            book.close(tx, &before).await?;
            if placed && heard.what != What::Payment {
                webhook_store::wake(tx, &[&*heard.order], now_ms).await?;
            }
            placed
        }
        _ => false,
    };
    if placed {
        "done".clone_into(&mut heard.state);
    } else if now_ms - heard.received_ms > WAIT_MS_MAX {
        "stray".clone_into(&mut heard.state);
        tracing::warn!(event = heard.event, provider = heard.provider.name(), "a webhook fits nothing");
    } else {
        // Ever less often: of what a POP gave up, providers tell too.
        heard.next_ms = now_ms + WAIT_MS.max((now_ms - heard.received_ms) / 4);
    }
    webhook_store::update(tx, &heard).await?;
    Ok(heard)
}

/// Whether a webhook could be placed in its payment.
fn place(book: &mut Book, heard: &Heard, now_ms: i64) -> bool {
    let same = heard.currency.is_none_or(|currency| currency == book.payment.currency);
    if !same {
        book.call_attention("currency_differs");
        return true;
    }
    match heard.what {
        What::Payment => {
            let idle = book.movements.iter().all(|movement| movement.step != Step::Due);
            if idle && book.payment.hold == Hold::Held {
                book.payment.look_ms = book.payment.look_ms.min(now_ms + LOOK_MS);
            }
            true
        }
        What::Refund => book.saw_refund(&heard.subject, &heard.capture, heard.amount),
        What::RefundFailed => book.saw_refund_fail(&heard.subject, &heard.capture, heard.amount),
        What::Dispute(now) => {
            // Before our own answer of the capture is here, there is nothing to take back.
            let due = book.movements.iter().any(|movement| movement.step == Step::Due);
            if due && !book.knows_capture(&heard.capture) && now != Dispute::Won {
                return false;
            }
            book.dispute(&heard.subject, &heard.capture, (heard.amount, heard.fee), now);
            true
        }
    }
}

/// The order that a webhook is about: the one it names, or the one whose payment or movement has a name of it.
async fn find_order(conn: &mut Conn, heard: &Heard) -> Result<Option<String>, Error> {
    if !heard.order.is_empty() && store::get(conn, &heard.order).await?.is_some() {
        return Ok(Some(heard.order.clone()));
    }
    let names: Vec<&str> =
        [&*heard.authorisation, &*heard.started].into_iter().filter(|name| !name.is_empty()).collect();
    let found = store::find_by_reference(conn, heard.provider, &names).await?;
    if let [(order, _)] = found.as_slice() {
        return Ok(Some(order.clone()));
    }
    let names = [&*heard.capture, &*heard.subject];
    Ok(movement_store::find_order(conn, heard.provider, names).await?)
}

/// What a sender is told whose webhook is not taken. A provider that gets 5xx sends again.
fn refusal(error: NoticeError) -> Error {
    let problem = match &error {
        NoticeError::Unsigned | NoticeError::Stale | NoticeError::Forged => Problem::new(
            StatusCode::UNAUTHORIZED,
            "webhook_not_authentic",
            "The webhook is not the provider's",
        ),
        NoticeError::Malformed => {
            Problem::new(StatusCode::BAD_REQUEST, "webhook_malformed", "The webhook cannot be read")
        }
        NoticeError::Away(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "webhook_unchecked",
            "The webhook could not be checked",
        )
        .retry_after_s(10),
    };
    tracing::warn!(%error, "a webhook was refused");
    problem.detail(error.to_string()).into()
}
