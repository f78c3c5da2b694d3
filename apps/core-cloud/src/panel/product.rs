//! `/vendor/products/{id}`: one product, its pictures and what it has cost.

use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use kiosk_ids::ProductId;
use kiosk_problem::Problem;
use leptos::prelude::*;

use super::own;
use super::product_form::{ProductForm, draft_of, read};
use super::products::{PATH, tone_of};
use crate::app::Services;
use crate::error::Error;
use crate::http::{Access, Route};
use crate::media::encode::UPLOAD_BYTES_MAX;
use crate::media::transport::{is_hash, picture_response};
use crate::modules::catalog::listing::{Listing, Mover};
use crate::modules::catalog::products::{Listed, PriceChange};
use crate::modules::listings::draft::Draft;
use crate::modules::listings::pictures::PICTURES_MAX;
use crate::modules::members::service::Member;
use crate::page::format::time;
use crate::page::{
    Act, Badge, Empty, Failed, Fields, FormState, Frame, List, Notice, Page, Tone, html_with, read_upload,
    redirect,
};

const NEW: &str = "/vendor/products/new";
const ONE: &str = "/vendor/products/{id}";

/// The routes of these pages.
pub fn routes(services: &Services) -> Vec<Route> {
    let access = Access::Vendor;
    let pictures = "/vendor/products/{id}/pictures";
    let picture = "/vendor/products/{id}/pictures/{hash}";
    vec![
        Route::new(Method::GET, NEW, access, get(show_new), services.clone()),
        Route::new(Method::POST, NEW, access, post(create), services.clone()),
        Route::new(Method::GET, ONE, access, get(show), services.clone()),
        Route::new(Method::POST, ONE, access, post(update), services.clone()),
        Route::new(Method::POST, "/vendor/products/{id}/state", access, post(set_state), services.clone()),
        Route::new(Method::POST, pictures, access, post(add_pictures), services.clone()),
        Route::new(Method::POST, picture, access, post(change_picture), services.clone()),
        Route::new(Method::GET, "/vendor/pictures/{hash}", access, get(get_picture), services.clone()),
    ]
}

/// A picture of the shop, so that pages of this origin can show it.
pub async fn get_picture(State(services): State<Services>, Path(hash): Path<String>) -> Page {
    if !is_hash(&hash) {
        return Err(Error::NotFound("picture").into());
    }
    let (kind, bytes) = services.media.get_picture(&hash).await?;
    Ok(picture_response(kind, bytes))
}

fn product_of(id: &str) -> Result<ProductId, Error> {
    ProductId::parse(id).map_err(|_| Error::NotFound("product"))
}

fn version_of(fields: &Fields) -> i64 {
    fields.text("version").parse().unwrap_or(0)
}

async fn show_new(State(services): State<Services>, member: Member) -> Page {
    new_page(&services, &member, Draft { currency: "EUR".to_owned(), ..Draft::default() }, None).await
}

async fn create(State(services): State<Services>, member: Member, fields: Fields) -> Page {
    let draft = read(&fields);
    match services.listings.create(&member, own(&member)?, &draft).await {
        Ok(id) => Ok(redirect(&format!("{PATH}/{id}?done=saved"))),
        Err(error) => new_page(&services, &member, draft, Some(error)).await,
    }
}

async fn new_page(
    services: &Services,
    member: &Member,
    draft: Draft,
    error: Option<Error>,
) -> Result<Response, Failed> {
    let status = error.as_ref().map_or(StatusCode::OK, status_of);
    let error = error.map(|error| FormState::refused(Fields::default(), error)).transpose()?;
    let error = error.and_then(|form| form.error);
    let categories = services.listings.list_categories().await?;
    let body = view! { <ProductForm draft categories known=None error /> };
    Ok(html_with(status, Frame::of(member, "New product", PATH), body))
}

/// A refusal keeps its status on the page that shows it.
fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Refused(problem) => Problem::status_code(problem),
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

