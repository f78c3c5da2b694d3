//! The whole core under random operations: shoppers buy in four currencies, vendors send, split, cancel and take back,
//! payers dispute, banks and providers tell late, twice, out of order or never, vendors are paid out, and the core is
//! killed at work. After each operation what was touched is checked; again and again all is let come to rest, and then
//! orders, payments, journal, stock and the providers' ledgers have to agree to the cent.
//!
//! `KIOSK_WHOLE_SEED` and `KIOSK_WHOLE_OPERATIONS` run another seed, or longer.

mod audit;
mod books;
mod buy;
mod dice;
mod goods;
mod market;
mod money;
mod rest;
mod stock;

use dice::Acts;
use futures::StreamExt as _;
use market::Market;
pub use money::killed_after;

use crate::harness::TestApp;

/// Seeds that run on SQLite.
const SEEDS: u64 = 10;
/// Of those, how many run at once.
const SEEDS_AT_ONCE: usize = 2;
/// Operations of one seed; all seeds together are 100,000.
const OPERATIONS: u32 = 10_000;
/// Operations on PostgreSQL.
const OPERATIONS_POSTGRES: u32 = 5_000;
/// Operations after which all comes to rest and is checked as a whole.
const REST_EVERY: u32 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let seeds: Vec<u64> =
        setting::<u64>("KIOSK_WHOLE_SEED").map_or_else(|| (1..=SEEDS).collect(), |seed| vec![seed]);
    let operations = setting("KIOSK_WHOLE_OPERATIONS");
    let is_whole = seeds.len() > 1 && operations.is_none();
    let run =
        |seed| async move { run(TestApp::sqlite().await, seed, operations.unwrap_or(OPERATIONS)).await };
    let runs =
        futures::stream::iter(seeds).map(|seed| tokio::spawn(run(seed))).buffer_unordered(SEEDS_AT_ONCE);
    let mut acts = Acts::default();
    for ended in runs.collect::<Vec<_>>().await {
        acts.merge(ended.expect("a seed failed, as is said above"));
    }
    println!("{}", acts.report());
    if is_whole {
        acts.check();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    let operations = setting("KIOSK_WHOLE_OPERATIONS").unwrap_or(OPERATIONS_POSTGRES);
    run(TestApp::postgres().await, setting("KIOSK_WHOLE_SEED").unwrap_or(SEEDS + 1), operations).await;
}

fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

async fn run(app: TestApp, seed: u64, operations: u32) -> Acts {
    let mut market = Market::open(app, seed).await;
    for step in 1..=operations {
        market.step = step;
        market.act().await;
        market.check_touched().await;
        if step % REST_EVERY == 0 || step == operations {
            market.come_to_rest().await;
            market.check_all().await;
        }
    }
    market.acts
}
