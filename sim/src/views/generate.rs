//! Programs drawn from a seed, free of data races because each range of elements has its rule:
//!
//! | range | who may use it |
//! | --- | --- |
//! | of a phase | between two barriers one thread, or all for reading |
//! | of a lock | who has the lock, taken for all of the segment or for this range |
//! | handed on | who has it; the next one gets it by a flag, from the release of the one to its own acquire |
//! | private | one thread, all the time |
//!
//! Ranges are small and lie side by side around the borders of pages, so that most pages and many words belong to
//! several threads. In the end everybody reads everything.

use std::ops::Range;

use pangea::cluster::{Distribution, Rank};

use super::program::{Ending, Fill, Place, Program, Round, Segment, Sharing, Step};
use crate::chance::Seeded;

/// What a program is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Where its chance comes from.
    pub seed: u64,
    /// Of how many nodes.
    pub nodes: usize,
    /// About how many steps each node does.
    pub steps: u64,
    /// More is done under locks, which go on when nodes die.
    pub locks: bool,
}

/// Draws a program.
pub fn draw(wish: &Wish) -> Program {
    let mut chance = Seeded::new(wish.seed, "views", 0);
    let sharing =
        *chance.pick(&[Sharing::Alone, Sharing::Alone, Sharing::Apart, Sharing::Together]);
    let threads = if sharing == Sharing::Alone { 1 } else { 2 };
    let segments: Vec<Segment> =
        (0..chance.between(1, 2)).map(|_| segment(&mut chance, wish.nodes)).collect();
    let locks = (0..chance.between(1, 3)).map(|_| chance.below(segments.len() as u64) as usize);
    let program = Program {
        nodes: wish.nodes,
        threads,
        sharing,
        locks: locks.collect(),
        segments,
        flags: 0,
        rounds: Vec::new(),
        places: Vec::new(),
    };
    let mut generator =
        Generator { chance, ranges: Vec::new(), program, locks: wish.locks, steps: Vec::new() };
    while generator.ranges.is_empty() {
        generator.lay_out();
    }
    generator.write(wish.steps);
    generator.program
}

fn segment(chance: &mut Seeded, nodes: usize) -> Segment {
    let width = *chance.pick(&[1, 4, 8, 12, 24]);
    let page = if chance.one_in(6) { 8192 } else { 4096 };
    let most = *chance.pick(&[6, 6, 24]);
    let pages = chance.between(2, most) as usize;
    // The last page is not always full.
    let rest = if chance.one_in(2) { chance.below(page as u64 / 2) as usize } else { 0 };
    let distribution = match chance.below(4) {
        0 => Distribution::Cyclic,
        1 => Distribution::BlockCyclic { block: 2 },
        2 => Distribution::OnNode(Rank(chance.below(nodes as u64) as u32)),
        _ => Distribution::Block,
    };
    // Everything fits, or nearly nothing.
    let cache = if chance.one_in(2) { 64 } else { chance.between(4, 6) as usize };
    Segment {
        width,
        len: (pages * page - rest) / width,
        page,
        distribution,
        cache_bytes: cache * page,
    }
}

/// The rule of a range.
#[derive(Clone, Copy, Debug)]
enum Rule {
    /// In this round that thread uses it, or all read it.
    Phase { writer: Option<usize>, usual: usize },
    /// It belongs to this lock.
    Lock(usize),
    /// That thread has it, and has published it by this flag, which has come so far; others may read it then.
    Handed { owner: usize, flag: usize, value: u64, shown: bool },
    /// It belongs to that thread.
    Private(usize),
}

#[derive(Debug)]
struct Ruled {
    place: Place,
    rule: Rule,
    /// Who has waited for its flag since it was shown.
    told: Vec<usize>,
}

struct Generator {
    chance: Seeded,
    program: Program,
    ranges: Vec<Ruled>,
    /// More locks than else.
    locks: bool,
    /// Of the round that is being written.
    steps: Vec<Vec<Step>>,
}

