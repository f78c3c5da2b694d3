//! A fraud model goes through its whole life while shoppers buy at both POPs, and nobody notices.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, bail};
use kiosk_testkit::{Desk, OrderOutcome, ProductSpec, Shop, wait_until};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::audit;

/// Shoppers who buy at the same time at each POP.
const SHOPPERS: usize = 4;
/// Checkouts of the whole test, at least.
const ORDERS_MIN: usize = 120;
const STOCK: u32 = 20_000;
/// Checkouts between two looks at the core's page, at most: shoppers without end would outrun a core that shares their processors.
const ORDERS_PER_LOOK_MAX: usize = 8;
/// Version of the model that follows.
const CALM: &str = "calm-1";

/// The second model's network with thresholds that no order reaches: what it says of shoppers in a hurry, by night or by day,
/// is not the question.
fn calm_model() -> Result<(Vec<u8>, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ml/fraud/models");
    let mut card: Value = serde_json::from_slice(&std::fs::read(folder.join("fraud-v3.json"))?)?;
    card["version"] = json!(CALM);
    card["thresholds"] = json!({ "review": 1.0, "block": 1.0 });
    card["rules"] = json!([]);
    Ok((card.to_string().into_bytes(), std::fs::read(folder.join("fraud-v3.onnx"))?))
}

/// How many orders the page says a model has decided on or watched at a POP.
fn scored(page: &str, model: &str, role: &str, pop: &str) -> i64 {
    let cell = |row: &str, label: &str| {
        let (_, cell) = row.split_once(&format!("data-label=\"{label}\""))?;
        let cell = cell.split("</td>").next().unwrap_or_default();
        let text: String =
            cell.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect();
        Some(text.replace("<!>", ""))
    };
    let row = page.split("<tr>").find(|row| {
        let is = |label: &str, parts: &[&str]| {
            cell(row, label).is_some_and(|text| parts.iter().all(|part| text.contains(part)))
        };
        is("Model", &[model, role]) && is("POP", &[pop])
    });
    let number = row.and_then(|row| cell(row, "Scored")).unwrap_or_default();
    number.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

struct Models<'a> {
    owner: &'a Desk,
    /// What may be bought before the next look.
    permits: Arc<Semaphore>,
    revision: u32,
}

impl Models<'_> {
    /// Changes the plan.
    async fn act(&mut self, fields: &[(&str, &str)]) -> Result<()> {
        let revision = self.revision.to_string();
        let form = [&[("revision", revision.as_str()), ("reason", "a test under load")][..], fields].concat();
        self.owner.post("/admin/model-plan", &form).await?;
        self.revision += 1;
        Ok(())
    }

    fn refill(&self) {
        self.permits.add_permits(ORDERS_PER_LOOK_MAX.saturating_sub(self.permits.available_permits()));
    }

    /// Waits until a model has done this on so many orders at a POP that come from now on.
    async fn more(&self, model: &str, role: &str, pop: &str, orders: i64) -> Result<()> {
        let before = scored(&self.owner.page("/admin/models").await?, model, role, pop);
        wait_until(&format!("{model} {role} at {pop}"), async || {
            self.refill();
            let page = self.owner.page("/admin/models").await?;
            Ok((scored(&page, model, role, pop) >= before + orders).then_some(()))
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_canary_promotion_and_roll_back_under_load_fail_no_request() -> Result<()> {
    let products = [ProductSpec::new("MODEL-CUP", 2_500, STOCK)];
    let shop = Shop::builder().pops(&["eu-1", "us-1"]).products(&products).mailbox().start().await?;
    let shop = Arc::new(shop);
    let (permits, bought) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let shoppers: Vec<_> = (0..2 * SHOPPERS)
        .map(|shopper| {
            let (api, permits, bought) = (shop.api(shopper % 2), permits.clone(), bought.clone());
            tokio::spawn(async move {
                let mut placed = Vec::new();
                while let Ok(permit) = permits.acquire().await {
                    permit.forget();
                    match api.buy("MODEL-CUP", &format!("Shopper {shopper} {}", placed.len())).await? {
                        OrderOutcome::Placed(order) => {
                            placed.push(order["id"].as_str().unwrap().to_owned());
                            bought.fetch_add(1, Ordering::Relaxed);
                        }
                        OrderOutcome::Refused(status, problem) => bail!("{status} {problem}"),
                    }
                }
                Ok(placed)
            })
        })
        .collect();

    let owner = Desk::owner(&shop).await?;
    let mut models = Models { owner: &owner, permits: permits.clone(), revision: 0 };
    let pops = ["eu-1", "us-1"];
    for pop in pops {
        models.more("fraud-v1", "decided", pop, 1).await?;
    }
    let (card, network) = calm_model()?;
    owner.upload("/admin/models", &[("card", &card), ("file", &network)]).await?;
    models.act(&[("act", "candidate"), ("version", CALM)]).await?;
    for pop in pops {
        models.more(CALM, "watched", pop, 5).await?;
    }
    models.act(&[("act", "canary"), ("pops", "eu-1")]).await?;
    models.more(CALM, "decided", "eu-1", 5).await?;
    models.more("fraud-v1", "watched", "eu-1", 5).await?;
    models.more("fraud-v1", "decided", "us-1", 5).await?;
    models.act(&[("act", "promote")]).await?;
    for pop in pops {
        models.more(CALM, "decided", pop, 5).await?;
    }
    models.act(&[("act", "rollback")]).await?;
    for pop in pops {
        models.more("fraud-v1", "decided", pop, 5).await?;
    }
    wait_until("enough orders", async || {
        models.refill();
        Ok((bought.load(Ordering::Relaxed) >= ORDERS_MIN).then_some(()))
    })
    .await?;
    permits.close();

    let mut placed = Vec::new();
    for shopper in shoppers {
        placed.extend(shopper.await??);
    }
    assert!(placed.len() >= ORDERS_MIN, "{} orders", placed.len());
    audit::orders_exactly(&shop, &placed).await
}

#[test]
fn the_page_is_read_as_it_is_written() {
    let row = |model: &str, role: &str, pop: &str, scored: &str| {
        format!(
            "<tr><td class=\"head\" data-label=\"Model\"><span class=\"mono\">{model}</span> <span \
             class=\"sub\">{role}</span></td><td data-label=\"POP\" class=\"mono\">{pop}</td><td \
             data-label=\"Scored\" class=\"num\">{scored}</td></tr>"
        )
    };
    let page = row("fraud-v3", "watched", "eu-1", "7") + &row("fraud-v3", "decided", "eu-1", "1,234");
    assert_eq!(scored(&page, "fraud-v3", "decided", "eu-1"), 1_234);
    assert_eq!(scored(&page, "fraud-v3", "watched", "eu-1"), 7);
    assert_eq!(scored(&page, "fraud-v3", "decided", "us-1"), 0);
}
