//! The table for people. Rows are told as they come, so the columns are those of the row at hand: a heading stands
//! wherever they change.
//!
//! A column is there if it has something to say. Where the line has no room for all, those go that say least; the JSON
//! has everything.

mod column;

use std::fmt::Display;

use self::column::{Column, columns_of};
use super::{Fact, Machine, Row, figures};
use crate::style::{bold, dim, green, red, wrap, yellow};

/// No narrower, and no wider.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=180;
/// Before each row of a group.
const INDENT: usize = 2;
/// Between columns.
const GAP: usize = 2;

/// The table as it grows.
#[derive(Debug)]
pub(crate) struct Table {
    width: usize,
    names: usize,
    /// More than one number of threads is measured.
    several_threads: bool,
    group: String,
    columns: Vec<Column>,
    grouped: bool,
    missing: bool,
    wrong: bool,
}

impl Table {
    /// For lines of so many letters, and names of tests of up to so many.
    pub(crate) fn new(width: usize, longest_name: usize, several_threads: bool) -> Table {
        Table {
            width: width.clamp(*WIDTHS.start(), *WIDTHS.end()),
            names: longest_name.max(10),
            several_threads,
            group: String::new(),
            columns: Vec::new(),
            grouped: false,
            missing: false,
            wrong: false,
        }
    }

    /// What stands above all: what is measured on, and what spoils it.
    pub(crate) fn head(&self, nodes: usize, machine: &Machine, timer_ns: f64) -> String {
        let nodes = if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") };
        let mut text = format!("{}  {nodes} over {}\n", bold("pangea bench"), machine.provider);
        let clock = format!(
            "reading the clock costs {}, taken off each sample",
            figures::time(timer_ns).trim_end()
        );
        for line in machine.lines().iter().chain([&clock]) {
            text += &lines(line, self.width, dim);
        }
        for doubt in machine.doubts() {
            text += &lines(&doubt, self.width, yellow);
        }
        text
    }

    /// What a test has found: its rows, below one heading, with that if they need another than there is.
    pub(crate) fn rows(&mut self, rows: &[Row]) -> String {
        let mut text = String::new();
        let Some(first) = rows.first() else { return text };
        let wanted = self.wanted(rows);
        let fits = match rows {
            [row] => self.heading_fits(row, &wanted),
            _ => self.group == first.group && self.columns == wanted,
        };
        if !fits {
            let group = if self.group == first.group { "" } else { &first.group };
            self.columns = wanted;
            text.push('\n');
            text += &self.heading(group);
            self.group.clone_from(&first.group);
        }
        text + &rows.iter().map(|row| self.row(row)).collect::<String>()
    }

    /// A row below the heading that is there.
    fn row(&mut self, row: &Row) -> String {
        if let Some(latency) = &row.latency {
            self.grouped |= latency.group > 1;
            self.missing |= [latency.p90, latency.p99, latency.p999].contains(&None);
        }
        self.wrong |= row.verified == Some(false);

        let mut line = format!("{:INDENT$}{}", "", row.test);
        let mut used = INDENT + row.test.chars().count();
        let mut end = INDENT + self.names;
        for column in &self.columns {
            let cell = column.cell(row);
            // Who needs more room than there is takes it from the next.
            end += column.width() + GAP;
            let width = end.saturating_sub(used).max(cell.chars().count() + 1);
            used += width;
            line += &match column {
                Column::Median => format!("{:>width$}", bold(cell)),
                Column::Checked if row.verified == Some(true) => format!("{:>width$}", green(cell)),
                Column::Checked => format!("{:>width$}", red(cell)),
                _ => format!("{cell:>width$}"),
            };
        }
        let trimmed = line.trim_end();
        let used = used - (line.chars().count() - trimmed.chars().count());
        trimmed.to_owned() + &self.remarks(row, used)
    }

    /// What stands below all, if it is needed.
    pub(crate) fn legend(&self) -> String {
        let mut text = String::new();
        if self.grouped {
            text += &lines(
                "group: so many operations were timed together, because one takes less than ten readings of the \
                 clock, or is half of there and back; percentiles are of the averages of groups",
                self.width,
                dim,
            );
        }
        if self.missing {
            text += &lines("-: too few samples for that percentile", self.width, dim);
        }
        if self.wrong {
            text += &lines("WRONG: what was computed is not what it must be", self.width, red);
        }
        if text.is_empty() { text } else { format!("\n{text}") }
    }

