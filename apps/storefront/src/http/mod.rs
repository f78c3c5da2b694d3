//! HTTP around the pages: who is asking, what may be kept, what a browser is allowed to do.

pub mod assets;
pub mod cookies;
pub mod csrf;
pub mod forms;
pub mod headers;
pub mod media;
pub mod multipart;
pub mod path;
pub mod visit;

pub use path::Name;
pub use visit::Visit;
