//! How the checkout looks.

use kiosk_money::Money;
use leptos::prelude::*;

use super::cart::line_notices;
use super::cart_codes;
use super::checkout_account::Shopper;
use super::checkout_form::{ADDRESS, CODE, CONTACT, Draft};
use super::home::pieces;
use crate::accounts::SavedAddress;
use crate::components::card::picture;
use crate::components::field::{self, Field};
use crate::components::icons;
use crate::components::price::amount;
use crate::components::sums;
use crate::orders::{Cart, CartLine, DeliveryOption, PaymentOption, PriceChange, Shortage};

/// Why an order was not placed, besides fields that are not filled in right.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Prices changed since the page was made.
    Prices(Vec<PriceChange>),
    /// Not enough is left.
    Stock(Vec<Shortage>),
    /// The cart or the page is not what it was.
    Changed,
    /// The same order is being placed by another request.
    InProgress,
    /// No answer: it may or may not have been placed.
    Unknown,
    /// A code went to the e-mail address, or none any more: why, in words.
    Code(String),
    /// Refused for good.
    Blocked,
    /// This customer may not buy.
    CustomerBlocked,
    /// The session is over.
    LoggedOut,
    /// The delivery does not fit the goods.
    Delivery,
    /// The provider says no.
    Declined,
    /// The provider does not answer.
    ProviderAway,
    /// One payment after the other was begun.
    TooManyPayments,
}

/// What the page shows.
pub struct CheckoutPage<'a> {
    /// The cart.
    pub cart: &'a Cart,
    /// What was filled in.
    pub draft: &'a Draft,
    /// Why it was not placed.
    pub trouble: &'a Trouble,
    /// Key that makes the order happen once.
    pub key: &'a str,
    /// Who is logged in.
    pub account: Option<&'a Shopper>,
}

/// The page.
pub fn view(page: &CheckoutPage<'_>) -> AnyView {
    let draft = page.draft;
    let fields = |fields: &'static [Field]| {
        fields
            .iter()
            .map(|field| field::view(field, draft.pairs.text(field.name), draft.error(field.name)))
            .collect_view()
    };
    view! {
        <div class="wrap">
            <h1>"Checkout"</h1>
            {troubles(page)}
            <form class="checkout" action="/checkout" method="post" novalidate data-once="">
                <input type="hidden" name="key" value=page.key.to_owned() />
                <input type="hidden" name="cart_version" value=page.cart.version.to_string() />
                <div class="checkout-steps">
                    {code_box(page)}
                    <fieldset class="step-box">
                        <legend>"Who is it for?"</legend>
                        <div class="fields">{fields(&CONTACT)}</div>
                    </fieldset>
                    <fieldset class="step-box">
                        <legend>"Where does it go?"</legend>
                        {saved_addresses(page)}
                        <div class="fields">{fields(&ADDRESS)}{field::country(draft.pairs.get("country"), draft.error("country"))}</div>
                        {save_tick(page)}
                    </fieldset>
                    <fieldset class="step-box" aria-describedby=draft.error("delivery").map(|_| "delivery-error")>
                        <legend>"How would you like to get it?"</legend>
                        {draft.error("delivery").map(|text| view! { <p class="field-error" id="delivery-error">{text.to_owned()}</p> })}
                        {deliveries(page)}
                    </fieldset>
                    <fieldset class="step-box" aria-describedby=draft.error("payment").map(|_| "payment-error")>
                        <legend>"How would you like to pay?"</legend>
                        {draft.error("payment").map(|text| view! { <p class="field-error" id="payment-error">{text.to_owned()}</p> })}
                        {payments(page)}
                    </fieldset>
                </div>
                {summary(page)}
            </form>
        </div>
    }.into_any()
}

/// Where the code goes, once one was asked for.
fn code_box(page: &CheckoutPage<'_>) -> Option<AnyView> {
    let Trouble::Code(why) = page.trouble else { return None };
    let why = why.clone();
    Some(
        view! {
            <fieldset class="step-box" id="code">
                <legend>"Is it you?"</legend>
                <p role="alert">{why}</p>
                <div class="fields">{field::view(&CODE, "", page.draft.error(CODE.name))}</div>
                <p class="hint">"Nothing is ordered yet. Enter the code and order again; to have another one sent, leave it empty."</p>
                <p><button class="button button-main">"Confirm and order"</button></p>
            </fieldset>
        }
        .into_any(),
    )
}