    /// The columns that have something to say of any of these rows and are worth their room: first what was asked for.
    fn wanted(&self, rows: &[Row]) -> Vec<Column> {
        let mut columns: Vec<Column> = rows.iter().flat_map(columns_of).collect();
        if self.several_threads {
            columns.push(Column::Threads);
        }
        let is_parameter = |column: &Column| match column {
            Column::Number(name) => rows.iter().any(|row| row.parameters.contains_key(name)),
            column => *column < Column::Least,
        };
        columns.sort_unstable_by(|one, other| {
            is_parameter(other).cmp(&is_parameter(one)).then_with(|| one.cmp(other))
        });
        columns.dedup();
        let widest = rows.iter().max_by_key(|row| self.width_of(&[], row));
        widest.map_or(Vec::new(), |row| self.fitting(columns, row))
    }

    /// Those of these columns for which there is room, beside what stands at the end of the row.
    fn fitting(&self, mut columns: Vec<Column>, row: &Row) -> Vec<Column> {
        while self.width_of(&columns, row) > self.width {
            let weights = columns.iter().map(|column| self.weight(column, row));
            let Some(heaviest) = weights.max().filter(|weight| *weight > 0) else { break };
            columns.retain(|column| self.weight(column, row) != heaviest);
        }
        columns
    }

    /// How wide a row is with these columns, and with what stands at its end.
    fn width_of(&self, columns: &[Column], row: &Row) -> usize {
        let columns: usize = columns.iter().map(|column| column.width() + GAP).sum();
        let words: usize = texts(row).iter().map(|text| text.chars().count() + GAP).sum();
        INDENT + self.names + columns + words
    }

    fn weight(&self, column: &Column, row: &Row) -> u8 {
        column.weight(row, self.several_threads)
    }

    /// Whether the heading that is there will do: it has all that must be said, and nothing measured about which the row
    /// is silent.
    fn heading_fits(&self, row: &Row, wanted: &[Column]) -> bool {
        let silent = |column: &Column| column.cell(row).is_empty() && !column.may_be_empty();
        self.group == row.group
            && wanted.iter().all(|it| self.weight(it, row) > 0 || self.columns.contains(it))
            && !self.columns.iter().any(silent)
            && self.width_of(&self.columns, row) <= self.width.max(self.width_of(wanted, row))
    }

    fn heading(&self, group: &str) -> String {
        let names = INDENT + self.names;
        let mut columns = String::new();
        for column in &self.columns {
            columns += &format!("{:>width$}", column.name(), width = column.width() + GAP);
        }
        let line = format!("{:<names$}{}", bold(group), dim(columns.trim_end()));
        format!("{}\n", line.trim_end())
    }

    /// What is told of a row in words, because it is no number or has no column: after it, or below it where there is no
    /// room.
    fn remarks(&self, row: &Row, used: usize) -> String {
        let has_column = |name: &str| {
            self.columns.iter().any(|column| matches!(column, Column::Number(it) if it == name))
        };
        let told = |(name, fact): (&String, &Fact)| match fact {
            Fact::Number(_) if has_column(name) => None,
            fact => Some(format!("{name} {fact}")),
        };
        let numbers = row.parameters.iter().filter(|(_, fact)| matches!(fact, Fact::Number(_)));
        let words = texts(row).into_iter().chain(numbers.chain(&row.facts).filter_map(told));
        let words = words.collect::<Vec<_>>().join(", ");
        if words.is_empty() {
            return "\n".to_owned();
        }
        if used + GAP + words.chars().count() <= self.width {
            return format!("{:GAP$}{}\n", "", dim(words));
        }
        let indent = 2 * INDENT;
        let below = wrap(&words, self.width - indent).into_iter();
        format!(
            "\n{}",
            below.map(|line| format!("{:indent$}{}\n", "", dim(line))).collect::<String>()
        )
    }
}

/// The parameters that are texts: they speak for themselves.
fn texts(row: &Row) -> Vec<String> {
    let text = |fact: &Fact| match fact {
        Fact::Text(text) => Some(text.clone()),
        Fact::Number(_) => None,
    };
    row.parameters.values().filter_map(text).collect()
}

