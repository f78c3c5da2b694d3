//! Pictures that POPs hand in.

use axum::http::Method;
use image::{DynamicImage, ImageFormat, RgbImage};
use kiosk_wire::Picture;
use sha2::{Digest, Sha256};

use crate::harness::*;

on_both_databases!(an_upload_is_drawn_anew_and_found_by_its_hash, what_is_no_picture_is_refused);

/// A PNG of this size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn upload(app: &TestApp, bytes: &[u8]) -> Answer {
    app.send(app.signed("eu-1", Method::POST, "/sync/v1/media", bytes)).await
}

async fn an_upload_is_drawn_anew_and_found_by_its_hash(app: TestApp) {
    let bytes = png(700, 300);
    let picture: Picture = upload(&app, &bytes).await.ok();
    assert_eq!(picture.widths.iter().map(|size| size.width).collect::<Vec<_>>(), [320, 640, 700]);
    assert_eq!(picture.hash, picture.widths[2].hash);
    for size in &picture.widths {
        let answer = app.pop_get("us-1", &format!("/sync/v1/media/{}", size.hash)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["content-type"]),
            (200, &"image/jpeg".parse().unwrap())
        );
        assert_eq!(hex::encode(Sha256::digest(&answer.bytes)), size.hash);
    }
    assert_eq!(upload(&app, &bytes).await.ok::<Picture>(), picture, "the same bytes are the same picture");
    let hash = hex::encode(Sha256::digest(&bytes));
    let mut tx = app.db.begin().await.unwrap();
    let found = core_cloud::media::upload::list_uploads(&mut tx, &[&hash, "nothing"]).await.unwrap();
    assert_eq!(found, [(hash, picture)].into());
}

async fn what_is_no_picture_is_refused(app: TestApp) {
    for bytes in [&b""[..], b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", &png(30, 30)[..80]] {
        upload(&app, bytes).await.is_problem(422, "picture_refused");
    }
    let huge = vec![0; kiosk_wire::people::UPLOAD_BYTES_MAX + 1];
    upload(&app, &huge).await.is_problem(413, "body_too_large");
}
