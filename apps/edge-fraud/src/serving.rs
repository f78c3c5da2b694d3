//! The models that run: one that decides, and at times one that is watched. One pair follows the other between two
//! requests; while a pair is loaded, requests use the one before.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use kiosk_edge_platform::Edge;
use kiosk_pop_store::models::{self, Active};
use kiosk_risk::reason_code;

use crate::Scorer;
use crate::model::{Model, ModelError, load_card, load_network};

/// Variable that names the model which decides until the core tells of another.
const MODEL_VARIABLE: &str = "fraud_model";
const MODEL_DEFAULT: &str = "fraud-v3";
/// Models that could not be loaded are tried again after this long, in milliseconds, and not with each request.
const RETRY_MS: i64 = 60_000;

/// The models of an instance.
#[derive(Default)]
pub struct Serving {
    state: Mutex<State>,
    /// What the variable says; reading one waits.
    named: OnceLock<String>,
}

#[derive(Default)]
struct State {
    /// What the pair was made for.
    wanted: Option<Active>,
    /// None before the first request.
    pair: Option<Pair>,
    /// When a model that is wanted could not be loaded, Unix milliseconds.
    failed_ms: Option<i64>,
    /// Somebody loads the pair that follows.
    loading: bool,
}

/// The models that run.
pub struct Pair {
    /// The one that decides.
    pub decides: Scorer,
    /// The one that is watched.
    pub shadow: Option<Scorer>,
}

impl Pair {
    fn holds(&self, version: &str) -> bool {
        std::iter::once(&self.decides).chain(&self.shadow).any(|scorer| scorer.is(version))
    }
}

impl Serving {
    /// What the pair was made for; none before the first request.
    pub fn wanted(&self) -> Option<Active> {
        self.lock().wanted.clone()
    }

    /// Loads the models that are wanted, unless they run, or somebody loads already. Without any, the variable names one.
    /// A model that cannot be loaded is logged: the one that decides stays then, and one to be watched is left out.
    pub async fn prepare(&self, edge: &Edge, wanted: Option<Active>) {
        let wanted = match wanted {
            Some(wanted) => wanted,
            None => Active { decides: self.named(edge).await, shadows: None },
        };
        let Some(attempt) = self.begin(&wanted, edge.clock.now_ms()) else { return };
        let mut loaded = Vec::new();
        for version in &attempt.missing {
            match load(edge, version).await {
                Ok(scorer) => loaded.push(scorer),
                Err(error) => {
                    let (code, error) = (reason_code::MODEL_UNAVAILABLE, &error as &dyn std::error::Error);
                    tracing::error!(code, error, version, "a fraud model is unusable");
                }
            }
        }
        let named = self.named(edge).await;
        let last_resort = || Scorer::load(&*edge.files, &named).0;
        self.swap(&attempt, wanted, loaded, last_resort, edge.clock.now_ms());
    }

    /// Does `work` with the models that run.
    pub fn with<T>(&self, work: impl FnOnce(&mut Pair) -> T) -> T {
        let nothing = || Pair { decides: Scorer::unavailable(), shadow: None };
        work(self.lock().pair.get_or_insert_with(nothing))
    }

    async fn named(&self, edge: &Edge) -> String {
        if let Some(name) = self.named.get() {
            return name.clone();
        }
        let name = edge.variables.get(MODEL_VARIABLE).await.unwrap_or_else(|_| MODEL_DEFAULT.to_owned());
        self.named.get_or_init(|| name).clone()
    }

    /// Whether something is to be loaded by who asks, and what.
    fn begin(&self, wanted: &Active, now_ms: i64) -> Option<Attempt<'_>> {
        let mut state = self.lock();
        let rested = |failed_ms: i64| !(0..RETRY_MS).contains(&(now_ms - failed_ms));
        if state.wanted.as_ref() == Some(wanted) && !state.failed_ms.is_some_and(rested) {
            return None;
        }
        // Who comes before there is any model loads one too: nobody can wait for another's request.
        let first = state.pair.is_none();
        if state.loading && !first {
            return None;
        }
        state.loading |= !first;
        let runs = |version: &&String| state.pair.as_ref().is_some_and(|pair| pair.holds(version));
        let versions = std::iter::once(&wanted.decides).chain(&wanted.shadows);
        let missing = versions.filter(|version| !runs(version)).cloned().collect();
        Some(Attempt { serving: self, first, missing })
    }

    /// Makes the pair of what runs and what was loaded. An instance that begins with a model it cannot load has none to go
    /// on with, and takes the `last_resort`.
    fn swap(
        &self,
        attempt: &Attempt<'_>,
        wanted: Active,
        loaded: Vec<Scorer>,
        last_resort: impl FnOnce() -> Scorer,
        now_ms: i64,
    ) {
        let mut state = self.lock();
        if attempt.first && state.pair.is_some() {
            // Another of the first requests was quicker, and somebody may already load what follows its pair.
            return;
        }
        let before = state.pair.take();
        let runs = |version: &str| {
            before.as_ref().is_some_and(|pair| pair.holds(version))
                || loaded.iter().any(|scorer| scorer.is(version))
        };
        let complete = std::iter::once(&wanted.decides).chain(&wanted.shadows).all(|version| runs(version));
        state.pair = if runs(&wanted.decides) {
            let before = before.into_iter().flat_map(|pair| std::iter::once(pair.decides).chain(pair.shadow));
            let mut pool: Vec<Scorer> = before.chain(loaded).collect();
            let mut take = |version: &str| {
                let place = pool.iter().position(|scorer| scorer.is(version))?;
                Some(pool.swap_remove(place))
            };
            let decides = take(&wanted.decides);
            let shadow = wanted.shadows.as_deref().and_then(&mut take);
            decides.map(|decides| Pair { decides, shadow })
        } else {
            Some(before.unwrap_or_else(|| Pair { decides: last_resort(), shadow: None }))
        };
        tracing::info!(decides = wanted.decides, shadows = wanted.shadows, complete, "fraud models");
        state.failed_ms = (!complete).then_some(now_ms);
        state.wanted = Some(wanted);
    }

    /// Never held over an `await`.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody loads models. A request that is given up while it does lets the next one try.
struct Attempt<'a> {
    serving: &'a Serving,
    /// There was no pair when it began.
    first: bool,
    missing: Vec<String>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.first {
            self.serving.lock().loading = false;
        }
    }
}

/// A model of the release, or one that the tick fetched from the core.
async fn load(edge: &Edge, version: &str) -> Result<Scorer, ModelError> {
    let files = &*edge.files;
    let model = match load_card(files, version) {
        Ok(card) if card.version != version => return Err(ModelError::Version(card.version)),
        Ok(card) => Model { network: load_network(files, version, &card)?, card },
        Err(ModelError::Missing(path)) => match models::get(&*edge.db, version).await? {
            Some(stored) => Model::read(version, stored.card.as_bytes(), &stored.onnx)?,
            None => return Err(ModelError::Missing(path)),
        },
        Err(error) => return Err(error),
    };
    Ok(Scorer::of(model))
}
