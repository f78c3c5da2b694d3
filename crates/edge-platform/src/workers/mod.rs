//! The ports on Cloudflare Workers, and [`serve`], which the entry calls.
//!
//! A Worker's isolate runs on one thread, so what is not `Send` here is wrapped in `SendFuture` or `SendWrapper` soundly.

mod body;
mod d1;
mod http;
mod log;

use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, StatusCode};
use axum::Router;
use axum::body::Body;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use http_body_util::BodyExt;
use kiosk_problem::REQUEST_ID;
use tower::ServiceExt;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::js_sys::Promise;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen_futures::future_to_promise;
use worker::{Delay, Env, HttpRequest, Response, ResponseBuilder};

use crate::{
    AfterResponse, Clock, Database, Edge, Files, Randomness, Timer, VariableError, Variables, client, head,
    request_id, streaming,
};

/// Name of the D1 binding in `wrangler.toml`.
pub const DATABASE_BINDING: &str = "DB";

/// Other apps of the POP that run in the same Worker, by component name.
pub type Siblings = Vec<(&'static str, Router)>;

/// Files that were compiled in: absolute path and content.
pub type EmbeddedFiles = &'static [(&'static str, &'static [u8])];

/// The ports of this isolate. Requests to `http://<component>.spin.internal` go to `siblings` without leaving it.
///
/// # Errors
/// When the database is not bound.
pub fn edge(env: &Env, files: EmbeddedFiles, siblings: Siblings) -> worker::Result<Edge> {
    edge_on(env, DATABASE_BINDING, files, siblings)
}

/// A D1 database, by its binding in `wrangler.toml`.
///
/// # Errors
/// When it is not bound.
pub fn database(env: &Env, binding: &str) -> worker::Result<Arc<dyn Database>> {
    Ok(Arc::new(d1::D1(env.d1(binding)?)))
}

/// As [`edge`], with a database of its own.
///
/// # Errors
/// When the database is not bound.
pub fn edge_on(env: &Env, binding: &str, files: EmbeddedFiles, siblings: Siblings) -> worker::Result<Edge> {
    log::to_console();
    Ok(Edge {
        db: database(env, binding)?,
        http: Arc::new(http::WorkersHttp { siblings }),
        variables: Arc::new(EnvVariables(env.clone())),
        files: Arc::new(CompiledIn(files)),
        clock: Arc::new(WorkersClock),
        timer: Arc::new(WorkersTimer),
        random: Arc::new(WebCrypto),
        after: Arc::new(WaitUntil),
    })
}

/// Hands one request to the router and its answer back. The answer is sent whole, unless it is one of events.
///
/// # Errors
/// When the answer cannot be built.
pub async fn serve(router: Router, request: HttpRequest) -> worker::Result<Response> {
    let (request, rest) = body::kept(request);
    let mut request = request.map(Body::new);
    let method = request.method().clone();
    let id = request_id::ensure(request.headers_mut(), &WebCrypto);
    body::one_cookie_line(request.headers_mut());
    // Cloudflare sets it, whatever the client sent.
    let peer = request.headers().get("cf-connecting-ip").and_then(|value| value.to_str().ok());
    let peer = peer.and_then(client::address);
    client::set(request.headers_mut(), peer);
    let answer = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    rest.drain().await;
    let (mut parts, body) = answer.into_parts();
    head::without_length(&method, &mut parts.headers);
    parts.headers.insert(REQUEST_ID, id);
    if streaming::is_streamed(&parts.headers) {
        let builder = ResponseBuilder::new().with_status(parts.status.as_u16());
        let failed = |error: axum::Error| worker::Error::RustError(error.to_string());
        let bytes = TryStreamExt::map_err(body.into_data_stream(), failed);
        return builder.with_headers((&parts.headers).into()).from_stream(bytes);
    }
    match body.collect().await {
        Ok(body) => respond(parts.status, &parts.headers, body.to_bytes().into()),
        Err(error) => {
            tracing::error!(%error, "a response body broke off");
            respond(StatusCode::INTERNAL_SERVER_ERROR, &HeaderMap::new(), Vec::new())
        }
    }
}

fn respond(status: StatusCode, headers: &HeaderMap, body: Vec<u8>) -> worker::Result<Response> {
    let builder = ResponseBuilder::new().with_status(status.as_u16()).with_headers(headers.into());
    Ok(if body.is_empty() { builder.empty() } else { builder.fixed(body) })
}

struct EnvVariables(Env);

impl Variables for EnvVariables {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, VariableError>> {
        // Secrets and plain variables are bound alike.
        let value = self.0.var(&name.to_ascii_uppercase());
        let value = value.map(|value| value.to_string());
        let missing =
            |error: worker::Error| VariableError { name: name.to_owned(), reason: error.to_string() };
        std::future::ready(value.map_err(missing)).boxed()
    }
}

struct CompiledIn(EmbeddedFiles);

impl Files for CompiledIn {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.to_vec())
    }
}

/// Workers stop their clock while they compute, so what is measured without waiting is 0.
struct WorkersClock;

impl Clock for WorkersClock {
    fn now_ms(&self) -> i64 {
        i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX)
    }
}

struct WorkersTimer;

impl Timer for WorkersTimer {
    fn sleep(&self, wait_ms: u32) -> BoxFuture<'static, ()> {
        SendFuture::new(Delay::from(Duration::from_millis(wait_ms.into()))).boxed()
    }
}

#[wasm_bindgen]
unsafe extern "C" {
    /// Web Cryptography API, 10.1.1; takes at most 65,536 bytes.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]);
}

struct WebCrypto;

impl Randomness for WebCrypto {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.chunks_mut(65_536).for_each(get_random_values);
    }
}

#[wasm_bindgen(module = "cloudflare:workers")]
unsafe extern "C" {
    /// Keeps the isolate until `promise` is settled, for the request that runs.
    #[wasm_bindgen(js_name = waitUntil)]
    fn wait_until(promise: &Promise);
}

struct WaitUntil;

impl AfterResponse for WaitUntil {
    fn run(&self, work: BoxFuture<'static, ()>) {
        let work = SendWrapper::new(work);
        wait_until(&future_to_promise(async move {
            work.0.await;
            Ok(wasm_bindgen::JsValue::UNDEFINED)
        }));
    }
}
