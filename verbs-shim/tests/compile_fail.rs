//! Misuse that types prevent does not compile, and says why. After a new compiler changes its
//! wording, look at the differences and run with `TRYBUILD=overwrite`.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
