//! What homes are sent or asked for, as much at once as gets through.
//!
//! Of a long message some packet is lost sooner than of a short one. So where something is lost, fewer steps go together, and then one
//! step alone in pieces. What has been done is not done again: whatever gets through is a beginning.
//!
//! ```text
//!   many steps ──lost──▶ a quarter of them ──▶ … ──▶ one ──lost──▶ a quarter of its bytes ──▶ … ──▶ LEAST bytes
//!              ◀──done── twice as many                   ◀──done── twice as many
//! ```

use std::ops::Range;

use super::patience::Patience;
use crate::endpoint::{Endpoint, ExchangeError, Place, Row, Step};
use crate::error::Error;
use crate::primitives::Primitives;

/// Steps that are done together at a home, with one doorbell.
const TOGETHER: usize = 64;

/// Rows that are read together.
const ROWS: usize = 1024;

/// Bytes of a step that it makes no sense to cut further.
const LEAST: usize = 256;

/// Bytes of a step that get through before more of them are tried together.
const WHOLE: usize = 1 << 20;

/// How much is tried at once.
#[derive(Debug, PartialEq, Eq)]
struct Pace {
    /// So many steps.
    steps: usize,
    /// So many bytes of a step that is alone.
    bytes: usize,
    /// The most steps.
    most: usize,
}

impl Pace {
    fn new(most: usize) -> Pace {
        Pace { steps: most, bytes: usize::MAX, most }
    }

    /// So many steps were lost; if it was one, so many bytes of it.
    fn lost(&mut self, steps: usize, bytes: usize) {
        self.steps = (steps / 4).max(1);
        if steps == 1 {
            self.bytes = (bytes / 4).max(LEAST);
        }
    }

    fn done(&mut self) {
        if self.bytes < WHOLE {
            self.bytes *= 2;
        } else {
            (self.steps, self.bytes) = ((2 * self.steps).min(self.most), usize::MAX);
        }
    }
}

/// Does `count` steps in their order. `try_some` does some of them, or these bytes of a single one; `len` is how many bytes a step has.
///
/// # Errors
/// What `try_some` says, but of what was lost only after nothing at all got through for some time.
fn insist<P: Primitives>(
    most: usize,
    count: usize,
    len: impl Fn(usize) -> usize,
    mut try_some: impl FnMut(Range<usize>, Range<usize>) -> Result<(), ExchangeError>,
) -> Result<(), Error> {
    let (mut pace, mut patience) = (Pace::new(most), Patience::<P>::new());
    // Steps that are done, and bytes of the next one.
    let (mut done, mut before) = (0, 0usize);
    while done < count {
        let steps = if before > 0 { 1 } else { pace.steps.min(count - done) };
        let all = len(done);
        let end = if steps == 1 { all.min(before.saturating_add(pace.bytes)) } else { all };
        match try_some(done..done + steps, before..end) {
            Ok(()) => {
                (done, before) = if end == all { (done + steps, 0) } else { (done, end) };
                pace.done();
                patience = Patience::new();
            }
            Err(ExchangeError::Lost(_)) if patience.again() => pace.lost(steps, end - before),
            Err(ExchangeError::Lost(lost)) => return Err(Error::Work(lost)),
            Err(ExchangeError::Fatal(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Does steps at a home in their order. `first` is called before each try.
pub(crate) fn do_steps<P: Primitives>(
    endpoint: &Endpoint<P>,
    rank: u32,
    steps: &mut [Step<'_>],
    answers: &mut [u64],
    first: impl Fn() -> Result<(), Error>,
) -> Result<(), Error> {
    let lens: Vec<usize> = steps.iter().map(Step::len).collect();
    insist::<P>(
        TOGETHER,
        lens.len(),
        |step| lens[step],
        |some, bytes| {
            first()?;
            let answers = &mut answers[some.clone()];
            match (&mut steps[some.clone()], lens[some.start]) {
                ([step], len) if bytes.len() < len => {
                    endpoint.exchange_slice(rank, &mut [step.part(bytes)], answers)
                }
                (some, _) => endpoint.exchange_slice(rank, some, answers),
            }
        },
    )
}

/// Reads rows at any homes, all in flight at once as far as that gets through.
pub(crate) fn read_rows<P: Primitives>(
    endpoint: &Endpoint<P>,
    rows: &mut [Row<'_>],
) -> Result<(), Error> {
    let lens: Vec<usize> = rows.iter().map(|(_, into)| into.len()).collect();
    insist::<P>(
        ROWS,
        lens.len(),
        |row| lens[row],
        |some, bytes| match &mut rows[some] {
            [(from, into)] => {
                let from = Place::new(from.rank, from.offset + bytes.start as u64);
                endpoint.read_rows(&mut [(from, &mut into[bytes])])
            }
            some => endpoint.read_rows(some),
        },
    )
}

#[cfg(test)]
mod tests {
    use verbs_shim::{OperationKind, RemoteAddr, Rkey, Status, WorkError};

    use super::*;
    use crate::testing::Paced;

    fn lost() -> ExchangeError {
        ExchangeError::Lost(WorkError {
            status: Status::RetryExceeded,
            kind: OperationKind::Write,
            remote: RemoteAddr { addr: 0, rkey: Rkey(0) },
            len: 0,
            token: 0,
            peer: 0,
            queue_pair: 0,
        })
    }

    /// How many steps were tried, and how many bytes, where all of more than `most` bytes is lost.
    fn tried(lens: &[usize], most: usize) -> Vec<(usize, usize)> {
        let (mut tried, mut next) = (Vec::new(), (0, 0));
        let try_some = |steps: Range<usize>, bytes: Range<usize>| {
            assert_eq!((steps.start, bytes.start), next);
            let sum = if steps.len() == 1 { bytes.len() } else { lens[steps.clone()].iter().sum() };
            tried.push((steps.len(), sum));
            if sum > most {
                return Err(lost());
            }
            let is_cut = steps.len() == 1 && bytes.end < lens[steps.start];
            next = if is_cut { (steps.start, bytes.end) } else { (steps.end, 0) };
            Ok(())
        };
        insist::<Paced>(64, lens.len(), |step| lens[step], try_some).unwrap();
        assert_eq!(next, (lens.len(), 0));
        tried
    }

    #[test]
    fn what_is_lost_is_tried_in_smaller_pieces_which_grow_again() {
        assert_eq!(tried(&[], 0), []);
        assert_eq!(tried(&[0; 65], 0), [(64, 0), (1, 0)]);
        assert_eq!(tried(&[10, 20], 30), [(2, 30)]);
        let steps =
            [(8, 800), (2, 200), (4, 400), (1, 100), (2, 200), (3, 300), (1, 100), (2, 200)];
        assert_eq!(tried(&[100; 8], 200), steps);
        let bytes = [4000, 4000, 1000, 2000, 500, 1000, 1500, 375, 750, 375, 0];
        let mut expected = bytes.map(|bytes| (1, bytes));
        expected[0].0 = 2;
        assert_eq!(tried(&[4000, 0], 1300), expected);
    }

    #[test]
    fn pieces_do_not_become_smaller_than_a_packet_and_end_as_wholes() {
        let mut pace = Pace::new(64);
        for _ in 0..9 {
            pace.lost(pace.steps, pace.bytes.min(1 << 20));
        }
        assert_eq!(pace, Pace { steps: 1, bytes: LEAST, most: 64 });
        for _ in 0..12 {
            pace.done();
        }
        assert_eq!(pace, Pace { steps: 1, bytes: WHOLE, most: 64 });
        for _ in 0..6 {
            pace.done();
        }
        assert_eq!(pace, Pace::new(64));
    }
}
