//! [`Streams`]: what a fault should bring besides its own page.
//!
//! A *stream* is a series of faults at a constant stride: up, down, or several pages at a time. Up to eight are known at
//! once, each in a slot of one word, which is changed by compare-and-swap alone. Who fails has lost a hint, no more.
//!
//! ```text
//!   fault at a page that no slot expects    a slot is made anew: this page, and the stride from the nearest slot
//!   next to the page of a new slot          ┐ a stream: it brings 2 pages, then 4, 8, … most
//!   one stride after it                     ┘
//!   at the end of its window                the window doubles
//!   elsewhere, where the stream would come  half the window: it met pages that were there, or lost some
//! ```
//!
//! Pages that were brought do not fault, so the next fault of a stream comes one stride after its window. It is not
//! told whether they are used: a stream that ends has brought up to one window in vain, which was no larger than what it had used.
//!
//! A slot makes room for a new one when it has not been used for the longest time; those of streams count as a sixteenth of
//! their age, so that faults at random do not drive out a stream that comes back only once a window.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Slots.
pub(crate) const STREAMS: usize = 8;

/// A stride is guessed from pages that are no farther from each other.
const REACH: i64 = 256;

/// The largest window is 2 to the power of this.
const MOST_WINDOW: u32 = 14;

/// The bits of a slot's age.
const AGES: u32 = 0xfff;

/// How much longer a stream may be without a fault than a new slot.
const PATIENCE: u32 = 16;

/// Pages that are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The first: of [`Streams::on_fault`]'s plan, the one that faulted.
    pub page: u32,
    /// From each page to the next.
    pub stride: i64,
    /// How many, with the first. None lies outside of the range.
    pub pages: u32,
    /// The slot of the stream; of no meaning if `pages` is 1.
    pub stream: usize,
}

/// The streams of faults in a range of pages.
pub(crate) struct Streams {
    slots: [AtomicU64; STREAMS],
    /// Faults so far.
    faults: AtomicU32,
    pages: u32,
    /// As [`Slot::window`].
    most_window: u8,
}

impl Streams {
    /// For a range of so many pages, of which `most` are brought at once (the power of two that is not above it).
    pub(crate) fn new(pages: u32, most: u32) -> Streams {
        Streams {
            slots: Default::default(),
            faults: AtomicU32::new(0),
            pages,
            most_window: most.clamp(1, 1 << MOST_WINDOW).ilog2() as u8,
        }
    }

    /// A fault at this page: what is to be brought.
    pub(crate) fn on_fault(&self, page: u32) -> Plan {
        let now = self.faults.fetch_add(1, Ordering::Relaxed);
        let words = self.slots.each_ref().map(|slot| slot.load(Ordering::Relaxed));
        let slots = words.map(Slot::decode);
        let next = |(i, slot): (usize, &Option<Slot>)| Some((i, slot.as_ref()?.next(page)?));
        if let Some((stream, (stride, window))) = slots.iter().enumerate().find_map(next) {
            let window = window.min(self.most_window);
            let slot = Slot { page, stride, window, age: (now & AGES) as u16 };
            self.replace(stream, words[stream], slot);
            return self.plan(page, i64::from(stride), 1 << window, stream);
        }
        let stride = nearest(&slots, page);
        let stream = oldest(&slots, now);
        self.replace(
            stream,
            words[stream],
            Slot { page, stride, window: 0, age: (now & AGES) as u16 },
        );
        self.plan(page, 1, 1, stream)
    }

    /// What the stream's next fault will ask for, if it goes on; `None` if that lies outside of the range, and for a
    /// single page, which is of no stream.
    pub(crate) fn after(&self, plan: &Plan) -> Option<Plan> {
        if plan.pages < 2 {
            return None;
        }
        let page = i64::from(plan.page) + plan.stride * i64::from(plan.pages);
        let page = u32::try_from(page).ok().filter(|page| *page < self.pages)?;
        Some(self.plan(page, plan.stride, plan.pages.saturating_mul(2), plan.stream))
    }

    /// As many pages as there are, and may be.
    fn plan(&self, page: u32, stride: i64, pages: u32, stream: usize) -> Plan {
        let room = match stride {
            0 => 0,
            1.. => i64::from(self.pages.saturating_sub(page).saturating_sub(1)) / stride,
            _ => i64::from(page) / -stride,
        };
        let most = u32::try_from(room + 1).unwrap_or(u32::MAX);
        Plan { page, stride, pages: pages.min(1 << self.most_window).min(most), stream }
    }

