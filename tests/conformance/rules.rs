//! What holds of every answer of the shop, whatever was asked: checked for each case besides what the case says.

use crate::answer::Answer;
use crate::client::REQUEST_ID;
use crate::table::Case;
use crate::vars::Vars;

/// What every answer of the storefront carries; a picture has a policy of its own.
const FENCES: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
];
/// What says more of the inside than a client has to know.
const LEAKS: [&str; 6] =
    ["server", "x-powered-by", "via", "spin-client-addr", "spin-full-url", "access-control-allow-origin"];

/// The rules that `answer` breaks.
pub fn broken(case: &Case, vars: &Vars, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    let mut rule = |holds: bool, text: &str| {
        if !holds {
            found.push(format!("every answer: {text}"));
        }
    };
    for name in LEAKS {
        rule(answer.header(name).is_none(), &format!("no {name}"));
    }
    if case.from_host {
        return found;
    }
    let (method, target) = case.method_and_target();
    let has_body = !answer.body.is_empty();
    let kind = answer.header("content-type").unwrap_or_default();
    rule(!has_body || !kind.is_empty(), "a body has a content type");
    let nothing =
        method == "HEAD" && answer.status == 200 && answer.header("content-length").as_deref() == Some("0");
    rule(!nothing, "HEAD does not tell a length that GET would not have (RFC 9110, 8.6)");
    rule(
        answer.status != 405 || answer.header("allow").is_some(),
        "405 says what is allowed (RFC 9110, 15.5.6)",
    );
    if !is_api(target) {
        for (name, value) in FENCES {
            rule(answer.header(name).as_deref() == Some(value), &format!("{name}: {value}"));
        }
        rule(answer.header("content-security-policy").is_some(), "a content security policy");
        let page = kind == "text/html; charset=utf-8" || kind == "application/json";
        rule(!has_body || answer.status < 400 || page, &format!("an error is a page, not {kind}"));
        return found;
    }
    rule(answer.header("cache-control").is_some(), "the API says what may be kept");
    let challenged = answer.status != 401 || answer.header("www-authenticate").is_some();
    rule(challenged, "401 says how to authenticate (RFC 9110, 11.6.1)");
    let id = answer.header(REQUEST_ID);
    let sent = case.with.keys().any(|name| name.eq_ignore_ascii_case(REQUEST_ID))
        || id == vars.fill("{{request_id}}").ok();
    rule(sent, "the request's id comes back");
    if answer.status >= 400 && method != "HEAD" {
        let problem = answer.json().unwrap_or_default();
        rule(kind == "application/problem+json", &format!("an error is problem+json, not {kind}"));
        rule(problem["status"] == answer.status, "a problem repeats the status");
        rule(problem["code"].as_str().is_some_and(|code| !code.is_empty()), "a problem has a code");
        rule(problem["title"].is_string() && problem["type"].is_string(), "a problem has a type and a title");
        rule(problem["request_id"].as_str() == id.as_deref(), "a problem names the request");
    }
    found
}

/// Whether the API answers there.
fn is_api(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or(target);
    path == "/v1" || path.starts_with("/v1/")
}
