//! Figures for people: three digits that count, in the unit that fits.

/// A duration, from nanoseconds.
pub(crate) fn time(nanoseconds: f64) -> String {
    // Seconds are padded, so that the figures of a column stand below one another.
    scaled(nanoseconds, &["ns", "µs", "ms", "s "])
}

/// Operations in a second.
pub(crate) fn rate(per_second: f64) -> String {
    scaled(per_second, &[" /s", "k/s", "M/s", "G/s"])
}

/// Bytes in a second, in powers of ten as rates of links are.
pub(crate) fn bandwidth(bytes_per_second: f64) -> String {
    scaled(bytes_per_second, &[" B/s", "kB/s", "MB/s", "GB/s", "TB/s"])
}

/// One of these without the zeros that say nothing: the name of a tick.
pub(crate) fn short(figure: &str) -> String {
    let (number, unit) = figure.trim_end().split_once(' ').unwrap_or((figure, ""));
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    };
    format!("{number} {}", unit.trim_start()).trim_end().to_owned()
}

/// A number with three digits that count; a whole number with all of its digits.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e15 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", crate::style::grouped(size as u64))
    } else if size >= 9_995.0 {
        scaled(value, &["", "k", "M", "G"])
    } else if size < 1e-6 {
        format!("{value:.2e}")
    } else if size < 0.0995 {
        let text = format!("{value:.digits$}", digits = (2.0 - size.log10().floor()) as usize);
        text.trim_end_matches('0').to_owned()
    } else {
        three(value)
    }
}

/// A number with three digits that count, or all of those before the point.
pub(crate) fn three(value: f64) -> String {
    // The limits are where rounding adds a digit.
    match value.abs() {
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// With the first of the units, each a thousand times the one before, that leaves less than a thousand.
fn scaled(value: f64, units: &[&str]) -> String {
    let (mut value, mut unit) = (value, 0);
    while value.abs() >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let gap = if units[unit].is_empty() { "" } else { " " };
    format!("{}{gap}{}", three(value), units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_count() {
        let cases = [
            (0.0, "0.00"),
            (0.526, "0.53"),
            (9.994, "9.99"),
            (9.996, "10.0"),
            (99.94, "99.9"),
            (99.96, "100"),
            (999.4, "999"),
            (-12.34, "-12.3"),
        ];
        for (value, text) in cases {
            assert_eq!(three(value), text);
        }
    }

    #[test]
    fn figures_take_the_unit_that_fits() {
        for (nanoseconds, text) in [
            (5.04, "5.04 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (27_912.0, "27.9 µs"),
            (1.5e9, "1.50 s "),
            (7.2e12, "7200 s "),
        ] {
            assert_eq!(time(nanoseconds), text);
        }
        assert_eq!(rate(123.4), "123  /s");
        assert_eq!(rate(12_345_678.0), "12.3 M/s");
        assert_eq!(bandwidth(54.3e9), "54.3 GB/s");
    }

    #[test]
    fn ticks_have_short_names() {
        for (figure, text) in [
            (time(2e3), "2 µs"),
            (time(0.5), "0.5 ns"),
            (time(5e10), "50 s"),
            (rate(200.0), "200 /s"),
            (rate(0.0), "0 /s"),
            (number(20.0), "20"),
        ] {
            assert_eq!(short(&figure), text);
        }
    }

    #[test]
    fn numbers_are_whole_or_short() {
        assert_eq!(number(1_048_576.0), "1,048,576");
        assert_eq!(number(-3.0), "-3");
        assert_eq!(number(0.951), "0.95");
        assert_eq!(number(1_234_567.8), "1.23 M");
        assert_eq!(number(12_345.6), "12.3 k");
        assert_eq!(number(1_234.5), "1234");
        assert_eq!(number(0.000_448_2), "0.000448");
        assert_eq!(number(-0.0123), "-0.0123");
        assert_eq!(number(0.05), "0.05");
        assert_eq!(number(1.5e-9), "1.50e-9");
        assert_eq!(number(f64::NAN), "NaN");
    }
}
