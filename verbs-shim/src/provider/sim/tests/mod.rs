//! What the model promises, one point after the other, under a host that leaves all to the test.

mod faults;
mod lab;
mod memory;
mod replay;
