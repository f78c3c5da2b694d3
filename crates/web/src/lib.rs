//! What every server that talks to browsers needs: cookies, and whether a form comes from one of its own pages.

mod cookies;
mod origin;

pub use cookies::{get_cookie, set_cookie};
pub use origin::{host, is_same_origin};