    fn replace(&self, stream: usize, before: u64, slot: Slot) {
        let _ = self.slots[stream].compare_exchange(
            before,
            slot.encode(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }
}

/// What a slot knows.
#[derive(Clone, Copy)]
struct Slot {
    /// Of the last fault.
    page: u32,
    /// From each page to the next; 0 if there was none before.
    stride: i16,
    /// The pages that were brought are 2 to the power of this; 0 for what is no stream yet.
    window: u8,
    /// When that was, in faults, as far as [`AGES`] goes.
    age: u16,
}

impl Slot {
    /// None of an empty one.
    fn decode(word: u64) -> Option<Slot> {
        Some(Slot {
            page: word as u32,
            stride: (word >> 32) as i16,
            window: ((word >> 48 & 0xf) as u8).checked_sub(1)?,
            age: (word >> 52) as u16,
        })
    }

    fn encode(self) -> u64 {
        u64::from(self.page)
            | u64::from(self.stride as u16) << 32
            | u64::from(self.window + 1) << 48
            | u64::from(self.age) << 52
    }

    /// Stride and window after a fault at this page; `None` if it is none of this slot's.
    fn next(&self, page: u32) -> Option<(i16, u8)> {
        let distance = i64::from(page) - i64::from(self.page);
        let stride = i64::from(self.stride);
        match (distance, self.window) {
            // Once more, because it was removed.
            (0, _) => Some((self.stride, 0)),
            (-1 | 1, 0) => Some((distance as i16, 1)),
            (_, 0) => (distance == stride).then_some((self.stride, 1)),
            (_, window) => {
                let steps = distance.checked_div(stride)?;
                let inside = steps * stride == distance && (1..=2 << window).contains(&steps);
                let after = if steps == 1 << window { window + 1 } else { window.max(2) - 1 };
                inside.then_some((self.stride, after))
            }
        }
    }
}

/// From the nearest page of a slot to this one; 0 if there is none in reach.
fn nearest(slots: &[Option<Slot>; STREAMS], page: u32) -> i16 {
    let distances = slots.iter().flatten().map(|slot| i64::from(page) - i64::from(slot.page));
    let nearest = distances.filter(|distance| distance.abs() <= REACH).min_by_key(|d| d.abs());
    nearest.unwrap_or(0) as i16
}

/// The slot that is needed least.
fn oldest(slots: &[Option<Slot>; STREAMS], now: u32) -> usize {
    let age = |slot: &Option<Slot>| match slot {
        None => u32::MAX,
        Some(slot) => {
            let age = now.wrapping_sub(u32::from(slot.age)) & AGES;
            age * if slot.window == 0 { PATIENCE } else { 1 }
        }
    };
    (0..STREAMS).max_by_key(|&i| age(&slots[i])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::*;

    /// A memory that keeps all that was brought, and counts.
    struct Memory {
        streams: Streams,
        here: BTreeSet<u32>,
        faults: usize,
        brought: usize,
        largest: u32,
    }

    impl Memory {
        fn new(pages: u32, most: u32) -> Memory {
            let streams = Streams::new(pages, most);
            Memory { streams, here: BTreeSet::new(), faults: 0, brought: 0, largest: 0 }
        }

        fn touch(&mut self, page: u32) {
            if self.here.contains(&page) {
                return;
            }
            let plan = self.streams.on_fault(page);
            assert_eq!(plan.page, page);
            self.faults += 1;
            self.largest = self.largest.max(plan.pages);
            self.brought += pages(&plan).filter(|page| self.here.insert(*page)).count();
        }

        /// Faults of a walk, and pages brought that it did not touch.
        fn walk(mut self, walk: impl IntoIterator<Item = u32>) -> (usize, usize) {
            let touched: BTreeSet<u32> =
                walk.into_iter().inspect(|page| self.touch(*page)).collect();
            (self.faults, self.here.difference(&touched).count())
        }
    }

    fn pages(plan: &Plan) -> impl Iterator<Item = u32> {
        let Plan { page, stride, pages, .. } = *plan;
        (0..i64::from(pages)).map(move |i| u32::try_from(i64::from(page) + i * stride).unwrap())
    }

    fn mixed(mut state: u32) -> u32 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^ state << 5
    }

    #[test]
    fn a_sequential_walk_faults_once_for_each_window() {
        // Alone, then 2, 4, … 64, then 64 each: the rest of 1,024.
        let faults = 1 + 6 + (1024 - 127_usize).div_ceil(64);
        assert_eq!(Memory::new(1024, 64).walk(0..1024), (faults, 0));
        assert_eq!(Memory::new(1024, 64).walk((0..1024).rev()), (faults, 0));
        assert_eq!(Memory::new(1024, 1).walk(0..1024), (1024, 0));
        assert_eq!(Memory::new(1024, 100).walk(0..1024), (faults, 0));
    }

    #[test]
    fn strides_are_known_from_the_third_fault_on() {
        for stride in [2, 3, 17, 256] {
            let walk = (0..256).map(|i| i * stride);
            // Two alone, then 2, 4, … 64, then 64 each.
            let faults = 2 + 6 + (256 - 128_usize).div_ceil(64);
            let memory = || Memory::new(256 * stride, 64);
            assert_eq!(memory().walk(walk.clone()), (faults, 0), "stride {stride}");
            assert_eq!(memory().walk(walk.rev()), (faults, 0), "stride -{stride}");
        }
        assert_eq!(Memory::new(100_000, 64).walk((0..256).map(|i| i * 257)), (256, 0));
    }

    #[test]
    fn interleaved_streams_are_told_apart() {
        let near = (0..500).flat_map(|i| [i, 600 + i]);
        let apart = (0..500).flat_map(|i| [i, 50_000 - i, 10_000 + 3 * i]);
        let six = (0..500).flat_map(|i| (0..6).map(move |stream| stream * 10_000 + i));
        for (walk, streams) in
            [(near.collect::<Vec<_>>(), 2), (apart.collect(), 3), (six.collect(), 6)]
        {
            let (faults, wasted) = Memory::new(100_000, 64).walk(walk);
            assert!(faults <= streams * 20, "{faults} faults of {streams} streams");
            assert!(wasted <= streams * 64, "{wasted} pages wasted by {streams} streams");
        }
    }

    #[test]
    fn a_stream_survives_faults_at_random_between_its_own() {
        let mut state = 1;
        let walk = (0..2000).flat_map(|i| {
            state = mixed(state);
            [i, 10_000 + state % 1_000_000]
        });
        let (faults, _) = Memory::new(2_000_000, 64).walk(walk);
        assert!(faults < 2000 + 100, "{faults} faults");
    }

    #[test]
    fn faults_at_random_bring_next_to_nothing() {
        for range in [1 << 12, 1 << 16, 1 << 20] {
            let streams = Streams::new(range, 64);
            let mut state = 7;
            let ahead = (0..20_000).map(|_| {
                state = mixed(state);
                streams.on_fault(state % range).pages - 1
            });
            let ahead: u32 = ahead.sum();
            assert!(ahead < 600, "{ahead} pages ahead of 20,000 faults in {range} pages");
        }
    }

    #[test]
    fn a_broken_pattern_starts_over() {
        let mut memory = Memory::new(10_000, 64);
        (0..1000).for_each(|page| memory.touch(page));
        assert_eq!(memory.largest, 64);
        memory.largest = 0;
        memory.touch(5000);
        assert_eq!(memory.largest, 1);
        (5001..5004).for_each(|page| memory.touch(page));
        assert_eq!(memory.largest, 4);
    }

    #[test]
    fn pages_lost_or_met_shrink_the_window_and_keep_the_stream() {
        let streams = Streams::new(10_000, 64);
        let plan = |page| streams.on_fault(page).pages;
        assert_eq!([0, 1, 3, 7, 15].map(plan), [1, 2, 4, 8, 16]);
        // In its midst, beyond its end, and where it is expected.
        assert_eq!([20, 30, 34].map(plan), [8, 4, 8]);
        // The same page again, because it was removed.
        assert_eq!([34, 34, 35, 37].map(plan), [1, 1, 2, 4]);
    }

    #[test]
    fn what_comes_after_a_window_is_known_before() {
        let (mut walks, range) = (0, 5_000);
        for stride in [-7, -1, 1, 7] {
            let streams = Streams::new(range, 64);
            let mut page = 2500 - stride;
            let mut plan = streams.on_fault((page - stride) as u32);
            assert_eq!((plan.pages, streams.after(&plan)), (1, None));
            plan = streams.on_fault(page as u32);
            for _ in 0..6 {
                page = i64::from(plan.page) + plan.stride * i64::from(plan.pages);
                let expected = streams.after(&plan);
                plan = streams.on_fault(page as u32);
                if let Some(expected) = expected.filter(|_| plan.pages > 2) {
                    assert_eq!(expected, plan);
                    walks += 1;
                }
            }
            let last = Plan { page: range - 2, stride: 1, pages: 2, stream: 0 };
            assert_eq!(streams.after(&last), None);
            assert_eq!(streams.after(&Plan { page: 1, stride: -1, ..last }), None);
        }
        assert!(walks > 12);
    }

    #[test]
    fn no_plan_leaves_the_range_whatever_threads_do_at_once() {
        const PAGES: u32 = 1000;
        let streams = Streams::new(PAGES, 64);
        thread::scope(|scope| {
            for thread in 0..4 {
                let streams = &streams;
                scope.spawn(move || {
                    let mut state = thread + 1;
                    let mut ahead = 0;
                    for i in 0..50_000_u32 {
                        state = mixed(state);
                        let page = match state >> 29 {
                            0 => state % PAGES,
                            1..4 => (i / 8) % PAGES,
                            _ => PAGES - 1 - (i * 3) % PAGES,
                        };
                        let plan = streams.on_fault(page);
                        ahead += plan.pages - 1;
                        assert!((1..=64).contains(&plan.pages));
                        assert!(pages(&plan).all(|page| page < PAGES));
                        let after = streams.after(&plan);
                        assert!(after.is_none_or(|plan| pages(&plan).all(|page| page < PAGES)));
                    }
                    assert!(ahead > 0);
                });
            }
        });
    }
}
