//! The name by which programs find the shared library when they start: it changes with its binary interface.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Not the argument for shared libraries alone, which those of dependents get as well. Programs take no notice.
    println!("cargo:rustc-link-arg=-Wl,-soname,libpangea.so.0");
}
