//! A vendor's open room hears of what happens in it.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use core_cloud::modules::members::policy::Role;
use http_body_util::BodyExt;
use kiosk_wire::EventBody;
use tower::ServiceExt;

use crate::chats::{key, message, sent, write};
use crate::harness::*;

on_both_databases!(
    a_page_brings_the_script_and_where_it_stands,
    an_open_room_hears_of_what_changes,
    a_browser_comes_back_with_what_it_has_seen,
    streams_are_so_many_at_once,
    a_room_is_heard_by_its_own_vendor_alone,
);

const EVENTS: &str = "/vendor/chats/ord_one/events";
/// As in the module of the streams.
const STREAMS_MAX: usize = 128;

/// A room with a vendor's cookie.
async fn room(app: &TestApp) -> String {
    app.delivered(vec![placed(1, order_of("one", "acc-1", &[("mug", "test")]))]).await;
    app.vendor_member("ven_test").await
}

async fn open(app: &TestApp, path: &str, cookie: &str, last: Option<&str>) -> Response<Body> {
    let mut request = Request::get(path).header("cookie", cookie);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    app.app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// The next event of a stream but signs of life; `None` when it has ended.
async fn next(stream: &mut Response<Body>) -> Option<String> {
    loop {
        let frame = stream.body_mut().frame().await?.unwrap();
        let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
        if !text.starts_with(':') {
            return Some(text);
        }
    }
}

/// What an event says that the room is now.
fn version(event: &str) -> String {
    assert!(event.starts_with("event: room\n"), "{event}");
    let id = event.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    assert!(event.contains(&format!("data: {id}\n")), "{event}");
    id
}

/// Where the page of a room says that it stands.
async fn seen(app: &TestApp, cookie: &str) -> String {
    let page = app.page("/vendor/chats/ord_one", cookie).await.text();
    let (_, rest) = page.split_once("data-seen=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().to_owned()
}

async fn a_page_brings_the_script_and_where_it_stands(app: TestApp) {
    let vendor = room(&app).await;
    let page = app.page("/vendor/chats/ord_one", &vendor).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'; connect-src 'self'"), "{policy}");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert_eq!(text.matches("<script").count(), 1);
    assert!(text.contains("<script type=\"module\" src=\"/chat.js\"></script>"), "{text}");
    assert!(text.contains("data-live=\"/vendor/chats/ord_one\""), "{text}");
    let script = app.get("/chat.js", None).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert!(script.text().contains("new EventSource"));
    let list = app.page("/vendor/chats", &vendor).await;
    let policy = list.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("script-src") && !list.text().contains("<script"), "no other page has a script");
}

async fn an_open_room_hears_of_what_changes(app: TestApp) {
    let vendor = room(&app).await;
    let before = seen(&app, &vendor).await;
    let path = format!("{EVENTS}?seen={before}");
    let mut stream = open(&app, &path, &vendor, None).await;
    assert_eq!(stream.status(), StatusCode::OK);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.headers()["cache-control"], "no-store");
    assert_eq!(next(&mut stream).await.unwrap(), "retry: 500\n\n");
    let mut told = vec![before];
    // However long this takes: a stream that has ended is opened anew, as browsers do.
    let mut hear = async || loop {
        match next(&mut stream).await {
            Some(event) if event.starts_with("retry") => {}
            Some(event) => return told.push(version(&event)),
            None => stream = open(&app, &path, &vendor, told.last().map(String::as_str)).await,
        }
    };
    app.delivered(vec![sent(2, message("a", "acc-1", "Where is it?"))]).await;
    hear().await;
    assert_eq!(write(&app, &vendor, "On its way", &[]).await.status, 303);
    hear().await;
    let read = EventBody::RoomRead { room: key("one", "test"), read_ms: START_MS + 1 };
    app.delivered(vec![event(3, read)]).await;
    hear().await;
    app.delivered(vec![event(4, EventBody::RoomBlocked { room: key("one", "test"), blocked: true })]).await;
    hear().await;
    app.post("/vendor/chats/ord_one/report", &vendor, &[("reason", "x")]).await;
    let support = app.staff(Role::Support).await;
    let remove = "/admin/chats/ord_one/ven_test/messages/msg_a/remove";
    assert_eq!(app.post(remove, &support, &[("reason", "x")]).await.status, 303);
    hear().await;
    assert_eq!(told.last(), Some(&seen(&app, &vendor).await), "the page stands where the stream does");
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!((told.len(), all), (6, 6), "{told:?}");
}

async fn a_browser_comes_back_with_what_it_has_seen(app: TestApp) {
    let vendor = room(&app).await;
    let before = seen(&app, &vendor).await;
    app.delivered(vec![sent(2, message("a", "acc-1", "Meanwhile"))]).await;
    let path = format!("{EVENTS}?seen={before}");
    let mut stream = open(&app, &path, &vendor, None).await;
    next(&mut stream).await;
    let now = version(&next(&mut stream).await.unwrap());
    // The header says what came after the page was loaded, so it counts.
    let mut stream = open(&app, &format!("{EVENTS}?seen={now}"), &vendor, Some(&before)).await;
    next(&mut stream).await;
    assert_eq!(version(&next(&mut stream).await.unwrap()), now);
    for odd in ["", "nonsense", "%00%ff"] {
        let mut stream = open(&app, &format!("{EVENTS}?seen={odd}"), &vendor, None).await;
        next(&mut stream).await;
        version(&next(&mut stream).await.unwrap());
    }
}

async fn streams_are_so_many_at_once(app: TestApp) {
    let vendor = room(&app).await;
    let path = format!("{EVENTS}?seen={}", seen(&app, &vendor).await);
    let mut streams = Vec::new();
    for _ in 0..STREAMS_MAX {
        streams.push(open(&app, &path, &vendor, None).await);
    }
    let mut busy = open(&app, EVENTS, &vendor, None).await;
    assert_eq!(next(&mut busy).await.unwrap(), "retry: 5000\n\n");
    version(&next(&mut busy).await.unwrap());
    assert_eq!(next(&mut busy).await, None, "it looks once");
    streams.pop();
    let mut stream = open(&app, &path, &vendor, None).await;
    assert_eq!(next(&mut stream).await.unwrap(), "retry: 500\n\n", "a place was free again");
}

async fn a_room_is_heard_by_its_own_vendor_alone(app: TestApp) {
    room(&app).await;
    let other = app.vendor_member("ven_other").await;
    for path in [EVENTS, "/vendor/chats/ord_none/events", "/vendor/chats/nonsense/events"] {
        assert_eq!(open(&app, path, &other, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        let nobody = open(&app, path, "", None).await;
        assert!(nobody.headers()["location"].to_str().unwrap().starts_with("/login?"), "{path}");
    }
}
