//! Programs over views that are free of data races, and what they must read.
//!
//! A program is drawn from a seed ([`generate`]), is one that is full of evictions ([`evictions`]) or of locks whose holders die
//! ([`heirs`]), or one of the litmus tests ([`shapes`]). Its threads write
//! and read ranges of elements, under barriers, locks and flags that order all accesses that conflict. What is
//! done is written down in the order in which it happened ([`record`]), and a sequential interpreter does it once
//! more on a plain array ([`interpret`]): in a program without data races, every read has to find what
//! it finds there.
//!
//! The scenarios `views`, `views-deaths`, `views-moving`, `views-evictions`, `views-heirs` and `views-litmus` run such programs over the runtime. That the interpreter would
//! notice, and that the programs are free of races, is tested over a model of such a memory.

pub mod evictions;
pub mod generate;
pub mod heirs;
pub mod interpret;
pub mod program;
pub mod record;
pub mod shapes;
