//! A chart: lines over an axis, with their bands, and their names at their ends.

use std::fmt::Display;

use super::COLORS;
use super::labels::apart;
use super::scale::{Scale, Spread, Tick, ticks};
use super::svg::{Svg, coordinate, path};
use crate::bench::report::figures;
use crate::size;

/// The most lines that a chart shows: as many as there are colors.
pub(super) const MOST_LINES: usize = COLORS;
/// Height of a chart, with its title and the names of its axes.
pub(super) const HEIGHT: f64 = 462.0;

/// Where the lines are drawn, below the top of the chart.
const LEFT: f64 = 112.0;
const RIGHT: f64 = 752.0;
const TOP: f64 = 66.0;
const BOTTOM: f64 = 406.0;
/// What is left free between the frame and the points at both sides.
const INSET: f64 = 16.0;
/// Where the names of lines begin, and the most letters that they have room for.
const LABELS: f64 = 782.0;
const LABEL_LETTERS: usize = 26;
/// From the middle of a name to that of the next.
const LABEL_GAP: f64 = 19.0;
/// An estimate of the width of a letter or digit in the size of ticks: no letter is measured.
const LETTER: f64 = 7.2;

/// What is drawn along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quantity {
    /// Nanoseconds.
    Latency,
    /// Operations in a second.
    Rate,
    /// Bytes in a second.
    Bandwidth,
    /// Bytes.
    Size,
    /// Threads of each node that measures.
    Threads,
}

impl Quantity {
    /// The name of the axis.
    pub(super) fn name(self) -> &'static str {
        match self {
            Quantity::Latency => "latency",
            Quantity::Rate => "operations in a second",
            Quantity::Bandwidth => "bandwidth",
            Quantity::Size => "size",
            Quantity::Threads => "threads of each node",
        }
    }

    /// A value of it, with its unit.
    pub(super) fn text(self, value: f64) -> String {
        match self {
            Quantity::Latency => figures::time(value).trim_end().to_owned(),
            // Blanks that align figures in a column have no place here.
            Quantity::Rate => figures::rate(value).replace("  ", " "),
            Quantity::Bandwidth => figures::bandwidth(value).replace("  ", " "),
            Quantity::Size => size::text(value as u64),
            Quantity::Threads => figures::number(value),
        }
    }

    /// The same for a tick.
    fn tick(self, value: f64) -> String {
        match self {
            Quantity::Size => self.text(value),
            _ => figures::short(&self.text(value)),
        }
    }

    /// How its values are spread when they reach from `least` to `greatest`.
    fn spread(self, least: f64, greatest: f64) -> Spread {
        let linear = match self {
            Quantity::Latency | Quantity::Size => false,
            Quantity::Rate | Quantity::Bandwidth => greatest <= 20.0 * least,
            Quantity::Threads => greatest <= 16.0 * least,
        };
        if linear { Spread::Linear } else { Spread::Logarithmic }
    }
}

/// A point of a line. All values are finite and more than 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The ends of the band, where they are known.
    pub(super) band: Option<(f64, f64)>,
}

/// A line with its name; its points ascend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<Point>,
}

/// A chart of up to [`MOST_LINES`] lines, none of them empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chart {
    pub(super) title: String,
    /// What line and band are.
    pub(super) note: &'static str,
    pub(super) x: Quantity,
    pub(super) y: Quantity,
    pub(super) lines: Vec<Line>,
}

impl Chart {
    /// Draws it into the page, `top` below its upper end, each line in its color.
    pub(super) fn draw(&self, page: &mut Svg, top: f64, colors: &[usize]) {
        let place = format!("translate(0 {})", coordinate(top));
        page.nested("g", &[("transform", &place)], |chart| {
            chart.text("text", &[("class", &"title"), ("x", &24), ("y", &26)], &self.title);
            chart.text("text", &[("class", &"dim"), ("x", &24), ("y", &45)], self.note);
            let x = self.draw_x_axis(chart);
            let y = self.draw_y_axis(chart);
            for (line, &color) in self.lines.iter().zip(colors) {
                draw_band(chart, color, line, &x, &y);
            }
            let ends = |line: &Line| line.points.last().map_or(TOP, |last| y.at(last.y));
            let wishes: Vec<f64> = self.lines.iter().map(ends).collect();
            let places = apart(&wishes, LABEL_GAP, (TOP, BOTTOM));
            for ((line, &color), place) in self.lines.iter().zip(colors).zip(places) {
                self.draw_line(chart, color, line, &x, &y);
                draw_label(chart, color, line, place, &x, &y);
            }
        });
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.lines.iter().flat_map(|line| &line.points)
    }

