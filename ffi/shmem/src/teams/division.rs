//! Which ranks a part of a team consists of: arithmetic on start, stride and size.

use std::ffi::c_int;

use crate::types::Set;

impl Set {
    /// The set of all PEs.
    pub(crate) fn world(size: u32) -> Set {
        Set { start: 0, stride: 1, size }
    }

    /// The place of a rank of the world in this set.
    pub(crate) fn place_of(self, rank: u32) -> Option<u32> {
        let distance = i64::from(rank) - i64::from(self.start);
        let place = match i64::from(self.stride) {
            0 => (distance == 0).then_some(0)?,
            stride if distance % stride == 0 => distance / stride,
            _ => return None,
        };
        u32::try_from(place).ok().filter(|place| *place < self.size)
    }

    /// `size` members of this set, from the `start`-th on, each `stride` members after the one before.
    pub(crate) fn strided(self, start: c_int, stride: c_int, size: c_int) -> Option<Set> {
        let members = i64::from(self.size);
        let last = i64::from(start) + i64::from(stride) * (i64::from(size) - 1);
        let is_within = |place| (0..members).contains(&place);
        if size < 1 || (stride == 0 && size > 1) || !is_within(i64::from(start)) || !is_within(last)
        {
            return None;
        }
        // A single member has no stride; 1 is as good as what was asked for, which may lead anywhere.
        let stride = if size == 1 { 1 } else { self.stride.checked_mul(stride)? };
        Some(Set { start: self.rank(start)?, stride, size: size.cast_unsigned() })
    }

    /// The rows and columns of this set as a table with rows of `width` members, in which the member at `place` lies.
    pub(crate) fn row_and_column(self, width: c_int, place: u32) -> Option<(Set, Set)> {
        let members = c_int::try_from(self.size).ok()?;
        let place = c_int::try_from(place).ok()?;
        let width = (width >= 1).then(|| width.min(members))?;
        let (row, column) = (place / width, place % width);
        let first = row * width;
        let height = (members - column + width - 1) / width;
        let in_row = self.strided(first, 1, width.min(members - first))?;
        Some((in_row, self.strided(column, width, height)?))
    }

    /// An active set: stride a power of two.
    pub(crate) fn active(start: c_int, log_stride: c_int, size: c_int, world: u32) -> Option<Set> {
        let stride = (0..31).contains(&log_stride).then(|| 1 << log_stride)?;
        Set::world(world).strided(start, stride, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(set: Set) -> Vec<u32> {
        (0..set.size.cast_signed()).map(|place| set.rank(place).unwrap()).collect()
    }

    #[test]
    fn places_and_ranks_are_inverse() {
        for start in 0..10 {
            for stride in -3..=3 {
                for size in 1..6 {
                    let Some(set) = Set::world(17).strided(start, stride, size) else { continue };
                    let members = ranks(set);
                    for rank in 0..17 {
                        let place = members.iter().position(|member| *member == rank);
                        assert_eq!(
                            set.place_of(rank),
                            place.map(|place| place as u32),
                            "{rank} in {set:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_part_of_a_part_is_what_one_picks_from_it() {
        let all: Vec<u32> = (0..17).collect();
        let pick = |from: &[u32], start: i32, stride: i32, size: i32| -> Option<Vec<u32>> {
            let of = |step: i32| from.get(usize::try_from(start + step * stride).ok()?).copied();
            (0..size).map(of).collect()
        };
        for (start, stride, size) in
            [(0, 1, 17), (1, 2, 8), (16, -1, 17), (15, -3, 5), (4, 1, 1), (3, 4, 3)]
        {
            let part = Set::world(17).strided(start, stride, size).unwrap();
            let members = pick(&all, start, stride, size).unwrap();
            assert_eq!(ranks(part), members);
            for start in -1..9 {
                for stride in -4..=4 {
                    for size in -1..9 {
                        let expected = pick(&members, start, stride, size)
                            .filter(|_| size >= 1 && (stride != 0 || size == 1));
                        assert_eq!(part.strided(start, stride, size).map(ranks), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn rows_and_columns_are_those_of_a_table() {
        for members in 1..=17 {
            let set = Set { start: 2, stride: 3, size: members };
            for width in 1..=20_i32 {
                let table: Vec<Vec<u32>> =
                    ranks(set).chunks(width as usize).map(<[u32]>::to_vec).collect();
                let across = table[0].len();
                for place in 0..members {
                    let (row, column) = set.row_and_column(width, place).unwrap();
                    let (y, x) = (place as usize / across, place as usize % across);
                    assert_eq!(ranks(row), table[y]);
                    let down: Vec<u32> =
                        table.iter().filter_map(|row| row.get(x).copied()).collect();
                    assert_eq!(ranks(column), down);
                }
            }
            assert_eq!(set.row_and_column(0, 0), None);
        }
    }

    #[test]
    fn active_sets_have_strides_of_powers_of_two() {
        assert_eq!(Set::active(1, 2, 3, 10).map(ranks), Some(vec![1, 5, 9]));
        assert_eq!(Set::active(2, 2, 3, 10), None);
        assert_eq!(Set::active(0, -1, 1, 10), None);
        assert_eq!(Set::active(0, 40, 2, 10), None);
        assert_eq!(Set::active(0, 0, 0, 10), None);
    }
}
