//! The shop's cookies: the keys to one's cart, orders and account.

pub use kiosk_web::{get_cookie as get, set_cookie as set};

/// The key to the cart: `<id>.<token>`.
pub const CART: &str = "kiosk_cart";
/// Pieces in the cart, for the header; the cart itself is the truth.
pub const CART_COUNT: &str = "kiosk_cart_count";
/// The keys to the last orders: `<id>.<token>`, newest first, separated by `~`.
pub const ORDERS: &str = "kiosk_orders";
/// A random name for this browser, which the fraud score counts orders by.
pub const DEVICE: &str = "kiosk_device";

/// The token of the visitor's session.
pub const SESSION: &str = "kiosk_session";

/// How long a session's cookie is kept, in seconds; the session itself may end sooner.
pub const SESSION_AGE_S_MAX: u32 = 30 * 24 * 3600;
/// How long a cart is kept, in seconds.
pub const CART_AGE_S_MAX: u32 = 30 * 24 * 3600;
/// How long orders stay at hand, in seconds.
pub const ORDERS_AGE_S_MAX: u32 = 180 * 24 * 3600;
/// How long a browser keeps its name, in seconds.
pub const DEVICE_AGE_S_MAX: u32 = 90 * 24 * 3600;
