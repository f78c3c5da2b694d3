//! The pictures of a product: a strip to swipe, and small ones that scroll it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A picture of the gallery.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shot {
    /// Address.
    pub src: String,
    /// The same in other widths, as browsers read it; none when there is only this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srcset: Option<String>,
    /// Address of a small one.
    pub small: String,
    /// For those who do not see it.
    pub alt: String,
}

/// How wide a picture of the strip is: half of a wide window, all of a narrow one.
const SIZES: &str = "(min-width: 860px) 50vw, 100vw";

/// The gallery. Without script the small pictures are links into the strip.
#[island]
pub fn Gallery(
    /// What is shown.
    title: String,
    /// The pictures, the main one first.
    shots: Vec<Shot>,
) -> impl IntoView {
    let current = RwSignal::new(0_usize);
    let several = shots.len() > 1;
    let large = |(index, shot): (usize, &Shot)| {
        let (loading, priority) = if index == 0 { ("eager", "high") } else { ("lazy", "auto") };
        view! {
            <li id=format!("picture-{}", index + 1)>
                <img src=shot.src.clone() srcset=shot.srcset.clone() sizes=shot.srcset.as_ref().map(|_| SIZES)
                    alt=shot.alt.clone() width="1200" height="1200" loading=loading fetchpriority=priority />
            </li>
        }
    };
    let small = move |(index, shot): (usize, &Shot)| {
        view! {
            <li>
                <a href=format!("#picture-{}", index + 1) aria-label=format!("Picture {}: {}", index + 1, shot.alt)
                    aria-current=move || (current.get() == index).then_some("true")
                    on:click=move |event| {
                        show(&event, index);
                        current.set(index);
                    }>
                    <img src=shot.small.clone() alt="" width="96" height="96" loading="lazy" />
                </a>
            </li>
        }
    };
    let label = format!("Pictures of {title}");
    view! {
        <div class="gallery">
            <ul class="gallery-strip" role="list" tabindex="0" aria-label=label>
                {shots.iter().enumerate().map(large).collect_view()}
            </ul>
            {several.then(|| view! {
                <ul class="gallery-small" role="list">{shots.iter().enumerate().map(small).collect_view()}</ul>
            })}
        </div>
    }
}

/// Scrolls the strip alone; the link without script would move the page as well.
#[cfg_attr(not(feature = "hydrate"), expect(unused_variables))]
fn show(event: &leptos::ev::MouseEvent, index: usize) {
    #[cfg(feature = "hydrate")]
    {
        event.prevent_default();
        super::browser::scroll_strip_to(&format!("picture-{}", index + 1));
    }
}
