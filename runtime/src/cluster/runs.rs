//! How a number for each rank travels: as runs of equal ones.
//!
//! What a segment needs of an arena, and where in the arena it begins, is the same for nearly all ranks
//! of a job whose nodes do alike. So a message about a segment is as short in a large job as in a small
//! one.

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};

use super::CoordinatorConfig;

/// For `#[serde(with = …)]`: each run as its length and its number.
pub(super) fn serialize<S: Serializer>(by_rank: &[u64], to: S) -> Result<S::Ok, S::Error> {
    let runs = by_rank.chunk_by(|one, next| one == next);
    let runs: Vec<(u32, u64)> =
        runs.map(|run| (u32::try_from(run.len()).unwrap_or(u32::MAX), run[0])).collect();
    runs.serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
    let runs = Vec::<(u32, u64)>::deserialize(from)?;
    // A short message must not make a long list.
    let ranks: u64 = runs.iter().map(|(len, _)| u64::from(*len)).sum();
    if ranks > u64::from(CoordinatorConfig::MAX_SIZE) {
        return Err(Error::custom(format!("numbers for {ranks} ranks")));
    }
    Ok(runs.into_iter().flat_map(|(len, number)| (0..len).map(move |_| number)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::message::{decode, encode};
    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct ByRank(#[serde(with = "super")] Vec<u64>);

    #[test]
    fn runs_are_short_and_come_back() {
        for (by_rank, encoded) in [
            (vec![], vec![0]),
            (vec![7], vec![1, 1, 7]),
            (vec![7; 100], vec![1, 100, 7]),
            (vec![7, 7, 0, 7], vec![3, 2, 7, 1, 0, 1, 7]),
        ] {
            assert_eq!(encode(&ByRank(by_rank.clone())), encoded);
            assert_eq!(decode(&encoded), Ok(ByRank(by_rank)));
        }
        let all = ByRank(vec![1; CoordinatorConfig::MAX_SIZE as usize]);
        assert_eq!(decode(&encode(&all)).as_ref(), Ok(&all));
    }

    #[test]
    fn a_list_longer_than_any_job_is_refused() {
        for runs in [vec![(65_536_u32, 1_u64)], vec![(u32::MAX, 0); 100]] {
            decode::<ByRank>(&encode(&runs)).expect_err("is too long");
        }
    }
}
