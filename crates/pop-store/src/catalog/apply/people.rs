//! Promotions, reviews, standings, tiers and orders.

use kiosk_edge_platform::Statement;
use kiosk_wire::people::{Loyalty, OrderState, Promotion, Rating, Review, Standing};

use super::{EXPECT_PICTURES, push};
use crate::StoreError;

/// The changes of a page that people made.
#[derive(Default)]
pub struct PeopleChanges<'a> {
    pub promotions: Vec<&'a Promotion>,
    pub promotions_removed: Vec<&'a str>,
    pub ratings: Vec<&'a Rating>,
    pub reviews: Vec<&'a Review>,
    pub reviews_removed: Vec<&'a str>,
    pub orders: Vec<&'a OrderState>,
    pub loyalties: Vec<&'a Loyalty>,
    blocked: Vec<&'a Standing>,
    allowed: Vec<&'a str>,
}

impl<'a> PeopleChanges<'a> {
    /// Whether a customer may buy from now on.
    pub fn standing(&mut self, standing: &'a Standing) {
        if standing.blocked {
            self.blocked.push(standing);
        } else {
            self.allowed.push(&standing.customer);
        }
    }

    /// Pushes the statements that apply them.
    pub fn put(self, batch: &mut Vec<Statement>) -> Result<(), StoreError> {
        push(batch, PUT_PROMOTIONS, self.promotions)?;
        push(batch, REMOVE_PROMOTIONS, self.promotions_removed)?;
        push(batch, PUT_RATINGS, self.ratings)?;
        push(batch, EXPECT_PICTURES, self.reviews.iter().flat_map(|review| &review.pictures))?;
        push(batch, PUT_REVIEWS, self.reviews)?;
        push(batch, REMOVE_REVIEWS, self.reviews_removed)?;
        push(batch, BLOCK, self.blocked)?;
        push(batch, ALLOW, self.allowed)?;
        push(batch, PUT_ORDERS, self.orders)?;
        push(batch, PUT_LOYALTIES, self.loyalties)
    }
}

// `WHERE 1` tells SQLite's parser that `ON CONFLICT` does not belong to a join.
const PUT_PROMOTIONS: &str = "INSERT INTO promotion (id, product_id, from_ms, until_ms)
    SELECT value ->> 'id', value ->> 'product', value ->> 'from_ms', value ->> 'until_ms' FROM json_each(?1) WHERE 1
    ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, from_ms = excluded.from_ms,
      until_ms = excluded.until_ms";

const REMOVE_PROMOTIONS: &str = "DELETE FROM promotion WHERE id IN (SELECT value FROM json_each(?1))";

const PUT_RATINGS: &str = "INSERT INTO rating (product_id, counts)
    SELECT value ->> 'product', value ->> 'counts' FROM json_each(?1) WHERE 1
    ON CONFLICT (product_id) DO UPDATE SET counts = excluded.counts";

const PUT_REVIEWS: &str = "INSERT INTO review (id, product_id, written_ms, doc)
    SELECT value ->> 'id', value ->> 'product', value ->> 'written_ms', value FROM json_each(?1) WHERE 1
    ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, written_ms = excluded.written_ms,
      doc = excluded.doc";

const REMOVE_REVIEWS: &str = "DELETE FROM review WHERE id IN (SELECT value FROM json_each(?1))";

const BLOCK: &str = "INSERT INTO standing (customer, appeal)
    SELECT value ->> 'customer', value ->> 'appeal' FROM json_each(?1) WHERE 1
    ON CONFLICT (customer) DO UPDATE SET appeal = excluded.appeal";

const ALLOW: &str = "DELETE FROM standing WHERE customer IN (SELECT value FROM json_each(?1))";

// A guest's order is shown where it was placed and nowhere else.
const PUT_ORDERS: &str = "INSERT INTO order_state (id, account, placed_ms, doc)
    SELECT value ->> 'id', value ->> 'account', value ->> 'placed_ms', value FROM json_each(?1)
    WHERE value ->> 'account' <> '' OR EXISTS (SELECT 1 FROM orders o WHERE o.id = value ->> 'id')
    ON CONFLICT (id) DO UPDATE SET account = excluded.account, placed_ms = excluded.placed_ms, doc = excluded.doc";

const PUT_LOYALTIES: &str = "INSERT INTO loyalty (account, doc)
    SELECT value ->> 'account', value FROM json_each(?1) WHERE 1
    ON CONFLICT (account) DO UPDATE SET doc = excluded.doc";
