//! Mixes, and the accesses that a thread makes of one.

use crate::bench::workload::draw::{Draw, Zipf};

/// How reads, writes and keys are mixed. Each is a share from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mix {
    /// Accesses that only read.
    pub(crate) reads: f64,
    /// Accesses of blocks that all nodes use; the others are of the node's own.
    pub(crate) shared: f64,
    /// Accesses of blocks whose home is another node. If not said, it is as blocks are dealt over all nodes.
    pub(crate) remote: Option<f64>,
    /// Accesses of the next element of the same block, where they do not stay at the same.
    pub(crate) space: f64,
    /// Accesses of the same element as before.
    pub(crate) time: f64,
    /// The exponent of Zipf's law by which blocks are popular; 0 is uniform.
    pub(crate) zipf: f64,
}

impl Mix {
    /// Where the sweep along each axis starts from.
    pub(crate) const BASE: Mix =
        Mix { reads: 0.95, shared: 0.5, remote: Some(1.0), space: 0.0, time: 0.0, zipf: 0.0 };

    /// Reads by sharing by popularity.
    pub(crate) fn grid() -> Vec<Mix> {
        let mut grid = Vec::new();
        for reads in [1.0, 0.95, 0.9, 0.5] {
            for shared in [0.0, 0.5, 1.0] {
                for zipf in [0.0, 0.9, 0.99] {
                    grid.push(Mix { reads, shared, remote: None, space: 0.0, time: 0.0, zipf });
                }
            }
        }
        grid
    }

    /// The five axes, one after the other, each with the name of what changes.
    pub(crate) fn axes() -> Vec<(&'static str, Mix)> {
        let base = Mix::BASE;
        let parts = [0.0, 0.25, 0.5, 0.75, 1.0];
        let near = [0.0, 0.5, 0.9, 0.99];
        let remote = parts.map(|remote| ("remote", Mix { remote: Some(remote), ..base }));
        let shared = parts.map(|shared| ("shared", Mix { shared, ..base }));
        let reads = [0.0, 0.5, 0.9, 0.99, 1.0].map(|reads| ("reads", Mix { reads, ..base }));
        let space = near.map(|space| ("space", Mix { space, ..base }));
        let time = near.map(|time| ("time", Mix { time, ..base }));
        [&remote[..], &shared, &reads, &space, &time].concat()
    }
}

/// How blocks lie: `keys` that all nodes share, then as many of each node's own, dealt one by one over the nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) nodes: usize,
    pub(crate) keys: usize,
    /// Elements of a block.
    pub(crate) per_block: usize,
}

impl Shape {
    pub(crate) fn new(nodes: usize, per_block: usize) -> Shape {
        // Of each kind every node is the home of some.
        Shape { nodes, keys: nodes.max(256), per_block }
    }

    pub(crate) fn blocks(&self) -> usize {
        self.keys * (self.nodes + 1)
    }

    /// The node that a block is on.
    pub(crate) fn home(&self, block: usize) -> usize {
        block % self.nodes
    }

    /// A block near this one, among the same keys, whose home is that.
    fn moved_to(&self, block: usize, home: usize) -> usize {
        let first = block - block % self.keys;
        let moved = block + (home + self.nodes - self.home(block)) % self.nodes;
        if moved < first + self.keys { moved } else { moved - self.nodes }
    }
}

/// One access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) element: usize,
    pub(crate) is_write: bool,
}

