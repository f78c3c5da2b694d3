//! The core put together: services over one database, and the router in front of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use http::Method;
use kiosk_problem::{REQUEST_ID, method_not_allowed, route_not_found, with_request_ids};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, SetRequestIdLayer};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;

use crate::admin;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Error;
use crate::http::{
    self as web, Access, Browsers, Limits, Route, guard_request, require_member, require_operator,
    require_own_page,
};
use crate::media;
use crate::modules::bus::{self, Consumer};
use crate::modules::sync::auth::require_pop;
use crate::modules::{
    accounting, audit, catalog, chats, customers, discounts, fraud, freight, gift_cards, imports, inventory,
    listings, mail, members, models, notices, orders, payments, payouts, promotions, reviews, sync, vendors,
    warehouse,
};
use crate::panel;
use crate::signin;

/// The services of the core.
#[derive(Clone, Debug)]
pub struct Services {
    /// POPs.
    pub sync: sync::service::Service,
    /// Vendors, categories, products.
    pub catalog: catalog::service::Service,
    /// Stock and leases.
    pub inventory: inventory::service::Service,
    /// Orders.
    pub orders: orders::service::Service,
    /// Who bought, by pseudonym.
    pub customers: customers::service::Service,
    /// What the fraud score doubted, and what became of it.
    pub fraud: fraud::service::Service,
    /// Reviews.
    pub reviews: reviews::service::Service,
    /// What customers and vendors write to each other.
    pub chats: chats::service::Service,
    /// Catalogues from elsewhere.
    pub imports: imports::service::Service,
    /// Pictures.
    pub media: media::service::Service,
    /// Admins and people of vendors.
    pub members: members::service::Service,
    /// What admins did.
    pub audit: audit::service::Service,
    /// Mails to them.
    pub mail: mail::service::Service,
    /// What customers are told by mail.
    pub notices: notices::service::Service,
    /// Goods that are too big for a parcel.
    pub freight: freight::service::Service,
    /// Where vendors keep their goods.
    pub warehouse: warehouse::service::Service,
    /// Who sells.
    pub vendors: vendors::service::Service,
    /// What they sell.
    pub listings: listings::service::Service,
    /// What they promote.
    pub promotions: promotions::service::Service,
    /// What is taken off prices.
    pub discounts: discounts::service::Service,
    /// Gift cards.
    pub gift_cards: gift_cards::service::Service,
    /// How vendors pay fees by card.
    pub fees: payments::fees::service::Service,
    /// How orders are paid.
    pub payments: payments::service::Service,
    /// The books.
    pub accounting: accounting::service::Service,
    /// Payouts as files for the bank.
    pub payout_files: payouts::files::Files,
    /// What vendors are paid.
    pub payouts: payouts::service::Service,
    /// Fraud models.
    pub models: models::service::Service,
    /// The tree of categories.
    pub shelves: catalog::shelves::Service,
    /// What becomes of facts that they tell each other.
    pub bus: bus::service::Service,
    /// The time they go by.
    pub clock: Clock,
}

/// Who hears of facts, each by a task of its own.
#[must_use]
pub fn consumers(services: &Services) -> Vec<Arc<dyn Consumer>> {
    vec![
        Arc::new(payments::Payments::new(services.clock.clone())),
        Arc::new(accounting::consumer::Bookkeeper),
        Arc::new(orders::consumer::Clearing),
        Arc::new(warehouse::consumer::Allocator),
        Arc::new(freight::consumer::Forwarder),
        Arc::new(notices::consumer::Notices::new(services.clock.clone())),
        Arc::new(discounts::consumer::Budgets),
        Arc::new(gift_cards::consumer::Cards),
        Arc::new(customers::Customers::new(services.clock.clone())),
        Arc::new(fraud::Cases),
        Arc::new(models::Scores),
    ]
}

