//! Makes the functions that C sees from the list of routines. It fails if a routine has no family, so that none is
//! forgotten.

mod entry;
mod families;

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use entry::Entry;
use families::FAMILIES;
use shmem_api::{List, OPENSHMEM, inlined};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=../tests/openshmem-1.5-routines.txt");
    // What a program that was linked with it asks for. The number changes when the layout of what programs compile in does.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libpangea-shmem.so.1");
    // Handlers of `exit` and `fork` are in it.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    let text = entries(&List::parse(OPENSHMEM)?)?;
    let folder = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    Ok(fs::write(Path::new(&folder).join("entries.rs"), text)?)
}

fn entries(list: &List) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    for call in &list.calls {
        let name = &call.prototype.name;
        let family = FAMILIES.iter().find(|(pattern, ..)| pattern == name);
        let (_, target, by) =
            family.ok_or_else(|| format!("{name} has no family in build/families.rs"))?;
        let members = call.family.as_ref().and_then(|family| list.families.get(family));
        let members = members.map_or(1, Vec::len);
        for (number, routine) in list.routines_of(call).iter().enumerate() {
            let family = call.family.as_ref().and_then(|family| list.families.get(family));
            let member = family.map(|family| &family[number % members]);
            // What has none of its own uses the default context.
            let takes_ctx = call.ctx.is_some() || target.starts_with("atomics::");
            let entry = Entry { routine, member, target, by: *by, takes_ctx };
            for prefix in ["", "p"] {
                writeln!(text, "{}", entry.to_rust(prefix)?)?;
            }
        }
    }
    let names: String = inlined(list).iter().map(|name| format!("    c\"{name}\",\n")).collect();
    write!(
        text,
        "/// The routines that the header defines, too.\n\
         pub(crate) const INLINED: &[&std::ffi::CStr] = &[\n{names}];\n"
    )?;
    Ok(text)
}
