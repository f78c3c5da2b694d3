//! Vendors and discounts: scored by the orders behind them, again and again while there are any.

use kiosk_risk::{DiscountFacts, VendorFacts};

use super::crowds_store as store;
use super::{DAY_MS, Scored, SubjectKind, risks, share};
use crate::error::Error;
use crate::modules::fraud::service::Service;

/// How far back orders are looked at, in milliseconds.
const WINDOW_MS: i64 = 30 * DAY_MS;
/// What is recent, in milliseconds.
const RECENT_MS: i64 = 3 * DAY_MS;
/// A score holds for this long, in milliseconds.
const FRESH_MS: i64 = 6 * 3_600_000;
/// A whole, in millionths.
pub(super) const WHOLE_PPM: i64 = 1_000_000;
/// Subjects that are scored in one go; more wait for the next.
const DUE_MAX: i64 = 50;
/// Longest age that is told, in days.
const AGE_DAYS_MAX: i64 = 365;

/// The orders behind a subject, counted.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    pub first_ms: i64,
    pub orders: i64,
    pub customers: i64,
    pub of_top_customer: i64,
    pub linked: i64,
    pub doubted: i64,
    pub disputed: i64,
    pub returned: i64,
    pub recent: i64,
    /// Of vendors.
    pub reviews: i64,
    pub five_stars: i64,
    /// Of discounts: what was taken off, in millionths of each order, summed up.
    pub taken_ppm: i64,
}

/// From when on orders count, and which of them are recent, Unix milliseconds.
pub(super) struct Since {
    pub window_ms: i64,
    pub recent_ms: i64,
}

impl Service {
    pub(super) async fn score_crowds(&self) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let since = Since { window_ms: now_ms - WINDOW_MS, recent_ms: now_ms - RECENT_MS };
        let (mut scored, mut moved) = (Vec::new(), Vec::new());
        for kind in [SubjectKind::Vendor, SubjectKind::Discount] {
            let conn = &mut *self.db.read().await?;
            let due = store::list_due(conn, kind, since.window_ms, now_ms - FRESH_MS, DUE_MAX).await?;
            for id in due {
                // Each is bounded by itself, so that a large one holds nobody up.
                let crowd = store::count_crowd(conn, kind, &id, &since).await?;
                let Some(one) = self.judge(kind, &id, &crowd, now_ms) else { return Ok(0) };
                scored.push(one);
                if kind == SubjectKind::Vendor {
                    moved.extend(risks::moved(conn, &id, now_ms).await?);
                }
            }
        }
        if scored.is_empty() {
            return Ok(0);
        }
        let mut tx = self.db.begin().await?;
        risks::tell(&mut tx, moved).await?;
        self.keep(&mut tx, &scored).await?;
        tx.commit().await?;
        Ok(scored.len())
    }

    fn judge(&self, kind: SubjectKind, id: &str, crowd: &Crowd, now_ms: i64) -> Option<Scored> {
        let of = |part: i64| share(part, crowd.orders);
        let age = ((now_ms - crowd.first_ms) / DAY_MS).clamp(0, AGE_DAYS_MAX);
        let age_days = u32::try_from(age).unwrap_or(0);
        let orders = u32::try_from(crowd.orders).unwrap_or(u32::MAX);
        if kind == SubjectKind::Vendor {
            let facts = VendorFacts {
                age_days,
                orders,
                customers_share: of(crowd.customers),
                top_customer_share: of(crowd.of_top_customer),
                linked_share: of(crowd.linked),
                doubted_share: of(crowd.doubted),
                disputed_share: of(crowd.disputed),
                returned_share: of(crowd.returned),
                recent_share: of(crowd.recent),
                reviews_share: of(crowd.reviews),
                five_star_share: share(crowd.five_stars, crowd.reviews),
            };
            Some(Scored::new(kind, id, now_ms, self.judges.vendor(&facts)?, &facts))
        } else {
            let facts = DiscountFacts {
                age_days,
                orders,
                customers_share: of(crowd.customers),
                top_customer_share: of(crowd.of_top_customer),
                linked_share: of(crowd.linked),
                doubted_share: of(crowd.doubted),
                disputed_share: of(crowd.disputed),
                returned_share: of(crowd.returned),
                recent_share: of(crowd.recent),
                taken_off_share: share(crowd.taken_ppm, crowd.orders.saturating_mul(WHOLE_PPM)),
            };
            Some(Scored::new(kind, id, now_ms, self.judges.discount(&facts)?, &facts))
        }
    }
}
