//! The progress bar of the leader; nothing when standard error is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// One bar that goes through the phases.
pub(crate) struct Progress {
    bar: ProgressBar,
    goal: std::cell::Cell<f64>,
}

/// Steps of the bar in phases whose own steps are not counted.
const STEPS: u64 = 1000;

fn style(template: &str) -> ProgressStyle {
    // The templates are constants that a test has tried.
    let style = ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
    style.progress_chars("━╸─")
}

const READ: &str = "  read     {bar:36.cyan/dim} {bytes} of {total_bytes} · {bytes_per_sec}";
const BUILD: &str = "  build    {spinner} the graph is spread over the nodes · {elapsed}";
const ITERATE: &str = "  iterate  {bar:36.cyan/dim} {msg}";

impl Progress {
    /// Of the leader, or of a node that keeps quiet.
    pub(crate) fn new(leader: bool) -> Progress {
        // A bar on standard error hides itself where that is no terminal.
        let bar = if leader { ProgressBar::new(0) } else { ProgressBar::hidden() };
        Progress { bar, goal: std::cell::Cell::new(1.0) }
    }

    /// Reading so many bytes begins.
    pub(crate) fn read(&self, bytes: u64) {
        self.bar.set_style(style(READ));
        self.bar.set_length(bytes);
    }

    /// So many more are read.
    pub(crate) fn read_more(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// The graph is built.
    pub(crate) fn build(&self) {
        self.bar.set_style(style(BUILD));
        self.bar.enable_steady_tick(std::time::Duration::from_millis(100));
    }

    /// Rounds begin, until one changes less than this.
    pub(crate) fn iterate(&self, tolerance: f64) {
        self.bar.disable_steady_tick();
        // Each of these draws, so the new look comes when there is something new to show.
        self.bar.set_position(0);
        self.bar.set_length(STEPS);
        self.bar.set_style(style(ITERATE));
        self.goal.set(tolerance);
    }

    /// A round has changed that much.
    pub(crate) fn round(&self, number: u32, change: f64) {
        if !self.bar.is_hidden() {
            self.bar.set_position(position(change, self.goal.get()));
            self.bar.set_message(format!("round {number} · change {change:.1e}"));
        }
    }

    /// The bar goes away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How far it is: the change shrinks by about the same factor in each round, so its logarithm tells.
fn position(change: f64, goal: f64) -> u64 {
    let done = change.min(1.0).ln() / goal.min(0.5).ln();
    (done.clamp(0.0, 1.0) * STEPS as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_sound() {
        for template in [READ, BUILD, ITERATE] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn the_bar_follows_the_logarithm_of_the_change() {
        assert_eq!(position(1.0, 1e-10), 0);
        assert_eq!(position(f64::INFINITY, 1e-10), 0);
        assert_eq!(position(1e-5, 1e-10), STEPS / 2);
        assert_eq!(position(1e-11, 1e-10), STEPS);
        assert_eq!(position(0.0, 1e-10), STEPS);
        assert_eq!(position(0.5, 2.0), STEPS);
    }
}