    fn draw_x_axis(&self, chart: &mut Svg) -> Scale {
        let mut values: Vec<f64> = self.points().map(|point| point.x).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let (least, greatest) = (values[0], values[values.len() - 1]);
        let scale = Scale::new(
            self.x.spread(least, greatest),
            // A single value would stand at both ends.
            (least, if greatest > least { greatest } else { 2.0 * least }),
            (LEFT + INSET, RIGHT - INSET),
        );
        let names: Vec<(f64, String)> =
            values.iter().map(|value| (scale.at(*value), self.x.tick(*value))).collect();
        let every = (1..).find(|every| fit(&names, *every)).unwrap_or(names.len());
        for (x, name) in names.iter().step_by(every) {
            let x = coordinate(*x);
            vertical(chart, "grid", &x, TOP, BOTTOM);
            vertical(chart, "axis", &x, BOTTOM, BOTTOM + 5.0);
            let y = coordinate(BOTTOM + 21.0);
            chart.text("text", &[("class", &"tick middle"), ("x", &x), ("y", &y)], name);
        }
        let middle = coordinate((LEFT + RIGHT) / 2.0);
        let y = coordinate(BOTTOM + 42.0);
        let place: [(&str, &dyn Display); 3] =
            [("class", &"dim middle"), ("x", &middle), ("y", &y)];
        chart.text("text", &place, self.x.name());
        scale
    }

    fn draw_y_axis(&self, chart: &mut Svg) -> Scale {
        let low = |point: &Point| point.band.map_or(point.y, |(low, _)| low.min(point.y));
        let high = |point: &Point| point.band.map_or(point.y, |(_, high)| high.max(point.y));
        let least = self.points().map(low).fold(f64::INFINITY, f64::min);
        let greatest = self.points().map(high).fold(0.0, f64::max);
        let spread = self.y.spread(least, greatest);
        let (ends, ticks) = ticks(spread, least, greatest);
        let scale = Scale::new(spread, ends, (BOTTOM, TOP));
        for Tick { value, named } in ticks {
            let y = scale.at(value);
            horizontal(chart, if named { "grid" } else { "faint" }, y, LEFT, RIGHT);
            if named {
                let (x, y) = (coordinate(LEFT - 10.0), coordinate(y + 4.0));
                let place: [(&str, &dyn Display); 3] =
                    [("class", &"tick end"), ("x", &x), ("y", &y)];
                chart.text("text", &place, &self.y.tick(value));
            }
        }
        horizontal(chart, "axis", BOTTOM, LEFT, RIGHT);
        let turned = format!("rotate(-90) translate({} 33)", coordinate(-(TOP + BOTTOM) / 2.0));
        chart.text("text", &[("class", &"dim middle"), ("transform", &turned)], self.y.name());
        scale
    }

    fn draw_line(&self, chart: &mut Svg, color: usize, line: &Line, x: &Scale, y: &Scale) {
        let at = |point: &Point| (x.at(point.x), y.at(point.y));
        chart.nested("g", &[("class", &format!("c{color}"))], |group| {
            let way = path(line.points.iter().map(at));
            group.empty("path", &[("class", &"line"), ("d", &way)]);
            for point in &line.points {
                let shape = marker(color, at(point));
                group.nested("path", &[("class", &"point"), ("d", &shape)], |marker| {
                    marker.text("title", &[], &self.words(line, point));
                });
            }
        });
    }

