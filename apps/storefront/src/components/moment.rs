//! Moments, for people and for programs.

use leptos::prelude::*;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS: i64 = 24 * 3_600_000;

/// Year, month from 1, and day of a Unix time in milliseconds (Hinnant, "chrono-compatible date algorithms").
fn date(at_ms: i64) -> (i64, usize, i64) {
    let days = at_ms.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), of_year - (153 * shifted + 2) / 5 + 1)
}

/// `5 Mar 2026, 09:07 UTC`, and the same for programs: a script shows it in the visitor's own time.
pub fn moment(at_ms: i64) -> AnyView {
    let (year, month, day) = date(at_ms);
    let minutes = at_ms.rem_euclid(DAY_MS) / 60_000;
    let (hour, minute) = (minutes / 60, minutes % 60);
    let name = MONTHS.get(month - 1).copied().unwrap_or_default();
    let iso = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z");
    view! { <time datetime=iso>{format!("{day} {name} {year}, {hour:02}:{minute:02} UTC")}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(951_782_400_000), (2000, 2, 29));
        assert_eq!(date(1_772_701_620_000), (2026, 3, 5));
        assert_eq!(date(-1), (1969, 12, 31));
    }
}
