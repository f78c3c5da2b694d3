//! A guest that fails costs its own request and nobody else's.

use futures::future::join_all;
use serde_json::Value;

use crate::common::{Served, Setup};
use edge_node::limits::Limits;

async fn impatient() -> Served {
    let limits = Limits { request_ms_max: 2_000, guest_busy_ms_max: 300, ..Limits::default() };
    Setup { limits, ..Setup::default() }.serve().await
}

async fn problem(response: reqwest::Response, status: u16, code: &str) {
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], code);
    assert_eq!(problem["request_id"], id);
    assert_eq!(problem["status"], status);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_is_stopped() {
    let served = impatient().await;
    problem(served.get("/loop").await, 504, "deadline_exceeded").await;
    problem(served.client.post(served.url("/loop")).send().await.unwrap(), 504, "deadline_exceeded").await;
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_waits_too_long_is_given_up() {
    let served = impatient().await;
    problem(served.get("/sleep?ms=60000").await, 504, "deadline_exceeded").await;
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_capped() {
    let served = Setup::default().serve().await;
    problem(served.get("/oom").await, 500, "guest_out_of_memory").await;
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_is_a_problem_and_counted() {
    let served = Setup::default().serve().await;
    problem(served.client.post(served.url("/trap")).send().await.unwrap(), 500, "guest_trapped").await;
    assert!(served.metric("edge_node_traps_total", &["front"]) >= 1.0);
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_guest_is_a_problem() {
    let served = Setup::default().serve().await;
    problem(served.get("/error").await, 500, "guest_error").await;
}

/// Readers share instances with guests that trap, loop and take memory. None of them notices.
#[tokio::test(flavor = "multi_thread")]
async fn neighbours_of_a_failing_guest_are_answered() {
    let limits = Limits { guest_busy_ms_max: 300, ..Limits::default() };
    let served = Setup { limits, ..Setup::default() }.serve().await;
    let neighbours = (0..48).map(|i| {
        let path = if i % 2 == 0 { "/sleep?ms=200" } else { "/hello" };
        async { served.get(path).await.status().as_u16() }
    });
    let failing = ["/trap", "/loop", "/oom", "/trap", "/loop"].map(|path| async {
        let response = served.client.post(served.url(path)).send().await.unwrap();
        response.status().as_u16()
    });
    let (neighbours, failing) = futures::join!(join_all(neighbours), join_all(failing));
    assert!(neighbours.iter().all(|status| *status == 200), "{neighbours:?}");
    // Which of them fails first, and so how, is a matter of luck when they share an instance.
    assert!(failing.iter().all(|status| [500, 504].contains(status)), "{failing:?}");
}
