//! By functions of the compiler's own library, which take their operands in `q0` and `q1`.

use std::arch::asm;
use std::ptr;

use crate::types::LongDouble;

unsafe extern "C" {
    fn __addtf3();
    fn __multf3();
    fn __gttf2();
}

macro_rules! calculated {
    ($left:expr, $right:expr, $function:ident) => {{
        let mut result = LongDouble([0; 16]);
        // SAFETY: the function takes two operands of 16 bytes and returns one; it keeps `x20`, as all do.
        unsafe {
            asm!(
                "ldr q0, [x0]",
                "ldr q1, [x1]",
                "bl {function}",
                "str q0, [x20]",
                function = sym $function,
                in("x0") ptr::from_ref::<LongDouble>($left),
                in("x1") ptr::from_ref::<LongDouble>($right),
                in("x20") &raw mut result,
                clobber_abi("C"),
            );
        }
        result
    }};
}

pub(crate) fn sum(left: &LongDouble, right: &LongDouble) -> LongDouble {
    calculated!(left, right, __addtf3)
}

pub(crate) fn product(left: &LongDouble, right: &LongDouble) -> LongDouble {
    calculated!(left, right, __multf3)
}

/// Whether the first is above the second; not if one of them is not a number.
pub(crate) fn is_above(left: &LongDouble, right: &LongDouble) -> bool {
    let above: u64;
    // SAFETY: the function takes two operands of 16 bytes, and returns a number above 0 if so.
    unsafe {
        asm!(
            "ldr q0, [x0]",
            "ldr q1, [x1]",
            "bl {function}",
            function = sym __gttf2,
            inlateout("x0") ptr::from_ref(left).addr() as u64 => above,
            in("x1") ptr::from_ref(right),
            clobber_abi("C"),
        );
    }
    // A C `int`, of which the upper half says nothing.
    (above as i32) > 0
}
