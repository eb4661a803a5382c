//! Nothing but tests: see `tests/abi.rs`.
