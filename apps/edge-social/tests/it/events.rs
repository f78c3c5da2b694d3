//! A room as server-sent events.

use axum::body::Body;
use http::Request;
use kiosk_wire::Party;

use crate::support::{ADA, ROOM, TestPop, message};

async fn events(pop: &TestPop, query: &str, last: Option<&str>) -> String {
    let mut request = Request::get(format!("{ROOM}/events{query}")).header("kiosk-session", ADA);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let reply = pop.send(request.body(Body::empty()).unwrap()).await.is(200);
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    assert_eq!(reply.headers["cache-control"], "no-store");
    String::from_utf8(reply.bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn messages_come_with_their_numbers() {
    let pop = TestPop::open().await;
    pop.write("1", "Mine").await.is(201);
    pop.tell(vec![
        message("msg_1", 1, Party::Vendor, "One\nline", 5),
        message("msg_2", 2, Party::Vendor, "Two", 6),
    ])
    .await;
    let before_ms = pop.host.edge.clock.now_ms();
    let all = events(&pop, "", None).await;
    assert!(all.starts_with("retry: 500\n\nid: 1\ndata: {\"id\":\"msg_1\""), "{all}");
    assert!(
        all.contains("\\nline")
            && all.contains("id: 2\n")
            && all.contains("event: room\ndata: {\"closed_by\":null")
    );
    assert!(!all.contains("Mine"), "what waits has no number");
    let open_ms = pop.host.edge.clock.now_ms() - before_ms;
    assert!((8_000..10_000).contains(&open_ms), "open for {open_ms} ms");
    for (query, last) in [("?after=1", None), ("", Some("1")), ("?after=0", Some("1"))] {
        let rest = events(&pop, query, last).await;
        assert!(!rest.contains("id: 1\n") && rest.contains("id: 2\n"), "{rest}");
    }
}
