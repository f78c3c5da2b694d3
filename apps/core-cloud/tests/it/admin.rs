//! The operators' pages show what there is, and nothing that acts.

use core_cloud::modules::imports::formats::Format;
use core_cloud::modules::members::policy::Role;

use crate::harness::*;

on_both_databases!(pages_show_what_there_is, text_from_elsewhere_stays_text);

async fn page(app: &TestApp, path: &str) -> String {
    let answer = app.page(path, &app.staff(Role::Owner).await).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    assert!(answer.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let html = answer.text();
    assert!(
        html.starts_with("<!DOCTYPE html><html") && !html.contains("<script") && !html.contains(" style="),
        "{path}"
    );
    html
}

async fn pages_show_what_there_is(app: TestApp) {
    assert!(page(&app, "/admin").await.contains("never seen"));
    assert!(page(&app, "/admin/orders").await.contains("No orders yet"));
    let report =
        app.import(Format::KioskJsonl, &(catalogue(&[("A-1", 20), ("B-1", 5)]) + "nonsense\n")).await;
    app.ask("eu-1", "db", ask_whole("A-1", 0, 0, 8)).await;
    let events = vec![
        placed(1, order("one", vec![take("A-1", 1, 2)])),
        placed(2, order("two", vec![take("B-1", 1, 9)])),
        event(3, kiosk_wire::EventBody::CheckoutBlocked { fraud: fraud("block"), total: None }),
    ];
    app.deliver("eu-1", "db", events).await;
    let overview = page(&app, "/admin").await;
    assert!(overview.contains("in touch") && overview.contains("<svg") && overview.contains("Load again"));
    let orders = page(&app, "/admin/orders?pop=eu-1").await;
    assert!(orders.contains("ord_one") && orders.contains("stock short"));
    assert!(page(&app, "/admin/orders/ord_one").await.contains("pseudonym"));
    assert!(page(&app, "/admin/stock?q=a-").await.contains("/admin/leases?q=A-1"));
    assert!(!page(&app, "/admin/stock?q=a-").await.contains("B-1"));
    assert!(page(&app, "/admin/leases").await.contains("eu-1"));
    assert!(page(&app, "/admin/imports").await.contains(&report.id));
    assert!(page(&app, &format!("/admin/imports/{}", report.id)).await.contains("refused"));
}

async fn text_from_elsewhere_stays_text(app: TestApp) {
    let mut thing = product("A", 1);
    thing["title"] = "<script>alert(1)</script>".into();
    app.import(Format::KioskJsonl, &(catalogue(&[]) + &thing.to_string())).await;
    assert!(page(&app, "/admin/stock").await.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page(&app, "/admin/stock?q=%22%3E%3Cscript%3E").await.contains("No such item"));
    assert!(page(&app, "/admin/orders?cursor=nonsense&pop=%3Cscript%3E").await.contains("No orders yet"));
}
