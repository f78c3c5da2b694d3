//! Warehouses, freight and the panels; and random acts on purchases, after each of which pieces, money and stock agree.

use core_cloud::error::Error;
use core_cloud::modules::bus::fact::{Fact, PaymentMoved};
use core_cloud::modules::imports::formats::Format;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::members::service::Member;
use core_cloud::modules::orders::flow::{Hold, ParcelState, Stage};
use core_cloud::modules::orders::fulfilment::{ParcelAct, ReturnAct};
use core_cloud::modules::orders::purchase::{Charge, Purchase};
use core_cloud::modules::orders::returns::{Found, Reason, ReturnState, Wish};
use kiosk_ids::PaymentId;
use kiosk_wire::OrderRecord;

use crate::flow::*;
use crate::harness::*;

on_both_databases!(
    the_nearest_warehouse_that_has_all_sends_all,
    a_vendor_picks_packs_sends_and_takes_back,
    an_admin_cancels_and_takes_back,
    bulky_goods_go_by_freight_and_alone,
    pieces_money_and_stock_agree,
);

async fn the_nearest_warehouse_that_has_all_sends_all(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    let vendor = app.vendor_member("ven_test").await;
    let page = app.page("/vendor/warehouses", &vendor).await.text();
    assert!(page.contains("Main warehouse") && page.contains("DE"), "{page}");
    let add = async |name: &str, country: &str| {
        app.post("/vendor/warehouses", &vendor, &[("name", name), ("country", country)]).await
    };
    assert_eq!(add("", "FR").await.status, 422);
    assert_eq!(add("Lyon", "France").await.status, 422);
    assert_eq!(add("Lyon", "fr").await.status, 303);
    let warehouses = app.app.services.warehouse.list(&ven("test")).await.unwrap();
    let (main, lyon) = (warehouses[0].id.clone(), warehouses[1].id.clone());
    let set = async |id: &str, item: &str, units: &str| {
        let fields = [("item", item), ("units", units)];
        app.post(&format!("/vendor/warehouses/{id}"), &vendor, &fields).await.status.as_u16()
    };
    for (item, units) in [("MUG", "-1"), ("MUG", "many"), ("LAMP", "2"), ("", "2")] {
        assert_eq!(set(&lyon, item, units).await, 422, "{item} {units}");
    }
    assert_eq!(set(&main, "MUG", "2").await, 422, "the main one holds the rest");
    assert_eq!(set("whs_nowhere", "MUG", "2").await, 404);
    assert_eq!(set(&lyon, "MUG", "8").await, 303);
    let other = app.vendor_member("ven_other").await;
    assert_eq!(app.page(&format!("/vendor/warehouses/{lyon}"), &other).await.status, 404);

    // Two lie in the main warehouse: to Germany it is nearer, but Lyon alone has three.
    app.sold(1, vec![bought]).await;
    let planned = parcels(&app, "one").await;
    assert_eq!((planned.len(), planned[0].warehouse.as_str()), (1, lyon.as_str()));
    let shelf = app.page(&format!("/vendor/warehouses/{lyon}"), &vendor).await.text();
    assert!(shelf.contains("MUG") && shelf.contains(">8<") && shelf.contains(">3<"), "{shelf}");
    // A second order finds five there and two here.
    let mut second = order("two", vec![take("MUG", 1, 6)]);
    second.takes = Vec::new();
    app.sold(2, vec![second]).await;
    let mut split: Vec<(String, i64)> = parcels(&app, "two")
        .await
        .into_iter()
        .map(|parcel| (parcel.warehouse, parcel.contents[0].1))
        .collect();
    split.sort_by_key(|(_, pieces)| *pieces);
    assert_eq!(split, [(main, 1), (lyon.clone(), 5)]);
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    orders.cancel_pieces(&support, (&id("two"), &ven("test")), &[(0, 6)], "sold out").await.unwrap();
    orders.move_order(&support, (&id("one"), &ven("test")), Stage::Shipped).await.unwrap();
    let shelf = app.page(&format!("/vendor/warehouses/{lyon}"), &vendor).await.text();
    assert!(shelf.contains(">5<") && shelf.contains(">0<"), "three left, and nothing is reserved: {shelf}");
}

