//! Programs for locks whose holder dies: all nodes change the same elements, under locks that live elsewhere than the pages. What a
//! dead holder had sent and had not arrived must not come after what its heirs write.
//!
//! There are two locks, each with a segment of its own, so that some nodes wait for a lock while others come by only later, who find
//! a dead holder and waiting nodes at once, and pass the lock on.

use pangea::cluster::{Distribution, Rank};

use super::program::{Ending, Fill, Place, Program, Round, Segment, Sharing, Step};
use crate::chance::Seeded;

/// The home of the pages under the first lock, which itself is on node 0; those under the second are the other way around.
pub const HOME: u32 = 1;

/// How often each node takes a lock.
pub const TURNS: u64 = 24;

/// Draws a program.
pub fn draw(seed: u64, nodes: usize) -> Program {
    let mut chance = Seeded::new(seed, "heirs", 0);
    let (page, width) = (4096, *chance.pick(&[1, 8, 24]));
    let pages = chance.between(1, 3) as usize;
    let segment = |home: u32| Segment {
        width,
        len: pages * page / width,
        page,
        distribution: Distribution::OnNode(Rank(home)),
        cache_bytes: 8 * page,
    };
    let mut places = Vec::new();
    for segment in 0..2 {
        for page_number in 0..pages {
            let first = (page_number * page).div_ceil(width);
            places.push(Place { segment, elements: first..first + 4 });
        }
    }
    let threads = (0..nodes).map(|_| turns(&places, &mut chance)).collect();
    Program {
        nodes,
        threads: 1,
        sharing: Sharing::Alone,
        segments: vec![segment(HOME), segment(0)],
        locks: vec![0, 1],
        flags: 0,
        rounds: vec![Round { threads, ending: Ending::ByHand }],
        places,
    }
}

/// What a node does: it takes one of the locks, reads everything under it, and changes it.
fn turns(places: &[Place], chance: &mut Seeded) -> Vec<Step> {
    let mut steps = Vec::new();
    for _ in 0..TURNS {
        let lock = usize::from(chance.one_in(3));
        let under: Vec<Place> =
            places.iter().filter(|place| place.segment == lock).cloned().collect();
        let mut body: Vec<Step> = under.iter().cloned().map(Step::Read).collect();
        body.extend(
            under.iter().map(|place| Step::Change(place.clone(), Fill::Fresh(chance.any()))),
        );
        body.extend(under.into_iter().map(Step::Read));
        steps.push(Step::Locked { lock, only: None, body });
    }
    steps
}
