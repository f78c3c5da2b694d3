//! Variables, key-value stores, files, environment.

use serde_json::json;

use crate::common::Setup;

#[tokio::test(flavor = "multi_thread")]
async fn variables_come_from_outside_and_only_the_components_own_are_seen() {
    let variables = vec![("token".to_owned(), "from outside".to_owned())];
    let served = Setup { variables, ..Setup::default() }.serve().await;
    assert_eq!(served.json("/variable?name=token").await, json!({"ok": "from outside"}));
    assert_eq!(served.json("/variable?name=greeting").await, json!({"ok": "it is shown"}));
    let foreign = served.json("/variable?name=plain").await;
    assert!(foreign["error"].as_str().unwrap().contains("Undefined"), "{foreign}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_keeps_what_is_set() {
    let served = Setup::default().serve().await;
    assert_eq!(served.json("/kv?key=a").await, json!({"ok": null}));
    assert_eq!(served.json("/kv?op=exists&key=a").await, json!({"ok": false}));
    served.json("/kv?op=set&key=a&value=1").await;
    served.json("/kv?op=set&key=b&value=2").await;
    served.json("/kv?op=set&key=a&value=3").await;
    assert_eq!(served.json("/kv?key=a").await, json!({"ok": "3"}));
    assert_eq!(served.json("/kv?op=exists&key=a").await, json!({"ok": true}));
    assert_eq!(served.json("/kv?op=keys").await, json!({"ok": ["a", "b"]}));
    served.json("/kv?op=delete&key=a").await;
    assert_eq!(served.json("/kv?key=a").await, json!({"ok": null}));
    let unknown = served.json("/kv?store=other&key=a").await;
    assert!(unknown["error"].as_str().unwrap().contains("NoSuchStore"), "{unknown}");
    let empty = served.json("/kv?op=set&key=&value=1").await;
    assert!(empty["error"].as_str().unwrap().contains("a key has"), "{empty}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_shown_and_not_changed() {
    let served = Setup::default().serve().await;
    assert_eq!(served.json("/file?path=/data/a.txt").await, json!({"ok": "shown a"}));
    assert_eq!(served.json("/file?path=/picked/b.txt").await, json!({"ok": "picked b"}));
    for denied in
        ["/data/a.txt&write=x", "/data/new.txt&write=x", "/data/../state/default.sqlite", "/etc/passwd"]
    {
        let answer = served.json(&format!("/file?path={denied}")).await;
        assert!(answer["error"].is_string(), "{denied}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_is_the_manifests_alone() {
    let served = Setup::default().serve().await;
    assert_eq!(served.json("/env").await, json!({"PLACE": "pop"}));
}
