//! The little that islands ask of the browser beyond signals.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FormData, HtmlElement, HtmlFormElement, HtmlInputElement, Request, RequestInit, Response, UrlSearchParams,
};

use super::state::CartState;

/// Shown when the request did not come through.
const OFFLINE: &str = "That did not reach us. Please check your connection and try again.";

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Sets the field `id` and sends its form, as the form's button would.
pub fn submit_with(id: &str, value: u32) {
    let Some(field) = by_id::<HtmlInputElement>(id) else { return };
    // The view sets it too, but perhaps only after this.
    field.set_value(&value.to_string());
    if let Some(form) = field.form() {
        // It fails for a field the browser finds invalid, and then says so itself.
        let _ = form.request_submit();
    }
}

/// Scrolls the strip so that the picture `id` is in view.
pub fn scroll_strip_to(id: &str) {
    let Some(picture) = by_id::<HtmlElement>(id) else { return };
    if let Some(strip) = picture.parent_element() {
        strip.set_scroll_left(picture.offset_left());
    }
}

/// The form of a submit event.
pub fn form_of(event: &web_sys::SubmitEvent) -> Option<HtmlFormElement> {
    event.target()?.dyn_into().ok()
}

/// Posts the form and reads the cart, or the reason why not, for people.
pub async fn post(form: Option<HtmlFormElement>) -> Result<CartState, String> {
    let form = form.ok_or(OFFLINE)?;
    let text = fetch(&form).await.map_err(|_| OFFLINE.to_owned())?;
    match serde_json::from_str::<Answer>(&text) {
        Ok(Answer::Cart(cart)) => Ok(cart),
        Ok(Answer::Refused { message }) => Err(message),
        Err(_) => Err(OFFLINE.to_owned()),
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Answer {
    Cart(CartState),
    Refused { message: String },
}

async fn fetch(form: &HtmlFormElement) -> Result<String, JsValue> {
    let data = FormData::new_with_form(form)?;
    let body = UrlSearchParams::new()?;
    for name in ["sku", "quantity"] {
        body.append(name, &data.get(name).as_string().unwrap_or_default());
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body);
    let request = Request::new_with_str_and_init(&form.action(), &init)?;
    request.headers().set("accept", "application/json")?;
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_request(&request)).await?.dyn_into()?;
    JsFuture::from(response.text()?).await?.as_string().ok_or(JsValue::NULL)
}
