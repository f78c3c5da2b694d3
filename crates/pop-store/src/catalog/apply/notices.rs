//! What the customers of orders are to be told by mail.

use kiosk_edge_platform::Statement;
use kiosk_wire::{Change, FeedPage, NoticeKind};

use super::push;
use crate::{StoreError, mails, returns};

/// Queues a mail for each notice of an order that was placed here, and notes which returns were refused.
pub fn put(page: &FeedPage, batch: &mut Vec<Statement>) -> Result<(), StoreError> {
    let notices = || {
        page.changes
            .iter()
            .filter_map(|change| if let Change::Notice(notice) = change { Some(notice) } else { None })
    };
    push(batch, mails::PUT_NOTICES, notices())?;
    push(batch, returns::REFUSE, notices().filter(|notice| notice.kind == NoticeKind::ReturnRefused))
}
