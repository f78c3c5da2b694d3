//! The ticker.

use std::time::Duration;

use edge_node::ticker::Ticker;

use crate::common::{Setup, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_private_component_is_ticked_and_never_twice_at_once() {
    let served = Setup::default().serve().await;
    // Each tick lasts longer than the period.
    let url = "http://back.spin.internal/sleep?ms=30";
    let ticker = Ticker::new(&served.node, url, Duration::from_millis(1)).unwrap();
    let start = std::time::Instant::now();
    let ticking = tokio::spawn(ticker.run(served.node.clone()));
    let ticks = || served.metric("edge_node_requests_total", &["back", "2xx"]);
    eventually("five ticks", || ticks() >= 5.0).await;
    ticking.abort();
    assert!(start.elapsed() >= Duration::from_millis(150), "ticks overlapped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_component_is_ticked_less_often() {
    let served = Setup::default().serve().await;
    let url = "http://back.spin.internal/error";
    let ticker = Ticker::new(&served.node, url, Duration::from_millis(10)).unwrap();
    let start = std::time::Instant::now();
    let ticking = tokio::spawn(ticker.run(served.node.clone()));
    let failures = || served.metric("edge_node_requests_total", &["back", "5xx"]);
    eventually("five failures", || failures() >= 5.0).await;
    ticking.abort();
    // The pauses before them are 10, 20, 40, 80 and 160 ms.
    assert!(start.elapsed() >= Duration::from_millis(310), "no backoff");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_names_no_component_is_refused() {
    let served = Setup::default().serve().await;
    for url in ["http://nobody.spin.internal/tick", "http://core.test/tick", "/tick", ""] {
        assert!(Ticker::new(&served.node, url, Duration::from_millis(10)).is_err(), "{url}");
    }
}
