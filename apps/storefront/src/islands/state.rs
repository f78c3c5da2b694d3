//! What islands of one page tell each other.

use leptos::prelude::*;

thread_local! {
    static CART: ArcRwSignal<Option<CartState>> = ArcRwSignal::new(None);
}

/// The cart as the last answer told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct CartState {
    /// Grows with each change.
    pub version: u64,
    /// Pieces in it.
    pub quantity: u32,
}

/// The cart, `None` until something on this page changed it.
pub fn cart() -> ArcRwSignal<Option<CartState>> {
    CART.with(Clone::clone)
}

/// Takes note of an answer; answers that were overtaken by a newer one are ignored.
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code))]
pub fn learn(news: CartState) {
    cart().update(|known| {
        if known.is_none_or(|known| known.version < news.version) {
            *known = Some(news);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_overtaken_brings_no_removed_line_back() {
        let answer = |version, quantity| CartState { version, quantity };
        for news in [answer(2, 3), answer(4, 0), answer(3, 2), answer(4, 1)] {
            learn(news);
        }
        assert_eq!(cart().get_untracked(), Some(answer(4, 0)));
        learn(answer(5, 1));
        assert_eq!(cart().get_untracked(), Some(answer(5, 1)));
    }
}
