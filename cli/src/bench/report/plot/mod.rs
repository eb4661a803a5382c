//! `--plot FILE.svg`: latency and bandwidth over size, throughput over threads, drawn by hand as SVG that is readable on
//! light and dark pages.
//!
//! | file | subject |
//! | --- | --- |
//! | `choose.rs` | which rows become which lines of which chart |
//! | `chart.rs` | a chart |
//! | `scale.rs`, `labels.rs` | axes and their ticks; names beside lines, apart from each other |
//! | `svg.rs` | elements and escaping |
//! | `style.css` | colors |

mod chart;
mod choose;
mod labels;
mod scale;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use self::chart::{Chart, HEIGHT};
use self::svg::{Svg, coordinate};
use super::Report;
use crate::style::wrap;

/// How many there are in `style.css`.
const COLORS: usize = 8;
/// Width of the page.
const WIDTH: f64 = 1000.0;
/// Height of what stands above the charts.
const HEAD: f64 = 62.0;
/// From one line of the caption to the next, and how many letters it has room for.
const LEADING: f64 = 18.0;
const LETTERS: usize = 140;

/// A report in which nothing can be drawn.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is nothing to plot: it takes a test of several sizes (--all-sizes) or of several numbers of threads \
     (--threads 1,2,4)"
)]
pub(crate) struct NothingToPlot;

/// The text of an SVG file with a chart for each kind of line that the report has.
pub(crate) fn svg(report: &Report) -> Result<String, NothingToPlot> {
    let charts = choose::charts(&report.rows);
    if charts.is_empty() {
        return Err(NothingToPlot);
    }
    let nodes: BTreeSet<u32> = report.rows.iter().map(|row| row.nodes).collect();
    let nodes: Vec<String> = nodes.iter().map(u32::to_string).collect();
    let head =
        format!("pangea bench: {} nodes over {}", nodes.join(" and "), report.machine.provider);
    Ok(page(&head, &charts, &report.machine.lines()))
}

/// A color for each line: the one that it has in an earlier chart, if no other line took that.
fn colors<'a>(chart: &'a Chart, known: &mut BTreeMap<&'a str, usize>) -> Vec<usize> {
    let mut taken = [false; COLORS];
    let mut colors: Vec<Option<usize>> = Vec::new();
    for line in &chart.lines {
        let color = known.get(line.name.as_str()).copied().filter(|color| !taken[*color]);
        color.inspect(|color| taken[*color] = true);
        colors.push(color);
    }
    let used: BTreeSet<usize> = known.values().copied().collect();
    for (line, color) in chart.lines.iter().zip(&mut colors).filter(|(_, color)| color.is_none()) {
        let free = (0..COLORS).filter(|color| !taken[*color]);
        // One that means nothing else yet, if there is one.
        let best = free.min_by_key(|color| (used.contains(color), *color)).unwrap_or(0);
        taken[best] = true;
        known.insert(&line.name, best);
        *color = Some(best);
    }
    colors.into_iter().map(|color| color.unwrap_or(0)).collect()
}

