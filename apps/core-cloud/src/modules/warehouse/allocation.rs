//! Which warehouse sends which pieces, without a database.

use std::collections::HashMap;

/// Pieces of a line that are to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The line.
    pub line: u32,
    /// The stock item.
    pub item: String,
    /// Units of it for a piece.
    pub units: i64,
    /// Pieces.
    pub pieces: i64,
}

/// A warehouse as it can send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The warehouse.
    pub id: String,
    /// How far it is from the customer; smaller is nearer.
    pub distance: u8,
    /// Whether it is the vendor's main one.
    pub main: bool,
    /// Units that are free there, by item.
    pub free: HashMap<String, i64>,
}

impl Place {
    /// Pieces of each need that it can send, in their order: needs of one item share its units.
    fn cover(&self, needs: &[Need]) -> Vec<i64> {
        let mut free = self.free.clone();
        let cover = |need: &Need| {
            let units = free.entry(need.item.clone()).or_default();
            let pieces = (*units / need.units.max(1)).clamp(0, need.pieces);
            *units -= pieces * need.units;
            pieces
        };
        needs.iter().map(cover).collect()
    }
}

/// What a warehouse sends: pieces by line.
pub type Share = (String, Vec<(u32, i64)>);

/// Shares needs over warehouses. The nearest that has all of it sends all; when none has, as few as can send, the nearer
/// first. What nobody has is for the main warehouse to find.
#[must_use]
pub fn allocate(needs: &[Need], places: &[Place]) -> Vec<Share> {
    let mut places: Vec<&Place> = places.iter().collect();
    places.sort_by_key(|place| (place.distance, place.main, place.id.clone()));
    let finder = places.iter().find(|place| place.main).or(places.first()).map(|place| place.id.clone());
    let mut left: Vec<Need> = needs.iter().filter(|need| need.pieces > 0).cloned().collect();
    let mut shares: Vec<Share> = Vec::new();
    let whole = |place: &&Place| place.cover(&left).iter().sum::<i64>() == count(&left);
    if let Some(place) = places.iter().find(|place| whole(place)) {
        places = vec![place];
    }
    while !left.is_empty() {
        let covered = places.iter().map(|place| (place, place.cover(&left)));
        // The first of those that can send most: they stand in the order of their distance.
        let best = covered.fold(None, |best: Option<(&&Place, Vec<i64>)>, (place, cover)| match best {
            Some(best) if best.1.iter().sum::<i64>() >= cover.iter().sum::<i64>() => Some(best),
            _ => Some((place, cover)),
        });
        let Some((place, cover)) = best.filter(|(_, cover)| cover.iter().sum::<i64>() > 0) else { break };
        let id = place.id.clone();
        shares.push((id.clone(), take(&mut left, &cover)));
        places.retain(|place| place.id != id);
    }
    if !left.is_empty() {
        let all: Vec<i64> = left.iter().map(|need| need.pieces).collect();
        let rest = take(&mut left, &all);
        add_rest(&mut shares, rest, finder.unwrap_or_default());
    }
    shares
}

fn count(needs: &[Need]) -> i64 {
    needs.iter().map(|need| need.pieces).sum()
}

/// Takes covered pieces out of what is left.
fn take(left: &mut Vec<Need>, cover: &[i64]) -> Vec<(u32, i64)> {
    let pieces = left.iter().zip(cover).filter(|(_, pieces)| **pieces > 0);
    let share = pieces.map(|(need, pieces)| (need.line, *pieces)).collect();
    for (need, pieces) in left.iter_mut().zip(cover) {
        need.pieces -= pieces;
    }
    left.retain(|need| need.pieces > 0);
    share
}

fn add_rest(shares: &mut Vec<Share>, rest: Vec<(u32, i64)>, id: String) {
    let Some((_, share)) = shares.iter_mut().find(|(known, _)| *known == id) else {
        shares.push((id, rest));
        return;
    };
    for (line, pieces) in rest {
        match share.iter_mut().find(|(known, _)| *known == line) {
            Some((_, known)) => *known += pieces,
            None => share.push((line, pieces)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(line: u32, item: &str, pieces: i64) -> Need {
        Need { line, item: item.to_owned(), units: 1, pieces }
    }

    fn place(id: &str, distance: u8, free: &[(&str, i64)]) -> Place {
        let free = free.iter().map(|(item, units)| ((*item).to_owned(), *units)).collect();
        Place { id: id.to_owned(), distance, main: id == "main", free }
    }

    fn shares(needs: &[Need], places: &[Place]) -> Vec<(String, Vec<(u32, i64)>)> {
        allocate(needs, places)
    }

    #[test]
    fn the_nearest_that_has_all_sends_all() {
        let needs = [need(0, "A", 2), need(1, "B", 1)];
        let near = place("near", 0, &[("A", 2), ("B", 1)]);
        let main = place("main", 1, &[("A", 9), ("B", 9)]);
        assert_eq!(
            shares(&needs, &[main.clone(), near.clone()]),
            [("near".to_owned(), vec![(0, 2), (1, 1)])]
        );
        let half = place("near", 0, &[("A", 2)]);
        assert_eq!(shares(&needs, &[main, half]), [("main".to_owned(), vec![(0, 2), (1, 1)])]);
    }

    #[test]
    fn it_is_split_when_nobody_has_all() {
        let needs = [need(0, "A", 3), need(1, "B", 1)];
        let places = [place("near", 0, &[("A", 2)]), place("main", 1, &[("A", 1), ("B", 1)])];
        let expected = [("near".to_owned(), vec![(0, 2)]), ("main".to_owned(), vec![(0, 1), (1, 1)])];
        assert_eq!(shares(&needs, &places), expected);
    }

    #[test]
    fn what_nobody_has_is_for_the_main_warehouse_to_find() {
        let places = [place("near", 0, &[("A", 1)]), place("main", 1, &[])];
        let expected = [("near".to_owned(), vec![(0, 1)]), ("main".to_owned(), vec![(0, 4)])];
        assert_eq!(shares(&[need(0, "A", 5)], &places), expected);
        assert_eq!(shares(&[need(0, "A", 0)], &places), []);
    }

    #[test]
    fn sets_take_whole_sets() {
        let needs = [Need { units: 4, ..need(0, "A", 2) }, need(1, "A", 2)];
        let expected = [("main".to_owned(), vec![(0, 1), (1, 2)]), ("b".to_owned(), vec![(0, 1)])];
        assert_eq!(shares(&needs, &[place("main", 0, &[("A", 7)]), place("b", 1, &[("A", 4)])]), expected);
    }
}
