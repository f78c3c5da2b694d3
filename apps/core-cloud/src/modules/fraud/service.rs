//! Cases, what links them, and what becomes of them. A case whose order is in review holds that order up until somebody
//! decides; confirmed fraud blocks who ordered, everywhere.

use kiosk_ids::OrderId;
use kiosk_money::Money;
use kiosk_wire::FraudRecord;

use super::store;
use super::subjects::{Judges, SubjectKind, tolerate};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::customers::service::{self as customers, Block, checked_reason};
use crate::modules::discounts::service as discounts;
use crate::modules::members::service::Member;
use crate::modules::models::service as models;
use crate::modules::orders::service as orders;
use crate::modules::reviews::service as reviews;
use crate::modules::vendors::service as vendors;
use crate::page::List;

/// Most cases that are shown as linked to one.
pub const LINKED_MAX: usize = 24;

/// What was scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An order.
    Order,
    /// A checkout that was refused.
    Refused,
}

impl Kind {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Refused => "refused",
        }
    }
}

/// What an analyst finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All is well: an order that waits goes on.
    Honest,
    /// It stays unclear, and nobody risks it: an order that waits is cancelled.
    Rejected,
    /// It is fraud: what was not sent is cancelled, and who ordered is blocked.
    Fraud,
}

impl Finding {
    /// As it is stored and sent by forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Rejected => "rejected",
            Self::Fraud => "fraud",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Honest, Self::Rejected, Self::Fraud].into_iter().find(|finding| finding.name() == name)
    }
}

/// A case to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewCase<'a> {
    /// The order, or the event of the refused checkout.
    pub id: &'a str,
    /// What it is.
    pub kind: Kind,
    /// The POP.
    pub pop: &'a str,
    /// Its region.
    pub region: &'a str,
    /// Unix milliseconds by the POP's clock.
    pub at_ms: i64,
    /// What it cost, or would have.
    pub total: Option<Money>,
    /// The score.
    pub fraud: &'a FraudRecord,
    /// Pseudonym of the address that ordered.
    pub customer: Option<&'a str>,
    /// Pseudonym of the account.
    pub account: Option<&'a str>,
}

/// A case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The order, or the event of the refused checkout.
    pub id: String,
    /// `order`, `refused`, or one of [`SubjectKind`].
    pub kind: String,
    /// The POP.
    pub pop: String,
    /// Its region.
    pub region: String,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// What it cost, or would have.
    pub total: Money,
    /// `allow`, `step_up`, `review` or `block`.
    pub outcome: String,
    /// Probability of fraud; none when no model answered.
    pub score: Option<f64>,
    /// Version of the model.
    pub model: String,
    /// Codes of the reasons.
    pub reasons: Vec<String>,
    /// `none`, `open`, `honest`, `rejected` or `fraud`.
    pub state: String,
    /// Who decided; empty while nobody has.
    pub decided_by: String,
    /// When, Unix milliseconds.
    pub decided_ms: i64,
    /// Why.
    pub reason: String,
    /// What was seen of its subject, JSON; empty for orders.
    pub facts: String,
}

/// A pseudonym of a case, or the id of what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The case.
    pub case: String,
    /// `customer`, `account`, `device`, `address`, `review`, `vendor`, `product` or `discount`.
    pub kind: String,
    /// The pseudonym, or the id.
    pub key: String,
}

/// A case with all that is known around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Around {
    /// The case.
    pub case: Case,
    /// Its pseudonyms.
    pub links: Vec<Link>,
    /// Cases that share one of them, the newest first, at most [`LINKED_MAX`].
    pub others: Vec<Case>,
    /// What each of those shares with it.
    pub shared: Vec<Link>,
}

/// Keeps checkouts that a POP refused. Nobody waits for them, but somebody may be wronged: they are open.
///
/// # Errors
/// When the database fails.
pub async fn insert_refused(tx: &mut Tx, refused: &[NewCase<'_>]) -> Result<(), Error> {
    Ok(store::insert_cases(tx, refused).await?)
}

/// Cases as analysts see them.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) customers: customers::Service,
    orders: orders::Service,
    pub(super) others: Others,
    pub(super) judges: Judges,
}

