//! What pages share.

pub mod card;
pub mod field;
pub mod icons;
pub mod moment;
pub mod nav;
pub mod parcels;
pub mod price;
pub mod returns;
pub mod shell;
pub mod stars;
pub mod stock;
pub mod sums;
