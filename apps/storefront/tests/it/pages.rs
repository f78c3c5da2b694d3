//! Each page: its status, its heading, its links, and what every page owes those who cannot see it.

use axum::http::StatusCode;
use scraper::{ElementRef, Html, Selector};

use crate::support::{HOST, TestShop};

const CATALOGUE_PAGES: [&str; 10] = [
    "/",
    "/c/kitchen",
    "/c/mugs",
    "/c/mugs?facet.Colour=Sand&sort=price&in_stock=1&min=1&max=100",
    "/p/mug",
    "/p/mug?sku=MUG-MOSS-OUT",
    "/p/lamp",
    "/p/odd",
    "/vendors/ven_ostwerk",
    "/search?q=mug",
];

fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

/// What WCAG and the content security policy ask of a page, as far as its HTML tells.
pub fn check_page(path: &str, html: &Html) {
    assert_eq!(all(html, "h1").len(), 1, "{path}: one h1");
    assert_eq!(all(html, "html[lang]").len(), 1, "{path}: language");
    assert_eq!(all(html, "main#main").len(), 1, "{path}: main");
    assert_eq!(all(html, "body > a.skip[href=\"#main\"]").len(), 1, "{path}: skip link");
    assert!(!all(html, "title")[0].text().collect::<String>().trim().is_empty(), "{path}: title");
    for image in all(html, "img") {
        assert!(image.value().attr("alt").is_some(), "{path}: {}", image.html());
    }
    let mut ids: Vec<&str> = all(html, "[id]").iter().filter_map(|e| e.value().attr("id")).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "{path}: ids are unique");
    for field in all(html, "input:not([type=hidden]), select, textarea") {
        let id = field.value().attr("id").unwrap_or_else(|| panic!("{path}: no id: {}", field.html()));
        assert_eq!(all(html, &format!("label[for=\"{id}\"]")).len(), 1, "{path}: label of {id}");
    }
    for control in all(html, "button, a") {
        let text: String = control.text().collect();
        let alt = Selector::parse("img:not([alt=''])").unwrap();
        let named = !text.trim().is_empty()
            || control.value().attr("aria-label").is_some()
            || control.select(&alt).next().is_some();
        assert!(named, "{path}: nameless {}", control.html());
    }
    for described in all(html, "[aria-describedby], [aria-labelledby]") {
        for attribute in ["aria-describedby", "aria-labelledby"] {
            for id in described.value().attr(attribute).unwrap_or("").split_whitespace() {
                assert!(ids.contains(&id), "{path}: {attribute} names {id}");
            }
        }
    }
    for element in all(html, "*") {
        let value = element.value();
        assert!(value.attr("style").is_none(), "{path}: inline style: {}", element.html());
        assert!(!value.attrs().any(|(name, _)| name.starts_with("on")), "{path}: {}", element.html());
        assert!(value.name() != "style", "{path}: style element");
        assert!(value.name() != "script" || value.attr("src").is_some(), "{path}: inline script");
        for name in ["href", "src", "action", "content"] {
            let url = value.attr(name).unwrap_or("");
            let own = format!("http://{HOST}/");
            assert!(!url.contains("://") || url.starts_with(&own), "{path}: external address {url}");
        }
    }
}

#[tokio::test]
async fn every_page_is_well_made() {
    let mut shop = TestShop::open().await;
    for path in CATALOGUE_PAGES {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        check_page(path, &answer.html());
    }
    for path in ["/p/%ff", "/c/%ff", "/media/%ff", "/assets/%ff", "/orders/%ff", "/vendors/%ff"] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        check_page(path, &answer.html());
    }
    for path in ["/cart", "/nowhere", "/p/nothing", "/c/nothing", "/vendors/ven_nobody", "/orders/ord_1"] {
        check_page(path, &shop.get(path).await.html());
    }
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    for path in ["/cart", "/checkout", "/"] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        check_page(path, &answer.html());
    }
    let failed = shop.post("/checkout", &[]).await;
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
    check_page("/checkout, empty", &failed.html());
    let form = shop.get("/checkout").await.form("/checkout");
    let sent = crate::html::fill(&form, crate::buying::ADA);
    let placed = shop.post("/checkout", &sent).await;
    for path in [placed.header("location"), "/orders/ord_1"] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        check_page(path, &answer.html());
    }
}

