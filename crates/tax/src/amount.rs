//! What of an amount is tax, to the minor unit.

use std::collections::BTreeMap;

use crate::PPM;

/// Whether prices have the tax in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// The amount is what the customer pays.
    Inclusive,
    /// The tax comes on top.
    Exclusive,
}

/// The tax of an amount at a rate in parts per million, in minor units, rounded half away from zero.
#[must_use]
pub fn tax_of(amount: i64, ppm: i64, pricing: Pricing) -> i64 {
    let whole = match pricing {
        Pricing::Inclusive => PPM + ppm,
        Pricing::Exclusive => PPM,
    };
    round(i128::from(amount) * i128::from(ppm), i128::from(whole))
}

/// The tax of each line, an amount with its rate: rounded once for the sum of each rate, which is what is declared, and
/// shared over its lines.
#[must_use]
pub fn taxes_of_lines(lines: &[(i64, i64)], pricing: Pricing) -> Vec<i64> {
    let mut of_rate: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (place, (_, ppm)) in lines.iter().enumerate() {
        of_rate.entry(*ppm).or_default().push(place);
    }
    let mut taxes = vec![0; lines.len()];
    for (ppm, places) in of_rate {
        let amounts: Vec<i64> = places.iter().map(|place| lines[*place].0).collect();
        let tax = tax_of(amounts.iter().sum(), ppm, pricing);
        for (place, part) in places.into_iter().zip(share(tax, &amounts)) {
            taxes[place] = part;
        }
    }
    taxes
}

/// Shares a total in proportion to weights that are not negative; what rounding leaves goes to the largest remainders,
/// the first of equals first. Without any weight the first gets all.
#[must_use]
pub fn share(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum <= 0 {
        let first = |place| if place == 0 { total } else { 0 };
        return (0..weights.len()).map(first).collect();
    }
    let exact = weights.iter().map(|weight| i128::from(total) * i128::from(*weight));
    let (mut parts, mut remainders): (Vec<i64>, Vec<(i128, usize)>) = exact
        .enumerate()
        .map(|(place, exact)| (narrow(exact.div_euclid(sum)), (exact.rem_euclid(sum), place)))
        .unzip();
    remainders.sort_by_key(|(remainder, place)| (-remainder, *place));
    let left = usize::try_from(total - parts.iter().sum::<i64>()).unwrap_or(0);
    for (_, place) in remainders.into_iter().take(left) {
        parts[place] += 1;
    }
    parts
}

fn round(dividend: i128, divisor: i128) -> i64 {
    let half = if dividend < 0 { -divisor / 2 } else { divisor / 2 };
    narrow((dividend + half) / divisor)
}

/// Amounts are parts of amounts that were 64 bits before.
fn narrow(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tax_is_in_the_price_or_on_top() {
        assert_eq!(tax_of(11_900, 190_000, Pricing::Inclusive), 1_900);
        assert_eq!(tax_of(10_000, 190_000, Pricing::Exclusive), 1_900);
        assert_eq!(tax_of(1_000, 190_000, Pricing::Inclusive), 160, "159.66");
        assert_eq!(tax_of(-1_000, 190_000, Pricing::Inclusive), -160, "what goes back is what came");
        assert_eq!(tax_of(1_999, 255_000, Pricing::Inclusive), 406);
        assert_eq!(tax_of(1_999, 0, Pricing::Inclusive), 0);
        assert_eq!(tax_of(i64::MAX, 270_000, Pricing::Inclusive), 1_960_874_370_039_991_707);
    }

    #[test]
    fn lines_add_up_to_the_tax_of_their_sum() {
        // Each alone would round to 2; together they are 5.
        let lines = [(10, 190_000), (10, 190_000), (10, 190_000)];
        assert_eq!(taxes_of_lines(&lines, Pricing::Inclusive), [2, 2, 1]);
        let mixed = [(119, 190_000), (107, 70_000), (119, 190_000)];
        assert_eq!(taxes_of_lines(&mixed, Pricing::Inclusive), [19, 7, 19]);
        assert_eq!(taxes_of_lines(&[], Pricing::Inclusive), [0; 0]);
    }

    #[test]
    fn shares_favour_the_largest_remainders() {
        assert_eq!(share(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(share(490, &[2_000, 1_000]), [327, 163]);
        assert_eq!(share(5, &[0, 0]), [5, 0]);
        assert_eq!(share(5, &[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_in_sharing(total in 0_i64..1_000_000_000_000, weights in prop::collection::vec(0_i64..1_000_000_000, 1..40)) {
            let parts = share(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                if sum > 0 {
                    let exact = i128::from(total) * i128::from(*weight);
                    prop_assert!((i128::from(*part) * sum - exact).abs() < sum, "no share is off by a whole unit");
                }
            }
        }

        #[test]
        fn an_inclusive_price_is_its_net_and_tax(net in 0_i64..1_000_000_000, ppm in 0_i64..300_000) {
            let gross = net + tax_of(net, ppm, Pricing::Exclusive);
            let tax = tax_of(gross, ppm, Pricing::Inclusive);
            prop_assert_eq!(gross - tax, net);
        }
    }
}