/// Charts below each other, and what they were measured on.
fn page(head: &str, charts: &[Chart], caption: &[String]) -> String {
    let caption: Vec<String> = caption.iter().flat_map(|line| wrap(line, LETTERS)).collect();
    let below = HEAD + charts.len() as f64 * HEIGHT;
    let height = below + caption.len() as f64 * LEADING + 26.0;

    let mut page = Svg::default();
    let view = format!("0 0 {WIDTH} {height}");
    let titles: Vec<&str> = charts.iter().map(|chart| chart.title.as_str()).collect();
    page.nested(
        "svg",
        &[
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("viewBox", &view),
            ("width", &WIDTH),
            ("height", &height),
            ("role", &"img"),
        ],
        |page| {
            page.text("title", &[], &format!("{head}, {}", titles.join(", ")));
            page.text("style", &[], include_str!("style.css"));
            page.empty("rect", &[("class", &"page"), ("width", &"100%"), ("height", &"100%")]);
            page.text("text", &[("class", &"head"), ("x", &24), ("y", &40)], head);
            let mut known = BTreeMap::new();
            for (at, chart) in charts.iter().enumerate() {
                let colors = colors(chart, &mut known);
                chart.draw(page, HEAD + at as f64 * HEIGHT, &colors);
            }
            for (at, line) in caption.iter().enumerate() {
                let y = coordinate(below + 20.0 + at as f64 * LEADING);
                page.text("text", &[("class", &"dim"), ("x", &24), ("y", &y)], line);
            }
        },
    );
    page.into_text()
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::bench::report::examples::{rate, report, row, sized};
    use crate::bench::report::{Latency, Row};

    /// Eight tests over all sizes, whose lines run close together, and one that ends early.
    fn many() -> Vec<Row> {
        let mut rows = Vec::new();
        for power in 1..=23 {
            let size = 1_u64 << power;
            for (at, test) in
                ["get", "put", "read-lat", "write-lat", "a<b> & \"c\""].iter().enumerate()
            {
                let median = 900.0 + 40.0 * at as f64 + size as f64 / 10.0;
                rows.push(sized(test, "raw", size, median));
            }
            if power < 9 {
                rows.push(sized(
                    "a name that is much too long for its place",
                    "array",
                    size,
                    950.0,
                ));
            }
            rows.push(Row { depth: 16, ..sized("get", "raw", size, 700.0 + size as f64) });
            let bandwidth = Some(rate(size as f64 * 1e6));
            rows.push(Row { size: Some(size), bandwidth, ..row("read-bw", "raw") });
        }
        for threads in [1, 2, 4, 16] {
            let rate = Some(rate(3e6 * f64::from(threads)));
            rows.push(Row { threads, rate, ..row("faa-rate", "raw") });
        }
        rows
    }

    /// A text as it stands on the page: about how wide it is nobody knows without its font, so letters are taken for
    /// wide ones.
    #[derive(Debug)]
    struct Placed {
        text: String,
        left: f64,
        right: f64,
        top: f64,
        bottom: f64,
    }

    fn number(node: Node<'_, '_>, name: &str) -> f64 {
        node.attribute(name).map_or(0.0, |value| value.parse().unwrap())
    }

    /// All texts that lie level, and those that are turned.
    fn texts(document: &Document<'_>) -> Vec<Placed> {
        let text = |node: Node<'_, '_>| {
            let class = node.attribute("class").unwrap_or_default();
            let content = node.text().unwrap_or_default();
            let size = match class {
                "head" => 22.0,
                "title" => 16.0,
                "label" => 13.0,
                _ => 12.0,
            };
            let width = content.chars().count() as f64 * size * 0.6;
            let parent = node.parent().and_then(|group| group.attribute("transform"));
            let above: f64 = parent.map_or(0.0, |place| {
                place.trim_start_matches("translate(0 ").trim_end_matches(')').parse().unwrap()
            });
            let shift = match class {
                class if class.contains("middle") => 0.5,
                class if class.contains("end") => 1.0,
                _ => 0.0,
            };
            if let Some(turned) = node.attribute("transform") {
                let (along, across) = turned
                    .trim_start_matches("rotate(-90) translate(")
                    .trim_end_matches(')')
                    .split_once(' ')
                    .unwrap();
                let (middle, x): (f64, f64) =
                    (-along.parse::<f64>().unwrap(), across.parse().unwrap());
                let y = above + middle;
                let (top, bottom) = (y - width / 2.0, y + width / 2.0);
                return Placed {
                    text: content.to_owned(),
                    left: x - size,
                    right: x + 3.0,
                    top,
                    bottom,
                };
            }
            let left = number(node, "x") - shift * width;
            let baseline = above + number(node, "y");
            Placed {
                text: content.to_owned(),
                left,
                right: left + width,
                top: baseline - size * 0.8,
                bottom: baseline + size * 0.2,
            }
        };
        document.descendants().filter(|node| node.has_tag_name("text")).map(text).collect()
    }

    #[test]
    fn no_text_covers_another_or_leaves_the_page() {
        let svg = svg(&report(many())).unwrap();
        let document = Document::parse(&svg).unwrap();
        let (width, height) =
            (number(document.root_element(), "width"), number(document.root_element(), "height"));
        let texts = texts(&document);
        assert!(texts.len() > 60, "{} texts", texts.len());
        for (at, text) in texts.iter().enumerate() {
            let inside =
                text.left >= 0.0 && text.right <= width && text.top >= 0.0 && text.bottom <= height;
            assert!(inside, "{text:?} leaves {width} x {height}");
            for other in &texts[at + 1..] {
                let apart = text.right <= other.left
                    || other.right <= text.left
                    || text.bottom <= other.top
                    || other.bottom <= text.top;
                assert!(apart, "{text:?} covers {other:?}");
            }
        }
    }

    #[test]
    fn every_line_has_its_name_and_every_chart_its_axes() {
        let svg = svg(&report(many())).unwrap();
        let document = Document::parse(&svg).unwrap();
        let texts: Vec<String> = texts(&document).into_iter().map(|placed| placed.text).collect();
        for wanted in [
            "pangea bench: 2 nodes over verbs",
            "Latency over size",
            "Bandwidth over size",
            "Throughput over threads",
            "latency",
            "size",
            "1 µs",
            "1 ms",
            "10 MB/s",
            "2 B",
            "get, depth 1",
            "get, depth 16",
            "a<b> & \"c\"",
            "a name that is much too l…",
            "read-bw",
            "faa-rate",
            "40 M/s",
            "commit 0123456789ab, release, rustc 1.95.0, 2026-11-21 17:30 UTC",
        ] {
            assert!(texts.iter().any(|text| text == wanted), "{wanted:?} is not among {texts:#?}");
        }
        let titles = document.descendants().filter(|node| node.has_tag_name("title"));
        let words: Vec<&str> = titles.filter_map(|node| node.text()).collect();
        assert!(words.contains(&"read-bw, 8 MiB: 8.39 TB/s (7.97 TB/s to 8.81 TB/s)"), "{words:?}");
    }

    #[test]
    fn lines_stay_within_their_frames() {
        let svg = svg(&report(many())).unwrap();
        let document = Document::parse(&svg).unwrap();
        let lines = document.descendants().filter(|node| {
            matches!(node.attribute("class"), Some("line"))
                || node.attribute("class").is_some_and(|it| it.starts_with("band"))
        });
        let mut count = 0;
        for line in lines {
            let numbers = line.attribute("d").unwrap();
            let numbers = numbers.split(['M', 'L', 'Z', ' ']).filter(|text| !text.is_empty());
            let numbers: Vec<f64> = numbers.map(|number| number.parse().unwrap()).collect();
            for point in numbers.chunks_exact(2) {
                assert!((112.0..=752.0).contains(&point[0]), "{point:?}");
                assert!((66.0..=406.0).contains(&point[1]), "{point:?}");
            }
            count += 1;
        }
        assert_eq!(count, 18, "a line and a band for each of nine");
    }

    #[test]
    fn a_test_has_one_color_in_all_charts_and_no_other_has_it() {
        let mut rows = Vec::new();
        for size in [8, 16] {
            let bandwidth =
                |test| Row { bandwidth: Some(rate(1e9)), size: Some(size), ..row(test, "raw") };
            rows.extend([sized("a", "raw", size, 5.0), sized("b", "raw", size, 6.0)]);
            rows.extend([bandwidth("c"), bandwidth("b"), bandwidth("a")]);
        }
        let charts = choose::charts(&rows);
        let mut known = BTreeMap::new();
        let given: Vec<_> = charts.iter().map(|chart| colors(chart, &mut known)).collect();
        assert_eq!(given, [vec![0, 1], vec![2, 1, 0]]);

        // A full chart in which one name is known, and its color is not given twice.
        let line = |name: char| chart::Line { name: name.to_string(), points: Vec::new() };
        let full = Chart { lines: "hgfedcba".chars().map(line).collect(), ..charts[0].clone() };
        let mut given = colors(&full, &mut BTreeMap::from([("a", 3)]));
        assert_eq!(given.last(), Some(&3));
        given.sort_unstable();
        assert!(given.iter().copied().eq(0..COLORS), "{given:?}");
    }

    #[test]
    fn with_nothing_over_anything_there_is_no_plot() {
        let single = vec![sized("get", "array", 8, 5.0), row("barrier", "collective")];
        let error = svg(&report(single)).unwrap_err().to_string();
        assert!(error.contains("--all-sizes") && error.contains("--threads"), "{error}");
        assert_eq!(svg(&report(Vec::new())), Err(NothingToPlot));
    }

    #[test]
    fn figures_that_no_axis_has_are_left_out() {
        let mut rows: Vec<Row> = [8, 16, 32].map(|size| sized("get", "array", size, 5.0)).into();
        let never = Latency { median: f64::NAN, ..rows[0].latency.clone().unwrap() };
        rows[1].latency = Some(never);
        rows[2].latency.as_mut().unwrap().min = 0.0;
        let svg = svg(&report(rows)).unwrap();
        Document::parse(&svg).unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