#[tokio::test]
async fn titles_tell_pages_apart() {
    let mut shop = TestShop::open().await;
    let mut titles = Vec::new();
    for path in [
        "/",
        "/c/kitchen",
        "/c/mugs",
        "/p/mug",
        "/p/lamp",
        "/vendors/ven_ostwerk",
        "/search?q=mug",
        "/cart",
        "/nowhere",
    ] {
        titles.extend(shop.get(path).await.texts("title"));
    }
    let count = titles.len();
    titles.sort();
    titles.dedup();
    assert_eq!((titles.len(), count), (9, 9), "{titles:?}");
}

#[tokio::test]
async fn home_shows_categories_featured_and_newest() {
    let mut shop = TestShop::open().await;
    let home = shop.get("/").await;
    assert_eq!(home.texts(".tile-name"), ["Kitchen", "Light"], "a category without goods is not offered");
    assert_eq!(home.attributes(".hero-shot a", "href"), ["/p/mug"]);
    assert!(home.attributes("#newest .card a", "href").contains(&"/p/bench".to_owned()));
    assert_eq!(home.attributes(".maker a", "href"), ["/vendors/ven_ostwerk"]);
}

#[tokio::test]
async fn goods_without_pictures_are_on_the_shelves_too() {
    let mut changes = crate::support::catalogue::small();
    for change in &mut changes {
        if let kiosk_wire::Change::Product(product) = change
            && product.handle != "mug"
        {
            product.pictures.clear();
            product.variants.iter_mut().for_each(|variant| variant.picture = None);
        }
    }
    let mut shop = TestShop::with(changes).await;
    let home = shop.get("/").await;
    assert_eq!(home.texts(".tile-count"), ["3 pieces", "2 pieces"]);
    let lamps = shop.get("/c/lamps").await;
    assert_eq!(lamps.status, StatusCode::OK);
    assert_eq!(lamps.attributes(".card a", "href").len(), 2);
}

#[tokio::test]
async fn a_category_holds_what_is_below_it() {
    let mut shop = TestShop::open().await;
    let kitchen = shop.get("/c/kitchen").await;
    let mut cards = kitchen.attributes(".card a", "href");
    cards.sort();
    assert_eq!(cards, ["/p/mug", "/p/odd", "/p/pan"]);
    assert_eq!(kitchen.attributes(".chips a", "href"), ["/c/kitchen", "/c/mugs"]);
    let mugs = shop.get("/c/mugs").await;
    assert_eq!(mugs.attributes(".crumbs a", "href"), ["/", "/c/kitchen"]);
    assert_eq!(mugs.attributes(".chips a[aria-current=page]", "href"), ["/c/mugs"]);
}

#[tokio::test]
async fn filters_narrow_a_list_and_stay_chosen() {
    let mut shop = TestShop::open().await;
    let answer = shop.get("/c/kitchen?facet.Colour=Sand&facet.Colour=Moss&sort=-price&min=10&max=30").await;
    assert_eq!(answer.attributes(".card a", "href"), ["/p/mug"]);
    assert_eq!(answer.texts(".list-count"), ["1 piece"]);
    assert_eq!(answer.attributes("input[type=checkbox][checked]", "value"), ["Moss", "Sand"]);
    assert_eq!(answer.attributes("option[selected]", "value"), ["-price"]);
    assert_eq!(answer.attributes("#min", "value"), ["10"]);
    assert_eq!(answer.attributes(".filters-send a", "href"), ["/c/kitchen"]);

    let dear = shop.get("/search?q=lamp&in_stock=1").await;
    assert!(dear.attributes(".card a", "href").is_empty(), "the lamp is sold out");
    assert_eq!(dear.texts(".empty h3"), ["Nothing fits all of that"]);
    assert_eq!(dear.attributes(".empty a", "href"), ["/search?q=lamp"]);
}

#[tokio::test]
async fn long_lists_have_pages() {
    let mut changes = crate::support::catalogue::small();
    for number in 0..30 {
        let handle = format!("cup-{number:02}");
        let variants =
            vec![crate::support::catalogue::variant(&format!("CUP-{number}"), &[], 1_000 + number)];
        let product = crate::support::catalogue::product(&handle, &handle, "mugs", &[], variants);
        changes.push(kiosk_wire::Change::Product(Box::new(product)));
    }
    let mut shop = TestShop::with(changes).await;
    let mut seen = Vec::new();
    let mut path = "/search?q=cup&sort=price".to_owned();
    for _ in 0..2 {
        let answer = shop.get(&path).await;
        seen.extend(answer.attributes(".list .card a", "href"));
        path = answer.attributes(".paging a[rel=next]", "href").pop().unwrap_or_default();
    }
    let expected: Vec<String> = (0..30).map(|number| format!("/p/cup-{number:02}")).collect();
    assert_eq!(seen, expected, "each product once, in order");
    assert_eq!(path, "", "the second page is the last");
}

