//! Point-to-point synchronization: waiting for, and looking at, variables of this PE that others write.
//!
//! Each look loads a whole word; what was written before it by the PE that wrote it is then visible.

use std::ffi::c_int;
use std::sync::atomic::{
    AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
    AtomicUsize, Ordering,
};

use crate::error::{Problem, ending, problem};
use crate::rma::bytes_of;
use crate::state::{State, state};

/// What can be waited for.
pub(crate) trait Watched: Copy + PartialOrd {
    /// Its value now.
    ///
    /// # Safety
    /// It can be read, and is aligned.
    unsafe fn load(at: *const Self) -> Self;
}

macro_rules! watched {
    ($($type:ty: $atomic:ty),*) => {$(
        impl Watched for $type {
            #[inline(always)]
            unsafe fn load(at: *const $type) -> $type {
                // SAFETY: as the caller promises; it is only read.
                unsafe { <$atomic>::from_ptr(at.cast_mut()) }.load(Ordering::Acquire)
            }
        }
    )*};
}

watched!(
    i16: AtomicI16, i32: AtomicI32, i64: AtomicI64, isize: AtomicIsize,
    u16: AtomicU16, u32: AtomicU32, u64: AtomicU64, usize: AtomicUsize
);

/// The value of a variable now.
///
/// # Safety
/// It can be read.
///
/// # Errors
/// When it is NULL or not aligned.
#[inline]
pub(crate) unsafe fn look<T: Watched>(at: *const T) -> Result<T, Problem> {
    if at.is_null() || !at.is_aligned() {
        return Err(problem!(
            "the variable at {at:p} is not at a multiple of {} bytes, as its type asks: was a pointer of another type \
             given?",
            size_of::<T>()
        ));
    }
    // SAFETY: as the caller promises.
    Ok(unsafe { T::load(at) })
}

/// `SHMEM_CMP_…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Greater,
    LessEqual,
    Less,
    GreaterEqual,
}

impl Comparison {
    /// The comparison of that number.
    #[inline]
    pub(crate) fn of(cmp: c_int) -> Result<Comparison, Problem> {
        Ok(match cmp {
            0 => Comparison::Equal,
            1 => Comparison::NotEqual,
            2 => Comparison::Greater,
            3 => Comparison::LessEqual,
            4 => Comparison::Less,
            5 => Comparison::GreaterEqual,
            _ => {
                return Err(problem!(
                    "{cmp} is no comparison: use one of SHMEM_CMP_EQ, _NE, _GT, _GE, _LT and _LE"
                ));
            }
        })
    }

    /// Whether it holds.
    #[inline]
    pub(crate) fn holds<T: Copy + PartialOrd>(self, found: T, value: T) -> bool {
        match self {
            Comparison::Equal => found == value,
            Comparison::NotEqual => found != value,
            Comparison::Greater => found > value,
            Comparison::LessEqual => found <= value,
            Comparison::Less => found < value,
            Comparison::GreaterEqual => found >= value,
        }
    }
}

/// What the variables of an array are compared with: all with one value, or each with its own.
#[derive(Clone, Copy)]
enum Values<T> {
    One(T),
    Each(*const T),
}

/// The variables of an array that are looked at, and what for.
struct Many<T> {
    variables: *const T,
    count: usize,
    /// Those for which it is not 0 are left out. May be NULL.
    status: *const c_int,
    comparison: Comparison,
    values: Values<T>,
}

impl<T: Watched> Many<T> {
    fn new(
        state: &State,
        variables: *const T,
        count: usize,
        status: *const c_int,
        cmp: c_int,
        values: Values<T>,
    ) -> Result<Many<T>, Problem> {
        let comparison = Comparison::of(cmp)?;
        if count > 0 {
            state.to_offset(variables, bytes_of(count, size_of::<T>())?)?;
            if !variables.is_aligned() {
                return Err(problem!(
                    "the variables at {variables:p} are not at a multiple of {} bytes, as their type asks: was a pointer of \
                     another type given?",
                    align_of::<T>()
                ));
            }
            if let Values::Each(values) = values
                && values.is_null()
            {
                return Err(problem!("the values to compare with are NULL"));
            }
        }
        Ok(Many { variables, count, status, comparison, values })
    }

