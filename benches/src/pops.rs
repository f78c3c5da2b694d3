//! What a checkout costs the core as POPs are added, and that it costs a POP the same. All of them share this machine's
//! processors, so the core is measured by the processor time it takes.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_testkit::{ProductSpec, Shop};

use crate::checkout::{HOT, check_out, ready};
use crate::load::Measured;
use crate::progress;
use crate::report::Report;

/// Checkouts over all POPs.
const CHECKOUTS: usize = 1_600;
const ALONE: usize = 200;
/// How long the POPs are watched while nobody buys.
const IDLE: Duration = Duration::from_secs(10);
/// Orders whose way into the core is timed one by one.
const TIMED: usize = 20;
const PATIENCE: Duration = Duration::from_secs(120);

struct Fleet {
    shop: Shop,
    databases: Vec<NativeDb>,
}

impl Fleet {
    async fn start(pops: usize) -> Result<Self> {
        let ids: Vec<_> = (1..=pops).map(|number| format!("eu-{number}")).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let stock = u32::try_from(CHECKOUTS + 10 * ALONE)? * 4 + 1_000 * u32::try_from(pops)?;
        let shop =
            Shop::builder().pops(&ids).products(&[ProductSpec::new(HOT, 1_990, stock)]).start().await?;
        let database = |id: &&str| NativeDb::open(&shop.dir().join(id).join("default.sqlite"));
        let databases = ids.iter().map(database).collect::<Result<_, _>>()?;
        Ok(Self { shop, databases })
    }

    /// Waits until every event of every POP is in the core, and returns how long that took.
    async fn delivered(&self) -> Result<Duration> {
        let began = Instant::now();
        for database in &self.databases {
            let waiting = || Statement::new("SELECT COUNT(*) FROM outbox");
            while database.query(waiting()).await?[0].get::<i64>(0)? > 0 {
                ensure!(began.elapsed() < PATIENCE, "orders wait in a POP");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        Ok(began.elapsed())
    }

    /// Processor time of the core for a second in which nobody buys.
    async fn idle(&self) -> Result<f64> {
        let before = self.shop.core.cpu_time()?;
        tokio::time::sleep(IDLE).await;
        Ok((self.shop.core.cpu_time()? - before).as_secs_f64() / IDLE.as_secs_f64())
    }

    /// Milliseconds of the core's processor time for an order, without what it takes when idle.
    async fn cost(&self, idle: f64) -> Result<f64> {
        let pops = self.shop.pops.len();
        let mut carts = Vec::new();
        for pop in 0..pops {
            let name = format!("Pop {pop}");
            carts.push(ready(&self.shop, pop, &name, CHECKOUTS / pops, |_| HOT.to_owned()).await?);
        }
        let (before, began) = (self.shop.core.cpu_time()?, Instant::now());
        let sales = carts.into_iter().zip(&self.shop.pops).map(|(carts, pop)| check_out(&pop.url, carts, 1));
        try_join_all(sales).await?;
        self.delivered().await?;
        let took = (self.shop.core.cpu_time()? - before).as_secs_f64() - idle * began.elapsed().as_secs_f64();
        Ok(took * 1_000.0 / (CHECKOUTS / pops * pops) as f64)
    }

    /// From the shopper's answer until the core has the order.
    async fn lag(&self) -> Result<Measured> {
        let mut micros = Vec::new();
        for (number, cart) in
            ready(&self.shop, 0, "Timed", TIMED, |_| HOT.to_owned()).await?.into_iter().enumerate()
        {
            // At another moment between two ticks each time.
            tokio::time::sleep(Duration::from_millis(37 * (number as u64 % 5))).await;
            check_out(&self.shop.pops[0].url, vec![cart], 1).await?;
            micros.push(u64::try_from(self.delivered().await?.as_micros())?);
        }
        Measured::of_micros(micros)
    }
}

/// Each number of POPs in turn.
pub async fn run(numbers: &[usize], report: &mut Report) -> Result<()> {
    report.section("Growth in POPs (all on this machine, one core; each POP ticks every 100 ms)");
    let mut first = None;
    for pops in numbers {
        progress(&format!("{pops} POPs"));
        let fleet = Fleet::start(*pops).await?;
        let name = |what: &str| format!("{pops} POPs: {what}");
        let idle = fleet.idle().await?;
        let alone = ready(&fleet.shop, 0, "Alone", ALONE, |_| HOT.to_owned()).await?;
        let alone = check_out(&fleet.shop.pops[0].url, alone, 1).await?;
        fleet.delivered().await?;
        let cost = fleet.cost(idle).await?;
        let (cost_first, alone_first) = *first.get_or_insert((cost, alone.ms(0.5)));
        let value = format!("{cost:.2} ms, × {:.2}", cost / cost_first);
        report.line(&name("processor time of the core for an order"), &value, "within 1.5 times");
        let value = format!("{:.2} ms, × {:.2}", alone.ms(0.5), alone.ms(0.5) / alone_first);
        report.line(&name("one checkout after the other, p50"), &value, "within 1.5 times");
        report.latency(&name("an order is in the core after"), &fleet.lag().await?, "");
        report.line(&name("processor of the core while idle"), &format!("{:.1} %", idle * 100.0), "");
        report.memory(&name("core"), fleet.shop.core.resident_bytes()?, 150);
    }
    Ok(())
}