async fn a_vendor_picks_packs_sends_and_takes_back(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    app.sold(1, vec![bought]).await;
    let vendor = app.vendor_member("ven_test").await;
    let other = app.vendor_member("ven_other").await;
    let parcel = parcels(&app, "one").await.remove(0);
    let path = format!("/vendor/parcels/{}", parcel.id);
    let list = app.page("/vendor/parcels?state=open", &vendor).await.text();
    assert!(list.contains(parcel.id.as_str()) && list.contains("Main warehouse"), "{list}");
    assert!(app.page("/vendor/parcels", &other).await.text().contains("No such parcel"));
    for status in [
        app.page(&path, &other).await.status,
        app.post(&path, &other, &[("act", "pick")]).await.status,
        app.page("/vendor/parcels/par_nothing", &vendor).await.status,
    ] {
        assert_eq!(status, 404);
    }
    let act = async |fields: &[(&str, &str)]| app.post(&path, &vendor, fields).await.status.as_u16();
    assert_eq!(act(&[("act", "pick")]).await, 303);
    let page = app.page(&path, &vendor).await.text();
    assert!(page.contains("Pick list") && page.contains("3 × MUG"), "{page}");
    assert_eq!(act(&[("act", "dance")]).await, 422);
    assert_eq!(act(&[("act", "ship"), ("carrier", "DHL")]).await, 409, "it is not packed");
    assert_eq!(act(&[("act", "pack"), ("pack-0", "x")]).await, 422);
    assert_eq!(act(&[("act", "pack"), ("pack-0", "3")]).await, 303);
    assert_eq!(act(&[("act", "ship"), ("carrier", "D".repeat(61).as_str())]).await, 422);
    assert_eq!(act(&[("act", "ship"), ("carrier", "DHL"), ("tracking", "0034")]).await, 303);
    assert_eq!(act(&[("act", "note"), ("note", "Leipzig")]).await, 303);
    assert_eq!(act(&[("act", "deliver")]).await, 303);
    let page = app.page(&path, &vendor).await.text();
    assert!(page.contains("DHL 0034") && page.contains("Leipzig"), "{page}");

    let order = app.page("/vendor/orders/ord_one", &vendor).await.text();
    assert!(order.contains("3 delivered") && order.contains("Open a return"), "{order}");
    let fields = [("return-0", "2"), ("why", "faulty"), ("wish", "refund")];
    let opened = app.post("/vendor/orders/ord_one/returns", &vendor, &fields).await;
    assert_eq!(opened.status, 303, "{}", opened.text());
    let back = opened.headers["location"].to_str().unwrap().to_owned();
    for (fields, status) in [
        ([("return-0", "2"), ("why", "faulty"), ("wish", "refund")], 409),
        ([("return-0", "0"), ("why", "faulty"), ("wish", "refund")], 422),
        ([("return-0", "1"), ("why", "bored"), ("wish", "refund")], 422),
        ([("return-0", "1"), ("why", "faulty"), ("wish", "more")], 422),
    ] {
        assert_eq!(app.post("/vendor/orders/ord_one/returns", &vendor, &fields).await.status, status);
    }
    assert_eq!(app.page(&back, &other).await.status, 404);
    assert_eq!(app.post(&back, &other, &[("act", "receive")]).await.status, 404);
    assert_eq!(app.post(&back, &vendor, &[("act", "receive")]).await.status, 303);
    let found = [("act", "inspect"), ("sellable-0", "1"), ("damaged-0", "1"), ("accepted-0", "2")];
    assert_eq!(app.post(&back, &vendor, &found).await.status, 303);
    assert_eq!(app.post(&back, &vendor, &found).await.status, 409);
    let page = app.page("/vendor/returns", &vendor).await.text();
    assert!(page.contains("RET-") && page.contains("closed"), "{page}");
    assert_eq!(owed(&app.untold().await)[0].total, eur(2_000));
    assert_eq!(
        app.post("/vendor/orders/ord_one/cancel", &vendor, &[("cancel-0", "1"), ("reason", "x")])
            .await
            .status,
        409
    );
}

