//! What a page and a checkout cost as the catalogue grows. The shops of all sizes stand side by side and are measured in
//! turn, so that a drifting machine favours none.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use kiosk_demo_shop::Product;
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_testkit::{ProductSpec, Shop};

use crate::checkout::{HOT, check_out, ready};
use crate::load::{Measured, saturate_all};
use crate::report::Report;
use crate::{catalogue, progress};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 3;
/// Different products whose pages are asked for in turn.
const PAGES: usize = 1_000;
/// Checkouts of each round, each of another product.
const CHECKOUTS: usize = 800;
const ALONE: usize = 200;
/// How long a large catalogue may take to reach the POP.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// How often it is told how far that is.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// A shop with a catalogue of some size, and what was measured on it.
struct Sized {
    products: usize,
    shop: Shop,
    db: NativeDb,
    rounds: [Vec<f64>; MEASURES.len()],
}

/// What is measured, and whether a larger figure is the better one.
const MEASURES: [(&str, bool); 7] = [
    ("product page, always the same", true),
    ("product pages all over the shop", true),
    ("home page", true),
    ("category page", true),
    ("search page", true),
    ("checkouts, 32 connections", true),
    ("one checkout after the other, p50", false),
];

impl Sized {
    /// Imports the catalogue and waits until the POP has all of it, with stock.
    async fn start(products: usize, report: &Report) -> Result<Self> {
        progress(&format!("a shop of {products} products"));
        let hot = ProductSpec::new(HOT, 1_990, 100_000);
        let shop = Shop::builder().products(&[hot]).start().await?;
        let db = NativeDb::open(&shop.dir().join(&shop.pops[0].id).join("default.sqlite"))?;
        let files = catalogue::write(shop.dir(), products)?;
        let began = Instant::now();
        for file in &files {
            shop.import("kiosk-jsonl", file).await?;
            progress(&format!("{} imported after {:.0} s", file.display(), began.elapsed().as_secs_f64()));
        }
        let imported = began.elapsed();
        let sized = Self { products, shop, db, rounds: Default::default() };
        sized.until("products", "SELECT COUNT(*) FROM product", products as i64 + 1).await?;
        let fed = began.elapsed();
        let items = sized.count("SELECT COUNT(*) FROM lease").await?;
        sized.until("items with stock", "SELECT COUNT(*) FROM lease WHERE granted > 0", items).await?;
        let value = format!(
            "{:.0}, {:.0}, {:.0} s",
            imported.as_secs_f64(),
            fed.as_secs_f64(),
            began.elapsed().as_secs_f64()
        );
        report.line(&format!("{products} products: imported, at the POP, with stock"), &value, "");
        Ok(sized)
    }

    async fn count(&self, sql: &'static str) -> Result<i64> {
        Ok(self.db.query(Statement::new(sql)).await?[0].get(0)?)
    }

    /// Waits until `sql` counts to `goal`.
    async fn until(&self, what: &str, sql: &'static str, goal: i64) -> Result<()> {
        let (began, mut told) = (Instant::now(), Instant::now());
        loop {
            let count = self.count(sql).await?;
            if count >= goal {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "{count} of {goal} {what} after {PATIENCE:?}");
            if told.elapsed() > TOLD_EVERY {
                told = Instant::now();
                progress(&format!("{count} of {goal} {what}"));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn pages(&self, paths: &[String], duration: Duration) -> Result<f64> {
        Ok(saturate_all(&self.shop.pops[0].url, paths, CONNECTIONS, duration).await?.rate())
    }

    async fn checkouts(
        &self,
        demo: &[Product],
        name: &str,
        count: usize,
        connections: usize,
    ) -> Result<Measured> {
        let step = self.products / PAGES.min(self.products);
        let sku = |n: usize| catalogue::sku(demo, n % PAGES * step);
        let carts = ready(&self.shop, 0, name, count, sku).await?;
        check_out(&self.shop.pops[0].url, carts, connections).await
    }

    async fn round(&mut self, round: usize, demo: &[Product], duration: Duration) -> Result<()> {
        progress(&format!("{} products, round {round} of {ROUNDS}", self.products));
        let step = self.products / PAGES.min(self.products);
        let path = |n: usize| format!("/p/{}", catalogue::handle(demo, n * step));
        let all: Vec<_> = (0..PAGES.min(self.products)).map(path).collect();
        let category = vec![format!("/c/{}", demo[0].category)];
        let search = vec!["/search?q=lamp".to_owned()];
        let figures = [
            self.pages(&all[..1], duration).await?,
            self.pages(&all, duration).await?,
            self.pages(&["/".to_owned()], duration).await?,
            self.pages(&category, duration).await?,
            self.pages(&search, duration).await?,
            self.checkouts(demo, &format!("Many {round}"), CHECKOUTS, 32).await?.rate(),
            self.checkouts(demo, &format!("Alone {round}"), ALONE, 1).await?.ms(0.5),
        ];
        for (rounds, figure) in self.rounds.iter_mut().zip(figures) {
            rounds.push(figure);
        }
        Ok(())
    }

    fn median(&self, measure: usize) -> f64 {
        let mut rounds = self.rounds[measure].clone();
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    }
}

/// Each measure at each size, and what it costs beside the smallest.
fn tell(shops: &[Sized], report: &Report) {
    for (measure, (name, is_rate)) in MEASURES.into_iter().enumerate() {
        let first = shops[0].median(measure);
        let aim =
            if name.starts_with("category") || name.starts_with("search") { "" } else { "within 1.5 times" };
        for shop in shops {
            let figure = shop.median(measure);
            let cost = if is_rate { first / figure } else { figure / first };
            let figure = if is_rate { format!("{figure:.0}/s") } else { format!("{figure:.2} ms") };
            report.line(
                &format!("{name}, {} products", shop.products),
                &format!("{figure}, cost × {cost:.2}"),
                aim,
            );
        }
    }
}

/// All sizes.
pub async fn run(sizes: &[usize], duration: Duration, report: &mut Report) -> Result<()> {
    report.section("Growth of the catalogue (one POP)");
    let demo = kiosk_demo_shop::products();
    let mut shops = Vec::new();
    for products in sizes {
        shops.push(Sized::start(*products, report).await?);
    }
    for round in 1..=ROUNDS {
        for shop in &mut shops {
            shop.round(round, &demo, duration / 2).await?;
        }
    }
    tell(&shops, report);
    for shop in &shops {
        let name = |process: &str| format!("{process}, {} products", shop.products);
        report.memory(&name("edge-node"), shop.shop.pops[0].process.resident_bytes()?, 250);
        report.memory(&name("core"), shop.shop.core.resident_bytes()?, 150);
    }
    Ok(())
}
