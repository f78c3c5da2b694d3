//! `/admin/orders` and `/admin/orders/{id}`.

use leptos::prelude::*;

use crate::modules::orders::service::{OrderView, TakeView};
use crate::page::format::{count, distance, query_value, time};
use crate::page::{Badge, Empty, Fact, Pager, Tone};

/// One page of orders.
pub struct OrdersPageData {
    pub orders: Vec<OrderView>,
    pub pops: Vec<String>,
    pub pop: String,
    pub paged: bool,
    pub next: Option<String>,
}

#[component]
pub fn OrdersPage(data: OrdersPageData) -> impl IntoView {
    let path = match data.pop.as_str() {
        "" => "/admin/orders".to_owned(),
        pop => format!("/admin/orders?pop={}", query_value(pop)),
    };
    let options = data.pops.iter().map(|pop| {
        let selected = *pop == data.pop;
        view! { <option value=pop.clone() selected=selected>{pop.clone()}</option> }
    });
    let options = options.collect_view();
    let empty = data.orders.is_empty();
    let rows = data.orders.into_iter().map(order_row).collect_view();
    view! {
        <form class="tools" method="get" action="/admin/orders">
            <label>"POP"<select name="pop"><option value="">"All"</option>{options}</select></label>
            <button type="submit">"Show"</button>
        </form>
        <div class="card">
            {if empty { view! { <Empty text="No orders yet." /> }.into_any() } else { view! {
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Order"</th><th scope="col">"Placed"</th><th scope="col">"POP"</th>
                        <th scope="col">"Delivery"</th><th scope="col">"Payment"</th><th scope="col">"Fraud"</th>
                        <th scope="col" class="num">"Total"</th><th scope="col">"Attention"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }.into_any() }}
        </div>
        <Pager path paged=data.paged next=data.next />
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
            <td data-label="Payment">{order.payment_method}</td>
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

fn tone_of(outcome: &str) -> Tone {
    match outcome {
        "allow" => Tone::Good,
        "review" => Tone::Warn,
        _ => Tone::Bad,
    }
}

fn score_text(order: &OrderView) -> String {
    order.fraud_score.map(|score| format!("{score:.3}")).unwrap_or_default()
}

#[component]
pub fn OrderPage(order: OrderView) -> impl IntoView {
    let score = score_text(&order);
    let reasons = order.fraud_reasons.join(", ");
    let late = distance(order.placed_ms, order.received_ms);
    let alerts = (!order.attention.is_empty()).then(|| attention(&order.attention));
    let lines = order.lines.iter().map(|line| {
        let line = line.clone();
        let quantity = u32::try_from(line.quantity).unwrap_or(u32::MAX);
        let sum = line.unit_price.times(quantity).map(|sum| sum.to_string()).unwrap_or_default();
        view! {
            <tr>
                <td class="head" data-label="SKU"><span class="mono">{line.sku}</span><span class="sub">{line.product}</span></td>
                <td data-label="Vendor" class="mono">{line.vendor}</td>
                <td data-label="Pieces" class="num">{count(line.quantity)}</td>
                <td data-label="Each" class="num">{line.unit_price.to_string()}</td>
                <td data-label="Sum" class="num">{sum}</td>
            </tr>
        }
    });
    let lines = lines.collect_view();
    let takes = order.takes.iter().map(take_row).collect_view();
    view! {
        <p class="lead"><Badge tone=Tone::Plain text=order.status.clone() />" "{alerts}</p>
        <div class="card"><dl class="facts">
            <Fact name="Placed" value=time(order.placed_ms) />
            <Fact name="Reached the core" value=format!("{} ({late})", time(order.received_ms)) />
            <Fact name="POP" value=format!("{} ({}), event {} of {}", order.pop, order.region, order.seq, order.incarnation) />
            <Fact name="Customer" value=order.customer.clone() />
            <Fact name="Delivery" value=format!("{} to {} {}", order.delivery_kind, order.country, order.area) />
            <Fact name="Payment" value=format!("{} {}", order.payment_method, order.payment) />
            <Fact name="Fraud" value=format!("{} {score} by {} {reasons}", order.fraud_outcome, order.fraud_model) />
            <Fact name="Goods" value=order.subtotal.to_string() />
            <Fact name="Delivery price" value=order.delivery.to_string() />
            <Fact name="Total" value=order.total.to_string() />
        </dl></div>
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
