//! A room and its messages as they are stored.

use kiosk_wire::people::{Message, Party, Room, RoomKey};

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRow {
    /// Which.
    pub key: RoomKey,
    /// Pseudonym of the customer's account.
    pub account: String,
    /// Whose POPs are told.
    pub region: String,
    /// Who closed it, while it is closed.
    pub closed_by: Option<Party>,
    /// Number of the last message, 0 when there is none.
    pub last_number: i64,
    /// When the last message was sent, Unix milliseconds.
    pub last_ms: i64,
    /// When the customer's last was, Unix milliseconds.
    pub customer_ms: i64,
    /// The vendor has read up to then, Unix milliseconds.
    pub vendor_read_ms: i64,
    /// The customer has, Unix milliseconds.
    pub customer_read_ms: i64,
    /// The last report.
    pub report: Option<Report>,
}

/// Somebody wants a moderator to look at a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Who.
    pub by: Party,
    /// Why.
    pub reason: String,
    /// When a moderator was done with it, Unix milliseconds.
    pub settled_ms: Option<i64>,
}

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The message.
    pub message: Message,
    /// When a moderator took it down, Unix milliseconds.
    pub removed_ms: Option<i64>,
}

impl RoomRow {
    /// A room that nobody has written in.
    #[must_use]
    pub fn new(key: RoomKey, account: &str, region: &str) -> Self {
        Self {
            key,
            account: account.to_owned(),
            region: region.to_owned(),
            closed_by: None,
            last_number: 0,
            last_ms: 0,
            customer_ms: 0,
            vendor_read_ms: 0,
            customer_read_ms: 0,
            report: None,
        }
    }

    /// As its region is told.
    #[must_use]
    pub fn told(&self) -> Room {
        Room {
            key: self.key.clone(),
            account: self.account.clone(),
            closed_by: self.closed_by,
            vendor_read_ms: self.vendor_read_ms,
            customer_read_ms: self.customer_read_ms,
        }
    }

    /// Whether the customer wrote what the vendor has not read.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.customer_ms > self.vendor_read_ms
    }

    /// Gives a message its place at the end. Who writes has read what was there.
    pub fn append(&mut self, message: &mut Message) {
        self.last_number += 1;
        message.number = u64::try_from(self.last_number).unwrap_or(0);
        self.last_ms = self.last_ms.max(message.sent_ms);
        match message.from {
            Party::Customer => self.customer_ms = self.customer_ms.max(message.sent_ms),
            Party::Vendor => self.vendor_read_ms = self.vendor_read_ms.max(self.customer_ms),
            Party::Moderator => {}
        }
    }

    /// Closes the room, or opens it again: each party opens what it has closed, a moderator everything.
    pub fn set_closed(&mut self, by: Party, closed: bool) {
        let may =
            matches!((self.closed_by, by), (None, _) | (_, Party::Moderator)) || self.closed_by == Some(by);
        if may {
            self.closed_by = closed.then_some(by);
        }
    }

    /// Asks a moderator to look.
    pub fn set_report(&mut self, by: Party, reason: String, at_ms: i64) {
        self.report = Some(Report { at_ms, by, reason, settled_ms: None });
    }
}

/// As a party is stored and shown.
#[must_use]
pub const fn party_name(party: Party) -> &'static str {
    match party {
        Party::Customer => "customer",
        Party::Vendor => "vendor",
        Party::Moderator => "moderator",
    }
}

/// Reads what [`party_name`] wrote.
pub(super) fn parse_party(name: &str) -> Option<Party> {
    [Party::Customer, Party::Vendor, Party::Moderator].into_iter().find(|party| party_name(*party) == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_ids::{OrderId, VendorId};

    use super::*;

    #[test]
    fn each_party_opens_what_it_closed() {
        let key = RoomKey { order: OrderId::named("a").unwrap(), vendor: VendorId::named("b").unwrap() };
        let parties = [Party::Customer, Party::Vendor, Party::Moderator];
        for closer in parties {
            for opener in parties {
                let mut room = RoomRow::new(key.clone(), "acc", "eu");
                room.set_closed(closer, true);
                room.set_closed(opener, false);
                let opened = opener == closer || opener == Party::Moderator;
                assert_eq!(room.closed_by.is_none(), opened, "{closer:?} {opener:?}");
            }
        }
    }
}
