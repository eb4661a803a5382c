//! The README as documentation tests: the programs in it are compiled and run.

#![doc = include_str!("../README.md")]
