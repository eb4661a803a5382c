//! Programs that are full of evictions, and store again what was there before: so whatever an eviction sent home and
//! forgot stays there.
//!
//! Each node has an element on each page, side by side with the others', and a cache for a few pages. It changes
//! some of them, by which others are evicted, and makes most of them zero again, as they were at first, before it releases.

use pangea::cluster::{Distribution, Rank};

use super::program::{Ending, Fill, Place, Program, Round, Segment, Sharing, Step};
use crate::chance::Seeded;

/// Rounds of changes; each is followed by one in which all read everything.
const ROUNDS: u64 = 4;

/// Releases of each node in a round.
const TURNS: u64 = 3;

/// Draws a program.
pub fn draw(seed: u64, nodes: usize) -> Program {
    let mut chance = Seeded::new(seed, "evictions", 0);
    let (page, width) = (4096, *chance.pick(&[1, 8, 24]));
    let pages = chance.between(6, 12) as usize;
    let distribution = match chance.below(3) {
        0 => Distribution::Cyclic,
        1 => Distribution::Block,
        _ => Distribution::OnNode(Rank(chance.below(nodes as u64) as u32)),
    };
    let segment = Segment {
        width,
        len: pages * page / width,
        page,
        distribution,
        cache_bytes: chance.between(4, 6) as usize * page,
    };
    let mut places = Vec::new();
    for page_number in 0..pages {
        // The first element that is whole on the page.
        let first = (page_number * page).div_ceil(width);
        for element in first..first + nodes {
            places.push(Place { segment: 0, elements: element..element + 1 });
        }
    }
    let mut program = Program {
        nodes,
        threads: 1,
        sharing: Sharing::Alone,
        segments: vec![segment],
        locks: Vec::new(),
        flags: 0,
        rounds: Vec::new(),
        places,
    };
    for _ in 0..ROUNDS {
        let changes = (0..nodes).map(|node| changes(&program, &mut chance, node)).collect();
        let reads = vec![program.places.iter().cloned().map(Step::Read).collect(); nodes];
        for threads in [changes, reads] {
            let ending = *chance.pick(&[Ending::Each, Ending::All, Ending::ByHand]);
            program.rounds.push(Round { threads, ending });
        }
    }
    program
}

/// What a node changes in a round.
fn changes(program: &Program, chance: &mut Seeded, node: usize) -> Vec<Step> {
    let mut own: Vec<Place> =
        program.places.iter().skip(node).step_by(program.nodes).cloned().collect();
    let mut steps = Vec::new();
    for _ in 0..TURNS {
        chance.shuffle(&mut own);
        let some = chance.between(4, own.len() as u64) as usize;
        for place in &own[..some] {
            steps.push(Step::Change(place.clone(), Fill::Fresh(chance.any())));
        }
        for place in own[..some].iter().filter(|_| !chance.one_in(8)) {
            steps.push(Step::Change(place.clone(), Fill::Zero));
        }
        steps.push(Step::Release(0));
    }
    steps
}
