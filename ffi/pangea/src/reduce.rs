//! Reductions over all nodes.

use std::ffi::{c_int, c_void};

use bytemuck::Pod;

use crate::callback::{Aligned, needed, pangea_combine};
use crate::failure::{Failure, call};
use crate::handle::share;
use crate::memory::data_mut;
use crate::node::pangea_node;
use crate::spec::Number;
use crate::status::pangea_status;

/// What is made of two numbers.
#[repr(C)]
pub enum pangea_op {
    /// The sum; of integers, wrapping around.
    Sum = 0,
    /// The product; of integers, wrapping around.
    Product = 1,
    /// The smaller.
    Min = 2,
    /// The larger.
    Max = 3,
    /// Bitwise "and" of integers.
    And = 4,
    /// Bitwise "or" of integers.
    Or = 5,
    /// Bitwise "exclusive or" of integers.
    Xor = 6,
}

/// Combines two values, the second into the first.
type Combine = Box<dyn Fn(&mut [u8], &[u8])>;

/// A number that can be combined.
trait Combined: Pod {
    fn by(op: c_int) -> Option<fn(Self, Self) -> Self>;
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Combined for $type {
            fn by(op: c_int) -> Option<fn($type, $type) -> $type> {
                Some(match op {
                    0 => <$type>::wrapping_add,
                    1 => <$type>::wrapping_mul,
                    2 => Ord::min,
                    3 => Ord::max,
                    4 => |a, b| a & b,
                    5 => |a, b| a | b,
                    6 => |a, b| a ^ b,
                    _ => return None,
                })
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 i8 i16 i32 i64);

macro_rules! floats {
    ($($type:ty)*) => {$(
        impl Combined for $type {
            fn by(op: c_int) -> Option<fn($type, $type) -> $type> {
                Some(match op {
                    0 => |a, b| a + b,
                    1 => |a, b| a * b,
                    2 => <$type>::min,
                    3 => <$type>::max,
                    _ => return None,
                })
            }
        }
    )*};
}

floats!(f32 f64);

/// Combines numbers one by one; `None` if there is no such operation for them.
fn combine<T: Combined>(op: c_int) -> Option<Combine> {
    let by = T::by(op)?;
    Some(Box::new(move |mine, theirs| {
        let pairs = mine.chunks_exact_mut(size_of::<T>()).zip(theirs.chunks_exact(size_of::<T>()));
        for (mine, theirs) in pairs {
            let both = by(bytemuck::pod_read_unaligned(mine), bytemuck::pod_read_unaligned(theirs));
            mine.copy_from_slice(bytemuck::bytes_of(&both));
        }
    }))
}

/// Combines `count` numbers of every node one by one, in the order of the ranks; all get the same result in `values`, also for floating point. `element_type` is a
/// `pangea_type`, `op` a `pangea_op`. At most 256 bytes. One thread of each node calls it, with the same type, count and operation; it is no barrier for other data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_reduce(
    node: *const pangea_node,
    values: *mut c_void,
    count: usize,
    element_type: c_int,
    op: c_int,
) -> pangea_status {
    call(|| {
        let object = share(node)?;
        let number = Number::of(element_type)?.filter(|number| *number != Number::Bool);
        let bad = |message| Failure::new(pangea_status::BadType, message);
        let number = number.ok_or_else(|| {
            bad("numbers are reduced: for other types, take pangea_node_reduce_with".to_owned())
        })?;
        if !(0..=6).contains(&op) {
            let message = format!("{op} is no pangea_op");
            return Err(Failure::new(pangea_status::BadArgument, message));
        }
        let combined = match number {
            Number::U8 => combine::<u8>(op),
            Number::U16 => combine::<u16>(op),
            Number::U32 => combine::<u32>(op),
            Number::U64 => combine::<u64>(op),
            Number::I8 => combine::<i8>(op),
            Number::I16 => combine::<i16>(op),
            Number::I32 => combine::<i32>(op),
            Number::I64 => combine::<i64>(op),
            Number::F32 => combine::<f32>(op),
            Number::F64 => combine::<f64>(op),
            Number::Bool => None,
        };
        let combined = combined.ok_or_else(|| {
            bad(format!("bitwise operations are for integers, which {} is not", number.name()))
        })?;
        // SAFETY: they are what the prototype says; so in all functions of this file.
        let values = unsafe { data_mut(values, count, number.bytes(), "values")? };
        Ok(object.node.reduce_bytes(values, combined)?)
    })
}

/// As `pangea_node_reduce`, of a value of the program's own type, by a function, which must not itself call a barrier, reduction or broadcast.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pangea_node_reduce_with(
    node: *const pangea_node,
    value: *mut c_void,
    bytes: usize,
    function: pangea_combine,
    context: *mut c_void,
) -> pangea_status {
    call(|| {
        let (object, function) = (share(node)?, needed(function)?);
        // SAFETY: as in `pangea_node_reduce`.
        let value = unsafe { data_mut(value, bytes, 1, "value")? };
        Ok(object.node.reduce_bytes(value, |mine, theirs| {
            let (mut ours, theirs) = (Aligned::of(mine), Aligned::of(theirs));
            let (first, second) = (ours.bytes_mut().as_mut_ptr(), theirs.bytes().as_ptr());
            // SAFETY: as above; both values are there, aligned and with all of their bytes.
            unsafe { function(first.cast(), second.cast(), context) };
            mine.copy_from_slice(ours.bytes());
        })?)
    })
}