async fn show(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    Query(list): Query<List>,
) -> Page {
    let done = match list.done.as_str() {
        "saved" => Some("Saved."),
        "moved" => Some("Done."),
        _ => None,
    };
    page(&services, &member, &product_of(&id)?, (None, None), done).await
}

async fn update(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let id = product_of(&id)?;
    let draft = read(&fields);
    let shown = (&id, version_of(&fields));
    let updated = services.listings.update(&member, own(&member)?, shown, &draft).await;
    done(&services, &member, &id, updated, (Some(draft), "saved")).await
}

async fn set_state(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    fields: Fields,
) -> Page {
    let id = product_of(&id)?;
    let next = Listing::parse(fields.text("state")).ok_or_else(|| Error::invalid("state", "choose one"))?;
    let shown = (&id, version_of(&fields));
    let moved = services.listings.set_state(&member, own(&member)?, shown, next).await;
    done(&services, &member, &id, moved, (None, "moved")).await
}

async fn add_pictures(
    State(services): State<Services>,
    member: Member,
    Path(id): Path<String>,
    request: Request,
) -> Page {
    let id = product_of(&id)?;
    let added = match read_upload(request, UPLOAD_BYTES_MAX, PICTURES_MAX).await {
        Ok(upload) => {
            let shown = (&id, version_of(&upload.fields));
            let alt = upload.fields.text("alt");
            services.listings.add_pictures(&member, own(&member)?, shown, upload.files, alt).await
        }
        Err(unread) => Err(unread.error),
    };
    done(&services, &member, &id, added, (None, "saved")).await
}

async fn change_picture(
    State(services): State<Services>,
    member: Member,
    Path((id, hash)): Path<(String, String)>,
    fields: Fields,
) -> Page {
    let id = product_of(&id)?;
    let (vendor, shown) = (own(&member)?, (&id, version_of(&fields)));
    let changed = match fields.text("act") {
        "lead" => services.listings.lead_with_picture(&member, vendor, shown, &hash).await,
        _ => services.listings.remove_picture(&member, vendor, shown, &hash).await,
    };
    done(&services, &member, &id, changed, (None, "saved")).await
}

/// Back to the page, or the page as it was sent with what was wrong.
async fn done(
    services: &Services,
    member: &Member,
    id: &ProductId,
    result: Result<(), Error>,
    (draft, word): (Option<Draft>, &str),
) -> Result<Response, Failed> {
    match result {
        Ok(()) => Ok(redirect(&format!("{PATH}/{id}?done={word}"))),
        Err(error) => {
            // What somebody else saved meanwhile is shown: sent once more, the old draft would undo it.
            let stale = matches!(&error, Error::Refused(problem) if problem.code == "version_conflict");
            page(services, member, id, (draft.filter(|_| !stale), Some(error)), None).await
        }
    }
}

async fn page(
    services: &Services,
    member: &Member,
    id: &ProductId,
    (draft, error): (Option<Draft>, Option<Error>),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let status = error.as_ref().map_or(StatusCode::OK, status_of);
    let refused = error.map(|error| FormState::refused(Fields::default(), error)).transpose()?;
    let error = refused.and_then(|form| form.error);
    let listed = services.listings.get(own(member)?, id).await?;
    let stock = services.listings.list_stock(&listed.product).await?;
    let categories = services.listings.list_categories().await?;
    let prices = services.listings.list_prices(id).await?;
    let draft = draft.unwrap_or_else(|| draft_of(&listed.product, &stock));
    let reason = (listed.state == Listing::Suspended)
        .then(|| format!("We took this product off the shop: {}", listed.reason));
    let body = view! {
        {done.map(|text| view! { <Notice tone=Tone::Good text /> })}
        {reason.map(|text| view! { <Notice tone=Tone::Bad text /> })}
        <Moves listed=listed.clone() />
        <ProductForm draft categories known=Some(listed.clone()) error />
        <Pictures listed=listed.clone() />
        <h2>"Price history"</h2>
        <Prices prices />
    };
    Ok(html_with(status, Frame::of(member, &listed.product.title, PATH), body))
}

