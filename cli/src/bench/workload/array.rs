//! Single operations on arrays.

use std::hint::black_box;

use pangea::Distribution;
use pangea::cluster::Rank;

use crate::bench::bench::{Bench, Hand, Setting, Sizes, Takes, Who, Workload};
use crate::bench::error::Error;
use crate::bench::report::Row;

/// The group.
const GROUP: &str = "array";

/// `Array::get` of another node's element.
pub(crate) struct Get;

impl Workload for Get {
    fn name(&self) -> &'static str {
        "get"
    }

    fn group(&self) -> &'static str {
        GROUP
    }

    fn about(&self) -> &'static str {
        "latency of a blocking get from another node (8 bytes: one element; else a range)"
    }

    fn takes(&self) -> Takes {
        Takes {
            size: Some(Sizes { usual: 8, least: 1, most: 8 << 20 }),
            threads: true,
            bidirectional: true,
            ..Takes::default()
        }
    }

    fn memory(&self, setting: &Setting) -> u64 {
        setting.size
    }

    fn run(&self, bench: &Bench<'_>, setting: &Setting) -> Result<Vec<Row>, Error> {
        let bytes = setting.bytes();
        let at = |rank| Distribution::OnNode(Rank(rank));
        let measured = if bytes == 8 {
            let targets = [bench.array::<u64>("a", 1, at(0))?, bench.array::<u64>("b", 1, at(1))?];
            let measured = bench.latency(Who::First, setting, |hand: Hand| {
                let target = targets[hand.peer].clone();
                Ok(move |_| {
                    black_box(target.get(0)?);
                    Ok(())
                })
            })?;
            for target in targets {
                target.release()?;
            }
            measured
        } else {
            let targets =
                [bench.array::<u8>("a", bytes, at(0))?, bench.array::<u8>("b", bytes, at(1))?];
            let measured = bench.latency(Who::First, setting, |hand: Hand| {
                let target = targets[hand.peer].clone();
                let mut into = vec![0; bytes];
                Ok(move |_| {
                    target.get_range(0, &mut into)?;
                    black_box(&mut into);
                    Ok(())
                })
            })?;
            for target in targets {
                target.release()?;
            }
            measured
        };
        Ok(bench.rows(self, setting, measured.as_ref()))
    }
}
