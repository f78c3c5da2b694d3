//! The core, scripted: it keeps the rules of `kiosk_wire`, loses answers and goes away when told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kiosk_edge_platform::Clock;
use kiosk_edge_platform::native::ManualClock;
use kiosk_ids::{Sku, VendorId};
use kiosk_money::Currency;
use kiosk_problem::{Json, Problem};
use kiosk_wire::sign::{SignatureHeaders, Signed, verify};
use kiosk_wire::{
    Category, Change, Event, EventAck, EventBatch, EventBody, FeedPage, LeaseReply, LeaseRequest, LeaseState,
    Picture, Product, Vendor,
};

use super::{MUG, POP_KEY, SET_OF_4, SOFA, US_LAMP, product};

/// Stock of an item, and this POP's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    pub available: u64,
    pub epoch: u64,
    pub granted: u64,
}

/// What the core has.
#[derive(Default)]
pub struct State {
    pub events: Vec<Event>,
    pub stock: BTreeMap<String, Stock>,
    pub feed: Vec<Change>,
    pub media: BTreeMap<String, Vec<u8>>,
    /// Cards by version, and networks by version and `/onnx`.
    pub models: BTreeMap<String, Vec<u8>>,
    /// Pictures that were handed in, and how many events had come before each.
    pub handed_in: Vec<(Vec<u8>, usize)>,
    /// Refuses pictures with this status.
    pub refuse_pictures: Option<StatusCode>,
    pub fenced: Vec<String>,
    pub lease_requests: Vec<LeaseRequest>,
    pub nonces: Vec<String>,
    pub paths: Vec<String>,
    /// Leases run this long.
    pub lease_ttl_ms: i64,
    /// The core's clock is this far ahead of the POP's.
    pub ahead_ms: i64,
    /// Acts on the next request to an address with this end, and then answers 502.
    pub lose: Option<&'static str>,
    /// Refuses deliveries as if an event were missing.
    pub gap: bool,
    /// Answers every request with this status.
    pub down: Option<StatusCode>,
    /// Applies at most this many events of a delivery.
    pub events_max: Option<usize>,
    /// How often it took back what the POP held.
    pub fence: u64,
    /// The incarnation whose events have numbers that were used for others.
    pub rewound: Option<String>,
}

/// A handle on it.
#[derive(Clone)]
pub struct FakeCore {
    state: Arc<Mutex<State>>,
    clock: Arc<ManualClock>,
}

impl FakeCore {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        let state = State { lease_ttl_ms: 600_000, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)), clock }
    }

    /// Changes or reads its state.
    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    /// Sells `product`, `units` of each of its stock items.
    pub fn sell(&self, product: Product, units: u64) {
        self.with(|state| {
            for variant in &product.variants {
                let stock = Stock { available: units, epoch: 1, granted: 0 };
                state.stock.entry(variant.stock.item.to_string()).or_insert(stock);
            }
            state.feed.push(Change::Product(Box::new(product)));
        });
    }

    /// The usual goods, 100 units of each.
    pub fn sell_goods(&self) {
        let id = VendorId::named("clay").unwrap();
        let vendor = Vendor {
            id,
            name: "Clay & Co".into(),
            region: "DE".into(),
            about: "Pots.".into(),
            methods: Vec::new(),
        };
        let category = Category {
            slug: "kitchen".into(),
            name: "Kitchen".into(),
            parent: None,
            position: 1,
            blurb: "For cooks.".into(),
            attributes: Vec::new(),
        };
        self.with(|state| state.feed.extend([Change::Vendor(vendor), Change::Category(category)]));
        let mugs = [(MUG, 1_999, MUG, 1), (SET_OF_4, 6_999, MUG, 4)];
        self.sell(product("mug", false, Currency::EUR, &mugs), 100);
        self.sell(product("sofa", true, Currency::EUR, &[(SOFA, 89_900, SOFA, 1)]), 100);
        self.sell(product("lamp-us", false, Currency::USD, &[(US_LAMP, 4_500, US_LAMP, 1)]), 100);
    }

    /// The vendor takes these ways to pay alone from now on.
    pub fn take_only(&self, methods: &[&str]) {
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        self.tell(Change::Vendor(Vendor { methods, ..self.vendor() }));
    }

    /// Who sells everything.
    pub fn vendor(&self) -> Vendor {
        let vendor =
            |change: &Change| if let Change::Vendor(vendor) = change { Some(vendor.clone()) } else { None };
        self.with(|state| state.feed.iter().find_map(vendor).unwrap())
    }

    /// Tells more by the feed.
    pub fn tell(&self, change: Change) {
        self.with(|state| state.feed.push(change));
    }

    /// Sets what is left of an item in the core.
    pub fn restock(&self, item: &str, available: u64) {
        self.with(|state| state.stock.get_mut(item).unwrap().available = available);
    }

    /// Orders that arrived.
    pub fn orders(&self) -> Vec<kiosk_wire::OrderRecord> {
        let record = |event: &Event| match &event.body {
            EventBody::OrderPlaced(order) => Some((**order).clone()),
            _ => None,
        };
        self.with(|state| state.events.iter().filter_map(record).collect())
    }

    pub fn router(&self) -> Router {
        let core = self.clone();
        Router::new().fallback(move |request: Request<Body>| {
            let core = core.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                tokio::task::yield_now().await;
                core.answer(&parts, &body)
            }
        })
    }

    fn answer(&self, parts: &http::request::Parts, body: &Bytes) -> Response {
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock().unwrap();
        let path_and_query = parts.uri.path_and_query().unwrap().as_str();
        state.paths.push(path_and_query.to_owned());
        if let Some(status) = state.down {
            return Problem::new(status, "down", "The core is down").into_response();
        }
        let text = |name: &str| parts.headers[name].to_str().unwrap().to_owned();
        let headers = SignatureHeaders {
            content_digest: text("content-digest"),
            signature_input: text("signature-input"),
            signature: text("signature"),
        };
        let signed = Signed { method: parts.method.as_str(), path_and_query, body };
        let params = verify(POP_KEY.as_bytes(), &signed, &headers, now_ms / 1_000).unwrap();
        assert_eq!(params.key_id, "eu-1");
        assert!(!state.nonces.contains(&params.nonce), "a nonce was used twice");
        state.nonces.push(params.nonce);
        let response = state.serve(parts.uri.path(), parts.uri.query().unwrap_or(""), body, now_ms);
        if state.lose.is_some_and(|end| parts.uri.path().ends_with(end)) {
            state.lose = None;
            return StatusCode::BAD_GATEWAY.into_response();
        }
        response
    }
}