async fn an_admin_cancels_and_takes_back(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    app.sold(1, vec![bought]).await;
    let support = app.staff(Role::Support).await;
    let path = "/admin/orders/ord_one/parcels/ven_test";
    let post = async |tail: &str, fields: &[(&str, &str)]| {
        app.post(&format!("{path}{tail}"), &support, fields).await
    };
    assert_eq!(post("/cancel", &[("cancel-0", "1")]).await.status, 422, "a reason is missing");
    assert_eq!(post("/cancel", &[("cancel-0", "1"), ("reason", "the customer asks")]).await.status, 303);
    for status in ["shipped", "delivered"] {
        assert_eq!(post("", &[("status", status)]).await.status, 303);
    }
    let opened = post("/returns", &[("return-0", "1"), ("why", "changed_mind"), ("wish", "exchange")]).await;
    let back = opened.headers["location"].to_str().unwrap().to_owned();
    assert!(app.page("/admin/returns", &support).await.text().contains("RET-"));
    for fields in
        [vec![("act", "receive")], vec![("act", "inspect"), ("sellable-0", "1"), ("accepted-0", "1")]]
    {
        assert_eq!(app.post(&back, &support, &fields).await.status, 303);
    }
    let page = app.page("/admin/orders/ord_one", &support).await.text();
    assert!(page.contains("in exchange: 1 to send"), "{page}");
    let owner = app.staff(Role::Owner).await;
    let log = app.page("/admin/audit", &owner).await.text();
    assert!(log.contains("order.cancel") && log.contains("order.return"), "{log}");
    let moderator = app.staff(Role::Moderator).await;
    assert_eq!(app.page("/admin/returns", &moderator).await.status, 403);
}

async fn bulky_goods_go_by_freight_and_alone(app: TestApp) {
    let mut sofa = product("SOFA", 5);
    sofa["bulky"] = true.into();
    sofa["variants"][0]["weight_g"] = 45_000.into();
    let text = format!("{}{sofa}\n", catalogue(&[("MUG", 5)]));
    assert_eq!(app.import(Format::KioskJsonl, &text).await.refused, 0);
    let vendor = app.vendor_member("ven_test").await;
    let size = async |sku: &str, length: &str| {
        let fields = [("sku", sku), ("length", length), ("width", "1000"), ("height", "1000")];
        app.post("/vendor/freight/sizes", &vendor, &fields).await.status.as_u16()
    };
    for (sku, length) in [("SOFA", "0"), ("SOFA", "wide"), ("BED", "2000"), ("", "2000")] {
        assert_eq!(size(sku, length).await, 422, "{sku} {length}");
    }
    assert_eq!(size("SOFA", "2000").await, 303);
    let ids = app.column("SELECT id FROM catalog_products ORDER BY title").await;
    let mut bought = order("one", vec![take("MUG", 1, 1), take("SOFA", 1, 1)]);
    for (line, id) in bought.lines.iter_mut().zip(&ids) {
        line.product = id.parse().unwrap();
    }
    app.sold(1, vec![bought]).await;
    let planned = parcels(&app, "one").await;
    assert_eq!(planned.len(), 2, "the sofa shares no parcel");
    assert_eq!(
        planned
            .iter()
            .filter(|parcel| parcel.freight)
            .map(|parcel| parcel.contents.clone())
            .collect::<Vec<_>>(),
        [[(1, 1)]]
    );
    let page = app.page("/vendor/freight?state=open", &vendor).await.text();
    // 666 kg by its room, two begun hundreds beyond 500 kg, within Germany, with a lift-gate.
    assert!(page.contains("45.0 kg") && page.contains("as 666.0 kg") && page.contains("€248.00"), "{page}");
    let arrange = async |fields: &[(&str, &str)]| {
        app.post("/vendor/freight/ord_one/1", &vendor, fields).await.status.as_u16()
    };
    assert_eq!(arrange(&[("day", "2026-11-24"), ("part", "morning")]).await, 409, "nobody lifts 45 kg");
    assert_eq!(arrange(&[("day", "2020-01-01"), ("part", "morning"), ("lift_gate", "yes")]).await, 422);
    assert_eq!(arrange(&[("day", "2026-11-24"), ("part", "morning"), ("lift_gate", "yes")]).await, 303);
    let page = app.page("/vendor/freight", &vendor).await.text();
    assert!(page.contains("2026-11-24 08:00:00 UTC") && page.contains("€267.00"), "{page}");
    let other = app.vendor_member("ven_other").await;
    assert_eq!(app.post("/vendor/freight/ord_one/1", &other, &[("lift_gate", "yes")]).await.status, 404);
}

