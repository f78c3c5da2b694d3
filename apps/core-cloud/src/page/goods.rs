//! Pieces of orders in forms, and returns: what admins' and vendors' pages share.

use leptos::prelude::*;

use super::fields::Fields;
use super::form::Act;
use super::format::{count, time};
use super::layout::{Badge, Fact, Tone};
use crate::error::Error;
use crate::modules::orders::flow::ParcelState;
use crate::modules::orders::purchase::{Line, Return};
use crate::modules::orders::returns::{
    FAULT_WINDOW_DAYS, Found, RETURN_WINDOW_DAYS, Reason, ReturnState, Wish,
};
use crate::modules::orders::service::LineView;
use crate::modules::orders::shipments::Part;

/// The pieces that a form names: a field for each line; an empty one is none.
///
/// # Errors
/// 422 for what is no number.
pub fn read_pieces(fields: &Fields, prefix: &str, lines: &[u32]) -> Result<Vec<(u32, i64)>, Error> {
    let count_of = |line: &u32| {
        let name = format!("{prefix}-{line}");
        let count = match fields.text(&name) {
            "" => 0,
            text => text.parse().map_err(|_| Error::invalid(&name, "a whole number"))?,
        };
        Ok((*line, count))
    };
    lines.iter().map(count_of).collect()
}

/// The numbers of an order's lines.
pub fn numbers_of(part: &Part) -> Vec<u32> {
    part.seller.lines.iter().map(|line| line.number).collect()
}

/// What an inspection says of each line of a return.
///
/// # Errors
/// 422 for what is no number.
pub fn read_found(fields: &Fields, given: &Return) -> Result<Vec<Found>, Error> {
    let lines: Vec<u32> = given.lines.iter().map(|line| line.line).collect();
    let sellable = read_pieces(fields, "sellable", &lines)?;
    let damaged = read_pieces(fields, "damaged", &lines)?;
    let accepted = read_pieces(fields, "accepted", &lines)?;
    let all = sellable.into_iter().zip(damaged).zip(accepted);
    let found =
        |(((line, sellable), (_, damaged)), (_, accepted))| Found { line, sellable, damaged, accepted };
    Ok(all.map(found).collect())
}

/// Why a form asks for a return, and what for.
///
/// # Errors
/// 422 for anything else than what is offered.
pub fn read_wish(fields: &Fields) -> Result<(Reason, Wish), Error> {
    let reason = Reason::parse(fields.text("why")).ok_or_else(|| Error::invalid("why", "choose one"))?;
    let wish = Wish::parse(fields.text("wish")).ok_or_else(|| Error::invalid("wish", "choose one"))?;
    Ok((reason, wish))
}

/// Where a parcel stands.
#[component]
pub fn ParcelBadge(state: ParcelState) -> impl IntoView {
    let tone = match state {
        ParcelState::Planned | ParcelState::Picking | ParcelState::Packed => Tone::Warn,
        ParcelState::Shipped => Tone::Plain,
        ParcelState::Delivered => Tone::Good,
        ParcelState::Returned | ParcelState::Lost | ParcelState::Cancelled => Tone::Bad,
    };
    view! { <Badge tone text=state.name() /> }
}

/// Where a return stands.
#[component]
pub fn ReturnBadge(state: ReturnState) -> impl IntoView {
    let tone = match state {
        ReturnState::Open | ReturnState::Received => Tone::Warn,
        ReturnState::Closed => Tone::Good,
        ReturnState::Cancelled => Tone::Plain,
    };
    view! { <Badge tone text=state.name() /> }
}

/// What made the price of a piece: `listed at €12.00, €1.50 paid by the marketplace`.
pub fn price_parts(line: &LineView) -> String {
    let list = line.list_price.map(|price| format!("listed at {price}"));
    let subsidy = line.subsidy.map(|amount| format!("{amount} paid by the marketplace"));
    let tax = line.added_tax.map(|tax| format!("{tax} of it tax"));
    let parts: Vec<String> = [list, subsidy, tax].into_iter().flatten().collect();
    parts.join(", ")
}