/// Whose subjects may be fraud, beside orders.
#[derive(Clone, Debug)]
pub struct Others {
    /// Reviews.
    pub reviews: reviews::Service,
    /// Vendors.
    pub vendors: vendors::Service,
    /// Discounts.
    pub discounts: discounts::Service,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        customers: customers::Service,
        orders: orders::Service,
        others: Others,
    ) -> Self {
        Self { db, clock, customers, orders, others, judges: Judges::default() }
    }

    /// Cases of a list, and whether there are more. The search is an id or a pseudonym as a whole; states are those of a
    /// case, and outcomes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_cases(&self, list: &List) -> Result<(Vec<Case>, bool), Error> {
        let mut cases = store::list_cases(&mut *self.db.read().await?, list).await?;
        let more = list.cut(&mut cases);
        Ok((cases, more))
    }

    /// A case and what is around it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_case(&self, id: &str) -> Result<Around, Error> {
        let conn = &mut *self.db.read().await?;
        let case = store::get_case(conn, id).await?.ok_or(Error::NotFound("case"))?;
        let links = store::list_links(conn, id).await?;
        let mut shared = store::list_shared(conn, id, &links).await?;
        let mut ids: Vec<&str> = Vec::new();
        for link in &shared {
            if ids.len() < LINKED_MAX && !ids.contains(&link.case.as_str()) {
                ids.push(&link.case);
            }
        }
        let others = store::list_by_ids(conn, &ids).await?;
        shared.retain(|link| others.iter().any(|other| other.id == link.case));
        Ok(Around { case, links, others, shared })
    }

    /// Decides on a case. Each step can be repeated, so that one that broke off is finished by deciding again.
    ///
    /// # Errors
    /// 422 without a reason, 409 `case_decided` for one that was decided otherwise, [`Error::NotFound`].
    pub async fn decide(&self, by: &Member, id: &str, finding: Finding, reason: &str) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let around = self.get_case(id).await?;
        let case = &around.case;
        let decided = Finding::parse(&case.state);
        // A dispute that was lost says nothing of who ordered, so a person may add that.
        let may = decided.is_none_or(|decided| {
            decided == finding || (case.decided_by != by.id && finding == Finding::Fraud)
        });
        if !may {
            let title = "This case is decided";
            return Err(kiosk_problem::Problem::new(http::StatusCode::CONFLICT, "case_decided", title).into());
        }
        if let Some(kind) = SubjectKind::parse(&case.kind) {
            self.end_subject(by, kind, &around, finding, reason).await?;
        }
        if finding == Finding::Fraud {
            self.block(by, &around, reason).await?;
        }
        if let Ok(order) = OrderId::parse(id)
            && case.kind == Kind::Order.name()
        {
            let done = match finding {
                Finding::Honest => self.orders.review(by, &order, true, reason).await,
                Finding::Rejected => self.orders.review(by, &order, false, reason).await,
                Finding::Fraud => self.orders.cancel_unsent(by, &order, reason).await,
            };
            // It was not held up, or is not any more.
            tolerate(done, "not_in_review")?;
        }
        self.record(by, id, finding, reason).await
    }

    /// Writes down what somebody found of a case, if there is one.
    ///
    /// # Errors
    /// 422 without a reason.
    pub async fn record(&self, by: &Member, id: &str, finding: Finding, reason: &str) -> Result<(), Error> {
        let (reason, now_ms) = (checked_reason(reason)?, self.clock.now_ms());
        let mut tx = self.db.begin().await?;
        if let Some(kind) = store::decide(&mut tx, id, finding.name(), (&by.id, reason), now_ms).await? {
            if finding != Finding::Rejected && SubjectKind::parse(&kind).is_none() {
                models::label(&mut tx, id, finding == Finding::Fraud, now_ms).await?;
            }
            let detail = format!("{}: {reason}", finding.name());
            audit::append(&mut tx, &by.id, &Act { action: "fraud.decide", subject: id, detail }, now_ms)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Blocks who ordered: the account with all it orders by, or else the address.
    async fn block(&self, by: &Member, around: &Around, reason: &str) -> Result<(), Error> {
        let of_kind = |kind: &str| around.links.iter().find(|link| link.kind == kind);
        let account = of_kind("account");
        let Some(who) = account.or_else(|| of_kind("customer")) else { return Ok(()) };
        // Who reviews has bought, and is known; a case that is about no order is of no region.
        if !around.case.region.is_empty() {
            self.customers.know(&who.key, &around.case.region, account.is_some()).await?;
        }
        match self.customers.block(by, &who.key, reason).await {
            Err(Error::Refused(problem)) if problem.code == "blocked_already" => Ok(()),
            done => done,
        }
    }

    /// The block that keeps an account from buying.
    pub(super) async fn block_of(&self, account: &str) -> Result<Option<Block>, Error> {
        match self.customers.get_customer(account).await {
            Ok((customer, _)) => Ok(customer.block),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
