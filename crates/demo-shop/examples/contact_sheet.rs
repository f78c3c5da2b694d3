//! Writes every picture and a page that shows them all: `cargo run --release -p kiosk-demo-shop --example contact_sheet -- FOLDER`.
//! With `--first`, only the first picture of each product is on the page.

use std::{env, fmt::Write, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let folder = PathBuf::from(
        arguments.iter().find(|a| !a.starts_with("--")).map_or("contact-sheet", String::as_str),
    );
    let only_first = arguments.iter().any(|argument| argument == "--first");
    fs::create_dir_all(&folder)?;
    let mut page = String::from(
        "<!doctype html><meta charset=utf-8><title>Contact sheet</title><style>body{font:11px sans-serif;margin:12px;display:grid;\
         grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:10px}figure{margin:0}img{width:100%;aspect-ratio:1;border-radius:6px}\
         figcaption{white-space:nowrap;overflow:hidden}</style>",
    );
    for product in kiosk_demo_shop::products() {
        for picture in product.pictures.iter().take(if only_first { 1 } else { usize::MAX }) {
            let Some(svg) = kiosk_demo_shop::picture(&picture.file) else { continue };
            let _ = write!(
                page,
                "<figure><img src={} alt=\"\"><figcaption>{} ({} B)</figcaption></figure>",
                picture.file,
                picture.file,
                svg.len()
            );
            fs::write(folder.join(&picture.file), svg)?;
        }
    }
    fs::write(folder.join("index.html"), page)
}