#[tokio::test]
async fn search_finds_titles_tags_and_sellers() {
    let mut shop = TestShop::open().await;
    for (words, found) in
        [("speckled", "/p/mug"), ("handmade bench", "/p/bench"), ("ostwerk lamp", "/p/lamp")]
    {
        let answer = shop.get(&format!("/search?q={}", words.replace(' ', "+"))).await;
        assert_eq!(answer.attributes(".card a", "href"), [found], "{words}");
    }
    let nothing = shop.get("/search?q=zeppelin").await;
    assert_eq!(nothing.status, StatusCode::OK);
    assert_eq!(nothing.texts(".empty h2"), ["Nothing by that name"]);
    assert_eq!(nothing.attributes("#q", "value"), ["zeppelin"]);
    let percent = shop.get("/search?q=%25").await;
    assert_eq!(percent.texts(".empty h2"), ["Nothing by that name"], "a % is a character, not a wildcard");
}

#[tokio::test]
async fn a_product_tells_price_stock_and_seller() {
    let mut shop = TestShop::open().await;
    let mug = shop.get("/p/mug?sku=MUG-SAND-L").await;
    assert_eq!(mug.texts(".facts .price"), ["Now €24.00 before €29.00"]);
    assert_eq!(mug.texts(".facts .stock"), ["In stock"]);
    assert_eq!(mug.texts(".vendor-box h2"), ["Ostwerk Keramik"]);
    assert_eq!(mug.texts(".prose b"), ["by hand"]);
    assert_eq!(mug.attributes(".buy input[name=sku]", "value"), ["MUG-SAND-L"]);
    for (path, stock) in [
        ("/p/mug?sku=MUG-MOSS-FEW", "Only 3 left"),
        ("/p/pan", "More on the way"),
        ("/p/lamp", "Sold out here for now"),
    ] {
        let answer = shop.get(path).await;
        assert_eq!(answer.texts(".facts .stock"), [stock], "{path}");
        let disabled = !answer.attributes(".buy .button", "disabled").is_empty();
        assert_eq!(disabled, path == "/p/lamp", "{path}");
    }
    assert_eq!(shop.get("/p/lamp").await.texts(".facts .price-now"), ["€1,249.00"]);
}

#[tokio::test]
async fn options_are_links_that_keep_the_other_choice() {
    let mut shop = TestShop::open().await;
    let mug = shop.get("/p/mug?sku=MUG-SAND-L").await;
    assert_eq!(
        mug.attributes(".choice", "href"),
        [
            "/p/mug?sku=MUG-SAND-L",
            "/p/mug?sku=MUG-MOSS-OUT",
            "/p/mug?sku=MUG-SAND-S",
            "/p/mug?sku=MUG-SAND-L"
        ]
    );
    assert_eq!(mug.texts(".choice[aria-current]"), ["Sand", "Large"]);
    assert_eq!(mug.texts(".choice.is-out"), ["Moss, sold out here"]);
    assert!(shop.get("/p/lamp").await.attributes(".choice", "href").is_empty(), "nothing to choose");
    let unknown = shop.get("/p/mug?sku=NO-SUCH").await;
    assert_eq!(
        unknown.attributes(".buy input[name=sku]", "value"),
        ["MUG-SAND-S"],
        "the first that can be bought"
    );
}

#[tokio::test]
async fn machines_find_what_they_ask_for() {
    let mut shop = TestShop::open().await;
    let robots = shop.get("/robots.txt").await;
    assert!(robots.body.contains("Sitemap: http://shop.example/sitemap.xml"), "{}", robots.body);
    let map = shop.get("/sitemap.xml").await;
    for path in ["/", "/c/kitchen", "/c/mugs", "/p/mug", "/vendors/ven_ostwerk"] {
        assert!(map.body.contains(&format!("<loc>http://shop.example{path}</loc>")), "{path}");
    }
    assert_eq!(shop.get("/favicon.ico").await.status, StatusCode::MOVED_PERMANENTLY);
}