const SEEDS: u64 = 4;
const STEPS: u32 = 70;
const ORDERS: u64 = 4;
const ITEMS: [&str; 2] = ["A", "B"];

/// SplitMix64: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    fn count(&mut self, most: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(most).unwrap() + 1)).unwrap()
    }
}

/// What facts have told of a purchase.
#[derive(Default)]
struct Ledger {
    shipped: i64,
    cancelled: i64,
    refunded: i64,
    last: u32,
}

impl Ledger {
    fn hear(&mut self, facts: &[Fact], name: &str) {
        let order = id(name);
        for moved in shipped(facts).iter().filter(|moved| moved.order == order) {
            self.shipped += moved.total.amount;
            self.last += u32::from(moved.last);
        }
        for moved in cancelled(facts).iter().filter(|moved| moved.order == order) {
            self.cancelled += moved.total.amount;
            self.last += u32::from(moved.last);
        }
        for due in owed(facts).iter().filter(|due| due.order == order) {
            assert_eq!(
                due.total.amount,
                due.delivery.amount + due.lines.iter().map(|line| line.amount.amount).sum::<i64>()
            );
            self.refunded += due.total.amount;
        }
    }
}

async fn pieces_money_and_stock_agree(app: TestApp) {
    app.stock_up(&ITEMS.map(|item| (item, 400))).await;
    for item in ITEMS {
        app.ask("eu-1", "db", ask(item, 0, 0, 200)).await;
    }
    let support = admin(&app).await;
    for seed in 0..SEEDS {
        run_seed(&app, &support, seed).await;
    }
}

fn random_order(name: &str, random: &mut Random) -> OrderRecord {
    let takes = ITEMS.map(|item| take(item, 1, u32::try_from(random.below(3) + 1).unwrap()));
    let mut order = order(name, takes.to_vec());
    if random.below(3) == 0 {
        order.lines[1].vendor = ven("other");
    }
    match random.below(5) {
        0 => order.payment.method = "bank_transfer".to_owned(),
        1 => order.fraud = fraud("review"),
        _ => {}
    }
    order
}

async fn run_seed(app: &TestApp, support: &Member, seed: u64) {
    let mut random = Random(seed);
    let names: Vec<String> = (0..ORDERS).map(|number| format!("o{seed}-{number}")).collect();
    let placed: Vec<_> = names.iter().map(|name| random_order(name, &mut random)).collect();
    app.sold(seed * ORDERS + 1, placed).await;
    let mut ledgers: Vec<Ledger> = names.iter().map(|_| Ledger::default()).collect();
    for step in 0..STEPS {
        let which = random.below(names.len());
        match act(app, support, &names[which], &mut random).await {
            Ok(()) | Err(Error::Refused(_) | Error::Invalid { .. }) => {}
            Err(error) => panic!("seed {seed} step {step}: {error:?}"),
        }
        let facts = app.hear(Vec::new()).await;
        for (name, ledger) in names.iter().zip(&mut ledgers) {
            ledger.hear(&facts, name);
            check(&purchase(app, name).await, ledger, seed, step);
        }
        check_stock(app).await;
    }
}

