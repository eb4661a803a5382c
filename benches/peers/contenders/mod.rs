//! Who takes part, and how each is started.
//!
//! | file | who |
//! | --- | --- |
//! | `programs.rs` | what prints `figure` lines: Pangea, the limits of the machine, Open MPI, Lamellar |
//! | `ucx.rs` | `ucx_perftest` |
//! | `stores.rs` | Redis and memcached, with a client of our own (`client.rs`) |
//! | `bench.rs` | `pangea bench` |
//! | `perftest.rs` | perftest |

mod bench;
mod client;
mod perftest;
mod programs;
mod stores;
mod ucx;

use std::path::Path;
use std::time::Duration;

use crate::figure::Figure;

/// The name of Pangea among the contenders.
pub(crate) const PANGEA: &str = "Pangea";
/// The name, and the variant, of what the machine itself can do.
pub(crate) const LIMIT: &str = "limit";

/// The longest that one sample may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// One who takes part.
pub(crate) trait Contender {
    fn name(&self) -> &str;

    /// The rows that it has figures for.
    fn rows(&self) -> &[&'static str];

    /// Makes it ready, and tells its version; an error says why it cannot take part.
    fn prepare(&mut self) -> Result<String, String>;

    /// One figure, or one for each of its ways, of each of these rows.
    fn sample(&mut self, rows: &[&str]) -> Result<Vec<Figure>, String>;
}

/// Those on the shared memory of one host. `built` is where programs were built.
pub(crate) fn shm(built: &Path) -> Vec<Box<dyn Contender>> {
    let mut all = programs::shm(built);
    all.extend(ucx::shm());
    all.extend(stores::all());
    all
}

/// Those over soft-RoCE.
pub(crate) fn rxe(built: &Path) -> Vec<Box<dyn Contender>> {
    let mut all = vec![bench::pangea(built), perftest::new()];
    all.extend(programs::rxe(built));
    all.extend(ucx::rxe());
    all
}
