//! Pieces that admins' and vendors' pages share: parcels, reviews, chats.

use kiosk_wire::Picture;
use kiosk_wire::people::Party;
use leptos::prelude::*;

use super::form::Act;
use super::format::time;
use super::layout::{Badge, Empty, Tone};
use crate::modules::chats::{Stored, party_name};
use crate::modules::orders::flow::Stage;
use crate::modules::reviews::Content;

/// Where a vendor's order, or a whole one, stands.
#[component]
pub fn StageBadge(stage: Stage) -> impl IntoView {
    let tone = match stage {
        Stage::Placed | Stage::AwaitingPayment | Stage::InReview => Tone::Warn,
        Stage::Cleared | Stage::Picking | Stage::PartiallyShipped | Stage::Shipped => Tone::Plain,
        Stage::Delivered => Tone::Good,
        Stage::PartiallyReturned
        | Stage::Returned
        | Stage::Cancelled
        | Stage::PartiallyRefunded
        | Stage::Refunded => Tone::Bad,
    };
    view! { <Badge tone text=stage.words() /> }
}

/// A button for what can be done with a vendor's order as a whole.
#[component]
pub fn StageActs(
    #[prop(into)] to: String,
    stage: Stage,
    /// Whether it may be cancelled too.
    #[prop(optional)]
    cancels: bool,
) -> impl IntoView {
    let mut acts = Vec::new();
    if matches!(stage, Stage::Cleared | Stage::Picking | Stage::PartiallyShipped) {
        acts.push((Stage::Shipped, "Mark all shipped"));
    }
    if matches!(stage, Stage::Shipped | Stage::PartiallyShipped) {
        acts.push((Stage::Delivered, "Mark delivered"));
    }
    if cancels && stage.next().contains(&Stage::Cancelled) {
        acts.push((Stage::Cancelled, "Cancel"));
    }
    let acts = acts.into_iter().map(|(next, text)| {
        let danger = next == Stage::Cancelled;
        view! { <Act to=to.clone() text danger><input type="hidden" name="status" value=next.name() /></Act> }
    });
    view! { <div class="acts">{acts.collect_view()}</div> }
}

/// `★★★☆☆`, read out as a number.
#[component]
pub fn Stars(stars: u8) -> impl IntoView {
    let stars = usize::from(stars.min(5));
    let text = format!("{}{}", "★".repeat(stars), "☆".repeat(5 - stars));
    view! { <span class="stars" role="img" aria-label=format!("{stars} of 5 stars")>{text}</span> }
}

/// Pictures in their narrowest width; each leads to itself in its widest.
#[component]
fn Thumbs(
    pictures: Vec<Picture>,
    /// Who looks at them.
    reader: Party,
) -> impl IntoView {
    let base = if reader == Party::Vendor { "/vendor/pictures" } else { "/admin/pictures" };
    let total = pictures.len();
    let items = pictures.into_iter().enumerate().map(move |(place, picture)| {
        let narrowest = picture.widths.first().map_or(&picture.hash, |size| &size.hash);
        let src = format!("{base}/{narrowest}");
        let href = format!("{base}/{}", picture.hash);
        // Nobody asks customers what their pictures show.
        let number = || format!("Picture {} of {total}", place + 1);
        let alt = if picture.alt.is_empty() { number() } else { picture.alt };
        view! { <li><a href=href><img src=src alt=alt width="96" height="96" loading="lazy" /></a></li> }
    });
    (total > 0).then(|| view! { <ul class="thumbs" role="list">{items.collect_view()}</ul> })
}

/// What a customer wrote about a product.
#[component]
pub fn ReviewText(
    content: Content,
    /// Who looks at it.
    reader: Party,
) -> impl IntoView {
    view! {
        <p><Stars stars=content.stars />" "<strong>{content.title}</strong></p>
        <p class="text">{content.body}</p>
        <Thumbs pictures=content.pictures reader />
        <p class="sub">{format!("Written {}", time(content.written_ms))}</p>
    }
}

/// The messages of a chat, oldest first.
#[component]
pub fn Messages(
    messages: Vec<Stored>,
    /// Who looks at them.
    reader: Party,
    /// The address below which a message is taken down; empty when the reader may not.
    #[prop(optional)]
    removes: String,
) -> impl IntoView {
    if messages.is_empty() {
        return view! { <div class="card"><Empty text="Nobody has written yet." /></div> }.into_any();
    }
    let items = messages.into_iter().map(move |stored| {
        let Stored { message, removed_ms } = stored;
        let mine = message.from == reader;
        let who = if mine { "you" } else { party_name(message.from) };
        let text = match removed_ms {
            Some(_) => Some(view! { <p class="sub">"A moderator took this message down."</p> }.into_any()),
            None if message.text.is_empty() => None,
            None => Some(view! { <p class="text">{message.text}</p> }.into_any()),
        };
        let id = message.id.to_string();
        let remove = (!removes.is_empty() && removed_ms.is_none()).then(|| {
            let to = format!("{removes}/messages/{}/remove", message.id);
            view! {
                <Act to text="Take down" danger=true>
                    <label class="sub">"Why"<input name="reason" required=true maxlength="500" /></label>
                </Act>
            }
        });
        view! {
            <li class=if mine { "message mine" } else { "message" } data-id=id>
                <p class="sub"><strong>{who}</strong>" "{time(message.sent_ms)}</p>
                {text}
                <Thumbs pictures=message.pictures reader />
                {remove}
            </li>
        }
    });
    view! { <ol class="messages">{items.collect_view()}</ol> }.into_any()
}
