//! `spin.toml` against `deploy/spin/manifest-v2.schema.json`: what of Spin's manifest Kiosk uses, as Spin documents it
//! (<https://spinframework.dev/v4/manifest-reference>).

use serde_json::{Value, json};

use crate::{root, spin_toml};

fn faults(manifest: &Value) -> Vec<String> {
    let schema = std::fs::read_to_string(root().join("deploy/spin/manifest-v2.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    schema.iter_errors(manifest).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

#[test]
fn the_manifest_is_of_version_2() {
    let faults = faults(&spin_toml());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_schema_finds_what_spin_would_refuse() {
    let cases: [(&str, Value); 7] = [
        ("/spin_manifest_version", json!(1)),
        ("/application/name", Value::Null),
        ("/component/storefront/source", Value::Null),
        ("/component/storefront/allowed_hosts", json!(["*"])),
        ("/component/edge-orders/variables/PopKey", json!("x")),
        ("/trigger/http/0/route", json!("no-slash")),
        ("/trigger/http/2/route", json!({ "private": false })),
    ];
    for (pointer, value) in cases {
        let mut manifest = spin_toml();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        manifest.pointer_mut(parent).unwrap()[name] = value;
        assert!(!faults(&manifest).is_empty(), "{pointer} should be refused");
    }
}

/// Every trigger names a component, every template a variable, and every sibling address a component.
#[test]
fn the_manifest_refers_to_what_is_there() {
    let manifest = spin_toml();
    let components = manifest["component"].as_object().unwrap();
    for trigger in manifest["trigger"]["http"].as_array().unwrap() {
        assert!(components.contains_key(trigger["component"].as_str().unwrap()), "{trigger}");
    }
    for (name, component) in components {
        let variables = component["variables"].as_object().unwrap().values();
        let hosts = component["allowed_outbound_hosts"].as_array().into_iter().flatten();
        for text in variables.chain(hosts).map(|text| text.as_str().unwrap()) {
            for template in text.split("{{").skip(1) {
                let variable = template.split("}}").next().unwrap().trim();
                assert!(
                    manifest["variables"].get(variable).is_some(),
                    "{name}: there is no variable {variable}"
                );
            }
            if let Some(sibling) =
                text.strip_suffix(".spin.internal").and_then(|url| url.strip_prefix("http://"))
            {
                assert!(components.contains_key(sibling), "{name}: there is no component {sibling}");
            }
        }
    }
}

/// What a component is told to call it may call; `shop_url` is only written into links.
#[test]
fn components_reach_what_they_are_told_to_call() {
    let manifest = spin_toml();
    for (name, component) in manifest["component"].as_object().unwrap() {
        let hosts: Vec<&str> = component["allowed_outbound_hosts"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|host| host.as_str().unwrap())
            .collect();
        let variables = component["variables"].as_object().into_iter().flatten();
        for (variable, value) in variables.filter(|(key, _)| key.ends_with("_url") && *key != "shop_url") {
            assert!(hosts.contains(&value.as_str().unwrap()), "{name} may not reach {variable}");
        }
    }
    let mails = |name: &str| manifest["component"][name]["variables"]["mail_from"].is_string();
    assert!(mails("edge-orders") && mails("edge-accounts"));
}

/// The fraud score asks nobody who they are, so nobody but the checkout and the registration may reach it.
#[test]
fn only_orders_and_accounts_reach_the_fraud_score() {
    let manifest = spin_toml();
    let triggers = manifest["trigger"]["http"].as_array().unwrap().iter();
    let routes: Vec<&Value> = triggers
        .filter(|trigger| trigger["component"] == "edge-fraud")
        .map(|trigger| &trigger["route"])
        .collect();
    assert_eq!(routes, [&json!({ "private": true })]);
    let reaches = |component: &Value| {
        let hosts = component["allowed_outbound_hosts"].as_array().into_iter().flatten();
        // A wildcard reaches it, too.
        hosts
            .map(|host| host.as_str().unwrap())
            .any(|host| host.contains("edge-fraud") || host.contains("://*"))
    };
    let components = manifest["component"].as_object().unwrap().iter();
    let callers: Vec<&String> =
        components.filter(|(_, component)| reaches(component)).map(|(name, _)| name).collect();
    assert_eq!(callers, ["edge-accounts", "edge-orders"]);
}