    /// The variables that are not left out.
    fn included(&self) -> impl Iterator<Item = usize> {
        // SAFETY: C's caller promises as many as there are variables.
        (0..self.count)
            .filter(|index| self.status.is_null() || unsafe { *self.status.add(*index) } == 0)
    }

    fn holds(&self, index: usize) -> bool {
        // SAFETY: the variables are symmetric and aligned; values as C's caller promises.
        let (found, value) = unsafe {
            let value = match self.values {
                Values::One(value) => value,
                Values::Each(values) => values.add(index).read_unaligned(),
            };
            (T::load(self.variables.add(index)), value)
        };
        self.comparison.holds(found, value)
    }

    fn all(&self) -> bool {
        self.included().all(|index| self.holds(index))
    }

    fn any(&self) -> Option<usize> {
        self.included().find(|index| self.holds(*index))
    }

    /// Writes the indices of those for which it holds: how many.
    fn some(&self, indices: *mut usize) -> usize {
        let holding = self.included().filter(|index| self.holds(*index));
        // SAFETY: C's caller promises room for as many as there are variables.
        holding
            .enumerate()
            .map(|(number, index)| unsafe { indices.add(number).write(index) })
            .count()
    }

    fn wait_for_all(&self, state: &State) -> Result<(), Problem> {
        // One after the other: who has once been as is asked for need not be looked at again.
        self.included().try_for_each(|index| state.wait_until(|| self.holds(index)))
    }

    fn wait_for_any(&self, state: &State) -> Result<usize, Problem> {
        let mut found = None;
        if self.included().next().is_some() {
            state.wait_until(|| {
                found = self.any();
                found.is_some()
            })?;
        }
        Ok(found.unwrap_or(NONE))
    }

    fn wait_for_some(&self, state: &State, indices: *mut usize) -> Result<usize, Problem> {
        let mut found = 0;
        if self.included().next().is_some() {
            state.wait_until(|| {
                found = self.some(indices);
                found > 0
            })?;
        }
        Ok(found)
    }
}

/// What stands for no index.
const NONE: usize = usize::MAX;

/// Waits until a comparison holds.
pub(crate) unsafe fn until<T: Watched>(name: &'static str, ivar: *const T, cmp: c_int, value: T) {
    ending(name, || {
        let state = state()?;
        let comparison = Comparison::of(cmp)?;
        wait_for(state, ivar, |found| comparison.holds(found, value))
    });
}

/// Waits until a variable is not that value. It may be anywhere: half a change is a change, too.
pub(crate) unsafe fn changed<T: Watched>(name: &'static str, ivar: *const T, value: T) {
    ending(name, || {
        let state = state()?;
        if ivar.is_aligned() {
            return wait_for(state, ivar, |found| found != value);
        }
        state.to_offset(ivar, size_of::<T>())?;
        // SAFETY: it is symmetric.
        state.wait_until(|| unsafe { differs(ivar, value) })
    });
}

/// Whether a variable that need not be aligned is another value.
///
/// # Safety
/// It can be read.
unsafe fn differs<T: Watched>(at: *const T, value: T) -> bool {
    let (at, value) = (at.cast::<u8>(), (&raw const value).cast::<u8>());
    (0..size_of::<T>()).any(|index| {
        // SAFETY: as the caller promises; it is only read, and integers have no gaps.
        let (found, given) =
            unsafe { (AtomicU8::from_ptr(at.add(index).cast_mut()), *value.add(index)) };
        found.load(Ordering::Acquire) != given
    })
}

fn wait_for<T: Watched>(
    state: &State,
    ivar: *const T,
    is_it: impl Fn(T) -> bool,
) -> Result<(), Problem> {
    // SAFETY: C's caller promises a variable.
    if is_it(unsafe { look(ivar)? }) {
        return Ok(());
    }
    // Nobody else can write what is not symmetric, so the wait would have no end.
    state.to_offset(ivar, size_of::<T>())?;
    // SAFETY: it is symmetric, and aligned as `look` has found.
    state.wait_until(|| is_it(unsafe { T::load(ivar) }))
}

