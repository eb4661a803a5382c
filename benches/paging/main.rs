//! What it costs to serve a page fault, beside a bare fault: a handler that does nothing but the system calls that the
//! mechanism needs, and the copy.
//!
//! `cargo bench -p pangea-benches --bench paging`
//!
//! 512 pages of 4 KiB, one access to each, one page after the other; removing them is not timed. The contenders take turns,
//! a slice of all pages each. A figure is the median of the slices, a ratio the median of the ratios in one round.

mod served;

use std::time::Instant;

use paging::Mechanism;
use pangea_benches::bare::{Bare, PAGE};
use pangea_benches::figures::{median, pin};

use crate::served::Served;

const PAGES: usize = 512;

/// Memory with faults, and somebody who serves them.
trait Contender {
    /// Makes all pages absent, and faults come here.
    fn prepare(&self);
    /// Faults come to whom they came before.
    fn finish(&self);
    /// The first byte.
    fn start(&self) -> *mut u8;
}

impl Contender for Bare {
    fn prepare(&self) {
        Bare::prepare(self);
    }

    fn finish(&self) {
        Bare::finish(self);
    }

    fn start(&self) -> *mut u8 {
        Bare::start(self)
    }
}

/// How pages are touched.
#[derive(Clone, Copy)]
enum Touch {
    Load,
    Store,
    /// A store to each page, after an untimed load.
    StoreAfterLoad,
}

fn main() -> Result<(), String> {
    // `cargo bench` says so; tests only see that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 301 } else { 3 };
    pin(0)?;
    let bytes = vec![1_u64; PAGE / 8];
    for mechanism in Mechanism::ALL {
        if let Err(reason) = mechanism.check() {
            println!("{mechanism}: skipped: {reason}");
            continue;
        }
        let bare = Bare::new(mechanism, PAGES, &bytes)?;
        let (plain, twins) =
            (Served::new(mechanism, &bytes, false), Served::new(mechanism, &bytes, true));
        let contenders: [(&str, &dyn Contender, Touch); 6] = [
            ("load, bare", &bare, Touch::Load),
            ("load", &plain, Touch::Load),
            ("store, bare", &bare, Touch::Store),
            ("store, without a twin", &plain, Touch::Store),
            ("store, with a twin", &twins, Touch::Store),
            ("store after a load, with a twin", &twins, Touch::StoreAfterLoad),
        ];
        report(mechanism, &contenders, &measure(&contenders, rounds));
    }
    Ok(())
}

/// Nanoseconds of a page: for each contender, those of each round.
fn measure(contenders: &[(&str, &dyn Contender, Touch)], rounds: usize) -> Vec<Vec<f64>> {
    let mut nanoseconds = vec![Vec::with_capacity(rounds); contenders.len()];
    // The first round warms up.
    for round in 0..=rounds {
        for (nanoseconds, (name, contender, touch)) in nanoseconds.iter_mut().zip(contenders) {
            contender.prepare();
            if let Touch::StoreAfterLoad = touch {
                sweep(*contender, Touch::Load, name);
            }
            let start = Instant::now();
            sweep(*contender, *touch, name);
            let elapsed = start.elapsed().as_nanos() as f64 / PAGES as f64;
            contender.finish();
            if round > 0 {
                nanoseconds.push(elapsed);
            }
        }
    }
    nanoseconds
}

fn sweep(contender: &dyn Contender, touch: Touch, name: &str) {
    for page in 0..PAGES {
        // SAFETY: inside of the contender's memory, whose faults are served.
        let word = unsafe { contender.start().add(page * PAGE) }.cast::<u64>();
        match touch {
            Touch::Load => {
                // SAFETY: as above.
                let value = unsafe { word.read_volatile() };
                assert_eq!(value, 1, "{name}: page {page} is not the copy");
            }
            // SAFETY: as above.
            Touch::Store | Touch::StoreAfterLoad => unsafe { word.write_volatile(2) },
        }
    }
}

fn report(mechanism: Mechanism, contenders: &[(&str, &dyn Contender, Touch)], rounds: &[Vec<f64>]) {
    println!("{mechanism}");
    for (index, (name, _, touch)) in contenders.iter().enumerate() {
        let figure = median(&rounds[index]) / 1e3;
        let bare = &rounds[match touch {
            Touch::Load => 0,
            Touch::Store | Touch::StoreAfterLoad => 2,
        }];
        let ratios: Vec<f64> =
            rounds[index].iter().zip(bare).map(|(own, bare)| own / bare).collect();
        println!("  {name:<34} {figure:6.3} us  {:5.2}", median(&ratios));
    }
}