impl Generator {
    fn index(&mut self, bound: usize) -> usize {
        self.chance.below(bound as u64) as usize
    }

    /// Lays ranges side by side, around a few points.
    fn lay_out(&mut self) {
        for segment in 0..self.program.segments.len() {
            let Segment { width, len, page, .. } = self.program.segments[segment];
            let mut taken: Vec<Range<usize>> = Vec::new();
            for _ in 0..self.chance.between(2, 4) {
                let pages = (len * width).div_ceil(page);
                let border = (self.index(pages + 1) * page / width).min(len);
                let middle = self.index(len);
                let point = if self.chance.one_in(4) { middle } else { border };
                let mut at = point.saturating_sub(self.index(24));
                for _ in 0..self.chance.between(2, 5) {
                    at += *self.chance.pick(&[0, 0, 1, 3, 16]);
                    let most = if self.chance.one_in(6) { page / width } else { 12 };
                    let end = (at + 1 + self.index(most)).min(len);
                    let range = at..end;
                    if at >= len || taken.iter().any(|it| it.start < end && at < it.end) {
                        break;
                    }
                    taken.push(range.clone());
                    let rule = self.rule(segment);
                    let place = Place { segment, elements: range };
                    self.ranges.push(Ruled { place, rule, told: Vec::new() });
                    at = end;
                }
            }
        }
        self.program.places = self.ranges.iter().map(|ruled| ruled.place.clone()).collect();
    }

    fn rule(&mut self, segment: usize) -> Rule {
        let thread = self.index(self.program.all_threads());
        let locks: Vec<usize> = (0..self.program.locks.len())
            .filter(|lock| self.program.locks[*lock] == segment)
            .collect();
        let most = if self.locks { 16 } else { 10 };
        match self.chance.below(most) {
            0..4 => Rule::Phase { writer: None, usual: thread },
            4..6 if self.program.sharing != Sharing::Together => {
                self.program.flags += 1;
                let flag = self.program.flags - 1;
                Rule::Handed { owner: thread, flag, value: 0, shown: false }
            }
            6 => Rule::Private(thread),
            _ if !locks.is_empty() => Rule::Lock(*self.chance.pick(&locks)),
            _ => Rule::Phase { writer: None, usual: thread },
        }
    }

    /// All rounds.
    fn write(&mut self, steps: u64) {
        // Many short ones, or few long ones.
        let rounds = *self.chance.pick(&[2, 4, 4, 8, 20]);
        let each = (steps * self.program.nodes as u64 / rounds).max(2);
        for _ in 0..rounds {
            self.begin();
            for _ in 0..each {
                self.step();
            }
            self.end();
        }
        self.begin();
        for thread in 0..self.program.all_threads() {
            let all = self.program.places.iter().cloned().map(Step::Read);
            self.steps[thread] = all.collect();
        }
        self.end();
    }

    /// A round begins: who uses what.
    fn begin(&mut self) {
        let threads = self.program.all_threads();
        self.steps = vec![Vec::new(); threads];
        for number in 0..self.ranges.len() {
            let any = self.index(threads);
            let (keeps, nobody) = (!self.chance.one_in(4), self.chance.one_in(4));
            let ruled = &mut self.ranges[number];
            match &mut ruled.rule {
                Rule::Phase { writer, usual } => {
                    if !keeps {
                        *usual = any;
                    }
                    *writer = (!nobody).then_some(*usual);
                }
                Rule::Handed { owner, shown, .. } => {
                    (*owner, *shown) = (if keeps { *owner } else { any }, false);
                    ruled.told.clear();
                }
                Rule::Lock(_) | Rule::Private(_) => {}
            }
        }
    }

    fn end(&mut self) {
        let ending = *self.chance.pick(&[Ending::Each, Ending::All, Ending::ByHand]);
        let threads = std::mem::take(&mut self.steps);
        self.program.rounds.push(Round { threads, ending });
    }

