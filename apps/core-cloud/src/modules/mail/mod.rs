//! Mails to admins and vendors: queued in the transaction that causes them, sent through Postmark's API. Mails to
//! customers are sent by their regions.

mod postmark;
pub mod service;
mod store;