fn troubles(page: &CheckoutPage<'_>) -> AnyView {
    let texts = page.trouble.text(page.cart);
    let fields = &page.draft.errors;
    let problem = (!texts.is_empty()).then(|| {
        let to_cart = matches!(page.trouble, Trouble::Stock(_));
        let to_appeal = matches!(page.trouble, Trouble::CustomerBlocked) && page.account.is_some();
        view! {
            <div class="notice notice-bad" role="alert" id="trouble">
                {icons::notice()}
                <div>
                    {texts.into_iter().map(|text| view! { <p>{text}</p> }).collect_view()}
                    {to_cart.then(|| view! { <p><a href="/cart">"Change the cart"</a></p> })}
                    {to_appeal.then(|| view! { <p><a href="/account/appeal">"Appeal against the block"</a></p> })}
                </div>
            </div>
        }
    });
    let list = (!fields.is_empty()).then(|| {
        let item = |(name, text): &(&'static str, String)| {
            view! { <li><a href=format!("#{name}")>{text.clone()}</a></li> }
        };
        view! {
            <div class="notice notice-bad" role="alert" aria-labelledby="errors-title">
                {icons::notice()}
                <div>
                    <h2 id="errors-title">"Something is missing"</h2>
                    <ul>{fields.iter().map(item).collect_view()}</ul>
                </div>
            </div>
        }
    });
    view! { {problem}{list} }.into_any()
}

/// Links that fill the address in; what was typed is replaced.
fn saved_addresses(page: &CheckoutPage<'_>) -> Option<AnyView> {
    let addresses = &page.account?.addresses;
    let chosen = page.draft.pairs.get("saved").unwrap_or("");
    let chip = |address: &SavedAddress| {
        let current = (address.id == chosen).then_some("true");
        view! {
            <li><a class="chip" href=format!("/checkout?address={}", address.id) aria-current=current>
                {format!("{}, {}, {}", address.name, address.street, address.city)}
            </a></li>
        }
    };
    (!addresses.is_empty()).then(|| {
        view! {
            <div class="saved">
                <p id="saved">"Your addresses"</p>
                <ul class="chips" role="list" aria-labelledby="saved">{addresses.iter().map(chip).collect_view()}</ul>
            </div>
        }
        .into_any()
    })
}

fn save_tick(page: &CheckoutPage<'_>) -> Option<AnyView> {
    let ticked = page.draft.pairs.get("save").is_some();
    let tick = || {
        view! {
            <p class="check"><input type="checkbox" id="save" name="save" value="1" checked=ticked />
                <label for="save">"Keep this address in my account"</label></p>
        }
        .into_any()
    };
    page.account.map(|_| tick())
}

fn total(cart: &Cart, option: &DeliveryOption) -> Option<Money> {
    option.total.or_else(|| cart.subtotal?.checked_add(option.price).ok())
}

/// What is left to pay with a delivery.
fn due(cart: &Cart, option: &DeliveryOption) -> Option<Money> {
    option.due.or_else(|| total(cart, option))
}

/// The kind that is chosen when the page opens.
fn chosen_kind<'a>(page: &CheckoutPage<'a>) -> &'a str {
    let options = &page.cart.delivery_options;
    let asked =
        page.draft.pairs.get("delivery").filter(|kind| options.iter().any(|option| option.kind == *kind));
    asked.or_else(|| options.first().map(|option| option.kind.as_str())).unwrap_or("")
}

fn deliveries(page: &CheckoutPage<'_>) -> AnyView {
    let chosen = chosen_kind(page).to_owned();
    let option = |(index, option): (usize, &DeliveryOption)| {
        // The first is where a link from the list of errors lands.
        let id = if index == 0 { "delivery".to_owned() } else { format!("delivery-{}", option.kind) };
        let hidden = |name: &str, shown: Option<Money>| {
            let value = shown.map(|shown| format!("{} {}", shown.amount, shown.currency.code()));
            value.map(
                |value| view! { <input type="hidden" name=format!("{name}.{}", option.kind) value=value /> },
            )
        };
        let shown = [hidden("total", total(page.cart, option)), hidden("due", due(page.cart, option))];
        view! {
            <div class="option">
                <input type="radio" id=id.clone() name="delivery" value=option.kind.clone() checked=option.kind == chosen />
                <label for=id>
                    <span class="option-name">{option.name.clone()}</span>
                    <span class="option-price">{sums::delivery(option.price, option.list_price)}</span>
                    <span class="option-detail">{option.detail.clone()}</span>
                </label>
                {shown.into_iter().collect_view()}
            </div>
        }
    };
    page.cart.delivery_options.iter().enumerate().map(option).collect_view().into_any()
}

