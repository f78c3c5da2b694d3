//! What customers say of a product.

use kiosk_edge_platform::{Database, Statement};
use kiosk_wire::people::Review;

use crate::{Before, StoreError};

/// Most reviews of one page.
pub const PAGE_REVIEWS_MAX: u32 = 50;

/// How often a product was rated with how many stars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stars {
    /// Ratings of one star, two, … five.
    pub counts: [u32; 5],
}

impl Stars {
    pub(super) fn of(counts: Option<&str>) -> Result<Self, StoreError> {
        let counts = counts.map(serde_json::from_str).transpose()?.unwrap_or_default();
        Ok(Self { counts })
    }

    /// Ratings.
    #[must_use]
    pub fn count(self) -> u32 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Stars of a rating on average, in tenths (47 is 4.7), rounded; `None` when nobody rated.
    #[must_use]
    pub fn average_tenths(self) -> Option<u32> {
        let count = u64::from(self.count());
        let stars: u64 = (1..).zip(self.counts).map(|(stars, count)| stars * u64::from(count)).sum();
        (stars * 10 + count / 2).checked_div(count).and_then(|tenths| u32::try_from(tenths).ok())
    }
}

/// Reviews of a product, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewPage {
    /// The reviews.
    pub reviews: Vec<Review>,
    /// Ask after this for older ones; `None` at the end.
    pub next: Option<Before>,
}

/// Up to `limit` reviews of `product` that are older than `cursor`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    db: &dyn Database,
    product: &str,
    cursor: Option<&Before>,
    limit: u32,
) -> Result<ReviewPage, StoreError> {
    let limit = limit.clamp(1, PAGE_REVIEWS_MAX);
    let select = Statement::new(
        "SELECT doc FROM review WHERE product_id = ?1 AND (written_ms, id) < (?2, ?3)
         ORDER BY written_ms DESC, id DESC LIMIT ?4",
    );
    let rows = db.query(Before::bind(cursor, select.bind(product)).bind(limit + 1)).await?;
    let more = rows.len() > limit as usize;
    let reviews: Vec<Review> = rows
        .iter()
        .take(limit as usize)
        .map(|row| Ok(serde_json::from_str(row.get(0)?)?))
        .collect::<Result<_, StoreError>>()?;
    let last = reviews.last().filter(|_| more);
    let next = last.map(|review| Before { at_ms: review.written_ms, id: review.id.to_string() });
    Ok(ReviewPage { reviews, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_rounded_to_tenths() {
        let average = |counts| Stars { counts }.average_tenths();
        assert_eq!(average([0; 5]), None);
        assert_eq!(average([0, 0, 0, 1, 2]), Some(47));
        assert_eq!(average([1, 0, 0, 0, 1]), Some(30));
        assert_eq!(average([u32::MAX, 0, 0, 0, 0]), Some(10));
    }
}
