//! What can be sold here, in words.

use kiosk_pop_store::catalog::ProductView;
use kiosk_wire::Variant;
use leptos::prelude::*;

/// Up to this many pieces the page says how many are left.
pub const LOW_PIECES_MAX: u32 = 3;
/// Most pieces in one line of a cart.
pub const LINE_QUANTITY_MAX: u32 = 99;

/// The state of a variant's stock at this POP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// Plenty: how many may be asked for.
    Plenty(u32),
    /// Few, and no more in the core: their number.
    Low(u32),
    /// None here, but the core has some: a checkout asks for them.
    OnTheWay,
    /// None here, and none to be had now.
    SoldOut,
}

impl Stock {
    /// The state of `variant`.
    pub fn of(product: &ProductView, variant: &Variant) -> Self {
        let more = product.core_has_more(variant);
        match product.pieces_here(variant) {
            0 if more => Self::OnTheWay,
            0 => Self::SoldOut,
            few @ 1..=LOW_PIECES_MAX if !more => Self::Low(few),
            // With more in the core the checkout may ask for it, so what is here is no limit.
            _ if more => Self::Plenty(LINE_QUANTITY_MAX),
            pieces => Self::Plenty(pieces),
        }
    }

    /// Whether it can be put in a cart.
    pub fn buyable(self) -> bool {
        self != Self::SoldOut
    }

    /// Most pieces that a shopper may ask for at once.
    pub fn quantity_max(self) -> u32 {
        match self {
            Self::Plenty(pieces) | Self::Low(pieces) => pieces.min(LINE_QUANTITY_MAX),
            Self::OnTheWay | Self::SoldOut => LINE_QUANTITY_MAX,
        }
    }

    /// For people.
    pub fn text(self) -> String {
        match self {
            Self::Plenty(_) => "In stock".to_owned(),
            Self::Low(pieces) => format!("Only {pieces} left"),
            Self::OnTheWay => "More on the way".to_owned(),
            Self::SoldOut => "Sold out here for now".to_owned(),
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Plenty(_) => "stock stock-in",
            Self::Low(_) => "stock stock-low",
            Self::OnTheWay => "stock stock-way",
            Self::SoldOut => "stock stock-out",
        }
    }

    /// The state with a dot whose shape tells it apart without colour.
    pub fn view(self) -> AnyView {
        view! { <p class=self.class()>{self.text()}</p> }.into_any()
    }
}