    /// What a point says when the mouse rests on it.
    fn words(&self, line: &Line, point: &Point) -> String {
        let (x, y) = (self.x, self.y);
        let band = match point.band {
            Some((low, high)) => format!(" ({} to {})", y.text(low), y.text(high)),
            None => String::new(),
        };
        let at = match x {
            Quantity::Threads if point.x == 1.0 => "1 thread".to_owned(),
            Quantity::Threads => format!("{} threads", x.text(point.x)),
            _ => x.text(point.x),
        };
        format!("{}, {at}: {}{band}", line.name, y.text(point.y))
    }
}

/// Whether the names do not touch when only one of `every` is shown.
fn fit(names: &[(f64, String)], every: usize) -> bool {
    let shown: Vec<&(f64, String)> = names.iter().step_by(every).collect();
    shown.windows(2).all(|pair| {
        let letters = pair[0].1.chars().count() + pair[1].1.chars().count();
        pair[1].0 - pair[0].0 >= letters as f64 / 2.0 * LETTER + 8.0
    })
}

fn draw_band(chart: &mut Svg, color: usize, line: &Line, x: &Scale, y: &Scale) {
    let banded = |point: &Point| point.band.map(|band| (point.x, band));
    // Where an end is not known the band has a gap.
    for part in line.points.split(|point| point.band.is_none()) {
        let low = part.iter().filter_map(banded).map(|(at, band)| (x.at(at), y.at(band.0)));
        let high = part.iter().rev().filter_map(banded).map(|(at, band)| (x.at(at), y.at(band.1)));
        if part.len() > 1 {
            let outline = path(low.chain(high)) + " Z";
            chart.empty("path", &[("class", &format!("band c{color}")), ("d", &outline)]);
        }
    }
}

fn draw_label(chart: &mut Svg, color: usize, line: &Line, place: f64, x: &Scale, y: &Scale) {
    let Some(last) = line.points.last() else { return };
    let (from_x, from_y) = (x.at(last.x) + 8.0, y.at(last.y));
    let leader = path([
        (from_x, from_y),
        (RIGHT.max(from_x), from_y),
        (LABELS - 20.0, place),
        (LABELS - 14.0, place),
    ]);
    chart.nested("g", &[("class", &format!("c{color}"))], |group| {
        group.empty("path", &[("class", &"leader"), ("d", &leader)]);
        let shape = marker(color, (LABELS - 7.0, place));
        group.empty("path", &[("class", &"point"), ("d", &shape)]);
    });
    let (x, y) = (coordinate(LABELS + 2.0), coordinate(place + 4.0));
    let name = shortened(&line.name);
    chart.text("text", &[("class", &"label"), ("x", &x), ("y", &y)], &name);
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LABEL_LETTERS {
        return name.to_owned();
    }
    name.chars().take(LABEL_LETTERS - 1).chain(['…']).collect()
}

/// The shape that tells a line from others without its color, around a point.
fn marker(line: usize, (x, y): (f64, f64)) -> String {
    let around = |corners: &[(f64, f64)]| {
        path(corners.iter().map(|(right, down)| (x + right, y + down))) + " Z"
    };
    match line % 4 {
        0 => {
            let (left, y) = (coordinate(x - 3.9), coordinate(y));
            format!("M{left} {y} a3.9 3.9 0 1 0 7.8 0 a3.9 3.9 0 1 0 -7.8 0 Z")
        }
        1 => around(&[(-3.4, -3.4), (3.4, -3.4), (3.4, 3.4), (-3.4, 3.4)]),
        2 => around(&[(0.0, -4.9), (4.9, 0.0), (0.0, 4.9), (-4.9, 0.0)]),
        _ => around(&[(0.0, -4.6), (4.6, 3.4), (-4.6, 3.4)]),
    }
}

fn vertical(chart: &mut Svg, class: &str, x: &str, from: f64, to: f64) {
    let (from, to) = (coordinate(from), coordinate(to));
    chart.empty("line", &[("class", &class), ("x1", &x), ("x2", &x), ("y1", &from), ("y2", &to)]);
}

fn horizontal(chart: &mut Svg, class: &str, y: f64, from: f64, to: f64) {
    let (y, from, to) = (coordinate(y), coordinate(from), coordinate(to));
    chart.empty("line", &[("class", &class), ("x1", &from), ("x2", &to), ("y1", &y), ("y2", &y)]);
}
