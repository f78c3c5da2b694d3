//! `/admin/orders` and `/admin/orders/{id}`.

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use http::Method;
use kiosk_ids::{OrderId, VendorId};
use leptos::prelude::*;

use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::modules::fraud::service::Finding;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;
use crate::modules::orders::flow::Stage;
use crate::modules::orders::parcels::ParcelRow;
use crate::modules::orders::service::{OrderView, TakeView};
use crate::modules::orders::shipments::Part;
use crate::modules::{discounts::service as discounts, gift_cards::service as gift_cards};
use crate::page::format::{count, distance, query_value, time};
use crate::page::goods::{CancelForm, ParcelBadge, ReturnBadge, ReturnForm, pieces_text, price_parts};
use crate::page::{
    Badge, Column, Empty, Fact, Fields, Frame, List, Listed, Notice, Page, Reasoned, StageActs, StageBadge,
    Tone, html, redirect,
};

const PATH: &str = "/admin/orders";
/// What the list is filtered by.
const STATES: &[(&str, &str)] = &[
    ("", "All"),
    ("attention", "To look at"),
    ("in_review", "To review for fraud"),
    ("allow", "Allowed by the fraud score"),
    ("step_up", "Stepped up by the fraud score"),
    ("review", "Doubted by the fraud score"),
    ("placed", "Placed"),
    ("awaiting_payment", "Awaiting payment"),
    ("cleared", "To send"),
    ("picking", "Being packed"),
    ("partially_shipped", "Partly shipped"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
    ("partially_refunded", "Partly refunded"),
    ("refunded", "Refunded"),
];

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Desk(Permission::Orders);
    vec![
        Route::new(Method::GET, PATH, access, get(list_orders), services.clone()),
        Route::new(Method::GET, "/admin/orders/{id}", access, get(get_order), services.clone()),
        Route::new(Method::POST, "/admin/orders/{id}/review", access, post(review), services.clone()),
        Route::new(
            Method::POST,
            "/admin/orders/{id}/parcels/{vendor}",
            access,
            post(move_order),
            services.clone(),
        ),
    ]
}

/// Lets an order go that is in review, or rejects it.
async fn review(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let order = OrderId::parse(&id).map_err(|_| Error::NotFound("order"))?;
    let release = match fields.text("act") {
        "release" => true,
        "reject" => false,
        _ => return Err(Error::invalid("act", "choose release or reject").into()),
    };
    let (reason, finding) =
        (fields.text("reason"), if release { Finding::Honest } else { Finding::Rejected });
    services.orders.review(&member, &order, release, reason).await?;
    services.fraud.record(&member, order.as_str(), finding, reason).await?;
    Ok(redirect(&format!("{PATH}/{order}")))
}

async fn list_orders(State(services): State<Services>, member: Member, Query(list): Query<List>) -> Page {
    let list = list.sorted("-placed");
    let (orders, more) = services.orders.find_orders(&list).await?;
    Ok(html(Frame::of(&member, "Orders", PATH), view! { <OrdersPage orders list more /> }))
}

async fn get_order(State(services): State<Services>, member: Member, Path(id): Path<String>) -> Page {
    let id = OrderId::parse(&id).map_err(|_| Error::NotFound("order"))?;
    let order = services.orders.get_order(&id).await?;
    let pays = member.may(Permission::Payments);
    let judges = member.may(Permission::Fraud);
    let reductions = Reductions {
        discounts: services.discounts.list_of_order(id.as_str()).await?,
        gift_cards: services.gift_cards.list_of_order(id.as_str()).await?,
    };
    let mut parts = Vec::with_capacity(order.parcels.len());
    for parcel in &order.parcels {
        if let Ok(vendor) = VendorId::parse(&parcel.vendor) {
            parts.push(services.orders.get_part(&vendor, &id).await?);
        }
    }
    Ok(html(
        Frame::of(&member, &order.id.clone(), PATH),
        view! { <OrderPage order parts pays judges reductions /> },
    ))
}

