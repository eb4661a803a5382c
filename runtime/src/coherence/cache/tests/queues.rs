use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use proptest::prelude::*;

use crate::coherence::cache::fifo::{
    CHANCES, GHOST_BYTES, MOST_VISITS, Marks, Name, S3Fifo, most_ghosts, small_limit,
};

const BUDGET: usize = 10_000;

/// Marks that are with the residents, as in the cache.
struct Counts;

type Resident = Rc<Cell<u8>>;

impl Marks<u32, Resident> for Counts {
    fn visits(&self, _: &u32, resident: &Resident) -> u8 {
        resident.get()
    }

    fn set_visits(&self, _: &u32, resident: &Resident, visits: u8) {
        resident.set(visits);
    }
}

/// The same, written down as the paper has it, with no thought of cost. The oldest come first.
#[derive(Default)]
struct Model {
    small: VecDeque<(u32, usize)>,
    main: VecDeque<(u32, usize)>,
    ghosts: VecDeque<(u32, usize)>,
    visits: BTreeMap<u32, u8>,
}

fn bytes(queue: &VecDeque<(u32, usize)>) -> usize {
    queue.iter().map(|(_, bytes)| bytes).sum()
}

impl Model {
    fn used(&self) -> usize {
        bytes(&self.small) + bytes(&self.main) + self.ghosts.len() * GHOST_BYTES
    }

    fn insert(&mut self, key: u32, bytes: usize) {
        self.visits.insert(key, 0);
        match self.ghosts.iter().position(|(ghost, _)| *ghost == key) {
            Some(ghost) => {
                self.ghosts.remove(ghost);
                self.main.push_back((key, bytes));
            }
            None => self.small.push_back((key, bytes)),
        }
    }

    fn remove(&mut self, key: u32) {
        self.visits.remove(&key);
        self.small.retain(|(other, _)| *other != key);
        self.main.retain(|(other, _)| *other != key);
    }

    fn evict(&mut self) -> Option<u32> {
        let is_small_full = bytes(&self.small) >= small_limit(BUDGET);
        let gone = if is_small_full { None } else { self.evict_main() };
        let gone = gone.or_else(|| self.evict_small()).or_else(|| self.evict_main())?;
        self.visits.remove(&gone);
        Some(gone)
    }

    fn evict_small(&mut self) -> Option<u32> {
        while let Some((key, size)) = self.small.pop_front() {
            if self.visits[&key] > 1 {
                self.main.push_back((key, size));
                if bytes(&self.main) > BUDGET - small_limit(BUDGET) {
                    return self.evict_main();
                }
            } else {
                self.ghosts.push_back((key, size));
                while bytes(&self.ghosts) > BUDGET - small_limit(BUDGET)
                    || self.ghosts.len() > most_ghosts(BUDGET)
                {
                    self.ghosts.pop_front();
                }
                return Some(key);
            }
        }
        None
    }

    fn evict_main(&mut self) -> Option<u32> {
        while let Some((key, size)) = self.main.pop_front() {
            match self.visits.get_mut(&key) {
                Some(visits) if *visits > 0 => {
                    *visits -= 1;
                    self.main.push_back((key, size));
                }
                _ => return Some(key),
            }
        }
        None
    }
}

/// Both at once: whatever is done to one is done to the other.
struct Both {
    fifo: S3Fifo<u32, Resident>,
    model: Model,
    there: BTreeMap<u32, (u32, Resident)>,
}

impl Both {
    fn new() -> Both {
        Both { fifo: S3Fifo::new(BUDGET), model: Model::default(), there: BTreeMap::new() }
    }

    /// Uses a key: a hit, or it comes, and others go.
    fn touch(&mut self, key: u32, bytes: usize) {
        if let Some((_, resident)) = self.there.get(&key) {
            let visits = (resident.get() + 1).min(MOST_VISITS);
            resident.set(visits);
            self.model.visits.insert(key, visits);
            return;
        }
        while self.fifo.used() + bytes > BUDGET {
            match self.fifo.evict(&Counts) {
                Some((gone, _)) => {
                    assert_eq!(self.model.evict(), Some(gone));
                    self.there.remove(&gone);
                }
                None => {
                    assert!(self.there.is_empty(), "one is always found");
                    assert_eq!(self.model.evict(), None);
                    assert_eq!(self.fifo.forget_ghost(), self.model.ghosts.pop_front().is_some());
                }
            }
        }
        let resident = Resident::default();
        let node = self.fifo.insert(key, Rc::clone(&resident), bytes);
        self.there.insert(key, (node, resident));
        self.model.insert(key, bytes);
    }

