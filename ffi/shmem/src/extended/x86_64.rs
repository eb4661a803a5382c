//! By the x87.

use std::arch::asm;
use std::ptr;

use crate::types::LongDouble;

/// Does something to two extended floats on the processor's stack of them, and stores the result.
macro_rules! calculated {
    ($left:expr, $right:expr, $instruction:literal) => {{
        let mut result = LongDouble([0; 16]);
        // SAFETY: the instructions read and write the 10 bytes of each operand, and leave the stack as it was.
        unsafe {
            asm!(
                "fld tbyte ptr [{left}]",
                "fld tbyte ptr [{right}]",
                $instruction,
                "fstp tbyte ptr [{result}]",
                left = in(reg) ptr::from_ref::<LongDouble>($left),
                right = in(reg) ptr::from_ref::<LongDouble>($right),
                result = in(reg) &raw mut result,
                out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                options(nostack),
            );
        }
        result
    }};
}

pub(crate) fn sum(left: &LongDouble, right: &LongDouble) -> LongDouble {
    calculated!(left, right, "faddp st(1), st(0)")
}

pub(crate) fn product(left: &LongDouble, right: &LongDouble) -> LongDouble {
    calculated!(left, right, "fmulp st(1), st(0)")
}

/// Whether the first is above the second; not if one of them is not a number.
pub(crate) fn is_above(left: &LongDouble, right: &LongDouble) -> bool {
    let above: u8;
    // SAFETY: as in `calculated!`.
    unsafe {
        asm!(
            "fld tbyte ptr [{right}]",
            "fld tbyte ptr [{left}]",
            "fucomip st(0), st(1)",
            "seta {above}",
            "fstp st(0)",
            left = in(reg) ptr::from_ref(left),
            right = in(reg) ptr::from_ref(right),
            above = lateout(reg_byte) above,
            out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
            out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
            options(nostack, readonly),
        );
    }
    above != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{Max, Min, Operation, Product, Sum};

    /// An extended float of a small whole number.
    fn extended(value: i64) -> LongDouble {
        let mut result = LongDouble([0; 16]);
        // SAFETY: as in `calculated!`.
        unsafe {
            asm!(
                "fild qword ptr [{value}]",
                "fstp tbyte ptr [{result}]",
                value = in(reg) &raw const value,
                result = in(reg) &raw mut result,
                out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                options(nostack),
            );
        }
        result
    }

    #[test]
    fn extended_floats_are_calculated() {
        let large = (1 << 62) + 1;
        for (left, right) in [(3, 4), (-3, 4), (4, -3), (0, 0), (large, -1), (1, large)] {
            let (a, b) = (extended(left), extended(right));
            assert_eq!(<Sum as Operation<_>>::combine(a, b).0, extended(left + right).0);
            assert_eq!(<Max as Operation<_>>::combine(a, b).0, extended(left.max(right)).0);
            assert_eq!(<Min as Operation<_>>::combine(a, b).0, extended(left.min(right)).0);
            if left != large && right != large {
                assert_eq!(<Product as Operation<_>>::combine(a, b).0, extended(left * right).0);
            }
        }
    }
}
