//! What goes on in the core beside its requests: facts are heard of, providers are asked, and people send, cancel and
//! lose what was bought.

use std::sync::Arc;

use core_cloud::app::App;
use core_cloud::error::Error;
use core_cloud::modules::members::service::{Kind, Member};
use core_cloud::modules::orders::flow::Stage;
use core_cloud::modules::orders::fulfilment::ParcelAct;
use kiosk_ids::{OrderId, VendorId};

use crate::auditor;
use crate::executor::{US_PER_S, WORLD};
use crate::goods;
use crate::world::World;

/// Mean time between two rounds, in microseconds.
const ROUND_US: u64 = 75 * US_PER_S;
/// Part of the orders that are ready to be sent and dealt with in one round.
const DEALT_WITH: f64 = 0.12;

/// What people do with an order.
#[derive(Clone, Copy, Debug)]
enum Act {
    Send,
    Cancel,
    Arrive,
    Lose,
}

/// Lets the core work while the run lasts.
pub fn start(world: &Arc<World>) {
    let world = Arc::clone(world);
    let executor = Arc::clone(&world.executor);
    executor.spawn(WORLD, async move {
        loop {
            world.sleep_us(world.chance.around(ROUND_US) + US_PER_S).await;
            round(&world);
        }
    });
}

/// One round; the core may die in it, whatever it and the providers have done by then.
pub fn round(world: &Arc<World>) {
    if !world.core.is_up() {
        return;
    }
    let dies = world.strikes(world.plan.faults.core_crash_at_work, "core crash at work");
    if dies {
        world.core.checkpoint();
    }
    let now_ms = world.now_ms();
    if world.faults_on() {
        for (order, stage) in ready(world) {
            if world.chance.hits(DEALT_WITH) {
                let act = draw(world, &stage);
                let done = world.core.with_app(now_ms, async |app| deal_with(app, &order, act).await);
                world.count(what(act));
                world.note(format_args!("core {act:?} {order}: {}", matches!(done, Some(Ok(())))));
            }
        }
    }
    let worked = world.core.with_app(now_ms, async |app| work(app).await);
    world.check(worked.unwrap_or(Ok(())).map_err(|error| format!("the core cannot work: {error}")));
    if dies {
        // What was committed before a provider was asked is there.
        let told = world.core.told_bytes();
        world.core.crash(|written| world.chance.between(told.min(written), written));
        crate::faults::restart_core_later(world);
        return;
    }
    auditor::stock::goods_moved(world);
}

/// What the server's tasks do.
async fn work(app: &App) -> Result<(), Error> {
    app.bus.drain().await?;
    let payments = &app.services.payments;
    payments.apply_webhooks_due().await?;
    // One after the other: a run is to be the same each time.
    while payments.settle_due_by(1).await? > 0 {}
    payments.reconcile_due().await?;
    Ok(())
}

/// Orders that were paid at a provider and are to be sent or on their way, with where they stand.
fn ready(world: &World) -> Vec<(String, String)> {
    let read = |db: &rusqlite::Connection| {
        let sql =
            "SELECT v.order_id, v.stage FROM orders_vendor_orders v JOIN orders_orders o ON o.id = v.order_id
                   WHERE v.stage IN ('cleared', 'shipped') AND o.payment_method IN ('card', 'paypal')
                   ORDER BY v.order_id";
        let mut select = db.prepare_cached(sql)?;
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    world.core.read(read).and_then(rusqlite::Result::ok).unwrap_or_default()
}

fn draw(world: &World, stage: &str) -> Act {
    let second = world.chance.hits(0.25);
    match (stage, second) {
        ("cleared", false) => Act::Send,
        ("cleared", true) => Act::Cancel,
        (_, false) => Act::Arrive,
        (_, true) => Act::Lose,
    }
}

fn what(act: Act) -> &'static str {
    match act {
        Act::Send => "order sent",
        Act::Cancel => "order cancelled",
        Act::Arrive => "order delivered",
        Act::Lose => "parcel lost",
    }
}

async fn deal_with(app: &App, order: &str, act: Act) -> Result<(), Error> {
    let vendor = VendorId::named(goods::VENDOR).expect("a plain name");
    let by = Member {
        id: "mem_sim".to_owned(),
        email: "vendor@sim.test".to_owned(),
        name: "Vendor".to_owned(),
        kind: Kind::Vendor(vendor.clone()),
        created_ms: 0,
        verified_ms: Some(0),
        disabled_ms: None,
    };
    let order = OrderId::parse(order).expect("the id of an order");
    let orders = &app.services.orders;
    match act {
        Act::Send => orders.move_order(&by, (&order, &vendor), Stage::Shipped).await,
        Act::Cancel => orders.move_order(&by, (&order, &vendor), Stage::Cancelled).await,
        Act::Arrive => orders.move_order(&by, (&order, &vendor), Stage::Delivered).await,
        Act::Lose => {
            let purchase = orders.get_purchase(&order).await?;
            for parcel in &purchase.now.parcels {
                orders.act_on_parcel(&by, (&vendor, &parcel.id), ParcelAct::Lose).await?;
            }
            Ok(())
        }
    }
}
