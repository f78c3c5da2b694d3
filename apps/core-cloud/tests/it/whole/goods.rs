//! What vendors and admins do with an order: what fits its state, and at times what does not.

use core_cloud::modules::orders::acts::Count;
use core_cloud::modules::orders::flow::{Hold, ParcelState, Stage};
use core_cloud::modules::orders::fulfilment::{ParcelAct, ReturnAct};
use core_cloud::modules::orders::purchase::{Parcel, Purchase, Return, VendorOrder};
use core_cloud::modules::orders::returns::{Found, Reason, ReturnState, Wish};
use kiosk_ids::{OrderId, ParcelId, ReturnId, VendorId};

use super::market::Market;

/// Something to do, with its name among the acts.
enum Deed {
    Parcel(&'static str, VendorId, ParcelId, ParcelAct),
    Return(&'static str, ReturnId, ReturnAct),
    OpenReturn(VendorId, (Reason, Wish), Vec<Count>),
    Cancel(VendorId, Vec<Count>),
    Move(&'static str, VendorId, Stage),
    Review(bool),
}

impl Market {
    pub async fn handle_goods(&mut self) {
        let Some(place) = self.pick_live() else { return };
        let id = self.live[place].id.clone();
        let Some(purchase) = self.look(&id).await else { return };
        let mut deeds = Vec::new();
        let odd = self.dice.once_in(10);
        if purchase.now.hold == Hold::Review {
            deeds.extend([(4, Deed::Review(true)), (2, Deed::Review(false))]);
        }
        for parcel in &purchase.now.parcels {
            self.add_of_parcel(parcel, odd, &mut deeds);
        }
        for given in &purchase.now.returns {
            self.add_of_return(given, odd, &mut deeds);
        }
        for seller in &purchase.now.sellers {
            self.add_of_seller(seller, odd, &mut deeds);
        }
        if let Some(deed) = self.dice.weighted(deeds) {
            self.perform(&id, &purchase, deed).await;
        }
    }

    fn add_of_parcel(&mut self, parcel: &Parcel, odd: bool, deeds: &mut Vec<(usize, Deed)>) {
        let mut add = |weight: usize, name, act| {
            deeds.push((weight, Deed::Parcel(name, parcel.vendor.clone(), parcel.id.clone(), act)));
        };
        let pack = || ParcelAct::Pack(parcel.contents.clone());
        let ship = || ParcelAct::Ship("Post".to_owned(), "RR1".to_owned());
        let sellable = self.dice.once_in(2);
        if odd {
            add(1, "pick", ParcelAct::Pick);
            add(1, "pack", pack());
            add(1, "ship", ship());
            add(1, "deliver", ParcelAct::Deliver);
            add(1, "lose", ParcelAct::Lose);
            add(1, "take back", ParcelAct::TakeBack(sellable));
        }
        match parcel.state {
            ParcelState::Planned => {
                add(6, "pick", ParcelAct::Pick);
                add(3, "pack", pack());
                let part = parcel.contents.iter();
                let part = part.map(|(line, count)| (*line, self.dice.between(0, *count))).collect();
                add(4, "split", ParcelAct::Pack(part));
            }
            ParcelState::Picking => add(8, "pack", pack()),
            ParcelState::Packed => add(12, "ship", ship()),
            ParcelState::Shipped => {
                add(10, "deliver", ParcelAct::Deliver);
                add(1, "lose", ParcelAct::Lose);
                add(1, "take back", ParcelAct::TakeBack(sellable));
                add(1, "note", ParcelAct::Note("in a van".to_owned()));
            }
            ParcelState::Delivered | ParcelState::Returned | ParcelState::Lost | ParcelState::Cancelled => {}
        }
    }

    fn add_of_return(&mut self, given: &Return, odd: bool, deeds: &mut Vec<(usize, Deed)>) {
        let mut add =
            |weight: usize, name, act| deeds.push((weight, Deed::Return(name, given.id.clone(), act)));
        let found = given.lines.iter().map(|line| {
            let sellable = self.dice.between(0, line.quantity);
            let damaged = self.dice.between(0, line.quantity - sellable);
            let came = sellable + damaged;
            let accepted = if self.dice.once_in(4) { self.dice.between(0, came) } else { came };
            Found { line: line.line, sellable, damaged, accepted }
        });
        let found: Vec<Found> = found.collect();
        if odd {
            add(1, "receive a return", ReturnAct::Receive);
            add(1, "call a return off", ReturnAct::Cancel);
            add(1, "inspect", ReturnAct::Inspect(found.clone()));
        }
        match given.state {
            ReturnState::Open => {
                add(8, "receive a return", ReturnAct::Receive);
                add(1, "call a return off", ReturnAct::Cancel);
            }
            ReturnState::Received if given.wish == Wish::Exchange => {
                add(8, "exchange", ReturnAct::Inspect(found));
            }
            ReturnState::Received => add(8, "inspect", ReturnAct::Inspect(found)),
            ReturnState::Closed | ReturnState::Cancelled => {}
        }
    }

    fn add_of_seller(&mut self, seller: &VendorOrder, odd: bool, deeds: &mut Vec<(usize, Deed)>) {
        let pieces = seller.pieces();
        let vendor = || seller.vendor.clone();
        let left = usize::from(pieces.to_ship > 0);
        deeds.push((left + usize::from(odd), Deed::Move("ship all", vendor(), Stage::Shipped)));
        let sent = usize::from(pieces.shipped > pieces.delivered + pieces.lost);
        deeds.push((sent + usize::from(odd), Deed::Move("deliver all", vendor(), Stage::Delivered)));
        deeds.push((usize::from(odd), Deed::Move("cancel all", vendor(), Stage::Cancelled)));
        let more = i64::from(odd);
        let mut some = |of: fn(&core_cloud::modules::orders::pieces::Pieces) -> i64| {
            let lines = seller.lines.iter().map(|line| (line.number, of(&line.pieces)));
            let lines: Vec<Count> = lines.filter(|(_, count)| *count + more > 0).collect();
            let some = lines.into_iter().map(|(line, count)| (line, self.dice.between(0, count + more)));
            some.collect::<Vec<Count>>()
        };
        let cancelled = some(|pieces| pieces.to_ship);
        let returned = some(|pieces| pieces.returnable());
        if pieces.to_ship > 0 || odd {
            deeds.push((1, Deed::Cancel(vendor(), cancelled)));
        }
        if pieces.returnable() > 0 || odd {
            let reason = self.dice.pick(&Reason::ALL);
            let wish = if self.dice.once_in(3) { Wish::Exchange } else { Wish::Refund };
            deeds.push((3, Deed::OpenReturn(vendor(), (reason, wish), returned)));
        }
    }

    async fn perform(&mut self, id: &OrderId, purchase: &Purchase, deed: Deed) {
        let orders = &self.till.app.app.services.orders;
        match deed {
            Deed::Parcel(name, vendor, parcel, act) => {
                let back = matches!(act, ParcelAct::TakeBack(true));
                let done = orders.act_on_parcel(&self.desk, (&vendor, &parcel), act).await;
                if self.acts.note(name, done).is_some() && back {
                    self.count_taken_back(purchase, &parcel);
                }
            }
            Deed::Return(name, given, act) => {
                let done = orders.act_on_return(&self.desk, (None, &given), act).await;
                self.acts.note(name, done);
            }
            Deed::OpenReturn(vendor, why, counts) => {
                let done = orders.open_return(&self.desk, (id, &vendor), why, &counts).await;
                self.acts.note("open a return", done);
            }
            Deed::Cancel(vendor, counts) => {
                let done = orders.cancel_pieces(&self.desk, (id, &vendor), &counts, "not to be had").await;
                self.acts.note("cancel", done);
            }
            Deed::Move(name, vendor, stage) => {
                let done = orders.move_order(&self.desk, (id, &vendor), stage).await;
                self.acts.note(name, done);
            }
            Deed::Review(release) => {
                let done = orders.review(&self.desk, id, release, "looked at").await;
                self.acts.note(if release { "release" } else { "reject" }, done);
            }
        }
    }

    fn count_taken_back(&mut self, purchase: &Purchase, parcel: &ParcelId) {
        let parcel = purchase.now.parcels.iter().find(|known| known.id == *parcel).unwrap();
        let lines = || purchase.now.sellers.iter().flat_map(|seller| &seller.lines);
        for (number, count) in &parcel.contents {
            let line = lines().find(|line| line.number == *number).unwrap();
            *self.shelves.taken_back.entry(line.item.clone()).or_default() += count * line.units;
        }
    }
}
