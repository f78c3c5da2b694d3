//! What all pages of the core are made of: Leptos components rendered on the server, plain CSS, no script but on a page that says so.

mod answer;
pub mod discount;
mod fields;
mod form;
pub mod format;
pub mod goods;
mod layout;
mod list;
mod parts;
mod upload;

pub use answer::{Failed, Page, html, html_with, redirect};
pub use fields::Fields;
pub use form::{Act, Area, Choice, Field, Files, FormState, Reasoned, Several};
pub use layout::{Badge, Empty, Fact, Frame, Notice, Pager, Search, Tile, Tone};
pub use list::{Column, Columns, Filters, List, Listed, Pages, with_all};
pub use parts::{Messages, ReviewText, StageActs, StageBadge, Stars};
pub use upload::{Unread, read_upload};