async fn act(app: &TestApp, by: &Member, name: &str, random: &mut Random) -> Result<(), Error> {
    let orders = &app.app.services.orders;
    let now = purchase(app, name).await.now;
    let order = id(name);
    let seller = &now.sellers[random.below(now.sellers.len())];
    let line = &seller.lines[random.below(seller.lines.len())];
    match random.below(12) {
        0 => orders.review(by, &order, random.below(4) > 0, "random").await,
        1 => {
            let amount = eur(i64::try_from(random.below(6_000)).unwrap());
            let paid = PaymentMoved {
                payment: PaymentId::named("p").unwrap(),
                order,
                provider: "bank".to_owned(),
                movement: "m".to_owned(),
                reference: "r".to_owned(),
                amount,
                fee: eur(0),
            };
            app.hear(vec![Fact::PaymentReceived(paid)]).await;
            Ok(())
        }
        2 => {
            let count = random.count(2);
            orders.cancel_pieces(by, (&order, &seller.vendor), &[(line.number, count)], "random").await
        }
        3 | 4 => {
            let why = (
                Reason::ALL[random.below(4)],
                if random.below(3) == 0 { Wish::Exchange } else { Wish::Refund },
            );
            let counts = [(line.number, random.count(2))];
            orders.open_return(by, (&order, &seller.vendor), why, &counts).await.map(|_| ())
        }
        5 | 6 if !now.returns.is_empty() => {
            let given = &now.returns[random.below(now.returns.len())];
            let inspect = given.lines.iter().map(|line| {
                let sellable = random.count(line.quantity);
                let damaged = random.count(line.quantity - sellable);
                Found { line: line.line, sellable, damaged, accepted: random.count(sellable + damaged) }
            });
            let inspect = ReturnAct::Inspect(inspect.collect());
            let act = match given.state {
                ReturnState::Open if random.below(5) == 0 => ReturnAct::Cancel,
                ReturnState::Open => ReturnAct::Receive,
                _ => inspect,
            };
            orders.act_on_return(by, (Some(&given.vendor), &given.id), act).await
        }
        _ if now.parcels.is_empty() => orders.move_order(by, (&order, &seller.vendor), Stage::Shipped).await,
        _ => {
            let open: Vec<_> = now.parcels.iter().filter(|parcel| !parcel.state.next().is_empty()).collect();
            if open.is_empty() {
                return Ok(());
            }
            let parcel = open[random.below(open.len())];
            let act = match parcel.state {
                ParcelState::Planned if random.below(2) == 0 => ParcelAct::Pick,
                ParcelState::Planned | ParcelState::Picking => ParcelAct::Pack(
                    parcel.contents.iter().map(|(line, most)| (*line, random.count(*most))).collect(),
                ),
                ParcelState::Packed => ship(),
                _ => match random.below(8) {
                    0 => ParcelAct::Lose,
                    1 => ParcelAct::TakeBack(random.below(2) == 0),
                    _ => ParcelAct::Deliver,
                },
            };
            orders.act_on_parcel(by, (&parcel.vendor, &parcel.id), act).await
        }
    }
}

/// What was charged, what was cancelled and what is left sum up to the price, and no more is owed than was charged.
fn check(purchase: &Purchase, ledger: &Ledger, seed: u64, step: u32) {
    let at = format!("seed {seed} step {step} {}", purchase.id);
    let mut left = 0;
    let mut to_ship = 0;
    for seller in &purchase.now.sellers {
        if seller.charge == Charge::Open {
            left += seller.delivery.amount;
        }
        for line in seller.lines.iter().filter(|line| line.instead_of.is_none()) {
            left += line.unit_price.amount * line.pieces.to_ship;
            to_ship += line.pieces.to_ship;
        }
        let pieces = seller.pieces();
        if pieces.refunded > 0 {
            assert!(matches!(seller.stage, Stage::Refunded | Stage::PartiallyRefunded), "{at}: {seller:?}");
        }
        if purchase.now.hold != Hold::None {
            assert_eq!(pieces.shipped, 0, "{at}: something left that is held up");
        }
        let of = purchase.now.parcels.iter().filter(|parcel| parcel.vendor == seller.vendor);
        let planned: i64 = of
            .filter(|parcel| parcel.state.is_open())
            .flat_map(|parcel| &parcel.contents)
            .map(|(_, count)| count)
            .sum();
        assert_eq!(planned, pieces.planned, "{at}");
    }
    assert_eq!(ledger.shipped + ledger.cancelled + left, purchase.due.amount, "{at}");
    assert!(ledger.refunded <= ledger.shipped, "{at}");
    assert_eq!(ledger.last, u32::from(to_ship == 0), "{at}");
}

/// Sold and not shipped is what purchases hold, for each item.
async fn check_stock(app: &TestApp) {
    for item in ITEMS {
        let (_, _, sold) = app.stock(item).await;
        let query = sqlx::query_as::<_, (i64,)>(
            "SELECT CAST(COALESCE(SUM(sold - moved), 0) AS BIGINT) FROM orders_holds WHERE item = $1",
        );
        let (held,) = query.bind(item).fetch_one(&mut *app.db.read().await.unwrap()).await.unwrap();
        assert_eq!(sold, held, "{item}");
    }
}
