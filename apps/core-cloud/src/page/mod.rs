//! What all pages of the core are made of: Leptos components rendered on the server, plain CSS, no script.

mod answer;
mod fields;
mod form;
pub mod format;
mod layout;
mod list;
mod upload;

pub use answer::{Failed, Page, html, html_with, redirect};
pub use fields::Fields;
pub use form::{Act, Area, Choice, Field, FormState, Reasoned};
pub use layout::{Badge, Empty, Fact, Frame, Notice, Pager, Search, Tile, Tone};
pub use list::{Column, Columns, Filter, List, Pages};
pub use upload::read_upload;
