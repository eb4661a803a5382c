//! [`with_local`]: a thread's own value at the least cost.

use std::thread::LocalKey;

/// As [`LocalKey::try_with`], without the error; but always compiled into the caller. On a path of a few nanoseconds a
/// call with its saved registers shows, and the standard library leaves it to the compiler.
#[inline(always)]
pub fn with_local<T, R>(key: &'static LocalKey<T>, f: impl FnOnce(&T) -> R) -> Option<R> {
    let value = key.try_with(std::ptr::from_ref).ok()?;
    // SAFETY: the value of this thread, which was alive just now. It is destroyed when the thread ends, one value after
    // the other, so not while this call of the thread is going on.
    Some(f(unsafe { &*value }))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::with_local;

    thread_local! {
        static OWN: Cell<u32> = const { Cell::new(1) };
    }

    #[test]
    fn it_is_the_threads_own() {
        with_local(&OWN, |own| own.set(2)).expect("is there");
        let other = std::thread::spawn(|| with_local(&OWN, Cell::get)).join().expect("ends");
        assert_eq!((other, with_local(&OWN, Cell::get)), (Some(1), Some(2)));
    }
}
