//! The same requests to every host, and the answers they must have: the table is in `cases/`.
#![allow(clippy::unwrap_used, missing_docs)]

mod answer;
mod check;
mod client;
mod goods;
mod last_piece;
mod rules;
mod run;
mod sound;
mod table;
mod vars;

use kiosk_testkit::{Host, Shop};

/// Starts one shop on `host` and sends it the whole table.
async fn conforms(host: Host) {
    let themes = table::read().unwrap();
    let shop = Shop::builder().host(host).start().await.unwrap();
    goods::stock(&shop).await.unwrap();
    let mut report = run::table(&themes, host.name(), &shop.pops[0].url).await;
    report.check("the last piece is sold once", last_piece::is_sold_once(&shop).await);
    report.check("one key is one order", last_piece::one_key_is_one_order(&shop).await);
    report.settle(host.name());
}

#[test]
fn the_table_is_sound() {
    let faults = sound::faults(&table::read().unwrap());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn edge_node() {
    conforms(Host::EdgeNode).await;
}

/// Never skipped: without its script or its runtime the test fails.
#[tokio::test(flavor = "multi_thread")]
async fn workerd() {
    conforms(Host::Workerd).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spin() {
    if Host::Spin.on_path().is_none() {
        println!("spin is not on the PATH: skipped");
        return;
    }
    conforms(Host::Spin).await;
}
