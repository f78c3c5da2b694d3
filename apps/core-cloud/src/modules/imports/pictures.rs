//! The pictures of drafts: read, drawn or fetched, checked and kept. A product whose picture cannot be had is
//! imported without it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use super::draft::{Draft, Issue, Place};
use crate::error::Error;
use crate::media::fetch::{FETCHES_AT_ONCE_MAX, Fetcher};
use crate::media::kind::{Kind, PICTURE_BYTES_MAX};
use crate::media::service::{Picture, Service as Media};

/// A picture that the shop has: its hash and the ending of its file.
type Kept = (String, &'static str);

/// Gets the pictures of drafts, and writes into each draft those that could be had.
pub async fn resolve(
    media: &Media,
    fetcher: &Fetcher,
    drafts: &mut [Draft],
    issues: &mut Vec<Issue>,
) -> Result<(), Error> {
    let mut kept: HashMap<Place, Result<Kept, String>> = HashMap::new();
    let mut pictures = Vec::new();
    for (place, result) in obtain(media, fetcher, drafts).await? {
        let result = result.map(|obtained| match obtained {
            Obtained::Known(hash, ext) => (hash, ext),
            Obtained::New(picture) => {
                let key = (picture.hash.clone(), picture.kind.ext());
                pictures.push(picture);
                key
            }
        });
        kept.insert(place, result);
    }
    media.put_pictures(&pictures).await?;
    for draft in drafts {
        assign(draft, &kept, issues);
    }
    Ok(())
}

enum Obtained {
    Known(String, &'static str),
    New(Picture),
}

/// Every place once, with its picture or why there is none.
async fn obtain(
    media: &Media,
    fetcher: &Fetcher,
    drafts: &[Draft],
) -> Result<Vec<(Place, Result<Obtained, String>)>, Error> {
    let sources = drafts.iter().flat_map(|draft| &draft.pictures);
    let places: BTreeSet<&Place> = sources.map(|source| &source.place).collect();
    let urls = places.iter().filter_map(|place| match place {
        Place::Url(url) => Some(url.as_str()),
        _ => None,
    });
    let fetched = media.list_fetched(&urls.collect::<Vec<_>>()).await?;
    let known: HashMap<&Place, &(String, Kind)> = places
        .iter()
        .filter_map(|place| match place {
            Place::Url(url) => Some((*place, fetched.get(url)?)),
            _ => None,
        })
        .collect();
    let obtained: Vec<BoxFuture<'_, _>> = places
        .into_iter()
        .map(|place| {
            obtain_one(fetcher, place, known.get(place).copied())
                .map(|result| (place.clone(), result))
                .boxed()
        })
        .collect();
    Ok(stream::iter(obtained).buffer_unordered(FETCHES_AT_ONCE_MAX).collect().await)
}

/// The picture of one place. `known` is what was fetched from there before.
async fn obtain_one(
    fetcher: &Fetcher,
    place: &Place,
    known: Option<&(String, Kind)>,
) -> Result<Obtained, String> {
    match (place, known) {
        (_, Some((hash, kind))) => Ok(Obtained::Known(hash.clone(), kind.ext())),
        (Place::Url(url), None) => {
            fetcher.fetch(url).await.map(Obtained::New).map_err(|error| error.to_string())
        }
        (Place::File(path), None) => read_file(path).await.map(Obtained::New),
        (Place::Demo(name), None) => draw(name).map(Obtained::New),
    }
}

async fn read_file(path: &Path) -> Result<Picture, String> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |error: std::io::Error| format!("picture {name}: {}", error.kind());
    let length = tokio::fs::metadata(path).await.map_err(failed)?.len();
    if length > PICTURE_BYTES_MAX as u64 {
        return Err(format!("picture {name} is too large"));
    }
    let bytes = tokio::fs::read(path).await.map_err(failed)?;
    Picture::new(bytes).map_err(|error| format!("picture {name}: {error}"))
}

fn draw(name: &str) -> Result<Picture, String> {
    let svg = kiosk_demo_shop::picture(name).ok_or_else(|| format!("there is no picture {name}"))?;
    Picture::new(svg.into_bytes()).map_err(|error| format!("picture {name}: {error}"))
}

/// Writes the pictures that could be had into the product; variants point to theirs by their new places.
fn assign(draft: &mut Draft, kept: &HashMap<Place, Result<Kept, String>>, issues: &mut Vec<Issue>) {
    let mut places = Vec::with_capacity(draft.pictures.len());
    for source in &draft.pictures {
        let place = match kept.get(&source.place) {
            Some(Ok((hash, ext))) => {
                let picture = kiosk_wire::Picture {
                    hash: hash.clone(),
                    ext: (*ext).to_owned(),
                    alt: source.alt.clone(),
                    widths: Vec::new(),
                };
                draft.product.pictures.push(picture);
                u32::try_from(draft.product.pictures.len() - 1).ok()
            }
            Some(Err(reason)) => {
                issues.push(Issue::warning(draft.line, &draft.product.handle, reason));
                None
            }
            None => None,
        };
        places.push(place);
    }
    for variant in &mut draft.product.variants {
        let place = variant.picture.and_then(|place| usize::try_from(place).ok());
        variant.picture = place.and_then(|place| places.get(place).copied().flatten());
    }
}
