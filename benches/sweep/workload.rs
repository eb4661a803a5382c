//! Mixes, and the operations that a node makes of one.

/// Keys that all nodes share, and as many of each node's own.
pub(crate) const KEYS: usize = 256;

/// How reads, writes and keys are mixed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mix {
    /// The part of the operations that only reads.
    pub(crate) reads: f64,
    /// The exponent of Zipf's law; 0 is uniform.
    pub(crate) zipf: f64,
    /// The part of the operations that goes to shared keys.
    pub(crate) shared: f64,
}

impl Mix {
    /// All that are measured.
    pub(crate) fn all() -> impl Iterator<Item = Mix> {
        let shares = [0.0, 0.5, 1.0];
        let zipfs = [0.0, 0.9, 0.99];
        [1.0, 0.95, 0.9, 0.5].into_iter().flat_map(move |reads| {
            shares.into_iter().flat_map(move |shared| {
                zipfs.into_iter().map(move |zipf| Mix { reads, zipf, shared })
            })
        })
    }
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) key: usize,
    pub(crate) is_write: bool,
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to below 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `count` operations of the node of that rank. Both models, and all rounds, get the same.
pub(crate) fn operations(mix: Mix, rank: usize, count: usize) -> Vec<Operation> {
    let weights = (1..=KEYS).map(|place| (place as f64).powf(-mix.zipf));
    let sums: Vec<f64> = weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let all = sums[KEYS - 1];
    let mut chance = Chance(rank as u64 + 1);
    let operation = |_| {
        let wanted = chance.part() * all;
        let place = sums.partition_point(|sum| *sum <= wanted).min(KEYS - 1);
        // Popular keys lie at all homes.
        let key = place * 93 % KEYS;
        let owner = if chance.part() < mix.shared { 0 } else { rank + 1 };
        Operation { key: owner * KEYS + key, is_write: chance.part() >= mix.reads }
    };
    (0..count).map(operation).collect()
}
