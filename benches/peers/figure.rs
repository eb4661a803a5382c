//! The lines that the project's own programs print for each figure: `figure ROW VALUE [VARIANT]`.

/// One figure of one contender, in the unit of its row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) row: String,
    /// What was measured, where a contender has several ways; may be empty.
    pub(crate) variant: String,
    pub(crate) value: f64,
}

impl Figure {
    pub(crate) fn new(row: &str, variant: &str, value: f64) -> Figure {
        Figure { row: row.to_owned(), variant: variant.to_owned(), value }
    }
}

/// The figures in a program's output, which may have other lines, and the node's rank before each.
pub(crate) fn parse(output: &str) -> Vec<Figure> {
    output.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Figure> {
    let mut words = line.split_whitespace().skip_while(|word| *word != "figure").skip(1);
    let row = words.next()?;
    let value =
        words.next()?.parse().ok().filter(|value: &f64| value.is_finite() && *value > 0.0)?;
    Some(Figure::new(row, &words.collect::<Vec<_>>().join(" "), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_among_other_lines() {
        let output = "[0] figure get 11.178 get\nnoise\nfigure barrier 688.714 \nfigure put nan x\nfigure add\n";
        assert_eq!(
            parse(output),
            [Figure::new("get", "get", 11.178), Figure::new("barrier", "", 688.714)]
        );
    }
}
