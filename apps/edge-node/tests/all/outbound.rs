//! What guests may reach.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::common::Setup;

#[tokio::test(flavor = "multi_thread")]
async fn a_component_calls_another_without_a_socket() {
    let served = Setup::default().serve().await;
    let answer = served.json("/outbound?url=http://back.spin.internal/hello").await;
    assert_eq!(answer, json!({"status": 200, "body": "Hello, edge!"}));
    assert!(served.metric("edge_node_requests_total", &["back"]) >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_manifest_does_not_allow_is_denied() {
    let served = Setup::default().serve().await;
    let port = served.address.port();
    let denied = [
        "http://front.spin.internal/hello".to_owned(),
        "http://example.test/".to_owned(),
        "https://127.0.0.1/".to_owned(),
        // The host's own address is closed even though the list has it.
        format!("http://127.0.0.1:{port}/metrics"),
    ];
    for url in denied {
        let answer = served.json(&format!("/outbound?url={url}")).await;
        assert!(answer["error"].as_str().unwrap().contains("Denied"), "{url}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_itself_is_reached_by_its_routes_only() {
    let served = Setup::default().serve().await;
    let answer = served.json("/outbound?url=http://self.alt/hello").await;
    assert_eq!(answer["body"], "Hello, edge!");
    // The guest answers, not the host.
    let answer = served.json("/outbound?url=http://self.alt/metrics").await;
    assert_eq!(answer["status"], 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_host_is_reached_over_the_network() {
    let served = Setup::default().serve().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        let read = stream.read(&mut head).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            .await
            .unwrap();
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    let answer = served.json(&format!("/outbound?url=http://127.0.0.1:{port}/path?q=1")).await;
    assert_eq!(answer, json!({"status": 200, "body": "ok"}));
    let head = server.await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("get /path?q=1 http/1.1\r\n"), "{head}");
    assert_eq!(head.matches("\r\nhost:").count(), 1, "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_of_components_ends() {
    let served = Setup::default().serve().await;
    let mut url = "http://back.spin.internal/hello".to_owned();
    for hop in 0..12 {
        let component = if hop % 2 == 0 { "front" } else { "back" };
        let escaped = url.replace('%', "%25").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
        url = format!("http://{component}.spin.internal/outbound?url={escaped}");
    }
    let escaped = url.replace('%', "%25").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    let answer = served.get(&format!("/outbound?url={escaped}")).await.text().await.unwrap();
    assert!(answer.contains("LoopDetected"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_closed() {
    let served = Setup::default().serve().await;
    let answer = served.json(&format!("/connect?address={}", served.address)).await;
    assert!(answer["error"].is_string(), "{answer}");
}
