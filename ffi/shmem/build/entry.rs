//! [`Entry`]: a function that C sees, as Rust writes it.

use shmem_api::{Member, Routine};

use crate::families::By;

/// A function that C sees.
pub(crate) struct Entry<'a> {
    pub(crate) routine: &'a Routine,
    /// The member of the list's family that it is for.
    pub(crate) member: Option<&'a Member>,
    /// Module and name of the generic function.
    pub(crate) target: &'a str,
    pub(crate) by: By,
    /// Whether the generic function takes a context.
    pub(crate) takes_ctx: bool,
}

impl Entry<'_> {
    /// Its definition, with something in front of its name.
    pub(crate) fn to_rust(&self, prefix: &str) -> Result<String, String> {
        let prototype = &self.routine.prototype;
        let name = &prototype.name;
        let by_value = |c_type: &str| c_type == "long double";
        if by_value(&prototype.returns) || prototype.parameters.iter().any(|p| by_value(&p.c_type))
        {
            return self.by_address(prefix);
        }
        let mut parameters = Vec::new();
        let mut arguments = vec![format!("\"{name}\"")];
        if self.takes_ctx && !self.routine.has_ctx {
            arguments.push("Context::DEFAULT".to_owned());
        }
        for parameter in &prototype.parameters {
            let parameter_name = rust_name(&parameter.name);
            parameters.push(format!("{parameter_name}: {}", rust_type(&parameter.c_type)?));
            let is_element = self.is_pointer_to_element(&parameter.c_type);
            let cast = if is_element { ".cast()" } else { "" };
            arguments.push(format!("{parameter_name}{cast}"));
        }
        let returns = match prototype.returns.as_str() {
            "void" if prototype.is_noreturn => " -> !".to_owned(),
            "void" => String::new(),
            c_type => format!(" -> {}", rust_type(c_type)?),
        };
        let (target, generics) = (self.target, self.generics()?);
        let (parameters, arguments) = (parameters.join(", "), arguments.join(", "));
        Ok(format!(
            "/// `{prototype}`\n#[unsafe(no_mangle)]\n\
             pub unsafe extern \"C\" fn {prefix}{name}({parameters}){returns} {{\n    \
             // SAFETY: C's caller promises what the generic function asks for.\n    \
             unsafe {{ crate::{target}{generics}({arguments}) }}\n}}\n"
        ))
    }

    /// Rust has no `long double`, so what takes or returns one by value goes by the address of where it lies.
    fn by_address(&self, prefix: &str) -> Result<String, String> {
        let name = &self.routine.prototype.name;
        let function = self.target.rsplit("::").next().unwrap_or_default();
        let ctx = if self.routine.has_ctx { "ctx_" } else { "" };
        match function {
            "p" | "g" => {
                Ok(format!("crate::long_double::{ctx}{function}!({prefix}{name}, \"{name}\");\n"))
            }
            _ => Err(format!("{name}: no way to pass a long double is known for {function}")),
        }
    }

    fn is_pointer_to_element(&self, c_type: &str) -> bool {
        let element = self.member.and_then(|member| member.c_type.as_deref());
        let pointed = c_type.trim_start_matches("const ").strip_suffix(" *");
        matches!(self.by, By::Size) && pointed.is_some() && pointed == element
    }

    fn generics(&self) -> Result<String, String> {
        let c_type = self.member.and_then(|member| member.c_type.as_deref());
        let element = || rust_type(c_type.ok_or("a family of sizes has no types")?);
        Ok(match self.by {
            By::Nothing => String::new(),
            By::Size => format!("::<{}>", self.bytes()?),
            By::Type => format!("::<{}>", element()?),
            By::Operation(operation) => {
                format!("::<{}, crate::operations::{operation}>", element()?)
            }
        })
    }

    /// The bytes of an element: of its type, of its size in bits, or one.
    fn bytes(&self) -> Result<String, String> {
        Ok(match self.member {
            None => "1".to_owned(),
            Some(Member { c_type: Some(c_type), .. }) => {
                format!("{{ size_of::<{}>() }}", rust_type(c_type)?)
            }
            Some(Member { name, .. }) => {
                let bits: usize = name.parse().map_err(|_| format!("{name:?} is no size"))?;
                (bits / 8).to_string()
            }
        })
    }
}

/// The type that Rust has for one of C, on platforms where `long` and pointers have 64 bits.
fn rust_type(c_type: &str) -> Result<String, String> {
    if let Some(pointed) = c_type.strip_suffix('*') {
        let pointed = pointed.trim_end();
        let (pointer, pointed) = match pointed.strip_prefix("const ") {
            Some(pointed) => ("*const", pointed),
            None => ("*mut", pointed),
        };
        return Ok(format!("{pointer} {}", rust_type(pointed.trim_start_matches("volatile "))?));
    }
    let name = match c_type {
        "void" => "c_void",
        "char" => "c_char",
        "signed char" | "int8_t" => "i8",
        "unsigned char" | "uint8_t" => "u8",
        "short" | "int16_t" => "i16",
        "unsigned short" | "uint16_t" => "u16",
        "int" | "int32_t" => "i32",
        "unsigned int" | "uint32_t" => "u32",
        "long" | "long long" | "int64_t" => "i64",
        // One type for each width; the generics are compiled once for both.
        "unsigned long" | "unsigned long long" | "uint64_t" => "u64",
        "size_t" => "usize",
        "ptrdiff_t" => "isize",
        "float" => "f32",
        "double" => "f64",
        "long double" => "LongDouble",
        "float _Complex" => "Complex<f32>",
        "double _Complex" => "Complex<f64>",
        "shmem_ctx_t" => "Context",
        "shmem_team_t" => "Team",
        "shmem_team_config_t" => "TeamConfig",
        _ => return Err(format!("no type of Rust is known for {c_type:?}")),
    };
    Ok(name.to_owned())
}

/// A name that Rust takes without a warning.
fn rust_name(name: &str) -> String {
    name.to_lowercase()
}
