//! What shoppers were told: one order for each cart and key, and the same answer to the same request.

use serde_json::Value;

use super::Auditor;
use crate::executor::lock;
use crate::world::World;

/// An answer of a POP to an order.
pub struct Answered<'a> {
    /// The cart that is ordered.
    pub cart: &'a str,
    /// The idempotency key.
    pub key: &'a str,
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: &'a Value,
    /// When the request arrived, in simulated microseconds.
    pub arrived_us: u64,
}

/// A POP answered an order; whether the shopper hears of it does not matter.
pub fn answered(world: &World, pop: usize, answer: &Answered<'_>) {
    let checked = lock(&world.auditor).check_answer(pop, answer);
    world.check(checked);
}

impl Auditor {
    fn check_answer(&self, pop: usize, answer: &Answered<'_>) -> Result<(), String> {
        let committed = self.carts.get(answer.cart);
        if answer.status == 201 {
            let id = answer.body["id"].as_str().unwrap_or("");
            let own = self.orders.get(id).is_some_and(|order| order.cart == answer.cart);
            return match committed {
                Some(order) if order == id => Ok(()),
                // It was given up while the answer was made.
                _ if own && self.orders[id].payment.is_some() => Ok(()),
                Some(order) => {
                    Err(format!("cart {} is order {order}, its shopper was told {id}", answer.cart))
                }
                None => Err(format!("order {id} was accepted and pop-{pop} has not committed it")),
            };
        }
        // A failure of the POP says nothing; any other answer must be the order's, once there is one.
        let order = committed.and_then(|id| self.orders.get(id).map(|order| (id, order)));
        match order {
            Some((id, order))
                if answer.status < 500
                    && order.key == answer.key
                    && order.at_us < answer.arrived_us
                    && !order.lost
                    && !self.is_gone(order) =>
            {
                Err(format!(
                    "order {id} was committed under {}, and the same request again was answered {} {}",
                    answer.key, answer.status, answer.body["code"]
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whether the database that committed an order is no more.
    fn is_gone(&self, order: &super::Order) -> bool {
        self.lost.contains(&(order.pop, order.incarnation.clone()))
    }
}
