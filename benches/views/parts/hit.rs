//! The same loops over a view, whose pages are all there, and over a `Vec`. They take turns.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use pangea_benches::figures::{median, pin};

use super::pair::{PAGE, Pair};
use super::{Measured, Setting};

/// Bytes that each node gives.
pub(super) const MEMORY: usize = 64 << 20;

/// Words that stay in the processor's second cache, and words that do not.
const FEW: usize = (256 << 10) / 8;
const MANY: usize = (16 << 20) / 8;

pub(super) fn measure(setting: Setting, pair: &Pair) -> Result<Measured, Box<dyn Error>> {
    pin(0)?;
    let mut figures = Vec::new();

    for (names, len) in [
        (["sum-vec", "sum-own", "sum-other"], FEW),
        (["bigsum-vec", "bigsum-own", "bigsum-other"], MANY),
    ] {
        let mut own = pair.shared::<u64>(names[1], len, 0)?;
        let mut other = pair.shared::<u64>(names[2], len, 1)?;
        own.view.write(0..len)?.fill(3);
        own.view.release()?;
        other.theirs.write(0..len)?.fill(3);
        other.theirs.release()?;
        other.view.acquire()?;
        let vec = Aligned::filled(len, 3);
        let (own, other) = (own.view.read(0..len)?, other.view.read(0..len)?);
        let slices = [vec.slice(), &own[..], &other[..]];
        let times = in_turns(setting.rounds(301), MANY / len, |which| {
            let sum = sum(black_box(slices[which]));
            assert_eq!(sum, 3 * len as u64, "{}", names[which]);
        });
        figures.extend(names.into_iter().zip(times));
    }

    let names = ["stencil-vec", "stencil-own", "stencil-other"];
    let mut from = [pair.shared::<f64>("own, from", FEW, 0)?, pair.shared("other, from", FEW, 1)?];
    let mut to = [pair.shared::<f64>("own, to", FEW, 0)?, pair.shared("other, to", FEW, 1)?];
    for shared in &mut from {
        shared.view.write(0..FEW)?.fill(0.5);
    }
    let (vec, mut result) = (Aligned::filled(FEW, 0.5), Aligned::filled(FEW, 0.0));
    let [own, other] = &from;
    let (own, other) = (own.view.read(0..FEW)?, other.view.read(0..FEW)?);
    let [own_result, other_result] = &mut to;
    let mut own_result = own_result.view.write(0..FEW)?;
    let mut other_result = other_result.view.write(0..FEW)?;
    let from = [vec.slice(), &own[..], &other[..]];
    let to = [result.slice_mut(), &mut own_result[..], &mut other_result[..]];
    let times = in_turns(setting.rounds(301), MANY / FEW, |which| {
        smooth(black_box(from[which]), black_box(&mut *to[which]));
        assert!((to[which][FEW / 2] - 0.5).abs() < 1e-9, "{}", names[which]);
    });
    figures.extend(names.into_iter().zip(times));
    Ok(figures)
}

#[inline(never)]
fn sum(words: &[u64]) -> u64 {
    words.iter().fold(0, |sum, word| sum.wrapping_add(*word))
}

#[inline(never)]
fn smooth(from: &[f64], to: &mut [f64]) {
    for (three, to) in from.windows(3).zip(&mut to[1..]) {
        *to = 0.25 * three[0] + 0.5 * three[1] + 0.25 * three[2];
    }
}

/// Microseconds of one call for each of three, the medians of the rounds. In each, everyone makes so many calls, in an
/// order that changes.
fn in_turns(rounds: usize, calls: usize, mut call: impl FnMut(usize)) -> [f64; 3] {
    let mut times: [Vec<f64>; 3] = Default::default();
    // The first round warms up.
    for round in 0..=rounds {
        for turn in 0..times.len() {
            let which = (round + turn) % times.len();
            let start = Instant::now();
            for _ in 0..calls {
                call(which);
            }
            if round > 0 {
                times[which].push(start.elapsed().as_nanos() as f64 / 1e3 / calls as f64);
            }
        }
    }
    times.map(|times| median(&times))
}

/// A part of a `Vec` that starts where a page does, as a view does.
struct Aligned<T> {
    words: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Copy> Aligned<T> {
    fn filled(len: usize, value: T) -> Aligned<T> {
        let words = vec![value; len + PAGE / size_of::<T>()];
        let start = words.as_ptr().align_offset(PAGE);
        Aligned { words, start, len }
    }

    fn slice(&self) -> &[T] {
        &self.words[self.start..][..self.len]
    }

    fn slice_mut(&mut self) -> &mut [T] {
        &mut self.words[self.start..][..self.len]
    }
}
