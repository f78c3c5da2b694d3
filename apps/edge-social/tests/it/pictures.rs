//! Pictures that are handed in.

use http::{Method, StatusCode};
use kiosk_wire::EventBody;
use serde_json::json;

use crate::support::{ADA, BOB, ROOM, TestPop};

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    // What reads pictures for their parts alone does not look at the check.
    chunk.extend([0; 4]);
    chunk
}

/// A PNG of this size, as far as its header says.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = width.to_be_bytes().to_vec();
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    for part in [chunk(b"IHDR", &header), chunk(b"IDAT", b"data"), chunk(b"IEND", b"")] {
        file.extend(part);
    }
    file
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xff, marker];
    segment.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
    segment.extend(data);
    segment
}

/// A JPEG of two scans, with `extra` segments.
fn jpeg(width: u16, height: u16, extra: &[Vec<u8>]) -> Vec<u8> {
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    let mut file = vec![0xff, 0xd8];
    for part in extra {
        file.extend(part);
    }
    file.extend(segment(0xc0, &frame));
    for _ in 0..2 {
        file.extend(segment(0xc4, &[0; 17]));
        file.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        file.extend([1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4]);
    }
    file.extend([0xff, 0xd9]);
    file
}

fn webp(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks {
        body.extend(*kind);
        body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        body.extend(data);
        body.resize(body.len() + data.len() % 2, 0);
    }
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    file.extend(body);
    file
}

fn lossy(width: u16, height: u16) -> Vec<u8> {
    let mut data = vec![0, 0, 0, 0x9d, 0x01, 0x2a];
    data.extend(width.to_le_bytes());
    data.extend(height.to_le_bytes());
    data.push(7);
    data
}

/// The picture as it is kept.
async fn kept(pop: &TestPop, file: &[u8]) -> Vec<u8> {
    let id = pop.upload(file).await.is(201).body["id"].as_str().unwrap().to_owned();
    let reply = pop.get(&format!("/v1/pictures/{id}")).await.is(200);
    assert_eq!(reply.headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    reply.bytes.to_vec()
}

#[tokio::test]
async fn only_the_picture_is_kept() {
    let pop = TestPop::open().await;
    let exif = segment(0xe1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0GPS 52.5 13.4");
    let mut file =
        jpeg(40, 30, &[segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), exif, segment(0xfe, b"secret")]);
    file.extend(b"PK\x03\x04 an archive");
    let clean = kept(&pop, &file).await;
    for hidden in [b"GPS".as_slice(), b"secret", b"PK\x03"] {
        assert!(!clean.windows(hidden.len()).any(|part| part == hidden));
    }
    assert!(clean.windows(6).any(|part| part == [3, 0, 0, 0, 1, 0]) && clean.ends_with(&[4, 0xff, 0xd9]));
    assert_eq!(clean.iter().filter(|byte| **byte == 0xda).count(), 2, "both scans");

    let mut file = png(4, 4);
    let end = file.len() - 12;
    file.splice(end..end, chunk(b"tEXt", b"secret"));
    file.extend(b"<?php");
    assert_eq!(kept(&pop, &file).await, png(4, 4));

    let extended = vec![0b0010_1100, 0, 0, 0, 3, 0, 0, 3, 0, 0];
    let mut plain = extended.clone();
    plain[0] = 0;
    let file = webp(&[(b"VP8X", extended), (b"VP8 ", lossy(4, 4)), (b"EXIF", b"secret".to_vec())]);
    assert_eq!(kept(&pop, &file).await, webp(&[(b"VP8X", plain), (b"VP8 ", lossy(4, 4))]));
}

#[tokio::test]
async fn false_pictures_and_bombs_are_refused() {
    let pop = TestPop::open().await;
    let before = pop.effects().await;
    let supported = (StatusCode::UNPROCESSABLE_ENTITY, "picture_refused");
    let unknown = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "picture_not_supported");
    let mut cut = jpeg(4, 4, &[]);
    cut.truncate(cut.len() - 2);
    let mut two = jpeg(4, 4, &[]);
    two.truncate(two.len() - 2);
    two.extend(&jpeg(4, 4, &[])[2..]);
    for (file, (status, code)) in [
        (b"".to_vec(), unknown),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), unknown),
        (b"GIF89a".to_vec(), unknown),
        (b"<html><script>".to_vec(), unknown),
        (webp(&[(b"ANIM", vec![0; 6]), (b"ANMF", vec![0; 16])]), unknown),
        (png(65_535, 65_535), supported),
        (png(20_000, 1), supported),
        (png(0, 4), supported),
        (jpeg(9_000, 9_000, &[]), supported),
        (jpeg(4, 0, &[]), supported),
        (webp(&[(b"VP8 ", lossy(16_383, 16_383))]), supported),
        (webp(&[(b"VP8 ", lossy(4, 4)), (b"VP8 ", lossy(4, 4))]), supported),
        (webp(&[(b"EXIF", vec![1])]), supported),
        (png(4, 4)[..30].to_vec(), supported),
        (b"\x89PNG\r\n\x1a\n<script>".to_vec(), supported),
        (b"\xff\xd8\xff<script>".to_vec(), supported),
        (cut, supported),
        (two, supported),
        (b"RIFF\xff\xff\xff\xffWEBP".to_vec(), supported),
    ] {
        let reply = pop.upload(&file).await;
        reply.is_problem(status.as_u16(), code);
    }
    pop.upload(&vec![0; 3 * 1024 * 1024 + 1]).await.is_problem(413, "body_too_large");
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn every_cut_of_a_picture_is_answered() {
    let pop = TestPop::open().await;
    for file in [jpeg(4, 4, &[]), png(4, 4), webp(&[(b"VP8X", vec![0; 10]), (b"VP8 ", lossy(4, 4))])] {
        for length in 0..file.len() {
            let status = pop.upload(&file[..length]).await.status;
            assert!(
                status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS,
                "{length}: {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_message_takes_ones_own_pictures_only() {
    let pop = TestPop::open().await;
    let id = pop.upload(&png(4, 4)).await.is(201).body["id"].clone();
    let send = async |room: &str, token: &str, key: &str| {
        let body = json!({ "uploads": [id] });
        pop.call(Method::POST, &format!("{room}/messages"), token, key, Some(body)).await
    };
    send("/v1/chats/ord_two/ven_light", BOB, "1").await.is_problem(422, "invalid_value");
    let sent = send(ROOM, ADA, "1").await.is(201).body;
    assert_eq!(sent["message"]["uploads"], json!([id]));
    // It waits for the core, and its event behind it.
    assert!(pop.events().await.is_empty());
    send(ROOM, ADA, "2").await.is(201);
    let db = &*pop.host.edge.db;
    let [(account, hash)] = &kiosk_pop_store::social::uploads::waiting(db, 9).await.unwrap()[..] else {
        panic!()
    };
    db.batch(kiosk_pop_store::social::uploads::handed_in(account, hash, true)).await.unwrap();
    let [EventBody::MessageSent(record), EventBody::MessageSent(_)] = &pop.events().await[..] else {
        panic!()
    };
    assert_eq!(json!(record.uploads), json!([id]));
}

#[tokio::test]
async fn an_account_keeps_so_many_pictures_and_no_more() {
    let pop = TestPop::open().await;
    for side in 1..=24 {
        pop.upload(&png(side, 1)).await.is(201);
    }
    pop.upload(&png(1, 1)).await.is(201);
    pop.upload(&png(25, 1)).await.is_problem(429, "too_many_pictures");
}