/// The way to pay that is chosen when the page opens: what was chosen, otherwise the one that needs no provider.
fn chosen_payment<'a>(page: &CheckoutPage<'a>) -> &'a str {
    let options = &page.cart.payment_methods;
    let known = |method: &&str| options.iter().any(|option| option.method == *method);
    let asked = page.draft.pairs.get("payment").filter(known);
    let first = options.first().map(|option| option.method.as_str());
    asked.or_else(|| Some("invoice").filter(known)).or(first).unwrap_or("")
}

fn payments(page: &CheckoutPage<'_>) -> AnyView {
    let chosen = chosen_payment(page).to_owned();
    let options = &page.cart.delivery_options;
    if !options.is_empty()
        && options.iter().all(|option| due(page.cart, option).is_some_and(|due| due.amount == 0))
    {
        let method = if chosen.is_empty() { "invoice".to_owned() } else { chosen };
        return view! {
            <p>"Your gift cards pay for all of it."</p>
            <input type="hidden" name="payment" value=method />
        }
        .into_any();
    }
    let option = |(index, option): (usize, &PaymentOption)| {
        // As with deliveries, the first is where a link from the list of errors lands.
        let id = if index == 0 { "payment".to_owned() } else { format!("payment-{}", option.method) };
        view! {
            <div class="option">
                <input type="radio" id=id.clone() name="payment" value=option.method.clone() checked=option.method == chosen />
                <label for=id>
                    <span class="option-name">{option.name.clone()}</span>
                    <span class="option-detail">{option.detail.clone()}</span>
                </label>
            </div>
        }
    };
    let none = || view! { <p>"There is no way to pay that all makers in your cart take. Please order from them one by one."</p> };
    let options = &page.cart.payment_methods;
    view! {
        {options.is_empty().then(none)}
        {options.iter().enumerate().map(option).collect_view()}
    }
    .into_any()
}

fn summary(page: &CheckoutPage<'_>) -> AnyView {
    let cart = page.cart;
    let chosen = chosen_kind(page).to_owned();
    let errors = [cart_codes::CODE, cart_codes::GIFT_CARD].map(|field| page.draft.error(field));
    // One set of sums for each delivery; the style sheet shows the one that is chosen, without script.
    let ways = |option: &DeliveryOption| {
        let class = format!("sums sums-way sums-{}", option.kind);
        view! {
            <dl class=class class:is-first=option.kind == chosen>
                <div><dt>{option.name.clone()}</dt><dd>{sums::delivery(option.price, option.list_price)}</dd></div>
                {sums::tax(option.tax.as_ref())}
                <div class="sums-total"><dt>"Total"</dt><dd>{total(cart, option).map(amount)}</dd></div>
                {sums::paid(option.gift_cards, option.due)}
            </dl>
        }
    };
    view! {
        <aside class="summary" aria-labelledby="summary">
            <h2 id="summary">"Your order"</h2>
            <ul class="mini-lines" role="list">{cart.lines.iter().map(mini_line).collect_view()}</ul>
            <dl class="sums">
                <div><dt>{format!("Goods, {}", pieces(cart.quantity))}</dt><dd>{cart.list_subtotal.or(cart.subtotal).map(amount)}</dd></div>
                {sums::discounts(&cart.discounts)}
            </dl>
            {cart.delivery_options.iter().map(ways).collect_view()}
            {tax_hint(page)}
            <button class="button button-main button-wide">"Order and pay"</button>
            // After the button that orders, which is the one that the Enter key presses.
            {cart_codes::checkout_view(cart, page.draft.pairs.text(cart_codes::CODE), errors)}
            <p class="hint"><a href="/cart">"Change the cart"</a></p>
        </aside>
    }.into_any()
}

/// What may come on top still, while it is not said where the order goes.
fn tax_hint(page: &CheckoutPage<'_>) -> Option<AnyView> {
    let known = page.cart.prices_include_tax || page.draft.destination().is_some();
    (!known).then(|| {
        view! { <p class="hint">"US sales tax comes on top. You see it before you order for good."</p> }
            .into_any()
    })
}

fn mini_line(line: &CartLine) -> AnyView {
    view! {
        <li class="mini-line">
            <span class="mini-picture">{picture(line.picture.as_deref(), true)}</span>
            <div>
                <p class="mini-title">{line.title.clone()}</p>
                <p class="line-options">{format!("{} × {}", line.quantity, line.unit_price.map(amount).unwrap_or_default())}
                    {(!line.options.is_empty()).then(|| format!(" · {}", line.options.join(", ")))}</p>
                {line_notices(line)}
            </div>
            <p class="mini-sum">{sums::struck(line.line_total, line.list_total)}</p>
        </li>
    }.into_any()
}
