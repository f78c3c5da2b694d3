//! What a manifest may say, and how nonsense is refused.

use std::path::Path;

use edge_node::manifest::{Application, Mount, VariableSource};

const HEAD: &str = r#"
    spin_manifest_version = 2
    [application]
    name = "shop"
    version = "0.1.0"
    authors = ["Kiosk"]
"#;

fn parse(text: &str) -> Result<Application, String> {
    let application = Application::parse(text, Path::new("/root-of-it"), &VariableSource::default());
    application.map_err(|error| error.to_string())
}

/// A manifest with one component whose table ends with `fields`.
fn component(fields: &str) -> Result<Application, String> {
    parse(&format!(
        "{HEAD}\n[[trigger.http]]\nroute = \"/...\"\ncomponent = \"c\"\n[component.c]\nsource = \"c.wasm\"\n{fields}"
    ))
}

#[test]
fn a_full_manifest_is_resolved() {
    let application = parse(&format!(
        r#"{HEAD}
        [application.trigger.http]
        base = "/"
        [variables]
        core = {{ default = "http://core.test:8000" }}
        [[trigger.http]]
        id = "front"
        route = "/..."
        component = "front"
        [[trigger.http]]
        route = {{ private = true }}
        component = "back"
        [component.front]
        source = "dist/front.wasm"
        description = "pages"
        files = ["assets/**/*", {{ source = "dist/assets", destination = "/assets" }}]
        allowed_outbound_hosts = ["{{{{ core }}}}", "http://back.spin.internal"]
        sqlite_databases = ["default"]
        key_value_stores = ["default"]
        [component.front.variables]
        core_url = "{{{{ core }}}}/sync"
        [component.front.build]
        command = "cargo build"
        workdir = "front"
        [component.back]
        source = "dist/back.wasm"
        "#
    ))
    .unwrap();
    assert_eq!(application.routes.find("/any").unwrap().route.component, "front");
    assert_eq!(application.routes.routes().len(), 1);
    let [back, front] = &application.components[..] else { panic!("two components") };
    assert_eq!(back.source, Path::new("/root-of-it/dist/back.wasm"));
    assert_eq!(front.variables["core_url"], "http://core.test:8000/sync");
    assert!(front.outbound.allows(&"http://core.test:8000/x".parse().unwrap()));
    assert!(!back.outbound.allows(&"http://core.test:8000/x".parse().unwrap()));
    let placed = Mount::Placed { source: "/root-of-it/dist/assets".into(), destination: "/assets".into() };
    assert_eq!(front.mounts, [Mount::Glob("assets/**/*".into()), placed]);
}

#[test]
fn nonsense_is_refused_and_the_field_is_named() {
    let cases = [
        (component("sqlite_database = [\"default\"]"), "sqlite_database"),
        (component("sqlite_databases = [\"../up\"]"), "component.c.sqlite_databases"),
        (component("key_value_stores = [\"a\", \"a\"]"), "component.c.key_value_stores"),
        (component("allowed_outbound_hosts = [\"core\"]"), "component.c.allowed_outbound_hosts"),
        (
            component("allowed_outbound_hosts = [\"{{ no }}\"]"),
            "allowed_outbound_hosts[0]: there is no variable `no`",
        ),
        (component("variables = { k = \"{{ no }}\" }"), "component.c.variables.k"),
        (component("files = [\"../up/*\"]"), "component.c.files[0]"),
        (component("files = [{ source = \"a\", destination = \"b\" }]"), "component.c.files[0]"),
        (component("[variables]\nx = {}"), "variables.x"),
        (component("[variables]\nx = { required = true, default = \"\" }"), "variables.x"),
        (component("[variables]\nBad = { default = \"\" }"), "variables.Bad"),
        (component("[variables]\nx = { required = true }"), "SPIN_VARIABLE_X"),
        (component("[[trigger.http]]\nroute = \"/...\"\ncomponent = \"c\""), "match the same paths"),
        (component("[[trigger.http]]\nroute = \"/a\"\ncomponent = \"d\""), "trigger.http[1].component"),
        (
            component("[[trigger.http]]\nroute = { private = false }\ncomponent = \"c\""),
            "trigger.http[1].route",
        ),
        (component("[[trigger.redis]]\nchannel = \"x\"\ncomponent = \"c\""), "redis"),
        (parse(HEAD), "trigger.http"),
        (parse(&HEAD.replace("= 2", "= 1")), "spin_manifest_version"),
        (parse(&HEAD.replace("shop", "")), "application.name"),
        (parse("nothing"), "malformed"),
    ];
    for (result, expected) in cases {
        let error = result.expect_err(expected);
        assert!(error.contains(expected), "`{error}` does not name `{expected}`");
    }
}

#[test]
fn a_value_given_wins_over_the_environment_and_that_over_the_default() {
    let text = format!(
        r#"{HEAD}
        [variables]
        a = {{ default = "default" }}
        b = {{ default = "default" }}
        c = {{ required = true }}
        [[trigger.http]]
        route = "/..."
        component = "c"
        [component.c]
        source = "c.wasm"
        variables = {{ all = "{{{{ a }}}} {{{{ b }}}} {{{{ c }}}}" }}
        "#
    );
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let environment =
        [pair("SPIN_VARIABLE_B", "environment"), pair("SPIN_VARIABLE_C", "environment"), pair("B", "x")];
    let source = VariableSource::new([pair("c", "given")]).with_environment(environment.clone());
    let application = Application::parse(&text, Path::new("."), &source).unwrap();
    assert_eq!(application.components[0].variables["all"], "default environment given");
    let unknown = VariableSource::new([pair("d", "1")]).with_environment(environment);
    let error = Application::parse(&text, Path::new("."), &unknown).unwrap_err();
    assert!(error.to_string().contains("variables.d"), "{error}");
}
