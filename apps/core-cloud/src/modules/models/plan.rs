//! The plan: one champion, perhaps a candidate, and what each act makes of them.

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::{CANARY_POPS_MAX, Change, FraudPlan};

use crate::error::Error;

/// What an admin does to the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A model is watched everywhere.
    Candidate(String),
    /// The candidate decides at these POPs; at none of them, it is watched everywhere again.
    Canary(Vec<String>),
    /// The candidate decides everywhere from now on.
    Promote,
    /// There is no candidate any more.
    Drop,
    /// The champion before the last promotion decides again, alone.
    RollBack,
}

impl Act {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Candidate(_) => "candidate",
            Self::Canary(_) => "canary",
            Self::Promote => "promote",
            Self::Drop => "drop",
            Self::RollBack => "rollback",
        }
    }
}

/// A revision of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Grows by one with each change; 0 is not told to POPs.
    pub revision: i64,
    /// The model that decides.
    pub champion: String,
    /// The model that may follow it; empty for none.
    pub candidate: String,
    /// POPs where the candidate decides.
    pub canary_pops: Vec<String>,
    /// The champion that a roll-back brings again; empty for none.
    pub former: String,
    /// What led to it.
    pub act: String,
    /// Why.
    pub reason: String,
    /// Unix milliseconds.
    pub changed_ms: i64,
    /// `mem_…`, or `release`.
    pub changed_by: String,
}

impl Plan {
    /// The plan after an act; why, when and by whom are still to be filled in.
    ///
    /// # Errors
    /// 409 `no_candidate`, `no_former_champion`; 422 `version`, `pops`.
    pub fn after(&self, act: &Act) -> Result<Self, Error> {
        let mut next = Self {
            revision: self.revision + 1,
            canary_pops: Vec::new(),
            act: act.name().to_owned(),
            ..self.clone()
        };
        if self.candidate.is_empty() && matches!(act, Act::Canary(_) | Act::Promote | Act::Drop) {
            return Err(refused("no_candidate", "There is no candidate"));
        }
        match act {
            Act::Candidate(version) if *version == self.champion => {
                return Err(Error::invalid("version", "this model decides already"));
            }
            Act::Candidate(version) => next.candidate.clone_from(version),
            Act::Canary(pops) if pops.len() > CANARY_POPS_MAX => {
                return Err(Error::invalid("pops", format!("at most {CANARY_POPS_MAX}")));
            }
            Act::Canary(pops) => next.canary_pops.clone_from(pops),
            Act::Promote => {
                next.former = std::mem::replace(&mut next.champion, std::mem::take(&mut next.candidate));
            }
            Act::Drop => next.candidate = String::new(),
            Act::RollBack if self.former.is_empty() => {
                return Err(refused("no_former_champion", "There is no champion to go back to"));
            }
            Act::RollBack => {
                next.champion = std::mem::take(&mut next.former);
                next.candidate = String::new();
            }
        }
        Ok(next)
    }

    /// What a model is at the moment: `champion`, `candidate`, `former` or nothing.
    #[must_use]
    pub fn role_of(&self, version: &str) -> &'static str {
        match version {
            _ if version == self.champion => "champion",
            _ if version == self.candidate => "candidate",
            _ if version == self.former => "former",
            _ => "",
        }
    }

    /// As POPs are told.
    #[must_use]
    pub fn told(&self) -> Change {
        Change::FraudPlan(FraudPlan {
            revision: u64::try_from(self.revision).unwrap_or(0),
            champion: self.champion.clone(),
            candidate: Some(self.candidate.clone()).filter(|candidate| !candidate.is_empty()),
            canary_pops: self.canary_pops.clone(),
        })
    }
}

fn refused(code: &'static str, title: &'static str) -> Error {
    Problem::new(StatusCode::CONFLICT, code, title).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn walk(acts: &[Act]) -> Plan {
        let first = Plan { champion: "a".to_owned(), ..Plan::default() };
        acts.iter().fold(first, |plan, act| plan.after(act).unwrap())
    }

    #[test]
    fn a_candidate_is_watched_then_tried_then_promoted_and_rolled_back() {
        let (b, eu) = (Act::Candidate("b".to_owned()), Act::Canary(vec!["eu-1".to_owned()]));
        let canary = walk(&[b.clone(), eu.clone()]);
        assert_eq!((&*canary.champion, &*canary.candidate, canary.canary_pops.len()), ("a", "b", 1));
        let promoted = walk(&[b.clone(), eu.clone(), Act::Promote]);
        assert_eq!((&*promoted.champion, &*promoted.candidate, &*promoted.former), ("b", "", "a"));
        assert!(promoted.canary_pops.is_empty());
        let back = walk(&[b.clone(), Act::Promote, Act::Candidate("c".to_owned()), Act::RollBack]);
        assert_eq!((&*back.champion, &*back.candidate, &*back.former), ("a", "", ""));
        let dropped = walk(&[b, eu, Act::Drop]);
        assert_eq!((&*dropped.champion, &*dropped.candidate, dropped.revision), ("a", "", 3));
        assert!(dropped.canary_pops.is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let plan = walk(&[]);
        for act in [Act::Canary(Vec::new()), Act::Promote, Act::Drop, Act::RollBack] {
            assert!(plan.after(&act).is_err(), "{act:?}");
        }
        assert!(plan.after(&Act::Candidate("a".to_owned())).is_err());
    }
}