/// `count` accesses of a thread of the node of that rank. Both models, and all rounds, get the same.
pub(crate) fn accesses(
    mix: Mix,
    shape: Shape,
    rank: usize,
    draw: &mut Draw,
    count: usize,
) -> Vec<Access> {
    let popularity = Zipf::new(shape.keys as u64, mix.zipf);
    let per_block = shape.per_block;
    let mut element = 0;
    let access = |turn| {
        if turn > 0 && draw.happens(mix.time) {
            // The same again.
        } else if turn > 0 && draw.happens(mix.space) {
            let within = element % per_block;
            element = element - within + (within + 1) % per_block;
        } else {
            // Popular keys lie at all homes.
            let key = popularity.draw(draw) as usize * 93 % shape.keys;
            let owner = if draw.happens(mix.shared) { 0 } else { rank + 1 };
            let mut block = owner * shape.keys + key;
            if let Some(remote) = mix.remote {
                let others = shape.nodes as u64 - 1;
                let away =
                    if draw.happens(remote) && others > 0 { 1 + draw.below(others) } else { 0 };
                block = shape.moved_to(block, (rank + away as usize) % shape.nodes);
            }
            element = block * per_block + draw.below(per_block as u64) as usize;
        }
        Access { element, is_write: !draw.happens(mix.reads) }
    };
    (0..count).map(access).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { nodes: 3, keys: 256, per_block: 7 };

    fn drawn(mix: Mix) -> Vec<Access> {
        accesses(mix, SHAPE, 1, &mut Draw::new(4, 1, 0), 20_000)
    }

    fn share(mix: Mix, is_so: impl Fn(Access) -> bool) -> f64 {
        let drawn = drawn(mix);
        drawn.iter().filter(|access| is_so(**access)).count() as f64 / drawn.len() as f64
    }

    #[track_caller]
    fn is_about(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 0.02, "{found}, not {wanted}");
    }

    fn block(access: Access) -> usize {
        access.element / SHAPE.per_block
    }

    #[test]
    fn each_axis_does_what_it_says() {
        for part in [0.0, 0.3, 1.0] {
            let base = Mix::BASE;
            is_about(share(Mix { reads: part, ..base }, |access| !access.is_write), part);
            let shared = Mix { shared: part, ..base };
            is_about(share(shared, |access| block(access) < SHAPE.keys), part);
            let remote = Mix { remote: Some(part), ..base };
            is_about(share(remote, |access| SHAPE.home(block(access)) != 1), part);
        }
        is_about(
            share(Mix { remote: None, ..Mix::BASE }, |access| SHAPE.home(block(access)) != 1),
            2.0 / 3.0,
        );
    }

    #[test]
    fn locality_in_time_and_in_space_is_between_one_access_and_the_next() {
        let following = |mix, is_so: fn(Access, Access) -> bool| {
            let drawn = drawn(mix);
            let pairs = drawn.windows(2).filter(|pair| is_so(pair[0], pair[1])).count();
            pairs as f64 / (drawn.len() - 1) as f64
        };
        for part in [0.0, 0.3, 0.9] {
            let time = Mix { time: part, ..Mix::BASE };
            is_about(following(time, |one, other| one.element == other.element), part);
            let space = Mix { space: part, ..Mix::BASE };
            is_about(following(space, |one, other| block(one) == block(other)), part);
            let both = Mix { space: 1.0, time: part, ..Mix::BASE };
            is_about(following(both, |one, other| one.element == other.element), part);
        }
        assert!(
            drawn(Mix { space: 1.0, ..Mix::BASE })
                .iter()
                .all(|access| access.element < SHAPE.blocks() * 7)
        );
    }

    #[test]
    fn nodes_use_what_all_share_and_their_own() {
        for mix in Mix::grid().into_iter().chain(Mix::axes().into_iter().map(|(_, mix)| mix)) {
            let own = 2 * SHAPE.keys..3 * SHAPE.keys;
            assert!(
                drawn(mix)
                    .into_iter()
                    .all(|access| { block(access) < SHAPE.keys || own.contains(&block(access)) })
            );
        }
    }

    #[test]
    fn the_grid_and_the_axes_cover_what_they_say() {
        assert_eq!(Mix::grid().len(), 36);
        let axes = Mix::axes();
        for name in ["remote", "shared", "reads", "space", "time"] {
            assert!(axes.iter().filter(|(axis, _)| *axis == name).count() >= 4, "{name}");
        }
    }

    #[test]
    fn blocks_move_to_any_home_and_stay_among_their_keys() {
        for block in 0..SHAPE.blocks() {
            for home in 0..SHAPE.nodes {
                let moved = SHAPE.moved_to(block, home);
                assert_eq!((SHAPE.home(moved), moved / SHAPE.keys), (home, block / SHAPE.keys));
            }
        }
    }
}
