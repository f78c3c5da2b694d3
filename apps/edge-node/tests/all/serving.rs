//! Routing, headers, limits, the host's own pages, stopping.

use serde_json::Value;

use crate::common::{Setup, eventually};
use edge_node::limits::Limits;

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_told_how_its_request_was_routed() {
    let served = Setup::default().serve().await;
    let request = served
        .client
        .get(served.url("/named/shoes/deep/headers?q=1"))
        .header("x-request-id", "req-7")
        .header("spin-client-addr", "forged")
        .header("spin-path-match-forged", "forged");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "req-7");
    let seen: Value = response.json().await.unwrap();
    let headers = &seen["headers"];
    assert_eq!(headers["spin-path-info"], "/deep/headers");
    assert_eq!(headers["spin-matched-route"], "/named/:kind/...");
    assert_eq!(headers["spin-raw-component-route"], "/named/:kind/...");
    assert_eq!(headers["spin-component-route"], "/named/:kind");
    assert_eq!(headers["spin-base-path"], "/");
    assert_eq!(headers["spin-path-match-kind"], "shoes");
    assert_eq!(headers["spin-full-url"], served.url("/named/shoes/deep/headers?q=1"));
    assert!(headers["spin-client-addr"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert_eq!(headers["x-request-id"], "req-7");
    assert!(headers.get("spin-path-match-forged").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_route_of_everything_adds_nothing_and_believes_nothing() {
    let served = Setup::default().serve().await;
    let request = served
        .client
        .get(served.url("/headers"))
        .header("spin-full-url", "https://forged.example/")
        .header("spin-client-addr", "forged");
    let seen: Value = request.send().await.unwrap().json().await.unwrap();
    let told: Vec<_> =
        seen["headers"].as_object().unwrap().keys().filter(|name| name.starts_with("spin-")).collect();
    assert_eq!(told, ["spin-client-addr"]);
    assert!(seen["headers"]["spin-client-addr"].as_str().unwrap().starts_with("127.0.0.1:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_an_id_gets_one_and_a_strange_one_is_replaced() {
    let served = Setup::default().serve().await;
    let id = |response: &reqwest::Response| response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let (first, second) = (served.get("/hello").await, served.get("/hello").await);
    assert_ne!(id(&first), id(&second));
    let strange =
        served.client.get(served.url("/hello")).header("x-request-id", "a b\tc").send().await.unwrap();
    assert!(!id(&strange).contains(' '));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_echoed_and_too_large_ones_refused() {
    let limits = Limits { request_body_bytes_max: 100_000, ..Limits::default() };
    let served = Setup { limits, ..Setup::default() }.serve().await;
    let post = |body: reqwest::Body| served.client.post(served.url("/echo")).body(body).send();
    let allowed = vec![b'x'; 100_000];
    let echoed = post(allowed.clone().into()).await.unwrap();
    assert_eq!(echoed.bytes().await.unwrap(), allowed);
    let declared = post(vec![b'x'; 100_001].into()).await.unwrap();
    assert_eq!(declared.status(), 413);
    let problem: Value = declared.json().await.unwrap();
    assert_eq!(problem["code"], "body_too_large");
    // Without a declared length it shows only on the way.
    let chunks = (0..11).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 10_000]));
    let streamed = post(reqwest::Body::wrap_stream(futures::stream::iter(chunks))).await.unwrap();
    assert_eq!(streamed.status(), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_answers_health_and_metrics_itself() {
    let served = Setup::default().serve().await;
    assert_eq!(served.get("/healthz").await.text().await.unwrap(), "ok\n");
    served.get("/hello").await;
    served.get("/nowhere").await;
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("edge_node_requests_total"), "{metrics}");
    assert!((served.metric("edge_node_requests_total", &["front", "2xx"]) - 1.0).abs() < 0.1);
    assert!((served.metric("edge_node_requests_total", &["front", "4xx"]) - 1.0).abs() < 0.1);
    assert!(served.metric("edge_node_instance_starts_total", &["front"]) >= 1.0);
    assert!((served.metric("edge_node_request_seconds_count", &["front"]) - 2.0).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_without_a_route_is_a_problem_and_private_components_have_none() {
    let manifest = crate::common::two_components().replace("\"/...\"", "\"/only/...\"");
    let served = Setup { manifest, ..Setup::default() }.serve().await;
    let response = served.get("/other").await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], "route_not_found");
    assert!(!problem["request_id"].as_str().unwrap().is_empty());
    assert_eq!(served.get("/back/hello").await.status(), 404);
    assert_eq!(served.get("/only/hello").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_the_cap_are_told_to_come_back() {
    let limits = Limits { requests_in_flight_max: 1, ..Limits::default() };
    let served = Setup { limits, ..Setup::default() }.serve().await;
    let slow = tokio::spawn(served.client.get(served.url("/sleep?ms=1500")).send());
    eventually("the slow request is in flight", || served.metric("edge_node_requests_in_flight", &[]) > 0.5)
        .await;
    let refused = served.get("/hello").await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(served.get("/healthz").await.status(), 200);
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    eventually("the slot is free", || served.metric("edge_node_requests_in_flight", &[]) < 0.5).await;
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_requests_in_flight_end() {
    let mut served = Setup::default().serve().await;
    let slow = tokio::spawn(served.client.get(served.url("/sleep?ms=500")).send());
    eventually("the slow request is in flight", || served.metric("edge_node_requests_in_flight", &[]) > 0.5)
        .await;
    served.begin_stop();
    let response = slow.await.unwrap().unwrap();
    assert_eq!(response.text().await.unwrap(), "slept");
    let refused = |client: reqwest::Client, url: String| async move { client.get(url).send().await.is_err() };
    let fresh = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(refused(fresh, served.url("/hello")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_without_tls_is_spoken() {
    let served = Setup::default().serve().await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let response = client.get(served.url("/headers")).send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let seen: Value = response.json().await.unwrap();
    assert!(seen["headers"]["spin-client-addr"].is_string());
}
