//! The search itself: branches that wait, one run for each.
//!
//! Choice points that were met form a tree; each knows its parent, so a branch is a point and an
//! index, whatever its depth. Branches of the present number of preemptions are a stack (depth first);
//! those that cost one more wait until it is empty.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::{Alternative, Choices, Chooser, Exploration, ExploreError, Limits, Statistics};

/// A choice point.
struct Point {
    /// The point before and what was chosen there.
    parent: Option<Branch>,
    alternatives: u64,
    state: u64,
}

/// One alternative of a choice point.
#[derive(Clone, Copy)]
struct Branch {
    point: u32,
    index: u32,
}

type Fixed = BuildHasherDefault<DefaultHasher>;

/// What all runs know together.
struct Tree {
    points: Vec<Point>,
    visited: HashSet<(u64, u64), Fixed>,
    waiting: Vec<Branch>,
    /// Waiting for one more preemption.
    dearer: Vec<Branch>,
    merge_states: bool,
    statistics: Statistics,
}

/// Searches the runs of a scenario. `run` gives the outcome or a violation, or `None` when it was abandoned
/// (`chooser.choose(..)?` does that); a run that gives `None` unasked gave up, and the search is not
/// complete. It must be a function of its choices alone.
///
/// # Errors
/// When it is not.
pub fn explore<T: Ord, V>(
    limits: Limits,
    mut run: impl FnMut(&mut dyn Chooser) -> Option<Result<T, V>>,
) -> Result<Exploration<T, V>, ExploreError> {
    let mut tree = Tree {
        points: Vec::new(),
        visited: HashSet::default(),
        waiting: Vec::new(),
        dearer: Vec::new(),
        merge_states: limits.merge_states,
        statistics: Statistics::default(),
    };
    let mut found = Exploration {
        outcomes: BTreeMap::new(),
        violations: Vec::new(),
        complete: false,
        preemptions: None,
        statistics: Statistics::default(),
    };
    let mut bound = 0;
    // The first run has no branch to come from.
    let mut branch = None;
    let complete = loop {
        if tree.statistics.runs >= limits.runs {
            break false;
        }
        let mut guide = Guide::new(&mut tree, branch);
        let result = run(&mut guide);
        let (choices, abandoned) = guide.end()?;
        match result {
            _ if abandoned => {}
            None => tree.statistics.gave_up += 1,
            Some(Ok(outcome)) => {
                tree.statistics.finished += 1;
                found.outcomes.entry(outcome).or_insert(choices);
            }
            Some(Err(violation)) => {
                tree.statistics.finished += 1;
                found.violations.push((violation, choices));
                if limits.stop_at_violation {
                    break false;
                }
            }
        }
        if tree.waiting.is_empty() {
            if tree.dearer.is_empty() {
                found.preemptions = Some(u32::MAX);
                break true;
            }
            found.preemptions = Some(bound);
            if limits.preemptions == Some(bound) {
                break true;
            }
            bound += 1;
            std::mem::swap(&mut tree.waiting, &mut tree.dearer);
            // In the order in which they were met, as the stack has it.
            tree.waiting.reverse();
        }
        branch = tree.waiting.pop();
    };
    found.statistics = tree.statistics;
    found.complete = complete && found.statistics.gave_up == 0;
    if found.statistics.gave_up > 0 {
        found.preemptions = None;
    }
    Ok(found)
}

/// Leads one run along its branch and then into the unknown.
struct Guide<'a> {
    tree: &'a mut Tree,
    /// The points to be met again, with the choices to be made there.
    replayed: Vec<Branch>,
    /// How many of these were.
    met: usize,
    /// The last choice.
    last: Option<Branch>,
    choices: Choices,
    abandoned: bool,
    error: Option<ExploreError>,
}

impl<'a> Guide<'a> {
    fn new(tree: &'a mut Tree, branch: Option<Branch>) -> Guide<'a> {
        let parent = |branch: &Branch| tree.points[branch.point as usize].parent;
        let mut replayed: Vec<Branch> = std::iter::successors(branch, parent).collect();
        replayed.reverse();
        tree.statistics.runs += 1;
        Guide {
            tree,
            replayed,
            met: 0,
            last: None,
            choices: Choices::default(),
            abandoned: false,
            error: None,
        }
    }

    /// The choices that were made, and whether the run was abandoned.
    fn end(self) -> Result<(Choices, bool), ExploreError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.met < self.replayed.len() {
            return Err(ExploreError::EndedEarly { met: self.met, choices: self.planned() });
        }
        let longest = &mut self.tree.statistics.longest;
        *longest = (*longest).max(self.choices.len() as u64);
        Ok((self.choices, self.abandoned))
    }

    /// What was to be replayed.
    fn planned(&self) -> Choices {
        self.replayed.iter().map(|branch| branch.index).collect::<Vec<_>>().into()
    }

    fn fail(&mut self, error: ExploreError) -> Option<usize> {
        self.error.get_or_insert(error);
        self.abandoned = true;
        None
    }

    fn make(&mut self, choice: Branch) -> Option<usize> {
        self.last = Some(choice);
        self.choices.push(choice.index as usize);
        Some(choice.index as usize)
    }

    /// A point that is known, on the way to the branch.
    fn meet_again(&mut self, branch: Branch, alternatives: u64, state: u64) -> Option<usize> {
        let point = &self.tree.points[branch.point as usize];
        let at = self.met;
        if point.alternatives != alternatives {
            let choices = self.planned();
            return self.fail(ExploreError::OtherAlternatives { at, choices });
        }
        if point.state != state {
            let choices = self.planned();
            return self.fail(ExploreError::OtherState { at, choices });
        }
        self.met += 1;
        self.make(branch)
    }

    /// A point that is new in this run.
    fn meet(&mut self, alternatives: &[Alternative], hash: u64, state: u64) -> Option<usize> {
        let tree = &mut *self.tree;
        if tree.merge_states && !tree.visited.insert((hash, state)) {
            tree.statistics.pruned += 1;
            self.abandoned = true;
            return None;
        }
        tree.statistics.states += 1;
        let point = u32::try_from(tree.points.len()).expect("memory is full long before");
        tree.points.push(Point { parent: self.last, alternatives: hash, state });
        let branches = |preempts: bool| {
            let indices = 0..alternatives.len() as u32;
            indices
                .filter(move |&index| alternatives[index as usize].preempts == preempts)
                .map(move |index| Branch { point, index })
        };
        tree.dearer.extend(branches(true));
        tree.waiting.extend(branches(false).rev());
        match branches(false).next() {
            Some(first) => {
                tree.waiting.pop();
                tree.statistics.choices += 1;
                self.make(first)
            }
            None => {
                // All alternatives preempt: they are for later.
                self.abandoned = true;
                None
            }
        }
    }
}

impl Chooser for Guide<'_> {
    fn choose(&mut self, alternatives: &[Alternative], state: u64) -> Option<usize> {
        if self.abandoned {
            return self.fail(ExploreError::NotAbandoned);
        }
        if alternatives.is_empty() {
            let choices = self.choices.clone();
            return self.fail(ExploreError::NothingToChoose { choices });
        }
        let mut hasher = DefaultHasher::new();
        alternatives.hash(&mut hasher);
        let hash = hasher.finish();
        match self.replayed.get(self.met).copied() {
            Some(branch) => self.meet_again(branch, hash, state),
            None => self.meet(alternatives, hash, state),
        }
    }
}