    fn remove(&mut self, key: u32) {
        if let Some((node, resident)) = self.there.remove(&key) {
            let removed = self.fifo.remove(node).expect("it is there");
            assert!(Rc::ptr_eq(&removed, &resident));
            self.model.remove(key);
        }
    }

    fn forget_ghosts(&mut self, from: u32, to: u32) {
        self.fifo.forget_ghosts(from..=to);
        self.model.ghosts.retain(|(key, _)| !(from..=to).contains(key));
    }

    fn check(&self) {
        assert_eq!(self.fifo.keys(Name::Small), Vec::from(self.model.small.clone()));
        assert_eq!(self.fifo.keys(Name::Main), Vec::from(self.model.main.clone()));
        assert_eq!(self.fifo.keys(Name::Ghosts), Vec::from(self.model.ghosts.clone()));
        assert_eq!(self.fifo.used(), self.model.used());
        assert!(self.fifo.used() <= BUDGET);
        for (key, (_, resident)) in &self.there {
            assert_eq!(resident.get(), self.model.visits[key]);
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Touch(u32),
    Remove(u32),
    ForgetGhosts(u32, u32),
}

fn act() -> impl Strategy<Value = Act> {
    // Some keys are used much more often than others.
    let key = prop_oneof![3 => 0..8u32, 2 => 0..60u32];
    prop_oneof![
        20 => key.clone().prop_map(Act::Touch),
        1 => key.clone().prop_map(Act::Remove),
        1 => (key.clone(), key).prop_map(|(a, b)| Act::ForgetGhosts(a.min(b), a.max(b))),
    ]
}

proptest! {
    #[test]
    fn it_does_what_the_paper_says(
        acts in prop::collection::vec(act(), 1..400),
        sizes in prop::collection::vec(1..4000usize, 60),
    ) {
        let mut both = Both::new();
        for act in acts {
            match act {
                Act::Touch(key) => both.touch(key, sizes[key as usize]),
                Act::Remove(key) => both.remove(key),
                Act::ForgetGhosts(from, to) => both.forget_ghosts(from, to),
            }
            both.check();
        }
    }
}

#[test]
fn what_comes_back_soon_goes_to_main() {
    let mut both = Both::new();
    (1..12).for_each(|key| both.touch(key, 1000));
    assert!(!both.there.contains_key(&1));
    both.touch(1, 1000);
    assert_eq!(both.fifo.keys(Name::Main), [(1, 1000)]);
    both.check();
}

#[test]
fn one_that_was_used_twice_in_small_goes_to_main() {
    let mut both = Both::new();
    for key in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 2, 11] {
        both.touch(key, 1000);
    }
    assert_eq!(both.fifo.keys(Name::Main), [(2, 1000)]);
    assert!(!both.there.contains_key(&1), "once is not enough");
    both.check();
}

#[test]
fn an_eviction_takes_a_bounded_time() {
    let many = 20 * CHANCES as u32;
    for visits in [1, MOST_VISITS] {
        let mut fifo = S3Fifo::new(many as usize);
        let residents: Vec<Resident> = (0..many).map(|_| Resident::default()).collect();
        for (key, resident) in (0..).zip(&residents) {
            fifo.insert(key, Rc::clone(resident), 1);
        }
        residents.iter().for_each(|resident| resident.set(visits));
        // All of small, and then all of main, is marked: still one goes each time.
        for _ in 0..many {
            let looks = Cell::new(0);
            struct Looks<'a>(&'a Cell<usize>);
            impl Marks<u32, Resident> for Looks<'_> {
                fn visits(&self, key: &u32, resident: &Resident) -> u8 {
                    self.0.set(self.0.get() + 1);
                    Counts.visits(key, resident)
                }
                fn set_visits(&self, key: &u32, resident: &Resident, visits: u8) {
                    Counts.set_visits(key, resident, visits);
                }
            }
            assert!(fifo.evict(&Looks(&looks)).is_some());
            assert!(looks.get() <= 2 * CHANCES, "{} looks", looks.get());
        }
        assert!(fifo.evict(&Counts).is_none());
    }
}
