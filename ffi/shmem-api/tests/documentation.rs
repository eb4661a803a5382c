//! That the documentation's table of routines is made of the list.

use std::fs;
use std::path::Path;

use shmem_api::{List, OPENSHMEM, renewed};

#[test]
fn the_table_is_of_the_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openshmem.md");
    let document = fs::read_to_string(path).expect("it is there");
    let list = List::parse(OPENSHMEM).expect("the list is good");
    let made = renewed(&document, &list).expect("it has a place for the table");
    let mend = "make it anew: cargo run -p shmem-api -- table docs/openshmem.md";
    assert!(document == made, "docs/openshmem.md is not of the list; {mend}");
}
