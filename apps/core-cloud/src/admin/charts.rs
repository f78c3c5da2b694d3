//! Small charts as inline SVG. They are drawn in marker colours that the style sheet turns into the page's, light or
//! dark.

use std::collections::HashMap;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::modules::orders::service::MinuteCounts;

/// Minutes that a chart shows.
pub const MINUTES_SHOWN: i64 = 60;
/// Size of the drawing; the page scales it to its column.
const SIZE: (u32, u32) = (380, 170);
const INK: RGBColor = RGBColor(1, 1, 1);
const GRID: RGBColor = RGBColor(2, 2, 2);
/// The colours of series, `--c1` to `--c4` of the style sheet.
const SERIES: [RGBColor; 4] =
    [RGBColor(0xC1, 0, 0), RGBColor(0xC2, 0, 0), RGBColor(0xC3, 0, 0), RGBColor(0xC4, 0, 0)];

type DrawResult<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// Orders placed in each of the last minutes.
pub fn orders_per_minute(now_minute: i64, minutes: &HashMap<i64, MinuteCounts>) -> String {
    let bars = last_minutes(now_minute).map(|(ago, minute)| {
        let counts = minutes.get(&minute).copied().unwrap_or_default();
        (ago, vec![(0, counts.allowed + counts.review)])
    });
    render(|area| stacked_bars(area, &bars.clone().collect::<Vec<_>>()))
}

/// What the fraud score said in each of the last minutes: allowed, to review, refused.
pub fn fraud_decisions(now_minute: i64, minutes: &HashMap<i64, MinuteCounts>) -> String {
    let bars = last_minutes(now_minute).map(|(ago, minute)| {
        let counts = minutes.get(&minute).copied().unwrap_or_default();
        (ago, vec![(0, counts.allowed), (1, counts.review), (2, counts.blocked)])
    });
    render(|area| stacked_bars(area, &bars.clone().collect::<Vec<_>>()))
}

/// Events that each POP had written and the core had not applied, the worst of each minute. Series are in the order
/// of `pops`; a minute without contact has no point.
pub fn sync_lag(now_minute: i64, pops: &[&str], lag: &[(String, i64, i64)]) -> String {
    let series: Vec<Vec<(i64, i64)>> = pops
        .iter()
        .map(|pop| {
            let of_pop =
                lag.iter().filter(|(name, minute, _)| name == pop && *minute > now_minute - MINUTES_SHOWN);
            of_pop.map(|(_, minute, events)| (minute - now_minute, *events)).collect()
        })
        .collect();
    render(|area| lines(area, &series))
}

/// Minutes before now, oldest first, with the minute itself.
fn last_minutes(now_minute: i64) -> impl Iterator<Item = (i64, i64)> + Clone {
    (1 - MINUTES_SHOWN..=0).map(move |ago| (ago, now_minute + ago))
}

fn render(draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> DrawResult<'static>) -> String {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        if let Err(error) = draw(&area).and_then(|()| area.present()) {
            tracing::warn!(%error, "a chart could not be drawn");
        }
    }
    svg
}

/// A chart over the last minutes; draws `marks` into it.
macro_rules! with_axes {
    ($area:expr, $top:expr, |$chart:ident| $marks:block) => {{
        let top = nice_top($top);
        let mut $chart = ChartBuilder::on($area)
            .margin_top(8)
            .margin_right(8)
            .x_label_area_size(22)
            .y_label_area_size(34)
            .build_cartesian_2d(-(MINUTES_SHOWN as f64)..0.5, 0.0..top as f64)?;
        $chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .label_style(("sans-serif", 14).into_font().color(&INK))
            .x_labels(5)
            .y_labels(4)
            .x_label_formatter(&|ago| if *ago > -0.5 { "now".to_owned() } else { format!("{ago:.0} min") })
            .y_label_formatter(&|count| format!("{count:.0}"))
            .draw()?;
        $marks
        Ok(())
    }};
}

fn stacked_bars(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    bars: &[(i64, Vec<(usize, i64)>)],
) -> DrawResult<'static> {
    let top = bars.iter().map(|(_, parts)| parts.iter().map(|(_, count)| count).sum()).max().unwrap_or(0);
    with_axes!(area, top, |chart| {
        for (ago, parts) in bars {
            let mut bottom = 0;
            for (series, count) in parts.iter().filter(|(_, count)| *count > 0) {
                let left = *ago as f64 - 0.4;
                let corners = [(left, bottom as f64), (left + 0.8, (bottom + count) as f64)];
                chart.draw_series([Rectangle::new(corners, SERIES[*series].filled())])?;
                bottom += count;
            }
        }
    })
}

fn lines(area: &DrawingArea<SVGBackend<'_>, Shift>, series: &[Vec<(i64, i64)>]) -> DrawResult<'static> {
    let top = series.iter().flatten().map(|(_, events)| *events).max().unwrap_or(0);
    with_axes!(area, top, |chart| {
        for (points, colour) in series.iter().zip(SERIES.iter().cycle()) {
            let points = points.iter().map(|(ago, events)| (*ago as f64, *events as f64));
            chart.draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?;
            // A single minute is no line.
            chart.draw_series(points.map(|point| Circle::new(point, 2, colour.filled())))?;
        }
    })
}

/// A little above the highest, so that the labels are whole numbers: 4, 8, 20, 40, 80, 200, …
fn nice_top(highest: i64) -> i64 {
    let mut top = 4;
    for factor in [2.0, 2.5, 2.0].iter().cycle() {
        if top >= highest || top > i64::MAX / 4 {
            break;
        }
        top = (top as f64 * factor) as i64;
    }
    top
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_draw_their_bars_in_marker_colours() {
        let counts = MinuteCounts { allowed: 3, review: 1, blocked: 2 };
        let minutes = HashMap::from([(1_000, counts), (900, counts)]);
        let svg = fraud_decisions(1_000, &minutes);
        for colour in ["#C10000", "#C20000", "#C30000"] {
            assert_eq!(svg.matches(colour).count(), 1, "only the minute that is shown: {svg}");
        }
        assert!(orders_per_minute(1_000, &HashMap::new()).contains("</svg>"));
    }

    #[test]
    fn lag_has_a_line_for_each_pop() {
        let lag = [("eu-1".to_owned(), 999, 5), ("eu-1".to_owned(), 1_000, 2), ("us-1".to_owned(), 1_000, 1)];
        let svg = sync_lag(1_000, &["eu-1", "us-1"], &lag);
        assert!(svg.contains("#C10000") && svg.contains("#C20000"));
    }

    #[test]
    fn tops_are_round() {
        assert_eq!([0, 4, 5, 9, 21, 41, 81].map(nice_top), [4, 4, 8, 20, 40, 80, 200]);
    }
}