/// Whether a comparison holds: 1 or 0.
pub(crate) unsafe fn test<T: Watched>(
    name: &'static str,
    ivar: *const T,
    cmp: c_int,
    value: T,
) -> c_int {
    ending(name, || {
        let state = state()?;
        // SAFETY: C's caller promises a variable.
        let found = unsafe { look(ivar)? };
        let holds = Comparison::of(cmp)?.holds(found, value);
        if !holds {
            state.looked_in_vain()?;
        }
        Ok(holds.into())
    })
}

/// The routines on arrays, against one value and against a value for each.
macro_rules! many {
    ($(
        $(#[$doc:meta])*
        $name:ident, $vector:ident ($($parameter:ident: $type:ty)?) $(-> $returns:ty)?,
        |$state:ident, $many:ident| $body:expr;
    )*) => {$(
        $(#[$doc])*
        pub(crate) unsafe fn $name<T: Watched>(
            name: &'static str,
            ivars: *const T,
            nelems: usize,
            $($parameter: $type,)?
            status: *const c_int,
            cmp: c_int,
            value: T,
        ) $(-> $returns)? {
            ending(name, || {
                let $state = state()?;
                let $many = Many::new($state, ivars, nelems, status, cmp, Values::One(value))?;
                $(if nelems > 0 { writable($parameter)?; })?
                $body
            })
        }

        $(#[$doc])*
        pub(crate) unsafe fn $vector<T: Watched>(
            name: &'static str,
            ivars: *const T,
            nelems: usize,
            $($parameter: $type,)?
            status: *const c_int,
            cmp: c_int,
            values: *const T,
        ) $(-> $returns)? {
            ending(name, || {
                let $state = state()?;
                let $many = Many::new($state, ivars, nelems, status, cmp, Values::Each(values))?;
                $(if nelems > 0 { writable($parameter)?; })?
                $body
            })
        }
    )*};
}

many! {
    /// Waits until it holds for all.
    until_all, until_all_vector (), |state, many| many.wait_for_all(state);

    /// Waits until it holds for one: its index, or `SIZE_MAX` if none is looked at.
    until_any, until_any_vector () -> usize, |state, many| many.wait_for_any(state);

    /// Waits until it holds for at least one: how many, and their indices.
    until_some, until_some_vector (indices: *mut usize) -> usize, |state, many| many.wait_for_some(state, indices);

    /// Whether it holds for all: 1 or 0.
    test_all, test_all_vector () -> c_int, |state, many| {
        let all = many.all();
        if !all {
            state.looked_in_vain()?;
        }
        Ok(all.into())
    };

    /// One for which it holds: its index, or `SIZE_MAX`.
    test_any, test_any_vector () -> usize, |state, many| {
        let any = many.any();
        if any.is_none() {
            state.looked_in_vain()?;
        }
        Ok(any.unwrap_or(NONE))
    };

    /// For how many it holds, and their indices.
    test_some, test_some_vector (indices: *mut usize) -> usize, |state, many| {
        let some = many.some(indices);
        if some == 0 {
            state.looked_in_vain()?;
        }
        Ok(some)
    };
}

fn writable(indices: *mut usize) -> Result<(), Problem> {
    if indices.is_null() { Err(problem!("the address for indices is NULL")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_those_of_c() {
        for (cmp, holds) in [
            (0, [false, true, false]),
            (1, [true, false, true]),
            (2, [false, false, true]),
            (3, [true, true, false]),
            (4, [true, false, false]),
            (5, [false, true, true]),
        ] {
            let comparison = Comparison::of(cmp).unwrap();
            assert_eq!([-2, -1, 0].map(|found| comparison.holds(found, -1)), holds, "{cmp}");
        }
        assert!(Comparison::of(6).is_err() && Comparison::of(-1).is_err());
    }
}