/// A text of several lines, each with a style.
fn lines<T: Display>(text: &str, width: usize, style: impl Fn(String) -> T) -> String {
    wrap(text, width).into_iter().map(|line| format!("{}\n", style(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::report::Latency;
    use crate::bench::report::examples::{latency, rate, row, sized};
    use crate::bench::report::machine::tests::machine;

    /// The table of these rows on lines of so many letters.
    fn table(width: usize, rows: &[Row]) -> String {
        let mut table = Table::new(width, 10, false);
        let text: String = rows.iter().map(|row| table.rows(std::slice::from_ref(row))).collect();
        text + &table.legend()
    }

    fn latency_test(name: &str, median: f64) -> Row {
        Row {
            round_trips: Some(1.0),
            rate: Some(rate(0.9e9 / median)),
            ..sized(name, "raw", 8, median)
        }
    }

    #[test]
    fn rows_stand_below_their_heading() {
        let bandwidth = Row {
            size: Some(65536),
            depth: 16,
            rate: Some(rate(123_456.0)),
            bandwidth: Some(rate(8.09e9)),
            ..row("read-bw", "raw")
        };
        let barrier = Row { latency: Some(latency(812_345.0)), ..row("barrier", "collective") };
        let text = table(
            92,
            &[latency_test("read-lat", 1234.0), latency_test("cas-lat", 999.7), bandwidth, barrier],
        );
        let expected = "
raw               size      min   median  average      p99    p99.9      max  rt/op
  read-lat         8 B  1.11 µs  1.23 µs  1.36 µs  1.85 µs  2.47 µs  12.3 µs   1.00
  cas-lat          8 B   900 ns  1.00 µs  1.10 µs  1.50 µs  2.00 µs  10.0 µs   1.00

                  size  depth      rate     ±  bandwidth
  read-bw       64 KiB     16   123 k/s   5 %  8.09 GB/s

collective        min   median  average      p90      p99    p99.9   p99.99      max
  barrier      731 µs   812 µs   894 µs   975 µs  1.22 ms  1.62 ms     -     8.12 ms
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_says_least_goes_first() {
        let rows = [latency_test("read-lat", 1234.0)];
        let heading = |width| table(width, &rows).lines().nth(1).unwrap().to_owned();
        assert!(heading(140).contains("p99.99") && heading(140).contains('±'));
        let narrow = heading(60);
        assert!(narrow.contains("median") && narrow.contains("p99 "), "{narrow}");
        assert!(!narrow.contains("max") && !narrow.contains("rate"), "{narrow}");
        for width in [60, 80, 100, 140] {
            for line in table(width, &rows).lines() {
                assert!(line.chars().count() <= width, "{line}");
            }
        }
    }

    #[test]
    fn the_rate_of_threads_is_news() {
        let alone = latency_test("get", 1000.0);
        let two = Row { threads: 2, rate: Some(rate(2e6)), ..alone.clone() };
        assert!(!table(80, &[alone]).contains("rate"));
        let text = table(80, &[two]);
        assert!(text.contains("threads") && text.contains("2.00 M/s"), "{text}");
    }

    #[test]
    fn a_heading_stays_as_long_as_it_fits() {
        let grouped =
            |group| Row { latency: Some(Latency { group, ..latency(5.0) }), ..row("get", "array") };
        let text = table(100, &[grouped(300), grouped(1)]);
        assert_eq!(text.matches("median").count(), 1, "{text}");
        assert!(text.contains("\ngroup: so many operations"), "{text}");
        let text = table(100, &[grouped(1), grouped(300)]);
        assert_eq!(text.matches("median").count(), 2, "{text}");
        let unsized_row = Row { size: None, ..latency_test("cas-lat", 900.0) };
        let text = table(100, &[latency_test("read-lat", 1000.0), unsized_row]);
        assert_eq!(text.matches("median").count(), 1, "{text}");
        // Room for a word at the end of the line is made, too.
        let mut worded = latency_test("store", 900.0);
        worded.parameters.insert("model".to_owned(), Fact::Text("sequential".to_owned()));
        let text = table(92, &[latency_test("hit", 5.0), worded]);
        assert!(text.lines().last().unwrap().ends_with("1.00  sequential"), "{text}");
        let mut several = Table::new(100, 10, true);
        let text = [1, 2].map(|threads| several.rows(&[Row { threads, ..grouped(1) }])).concat();
        assert_eq!(text.matches("threads").count(), 1, "{text}");
    }

    #[test]
    fn rows_of_a_test_share_a_heading() {
        let records = |row: Row| {
            let parameters = [("records".to_owned(), Fact::Number(7.0))].into();
            Row { parameters, group: "ycsb".to_owned(), ..row }
        };
        let test = |name: &str| {
            let whole = Row { rate: Some(rate(1e5)), round_trips: Some(2.0), ..row(name, "") };
            let kind = Row { latency: Some(latency(1e3)), ..row(&format!("{name} read"), "") };
            [records(whole), records(kind)]
        };
        let mut table = Table::new(92, 10, false);
        let text = ["a", "b"].map(|name| table.rows(&test(name))).concat();
        let expected = "
ycsb          records      min   median  average      p99    p99.9      rate     ±  rt/op
  a                 7                                                100 k/s   5 %   2.00
  a read            7   900 ns  1.00 µs  1.10 µs  1.50 µs  2.00 µs
  b                 7                                                100 k/s   5 %   2.00
  b read            7   900 ns  1.00 µs  1.10 µs  1.50 µs  2.00 µs
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_only_one_test_has_is_told_as_well() {
        let mut sweep = Row { rate: Some(rate(1e6)), ..row("mix", "sweep") };
        sweep.parameters.insert("reads".to_owned(), Fact::Number(0.95));
        sweep.parameters.insert("model".to_owned(), Fact::Text("sequential".to_owned()));
        sweep.facts.insert("hits".to_owned(), Fact::Number(0.5));
        sweep.facts.insert("why".to_owned(), Fact::Text("renewals".to_owned()));
        sweep.verified = Some(false);
        let expected = "
sweep         reads      rate     ±   hits  check
  mix          0.95  1.00 M/s   5 %   0.50  WRONG  sequential, why renewals

WRONG: what was computed is not what it must be
";
        assert_eq!(table(100, &[sweep.clone()]), expected);
        let long = "a reason that is so long that it does not fit the line any more, and so it stands below it";
        sweep.facts.insert("why".to_owned(), Fact::Text(long.to_owned()));
        let text = table(100, &[sweep.clone()]);
        assert!(text.contains("WRONG\n    sequential, why a reason"), "{text}");
        // What has no room for a column is told in words: first what has a long name.
        sweep.facts.remove("why");
        sweep.facts.insert("requests of a write".to_owned(), Fact::Number(2.5));
        let text = table(64, &[sweep]);
        assert!(text.contains("hits  check\n") && !text.contains("write  "), "{text}");
        assert!(text.contains("WRONG\n    sequential, requests of a write 2.50\n"), "{text}");
    }

    #[test]
    fn a_long_name_takes_room_from_what_follows() {
        let text =
            table(100, &[latency_test("get", 1000.0), latency_test("a-longer-name", 1000.0)]);
        let ends: Vec<usize> = text.lines().skip(2).map(|line| line.chars().count()).collect();
        assert_eq!(ends[0], ends[1], "{text}");
    }

    #[test]
    fn too_few_samples_are_no_percentile() {
        let few = Latency { p99: None, p999: None, ..latency(5000.0) };
        let text = table(100, &[Row { latency: Some(few), ..row("alloc", "memory") }]);
        assert!(text.contains("     -   "), "{text}");
        assert!(text.ends_with("\n-: too few samples for that percentile\n"), "{text}");
    }

    #[test]
    fn the_head_says_what_is_measured_on() {
        let mut head = Table::new(100, 10, false).head(2, &machine(), 21.34);
        head += &Table::new(60, 10, false).head(1, &machine(), 21.34);
        for part in [
            "pangea bench  2 nodes over verbs\n",
            "AMD EPYC 9654, 96 processors",
            "firmware 20.31.1014",
            "commit 0123456789ab",
            "reading the clock costs 21.3 ns, taken off each sample\n",
            "pangea bench  1 node over verbs\n",
        ] {
            assert!(head.contains(part), "{part:?} is not in {head}");
        }
    }
}
