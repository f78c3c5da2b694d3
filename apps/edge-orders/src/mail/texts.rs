//! What the mails say.

use kiosk_mail::Letter;
use kiosk_payments::bank::CreditorReference;
use kiosk_pop_store::orders::StoredOrder;
use kiosk_wire::{Notice, NoticeKind};

use crate::app::Pop;
use crate::checkout::view::OrderSums;

/// The letter that tells a notice of an order, or how to pay for it when there is none; `seller` is what the notice's
/// vendor is called. None when there is nothing to tell.
pub fn letter(
    pop: &Pop,
    order: &StoredOrder,
    notice: Option<&Notice>,
    seller: Option<&str>,
) -> Option<Letter> {
    let name = order.shopper.contact.name.reveal();
    let letter = match notice {
        Some(notice) => of_notice(notice, name, seller.unwrap_or("the vendor")),
        None => how_to_pay(pop, order, name)?,
    };
    let (shop, id) = (&pop.config.payments.shop_url, &order.id);
    let letter = letter.facts([("Order", id.to_string())]);
    if shop.is_empty() {
        return Some(letter);
    }
    let token = pop.config.order_token(id);
    Some(letter.link("See your order", &format!("{shop}/orders/{id}?key={token}")))
}

/// The letter with the code that confirms an address.
pub fn code(name: &str, code: &str) -> Letter {
    let text = "somebody, we hope you, wants to place an order with this e-mail address. To confirm that it is you, enter \
                this code on the page of the checkout. It is good for a quarter of an hour.";
    let advice =
        "If it was not you, do nothing, and do not tell anybody the code: without it nothing is ordered.";
    Letter::new(&format!("{code} is your code"), name)
        .paragraph(text)
        .facts([("Code", code.to_owned())])
        .paragraph(advice)
}

fn how_to_pay(pop: &Pop, order: &StoredOrder, name: &str) -> Option<Letter> {
    let bank = pop.config.payments.bank.as_ref()?;
    let due = serde_json::from_str::<OrderSums>(&order.sums).ok()?.due.unwrap_or(order.total);
    if due.amount == 0 {
        return None;
    }
    let text = "thank you for your order. It leaves as soon as your bank transfer is here. Please transfer this amount, \
                and write the reference into it: we find your order by it.";
    let facts = [
        ("To", bank.holder.clone()),
        ("IBAN", bank.iban.clone()),
        ("Amount", due.to_string()),
        ("Reference", CreditorReference::of_order(&order.id).as_str().to_owned()),
    ];
    Some(Letter::new("How to pay for your order", name).paragraph(text).facts(facts))
}

fn of_notice(notice: &Notice, name: &str, seller: &str) -> Letter {
    let letter = Letter::new(subject(notice.kind), name).paragraph(&text(notice, seller));
    let letter = letter.pieces(notice.lines.iter().map(|line| (line.quantity, line.title.as_str())));
    let filled = |name: &'static str, value: &str| (!value.is_empty()).then(|| (name, value.to_owned()));
    let facts = [
        notice.amount.map(|amount| (amount_name(notice.kind), amount.to_string())),
        filled("Carrier", &notice.carrier),
        filled("Tracking number", &notice.tracking),
        filled("Number of the return", &notice.label),
    ];
    let letter = letter.facts(facts.into_iter().flatten());
    match advice(notice.kind) {
        Some(advice) => letter.paragraph(advice),
        None => letter,
    }
}

const fn subject(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Confirmed => "Your order is confirmed",
        NoticeKind::Paid => "Your payment has arrived",
        NoticeKind::Shipped => "A parcel is on its way",
        NoticeKind::Delivered => "A parcel has arrived",
        NoticeKind::Cancelled => "A part of your order will not come",
        NoticeKind::ReturnExpected => "Your return is expected",
        NoticeKind::ReturnRefused => "Your return cannot be accepted",
        NoticeKind::ReturnInspected => "Your return was inspected",
        NoticeKind::Refunded => "Your money is on its way back",
    }
}

fn text(notice: &Notice, seller: &str) -> String {
    match notice.kind {
        NoticeKind::Confirmed => {
            "thank you for your order. It is confirmed, and the makers get it ready.".to_owned()
        }
        NoticeKind::Paid => "we have received your payment. Thank you.".to_owned(),
        NoticeKind::Shipped => format!("{seller} has sent a parcel to you. In it are:"),
        NoticeKind::Delivered => {
            format!("the parcel of {seller} has arrived. We hope that you enjoy what is in it:")
        }
        NoticeKind::Cancelled => {
            format!("{} These pieces of {seller} will not come:", why_cancelled(&notice.reason))
        }
        NoticeKind::ReturnExpected => format!("{seller} expects these pieces back from you:"),
        NoticeKind::ReturnRefused => {
            format!("{seller} cannot take back what you wanted to return. {}", why_refused(&notice.reason))
        }
        NoticeKind::ReturnInspected if notice.lines.is_empty() => {
            format!("{seller} has inspected your return and could accept none of it.")
        }
        NoticeKind::ReturnInspected => {
            format!("{seller} has inspected your return and accepted these pieces:")
        }
        NoticeKind::Refunded => {
            "we have sent money back to you, the way you paid. Your bank may need some days to show it."
                .to_owned()
        }
    }
}

const fn amount_name(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Confirmed => "Total",
        NoticeKind::Cancelled => "Not charged, or given back",
        NoticeKind::ReturnInspected => "Paid back",
        _ => "Amount",
    }
}

const fn advice(kind: NoticeKind) -> Option<&'static str> {
    match kind {
        NoticeKind::ReturnExpected => Some(
            "Please write the number of the return on the outside of the parcel, so that it is found at once.",
        ),
        NoticeKind::Delivered => {
            Some("Something is not right? You can send it back from the page of your order.")
        }
        _ => None,
    }
}

fn why_cancelled(reason: &str) -> &'static str {
    match reason {
        "payment_failed" => "your payment could not be completed.",
        "review_rejected" => "we could not accept your order.",
        _ => "we are sorry.",
    }
}

fn why_refused(reason: &str) -> &'static str {
    match reason {
        "return_window" => "The time to send it back is over.",
        "pieces_short" => "Not so many pieces of it were delivered, or they are on their way back already.",
        _ => "Please answer this mail if you think that this is a mistake.",
    }
}
