#![allow(clippy::unwrap_used)]

use kiosk_ids::{DiscountId, ProductId, Sku, VendorId};
use kiosk_money::Money;
use kiosk_wire::DiscountBudget;
use proptest::prelude::*;

use super::*;

fn discount(name: &str, rate: DiscountRate) -> Discount {
    Discount {
        id: DiscountId::named(name).unwrap(),
        code: None,
        name: name.to_owned(),
        vendor: None,
        categories: Vec::new(),
        products: Vec::new(),
        rate,
        goods_min: None,
        from_ms: 0,
        until_ms: 1,
        budget: None,
    }
}

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn off(amount: i64) -> DiscountRate {
    DiscountRate::Amount { amount: eur(amount) }
}

fn percent(percent: u32) -> DiscountRate {
    DiscountRate::Share { ppm: percent * 10_000 }
}

fn budget(currency: Option<Currency>) -> Option<DiscountBudget> {
    Some(DiscountBudget { item: Sku::parse("BUDGET").unwrap(), currency })
}

fn goods(product: &str, price: i64, quantity: u32) -> Goods<'_> {
    Goods { vendor: "ven_clay", product, categories: &[], price, quantity }
}

fn reduced(goods: &[Goods<'_>], discounts: &[Discount], left: u64) -> Reduced {
    let candidates: Vec<_> = discounts.iter().map(|discount| Candidate { discount, left }).collect();
    reduce(goods, Currency::EUR, &candidates)
}

fn amounts(reduced: &Reduced) -> Vec<i64> {
    reduced.lines.iter().map(|line| line.map_or(0, |off| off.amount)).collect()
}

#[test]
fn a_line_has_the_discount_that_takes_most() {
    let (mug, lamp) = (goods("prd_mug", 10_000, 1), goods("prd_lamp", 10_000, 1));
    let mut mugs = discount("mugs", percent(20));
    mugs.products = vec![ProductId::named("mug").unwrap()];
    // The amount lost the mug, so all of it is on the lamp.
    let both = reduced(&[mug, lamp], &[discount("all", off(1_000)), mugs.clone()], 0);
    assert_eq!(amounts(&both), [2_000, 1_000]);
    let beaten = reduced(&[mug], &[discount("less", percent(10)), mugs], 0);
    assert_eq!((amounts(&beaten), beaten.unfit), (vec![2_000], vec![Some(Unfit::Beaten), None]));
}

#[test]
fn a_discount_is_for_its_goods_alone() {
    let shelves = ["mugs".to_owned(), "kitchen".to_owned()];
    let mug = Goods { categories: &shelves, ..goods("prd_mug", 1_999, 3) };
    let lamp = Goods { vendor: "ven_light", ..goods("prd_lamp", 5_000, 1) };
    let with = |change: &dyn Fn(&mut Discount)| {
        let mut discount = discount("it", percent(10));
        change(&mut discount);
        let reduced = reduced(&[mug, lamp], &[discount], 5);
        (amounts(&reduced), reduced.unfit[0])
    };
    assert_eq!(with(&|_| {}), (vec![600, 500], None));
    assert_eq!(with(&|it| it.categories = vec!["kitchen".into()]), (vec![600, 0], None));
    assert_eq!(with(&|it| it.vendor = Some(VendorId::named("light").unwrap())), (vec![0, 500], None));
    assert_eq!(with(&|it| it.categories = vec!["garden".into()]), (vec![0, 0], Some(Unfit::Goods)));
    assert_eq!(with(&|it| it.goods_min = Some(eur(10_997))), (vec![600, 500], None));
    assert_eq!(with(&|it| it.goods_min = Some(eur(10_998))), (vec![0, 0], Some(Unfit::Minimum)));
    let usd = Money::new(1, Currency::USD);
    assert_eq!(with(&|it| it.goods_min = Some(usd)), (vec![0, 0], Some(Unfit::Currency)));
    assert_eq!(
        with(&|it| it.rate = DiscountRate::Amount { amount: usd }),
        (vec![0, 0], Some(Unfit::Currency))
    );
}

#[test]
fn a_budget_pays_all_or_nothing() {
    let mug = goods("prd_mug", 1_000, 1);
    let with = |rate, currency, left| {
        let paid = Discount { budget: budget(currency), ..discount("paid", rate) };
        let reduced = reduced(&[mug], &[paid, discount("free", percent(10))], left);
        (amounts(&reduced), reduced.unfit[0])
    };
    assert_eq!(with(percent(50), Some(Currency::EUR), 500), (vec![500], None));
    // The goods are left to the next best.
    assert_eq!(with(percent(50), Some(Currency::EUR), 499), (vec![100], Some(Unfit::UsedUp)));
    assert_eq!(with(percent(50), None, 1), (vec![500], None));
    assert_eq!(with(percent(50), None, 0), (vec![100], Some(Unfit::UsedUp)));
    assert_eq!(with(off(5), Some(Currency::USD), 500), (vec![100], Some(Unfit::Currency)));
}

#[test]
fn delivery_is_free_when_all_goods_are_meant() {
    let (mug, lamp) = (goods("prd_mug", 1_000, 1), goods("prd_lamp", 1_000, 1));
    let mut free = discount("free", DiscountRate::Delivery);
    free.products = vec![ProductId::named("mug").unwrap()];
    assert_eq!(reduced(&[mug], &[free.clone()], 0).delivery, [0]);
    let other = reduced(&[mug, lamp], &[free], 0);
    assert_eq!((other.delivery, other.unfit), (vec![], vec![Some(Unfit::Goods)]));
}

proptest! {
    #[test]
    fn sums_are_exact_and_nothing_is_below_zero(
        lines in prop::collection::vec((0_i64..200_000, 1_u32..100, 0_usize..3), 1..12),
        rates in prop::collection::vec((0_u8..3, 1_i64..300_000, 0_usize..4, 0_u8..3), 0..8),
        left in 0_u64..400_000,
    ) {
        let names = ["prd_a", "prd_b", "prd_c"];
        let goods: Vec<_> = lines.iter().map(|(price, quantity, name)| goods(names[*name], *price, *quantity)).collect();
        let discounts: Vec<_> = rates
            .iter()
            .enumerate()
            .map(|(number, (kind, size, of, budgeted))| {
                let rate = match kind {
                    0 => DiscountRate::Share { ppm: u32::try_from(size % 1_000_000).unwrap() + 1 },
                    1 => off(*size),
                    _ => DiscountRate::Delivery,
                };
                let mut discount = discount(&format!("d{number}"), rate);
                if let Some(name) = names.get(*of) {
                    discount.products = vec![ProductId::parse(name).unwrap()];
                }
                discount.budget = match budgeted {
                    0 => None,
                    1 => budget(None),
                    _ => budget(Some(Currency::EUR)),
                };
                discount
            })
            .collect();
        let reduced = reduced(&goods, &discounts, left);
        for (goods, off) in goods.iter().zip(&reduced.lines) {
            if let Some(off) = off {
                prop_assert!(off.amount > 0 && off.amount <= goods.total());
                prop_assert!(goods.is_for(&discounts[off.by]) && reduced.unfit[off.by].is_none());
                // Also no single piece is below zero, whichever bears the remainder.
                let dearest = (off.amount + i64::from(goods.quantity) - 1) / i64::from(goods.quantity);
                prop_assert!(dearest <= goods.price);
            }
        }
        for (place, discount) in discounts.iter().enumerate() {
            let taken = taken(&reduced.lines, place);
            if let DiscountRate::Amount { amount } = discount.rate {
                let won = goods.iter().zip(&reduced.lines).filter(|(_, off)| off.is_some_and(|off| off.by == place));
                let sum: i64 = won.map(|(goods, _)| goods.total()).sum();
                prop_assert!(taken <= amount.amount);
                prop_assert!(taken == 0 || taken == amount.amount.min(sum) || taken < sum);
            }
            prop_assert!(discount.budget.is_none() || taken == 0 || units(discount, taken) <= left);
        }
    }
}