async fn move_order(
    State(services): State<Services>,
    member: Member,
    Path((id, vendor)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    let order = OrderId::parse(&id).map_err(|_| Error::NotFound("order"))?;
    let vendor = VendorId::parse(&vendor).map_err(|_| Error::NotFound("order"))?;
    let to = Stage::parse(fields.text("status")).ok_or_else(|| Error::invalid("status", "choose one"))?;
    services.orders.move_order(&member, (&order, &vendor), to).await?;
    Ok(redirect(&format!("{PATH}/{order}")))
}

#[component]
fn OrdersPage(orders: Vec<OrderView>, list: List, more: bool) -> impl IntoView {
    let empty = orders.is_empty();
    let found = list.q.is_empty() && list.state.is_empty();
    let rows = orders.into_iter().map(order_row).collect_view();
    let columns = vec![
        Column::plain("Order"),
        Column::sorted("Placed", "placed"),
        Column::plain("POP"),
        Column::plain("Delivery"),
        Column::plain("State"),
        Column::plain("Fraud"),
        Column::numbers("Total", "total"),
        Column::plain("Attention"),
    ];
    let empty = empty.then_some(if found { "No orders yet." } else { "No such order." });
    view! {
        <Listed path=PATH list label="Order, customer or POP, as a whole" states=STATES.to_vec() columns empty more>{rows}</Listed>
    }
}

fn order_row(order: OrderView) -> impl IntoView {
    let href = format!("/admin/orders/{}", order.id);
    let score = score_text(&order);
    view! {
        <tr>
            <td class="head" data-label="Order"><a class="mono" href=href>{order.id}</a></td>
            <td data-label="Placed">{time(order.placed_ms)}</td>
            <td data-label="POP">{order.pop}</td>
            <td data-label="Delivery">{order.delivery_kind}" to "{order.country}</td>
            <td data-label="State"><StateBadge status=order.status.clone() /></td>
            <td data-label="Fraud"><Badge tone=tone_of(&order.fraud_outcome) text=format!("{} {score}", order.fraud_outcome) /></td>
            <td data-label="Total" class="num">{order.total.to_string()}</td>
            <td data-label="Attention">{attention(&order.attention)}</td>
        </tr>
    }
}

fn attention(codes: &[String]) -> impl IntoView + use<> {
    if codes.is_empty() {
        return view! { <span class="sub">"–"</span> }.into_any();
    }
    codes
        .iter()
        .map(|code| view! { <Badge tone=Tone::Bad text=code.replace('_', " ") />" " })
        .collect_view()
        .into_any()
}

/// How far an order is as a whole.
#[component]
fn StateBadge(status: String) -> impl IntoView {
    match Stage::parse(&status) {
        Some(stage) => view! { <StageBadge stage /> }.into_any(),
        None => view! { <Badge tone=Tone::Plain text=status /> }.into_any(),
    }
}

fn tone_of(outcome: &str) -> Tone {
    match outcome {
        "allow" | "step_up" => Tone::Good,
        "review" => Tone::Warn,
        _ => Tone::Bad,
    }
}

fn score_text(order: &OrderView) -> String {
    order.fraud_score.map(|score| format!("{score:.3}")).unwrap_or_default()
}

/// What is taken off an order, and what else than its payment pays for it.
struct Reductions {
    discounts: Vec<discounts::Used>,
    gift_cards: Vec<gift_cards::Used>,
}

impl Reductions {
    fn facts(self) -> impl IntoView {
        let discounts = self.discounts.into_iter().map(|used| {
            view! { <Fact name="Discount" value=format!("{} by {} {}", used.amount, used.name, used.discount) /> }
        });
        let cards = self.gift_cards.into_iter().map(|used| {
            let back = if used.returned.amount > 0 {
                format!(", {} of it went back", used.returned)
            } else {
                String::new()
            };
            view! { <Fact name="Gift card" value=format!("{} by {}{back}", used.paid, used.card) /> }
        });
        (discounts.collect_view(), cards.collect_view())
    }
}

#[component]
fn OrderPage(
    order: OrderView,
    parts: Vec<Part>,
    pays: bool,
    judges: bool,
    reductions: Reductions,
) -> impl IntoView {
    let payment = format!("{} {}", order.payment_method, order.payment);
    let payment_href = pays.then(|| format!("/admin/payments/{}", order.id));
    let case = format!("/admin/fraud/{}", order.id);
    let score = score_text(&order);
    let reasons = order.fraud_reasons.join(", ");
    let late = distance(order.placed_ms, order.received_ms);
    let alerts = (!order.attention.is_empty()).then(|| attention(&order.attention));
    let lines = order.lines.iter().map(|line| {
        let line = line.clone();
        let quantity = u32::try_from(line.quantity).unwrap_or(u32::MAX);
        let parts = price_parts(&line);
        let sum = line.unit_price.times(quantity).map(|sum| sum.to_string()).unwrap_or_default();
        view! {
            <tr>
                <td class="head" data-label="SKU"><span class="mono">{line.sku}</span><span class="sub">{line.product}</span></td>
                <td data-label="Vendor" class="mono">{line.vendor}</td>
                <td data-label="Pieces" class="num">{count(line.quantity)}</td>
                <td data-label="Each" class="num">{line.unit_price.to_string()}<span class="sub">{parts}</span></td>
                <td data-label="Sum" class="num">{sum}</td>
            </tr>
        }
    });
    let lines = lines.collect_view();
    let takes = order.takes.iter().map(take_row).collect_view();
    let parcels = order.parcels.iter().map(|parcel| parcel_row(&order.id, parcel)).collect_view();
    let review =
        (order.status == Stage::InReview.name()).then(|| view! { <Review order=order.id.clone() /> });
    view! {
        <p class="lead"><StateBadge status=order.status.clone() />" "{alerts}</p>
        {review}
        <div class="card"><dl class="facts">
            <Fact name="Placed" value=time(order.placed_ms) />
            <Fact name="Reached the core" value=format!("{} ({late})", time(order.received_ms)) />
            <Fact name="POP" value=format!("{} ({}), event {} of {}", order.pop, order.region, order.seq, order.incarnation) />
            <div><dt>"Customer"</dt><dd>{customer_link(&order.customer)}</dd></div>
            {order.account.as_deref().map(|account| view! { <div><dt>"Account"</dt><dd>{customer_link(account)}</dd></div> })}
            <Fact name="Delivery" value=format!("{} to {} {}", order.delivery_kind, order.country, order.area) />
            <div><dt>"Payment"</dt><dd>{match payment_href {
                Some(href) => view! { <a href=href>{payment}</a> }.into_any(),
                None => payment.into_any(),
            }}</dd></div>
            <Fact name="Fraud" value=format!("{} {score} by {} {reasons}", order.fraud_outcome, order.fraud_model) />
            {judges.then(|| view! { <div><dt>"Case"</dt><dd><a href=case>"What is around it"</a></dd></div> })}
            <Fact name="Goods" value=order.subtotal.to_string() />
            <Fact name="Delivery price" value=order.delivery.to_string() />
            <Fact name="Total" value=order.total.to_string() />
            {reductions.facts()}
        </dl></div>
        <h2>"Parcels"</h2>
        <div class="card">
            {if order.parcels.is_empty() { view! { <Empty text="Nothing to send." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Vendor"</th><th scope="col">"State"</th><th scope="col">"Since"</th>
                        <th scope="col">"Next"</th>
                    </tr></thead>
                    <tbody>{parcels}</tbody>
                </table>
            }.into_any() }}
        </div>
        {parts.into_iter().map(|part| view! { <PartView part /> }).collect_view()}
        <h2>"Lines"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"SKU"</th><th scope="col">"Vendor"</th><th scope="col" class="num">"Pieces"</th>
                <th scope="col" class="num">"Each"</th><th scope="col" class="num">"Sum"</th>
            </tr></thead>
            <tbody>{lines}</tbody>
        </table></div>
        <h2>"Stock it took"</h2>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Item"</th><th scope="col" class="num">"Epoch"</th>
                <th scope="col" class="num">"Units"</th><th scope="col" class="num">"Short"</th>
            </tr></thead>
            <tbody>{takes}</tbody>
        </table></div>
    }
}

/// What was sent of a vendor's order, what comes back, and what can be done with its pieces.
#[component]
fn PartView(part: Part) -> impl IntoView {
    let vendor = part.seller.vendor.clone();
    let to = format!("{PATH}/{}/parcels/{vendor}", part.order);
    let lines = part.seller.lines.iter().map(|line| {
        let (title, sku) = part.name_of(line.number);
        view! { <li>{title}" "<span class="mono">{sku}</span>": "{pieces_text(line)}</li> }
    });
    let parcels = part.parcels.iter().map(|parcel| {
        let sent = format!("{} {}", parcel.carrier, parcel.tracking);
        view! { <li><ParcelBadge state=parcel.state />" "<span class="mono">{sent}</span>" "{time(parcel.changed_ms)}</li> }
    });
    let returns = part.returns.iter().map(|given| {
        let href = format!("/admin/returns/{}", given.id);
        view! { <li><a class="mono" href=href>{given.label.clone()}</a>" "<ReturnBadge state=given.state /></li> }
    });
    let (lines, parcels, returns) = (lines.collect_view(), parcels.collect_view(), returns.collect_view());
    view! {
        <h2>{format!("Goods of {vendor}")}</h2>
        <ul class="way">{lines}{parcels}{returns}</ul>
        <CancelForm to=format!("{to}/cancel") part=part.clone() />
        <ReturnForm to=format!("{to}/returns") part />
    }
}

/// What is done with an order that waits for an admin.
#[component]
fn Review(order: String) -> impl IntoView {
    let to = format!("{PATH}/{order}/review");
    view! {
        <Notice tone=Tone::Warn text="The fraud score doubts this order: nothing of it is sent until somebody decides." />
        <div class="acts">
            <Reasoned to=to.clone() act="release" text="Release" reason="Why it is released" />
            <Reasoned to act="reject" text="Reject and cancel" reason="Why it is rejected" danger=true />
        </div>
    }
}

fn customer_link(pseudonym: &str) -> impl IntoView + use<> {
    let href = format!("/admin/customers/{}", query_value(pseudonym));
    view! { <a class="mono" href=href>{pseudonym.to_owned()}</a> }
}

fn parcel_row(order: &str, parcel: &ParcelRow) -> impl IntoView + use<> {
    let ParcelRow { vendor, status, changed_ms } = parcel.clone();
    let to = format!("{PATH}/{order}/parcels/{vendor}");
    view! {
        <tr>
            <td class="head mono" data-label="Vendor">{vendor}</td>
            <td data-label="State"><StageBadge stage=status /></td>
            <td data-label="Since">{time(changed_ms)}</td>
            <td data-label="Next"><StageActs to stage=status cancels=true /></td>
        </tr>
    }
}

fn take_row(take: &TakeView) -> impl IntoView + use<> {
    let href = format!("/admin/leases?q={}", query_value(&take.item));
    view! {
        <tr>
            <td class="head" data-label="Item"><a class="mono" href=href>{take.item.clone()}</a></td>
            <td data-label="Epoch" class="num">{count(take.epoch)}</td>
            <td data-label="Units" class="num">{count(take.units)}</td>
            <td data-label="Short" class="num">{count(take.short)}</td>
        </tr>
    }
}
