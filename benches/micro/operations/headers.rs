//! Headers of coherent blocks: making and checking them.

use std::hint::black_box;

use pangea::protocol::{Flags, Layout, LogicalTime, whole};

use super::Meter;

/// Bytes of data: a block of a line, one that is read as a whole, and one that is validated by its header.
const SIZES: [usize; 3] = [32, 480, 4000];

pub(super) fn all(meter: &mut impl Meter) {
    for data in SIZES {
        let layout = Layout::for_data(data, 0).expect("there are such blocks");
        let mut block = vec![7; layout.bytes];
        block[..8].fill(0);
        layout.seal(&mut block, LogicalTime(5), 0, Flags::NONE);
        meter.operation(&format!("header/seal {data}"), || {
            black_box(layout).seal(black_box(&mut block), LogicalTime(5), 0, Flags::NONE);
        });
        meter.operation(&format!("header/open {data}"), || {
            black_box(black_box(layout).open(black_box(&block)));
        });
        meter.operation(&format!("header/whole {data}"), || {
            black_box(whole(black_box(&layout), black_box(&block)));
        });
    }
}