/// Where the pieces of a line are, in a sentence.
pub fn pieces_text(line: &Line) -> String {
    let pieces = &line.pieces;
    let parts = [
        (pieces.to_ship, "to send"),
        (pieces.shipped - pieces.delivered - pieces.lost, "on the way"),
        (pieces.delivered - pieces.returning - pieces.returned, "delivered"),
        (pieces.cancelled, "cancelled"),
        (pieces.lost, "lost"),
        (pieces.returning, "coming back"),
        (pieces.returned, "returned"),
        (pieces.refunded, "refunded"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if line.instead_of.is_some() { format!("in exchange: {}", parts.join(", ")) } else { parts.join(", ") }
}

/// A field for the pieces of each line, as far as there are some.
#[component]
pub fn PieceFields(
    part: Part,
    /// What the fields' names begin with.
    prefix: &'static str,
    /// Most pieces of a line.
    most: fn(&Line) -> i64,
    /// Whether all of them are filled in.
    #[prop(optional)]
    filled: bool,
) -> impl IntoView {
    let lines = part.seller.lines.clone().into_iter().filter(move |line| most(line) > 0);
    let rows = lines.map(move |line| {
        let (title, sku) = part.name_of(line.number);
        let name = format!("{prefix}-{}", line.number);
        let most = most(&line);
        let value = if filled { most.to_string() } else { String::new() };
        view! {
            <div class="field">
                <label for=name.clone()>{title}" "<span class="mono">{sku}</span></label>
                <input id=name.clone() name=name type="number" min="0" max=most.to_string() value=value inputmode="numeric" />
                <span class="sub">{format!("at most {most}")}</span>
            </div>
        }
    });
    rows.collect_view()
}

/// Cancels pieces that were not sent.
#[component]
pub fn CancelForm(#[prop(into)] to: String, part: Part) -> impl IntoView {
    if part.seller.pieces().to_ship == 0 {
        return ().into_any();
    }
    view! {
        <details class="card">
            <summary>"Cancel pieces"</summary>
            <form class="form" method="post" action=to>
                <PieceFields part prefix="cancel" most=|line| line.pieces.to_ship />
                <label class="field">
                    <span class="label">"Why"</span>
                    <input name="reason" required=true maxlength="500" />
                </label>
                <button type="submit" class="danger">"Cancel these"</button>
            </form>
        </details>
    }
    .into_any()
}

/// Opens a return for delivered pieces.
#[component]
pub fn ReturnForm(#[prop(into)] to: String, part: Part) -> impl IntoView {
    if part.seller.pieces().returnable() == 0 {
        return ().into_any();
    }
    let reasons = Reason::ALL.map(|reason| view! { <option value=reason.name()>{reason.words()}</option> });
    let hint = format!(
        "Within {RETURN_WINDOW_DAYS} days of delivery, and with a fault within {FAULT_WINDOW_DAYS} days."
    );
    view! {
        <details class="card">
            <summary>"Open a return"</summary>
            <form class="form" method="post" action=to>
                <p class="sub">{hint}</p>
                <PieceFields part prefix="return" most=|line| line.pieces.returnable() />
                <label class="field">
                    <span class="label">"Why it comes back"</span>
                    <select name="why">{reasons.into_iter().collect_view()}</select>
                </label>
                <label class="field">
                    <span class="label">"What the customer gets"</span>
                    <select name="wish">
                        <option value="refund">"their money"</option>
                        <option value="exchange">"another piece"</option>
                    </select>
                </label>
                <button type="submit">"Open the return"</button>
            </form>
        </details>
    }
    .into_any()
}

/// A return with what can be done about it; its forms go to `to`.
#[component]
pub fn ReturnView(#[prop(into)] to: String, given: Return, part: Part) -> impl IntoView {
    let rows = given.lines.iter().map(|line| {
        let (title, sku) = part.name_of(line.line);
        let missing = line.quantity - line.sellable - line.damaged;
        let closed = given.state == ReturnState::Closed;
        let shown = |number: i64| if closed { count(number) } else { String::new() };
        view! {
            <tr>
                <td class="head" data-label="Product">{title}<span class="sub mono">{sku}</span></td>
                <td data-label="Pieces" class="num">{count(line.quantity)}</td>
                <td data-label="Sellable" class="num">{shown(line.sellable)}</td>
                <td data-label="Damaged" class="num">{shown(line.damaged)}</td>
                <td data-label="Missing" class="num">{shown(missing)}</td>
                <td data-label="Accepted" class="num">{shown(line.accepted)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let acts = match given.state {
        ReturnState::Open => view! {
            <div class="acts">
                <Act to=to.clone() text="It arrived"><input type="hidden" name="act" value="receive" /></Act>
                <Act to text="Nothing will be sent" danger=true><input type="hidden" name="act" value="cancel" /></Act>
            </div>
        }
        .into_any(),
        ReturnState::Received => view! { <InspectForm to given=given.clone() part=part.clone() /> }.into_any(),
        ReturnState::Closed | ReturnState::Cancelled => ().into_any(),
    };
    view! {
        <p class="lead"><ReturnBadge state=given.state /></p>
        <div class="card"><dl class="facts">
            <Fact name="Number for the parcel" value=given.label.clone() />
            <Fact name="Order" value=part.order.to_string() />
            <Fact name="Vendor" value=given.vendor.to_string() />
            <Fact name="Why" value=given.reason.words() />
            <Fact name="For" value=if given.wish == Wish::Refund { "their money" } else { "another piece" } />
            {(!given.note.is_empty()).then(|| view! { <Fact name="The customer says" value=given.note.clone() /> })}
            <Fact name="Opened" value=time(given.opened_ms) />
            <Fact name="Since" value=time(given.changed_ms) />
        </dl></div>
        <div class="card"><table class="stack">
            <thead><tr>
                <th scope="col">"Product"</th><th scope="col" class="num">"Pieces"</th>
                <th scope="col" class="num">"Sellable"</th><th scope="col" class="num">"Damaged"</th>
                <th scope="col" class="num">"Missing"</th><th scope="col" class="num">"Accepted"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        {acts}
    }
}

/// Says what came back of each line.
#[component]
fn InspectForm(to: String, given: Return, part: Part) -> impl IntoView {
    let fields = given.lines.into_iter().map(move |line| {
        let (title, sku) = part.name_of(line.line);
        let field = |kind: &'static str, text: &'static str, value: i64| {
            let name = format!("{kind}-{}", line.line);
            view! {
                <div class="field">
                    <label for=name.clone()>{text}</label>
                    <input id=name.clone() name=name type="number" min="0" max=line.quantity.to_string() value=value.to_string() inputmode="numeric" />
                </div>
            }
        };
        view! {
            <fieldset>
                <legend>{title}" "<span class="mono">{sku}</span>{format!(", {} announced", line.quantity)}</legend>
                <div class="pair">
                    {field("sellable", "Can be sold again", line.quantity)}
                    {field("damaged", "Damaged", 0)}
                    {field("accepted", "Accepted", line.quantity)}
                </div>
            </fieldset>
        }
    });
    view! {
        <h2>"What came"</h2>
        <form class="form card" method="post" action=to>
            <input type="hidden" name="act" value="inspect" />
            {fields.collect_view()}
            <p class="sub">"What is neither sellable nor damaged is missing. What is accepted is paid back or exchanged."</p>
            <button type="submit">"Close the return"</button>
        </form>
    }
}