impl Services {
    /// All services over one database.
    #[must_use]
    pub fn new(db: &Db, config: &Config, clock: &Clock) -> Self {
        let media = media::service::Service::new(db.clone(), config.files.clone(), clock.clone());
        let pops = Arc::new(config.pops.clone());
        let members = members::service::Service::new(db.clone(), clock.clone(), &config.public_url);
        let vendors = vendors::service::Service::new(
            db.clone(),
            clock.clone(),
            config.files.clone(),
            members.clone(),
            &config.public_url,
        );
        let imports = imports::service::Service::new(db.clone(), media.clone(), clock.clone());
        let inventory = inventory::service::Service::new(db.clone());
        let news = chats::News::default();
        let listings = listings::service::Service::new(
            db.clone(),
            clock.clone(),
            media.clone(),
            imports.clone(),
            inventory.clone(),
        );
        let customers = customers::service::Service::new(db.clone(), clock.clone());
        let orders = orders::service::Service::new(db.clone(), clock.clone());
        let reviews = reviews::service::Service::new(db.clone(), clock.clone());
        let discounts = discounts::service::Service::new(db.clone(), clock.clone());
        let payments = payments::service::Service::new(db.clone(), clock.clone(), &config.payments);
        Self {
            sync: sync::service::Service::new(
                db.clone(),
                clock.clone(),
                Arc::clone(&pops),
                config.lease_ttl_s,
                news.clone(),
            ),
            catalog: catalog::service::Service::new(db.clone()),
            inventory,
            fraud: fraud::service::Service::new(
                db.clone(),
                clock.clone(),
                customers.clone(),
                orders.clone(),
                fraud::service::Others {
                    reviews: reviews.clone(),
                    vendors: vendors.clone(),
                    discounts: discounts.clone(),
                },
            ),
            orders,
            customers,
            reviews,
            chats: chats::service::Service::new(db.clone(), clock.clone(), media.clone(), news),
            imports,
            media,
            members,
            notices: notices::service::Service::new(db.clone(), clock.clone()),
            freight: freight::service::Service::new(db.clone(), clock.clone()),
            warehouse: warehouse::service::Service::new(db.clone(), clock.clone()),
            vendors,
            listings,
            promotions: promotions::service::Service::new(db.clone(), clock.clone()),
            discounts,
            gift_cards: gift_cards::service::Service::new(db.clone(), clock.clone()),
            fees: payments::fees::service::Service::new(
                db.clone(),
                clock.clone(),
                &config.payments,
                &config.public_url,
            ),
            payments: payments.clone(),
            accounting: accounting::service::Service::new(db.clone(), clock.clone()),
            payout_files: payouts::files::Files::new(db.clone(), clock.clone(), config.payments.bank.clone()),
            payouts: payouts::service::Service::new(
                db.clone(),
                clock.clone(),
                Arc::new(payouts::through::Payments { db: db.clone(), payments: payments.clone() }),
            ),
            models: models::service::Service::new(db.clone(), clock.clone(), pops),
            shelves: catalog::shelves::Service::new(db.clone(), clock.clone()),
            audit: audit::service::Service::new(db.clone()),
            mail: mail::service::Service::new(db.clone(), clock.clone(), &config.mail),
            bus: bus::service::Service::new(db.clone(), clock.clone()),
            clock: clock.clone(),
        }
    }
}

/// One route, as a test enumerates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// Its method.
    pub method: Method,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// The whole core.
#[derive(Clone, Debug)]
pub struct App {
    /// Its services.
    pub services: Services,
    /// What brings them the facts that they tell each other.
    pub bus: bus::run::Bus,
    /// Its HTTP.
    pub router: Router,
    /// Every route of it: there is no other way into the router.
    pub routes: Vec<RouteInfo>,
}

impl App {
    /// Puts the core together, and makes the configured POPs known.
    ///
    /// # Errors
    /// When the database or the broker fails.
    pub async fn new(db: &Db, config: &Config, clock: &Clock) -> Result<Self, Error> {
        web::metrics::recorder();
        let services = Services::new(db, config, clock);
        let bus = bus::run::Bus::open(db, clock, consumers(&services), config.nats.as_ref()).await?;
        services.sync.register_pops().await?;
        services.models.register_release(&config.fraud_model).await?;
        let secure = config.public_url.starts_with("https:");
        let browsers = Browsers { members: services.members.clone(), secure };
        let routes = [
            web::metrics::routes(db),
            sync::transport::routes(&services.sync),
            models::transport::routes(&services.models),
            catalog::transport::routes(&services.catalog),
            media::transport::routes(&services.media),
            inventory::transport::routes(&services.inventory),
            orders::transport::routes(&services.orders),
            payments::transport::routes(&services.payments),
            signin::routes(&services, &browsers),
            admin::routes(&services),
            panel::routes(&services),
        ];
        let routes: Vec<Route> = routes.into_iter().flatten().collect();
        let infos = routes
            .iter()
            .map(|route| RouteInfo { method: route.method.clone(), path: route.path, access: route.access })
            .collect();
        let router = build_router(routes, &services, &browsers, &Arc::new(config.operator_key.clone()));
        Ok(Self { services, bus, router, routes: infos })
    }
}

fn build_router(
    routes: Vec<Route>,
    services: &Services,
    browsers: &Browsers,
    operator_key: &Arc<crate::config::Secret>,
) -> Router {
    let mut router = Router::new();
    for Route { path, access, handler, .. } in routes {
        let handler = match access {
            Access::Public => handler,
            Access::Operator => handler.layer(from_fn_with_state(operator_key.clone(), require_operator)),
            Access::Visitor => handler.layer(from_fn(require_own_page)),
            Access::Desk(_) | Access::Vendor => {
                handler.layer(from_fn_with_state((browsers.clone(), access), require_member))
            }
            Access::Pop => handler.layer(from_fn_with_state(services.sync.clone(), require_pop)),
        };
        router = router.route(path, handler);
    }
    let trace = TraceLayer::new_for_http()
        .make_span_with(|request: &axum::extract::Request| {
            let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("");
            tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
        })
        .on_response(DefaultOnResponse::new().level(Level::DEBUG));
    router
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // Bodies are measured where they are read.
        .layer(DefaultBodyLimit::disable())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(Limits::default(), guard_request))
        .layer(from_fn(with_request_ids))
        .layer(trace)
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}
