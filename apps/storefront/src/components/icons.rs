//! Line drawings of 24 units, in the colour of the text; decoration, so hidden from those who listen.

use leptos::prelude::*;

fn icon(path: &'static str) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor"
            stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
    .into_any()
}

/// A magnifying glass.
pub fn search() -> AnyView {
    icon("M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.3 15.3 20 20").into_any()
}

/// A person.
pub fn person() -> AnyView {
    icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0").into_any()
}

/// A van.
pub fn delivery() -> AnyView {
    icon("M3 6.5h11v9.5H3zM14 10h3.6l3.4 3.2V16h-7M7 18.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM17 18.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z").into_any()
}

/// A sheet of paper with lines.
pub fn invoice() -> AnyView {
    icon("M6 3.5h12v17l-2.4-1.6-1.8 1.6-1.8-1.6-1.8 1.6-1.8-1.6L6 20.5zM9 8.5h6M9 12h6M9 15.5h3.5").into_any()
}

/// A maker's stall.
pub fn stall() -> AnyView {
    icon("M4 9.5 5.5 4h13L20 9.5M4 9.5a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0M5.5 12v8h13v-8M9.5 20v-4.5h5V20").into_any()
}

/// A picture in its frame.
pub fn picture() -> AnyView {
    icon("M4 5.5h16v13H4zM4 15.5l4.5-4.5 3.5 3.5 3-3 5 5M15 9.3a.9.9 0 1 0 0-1.8.9.9 0 0 0 0 1.8z").into_any()
}

/// A tick.
pub fn tick() -> AnyView {
    icon("M4.5 12.5 10 18 19.5 7").into_any()
}

/// An exclamation mark in a ring.
pub fn notice() -> AnyView {
    icon("M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 8v5M12 16v.1").into_any()
}