    /// Whether a thread may synchronize by itself.
    fn is_alone(&self) -> bool {
        self.program.sharing != Sharing::Together
    }

    /// A step of any thread.
    fn step(&mut self) {
        let thread = self.index(self.program.all_threads());
        let number = self.index(self.ranges.len());
        match self.chance.below(24) {
            0 => {
                let place = self.anything();
                let write = self.chance.one_in(3);
                self.steps[thread].push(Step::Populate(place, write));
            }
            1 if self.is_alone() => {
                let segment = self.index(self.program.segments.len());
                let step = if self.chance.one_in(2) {
                    Step::Acquire(segment)
                } else {
                    Step::Release(segment)
                };
                self.steps[thread].push(step);
            }
            2 if self.is_alone() => self.burst(thread, number),
            3 => self.scan(thread, number),
            _ => self.access(thread, number),
        }
    }

    /// Any part of a segment.
    fn anything(&mut self) -> Place {
        let segment = self.index(self.program.segments.len());
        let len = self.program.segments[segment].len;
        let start = self.index(len);
        let end = start + 1 + self.index(len - start);
        Place { segment, elements: start..end }
    }

    /// A thread goes through pages one after the other, so that the next are brought before they are asked for.
    fn scan(&mut self, thread: usize, number: usize) {
        let Place { segment, elements } = self.ranges[number].place.clone();
        let Segment { width, len, page, .. } = self.program.segments[segment];
        let first = (elements.start * width / page).saturating_sub(self.index(5));
        for page_number in first..first + 2 + self.index(4) {
            let element = (page_number * page).div_ceil(width);
            if element < len {
                let place = Place { segment, elements: element..element + 1 };
                self.steps[thread].push(Step::Populate(place, false));
            }
        }
        if self.is_alone() && self.chance.one_in(3) {
            self.steps[thread].push(Step::Acquire(segment));
        }
    }

    /// A thread changes something of its own and releases it, many times.
    fn burst(&mut self, thread: usize, number: usize) {
        let is_its_own = match self.ranges[number].rule {
            Rule::Phase { writer, .. } => writer == Some(thread),
            Rule::Private(owner) => owner == thread,
            Rule::Lock(_) | Rule::Handed { .. } => false,
        };
        if !is_its_own {
            return self.access(thread, number);
        }
        let segment = self.ranges[number].place.segment;
        for _ in 0..self.chance.between(3, 7) {
            if !self.chance.one_in(5) {
                let step = self.change(number);
                self.steps[thread].push(step);
            }
            self.steps[thread].push(Step::Release(segment));
        }
    }

    /// A thread uses a range as its rule allows, or waits until it may.
    fn access(&mut self, thread: usize, number: usize) {
        let owner = match self.ranges[number].rule {
            Rule::Phase { writer, .. } => writer,
            Rule::Private(owner) => Some(owner),
            Rule::Lock(lock) => return self.use_lock(thread, lock, number),
            Rule::Handed { .. } => return self.hand(thread, number),
        };
        // Whoever may.
        let (thread, may_write) = owner.map_or((thread, false), |owner| (owner, true));
        let step = self.read_or_change(number, may_write);
        let beside = self.readable(thread, number);
        let step = self.beside(step, &beside);
        self.steps[thread].push(step);
    }

    /// Other ranges of the same segment that a thread may read outside of locks.
    fn readable(&self, thread: usize, number: usize) -> Vec<usize> {
        let segment = self.ranges[number].place.segment;
        let may = |ruled: &Ruled| match ruled.rule {
            Rule::Phase { writer, .. } => writer.is_none_or(|writer| writer == thread),
            Rule::Private(owner) => owner == thread,
            Rule::Lock(_) | Rule::Handed { .. } => false,
        };
        let fits = |it: &usize| {
            let ruled = &self.ranges[*it];
            *it != number && ruled.place.segment == segment && may(ruled)
        };
        (0..self.ranges.len()).filter(fits).collect()
    }

