//! Every state that pieces can get into, every step from there, and every pair of states against the table.

use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::modules::orders::pieces::Settled;

/// Pieces of the order that is walked through.
const PIECES: i64 = 3;

/// An order in the small: its line, what is sent in place of pieces of it, what holds it up, who is at it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Walk {
    line: Pieces,
    instead: Pieces,
    hold: Hold,
    picking: bool,
}

impl Walk {
    fn stage(&self) -> Stage {
        stage_of(&self.line.plus(&self.instead), self.hold, self.picking)
    }

    /// All that can happen next.
    fn steps(self) -> Vec<Self> {
        let mut steps: Vec<Self> = match self.hold {
            Hold::New => vec![Hold::Review, Hold::Payment, Hold::None],
            Hold::Review => vec![Hold::Payment, Hold::None],
            Hold::Payment => vec![Hold::None],
            Hold::None => Vec::new(),
        }
        .into_iter()
        .map(|hold| Self { hold, ..self })
        .collect();
        for count in 1..=PIECES {
            let mut cancelled = self;
            if cancelled.line.cancel(count).is_ok() {
                steps.push(cancelled);
            }
            let mut cancelled = self;
            if cancelled.instead.cancel(count).and_then(|()| cancelled.line.refund_exchanged(count)).is_ok() {
                steps.push(cancelled);
            }
            for first in [true, false] {
                steps.extend(self.moves(first, count));
            }
        }
        // Whoever is at it may leave it at any time; nobody is at what is gone.
        let both = steps.iter().flat_map(|step| [*step, Self { picking: false, ..*step }]);
        let mut steps: Vec<Self> = both.collect();
        let to_ship = self.line.to_ship + self.instead.to_ship;
        if self.hold == Hold::None && to_ship > 0 {
            steps.push(Self { picking: true, ..self });
        }
        for step in &mut steps {
            step.picking &= step.line.to_ship + step.instead.to_ship > 0;
        }
        steps
    }

    /// What happens to pieces of the line itself, or of what is sent instead.
    fn moves(self, first: bool, count: i64) -> Vec<Self> {
        let with = |change: &dyn Fn(&mut Pieces) -> Result<(), Error>| {
            let mut walk = self;
            let pieces = if first { &mut walk.line } else { &mut walk.instead };
            change(pieces).ok().map(|()| walk)
        };
        let came_back = |pieces: &mut Pieces| {
            pieces.deliver(count)?;
            pieces.open_return(count)?;
            pieces.close_return(count, count, Settled::Refunded(count))
        };
        let mut steps = vec![
            with(&|pieces| pieces.deliver(count)),
            with(&|pieces| pieces.lose(count)),
            with(&|pieces| pieces.open_return(count)),
            with(&came_back),
        ];
        if self.hold == Hold::None {
            steps.push(with(&|pieces| pieces.plan(count).and_then(|()| pieces.ship(count))));
        }
        for came in 0..=count {
            for settled in 0..=came {
                steps.push(with(&|pieces| pieces.close_return(count, came, Settled::Refunded(settled))));
            }
        }
        let mut exchanged = self;
        let settled = Settled::Exchanged(count);
        if first && exchanged.line.close_return(count, count, settled).is_ok() {
            exchanged.instead.ordered += count;
            exchanged.instead.to_ship += count;
            steps.push(Some(exchanged));
        }
        steps.into_iter().flatten().collect()
    }
}

#[test]
fn the_table_has_every_move_that_pieces_can_make_and_no_other() {
    let mut seen = HashSet::new();
    let mut made = BTreeSet::new();
    let start = |count| Walk {
        line: Pieces::ordered(count),
        instead: Pieces::default(),
        hold: Hold::New,
        picking: false,
    };
    let mut open: Vec<Walk> = (1..=PIECES).map(start).collect();
    while let Some(walk) = open.pop() {
        for step in walk.steps() {
            if walk.stage() != step.stage() {
                made.insert((walk.stage(), step.stage()));
            }
            if seen.insert(step) {
                open.push(step);
            }
        }
    }
    assert!(seen.len() > 1_000, "{}", seen.len());
    for from in Stage::ALL {
        for to in Stage::ALL {
            let allowed = from.next().contains(&to);
            assert_eq!(allowed, made.contains(&(from, to)), "{} to {}", from.name(), to.name());
            assert_eq!(from.moved(to).is_ok(), allowed || from == to);
        }
        assert_eq!(Stage::parse(from.name()), Some(from));
    }
    assert_eq!(Stage::parse("paid"), None);
}

#[test]
fn what_was_refunded_never_reads_otherwise() {
    for refunded in 1..=PIECES {
        let pieces = Pieces {
            ordered: PIECES,
            shipped: PIECES,
            delivered: PIECES,
            returned: PIECES,
            refunded,
            ..Pieces::default()
        };
        let expected = if refunded == PIECES { Stage::Refunded } else { Stage::PartiallyRefunded };
        assert_eq!(stage_of(&pieces, Hold::None, false), expected);
    }
}

#[test]
fn parcels_make_the_moves_of_their_table_only() {
    use ParcelState::{Cancelled, Delivered, Lost, Packed, Picking, Planned, Returned, Shipped};
    let allowed = [
        (Planned, Picking),
        (Planned, Packed),
        (Planned, Cancelled),
        (Picking, Packed),
        (Picking, Cancelled),
        (Packed, Shipped),
        (Packed, Cancelled),
        (Shipped, Delivered),
        (Shipped, Returned),
        (Shipped, Lost),
    ];
    for from in ParcelState::ALL {
        for to in ParcelState::ALL {
            assert_eq!(from.moved(to).is_ok(), allowed.contains(&(from, to)), "{from:?} to {to:?}");
        }
        assert_eq!(ParcelState::parse(from.name()), Some(from));
        assert_eq!(from.is_open(), from.next().contains(&Cancelled));
    }
}