#[component]
fn Moves(listed: Listed) -> impl IntoView {
    let to = format!("{PATH}/{}/state", listed.product.id);
    let version = listed.version.to_string();
    let moves = [
        (Listing::Listed, "List it"),
        (Listing::Draft, "Make it a draft"),
        (Listing::Archived, "Archive it"),
    ];
    let moves = moves.into_iter().filter(|(next, _)| listed.state.may_become(*next, Mover::Vendor));
    let acts = moves.map(|(next, text)| {
        let version = version.clone();
        view! {
            <Act to=to.clone() text=text danger=next == Listing::Archived>
                <input type="hidden" name="version" value=version />
                <input type="hidden" name="state" value=next.name() />
            </Act>
        }
    });
    let promote = (listed.state == Listing::Listed)
        .then(|| view! { <a href=format!("/vendor/promotions?q={}", listed.product.id)>"Promote it"</a> });
    view! {
        <div class="acts">
            <Badge tone=tone_of(listed.state) text=listed.state.name() />
            {acts.collect_view()}
            {promote}
        </div>
    }
}

#[component]
fn Pictures(listed: Listed) -> impl IntoView {
    let to = format!("{PATH}/{}/pictures", listed.product.id);
    let version = listed.version.to_string();
    let room = PICTURES_MAX.saturating_sub(listed.product.pictures.len());
    let pictures = listed.product.pictures.iter().enumerate().map(|(place, picture)| {
        // The narrowest will do here.
        let shown = picture.widths.first().map_or(&picture.hash, |size| &size.hash);
        let act = |act: &'static str, text: &'static str, danger: bool| {
            let version = version.clone();
            view! {
                <Act to=format!("{to}/{}", picture.hash) text danger=danger>
                    <input type="hidden" name="version" value=version />
                    <input type="hidden" name="act" value=act />
                </Act>
            }
        };
        view! {
            <li>
                <img src=format!("/vendor/pictures/{shown}") alt="" width="160" height="160" loading="lazy" />
                <span class="sub">{picture.alt.clone()}</span>
                <div class="acts">{(place > 0).then(|| act("lead", "Show first", false))}{act("remove", "Take away", true)}</div>
            </li>
        }
    });
    let pictures = pictures.collect_view();
    let upload = (room > 0).then(|| {
        view! {
            <form class="form card" method="post" action=to.clone() enctype="multipart/form-data">
                <input type="hidden" name="version" value=version.clone() />
                <div class="field">
                    <label for="file">{format!("Add up to {room} pictures")}</label>
                    <span class="sub">"PNG, JPEG or WebP, at most 8 MiB and 40 megapixels each."</span>
                    <input id="file" type="file" name="file" accept="image/png,image/jpeg,image/webp" multiple=true required=true />
                </div>
                <div class="field">
                    <label for="alt">"What they show"</label>
                    <span class="sub">"Read out to those who do not see them."</span>
                    <input id="alt" name="alt" maxlength="300" autocomplete="off" />
                </div>
                <button type="submit" class="quiet">"Upload"</button>
            </form>
        }
    });
    view! { <h2>"Pictures"</h2><ul class="pictures">{pictures}</ul>{upload} }
}

#[component]
fn Prices(prices: Vec<PriceChange>) -> impl IntoView {
    if prices.is_empty() {
        return view! { <div class="card"><Empty text="No price was recorded yet." /></div> }.into_any();
    }
    let rows = prices.into_iter().map(|change| {
        let before = change.compare_at.map_or_else(String::new, |price| price.to_string());
        view! {
            <tr>
                <td data-label="Since">{time(change.at_ms)}</td>
                <td class="mono" data-label="SKU">{change.sku}</td>
                <td class="num" data-label="Price">{change.price.to_string()}</td>
                <td class="num" data-label="Before">{before}</td>
            </tr>
        }
    });
    view! {
        <div class="card"><table class="stack">
            <thead><tr><th scope="col">"Since"</th><th scope="col">"SKU"</th><th scope="col" class="num">"Price"</th><th scope="col" class="num">"Before"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}