impl State {
    fn serve(&mut self, path: &str, query: &str, body: &Bytes, now_ms: i64) -> Response {
        match path {
            "/sync/v1/events" => self.apply_events(serde_json::from_slice(body).unwrap()),
            "/sync/v1/leases" => self.grant(serde_json::from_slice(body).unwrap(), now_ms),
            "/sync/v1/feed" => self.page(query),
            "/sync/v1/media" => self.take_picture(body),
            _ if path.starts_with("/sync/v1/models/") => match self.models.get(&path[16..]) {
                Some(bytes) => bytes.clone().into_response(),
                None => Problem::not_found("model").into_response(),
            },
            _ => match path.strip_prefix("/sync/v1/media/").and_then(|hash| self.media.get(hash)) {
                Some(bytes) => bytes.clone().into_response(),
                None => Problem::not_found("media").into_response(),
            },
        }
    }

    fn take_picture(&mut self, body: &Bytes) -> Response {
        if let Some(status) = self.refuse_pictures {
            return Problem::new(status, "picture_refused", "This is no picture").into_response();
        }
        self.handed_in.push((body.to_vec(), self.events.len()));
        let picture =
            Picture { hash: "0".repeat(64), ext: "webp".into(), alt: String::new(), widths: vec![] };
        Json(picture).into_response()
    }

    fn apply_events(&mut self, batch: EventBatch) -> Response {
        if self.rewound.as_deref() == Some(batch.incarnation.as_str()) {
            let title = "These numbers were used for other events";
            return Problem::new(StatusCode::CONFLICT, "events_rewound", title).into_response();
        }
        let applied = self.events.len() as u64;
        let fresh: Vec<_> = batch.events.into_iter().filter(|event| event.seq > applied).collect();
        let gap = fresh.first().is_some_and(|event| event.seq != applied + 1);
        if gap || self.gap {
            return Problem::new(StatusCode::CONFLICT, "event_gap", "An event is missing").into_response();
        }
        assert!(fresh.windows(2).all(|pair| pair[1].seq == pair[0].seq + 1), "a gap within a delivery");
        let limit = self.events_max.unwrap_or(usize::MAX);
        for event in fresh.into_iter().take(limit) {
            if let EventBody::StockReturned { take } = &event.body {
                self.stock.get_mut(take.item.as_str()).unwrap().available += u64::from(take.units);
            }
            self.events.push(event);
        }
        Json(EventAck { applied_through: self.events.len() as u64 }).into_response()
    }

    fn grant(&mut self, request: LeaseRequest, now_ms: i64) -> Response {
        let same = self.lease_requests.iter().filter(|seen| seen.incarnation == request.incarnation);
        if request.fence < same.map(|seen| seen.fence).max().unwrap_or(0) {
            let title = "These leases were written off since";
            return Problem::new(StatusCode::CONFLICT, "lease_fenced", title).into_response();
        }
        let mut leases = Vec::new();
        for ask in &request.asks {
            let Some(stock) = self.stock.get_mut(ask.item.as_str()) else {
                leases.push(LeaseState { item: ask.item.clone(), epoch: 0, granted: 0, available: 0 });
                continue;
            };
            let wanted = u64::from(ask.units);
            let units = if ask.whole && wanted > stock.available { 0 } else { wanted.min(stock.available) };
            let known = (ask.epoch == stock.epoch || ask.epoch == 0) && ask.granted_seen == stock.granted;
            if known {
                stock.available -= units;
                stock.granted += units;
            }
            leases.push(stock.state(&ask.item));
        }
        let fenced = self.fenced.iter().map(|item| self.stock[item].state(&Sku::parse(item).unwrap()));
        let core_ms = now_ms + self.ahead_ms;
        let reply = LeaseReply {
            now_ms: core_ms,
            expires_ms: core_ms + self.lease_ttl_ms,
            fenced: fenced.collect(),
            fence: self.fence,
            leases,
        };
        self.lease_requests.push(request);
        Json(reply).into_response()
    }

    fn page(&self, query: &str) -> Response {
        let number = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
            pair.unwrap().parse::<usize>().unwrap()
        };
        let (after, limit) = (number("after"), number("limit"));
        let end = self.feed.len().min(after + limit);
        let page = FeedPage {
            changes: self.feed[after.min(end)..end].to_vec(),
            next: end as u64,
            more: end < self.feed.len(),
        };
        Json(page).into_response()
    }
}

impl Stock {
    fn state(&self, item: &Sku) -> LeaseState {
        LeaseState { item: item.clone(), epoch: self.epoch, granted: self.granted, available: self.available }
    }
}