    /// Sometimes makes a change one beside which these ranges are read, and a read one for a file.
    fn beside(&mut self, step: Step, others: &[usize]) -> Step {
        match step {
            Step::Change(write, fill) if !others.is_empty() && self.chance.one_in(3) => {
                let read = [0; 2].map(|_| *self.chance.pick(others));
                let read = read.map(|number| self.part_of(number));
                Step::Beside { write, fill, read }
            }
            Step::Read(place) if self.chance.one_in(8) => Step::Save(place),
            step => step,
        }
    }

    fn read_or_change(&mut self, number: usize, may_write: bool) -> Step {
        if may_write && !self.chance.one_in(3) {
            return self.change(number);
        }
        let place = self.part_of(number);
        Step::Read(place)
    }

    fn change(&mut self, number: usize) -> Step {
        let place = self.part_of(number);
        let seed = self.chance.any();
        let fill = match self.chance.below(8) {
            0..3 => Fill::Fresh(seed),
            3..6 => Fill::Sparse(seed),
            6 => Fill::Zero,
            _ => Fill::Same,
        };
        Step::Change(place, fill)
    }

    /// A range, or some of it.
    fn part_of(&mut self, number: usize) -> Place {
        let mut place = self.ranges[number].place.clone();
        if self.chance.one_in(2) {
            let len = place.elements.len();
            let start = place.elements.start + self.index(len);
            let end = start + 1 + self.index(place.elements.end - start);
            place.elements = start..end;
        }
        place
    }

    /// Takes a lock for all that belongs to it, or for one range.
    fn use_lock(&mut self, thread: usize, lock: usize, number: usize) {
        if !self.is_alone() {
            return;
        }
        let only = self.chance.one_in(2).then(|| self.ranges[number].place.elements.clone());
        let mut others: Vec<usize> = (0..self.ranges.len())
            .filter(|it| matches!(self.ranges[*it].rule, Rule::Lock(of) if of == lock))
            .collect();
        if only.is_some() {
            others = vec![number];
        }
        let mut body = Vec::new();
        for _ in 0..self.chance.between(1, 3) {
            let number = *self.chance.pick(&others);
            let step = self.read_or_change(number, true);
            let beside: Vec<usize> = others.iter().copied().filter(|it| *it != number).collect();
            body.push(self.beside(step, &beside));
        }
        // What does not belong to it may be used as well.
        if only.is_none() && self.chance.one_in(3) {
            let own = self.ranges.iter().position(|ruled| {
                ruled.place.segment == self.program.locks[lock]
                    && matches!(ruled.rule, Rule::Private(owner) if owner == thread)
            });
            if let Some(own) = own {
                body.push(self.read_or_change(own, true));
            }
        }
        self.steps[thread].push(Step::Locked { lock, only, body });
    }

    /// Uses a range that is handed on, or hands it on.
    fn hand(&mut self, thread: usize, number: usize) {
        let segment = self.ranges[number].place.segment;
        let Rule::Handed { owner, flag, value, shown } = self.ranges[number].rule else { return };
        if !shown && !self.chance.one_in(3) {
            let step = self.read_or_change(number, true);
            self.steps[owner].push(step);
            return;
        }
        let next = if shown { value } else { value + 1 };
        if !shown {
            self.steps[owner].push(Step::Publish { segment, flag, value: next });
        }
        let is_told = thread == owner || self.ranges[number].told.contains(&thread);
        if !is_told {
            self.steps[thread].push(Step::Await { segment, flag, value: next, from: owner });
        }
        let step = self.read_or_change(number, false);
        self.steps[thread].push(step);
        // To this one, or to all that wait for it: then nobody changes it until the barrier.
        let to_all = shown || self.chance.one_in(2);
        let (owner, shown) = if to_all { (owner, true) } else { (thread, false) };
        self.ranges[number].rule = Rule::Handed { owner, flag, value: next, shown };
        if to_all && !is_told {
            self.ranges[number].told.push(thread);
        }
    }
}
